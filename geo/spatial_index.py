"""Which points lie within a radius: an R-tree built in bulk, and a small grid of what moved since.

Moving a point inside an R-tree costs half a millisecond and building one of 50,000 anew 31 ms, so a moved point leaves
the tree for the grid until the next `rebuild`. The tree's library is not thread-safe, not even for readers: one index
belongs to the thread that first uses it after a load.
"""

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rtree.index import Index

from geo.moved_points import MovedPoints
from geo.projection import LocalPlane

Int64s = NDArray[np.int64]
Float64s = NDArray[np.float64]


class DuplicateKey(ValueError):
    """Two points were loaded under one key; the tree would keep both for ever."""

    def __init__(self, key: int) -> None:
        super().__init__(f"key {key} names two points: load each once")


class WrongThread(RuntimeError):
    """An index was used from a second thread, which would crash the process."""

    def __init__(self) -> None:
        super().__init__("this index belongs to another thread: give each thread an index of its own")


class PointIndex:
    """Points under integer keys, found by radius in the metres of one plane."""

    def __init__(self, plane: LocalPlane) -> None:
        self.plane = plane
        self._owner: int | None = None
        self._fill(np.empty(0, np.int64), np.empty(0), np.empty(0))

    def __len__(self) -> int:
        return len(self._place) + len(self._moved)

    def __contains__(self, key: int) -> bool:
        return key in self._moved or key in self._place

    @property
    def moved_count(self) -> int:
        """How many points stand outside the tree because they moved since it was built; `rebuild` takes them in."""
        return len(self._moved)

    def load(self, keys: NDArray[Any], lon: NDArray[Any], lat: NDArray[Any]) -> None:
        """Forget everything and take these (n,) points, in degrees.

        Raises:
            DuplicateKey: a key comes twice.
        """
        keys = np.asarray(keys, np.int64)
        x, y = self.plane.to_plane(np.asarray(lon, np.float64), np.asarray(lat, np.float64))
        unique, first = np.unique(keys, return_index=True)
        if unique.size < keys.size:
            raise DuplicateKey(int(np.delete(keys, first)[0]))
        self._owner = None
        self._fill(keys, x, y)

    def move(self, key: int, lon: float, lat: float) -> None:
        """Put a point, known or new, at this place in degrees."""
        self._claim()
        self._strike(key)
        self._moved.put(key, *self.plane.to_plane(lon, lat))

    def remove(self, key: int) -> None:
        """Take a point out; an unknown key changes nothing."""
        self._claim()
        self._strike(key)
        self._moved.discard(key)

    def near(self, lon: float, lat: float, radius_m: float) -> Int64s:
        """Keys of the points within `radius_m` of this place, in plane metres, the rim included; ascending."""
        self._claim()
        x, y = self.plane.to_plane(lon, lat)
        places = self._in_box(x - radius_m, y - radius_m, x + radius_m, y + radius_m)
        hit = self._in_tree[places] & (np.hypot(self._x[places] - x, self._y[places] - y) <= radius_m)
        return np.sort(np.concatenate((self._keys[places[hit]], self._moved.near(x, y, radius_m))))

    def rebuild(self) -> None:
        """Build the tree anew with everything where it is now."""
        self._claim()
        stay = np.flatnonzero(self._in_tree)
        keys, x, y = self._moved.table()
        self._fill(
            np.concatenate((self._keys[stay], keys)),
            np.concatenate((self._x[stay], x)),
            np.concatenate((self._y[stay], y)),
        )

    def _fill(self, keys: Int64s, x: Float64s, y: Float64s) -> None:
        self._keys, self._x, self._y = keys, x, y
        # Tree entries are named by their place in these arrays; one that moved is struck out here, never in the tree.
        self._in_tree = np.ones(keys.size, bool)
        self._place = dict(zip(keys.tolist(), range(keys.size), strict=True))
        corners = np.column_stack((x, y))
        self._tree = Index((np.arange(keys.size, dtype=np.int64), corners, corners)) if keys.size else None
        self._moved = MovedPoints()

    def _strike(self, key: int) -> None:
        place = self._place.pop(key, None)
        if place is not None:
            self._in_tree[place] = False

    def _in_box(self, west: float, south: float, east: float, north: float) -> Int64s:
        if self._tree is None:
            return np.empty(0, np.int64)
        # The tree's query for many boxes hands its answer over whole, where the one for one box does it id by id.
        low, high = np.array([[west, south]]), np.array([[east, north]])
        found: Int64s = self._tree.intersection_v(low, high)[0]  # type: ignore[no-untyped-call]
        return found

    def _claim(self) -> None:
        thread = threading.get_ident()
        if self._owner is None:
            self._owner = thread
        elif self._owner != thread:
            raise WrongThread
