// Where the phone is: asked for only on duty, and often only while somebody is waiting for help.
import { signal } from "@preact/signals";
import { serviceNow } from "../shared/clock.ts";
import type { PositionFrame } from "../shared/stream.ts";

export type Pace = "off" | "duty" | "call";
export type Permission = "unknown" | "granted" | "denied" | "unavailable";

export interface Fix {
  lon: number;
  lat: number;
  accuracy_m: number;
  /** Milliseconds of this phone's clock. */
  at: number;
}

export const fix = signal<Fix | null>(null);
export const permission = signal<Permission>("unknown");
/** It is allowed, and the phone could not find out where it is. */
export const fixFailed = signal(false);

/** On duty a position is good for half an hour in matching: one in five minutes, or sooner after a walk, is enough. */
const EVERY_MS = { duty: 300_000, call: 4_000 };
const AFTER_M = { duty: 150, call: 0 };
const SOONEST_MS = { duty: 60_000, call: 3_000 };
/** A demo's clock runs fast. */
const DEMO_SOONEST_MS = 900;

const DEMO = "rescue.demo-at";
/** In a demo the viewer sits elsewhere and stands in the demo's city: the place that came with the invitation. */
export const demoAt = signal<[number, number] | null>(readDemo());
/** Where a demo's volunteer walks, and how far along, 0 to 1. */
let demoWalk: (() => [number, number] | null) | null = null;

let watch: number | null = null;
let pace: Pace = "off";
let sent: Fix | null = null;
let sending: (frame: Omit<PositionFrame, "type">) => boolean = () => false;
let timer: ReturnType<typeof setInterval> | undefined;

export function setPace(to: Pace, send: (frame: Omit<PositionFrame, "type">) => boolean): void {
  sending = send;
  if (to === pace) return;
  pace = to;
  if (watch !== null) navigator.geolocation.clearWatch(watch);
  watch = null;
  clearInterval(timer);
  fixFailed.value = false;
  if (to === "off") {
    fix.value = null;
    sent = null;
    return;
  }
  if (demoAt.value !== null) {
    const here = () => {
      const [lon, lat] = demoWalk?.() ?? demoAt.value ?? [0, 0];
      fix.value = { lon, lat, accuracy_m: 10, at: Date.now() };
      offer();
    };
    permission.value = "granted";
    here();
    timer = setInterval(here, to === "call" ? 1_000 : 60_000);
    return;
  }
  if (!("geolocation" in navigator)) {
    permission.value = "unavailable";
    return;
  }
  watch = navigator.geolocation.watchPosition(
    ({ coords, timestamp }) => {
      permission.value = "granted";
      fixFailed.value = false;
      fix.value = { lon: coords.longitude, lat: coords.latitude, accuracy_m: coords.accuracy, at: Math.min(timestamp, Date.now()) };
      offer();
    },
    (error) => {
      if (error.code === error.PERMISSION_DENIED) permission.value = "denied";
      else fixFailed.value = true;
    },
    { enableHighAccuracy: to === "call", maximumAge: to === "call" ? 2_000 : 60_000, timeout: 30_000 },
  );
  timer = setInterval(offer, to === "call" ? 4_000 : 60_000);
}

/** `at` "lon,lat", or null to forget it. */
export function setDemo(at: string | null): void {
  try {
    if (at === null) sessionStorage.removeItem(DEMO);
    else sessionStorage.setItem(DEMO, at);
  } catch {
    // Then the demo's place lasts as long as the page.
  }
  demoAt.value = placeOf(at);
}

export function setDemoWalk(walk: (() => [number, number] | null) | null): void {
  demoWalk = walk;
}

function readDemo(): [number, number] | null {
  try {
    return placeOf(sessionStorage.getItem(DEMO));
  } catch {
    return null;
  }
}

function placeOf(text: string | null): [number, number] | null {
  const [lon, lat] = (text ?? "").split(",").map(Number);
  return text !== null && Number.isFinite(lon) && Number.isFinite(lat) ? [lon as number, lat as number] : null;
}

/** After a reconnection the newest position goes at once. */
export function sendAgain(): void {
  sent = null;
  offer();
}

function offer(): void {
  const here = fix.value;
  if (here === null || pace === "off") return;
  const rested = sent === null ? Infinity : Date.now() - sent.at;
  const walked = sent === null ? Infinity : metresBetween(sent, here);
  const soonest = demoAt.value !== null && pace === "call" ? DEMO_SOONEST_MS : SOONEST_MS[pace];
  const every = demoAt.value !== null && pace === "call" ? DEMO_SOONEST_MS : EVERY_MS[pace];
  if (rested < soonest || (rested < every && walked <= AFTER_M[pace])) return;
  // The service's clock, not the phone's: a phone that is wrong by minutes would otherwise not be believed. While the
  // phone stands still no new fix comes; it is still there.
  const standing = pace === "duty" ? 0 : Math.min(Date.now() - here.at, 20_000);
  const frame = {
    lon: here.lon,
    lat: here.lat,
    datum: "wgs84",
    accuracy_m: Math.min(here.accuracy_m, 100_000),
    observed_at: new Date(serviceNow() - standing).toISOString(),
  };
  if (sending(frame)) sent = { ...here, at: Date.now() };
}

export function metresBetween(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
  const perDegree = 111_320;
  const x = (b.lon - a.lon) * perDegree * Math.cos(((a.lat + b.lat) / 2) * (Math.PI / 180));
  return Math.hypot(x, (b.lat - a.lat) * perDegree);
}
