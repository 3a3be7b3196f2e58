"""Squares that a map draws beside a street without joining them: where one steps from one onto the other."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Array = NDArray[np.float64]

# From a street's middle over its pavement to the rim of a square that begins there (assumption). Nothing but a fence
# stands in so little room, and fences are looked at.
TIE_M = 12.0
# Nearer to another way out a square needs none: each is joined to all others, and a crowd of lines finds no better way.
APART_M = 30.0
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ties:
    """(k,) each: rim: index of the rim's point; segment: index of the street's segment, at: how far along it, 0-1;
    lon, lat: of that place on the street."""

    rim: NDArray[np.int64]
    segment: NDArray[np.int64]
    at: Array
    lon: Array
    lat: Array


def find_ties(rim: Array, segments: Array, fences: list[Array]) -> Ties:
    """From each of (n, 2) points of squares' rims to the nearest of (s, 2, 2) segments of streets, if it is no farther
    than `TIE_M` and no fence (lines of (k, 2) points) stands between; degrees all."""
    if len(rim) == 0 or len(segments) == 0:
        return _none()
    scale = _metres_per_degree(float(rim[:, 1].mean()))
    streets = shapely.linestrings(segments * scale)
    points = shapely.points(rim * scale)
    found, segment = shapely.STRtree(streets).query_nearest(points, max_distance=TIE_M, all_matches=False)
    at = shapely.line_locate_point(streets[segment], points[found], normalized=True)
    ends = shapely.line_interpolate_point(streets[segment], at, normalized=True)
    places = shapely.get_coordinates(ends) / scale
    lines = shapely.linestrings(np.stack((rim[found] * scale, places * scale), axis=1))
    free = ~_crossed(lines, [fence * scale for fence in fences if len(fence) > 1])
    return Ties(rim=found[free], segment=segment[free], at=at[free], lon=places[free, 0], lat=places[free, 1])


def spread_out(ties: Ties, rim: Array, square: NDArray[np.int64], doors: Array, door_of: NDArray[np.int64]) -> Ties:
    """Only those that are `APART_M` from every other kept one of their square, and from its doors.

    rim: (n, 2) degrees, square: (n,) the square that each of these points is of; doors: (d, 2), door_of: (d,) likewise.
    """
    order = np.argsort(door_of, kind="stable")
    doors, door_of = doors[order], door_of[order]
    kept: list[int] = []
    taken: list[Array] = []
    now = -1
    for tie, point in enumerate(ties.rim.tolist()):
        if square[point] != now:
            now = int(square[point])
            taken = [*doors[np.searchsorted(door_of, now) : np.searchsorted(door_of, now, side="right")]]
        scale = _metres_per_degree(rim[point, 1])
        if all(np.hypot(*((other - rim[point]) * scale)) >= APART_M for other in taken):
            kept.append(tie)
            taken.append(rim[point])
    return Ties(**{name: getattr(ties, name)[kept] for name in ("rim", "segment", "at", "lon", "lat")})


def _metres_per_degree(lat: float) -> Array:
    return np.array([_METRES_PER_DEGREE * np.cos(np.radians(lat)), _METRES_PER_DEGREE])


def _crossed(lines: NDArray[np.object_], fences: list[Array]) -> NDArray[np.bool_]:
    """(k,) whether each line meets a fence."""
    crossed = np.zeros(len(lines), np.bool_)
    if fences and len(lines):
        met, _ = shapely.STRtree([shapely.LineString(fence) for fence in fences]).query(lines, predicate="intersects")
        crossed[met] = True
    return crossed


def _none() -> Ties:
    nothing, nowhere = np.zeros(0, np.int64), np.zeros(0)
    return Ties(rim=nothing, segment=nothing, at=nowhere, lon=nowhere, lat=nowhere)
