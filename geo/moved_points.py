"""Points that move often, found by radius: a grid of linked lists in flat arrays, walked by compiled loops.

A move is a few writes and a query looks at the cells it touches only, however many points there are.
"""
# ruff: noqa: PLR0917 (numba compiles positional arguments only)

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = Any
Int64s = NDArray[np.int64]

_CELL_M = 250.0
_FIRST_CAPACITY = 1024
_NONE = -1


@njit(cache=True, nogil=True)
def _bucket(column: int, row: int, buckets: int) -> int:
    return (column * 73_856_093 ^ row * 19_349_663) & (buckets - 1)


@njit(cache=True, nogil=True)
def _link(head: Array, after: Array, before: Array, x: Array, y: Array, slot: int) -> None:
    place = _bucket(int(np.floor(x[slot] / _CELL_M)), int(np.floor(y[slot] / _CELL_M)), head.size)
    first = head[place]
    after[slot], before[slot] = first, _NONE - 1 - place
    if first != _NONE:
        before[first] = slot
    head[place] = slot


@njit(cache=True, nogil=True)
def _unlink(head: Array, after: Array, before: Array, slot: int) -> None:
    # The first of a list has its bucket, as a negative number, where the others have the one before.
    if before[slot] >= 0:
        after[before[slot]] = after[slot]
    else:
        head[_NONE - 1 - before[slot]] = after[slot]
    if after[slot] != _NONE:
        before[after[slot]] = before[slot]


@njit(cache=True, nogil=True)
def _put(head: Array, after: Array, before: Array, x: Array, y: Array, slot: int, px: float, py: float) -> None:
    if np.isfinite(x[slot]):
        _unlink(head, after, before, slot)
    x[slot], y[slot] = px, py
    if np.isfinite(px):
        _link(head, after, before, x, y, slot)


@njit(cache=True, nogil=True)
def _relink(head: Array, after: Array, before: Array, x: Array, y: Array) -> None:
    head[:] = _NONE
    for slot in range(x.size):
        if np.isfinite(x[slot]):
            _link(head, after, before, x, y, slot)


@njit(cache=True, nogil=True)
def _near(
    head: Array, after: Array, x: Array, y: Array, keys: Array, px: float, py: float, radius_m: float, out: Array
) -> int:
    """Write the keys within `radius_m` into `out` as far as it reaches; how many there are."""
    found = 0
    square = radius_m * radius_m
    first_column, last_column = np.floor((px - radius_m) / _CELL_M), np.floor((px + radius_m) / _CELL_M)
    first_row, last_row = np.floor((py - radius_m) / _CELL_M), np.floor((py + radius_m) / _CELL_M)
    if (last_column - first_column + 1.0) * (last_row - first_row + 1.0) > head.size:
        for slot in range(x.size):
            dx, dy = x[slot] - px, y[slot] - py
            # What is nowhere is not a number, and so never near.
            if dx * dx + dy * dy <= square:
                if found < out.size:
                    out[found] = keys[slot]
                found += 1
        return found
    for column in range(int(first_column), int(last_column) + 1):
        for row in range(int(first_row), int(last_row) + 1):
            slot = head[_bucket(column, row, head.size)]
            while slot != _NONE:
                dx, dy = x[slot] - px, y[slot] - py
                # Several cells may share a list: each point counts with its own cell only.
                here = int(np.floor(x[slot] / _CELL_M)) == column and int(np.floor(y[slot] / _CELL_M)) == row
                if here and dx * dx + dy * dy <= square:
                    if found < out.size:
                        out[found] = keys[slot]
                    found += 1
                slot = after[slot]
    return found


class MovedPoints:
    """Points under integer keys, in metres of a plane. Not thread-safe."""

    def __init__(self) -> None:
        self._slot: dict[int, int] = {}
        self._free: list[int] = []
        self._out = np.empty(_FIRST_CAPACITY, np.int64)
        self._keys, self._x, self._y = np.empty(0, np.int64), np.empty(0), np.empty(0)
        self._allot(_FIRST_CAPACITY)

    def __len__(self) -> int:
        return len(self._slot)

    def __contains__(self, key: int) -> bool:
        return key in self._slot

    def put(self, key: int, x_m: float, y_m: float) -> None:
        """Place a point, known or new."""
        slot = self._slot.get(key)
        if slot is None:
            if not self._free:
                self._allot(2 * self._keys.size)
            slot = self._slot[key] = self._free.pop()
            self._keys[slot] = key
        _put(self._head, self._after, self._before, self._x, self._y, slot, x_m, y_m)

    def discard(self, key: int) -> None:
        """Take a point out; an unknown key changes nothing."""
        slot = self._slot.pop(key, None)
        if slot is not None:
            _put(self._head, self._after, self._before, self._x, self._y, slot, np.nan, np.nan)
            self._free.append(slot)

    def near(self, x_m: float, y_m: float, radius_m: float) -> Int64s:
        """Keys of the points within `radius_m`, the rim included, in no order."""
        found = self._near(x_m, y_m, radius_m)
        if found > self._out.size:
            self._out = np.empty(2 * found, np.int64)
            found = self._near(x_m, y_m, radius_m)
        return self._out[:found].copy()

    def find(self, key: int) -> tuple[float, float] | None:
        """Where a point is."""
        slot = self._slot.get(key)
        return None if slot is None else (float(self._x[slot]), float(self._y[slot]))

    def table(self) -> tuple[Int64s, NDArray[np.float64], NDArray[np.float64]]:
        """(keys, x, y) of all points, (n,) each."""
        held = np.isfinite(self._x)
        return self._keys[held], self._x[held], self._y[held]

    def _near(self, x_m: float, y_m: float, radius_m: float) -> int:
        return int(_near(self._head, self._after, self._x, self._y, self._keys, x_m, y_m, radius_m, self._out))

    def _allot(self, capacity: int) -> None:
        """Room for `capacity` points, a power of two; those there are stay."""
        grown = (np.empty(capacity, np.int64), np.full(capacity, np.nan), np.full(capacity, np.nan))
        held = self._keys.size
        for new, old in zip(grown, (self._keys, self._x, self._y), strict=True):
            new[:held] = old
        self._keys, self._x, self._y = grown
        self._head = np.empty(capacity, np.int64)
        self._after, self._before = np.empty(capacity, np.int64), np.empty(capacity, np.int64)
        _relink(self._head, self._after, self._before, self._x, self._y)
        self._free += range(capacity - 1, held - 1, -1)
