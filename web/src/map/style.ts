// The base map in our own colours: streets and districts from our vector tiles, or raster tiles from elsewhere.
import type { LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";
import type { MapSettings, Theme } from "./types.ts";

interface Palette {
  ground: string;
  street: string;
  streetEdge: string;
  path: string;
  stairs: string;
  district: string;
  text: string;
  halo: string;
  water: string;
  route: string;
  routeEdge: string;
  reach: string;
  area: string;
}

const PALETTES: Record<Theme, Palette> = {
  light: {
    ground: "#eef0f2",
    street: "#ffffff",
    streetEdge: "#cfd5dc",
    path: "#c3c9d1",
    stairs: "#a2773f",
    district: "#8f7fb0",
    text: "#39424f",
    halo: "#ffffff",
    water: "#b9d7ee",
    route: "#1257a8",
    routeEdge: "#ffffff",
    reach: "#0f7a3d",
    area: "#c4121f",
  },
  dark: {
    ground: "#12161c",
    street: "#343c48",
    streetEdge: "#1c222a",
    path: "#39424f",
    stairs: "#b08a50",
    district: "#8f7fb0",
    text: "#c5ced9",
    halo: "#12161c",
    water: "#1a3247",
    route: "#6fb0ff",
    routeEdge: "#0c1016",
    reach: "#4fce86",
    area: "#ff8087",
  },
};

// Drawn by the browser from fonts that the reader has: nothing is fetched.
const FONT = ["PingFang SC,Microsoft YaHei,Noto Sans CJK SC,Noto Sans SC,sans-serif"];
const EMPTY = { type: "FeatureCollection" as const, features: [] };
export const OVERLAYS = ["reach", "area", "accuracy", "routes", "aeds"] as const;
export type Overlay = (typeof OVERLAYS)[number];

export function styleOf(settings: MapSettings, theme: Theme): StyleSpecification {
  const sources: Record<string, SourceSpecification> = { base: baseSource(settings) };
  for (const name of OVERLAYS) sources[name] = { type: "geojson", data: EMPTY };
  return { version: 8, sources, layers: layersOf(settings, theme) };
}

export function layersOf(settings: MapSettings, theme: Theme): LayerSpecification[] {
  const colours = PALETTES[theme];
  const base = isVector(settings) ? vectorLayers(colours) : rasterLayers(theme);
  return [
    { id: "ground", type: "background", paint: { "background-color": colours.ground } },
    ...base,
    ...overlayLayers(colours),
  ];
}

function isVector({ tiles }: MapSettings): boolean {
  return /\.(mvt|pbf)(\?|$)/.test(tiles);
}

function baseSource(settings: MapSettings): SourceSpecification {
  const tiles = [settings.tiles.startsWith("/") ? location.origin + settings.tiles : settings.tiles];
  const [west, south, east, north] = settings.bounds;
  if (!isVector(settings)) return { type: "raster", tiles, tileSize: 256, maxzoom: 18, attribution: settings.attribution };
  return { type: "vector", tiles, minzoom: 10, maxzoom: 16, bounds: [west, south, east, north] };
}

function rasterLayers(theme: Theme): LayerSpecification[] {
  const paint = theme === "dark" ? { "raster-brightness-max": 0.55, "raster-saturation": -0.4 } : { "raster-brightness-max": 1, "raster-saturation": 0 };
  return [{ id: "raster", type: "raster", source: "base", paint: { ...paint, "raster-fade-duration": 0 } }];
}

// Streets come as `kind` 0 to 3 or by name; what is not said is a street.
function vectorLayers(colours: Palette): LayerSpecification[] {
  const round = { "line-cap": "round", "line-join": "round" } as const;
  const isStairs = ["==", ["to-boolean", ["coalesce", ["get", "stairs"], false]], true] as const;
  const hasName = ["!=", ["coalesce", ["get", "name"], ""], ""] as const;
  const streets = { source: "base", "source-layer": "streets" } as const;
  const width = (at12: number, at16: number, at19: number) =>
    ["interpolate", ["exponential", 1.5], ["zoom"], 11, at12 / 2, 13, at12, 16, at16, 19, at19] as never;
  return [
    { id: "water", type: "fill", source: "base", "source-layer": "water", paint: { "fill-color": colours.water } },
    { id: "paths", type: "line", ...streets, filter: ["all", ["!", isStairs], ["!", hasName]] as never, minzoom: 12, layout: round, paint: { "line-color": colours.path, "line-width": width(0.5, 2, 7) } },
    { id: "street-edges", type: "line", ...streets, filter: hasName as never, minzoom: 13, layout: round, paint: { "line-color": colours.streetEdge, "line-width": width(1.8, 7.5, 26) } },
    { id: "streets", type: "line", ...streets, filter: hasName as never, layout: round, paint: { "line-color": colours.street, "line-width": width(1.1, 5.5, 22) } },
    { id: "stairs", type: "line", ...streets, filter: isStairs as never, minzoom: 15, paint: { "line-color": colours.stairs, "line-width": width(1, 4, 12), "line-dasharray": [0.6, 0.5] } },
    { id: "districts", type: "line", source: "base", "source-layer": "districts", paint: { "line-color": colours.district, "line-width": 1.5, "line-dasharray": [4, 2, 1, 2] } },
    {
      id: "street-names",
      type: "symbol",
      ...streets,
      filter: hasName as never,
      minzoom: 14,
      layout: { "symbol-placement": "line", "text-field": ["get", "name"], "text-font": FONT, "text-size": ["interpolate", ["linear"], ["zoom"], 14, 11, 18, 15], "symbol-spacing": 320, "text-padding": 6 },
      paint: { "text-color": colours.text, "text-halo-color": colours.halo, "text-halo-width": 1.6 },
    },
    {
      id: "district-names",
      type: "symbol",
      source: "base",
      "source-layer": "districts",
      maxzoom: 14,
      layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 14, "text-letter-spacing": 0.15 },
      paint: { "text-color": colours.text, "text-halo-color": colours.halo, "text-halo-width": 1.8 },
    },
  ];
}

