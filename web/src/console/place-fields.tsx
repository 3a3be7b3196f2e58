// A place by coordinates with their datum, or by a click on the map: either is enough, and the keyboard needs no map.
import { type Signal, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Field } from "../shared/components.tsx";
import type { Datum, Place } from "./contract.ts";
import * as desk from "./desk.ts";
import { parsePlace, splitPair } from "./model.ts";
import { t } from "./text.ts";

export interface PlaceForm {
  lon: Signal<string>;
  lat: Signal<string>;
  datum: Signal<Datum>;
  wrong: Signal<boolean>;
}

export function usePlaceForm(start?: Place | null): PlaceForm {
  const lon = useSignal(start ? start.lon.toFixed(6) : "");
  const lat = useSignal(start ? start.lat.toFixed(6) : "");
  const datum = useSignal<Datum>("wgs84");
  const wrong = useSignal(false);
  useSignalEffect(() => {
    const place = desk.picked.value;
    if (!place) return;
    lon.value = place.lon.toFixed(6);
    lat.value = place.lat.toFixed(6);
    datum.value = "wgs84";
    wrong.value = false;
  });
  useEffect(() => () => void (desk.picked.value = null), []);
  return { lon, lat, datum, wrong };
}

/** The place that was given, or null, and then the form says what is wrong. */
export function readPlace(form: PlaceForm): { lon: number; lat: number; datum: Datum } | null {
  const place = parsePlace(form.lon.value, form.lat.value);
  form.wrong.value = place === null;
  return place && { ...place, datum: form.datum.value };
}

export function PlaceFields({ form, first }: { form: PlaceForm; first?: boolean }) {
  const type = (field: Signal<string>) => (event: Event) => {
    const text = (event.currentTarget as HTMLInputElement).value;
    const pair = splitPair(text);
    if (pair) [form.lon.value, form.lat.value] = pair;
    else field.value = text;
    desk.picked.value = null;
  };
  return (
    <fieldset class="place-fields">
      <legend>{t.value.place}</legend>
      <p class="field-hint">{t.value.place_hint}</p>
      <div class="place-pair">
        <Field label={t.value.lon} error={form.wrong.value ? t.value.place_wrong : null}>
          {(ids) => (
            <input {...ids} name="lon" inputMode="decimal" autoComplete="off" data-first={first ? "" : undefined} value={form.lon.value} onInput={type(form.lon)} />
          )}
        </Field>
        <Field label={t.value.lat}>
          {(ids) => <input {...ids} name="lat" inputMode="decimal" autoComplete="off" value={form.lat.value} onInput={type(form.lat)} />}
        </Field>
      </div>
      <Field label={t.value.datum} hint={t.value.paste_hint}>
        {(ids) => (
          <select {...ids} name="datum" value={form.datum.value} onChange={(event) => (form.datum.value = event.currentTarget.value as Datum)}>
            <option value="wgs84">{t.value.datum_wgs84}</option>
            <option value="gcj02">{t.value.datum_gcj02}</option>
            <option value="bd09">{t.value.datum_bd09}</option>
          </select>
        )}
      </Field>
    </fieldset>
  );
}
