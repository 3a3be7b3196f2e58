"""Remembers where on the street network the things of the live picture stand, so that a call need not look for it."""

import numpy as np
from numpy.typing import NDArray

from geo.walk_network import Snaps, WalkNetwork

Int64s = NDArray[np.int64]
Float64s = NDArray[np.float64]


class SnapMemory:
    """Snaps by key. What has moved since it was asked for is looked up anew, together with all else that has."""

    def __init__(self, network: WalkNetwork) -> None:
        self._network = network
        self._held = network.snap(np.full(64, np.nan), np.full(64, np.nan))

    def snaps(self, keys: Int64s, lon: Float64s, lat: Float64s) -> Snaps:
        """The snaps of the things `keys`, which are at these places; (n,) each."""
        if keys.size and int(keys.max()) >= len(self._held):
            self._grow(2 * int(keys.max()))
        found = self._held.take(keys)
        # NaN, where nothing is remembered, equals no place.
        moved = np.flatnonzero((found.lon != lon) | (found.lat != lat))
        if not moved.size:
            return found
        fresh = self._network.snap(lon[moved], lat[moved])
        for name in ("lon", "lat", "edge", "fraction", "distance_m"):
            getattr(self._held, name)[keys[moved]] = getattr(fresh, name)
        return self._held.take(keys)

    def _grow(self, size: int) -> None:
        nowhere = np.full(size - len(self._held), np.nan)
        fresh = self._network.snap(nowhere, nowhere)
        names = ("lon", "lat", "edge", "fraction", "distance_m")
        joined = {name: np.concatenate((getattr(self._held, name), getattr(fresh, name))) for name in names}
        self._held = Snaps(**joined)
