// What the console knows now: signals that screens read and that loading writes. No requests here.
import { computed, signal } from "@preact/signals";
import type { AedProblem, ConsoleAed, Datum, IncidentView, Links, TimelineEntry } from "./contract.ts";
import { byUrgency, isOpen } from "./model.ts";

export type Panel = "new-call" | "place" | "candidates" | null;
export type Ask = { kind: "stop" } | { kind: "call-off"; alertId: string } | { kind: "place"; lon: number; lat: number; datum: Datum } | null;

export const incidents = signal<ReadonlyMap<string, IncidentView>>(new Map());
export const selectedId = signal<string | null>(null);
export const timeline = signal<{ incidentId: string; entries: TimelineEntry[] } | null>(null);
export const reach = signal<{ incidentId: string; minutes: number; area: GeoJSON.GeoJSON } | null>(null);
export const links = signal<Links | null>(null);
export const linksAt = signal(0);
export const aeds = signal<readonly ConsoleAed[]>([]);
/** Around the patient of the selected incident, whatever the map shows. */
export const nearAeds = signal<readonly ConsoleAed[]>([]);
export const chosenAed = signal<string | null>(null);
export const aedNames = signal<ReadonlyMap<string, string>>(new Map());
export const problems = signal<readonly AedProblem[]>([]);
/** The first lists are here. */
export const ready = signal(false);
export const showClosed = signal(false);

/** The form that is open beside the map, and the question that waits for an answer. */
export const panel = signal<Panel>(null);
export const ask = signal<Ask>(null);
export const helpOpen = signal(false);
export const problemsOpen = signal(false);
/** A place that was clicked on the map for the open form, WGS-84. */
export const picked = signal<{ lon: number; lat: number } | null>(null);

/** Where the numbers that were typed into the open form lie, WGS-84. */
export const placed = signal<{ lon: number; lat: number } | null>(null);

/** Incidents that came while the dispatcher was looking elsewhere. */
export const fresh = signal<ReadonlySet<string>>(new Set());

export const sorted = computed(() => [...incidents.value.values()].sort(byUrgency));
export const openOnes = computed(() => sorted.value.filter((one) => isOpen(one) || one.attention !== null));
export const closedOnes = computed(() => sorted.value.filter((one) => !isOpen(one) && one.attention === null));
export const shown = computed(() => (showClosed.value ? [...openOnes.value, ...closedOnes.value] : openOnes.value));
export const selected = computed(() => (selectedId.value ? (incidents.value.get(selectedId.value) ?? null) : null));

/** Live positions by alert: read by the map and the clocks, not a signal, since hundreds change in a second. */
export const positions = new Map<string, { lon: number; lat: number; at: number }>();

export function put(view: IncidentView): IncidentView | null {
  const before = incidents.value.get(view.incident_id) ?? null;
  const next = new Map(incidents.value);
  next.set(view.incident_id, view);
  incidents.value = next;
  for (const alert of view.alerts ?? []) notePosition(alert.alert_id, alert.position);
  return before;
}

function notePosition(alertId: string, told: { lon: number; lat: number; observed_at: string } | null | undefined): void {
  if (!told) return;
  const at = Date.parse(told.observed_at);
  if ((positions.get(alertId)?.at ?? 0) <= at) positions.set(alertId, { lon: told.lon, lat: told.lat, at });
}

/** Whether the dispatcher chose what is shown; what the console chose itself it may also leave. */
export let chosenByHand = false;

export function select(id: string | null, byHand = true): void {
  chosenByHand = byHand;
  if (id === selectedId.value) return;
  selectedId.value = id;
  panel.value = panel.value === "new-call" ? "new-call" : null;
  ask.value = null;
  if (id && fresh.value.has(id)) {
    const rest = new Set(fresh.value);
    rest.delete(id);
    fresh.value = rest;
  }
}

export function selectBeside(step: 1 | -1): void {
  const list = shown.value;
  const index = list.findIndex(({ incident_id }) => incident_id === selectedId.value);
  const next = list[index < 0 ? 0 : Math.min(Math.max(index + step, 0), list.length - 1)];
  if (next) select(next.incident_id);
}

/** Nothing of one dispatcher's session is left to the next. */
export function forgetAll(): void {
  incidents.value = new Map();
  selectedId.value = null;
  timeline.value = null;
  reach.value = null;
  links.value = null;
  aeds.value = [];
  nearAeds.value = [];
  chosenAed.value = null;
  problems.value = [];
  ready.value = false;
  panel.value = null;
  ask.value = null;
  helpOpen.value = false;
  problemsOpen.value = false;
  fresh.value = new Set();
  positions.clear();
}
