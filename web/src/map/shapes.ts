// Overlays as GeoJSON, on the datum of the base map.
import type { Feature, FeatureCollection, Geometry, Position } from "geojson";
import type { Shift } from "./datum.ts";
import type { SymbolName } from "./symbols.ts";
import type { LonLat, MapAed, MapContent, MapRoute } from "./types.ts";

const METRES_PER_DEGREE = 111_320;
const CIRCLE_CORNERS = 72;
const AED_SYMBOLS: Record<MapAed["usable"], SymbolName> = { yes: "aed_yes", no: "aed_no", unknown: "aed_unknown" };
const RANKS: Record<MapAed["usable"], number> = { no: 0, unknown: 1, yes: 2 };

export const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };

export class Shapes {
  constructor(private readonly shift: Shift | null) {}

  place(lonlat: LonLat): [number, number] {
    return this.shift === null ? [lonlat[0], lonlat[1]] : this.shift.toMap(lonlat);
  }

  placeFromMap(lonlat: LonLat): [number, number] {
    return this.shift === null ? [lonlat[0], lonlat[1]] : this.shift.fromMap(lonlat);
  }

  aeds(aeds: readonly MapAed[], chosen: string | null): FeatureCollection {
    return collection(
      aeds.map(({ id, lon, lat, usable, reserved, label }) => ({
        type: "Feature",
        geometry: { type: "Point", coordinates: this.place([lon, lat]) },
        properties: {
          id,
          symbol: reserved ? "aed_reserved" : AED_SYMBOLS[usable],
          rank: id === chosen ? 4 : reserved ? 3 : RANKS[usable],
          chosen: id === chosen,
          label: label ?? "",
        },
      })),
    );
  }

  routes({ route, routes }: MapContent): FeatureCollection {
    const all: MapRoute[] = [...(routes ?? []), ...(route ? [route] : [])];
    return collection(
      all
        .filter(({ lonlat }) => lonlat.length > 1)
        .map(({ lonlat, straight }) => ({
          type: "Feature",
          geometry: { type: "LineString", coordinates: lonlat.map((place) => this.place(place)) },
          properties: { straight: straight ?? false },
        })),
    );
  }

  circle(around: { lon: number; lat: number; radius_m: number } | null | undefined): FeatureCollection {
    if (!around || around.radius_m <= 0) return NOTHING;
    const { lon, lat, radius_m } = around;
    const east = radius_m / (METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180));
    const north = radius_m / METRES_PER_DEGREE;
    const ring = Array.from({ length: CIRCLE_CORNERS + 1 }, (_, corner) => {
      const angle = ((corner % CIRCLE_CORNERS) / CIRCLE_CORNERS) * 2 * Math.PI;
      return this.place([lon + east * Math.cos(angle), lat + north * Math.sin(angle)]);
    });
    return collection([{ type: "Feature", geometry: { type: "Polygon", coordinates: [ring] }, properties: {} }]);
  }

  reach(reach: MapContent["reach"]): FeatureCollection {
    if (!reach) return NOTHING;
    const features: Feature[] =
      reach.type === "FeatureCollection" ? reach.features : reach.type === "Feature" ? [reach] : [{ type: "Feature", geometry: reach, properties: {} }];
    if (this.shift === null) return collection(features);
    return collection(features.map((feature) => ({ ...feature, geometry: this.#shifted(feature.geometry) })));
  }

  #shifted(geometry: Geometry): Geometry {
    if (geometry.type === "GeometryCollection") return { ...geometry, geometries: geometry.geometries.map((part) => this.#shifted(part)) };
    return { ...geometry, coordinates: this.#deep(geometry.coordinates) } as Geometry;
  }

  #deep(coordinates: unknown): unknown {
    const parts = coordinates as Position | unknown[];
    if (typeof parts[0] === "number") return this.place(parts as unknown as LonLat);
    return parts.map((part) => this.#deep(part));
  }
}

function collection(features: Feature[]): FeatureCollection {
  return { type: "FeatureCollection", features };
}