function overlayLayers(colours: Palette): LayerSpecification[] {
  const round = { "line-cap": "round", "line-join": "round" } as const;
  const iconSize = (chosen: number, other: number) => ["case", ["get", "chosen"], chosen, other];
  return [
    { id: "reach-fill", type: "fill", source: "reach", paint: { "fill-color": colours.reach, "fill-opacity": 0.14 } },
    { id: "reach-edge", type: "line", source: "reach", paint: { "line-color": colours.reach, "line-width": 2, "line-dasharray": [2, 1.5] } },
    { id: "area-fill", type: "fill", source: "area", paint: { "fill-color": colours.area, "fill-opacity": 0.12 } },
    { id: "area-edge", type: "line", source: "area", paint: { "line-color": colours.area, "line-width": 2.5 } },
    { id: "accuracy-fill", type: "fill", source: "accuracy", paint: { "fill-color": colours.route, "fill-opacity": 0.12 } },
    { id: "route-edges", type: "line", source: "routes", layout: round, paint: { "line-color": colours.routeEdge, "line-width": 10 } },
    { id: "routes", type: "line", source: "routes", filter: ["!", ["get", "straight"]], layout: round, paint: { "line-color": colours.route, "line-width": 6 } },
    { id: "straight-routes", type: "line", source: "routes", filter: ["get", "straight"], paint: { "line-color": colours.route, "line-width": 5, "line-dasharray": [1.6, 1.2] } },
    {
      id: "aeds",
      type: "symbol",
      source: "aeds",
      layout: {
        "icon-image": ["get", "symbol"],
        "icon-size": ["interpolate", ["linear"], ["zoom"], 10, iconSize(0.8, 0.36), 14, iconSize(1.2, 0.75), 17, iconSize(1.5, 1)] as never,
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
        "symbol-sort-key": ["get", "rank"],
        "text-field": ["step", ["zoom"], "", 16, ["get", "label"]],
        "text-font": FONT,
        "text-size": 12,
        "text-anchor": "top",
        "text-offset": [0, 1.1],
        "text-max-width": 9,
        "text-optional": true,
      },
      paint: { "text-color": colours.text, "text-halo-color": colours.halo, "text-halo-width": 1.6 },
    },
  ];
}
