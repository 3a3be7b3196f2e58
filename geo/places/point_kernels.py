"""The compiled part of the index of points: a grid of linked lists. A move is a few writes, and a question looks at the
cells that it touches only.

They keep the interpreter: where each gave it back for its microsecond, the thread that asks would wait for the others.
"""
# ruff: noqa: PLR0917 (numba compiles positional arguments only)

from typing import Any

import numpy as np
from numba import njit

Array = Any

CELL_M = 250.0
"""Squares of this size share a list: a few of them cover a four-minute walk."""
NONE = -1
POINT = np.dtype([("x", "f8"), ("y", "f8"), ("key", "i8"), ("after", "i4"), ("before", "i4")])
"""All there is to read of a point side by side: a call comes to cold caches. What is nowhere has NaN for its x."""


@njit(cache=True)
def _bucket(column: int, row: int, buckets: int) -> int:
    return (column * 73_856_093 ^ row * 19_349_663) & (buckets - 1)


@njit(cache=True)
def _link(head: Array, points: Array, slot: int) -> None:
    point = points[slot]
    place = _bucket(int(np.floor(point.x / CELL_M)), int(np.floor(point.y / CELL_M)), head.size)
    first = head[place]
    point.after, point.before = first, NONE - 1 - place
    if first != NONE:
        points[first].before = slot
    head[place] = slot


@njit(cache=True)
def _unlink(head: Array, points: Array, slot: int) -> None:
    # The first of a list has its bucket, as a negative number, where the others have the one before.
    after, before = points[slot].after, points[slot].before
    if before >= 0:
        points[before].after = after
    else:
        head[NONE - 1 - before] = after
    if after != NONE:
        points[after].before = before


@njit(cache=True)
def link_all(head: Array, points: Array) -> None:
    """Put all `points` into lists; head: (a power of two,) int32, which is written anew."""
    head[:] = NONE
    for slot in range(points.size):
        if np.isfinite(points[slot].x):
            _link(head, points, slot)


@njit(cache=True)
def put(head: Array, points: Array, slot: int, x_m: float, y_m: float) -> None:
    """Move the point of a slot to a place, or, with NaN, to nowhere."""
    if np.isfinite(points[slot].x):
        _unlink(head, points, slot)
    points[slot].x, points[slot].y = x_m, y_m
    if np.isfinite(x_m):
        _link(head, points, slot)


@njit(cache=True)
def near(head: Array, points: Array, x_m: float, y_m: float, radius_m: float, out: Array) -> int:
    """Write the keys within `radius_m` into `out`, ascending, if it has room for all; how many there are."""
    found = 0
    square = radius_m * radius_m
    first_column, last_column = np.floor((x_m - radius_m) / CELL_M), np.floor((x_m + radius_m) / CELL_M)
    first_row, last_row = np.floor((y_m - radius_m) / CELL_M), np.floor((y_m + radius_m) / CELL_M)
    if (last_column - first_column + 1.0) * (last_row - first_row + 1.0) > head.size:
        for slot in range(points.size):
            dx, dy = points[slot].x - x_m, points[slot].y - y_m
            # What is nowhere is not a number, and so never near.
            if dx * dx + dy * dy <= square:
                if found < out.size:
                    out[found] = points[slot].key
                found += 1
    else:
        for column in range(int(first_column), int(last_column) + 1):
            for row in range(int(first_row), int(last_row) + 1):
                slot = head[_bucket(column, row, head.size)]
                while slot != NONE:
                    point = points[slot]
                    dx, dy = point.x - x_m, point.y - y_m
                    # Several cells may share a list: each point counts with its own cell only.
                    here = np.floor(point.x / CELL_M) == column and np.floor(point.y / CELL_M) == row
                    if here and dx * dx + dy * dy <= square:
                        if found < out.size:
                            out[found] = point.key
                        found += 1
                    slot = point.after
    if found <= out.size:
        out[:found].sort()
    return found
