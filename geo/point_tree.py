"""An R-tree over points that stand still: built once, in bulk, and never changed."""

import numpy as np
from numpy.typing import NDArray
from rtree.index import Index

Int64s = NDArray[np.int64]
Float64s = NDArray[np.float64]


class PointTree:
    """Points under integer keys, in metres of a plane; (n,) arrays, keys in ascending order, each once.

    May be built by one thread and asked by another, if that one alone asks it: the library is not thread-safe, not even
    for readers. Building lets other threads run.
    """

    def __init__(self, keys: Int64s, x_m: Float64s, y_m: Float64s) -> None:
        self.keys, self.x_m, self.y_m = keys, x_m, y_m
        corners = np.column_stack((x_m, y_m))
        # Entries are named by their place in the arrays.
        self._index = Index((np.arange(keys.size, dtype=np.int64), corners, corners)) if keys.size else None

    def find_place(self, key: int) -> int | None:
        """Where in the arrays a key stands."""
        place = int(np.searchsorted(self.keys, key))
        return place if place < self.keys.size and self.keys[place] == key else None

    def near(self, x_m: float, y_m: float, radius_m: float) -> Int64s:
        """Places in the arrays of the points within `radius_m`, the rim included."""
        if self._index is None:
            return np.empty(0, np.int64)
        # The library's query for many boxes hands its answer over whole, where the one for one box does it id by id.
        low, high = np.array([[x_m - radius_m, y_m - radius_m]]), np.array([[x_m + radius_m, y_m + radius_m]])
        places: Int64s = self._index.intersection_v(low, high)[0]  # type: ignore[no-untyped-call]
        return places[np.hypot(self.x_m[places] - x_m, self.y_m[places] - y_m) <= radius_m]
