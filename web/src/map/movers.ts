// What moves is drawn on a canvas of its own above the map: a frame then costs a few hundred small pictures, and the map beneath,
// with its thousands of streets, need not be drawn again.
import type { Shift } from "./datum.ts";
import { drawn, type SymbolName } from "./symbols.ts";
import type { LonLat, MapIncident, MapResponder, Theme } from "./types.ts";

const GLIDE_MS = 900;
const HIT_PX = 20;
const SIZE_PX: Partial<Record<SymbolName, number>> = { incident: 28, attention: 28, closed: 16, alerted: 20, alerted_fetch: 20, stale: 22 };

/** Mercator: the whole world is 0 to 1 in both directions. */
interface Point {
  x: number;
  y: number;
}
export interface Camera extends Point {
  /** CSS pixels of the whole world. */
  world: number;
  width: number;
  height: number;
}

interface Mover {
  kind: "responder" | "incident";
  id: string;
  place: LonLat;
  from: Point;
  to: Point;
  sinceMs: number;
  symbol: SymbolName;
  scale: number;
  label: string;
  alpha: number;
  rank: number;
  ring: boolean;
}

export class Movers {
  readonly canvas = document.createElement("canvas");
  readonly #context: CanvasRenderingContext2D;
  readonly #sprites = new Map<string, HTMLCanvasElement>();
  #responders = new Map<string, Mover>();
  #incidents = new Map<string, Mover>();
  #order: Mover[] = [];
  #frame = 0;
  #theme: Theme = "light";
  readonly #still = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(
    private readonly camera: () => Camera,
    private readonly shift: Shift | null,
  ) {
    this.canvas.className = "city-map-movers";
    const context = this.canvas.getContext("2d");
    if (context === null) throw new Error("no 2d canvas");
    this.#context = context;
  }

  setTheme(theme: Theme): void {
    this.#theme = theme;
    this.draw();
  }

  setResponders(responders: readonly MapResponder[]): void {
    const next = new Map<string, Mover>();
    for (const one of responders) {
      const { symbol, scale } = symbolOf(one);
      const mover = this.#moved(this.#responders.get(one.id), "responder", one);
      Object.assign(mover, { symbol, scale, label: one.label ?? "", alpha: one.stale ? 0.75 : 1, rank: one.emphasis ? 3 : 1 });
      next.set(one.id, mover);
    }
    this.#responders = next;
    this.#sort();
  }

  setIncidents(incidents: readonly MapIncident[]): void {
    const next = new Map<string, Mover>();
    for (const one of incidents) {
      const mover = this.#moved(this.#incidents.get(one.id), "incident", one);
      const symbol: SymbolName = one.state === "open" ? "incident" : one.state;
      Object.assign(mover, { symbol, scale: one.selected ? 1.25 : 1, label: one.label ?? "", ring: one.selected === true, rank: one.selected ? 2 : 0 });
      next.set(one.id, mover);
    }
    this.#incidents = next;
    this.#sort();
  }

  move(id: string, place: LonLat): void {
    const mover = this.#responders.get(id);
    if (mover === undefined) return;
    this.#aim(mover, place);
    this.draw();
  }

  positions(): Record<string, [number, number]> {
    return Object.fromEntries([...this.#responders].map(([id, { place }]) => [id, [place[0], place[1]]]));
  }

  get count(): number {
    return this.#responders.size;
  }

  /** What is drawn nearest to this place on the screen, if anything is near. */
  at(x: number, y: number): { kind: Mover["kind"]; id: string } | null {
    const camera = this.camera();
    const now = performance.now();
    let best: Mover | null = null;
    let bestPx = HIT_PX;
    for (const mover of this.#order) {
      const [px, py] = onScreen(camera, this.#where(mover, now));
      const far = Math.hypot(px - x, py - y);
      if (far <= bestPx) [best, bestPx] = [mover, far];
    }
    return best === null ? null : { kind: best.kind, id: best.id };
  }

  /** Asks for a frame; however often it is asked, one is drawn. */
  draw(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame((now) => this.#draw(now));
  }

  /** At once, in the map's own frame, so that symbols do not swim while the map is dragged. */
  drawNow(): void {
    cancelAnimationFrame(this.#frame);
    this.#draw(performance.now());
  }

  remove(): void {
    cancelAnimationFrame(this.#frame);
    this.canvas.remove();
  }

  #moved(before: Mover | undefined, kind: Mover["kind"], { id, lon, lat }: { id: string; lon: number; lat: number }): Mover {
    if (before !== undefined) {
      if (before.place[0] !== lon || before.place[1] !== lat) this.#aim(before, [lon, lat]);
      return before;
    }
    const at = this.#point([lon, lat]);
    return { kind, id, place: [lon, lat], from: at, to: at, sinceMs: -1e9, symbol: "direct", scale: 1, label: "", alpha: 1, rank: 0, ring: false };
  }

  #aim(mover: Mover, place: LonLat): void {
    const now = performance.now();
    mover.from = this.#where(mover, now);
    mover.to = this.#point(place);
    mover.place = place;
    mover.sinceMs = this.#still.matches ? -1e9 : now;
  }

  #point(place: LonLat): Point {
    const [lon, lat] = this.shift === null ? place : this.shift.toMap(place);
    const sin = Math.sin((lat * Math.PI) / 180);
    return { x: lon / 360 + 0.5, y: 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI) };
  }

  #where({ from, to, sinceMs }: Mover, now: number): Point {
    const share = (now - sinceMs) / GLIDE_MS;
    if (share >= 1) return to;
    const eased = share <= 0 ? 0 : 1 - (1 - share) ** 2;
    return { x: from.x + (to.x - from.x) * eased, y: from.y + (to.y - from.y) * eased };
  }

  #sort(): void {
    this.#order = [...this.#incidents.values(), ...this.#responders.values()].sort((a, b) => a.rank - b.rank);
    this.draw();
  }

  #draw(now: number): void {
    this.#frame = 0;
    const camera = this.camera();
    const ratio = Math.min(devicePixelRatio, 2);
    const [width, height] = [Math.round(camera.width * ratio), Math.round(camera.height * ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    const context = this.#context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    let gliding = false;
    for (const mover of this.#order) {
      gliding ||= now - mover.sinceMs < GLIDE_MS;
      const [x, y] = onScreen(camera, this.#where(mover, now));
      if (x < -40 || y < -40 || x > camera.width + 40 || y > camera.height + 40) continue;
      this.#drawOne(mover, x, y, ratio);
    }
    if (gliding) this.draw();
  }

  #drawOne(mover: Mover, x: number, y: number, ratio: number): void {
    const context = this.#context;
    const size = (SIZE_PX[mover.symbol] ?? 24) * mover.scale;
    context.globalAlpha = mover.alpha;
    context.drawImage(this.#sprite(mover.symbol, size, ratio), x - size / 2, y - size / 2, size, size);
    if (mover.ring) {
      context.strokeStyle = this.#theme === "dark" ? "#ffffff" : "#14181f";
      context.lineWidth = 2.5;
      context.beginPath();
      context.arc(x, y, size / 2 + 5, 0, 2 * Math.PI);
      context.stroke();
    }
    if (mover.label !== "") {
      context.font = "600 13px system-ui, 'Noto Sans CJK SC', sans-serif";
      context.textBaseline = "middle";
      context.lineJoin = "round";
      context.lineWidth = 4;
      context.strokeStyle = this.#theme === "dark" ? "#12161c" : "#ffffff";
      context.fillStyle = this.#theme === "dark" ? "#f1f4f8" : "#14181f";
      context.strokeText(mover.label, x + size / 2 + 5, y);
      context.fillText(mover.label, x + size / 2 + 5, y);
    }
    context.globalAlpha = 1;
  }

  #sprite(name: SymbolName, size: number, ratio: number): HTMLCanvasElement {
    const key = `${name} ${size} ${ratio}`;
    let sprite = this.#sprites.get(key);
    if (sprite === undefined) this.#sprites.set(key, (sprite = drawn(name, size, ratio)));
    return sprite;
  }
}

function onScreen(camera: Camera, at: Point): [number, number] {
  return [(at.x - camera.x) * camera.world + camera.width / 2, (at.y - camera.y) * camera.world + camera.height / 2];
}

function symbolOf({ role, status, stale, emphasis }: MapResponder): { symbol: SymbolName; scale: number } {
  const scale = emphasis ? 1.2 : 1;
  if (stale) return { symbol: "stale", scale };
  if (status === "arrived" || status === "done") return { symbol: "arrived", scale };
  if (["alerted", "ringing", "sent", "delivered", "seen"].includes(status)) return { symbol: role === "direct" ? "alerted" : "alerted_fetch", scale };
  return { symbol: role, scale };
}
