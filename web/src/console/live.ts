// Keeps the desk true: the stream says what changed, HTTP says what it is now, and a watch says when neither is heard.
import { computed, effect, signal, untracked } from "@preact/signals";
import type { ServerFrame } from "../generated/stream.ts";
import { api } from "../shared/api.ts";
import { serviceNow, setServiceClock } from "../shared/clock.ts";
import { noMemory, openStream, type StreamClient } from "../shared/stream.ts";
import { announceChange, remind } from "./announce.ts";
import type { IncidentView } from "./contract.ts";
import * as desk from "./desk.ts";
import { isOpen } from "./model.ts";
import { soundLost } from "./sounds.ts";

const LINKS_EVERY_MS = 5_000;
const PROBLEMS_EVERY_MS = 60_000;
const REMIND_EVERY_MS = 15_000;
const CLOSED_SHOWN = 50;
const REACH_MINUTES = 4;
/** A poll that has been failing for this long means that nobody can vouch for what is on the screen. */
const SILENT_MS = 12_000;
const AT_ONCE = 4;

/** Listens from now on: what was before comes over HTTP. */
const fromNowOn = { ...noMemory(), load: () => ({ lastSeq: Number.MAX_SAFE_INTEGER, queue: [] }) };

export type MoveResponder = (alertId: string, lon: number, lat: number) => void;
/** Set by the map: positions go straight to it, past the screen's rendering. */
export const onMove: { current: MoveResponder } = { current: () => undefined };

const stream = signal<StreamClient | null>(null);
const heardAt = signal(Date.now());
const wallClock = signal(Date.now());
export const lastLiveAt = signal<number | null>(null);

export const streamState = computed(() => stream.value?.state.value ?? "idle");
export const reconnectAt = computed(() => stream.value?.reconnectAt.value ?? null);
/** Whether what is on the screen may be called live. */
export const live = computed(
  () => streamState.value === "online" && desk.ready.value && wallClock.value - heardAt.value < SILENT_MS,
);
/** Live at least once, and now no more. */
export const stale = computed(() => !live.value && lastLiveAt.value !== null);

let timers: ReturnType<typeof setInterval>[] = [];
let stopWatching: (() => void) | null = null;

export function start(): void {
  const client = openStream("/streams/dispatcher", () => api.token(), fromNowOn);
  client.onFrame = take;
  client.onBadToken = () => void api.renew().catch(() => undefined);
  stream.value = client;
  heardAt.value = Date.now();
  client.start();
  void loadLinks();
  void loadProblems();
  timers = [
    setInterval(() => void loadLinks(), LINKS_EVERY_MS),
    setInterval(() => void loadProblems(), PROBLEMS_EVERY_MS),
    setInterval(() => {
      // In a hidden tab browsers put timers to sleep: silence then says nothing.
      if (!document.hidden) wallClock.value = Date.now();
    }, 1_000),
    setInterval(remind, REMIND_EVERY_MS),
  ];
  document.addEventListener("visibilitychange", seenAgain);
  stopWatching = effect(() => {
    const isLive = live.value;
    untracked(() => {
      if (isLive) lastLiveAt.value = serviceNow();
      else if (lastLiveAt.value !== null) soundLost();
    });
  });
}

function seenAgain(): void {
  if (document.hidden) return;
  heardAt.value = wallClock.value = Date.now();
  void loadLinks();
}

export function stop(): void {
  document.removeEventListener("visibilitychange", seenAgain);
  stopWatching?.();
  timers.forEach(clearInterval);
  stream.value?.stop();
  stream.value = null;
  lastLiveAt.value = null;
  waiting.clear();
}

export function reconnectNow(): void {
  stream.value?.nudge();
  void loadLinks();
}

function take(frame: ServerFrame): void {
  heardAt.value = Date.now();
  if (live.peek()) lastLiveAt.value = serviceNow();
  switch (frame.type) {
    case "welcome":
      setServiceClock(frame.now);
      void loadAll();
      break;
    case "incident_changed":
      if (Date.parse(frame.at) > serviceNow() + 2_000) setServiceClock(frame.at);
      refresh(frame.incident_id);
      break;
    case "responder_position": {
      const at = Date.parse(frame.observed_at);
      desk.positions.set(frame.alert_id, { lon: frame.lon, lat: frame.lat, at });
      onMove.current(frame.alert_id, frame.lon, frame.lat);
      break;
    }
    default:
  }
}

async function loadAll(): Promise<void> {
  try {
    const list = await api.get("/api/incidents", { query: { limit: CLOSED_SHOWN } });
    const open = await api.get("/api/incidents", { query: { open_only: true, limit: 500 } });
    const known = new Map([...list, ...open].map((one) => [one.incident_id, one]));
    for (const [id, one] of known) {
      const held = desk.incidents.value.get(id);
      known.set(id, { ...one, alerts: held?.alerts ?? one.alerts ?? [] });
    }
    desk.incidents.value = known;
    await Promise.all([...known.values()].filter(isOpen).map(({ incident_id }) => refresh(incident_id, true)));
    desk.ready.value = true;
    const first = desk.openOnes.value[0];
    if (desk.selected.value === null && first) desk.select(first.incident_id, false);
  } catch {
    setTimeout(() => stream.value && streamState.value === "online" && void loadAll(), 2_000);
  }
}

