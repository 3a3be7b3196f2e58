// From WGS-84 to GCJ-02 and back: on a base map that is on the Chinese datum our overlays must move with it, or they stand
// half a kilometre off. The same series and the same outline as geo/places/datum.py.
import outline from "../../../geo/data/mainland_china.json";
import type { LonLat } from "./types.ts";

const SEMI_MAJOR_M = 6_378_245.0;
const ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943;
// Each round shrinks the error by about a thousand.
const INVERSION_ROUNDS = 4;

export interface Shift {
  /** From WGS-84 to the map. */
  toMap(place: LonLat): [number, number];
  fromMap(place: LonLat): [number, number];
}

export const gcj02: Shift = {
  toMap: ([lon, lat]) => (inMainlandChina(lon, lat) ? shifted(lon, lat) : [lon, lat]),
  fromMap([lon, lat]) {
    let [guessLon, guessLat] = [lon, lat];
    for (let round = 0; round < INVERSION_ROUNDS; round++) {
      const [thereLon, thereLat] = shifted(guessLon, guessLat);
      guessLon += lon - thereLon;
      guessLat += lat - thereLat;
    }
    // Decided on the WGS-84 side, as on the way there, so that both ways agree near the border.
    return inMainlandChina(guessLon, guessLat) ? [guessLon, guessLat] : [lon, lat];
  },
};

function inMainlandChina(lon: number, lat: number): boolean {
  const polygons = outline.coordinates as number[][][][];
  return polygons.some((rings) => rings.reduce((inside, ring) => inside !== crosses(ring, lon, lat), false));
}

/** Whether a ray from the point crosses the ring an odd number of times. */
function crosses(ring: number[][], lon: number, lat: number): boolean {
  let inside = false;
  let before = ring[ring.length - 1]!;
  for (const point of ring) {
    const [x, y, beforeX, beforeY] = [point[0]!, point[1]!, before[0]!, before[1]!];
    if (y > lat !== beforeY > lat && lon < ((beforeX - x) * (lat - y)) / (beforeY - y) + x) inside = !inside;
    before = point;
  }
  return inside;
}

function shifted(lon: number, lat: number): [number, number] {
  // The public series: waves of 6, 2, 1, 1/3 and less degrees around a point at 105 E, 35 N, in metres.
  const { PI: pi, sin, sqrt, abs } = Math;
  const x = lon - 105;
  const y = lat - 35;
  const root = sqrt(abs(x));
  const fastWaves = 20 * sin(6 * pi * x) + 20 * sin(2 * pi * x);
  let northM = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root;
  northM += (2 / 3) * (fastWaves + 20 * sin(pi * y) + 40 * sin((pi / 3) * y));
  northM += (2 / 3) * (160 * sin((pi / 12) * y) + 320 * sin((pi / 30) * y));
  let eastM = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root;
  eastM += (2 / 3) * (fastWaves + 20 * sin(pi * x) + 40 * sin((pi / 3) * x));
  eastM += (2 / 3) * (150 * sin((pi / 12) * x) + 300 * sin((pi / 30) * x));
  const sinLat = sin((lat * pi) / 180);
  const curvature = 1 - ECCENTRICITY_SQUARED * sinLat * sinLat;
  const meridianM = (SEMI_MAJOR_M * (1 - ECCENTRICITY_SQUARED)) / curvature ** 1.5;
  const parallelM = (SEMI_MAJOR_M / sqrt(curvature)) * Math.cos((lat * pi) / 180);
  return [lon + (eastM / parallelM) * (180 / pi), lat + (northM / meridianM) * (180 / pi)];
}
