"""The compiled part of the cabinets: one pass over the AEDs around a patient, as `roster_kernels` does for people."""
# ruff: noqa: PLR0917 (numba compiles positional arguments only)

from typing import Any

import numpy as np
from numba import boolean, float32, float64, from_dtype, int8, int64, njit, types

Array = Any

UNREAD, DEPENDS, YES, NO, UNKNOWN = range(5)
"""What is known of an AED's being usable: nobody has asked yet, it depends on the time, or the answer of all times."""

DEVICE = np.dtype(
    [("lon", "f8"), ("lat", "f8"), ("x_m", "f8"), ("y_m", "f8"), ("inside_s", "f4"), ("answer", "i1")], align=True
)
"""Degrees, metres of the plane, and seconds within its building, which hold once `answer` is not UNREAD any more."""

# Named beforehand, so that a call never waits for the compiler.
_DEVICES = types.Array(from_dtype(DEVICE), 1, "C")
_KEYS, _ANSWERS, _FLOATS, _SHORT_FLOATS, _BOOLS = (
    types.Array(kind, 1, "C") for kind in (int64, int8, float64, float32, boolean)
)


@njit(
    int64(
        _DEVICES, _KEYS, _ANSWERS, float64, float64, float64, _KEYS, _FLOATS, _FLOATS, _BOOLS, _SHORT_FLOATS
    ),
    cache=True,
)  # fmt: skip
def usable(
    devices: Array, near: Array, answer: Array, x_m: float, y_m: float, same_building_m: float,
    key: Array, lon: Array, lat: Array, unknown: Array, inside_s: Array,
) -> int:  # fmt: skip
    """Write those of `near` that may be usable, in their order, and what is known of each; how many.

    answer: of each of `near`. x_m, y_m: the patient's place, nearer to which than `same_building_m` nothing is added.
    """
    found = 0
    for index in range(near.size):
        if answer[index] == NO:
            continue
        device = devices[near[index]]
        key[found], lon[found], lat[found] = near[index], device.lon, device.lat
        unknown[found] = answer[index] == UNKNOWN
        away_m = np.hypot(device.x_m - x_m, device.y_m - y_m)
        inside_s[found] = 0.0 if away_m <= same_building_m else device.inside_s
        found += 1
    return found
