"""The compiled part of the index of registered points: which of those that tree and grid name are near enough."""
# ruff: noqa: PLR0917 (numba compiles positional arguments only)

from typing import Any

import numpy as np
from numba import float64, from_dtype, int64, njit, types

Array = Any

NOWHERE, IN_TREE, IN_GRID, FAR = range(4)
"""Who answers for a key: nobody, the tree, the grid of what changed since the tree was built, or, where the plane does
not hold, a look at every point."""

PLACE = np.dtype([("x", "f8"), ("y", "f8"), ("lon", "f8"), ("lat", "f8"), ("where", "i1")], align=True)
"""Metres of the plane and degrees; all there is to read of a point side by side: a call comes to cold caches."""

# Named beforehand, so that a call never waits for the compiler.
_PLACES = types.Array(from_dtype(PLACE), 1, "C")
_KEYS = types.Array(int64, 1, "C")
_COUNTS = types.UniTuple(int64, 2)  # type: ignore[no-untyped-call]


@njit(_COUNTS(_PLACES, _KEYS, _KEYS, float64, float64, float64, float64, _KEYS), cache=True)
def within_radius(
    places: Array, standing: Array, moved: Array, x_m: float, y_m: float, inner_m: float, outer_m: float, out: Array
) -> tuple[int, int]:
    """Write the keys nearer than `inner_m` from the front of `out`, those on the rim up to `outer_m` from its end; how
    many of each.

    standing: keys that the tree names, masked where it does not answer for them any more. moved: keys of the grid.
    out: room for all of both.
    """
    inner, outer = inner_m * inner_m, outer_m * outer_m
    found, on_rim = 0, 0
    for index in range(standing.size + moved.size):
        is_standing = index < standing.size
        key = standing[index] if is_standing else moved[index - standing.size]
        place = places[key]
        if is_standing and place.where != IN_TREE:
            continue
        dx, dy = place.x - x_m, place.y - y_m
        square = dx * dx + dy * dy
        if square <= inner:
            out[found] = key
            found += 1
        elif square <= outer:
            on_rim += 1
            out[out.size - on_rim] = key
    out[:found].sort()
    return found, on_rim


@njit(int64(_PLACES, int64, _KEYS, float64, float64, float64, float64, _KEYS), cache=True)
def within_box(
    places: Array, where: int, keys: Array, west: float, south: float, east: float, north: float, out: Array
) -> int:
    """Write those of `keys` for which `where` answers and whose degrees lie in the box, its rim included; how many."""
    found = 0
    for index in range(keys.size):
        place = places[keys[index]]
        if place.where == where and west <= place.lon <= east and south <= place.lat <= north:
            out[found] = keys[index]
            found += 1
    return found