const waiting = new Map<string, Promise<void>>();
const again = new Set<string>();
let running = 0;
const queue: (() => void)[] = [];

/** Reads an incident anew; what comes while it is being read is read once more afterwards. */
export function refresh(id: string, quiet = false): Promise<void> {
  const under_way = waiting.get(id);
  if (under_way) {
    again.add(id);
    return under_way;
  }
  const work = inTurn(() => readIncident(id, quiet)).finally(() => {
    waiting.delete(id);
    if (again.delete(id)) void refresh(id);
  });
  waiting.set(id, work);
  return work;
}

async function inTurn(work: () => Promise<void>): Promise<void> {
  if (running >= AT_ONCE) await new Promise<void>((go) => queue.push(go));
  running += 1;
  try {
    await work();
  } finally {
    running -= 1;
    queue.shift()?.();
  }
}

async function readIncident(id: string, quiet: boolean): Promise<void> {
  try {
    const view = await api.get("/api/incidents/{incident_id}", { path: { incident_id: id } });
    show(view, quiet);
    if (desk.selectedId.value === id) await loadTimeline(id);
  } catch {
    // What could not be read now is read at the next change, or when the stream is back.
  }
}

/** The newest view of an incident, as it was read or as an action answered. */
export function show(view: IncidentView, quiet = false): void {
  const before = desk.put(view);
  void nameAeds(view);
  if (!quiet) announceChange(before, view);
}

export async function loadTimeline(id: string): Promise<void> {
  const path = { incident_id: id };
  const entries = await api.get("/api/incidents/{incident_id}/timeline", { path });
  if (desk.selectedId.value === id) desk.timeline.value = { incidentId: id, entries };
}

export async function loadReach(id: string): Promise<void> {
  try {
    const area = await api.get("/api/incidents/{incident_id}/reach", {
      path: { incident_id: id },
      query: { minutes: REACH_MINUTES },
    });
    if (desk.selectedId.value === id) desk.reach.value = { incidentId: id, minutes: REACH_MINUTES, area: area as unknown as GeoJSON.GeoJSON };
  } catch {
    if (desk.reach.value?.incidentId === id) desk.reach.value = null;
  }
}

async function loadLinks(): Promise<void> {
  try {
    const told = await api.get("/api/links", {});
    desk.links.value = told;
    desk.linksAt.value = Date.now();
    heardAt.value = Date.now();
    if (streamState.value === "online" || lastLiveAt.value === null) setServiceClock(told.clock.now, told.clock.speed);
  } catch {
    // The watch counts the seconds since something was heard.
  }
}

export async function loadProblems(): Promise<void> {
  try {
    desk.problems.value = await api.get("/api/aeds/problems", { query: { open: true } });
  } catch {
    // The list stays as it was; the state line tells of a service that cannot be reached.
  }
}

export async function loadAeds(bounds: readonly [number, number, number, number]): Promise<void> {
  const [west, south, east, north] = bounds;
  try {
    const told = await api.get("/api/console/aeds", { query: { west, south, east, north } });
    desk.aeds.value = told.aeds;
    rememberNames(told.aeds);
  } catch {
    // The map keeps the AEDs of its last view.
  }
}

/** About a kilometre and a half: what somebody could still fetch. */
const NEAR_DEG = 0.015;

async function loadNearAeds(id: string): Promise<void> {
  const place = desk.incidents.peek().get(id)?.location;
  if (!place) return;
  const { lon, lat } = place;
  const query = { west: lon - NEAR_DEG, south: lat - NEAR_DEG, east: lon + NEAR_DEG, north: lat + NEAR_DEG };
  try {
    const told = await api.get("/api/console/aeds", { query });
    if (desk.selectedId.peek() !== id) return;
    desk.nearAeds.value = told.aeds;
    rememberNames(told.aeds);
  } catch {
    desk.nearAeds.value = [];
  }
}

function rememberNames(found: Iterable<{ aed_id: string; name: string; location_text: string }>): void {
  const names = new Map(desk.aedNames.value);
  for (const { aed_id, name, location_text } of found) names.set(aed_id, name || location_text || aed_id);
  desk.aedNames.value = names;
}

const asked = new Set<string>();

async function nameAeds(view: IncidentView): Promise<void> {
  for (const { aed_id } of view.alerts ?? []) {
    if (!aed_id || asked.has(aed_id) || desk.aedNames.value.has(aed_id)) continue;
    asked.add(aed_id);
    try {
      rememberNames([await api.get("/api/aeds/{aed_id}", { path: { aed_id } })]);
    } catch {
      asked.delete(aed_id);
    }
  }
}

// The selected incident's timeline and walking area follow the selection and the patient's place.
const reachKey = computed(() => {
  const place = desk.selected.value?.location;
  return desk.selectedId.value && place ? `${desk.selectedId.value} ${place.lon} ${place.lat}` : null;
});

export function followSelection(): () => void {
  const stopTimeline = effect(() => {
    const id = desk.selectedId.value;
    if (id) untracked(() => void loadTimeline(id).catch(() => undefined));
  });
  const stopReach = effect(() => {
    const id = reachKey.value?.split(" ")[0];
    desk.nearAeds.value = [];
    if (!id) desk.reach.value = null;
    else
      untracked(() => {
        void loadReach(id);
        void loadNearAeds(id);
      });
  });
  return () => {
    stopTimeline();
    stopReach();
  };
}
