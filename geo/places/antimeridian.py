"""Places on both sides of the antimeridian, where longitude jumps from 180 to -180 and a plain mean lies far away."""

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def middle_lon(lon: Floats) -> float:
    """The median longitude, degrees, of (n,) places within half the world of each other; n > 0."""
    return _in_range(float(np.median(together(lon))))


def between_lon(lon: Floats) -> float:
    """Half-way between the westernmost and the easternmost of (n,) places; n > 0."""
    side_by_side = together(lon)
    return _in_range(float(side_by_side.min() + side_by_side.max()) / 2.0)


def together(lon: Floats) -> Floats:
    """The same longitudes without the jump: those on the far side of the antimeridian lie beyond 180 or -180."""
    if lon.size == 0 or float(np.ptp(lon)) <= 180.0:
        return lon
    return beside(lon, float(lon[0]))


def beside(lon: Floats, lon0: float | Floats) -> Floats:
    """The same longitudes, each counted so that it lies within 180 degrees of `lon0`, one for all or one for each."""
    turns = np.rint((lon - lon0) / 360.0)
    return lon - 360.0 * turns if turns.any() else lon


def wrapped(lon: Floats) -> Floats:
    """The same longitudes from -180 to 180."""
    return beside(lon, 0.0)


def beside_area(area: shapely.Geometry, lon0: float) -> shapely.Geometry:
    """The same area, each of its parts counted as `beside` has it: what the antimeridian cut lies together again."""
    parts = shapely.get_parts(area)
    west, _, east, _ = shapely.bounds(parts).T
    turns = np.rint(((west + east) / 2.0 - lon0) / 360.0)
    if not turns.any():
        return area
    moved = [
        shapely.transform(part, lambda xy, by=turn: xy - (360.0 * by, 0.0))
        for part, turn in zip(parts, turns.tolist(), strict=True)
    ]
    return shapely.union_all(moved)


def cut(area: shapely.Polygon | shapely.MultiPolygon) -> shapely.Polygon | shapely.MultiPolygon:
    """An area that reaches beyond 180 or -180 as parts on either side, as RFC 7946 wants it."""
    west, _, east, _ = area.bounds
    if west >= -180.0 and east <= 180.0:
        return area
    sides = [
        shapely.transform(part, lambda xy, by=turn: xy - (by, 0.0))
        for turn in (-360.0, 0.0, 360.0)
        for part in shapely.get_parts(shapely.intersection(area, shapely.box(turn - 180.0, -90.0, turn + 180.0, 90.0)))
        if part.geom_type == "Polygon"
    ]
    return shapely.MultiPolygon(sides)


def _in_range(lon: float) -> float:
    return lon - 360.0 * round(lon / 360.0)
