// What a dispatcher does to an incident. Each action answers with whether it was done; what was refused is said.
import { signal } from "@preact/signals";
import { api, type Schemas } from "../shared/api.ts";
import { ApiError, wordingOf } from "../shared/errors.ts";
import { toast } from "../shared/components.tsx";
import type { CallOffReason, Candidate, Datum, PlaceSeen } from "./contract.ts";
import * as desk from "./desk.ts";
import { focusOn } from "./focus.ts";
import { refresh, show } from "./live.ts";
import { refusalWord } from "./words.ts";

/** With `force` a dispatcher may overrule these; what is promised or was not consented to, nobody may. */
export const FORCIBLE: ReadonlySet<string> = new Set([
  "off_duty",
  "no_certificate",
  "certificate_expired",
  "certificate_not_yet_valid",
  "certificate_unverified",
  "certificate_not_accepted",
  "paused",
  "not_available",
  "quiet_hours",
  "no_position",
  "not_reachable",
  "aed_not_usable",
]);

export type NewCall = Schemas["NewCall"];

export const busy = signal(false);

/** Why an action was not done, in words. */
export function refusal(error: unknown): string {
  if (!(error instanceof ApiError)) return wordingOf(error);
  if (error.status === 0 || error.status === 401) return wordingOf(error);
  return refusalWord(error.code, error.message);
}

async function doing<T>(work: () => Promise<T>): Promise<T> {
  busy.value = true;
  try {
    return await work();
  } finally {
    busy.value = false;
  }
}

/** Where a place lies and by which street, for somebody to look at; nobody is rung. Throws what the service refused. */
export function seePlace(place: { lon: number; lat: number; datum: Datum }, signal: AbortSignal): Promise<PlaceSeen> {
  return api.get("/api/console/place", { query: place, signal });
}

/** Opens a call by hand and looks at it. Throws what the service refused. */
export async function createCall(call: NewCall): Promise<void> {
  await doing(async () => {
    const { incident_id } = await api.post("/api/incidents", { body: call });
    await refresh(incident_id, true);
    desk.panel.value = null;
    desk.select(incident_id);
    focusOn("actions");
  });
}

export async function setPlace(id: string, location: { lon: number; lat: number; datum: Datum }): Promise<void> {
  await doing(async () => {
    const held = desk.incidents.value.get(id)?.location;
    const { address = "", floor = "", note = "" } = held ?? {};
    const body = { location: { ...location, address, floor, note } };
    show(await api.post("/api/incidents/{incident_id}/location", { path: { incident_id: id }, body }));
    await refresh(id);
  });
}

export async function stopIncident(id: string): Promise<void> {
  await doing(async () => {
    show(await api.post("/api/incidents/{incident_id}/stand-down", { path: { incident_id: id } }));
    await refresh(id);
  });
}

/** Two calls, one patient: this one is closed, the other goes on, and is looked at. */
export async function joinTo(id: string, into: string): Promise<void> {
  await doing(async () => {
    show(await api.post("/api/incidents/{incident_id}/join", { path: { incident_id: id }, body: { into } }));
    await refresh(id);
    await refresh(into);
    desk.select(into);
  });
}

/** Two calls, two patients: this one rings now. */
export async function tellApart(id: string): Promise<void> {
  await doing(async () => {
    show(await api.post("/api/incidents/{incident_id}/another-patient", { path: { incident_id: id } }));
    await refresh(id);
  });
}

export async function callOff(id: string, alertId: string, reason: CallOffReason): Promise<void> {
  await doing(async () => {
    const path = { incident_id: id, alert_id: alertId };
    show(await api.post("/api/incidents/{incident_id}/alerts/{alert_id}/call-off", { path, body: { reason } }));
    await refresh(id);
  });
}

export function loadCandidates(id: string): Promise<Candidate[]> {
  return api.get("/api/incidents/{incident_id}/candidates", { path: { incident_id: id } });
}

export interface Addition {
  rescuer_id: string;
  role?: "direct" | "fetch_aed";
  aed_id?: string | null;
  force?: boolean;
}

export async function addPerson(id: string, addition: Addition): Promise<void> {
  await doing(async () => {
    const body = { force: false, ...addition };
    show(await api.post("/api/incidents/{incident_id}/alerts", { path: { incident_id: id }, body }));
    await refresh(id);
  });
}

export async function signOut(): Promise<void> {
  try {
    await api.signOut();
  } catch (error) {
    toast(refusal(error), "bad");
  }
}
