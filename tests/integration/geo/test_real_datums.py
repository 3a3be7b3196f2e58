"""Datums against real positions and outlines of Zhengzhou."""

import csv
import json
from pathlib import Path

import numpy as np
import shapely

from geo.places.datum import Datum, convert
from geo.places.geodesic import geodesic_m


def outlines(path: Path) -> dict[str, shapely.Geometry]:
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    shapes = {
        feature["properties"]["adcode"]: shapely.from_geojson(json.dumps(feature["geometry"])) for feature in features
    }
    return {adcode: shapely.make_valid(shape) for adcode, shape in shapes.items()}


def to_wgs84(xy: np.ndarray) -> np.ndarray:
    return np.column_stack(convert(xy[:, 0], xy[:, 1], source=Datum.GCJ02, target=Datum.WGS84))


def test_stations_land_within_a_metre_of_their_known_wgs84_positions(shared_data: Path) -> None:
    with (shared_data / "zhengzhou" / "stations.csv").open(encoding="utf-8-sig", newline="") as file:
        stations = list(csv.DictReader(file))
    gcj_lon, gcj_lat, wgs_lon, wgs_lat = (
        np.array([float(station[name]) for station in stations])
        for name in ("gcj_lon", "gcj_lat", "wgs_lon", "wgs_lat")
    )

    lon, lat = convert(gcj_lon, gcj_lat, source=Datum.GCJ02, target=Datum.WGS84)

    assert geodesic_m(lon, lat, wgs_lon, wgs_lat).max() < 1.0


def test_converting_the_gcj02_districts_raises_their_overlap_with_the_wgs84_ones(shared_data: Path) -> None:
    true = outlines(shared_data / "zhengzhou" / "districts_wgs84_tianditu.geojson")
    shifted = outlines(shared_data / "zhengzhou" / "districts_gcj02_amap.geojson")
    common = sorted(true.keys() & shifted.keys())

    def overlap(shapes: dict[str, shapely.Geometry]) -> np.ndarray:
        return np.array([true[k].intersection(shapes[k]).area / true[k].union(shapes[k]).area for k in common])

    before = overlap(shifted)
    after = overlap({key: shapely.transform(shape, to_wgs84) for key, shape in shifted.items()})

    assert len(common) >= 10
    assert after.mean() > before.mean()
