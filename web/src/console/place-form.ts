// A place that is being given: its numbers, what they are measured against, and what the service makes of them.
import { batch, type Signal, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Datum, Place, PlaceSeen } from "./contract.ts";
import * as desk from "./desk.ts";
import { parsePlace, splitPair } from "./model.ts";
import { rememberDatum, rememberedDatum } from "./remembered-datum.ts";
import { refusal, seePlace } from "./take-over.ts";

export interface GivenPlace {
  lon: number;
  lat: number;
  datum: Datum;
}

/** What the service says of the place: nothing asked yet, being asked, where it lies, or why it cannot be. */
export type Sight = { state: "none" } | { state: "asking" } | { state: "seen"; of: GivenPlace; place: PlaceSeen } | { state: "refused"; why: string };

const UNASKED: Sight = { state: "none" };
/** Nobody wants an answer for each digit. */
const TYPING_RESTS_MS = 300;

export interface PlaceForm {
  lon: Signal<string>;
  lat: Signal<string>;
  /** Empty until somebody has said it: numbers alone do not tell, and a guess is half a kilometre off. */
  datum: Signal<Datum | "">;
  wrong: Signal<"numbers" | "datum" | null>;
  sight: Signal<Sight>;
  /** Somebody typed or pasted here. */
  type: (field: "lon" | "lat", text: string) => void;
  choose: (datum: Datum) => void;
  /** The place, once it has been shown as it is now; null where it is wrong, and where it has to be looked at first. */
  read: () => GivenPlace | null;
}

export function usePlaceForm(start?: Place | null): PlaceForm {
  const lon = useSignal(start ? start.lon.toFixed(6) : "");
  const lat = useSignal(start ? start.lat.toFixed(6) : "");
  const datum = useSignal<Datum | "">(start ? "wgs84" : (rememberedDatum() ?? ""));
  const wrong = useSignal<"numbers" | "datum" | null>(null);
  /** The numbers are our own, from the map or the incident, and so is their datum. */
  const ours = useRef(Boolean(start));
  const sight = useSignal<Sight>(UNASKED);
  const asked = useRef<AbortController | null>(null);

  const given = (): GivenPlace | null => {
    const place = parsePlace(lon.value, lat.value);
    return place && datum.value ? { ...place, datum: datum.value } : null;
  };
  const look = (place: GivenPlace): void => {
    asked.current?.abort();
    const stop = (asked.current = new AbortController());
    sight.value = { state: "asking" };
    void sightOf(place, stop.signal).then((found) => {
      if (stop.signal.aborted) return;
      sight.value = found;
      // A place of our own is on the map already.
      if (found.state === "seen" && !ours.current) desk.placed.value = { lon: found.place.lon, lat: found.place.lat };
    });
  };

  useSignalEffect(() => {
    const picked = desk.picked.value;
    if (!picked) return;
    batch(() => {
      ours.current = true;
      lon.value = picked.lon.toFixed(6);
      lat.value = picked.lat.toFixed(6);
      datum.value = "wgs84";
      wrong.value = null;
    });
  });
  useSignalEffect(() => {
    const place = given();
    asked.current?.abort();
    sight.value = UNASKED;
    desk.placed.value = null;
    if (!place) return;
    if (ours.current) return look(place);
    const timer = setTimeout(() => look(place), TYPING_RESTS_MS);
    return () => clearTimeout(timer);
  });
  useEffect(
    () => () => {
      asked.current?.abort();
      desk.picked.value = desk.placed.value = null;
    },
    [],
  );

  return {
    lon,
    lat,
    datum,
    wrong,
    sight,
    type(field, text) {
      const pair = splitPair(text);
      batch(() => {
        // A pair from elsewhere is on this desk's usual map; one number changed in a pair of ours is on nobody knows which.
        if (pair && (ours.current || datum.value === "")) datum.value = rememberedDatum() ?? "";
        else if (ours.current) datum.value = "";
        ours.current = false;
        desk.picked.value = null;
        if (pair) [lon.value, lat.value] = pair;
        else (field === "lon" ? lon : lat).value = text;
      });
    },
    choose(chosen) {
      rememberDatum(chosen);
      datum.value = chosen;
      wrong.value = null;
    },
    read() {
      const place = given();
      wrong.value = parsePlace(lon.value, lat.value) === null ? "numbers" : place === null ? "datum" : null;
      if (!place) return null;
      const { value } = sight;
      if (value.state === "seen") return value.of;
      if (value.state !== "asking") look(place);
      return null;
    },
  };
}

async function sightOf(place: GivenPlace, signal: AbortSignal): Promise<Sight> {
  try {
    return { state: "seen", of: place, place: await seePlace(place, signal) };
  } catch (error) {
    return { state: "refused", why: refusal(error) };
  }
}

/** What the service makes of one place that does not change, as in a question. */
export function useSight(place: GivenPlace): Signal<Sight> {
  const sight = useSignal<Sight>({ state: "asking" });
  useEffect(() => {
    const stop = new AbortController();
    sight.value = { state: "asking" };
    void sightOf(place, stop.signal).then((found) => {
      if (!stop.signal.aborted) sight.value = found;
    });
    return () => stop.abort();
  }, [place.lon, place.lat, place.datum]);
  return sight;
}
