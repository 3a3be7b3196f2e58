import { describe, expect, it } from "vitest";
import { gcj02 } from "../../src/map/datum.ts";
import { Shapes } from "../../src/map/shapes.ts";

// By geo/places/datum.py: Zhengzhou, Shanghai, Urumqi.
const PAIRS: [[number, number], [number, number]][] = [
  [[113.665, 34.757], [113.67110356, 34.75589087]],
  [[121.4737, 31.2304], [121.47822306, 31.22845774]],
  [[87.6168, 43.8256], [87.61964995, 43.82680539]],
];

describe("overlays on a GCJ-02 map", () => {
  it.each(PAIRS)("stand where the service's own conversion puts them: %s", (wgs84, shifted) => {
    const [lon, lat] = gcj02.toMap(wgs84);
    expect(lon).toBeCloseTo(shifted[0], 7);
    expect(lat).toBeCloseTo(shifted[1], 7);
  });

  it.each(PAIRS)("give a click back on WGS-84: %s", (wgs84) => {
    const [lon, lat] = gcj02.fromMap(gcj02.toMap(wgs84));
    expect(lon).toBeCloseTo(wgs84[0], 8);
    expect(lat).toBeCloseTo(wgs84[1], 8);
  });

  it("are moved up to the border with Hong Kong: Futian port", () => {
    const port: [number, number] = [114.065, 22.518];
    const there = gcj02.toMap(port);
    expect(there[0] - port[0]).toBeGreaterThan(0.004);
    expect(gcj02.fromMap(there)[0]).toBeCloseTo(port[0], 8);
  });

  it("are not moved at Lo Wu, on the other side", () => {
    expect(gcj02.toMap([114.1133, 22.5281])).toEqual([114.1133, 22.5281]);
  });

  it.each([[[114.1694, 22.3193]], [[13.4, 52.5]]] as [[number, number]][])("are not moved outside mainland China: %s", (place) => {
    expect(gcj02.toMap(place)).toEqual(place);
    expect(gcj02.fromMap(place)).toEqual(place);
  });

  it("are moved whole: routes, areas and AEDs alike", () => {
    const [place, moved] = PAIRS[0]!;
    const shapes = new Shapes(gcj02);
    const [lon, lat] = place;
    const first = (collection: GeoJSON.FeatureCollection) => collection.features[0]!.geometry as unknown as { coordinates: unknown[] };
    const near = (found: unknown) => (found as number[]).forEach((value, axis) => expect(value).toBeCloseTo(moved[axis]!, 7));
    near(first(shapes.aeds([{ id: "a", lon, lat, usable: "yes" }], null)).coordinates);
    near(first(shapes.routes({ route: { lonlat: [place, [113.67, 34.76]] } })).coordinates[0]);
    near((first(shapes.reach({ type: "Polygon", coordinates: [[place, [113.67, 34.75], [113.66, 34.75], place]] })).coordinates[0] as unknown[])[0]);
  });
});
