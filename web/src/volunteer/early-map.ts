// Brings the map, which is large, while its volunteer is on duty: it is there then when the phone rings on a bad line.
import { effect } from "@preact/signals";
import { onDuty } from "./app.ts";
import { stream } from "./mission.ts";

const AFTER_MS = 20_000;

export function bringMapInGoodTime(): void {
  effect(() => {
    if (!onDuty.value || stream.value === null) return;
    const later = setTimeout(() => void bringMap(), AFTER_MS);
    return () => clearTimeout(later);
  });
}

async function bringMap(): Promise<void> {
  try {
    await Promise.all([import("./screens/RouteMap.tsx"), import("../map/engine.ts")]);
  } catch {
    // Asked for again when it is needed.
  }
}
