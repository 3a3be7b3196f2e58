// For the browser tests: so many markers that all move in every frame, and how many frames a second came of it.
import { signal } from "@preact/signals";
import type { MapResponder } from "../map/index.ts";
import { onMove } from "./live.ts";

/** Shown beside the real ones while a measurement is under way, and only then. */
export const extras = signal<readonly MapResponder[]>([]);

export interface Measured {
  markers: number;
  frames_per_s: number;
  longest_frame_ms: number;
}

const nextFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

/** Moves `count` markers in every frame for `forMs`, around a place. */
export async function measure(count: number, forMs: number, lon: number, lat: number): Promise<Measured> {
  const at = (index: number, turn: number): [number, number] => {
    const far = 0.002 + (0.012 * (index % 97)) / 97;
    const angle = index * 2.4 + turn;
    return [lon + far * Math.cos(angle), lat + far * Math.sin(angle)];
  };
  extras.value = Array.from({ length: count }, (_, index) => {
    const [x, y] = at(index, 0);
    return { id: `measure-${index}`, lon: x, lat: y, role: index % 3 ? "direct" : "fetch_aed", status: "accepted" };
  });
  try {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const began = await nextFrame();
    let [last, frames, longest] = [began, 0, 0];
    while (last - began < forMs) {
      for (const [index, one] of extras.value.entries()) {
        [one.lon, one.lat] = at(index, (last - began) / 4000);
        onMove.current(one.id, one.lon, one.lat);
      }
      const now = await nextFrame();
      longest = Math.max(longest, now - last);
      frames += 1;
      last = now;
    }
    return { markers: count, frames_per_s: (frames * 1000) / (last - began), longest_frame_ms: longest };
  } finally {
    extras.value = [];
  }
}

declare global {
  interface Window {
    __measure?: typeof measure;
  }
}
window.__measure = measure;
