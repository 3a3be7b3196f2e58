// The map itself. Loaded only where a page shows a map, since it weighs more than everything else together.
import { Map as GlMap, Marker, setWorkerUrl, type GeoJSONSource, type MapMouseEvent } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { Shift } from "./datum.ts";
import { Movers } from "./movers.ts";
import { Shapes } from "./shapes.ts";
import { layersOf, type Overlay, styleOf } from "./style.ts";
import { drawn, type SymbolName } from "./symbols.ts";
import type { LonLat, MapContent, MapEvents, MapHandle, MapSettings, MapView, Theme } from "./types.ts";

// The policy of our pages lets no script be made from a blob: the worker is a file of our own.
setWorkerUrl(workerUrl);

const SPRITE_PX = 28;
const AED_SYMBOLS: readonly SymbolName[] = ["aed_yes", "aed_no", "aed_unknown", "aed_reserved"];
const AED_HIT_PX = 14;
const VIEW_REST_MS = 250;
const CHINA = [104.2, 35.9] as const;
// A city may be looked at with this much around it; beyond that our tiles are empty.
const AROUND_DEG = 0.2;

export interface Given {
  settings: MapSettings;
  theme: Theme;
  label: string;
  view: MapView | undefined;
  onReady: () => void;
}

export async function createEngine(container: HTMLElement, given: Given): Promise<Engine> {
  const shift = given.settings.datum === "gcj02" ? (await import("./datum.ts")).gcj02 : null;
  return new Engine(container, given, shift);
}

export class Engine implements MapHandle {
  events: MapEvents = {};
  picking = false;
  readonly #map: GlMap;
  readonly #movers: Movers;
  readonly #shapes: Shapes;
  readonly #patient: Marker;
  readonly #self: Marker;
  #content: MapContent = {};
  #applied: MapContent = {};
  #isStyled = false;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #hover = 0;
  #size = { width: 0, height: 0 };

