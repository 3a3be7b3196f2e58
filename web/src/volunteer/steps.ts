// A route in sentences, from the streets that the service names and the line that it draws.
import type { RouteFrame } from "../generated/stream.ts";
import { dictionary, formatDistance } from "../shared/i18n.ts";
import { metresBetween } from "./position.ts";

type Turn = "start" | "straight" | "slight_left" | "slight_right" | "left" | "right" | "sharp_left" | "sharp_right" | "back";

const words = dictionary(
  {
    turns: {
      start: "出发",
      straight: "直行",
      slight_left: "稍向左",
      slight_right: "稍向右",
      left: "左转",
      right: "右转",
      sharp_left: "向左后方转",
      sharp_right: "向右后方转",
      back: "掉头",
    },
    compass: ["北", "东北", "东", "东南", "南", "西南", "西", "西北"],
    start: (way: string, heading: string, far: string) => `${way}向${heading}走 ${far}`,
    on: (turn: string, way: string, far: string) => (way ? `${turn}，${way}走 ${far}` : `${turn}，走 ${far}`),
    along: (street: string) => `沿${street}`,
    steps: "走台阶",
    lastLeg: "穿过院内道路",
    offStreet: "离开道路",
    toStreet: "到路上，",
  },
  {
    turns: {
      start: "Set off",
      straight: "Go straight on",
      slight_left: "Bear left",
      slight_right: "Bear right",
      left: "Turn left",
      right: "Turn right",
      sharp_left: "Turn sharp left",
      sharp_right: "Turn sharp right",
      back: "Turn back",
    },
    compass: ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"],
    start: (way: string, heading: string, far: string) => `Head ${heading}${way ? ` ${way}` : ""} for ${far}`,
    on: (turn: string, way: string, far: string) => `${turn}${way ? ` ${way}` : ""} for ${far}`,
    along: (street: string) => `along ${street}`,
    steps: "by the stairs",
    lastLeg: "across private ground",
    offStreet: "off the street",
    toStreet: "to the street",
  },
);

type Point = readonly [number, number];
const BEARING_M = 8;
const LEAST_TOLD_M = 10;
const BEND_APART_M = 15;
const SHARP_BEND = 50;

interface Part {
  kind: string;
  street: string;
  length_m: number;
  /** Where it begins, metres along the route. */
  from: number;
}

export function stepsInWords(route: RouteFrame): string[] {
  const line = route.lonlat as Point[];
  const parts = joined(route).flatMap((part) => split(part, line));
  return parts.map((part, index) => {
    const { along, start, on, turns, compass } = words.value;
    const { steps, lastLeg, offStreet, toStreet } = words.value;
    const kinds: Record<string, string> = { steps, "last leg": lastLeg, "off street": index === 0 ? toStreet : offStreet };
    const way = kinds[part.kind] ?? (part.street ? along(part.street) : "");
    const far = formatDistance(part.length_m);
    const heading = bearing(line, part.from, part.from + BEARING_M);
    if (index === 0 || heading === null) return start(way, compass[Math.round((heading ?? 0) / 45) % 8] ?? "", far);
    const before = bearing(line, part.from - BEARING_M, part.from) ?? heading;
    return on(turns[turnOf(heading - before)], way, far);
  });
}

/** The first street with a name: whoever is woken knows it before any map is read. */
export function firstStreet(route: RouteFrame | null): string {
  return route?.steps.find((step) => step.street !== "")?.street ?? "";
}

function joined(route: RouteFrame): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const { kind, street, length_m } of route.steps) {
    const last = parts.at(-1);
    if (last !== undefined && last.kind === kind && last.street === street) last.length_m += length_m;
    else if (last !== undefined && length_m < LEAST_TOLD_M && kind !== "steps") last.length_m += length_m;
    else parts.push({ kind, street, length_m, from });
    from += length_m;
  }
  return parts;
}

/** On a way without a name a sharp bend is told, since no name says which way goes on. */
function split(part: Part, line: Point[]): Part[] {
  if (part.street !== "" || part.kind !== "walk") return [part];
  const parts = [{ ...part }];
  const end = part.from + part.length_m;
  let along = 0;
  for (let i = 1; i < line.length - 1; i++) {
    along += lengthOf(line[i - 1] as Point, line[i] as Point);
    const last = parts.at(-1) as Part;
    if (along < last.from + BEND_APART_M || along > end - BEND_APART_M) continue;
    const [before, after] = [bearing(line, along - BEARING_M, along), bearing(line, along, along + BEARING_M)];
    if (before === null || after === null || Math.abs(turned(after - before)) < SHARP_BEND) continue;
    last.length_m = along - last.from;
    parts.push({ ...part, from: along, length_m: end - along });
  }
  return parts;
}

function turned(change: number): number {
  return ((change + 540) % 360) - 180;
}

function turnOf(change: number): Turn {
  const angle = turned(change);
  const size = Math.abs(angle);
  const side = angle < 0 ? "left" : "right";
  if (size < 20) return "straight";
  if (size < 55) return `slight_${side}`;
  if (size < 125) return side;
  return size < 160 ? `sharp_${side}` : "back";
}

/** Degrees from north between two places on the line; null where they are one. */
function bearing(line: Point[], fromM: number, toM: number): number | null {
  const a = pointAt(line, fromM);
  const b = pointAt(line, toM);
  if (a === null || b === null) return null;
  const east = (b[0] - a[0]) * Math.cos((a[1] * Math.PI) / 180);
  const north = b[1] - a[1];
  return east === 0 && north === 0 ? null : (Math.atan2(east, north) * 180) / Math.PI + (east < 0 ? 360 : 0);
}

/** The place on the route after this share of it, 0 to 1. */
export function placeAlong(route: RouteFrame, share: number): [number, number] | null {
  const line = route.lonlat as Point[];
  const whole = line.slice(1).reduce((sum, point, index) => sum + lengthOf(line[index] as Point, point), 0);
  const place = pointAt(line, whole * Math.min(1, Math.max(0, share)));
  return place === null ? null : [place[0], place[1]];
}

function pointAt(line: Point[], alongM: number): Point | null {
  let left = Math.max(0, alongM);
  for (let i = 1; i < line.length; i++) {
    const [a, b] = [line[i - 1] as Point, line[i] as Point];
    const length = lengthOf(a, b);
    if (left <= length && length > 0) return [a[0] + ((b[0] - a[0]) * left) / length, a[1] + ((b[1] - a[1]) * left) / length];
    left -= length;
  }
  return line.at(-1) ?? null;
}

function lengthOf(a: Point, b: Point): number {
  return metresBetween({ lon: a[0], lat: a[1] }, { lon: b[0], lat: b[1] });
}
