"""The compiled part of the ways: where each stops short of the patient's area, for a whole wave at once."""
# ruff: noqa: PLR0917 (numba compiles positional arguments only)

import math
from typing import Any

import numpy as np
from numba import float64, int64, njit, types, void

from geo.places.projection_kernels import degrees, meridian_arc_m

Array = Any

DOOR_POINTS = 2
"""A way ends with the point of the street and the place itself."""

_MILLIONTHS = 1e6

# Named beforehand, so that a call never waits for the compiler; arrays that may only be read are a type of their own.
_GIVEN, _STOPS = (types.Array(kind, 1, "C", readonly=True) for kind in (float64, int64))
_OUT, _OUT_STOPS = (types.Array(kind, 1, "C") for kind in (float64, int64))


@njit(int64(_GIVEN, float64), cache=True)
def kept_points(distance_m: Array, radius_m: float) -> int:
    """How many points there are up to where the way last comes within `radius_m` of the area's centre.

    distance_m: of each point from that centre, the patient's door last.
    """
    # The street point before the patient's door may lie outside the area: it would tell the door, so the cut widens.
    kept: int = distance_m.size
    at_the_door = DOOR_POINTS if kept > DOOR_POINTS else min(kept, 1)
    widest_m = radius_m
    for index in range(kept - at_the_door, kept):
        widest_m = max(widest_m, distance_m[index])
    while kept and distance_m[kept - 1] <= widest_m:
        kept -= 1
    return kept


@njit(
    void(float64, float64, _GIVEN, _GIVEN, _STOPS, float64, float64, float64, _OUT, _OUT, _OUT_STOPS),
    cache=True,
)  # fmt: skip
def up_to_the_area(
    lon0: float, lat0: float, x_m: Array, y_m: Array, stop: Array, centre_x_m: float, centre_y_m: float,
    radius_m: float, out_lon: Array, out_lat: Array, out_stop: Array,
) -> None:  # fmt: skip
    """Write the points of each way up to the area, degrees to six places, none twice in a row.

    x_m, y_m: the ways' points one after another, metres of the plane around (lon0, lat0). stop: (n + 1,) where each
    begins and ends. out_stop: the same of what is written.
    """
    arc0_m = meridian_arc_m(math.radians(lat0))
    distance_m = np.hypot(x_m - centre_x_m, y_m - centre_y_m)
    size = 0
    for way in range(stop.size - 1):
        out_stop[way] = size
        for index in range(stop[way], stop[way] + kept_points(distance_m[stop[way] : stop[way + 1]], radius_m)):
            lon, lat = degrees(lon0, lat0, arc0_m, x_m[index], y_m[index])
            lon, lat = np.rint(lon * _MILLIONTHS) / _MILLIONTHS, np.rint(lat * _MILLIONTHS) / _MILLIONTHS
            is_new = size == out_stop[way] or lon != out_lon[size - 1] or lat != out_lat[size - 1]
            if is_new:
                out_lon[size], out_lat[size] = lon, lat
                size += 1
    out_stop[stop.size - 1] = size
