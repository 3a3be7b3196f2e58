"""Which points lie within a radius, while points move: the compiled grid of `point_kernels` and the keys in it.

A question and a move cost a few microseconds each, however many points there are. One index belongs to the thread that
first uses it after a load, because answers are written into a place of its own.
"""

import math
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.places.point_kernels import CELL_M, POINT, link_all, near, put
from geo.places.projection import LocalPlane

Int64s = NDArray[np.int64]

_FIRST_CAPACITY = 1024
# More cells than lie in a row around the Earth.
_CELLS_IN_A_ROW = 1e6


class DuplicateKey(ValueError):
    """Two points were loaded under one key; one of them would be lost."""

    def __init__(self, key: int) -> None:
        super().__init__(f"key {key} names two points: load each once")


class WrongThread(RuntimeError):
    """An index was used from a second thread, which would mix up the answers of both."""

    def __init__(self) -> None:
        super().__init__("this index belongs to another thread: give each thread an index of its own")


class PointIndex:
    """Points under integer keys, found by radius in the metres of one plane."""

    def __init__(self, plane: LocalPlane) -> None:
        self.plane = plane
        self._owner: int | None = None
        self._out = np.empty(_FIRST_CAPACITY, np.int64)
        self._take({}, _nowhere(_FIRST_CAPACITY))

    def __len__(self) -> int:
        return len(self._slot)

    def __contains__(self, key: int) -> bool:
        return key in self._slot

    def load(self, keys: NDArray[Any], lon: NDArray[Any], lat: NDArray[Any]) -> None:
        """Forget everything and take these (n,) points, in degrees.

        Raises:
            DuplicateKey: a key comes twice.
        """
        keys = np.asarray(keys, np.int64)
        x_m, y_m = self.plane.to_plane(np.asarray(lon, np.float64), np.asarray(lat, np.float64))
        # A cell's points side by side in memory: among a million that makes an answer five times as fast.
        order = np.argsort(np.floor(y_m / CELL_M) * _CELLS_IN_A_ROW + np.floor(x_m / CELL_M))
        slot = dict(zip(keys[order].tolist(), range(keys.size), strict=True))
        if len(slot) < keys.size:
            first = np.unique(keys, return_index=True)[1]
            raise DuplicateKey(int(np.delete(keys, first)[0]))
        points = _nowhere(max(_FIRST_CAPACITY, 1 << (keys.size - 1).bit_length()))
        for name, column in (("key", keys), ("x", x_m), ("y", y_m)):
            points[name][: keys.size] = column[order]
        self._owner = None
        self._take(slot, points)

    def move(self, key: int, lon: float, lat: float) -> None:
        """Put a point, known or new, at this place in degrees."""
        self._claim()
        slot = self._slot.get(key)
        if slot is None:
            slot = self._slot[key] = self._free_slot()
            self._points["key"][slot] = key
        put(self._head, self._points, slot, *self.plane.to_plane(lon, lat))

    def remove(self, key: int) -> None:
        """Take a point out; an unknown key changes nothing."""
        self._claim()
        slot = self._slot.pop(key, None)
        if slot is not None:
            put(self._head, self._points, slot, math.nan, math.nan)
            self._free.append(slot)

    def near(self, lon: float, lat: float, radius_m: float) -> Int64s:
        """Keys of the points within `radius_m` of this place, in plane metres, the rim included; ascending."""
        self._claim()
        # A whole number would have the kernel compiled once more, in the middle of a call.
        x_m, y_m, radius_m = *self.plane.to_plane(lon, lat), float(radius_m)
        found: int = near(self._head, self._points, x_m, y_m, radius_m, self._out)
        if found > self._out.size:
            self._out = np.empty(2 * found, np.int64)
            near(self._head, self._points, x_m, y_m, radius_m, self._out)
        return self._out[:found].copy()

    def _take(self, slot: dict[int, int], points: NDArray[Any]) -> None:
        """slot: each key's place in `points`, from the first on without a gap."""
        self._slot, self._points = slot, points
        self._free: list[int] = []
        # As many lists as there is room for points keeps them short.
        self._head = np.empty(points.size, np.int32)
        link_all(self._head, points)

    def _free_slot(self) -> int:
        if self._free:
            return self._free.pop()
        used = len(self._slot)
        if used == self._points.size:
            self._take(self._slot, np.concatenate((self._points, _nowhere(used))))
        return used

    def _claim(self) -> None:
        thread = threading.get_ident()
        if self._owner is None:
            self._owner = thread
        elif self._owner != thread:
            raise WrongThread


def warm_up() -> None:
    """Compile the grid (seconds the first time on a machine, then read from numba's cache)."""
    index = PointIndex(LocalPlane(0.0, 0.0))
    index.move(0, 0.0, 0.0)
    index.near(0.0, 0.0, 1.0)


def _nowhere(count: int) -> NDArray[Any]:
    points = np.zeros(count, POINT)
    points["x"] = np.nan
    return points
