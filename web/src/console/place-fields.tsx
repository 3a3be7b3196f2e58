// A place by coordinates with their datum, or by a click on the map: either is enough, and the keyboard needs no map.
import { Field } from "../shared/components.tsx";
import { formatDistance } from "../shared/i18n.ts";
import type { Datum, PlaceSeen } from "./contract.ts";
import type { PlaceForm, Sight } from "./place-form.ts";
import { t } from "./text.ts";

export function PlaceFields({ form, first }: { form: PlaceForm; first?: boolean }) {
  const wrong = form.wrong.value;
  return (
    <fieldset class="place-fields">
      <legend>{t.value.place}</legend>
      <p class="field-hint">{t.value.place_hint}</p>
      <div class="place-pair">
        <Field label={t.value.lon} error={wrong === "numbers" ? t.value.place_wrong : null}>
          {(ids) => (
            <input
              {...ids}
              name="lon"
              inputMode="decimal"
              autoComplete="off"
              data-first={first ? "" : undefined}
              value={form.lon.value}
              onInput={(event) => form.type("lon", event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label={t.value.lat}>
          {(ids) => <input {...ids} name="lat" inputMode="decimal" autoComplete="off" value={form.lat.value} onInput={(event) => form.type("lat", event.currentTarget.value)} />}
        </Field>
      </div>
      <Field label={t.value.datum} hint={t.value.datum_hint} error={wrong === "datum" ? t.value.datum_missing : null}>
        {(ids) => (
          <select {...ids} name="datum" value={form.datum.value} onChange={(event) => form.choose(event.currentTarget.value as Datum)}>
            <option value="" disabled>
              {t.value.datum_choose}
            </option>
            <option value="gcj02">{t.value.datum_gcj02}</option>
            <option value="bd09">{t.value.datum_bd09}</option>
            <option value="wgs84">{t.value.datum_wgs84}</option>
          </select>
        )}
      </Field>
      <SightWords sight={form.sight.value} />
    </fieldset>
  );
}

/** Where the place lies, before anybody is rung for it. */
export function SightWords({ sight }: { sight: Sight }) {
  if (sight.state === "none") return null;
  if (sight.state === "refused") {
    return (
      <p class="note" data-kind="bad" role="alert" data-testid="place-refused">
        {sight.why}
      </p>
    );
  }
  return (
    <div class="place-seen" role="status" data-testid={sight.state === "seen" ? "place-seen" : undefined}>
      {sight.state === "asking" ? <p class="muted">{t.value.seeing}</p> : <Seen place={sight.place} />}
    </div>
  );
}

function Seen({ place }: { place: PlaceSeen }) {
  const { street, street_distance_m, network_distance_m, datum_shift_m } = place;
  return (
    <>
      <p>
        <strong>{street === null ? t.value.seen_no_street : t.value.seen_street(street, formatDistance(street_distance_m ?? 0))}</strong>
      </p>
      <p class="muted">{`WGS-84 ${place.lon.toFixed(6)}, ${place.lat.toFixed(6)}`}</p>
      {datum_shift_m >= 1 && <p class="muted">{t.value.seen_shift(formatDistance(datum_shift_m))}</p>}
      {network_distance_m === null && (
        <p class="note" data-kind="warn">
          {t.value.seen_no_way}
        </p>
      )}
    </>
  );
}
