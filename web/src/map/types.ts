// What a page gives the map and gets from it. Every coordinate is WGS-84, longitude before latitude: the map itself shifts
// what it draws, and what is clicked, where the base map is on another datum.
import type { Schemas } from "../shared/api.ts";
import type { Feature, FeatureCollection, Geometry } from "geojson";

export type LonLat = readonly [number, number];
export type Usable = "yes" | "no" | "unknown";
export type Theme = "light" | "dark";

export interface MapAed {
  id: string;
  lon: number;
  lat: number;
  usable: Usable;
  /** Promised to somebody who fetches it. */
  reserved?: boolean | undefined;
  label?: string | undefined;
}

export interface MapResponder {
  id: string;
  lon: number;
  lat: number;
  role: "direct" | "fetch_aed";
  /** alerted, ringing: small and hollow; arrived, done: with a check; anything else: on the way. */
  status: string;
  label?: string | undefined;
  /** Its position is old or the line is cut. */
  stale?: boolean | undefined;
  emphasis?: boolean | undefined;
}

export interface MapIncident {
  id: string;
  lon: number;
  lat: number;
  state: "open" | "attention" | "closed";
  selected?: boolean | undefined;
  label?: string | undefined;
}

export interface MapRoute {
  lonlat: readonly (readonly [number, number])[];
  /** No street is known there: dashed. */
  straight?: boolean | undefined;
}

export interface MapContent {
  aeds?: readonly MapAed[] | undefined;
  responders?: readonly MapResponder[] | undefined;
  incidents?: readonly MapIncident[] | undefined;
  patient?: { lon: number; lat: number; draggable?: boolean | undefined } | null | undefined;
  route?: MapRoute | null | undefined;
  routes?: readonly MapRoute[] | undefined;
  area?: { lon: number; lat: number; radius_m: number } | null | undefined;
  reach?: Feature | FeatureCollection | Geometry | null | undefined;
  self?: { lon: number; lat: number; accuracy_m?: number | null | undefined } | null | undefined;
  /** The AED that is being looked at: drawn larger. */
  chosenAed?: string | null | undefined;
}

export type MapView =
  | { center: LonLat; zoom: number }
  | { fit: readonly LonLat[]; padding_px?: number | undefined; max_zoom?: number | undefined };

export interface MapBounds {
  west: number;
  south: number;
  east: number;
  north: number;
}

export interface MapEvents {
  onAed?: ((aed_id: string) => void) | undefined;
  onResponder?: ((id: string) => void) | undefined;
  onIncident?: ((id: string) => void) | undefined;
  onPlace?: ((place: LonLat) => void) | undefined;
  onPatientMoved?: ((place: LonLat) => void) | undefined;
  onView?: ((view: { bounds: [number, number, number, number]; zoom: number }) => void) | undefined;
}

export interface MapHandle {
  /** For the stream: drawn once per animation frame however often it is called; an unknown id is ignored. */
  moveResponder(id: string, lon: number, lat: number): void;
  flyTo(lon: number, lat: number, zoom?: number): void;
  fit(points: readonly LonLat[], padding_px?: number): void;
  zoomBy(steps: number): void;
  positions(): Record<string, [number, number]>;
  bounds(): MapBounds;
}

/** What GET /api/map says about the base map. */
export type MapSettings = Schemas["MapView"];
