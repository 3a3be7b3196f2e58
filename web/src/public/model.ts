// What the page knows: where one starts, the AEDs around there, and the one that is looked at. Nothing of it outlives the page.
import { computed, signal } from "@preact/signals";
import type { LonLat, MapBounds, Usable } from "../map/index.ts";
import { api } from "../shared/api.ts";

export interface PublicAed {
  aed_id: string;
  lon: number;
  lat: number;
  name: string;
  location_text: string;
  floor: string;
  opening_hours: string;
  hours_as_written?: string;
  usable: Usable;
  reasons: string[];
}
export interface Walk {
  walk_time_s: number;
  length_m: number;
  straight_line: boolean;
  lonlat: [number, number][];
  steps_zh: string[];
  steps_en: string[];
}
export type ProblemKind = "missing" | "locked" | "broken" | "wrong_place" | "pads_expired" | "other";
export const PROBLEM_KINDS: readonly ProblemKind[] = ["missing", "locked", "broken", "wrong_place", "pads_expired", "other"];

/** own: by the phone. placed: tapped on the map. centre: nobody has said, so the middle of the map. */
export interface Start {
  place: LonLat;
  how: "own" | "placed" | "centre";
  accuracy_m: number | null;
}
export type Locating = "idle" | "asking" | "refused" | "unknown";
export type Finding = "loading" | "ready" | "failed";

const METRES_PER_DEGREE = 111_320;
/** Of each kind: the nearest of all, and the nearest that can be used now, which may be far behind them. */
const NEAREST = 50;
const LIST_STEP = 25;

export const start = signal<Start | null>(null);
export const locating = signal<Locating>("idle");
export const finding = signal<Finding>("loading");
export const onlyUsable = signal(true);
export const listed = signal(LIST_STEP);
export const chosenId = signal<string | null>(null);
const known = signal<ReadonlyMap<string, PublicAed>>(new Map());

export const aeds = computed(() => [...known.value.values()]);
export const nearest = computed(() => {
  const from = start.value?.place;
  if (from === undefined) return [];
  return aeds.value
    .map((aed) => ({ aed, far_m: metresBetween(from, [aed.lon, aed.lat]) }))
    .sort((a, b) => a.far_m - b.far_m);
});
export const shown = computed(() => nearest.value.filter(({ aed }) => !onlyUsable.value || aed.usable === "yes"));
export const chosen = computed(() => (chosenId.value === null ? null : (known.value.get(chosenId.value) ?? null)));

export function showMore(): void {
  listed.value += LIST_STEP;
}

/** By the phone's own position; a refusal is an answer like any other. */
export function locate(): void {
  locating.value = "asking";
  if (!("geolocation" in navigator)) {
    locating.value = "unknown";
    return;
  }
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      locating.value = "idle";
      beginAt({ place: [coords.longitude, coords.latitude], how: "own", accuracy_m: coords.accuracy });
    },
    (error) => {
      locating.value = error.code === error.PERMISSION_DENIED ? "refused" : "unknown";
    },
    { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
  );
}

export function beginAt(from: Start): void {
  start.value = from;
  listed.value = LIST_STEP;
  void find();
}

let asked = 0;

/** The AEDs nearest to the start, however far. */
export async function find(): Promise<void> {
  const from = start.value?.place;
  if (from === undefined) return;
  const mine = ++asked;
  finding.value = "loading";
  try {
    const near = from.map((degrees) => degrees.toFixed(5)).join(",");
    const ask = (usable: boolean) => api.raw<{ aeds: PublicAed[] }>("get", "/api/public/aeds", { query: { near, k: NEAREST, usable } });
    const answers = await Promise.all([ask(false), ask(true)]);
    if (mine !== asked) return;
    const found = answers.flatMap(({ aeds }) => aeds);
    // All that is nearer than the last of all is in the answer: what was known there and is not is gone.
    const all = answers[0].aeds;
    const reach_m = all.length < NEAREST ? Infinity : Math.max(...all.map(({ lon, lat }) => metresBetween(from, [lon, lat])));
    const isBeyond = ({ lon, lat }: PublicAed) => metresBetween(from, [lon, lat]) > reach_m;
    known.value = new Map([...aeds.value.filter(isBeyond), ...found].map((aed) => [aed.aed_id, aed]));
    finding.value = "ready";
  } catch {
    if (mine === asked) finding.value = "failed";
  }
}

/** What a box holds now; what was known of it before is forgotten, since it may have closed. */
export async function load(box: MapBounds): Promise<void> {
  const { west, south, east, north } = box;
  const answer = await api.raw<{ aeds: PublicAed[] }>("get", "/api/public/aeds", { query: { west, south, east, north } });
  const isOutside = ({ lon, lat }: PublicAed) => lon < west || lon > east || lat < south || lat > north;
  known.value = new Map([...aeds.value.filter(isOutside), ...answer.aeds].map((aed) => [aed.aed_id, aed]));
}

export function findWalk(from: LonLat, aed_id: string, signal: AbortSignal): Promise<Walk> {
  const [from_lon, from_lat] = from.map((degrees) => degrees.toFixed(5));
  return api.raw<Walk>("get", "/api/public/walk", { query: { from_lon, from_lat, to_aed: aed_id, datum: "wgs84" }, signal });
}

export function reportProblem(aed_id: string, kind: ProblemKind, note: string): Promise<unknown> {
  const body = note.trim() === "" ? { kind } : { kind, note: note.trim() };
  return api.raw("post", "/api/aeds/{aed_id}/problems", { path: { aed_id }, body });
}

export function metresBetween([lonA, latA]: LonLat, [lonB, latB]: LonLat): number {
  const squeeze = Math.cos((((latA + latB) / 2) * Math.PI) / 180);
  return Math.hypot((lonB - lonA) * squeeze, latB - latA) * METRES_PER_DEGREE;
}