  constructor(
    private readonly container: HTMLElement,
    private readonly given: Given,
    shift: Shift | null,
  ) {
    this.#shapes = new Shapes(shift);
    this.#map = this.#newMap();
    this.#movers = new Movers(() => this.#camera(), shift);
    this.#movers.setTheme(given.theme);
    this.#map.getCanvasContainer().append(this.#movers.canvas);
    this.#patient = new Marker({ element: picture("patient", 42), draggable: false });
    this.#self = new Marker({ element: picture("self", 24) });
    this.#patient.on("dragend", () => {
      const { lng, lat } = this.#patient.getLngLat();
      this.events.onPatientMoved?.(this.#shapes.placeFromMap([lng, lat]));
    });
    this.setLabel(given.label);
    this.#listen();
  }

  setContent(content: MapContent): void {
    this.#content = content;
    if (this.#isStyled) this.#apply();
  }

  setTheme(theme: Theme): void {
    this.#movers.setTheme(theme);
    for (const layer of layersOf(this.given.settings, theme)) {
      for (const [name, value] of Object.entries(layer.paint ?? {})) this.#map.setPaintProperty(layer.id, name as never, value as never);
    }
  }

  setLabel(label: string): void {
    this.#map.getCanvas().setAttribute("aria-label", label);
  }

  setView(view: MapView): void {
    if ("center" in view) this.flyTo(view.center[0], view.center[1], view.zoom);
    else this.fit(view.fit, view.padding_px, view.max_zoom);
  }

  moveResponder(id: string, lon: number, lat: number): void {
    this.#movers.move(id, [lon, lat]);
  }

  flyTo(lon: number, lat: number, zoom?: number): void {
    this.#map.easeTo({ center: this.#shapes.place([lon, lat]), zoom: zoom ?? this.#map.getZoom(), duration: 500 });
  }

  fit(points: readonly LonLat[], padding_px = 48, max_zoom = 17): void {
    const box = boxOf(points.map((point) => this.#shapes.place(point)));
    if (box !== null) this.#map.fitBounds(box, { padding: padding_px, maxZoom: max_zoom, duration: 500 });
  }

  zoomBy(steps: number): void {
    this.#map.zoomTo(this.#map.getZoom() + steps, { duration: 200 });
  }

  positions(): Record<string, [number, number]> {
    return this.#movers.positions();
  }

  bounds() {
    const bounds = this.#map.getBounds();
    const [west, south] = this.#shapes.placeFromMap([bounds.getWest(), bounds.getSouth()]);
    const [east, north] = this.#shapes.placeFromMap([bounds.getEast(), bounds.getNorth()]);
    return { west, south, east, north };
  }

  remove(): void {
    clearTimeout(this.#rest);
    cancelAnimationFrame(this.#hover);
    this.#movers.remove();
    this.#map.remove();
  }

  #newMap(): GlMap {
    const { settings, theme, view } = this.given;
    const [place, zoom] = view !== undefined && "center" in view ? [view.center, view.zoom] : settings.center !== null ? [settings.center, 13] : [CHINA, 4];
    return new GlMap({
      container: this.container,
      style: styleOf(settings, theme),
      center: this.#shapes.place(place),
      zoom,
      minZoom: settings.bounds === null ? 3 : 9,
      maxZoom: 19,
      ...(settings.bounds === null ? {} : { maxBounds: around(settings.bounds) }),
      attributionControl: false,
      dragRotate: false,
      touchPitch: false,
      pitchWithRotate: false,
      renderWorldCopies: false,
      fadeDuration: 0,
      pixelRatio: Math.min(devicePixelRatio, 2),
    });
  }

  #listen(): void {
    const map = this.#map;
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.on("style.load", () => this.#styled());
    map.on("load", () => this.given.onReady());
    map.on("render", () => this.#movers.drawNow());
    map.on("resize", () => this.#measure());
    map.on("moveend", () => {
      clearTimeout(this.#rest);
      this.#rest = setTimeout(() => this.#tellView(), VIEW_REST_MS);
    });
    map.on("click", (event) => this.#clicked(event));
    map.on("mousemove", (event) => {
      cancelAnimationFrame(this.#hover);
      this.#hover = requestAnimationFrame(() => {
        this.container.dataset["over"] = this.picking ? "pick" : this.#at(event) === null ? "" : "symbol";
      });
    });
    // A tile that is missing leaves a gap in the picture, no more; without a listener each would be printed.
    map.on("error", () => undefined);
    this.#measure();
  }

  #styled(): void {
    for (const name of AED_SYMBOLS) {
      const picture = drawn(name, SPRITE_PX, 2);
      const pixels = picture.getContext("2d")?.getImageData(0, 0, picture.width, picture.height);
      if (pixels !== undefined) this.#map.addImage(name, pixels, { pixelRatio: 2 });
    }
    this.#isStyled = true;
    const { view } = this.given;
    if (view !== undefined && "fit" in view) {
      const box = boxOf(view.fit.map((point) => this.#shapes.place(point)));
      if (box !== null) this.#map.fitBounds(box, { padding: view.padding_px ?? 48, maxZoom: view.max_zoom ?? 17, animate: false });
    }
    this.#apply();
    this.#tellView();
  }

  /** Draws what has changed since it was last drawn: everything is told apart by identity. */
  #apply(): void {
    const [next, before] = [this.#content, this.#applied];
    this.#applied = next;
    const isChanged = (...names: (keyof MapContent)[]) => names.some((name) => next[name] !== before[name]);
    if (isChanged("aeds", "chosenAed")) this.#set("aeds", this.#shapes.aeds(next.aeds ?? [], next.chosenAed ?? null));
    if (isChanged("route", "routes")) this.#set("routes", this.#shapes.routes(next));
    if (isChanged("area")) this.#set("area", this.#shapes.circle(next.area));
    if (isChanged("reach")) this.#set("reach", this.#shapes.reach(next.reach));
    if (isChanged("self")) this.#set("accuracy", this.#shapes.circle(next.self && { ...next.self, radius_m: next.self.accuracy_m ?? 0 }));
    if (isChanged("responders")) this.#movers.setResponders(next.responders ?? []);
    if (isChanged("incidents")) this.#movers.setIncidents(next.incidents ?? []);
    if (isChanged("self")) this.#stand(this.#self, next.self);
    // Also when it is the same, because a drag that was refused has moved it.
    this.#stand(this.#patient, next.patient);
    this.#patient.setDraggable(next.patient?.draggable ?? false);
    this.container.dataset["responders"] = String(this.#movers.count);
    this.container.dataset["aeds"] = String(next.aeds?.length ?? 0);
  }

  #set(source: Overlay, data: GeoJSON.FeatureCollection): void {
    this.#map.getSource<GeoJSONSource>(source)?.setData(data);
  }

  #stand(marker: Marker, at: { lon: number; lat: number } | null | undefined): void {
    if (at) marker.setLngLat(this.#shapes.place([at.lon, at.lat])).addTo(this.#map);
    else marker.remove();
  }

  #clicked(event: MapMouseEvent): void {
    const hit = this.picking ? null : this.#at(event);
    if (hit?.kind === "responder") this.events.onResponder?.(hit.id);
    else if (hit?.kind === "incident") this.events.onIncident?.(hit.id);
    else if (hit?.kind === "aed") this.events.onAed?.(hit.id);
    else this.events.onPlace?.(this.#shapes.placeFromMap([event.lngLat.lng, event.lngLat.lat]));
  }

  #at({ point }: MapMouseEvent): { kind: "responder" | "incident" | "aed"; id: string } | null {
    const mover = this.#movers.at(point.x, point.y);
    if (mover !== null || !this.#isStyled) return mover;
    const corner = (sign: number) => [point.x + sign * AED_HIT_PX, point.y + sign * AED_HIT_PX] as [number, number];
    const found = this.#map.queryRenderedFeatures([corner(-1), corner(1)], { layers: ["aeds"] })[0];
    return found === undefined ? null : { kind: "aed", id: String(found.properties["id"]) };
  }

  #tellView(): void {
    const { west, south, east, north } = this.bounds();
    this.events.onView?.({ bounds: [west, south, east, north], zoom: this.#map.getZoom() });
  }

  #measure(): void {
    this.#size = { width: this.container.clientWidth, height: this.container.clientHeight };
    this.#movers.draw();
  }

  #camera() {
    const { lng, lat } = this.#map.getCenter();
    const sin = Math.sin((lat * Math.PI) / 180);
    return {
      x: lng / 360 + 0.5,
      y: 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI),
      world: 512 * 2 ** this.#map.getZoom(),
      ...this.#size,
    };
  }
}

function around([west, south, east, north]: readonly [number, number, number, number]): [number, number, number, number] {
  return [west - AROUND_DEG, south - AROUND_DEG, east + AROUND_DEG, north + AROUND_DEG];
}

function picture(name: SymbolName, sizePx: number): HTMLElement {
  const element = document.createElement("div");
  element.className = "city-map-marker";
  element.dataset["symbol"] = name;
  element.append(drawn(name, sizePx, 2));
  return element;
}

function boxOf(points: readonly LonLat[]): [number, number, number, number] | null {
  if (points.length === 0) return null;
  const lons = points.map(([lon]) => lon);
  const lats = points.map(([, lat]) => lat);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}
