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
  route: string;
  routeEdge: string;
  reach: string;
  area: string;
}

const PALETTES: Record<Theme, Palette> = {
  light: {
    ground: "#e7eaee",
    street: "#ffffff",
    streetEdge: "#bcc4ce",
    path: "#b4bcc7",
    stairs: "#a2773f",
    district: "#8f7fb0",
    text: "#39424f",
    halo: "#ffffff",
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
  const base = baseSource(settings);
  const sources: Record<string, SourceSpecification> = base === null ? {} : { base };
  for (const name of OVERLAYS) sources[name] = { type: "geojson", data: EMPTY };
  return { version: 8, sources, layers: layersOf(settings, theme) };
}

export function layersOf(settings: MapSettings, theme: Theme): LayerSpecification[] {
  const colours = PALETTES[theme];
  const base = settings.tiles === null ? [] : settings.kind === "vector" ? vectorLayers(colours, settings.districts) : rasterLayers(theme);
  return [
    { id: "ground", type: "background", paint: { "background-color": colours.ground } },
    ...base,
    ...overlayLayers(colours),
  ];
}

function baseSource({ tiles: template, kind, min_zoom, max_zoom, bounds }: MapSettings): SourceSpecification | null {
  if (template === null) return null;
  const tiles = [template.startsWith("/") ? location.origin + template : template];
  if (kind === "raster") return { type: "raster", tiles, tileSize: 256, minzoom: min_zoom, maxzoom: max_zoom };
  return { type: "vector", tiles, minzoom: min_zoom, maxzoom: max_zoom, ...(bounds === null ? {} : { bounds: [...bounds] as [number, number, number, number] }) };
}

function rasterLayers(theme: Theme): LayerSpecification[] {
  const paint = theme === "dark" ? { "raster-brightness-max": 0.55, "raster-saturation": -0.4 } : { "raster-brightness-max": 1, "raster-saturation": 0 };
  return [{ id: "raster", type: "raster", source: "base", paint: { ...paint, "raster-fade-duration": 0 } }];
}

function vectorLayers(colours: Palette, hasDistricts: boolean): LayerSpecification[] {
  const round = { "line-cap": "round", "line-join": "round" } as const;
  const streets = { source: "base", "source-layer": "streets" } as const;
  const isKind = (...kinds: string[]) => ["in", ["get", "kind"], ["literal", kinds]] as never;
  const hasName = ["!=", ["coalesce", ["get", "name"], ""], ""] as never;
  const width = (at13: number, at16: number, at19: number) => ["interpolate", ["exponential", 1.5], ["zoom"], 11, at13 / 2, 13, at13, 16, at16, 19, at19] as never;
  const names = (id: string, minzoom: number, filter: never): LayerSpecification => ({
    id,
    type: "symbol",
    ...streets,
    filter,
    minzoom,
    layout: { "symbol-placement": "line", "text-field": ["get", "name"], "text-font": FONT, "text-size": ["interpolate", ["linear"], ["zoom"], 13, 11, 18, 15], "symbol-spacing": 320, "text-padding": 6 },
    paint: { "text-color": colours.text, "text-halo-color": colours.halo, "text-halo-width": 1.6 },
  });
  return [
    ...(hasDistricts ? districtLayers(colours) : []),
    { id: "private-ways", type: "line", ...streets, filter: isKind("private"), minzoom: 15, layout: round, paint: { "line-color": colours.path, "line-width": width(0.4, 1.5, 5), "line-opacity": 0.6 } },
    { id: "paths", type: "line", ...streets, filter: isKind("path"), minzoom: 13, layout: round, paint: { "line-color": colours.path, "line-width": width(0.5, 1.8, 7) } },
    { id: "street-edges", type: "line", ...streets, filter: isKind("street", "main"), minzoom: 13, layout: round, paint: { "line-color": colours.streetEdge, "line-width": width(1.4, 6.5, 26) } },
    { id: "streets", type: "line", ...streets, filter: isKind("street"), layout: round, paint: { "line-color": colours.street, "line-width": width(0.8, 4.5, 22) } },
    { id: "main-streets", type: "line", ...streets, filter: isKind("main"), layout: round, paint: { "line-color": colours.street, "line-width": width(1.8, 7, 26) } },
    { id: "steps", type: "line", ...streets, filter: isKind("steps"), minzoom: 15, paint: { "line-color": colours.stairs, "line-width": width(1, 4, 12), "line-dasharray": [0.6, 0.5] } },
    names("main-names", 13, ["all", hasName, isKind("main")] as never),
    names("street-names", 15, ["all", hasName, isKind("street", "path", "steps")] as never),
  ];
}

function districtLayers(colours: Palette): LayerSpecification[] {
  return [
    { id: "districts", type: "line", source: "base", "source-layer": "districts", paint: { "line-color": colours.district, "line-width": 1.5, "line-dasharray": [4, 2, 1, 2] } },
    {
      id: "district-names",
      type: "symbol",
      source: "base",
      "source-layer": "district_names",
      maxzoom: 14.5,
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
