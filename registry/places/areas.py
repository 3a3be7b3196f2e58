"""Outlines on the ground: GeoJSON in, tested for points; what is no outline is refused before it is kept."""

from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

DECIMALS = 7
"""Of a degree, in which an outline is kept: a centimetre."""

_POLYGONAL = frozenset({"Polygon", "MultiPolygon"})


class BadArea(ValueError):
    """It is no outline of an area on Earth; the message says why."""

    code = "bad_area"


def checked_area(shape: shapely.Geometry) -> shapely.Geometry:
    """A polygon or polygons without fault, in degrees of WGS-84; an outline that crosses itself is put right.

    Raises:
        BadArea
    """
    if shape.geom_type not in _POLYGONAL or shape.is_empty:
        raise BadArea(f"an area is a Polygon or a MultiPolygon, not {'an empty ' * shape.is_empty}{shape.geom_type}")
    flat = shapely.force_2d(shape)
    corners = shapely.get_coordinates(flat)
    if not np.isfinite(corners).all():
        raise BadArea("a corner of the area is no number")
    lon, lat = np.abs(corners).max(axis=0)
    if lat > 90 and lon <= 90:
        raise BadArea("the area's longitudes and latitudes are swapped: longitude comes first")
    if lon > 180 or lat > 90:
        raise BadArea("the area is not in degrees: export it in WGS-84 (EPSG:4326)")
    whole = shapely.set_precision(shapely.make_valid(flat, method="structure", keep_collapsed=False), 10**-DECIMALS)
    if whole.geom_type not in _POLYGONAL or whole.is_empty:
        raise BadArea("the area has no inside: draw its outline anew")
    return whole


def text_of(area: shapely.Geometry) -> str:
    """As it is kept: the same text for the same area."""
    return str(shapely.to_geojson(shapely.normalize(area)))


def point_within(area: shapely.Geometry) -> tuple[float, float]:
    """(lon, lat) of a point of the area; its middle may lie outside it, or in a hole."""
    point: Any = area.representative_point()
    return point.x, point.y


def holds(area: str, lon: Floats, lat: Floats) -> Bools:
    """Which of these points, (n,) degrees each, lie in an area or on its outline; what is in a hole does not."""
    return np.asarray(shapely.intersects_xy(_prepared(area), lon, lat))


def size_of(area: str) -> float:
    """To compare areas of one city with each other: square degrees."""
    return float(_prepared(area).area)


def parts_of(area: str) -> tuple[int, int]:
    """How many polygons it has, and how many corners."""
    shape = _prepared(area)
    return shapely.get_num_geometries(shape), shapely.get_num_coordinates(shape)


# A city has a few dozen districts, asked about again and again.
@lru_cache(maxsize=128)
def _prepared(area: str) -> shapely.Geometry:
    shape = shapely.from_geojson(area)
    shapely.prepare(shape)
    return shape
