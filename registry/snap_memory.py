"""Remembers where on the street network the things of the live picture stand, so that a call need not look for it."""
# ruff: noqa: PLR0917 (numba compiles positional arguments only)

from typing import Any

import numpy as np
from numba import float32, float64, from_dtype, int32, int64, njit, types
from numpy.typing import NDArray

from geo.streets.walk_network import Snaps, WalkNetwork

Array = Any
Int64s = NDArray[np.int64]
Float64s = NDArray[np.float64]

_HELD = np.dtype([("lon", "f8"), ("lat", "f8"), ("fraction", "f4"), ("distance_m", "f4"), ("edge", "i4")], align=True)
_FIRST_CAPACITY = 64

_MEMORY = types.Array(from_dtype(_HELD), 1, "C")
_KEYS, _FLOATS, _SHORT_FLOATS, _EDGES = (types.Array(kind, 1, "C") for kind in (int64, float64, float32, int32))


class SnapMemory:
    """Snaps by key. What has moved since it was asked for is looked up anew, together with all else that has."""

    def __init__(self, network: WalkNetwork) -> None:
        self._network = network
        self._held = _nothing(_FIRST_CAPACITY)

    def snaps(self, keys: Int64s, lon: Float64s, lat: Float64s) -> Snaps:
        """The snaps of the things `keys`, which are at these places; (n,) each."""
        if keys.size and int(keys.max()) >= self._held.size:
            self._held = np.concatenate((self._held, _nothing(2 * int(keys.max()) - self._held.size)))
        lon, lat = np.ascontiguousarray(lon), np.ascontiguousarray(lat)
        edge = np.empty(keys.size, np.int32)
        fraction, distance_m = np.empty(keys.size, np.float32), np.empty(keys.size, np.float32)
        moved = np.empty(keys.size, np.int64)
        count = _recall(self._held, keys, lon, lat, edge, fraction, distance_m, moved)
        if count:
            moved = moved[:count]
            fresh = self._network.snap(lon[moved], lat[moved])
            for name in _HELD.names or ():
                self._held[name][keys[moved]] = getattr(fresh, name)
            edge[moved], fraction[moved], distance_m[moved] = fresh.edge, fresh.fraction, fresh.distance_m
        return Snaps(lon=lon, lat=lat, edge=edge, fraction=fraction, distance_m=distance_m)


@njit(int64(_MEMORY, _KEYS, _FLOATS, _FLOATS, _EDGES, _SHORT_FLOATS, _SHORT_FLOATS, _KEYS), cache=True)
def _recall(
    held: Array, keys: Array, lon: Array, lat: Array, edge: Array, fraction: Array, distance_m: Array, moved: Array
) -> int:
    """Write what is remembered of `keys`; in `moved` which of them (indexes) are elsewhere now, and how many."""
    count = 0
    for index in range(keys.size):
        one = held[keys[index]]
        # NaN, where nothing is remembered, equals no place.
        if one.lon == lon[index] and one.lat == lat[index]:
            edge[index], fraction[index], distance_m[index] = one.edge, one.fraction, one.distance_m
        else:
            moved[count] = index
            count += 1
    return count


def _nothing(count: int) -> NDArray[Any]:
    held = np.zeros(count, _HELD)
    held["lon"] = np.nan
    return held
