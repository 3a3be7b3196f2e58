// What a dispatcher must know of an incident at a glance, worked out from what the service says.
import type { AlertView, IncidentView } from "./contract.ts";

export const isOpen = (incident: IncidentView): boolean => incident.status !== "closed";

/** Alerts of an incident by what they mean for the dispatcher, each list with the most urgent first. */
export interface People {
  coming: AlertView[];
  ringing: AlertView[];
  over: AlertView[];
}

export interface Counts {
  ringing: number;
  on_the_way: number;
  there: number;
  aed: "there" | "on_the_way" | "none";
}

export function peopleOf(incident: IncidentView): People {
  const alerts = incident.alerts ?? [];
  const coming = alerts.filter(({ state }) => state === "arrived" || state === "accepted");
  const ringing = alerts.filter(({ state }) => state === "ringing");
  const over = alerts.filter((alert) => !coming.includes(alert) && !ringing.includes(alert));
  return {
    coming: coming.sort((a, b) => Number(b.state === "arrived") - Number(a.state === "arrived") || etaOf(a) - etaOf(b)),
    ringing: ringing.sort((a, b) => a.walk_time_s - b.walk_time_s),
    over: over.sort((a, b) => Date.parse(b.alerted_at) - Date.parse(a.alerted_at)),
  };
}

export function countsOf(incident: IncidentView): Counts {
  const { coming, ringing } = peopleOf(incident);
  const there = coming.filter(({ state }) => state === "arrived");
  const withAed = coming.filter(({ role, aed_id }) => role === "fetch_aed" && aed_id !== null);
  return {
    ringing: ringing.length,
    on_the_way: coming.length - there.length,
    there: there.length,
    aed: withAed.some(({ state }) => state === "arrived") ? "there" : withAed.length > 0 ? "on_the_way" : "none",
  };
}

/** When a responder should be with the patient, in ms; where the service does not say, from the walk time. */
export function etaOf(alert: AlertView): number {
  if (alert.eta_at) return Date.parse(alert.eta_at);
  return Date.parse(alert.accepted_at ?? alert.alerted_at) + alert.walk_time_s * 1000;
}

/** The next responder to reach the patient, by role; null where nobody is on the way. */
export function firstComing(incident: IncidentView, only?: string): AlertView | null {
  const coming = peopleOf(incident).coming.filter(({ state, role }) => state === "accepted" && (!only || role === only));
  return coming[0] ?? null;
}

/** Sudden cardiac arrest: the golden four minutes. */
const GOLDEN_S = 240;

/** The golden minutes are over and nobody is with the patient. */
export function isLate(incident: IncidentView, sinceCallS: number): boolean {
  return sinceCallS > GOLDEN_S && incident.status !== "ambulance_there" && countsOf(incident).there === 0;
}

/** What needs a person stands first, then where nobody comes, then the newest; what is over comes last. */
export function byUrgency(a: IncidentView, b: IncidentView): number {
  return urgency(a) - urgency(b) || Date.parse(b.opened_at) - Date.parse(a.opened_at);
}

function urgency(incident: IncidentView): number {
  if (incident.attention) return 0;
  if (!isOpen(incident)) return 4;
  if (incident.status === "nobody_available") return 1;
  return incident.status === "ambulance_there" ? 3 : 2;
}

/** Who that is, as far as the dispatcher is told. */
export const nameOf = (alert: { name?: string | null; rescuer_id: string }): string => alert.name || alert.rescuer_id;

/** "113.6254, 34.7466", also with Chinese commas or spaces between; null where it is no place on earth. */
export function parsePlace(lonText: string, latText: string): { lon: number; lat: number } | null {
  const lon = Number(lonText.trim());
  const lat = Number(latText.trim());
  if (!lonText.trim() || !latText.trim() || !Number.isFinite(lon) || !Number.isFinite(lat)) return null;
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? { lon, lat } : null;
}

/** Two numbers out of pasted text. */
export function splitPair(text: string): [string, string] | null {
  const found = /^\s*(-?\d+(?:\.\d+)?)\s*[,，;；\s]\s*(-?\d+(?:\.\d+)?)\s*$/.exec(text);
  return found?.[1] !== undefined && found[2] !== undefined ? [found[1], found[2]] : null;
}
