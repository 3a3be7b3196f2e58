"""The compiled loops that find the nearest street: a grid of cells over the segments of every edge."""
# ruff: noqa: PLR0917 (numba compiles positional arguments only)

from typing import Any

import numpy as np
from numba import njit

Array = Any

# Nearer to an end than this counts as at the end, so that rounding never puts a point past the start of a one-way.
_AT_THE_END_M = 0.05
_END_OF_THE_WORLD_M = 1e8


@njit(cache=True, nogil=True)
def fill_cells(
    shape_x: Array, shape_y: Array, shape_edge: Array, grid: Array, next_place: Array, cell_segment: Array
) -> None:
    """Enter each segment in every cell it passes through; with an empty `cell_segment` only count them.

    grid: (x0, y0, cell_m, columns, rows). next_place: (cells,) counts, or the next free place of each cell.
    """
    x0, y0, cell, columns, _rows = grid
    slack = 1e-3 * cell
    for segment in range(shape_x.size - 1):
        if shape_edge[segment] != shape_edge[segment + 1]:
            continue
        xa, ya = np.float64(shape_x[segment]), np.float64(shape_y[segment])
        xb, yb = np.float64(shape_x[segment + 1]), np.float64(shape_y[segment + 1])
        if ya > yb:
            xa, ya, xb, yb = xb, yb, xa, ya
        for row in range(int((ya - y0) / cell), int((yb - y0) / cell) + 1):
            low, high = xa, xb
            if yb - ya > slack:
                bottom = max(0.0, (y0 + row * cell - ya) / (yb - ya))
                top = min(1.0, (y0 + (row + 1) * cell - ya) / (yb - ya))
                low, high = xa + bottom * (xb - xa), xa + top * (xb - xa)
            if low > high:
                low, high = high, low
            first = max(0, int((low - slack - x0) / cell))
            last = min(columns - 1, int((high + slack - x0) / cell))
            for column in range(first, last + 1):
                place = row * columns + column
                if cell_segment.size > 0:
                    cell_segment[next_place[place]] = segment
                next_place[place] += 1


@njit(cache=True, nogil=True)
def _nearest(shape: Array, grid: Array, cells: Array, px: float, py: float, limit: float) -> Array:
    """(segment, distance, fraction of the segment) of the nearest edge, the handicap counted on top of the distance."""
    shape_x, shape_y, shape_handicap_m = shape
    x0, y0, cell, columns, rows = grid
    cell_start, cell_segment = cells
    column, row = int(np.floor((px - x0) / cell)), int(np.floor((py - y0) / cell))
    found, best, best_far, best_at = -1, np.inf, np.inf, 0.0
    ring = 0
    while True:
        for r in range(max(row - ring, 0), min(row + ring, rows - 1) + 1):
            step = 1 if abs(r - row) == ring else max(2 * ring, 1)
            for c in range(column - ring, column + ring + 1, step):
                if c < 0 or c >= columns:
                    continue
                for entry in range(cell_start[r * columns + c], cell_start[r * columns + c + 1]):
                    s = cell_segment[entry]
                    ax, ay = np.float64(shape_x[s]), np.float64(shape_y[s])
                    dx, dy = shape_x[s + 1] - ax, shape_y[s + 1] - ay
                    square = dx * dx + dy * dy
                    at = 0.0
                    if square > 0.0:
                        at = min(1.0, max(0.0, ((px - ax) * dx + (py - ay) * dy) / square))
                    far = np.hypot(px - ax - at * dx, py - ay - at * dy)
                    rank = far + shape_handicap_m[s]
                    if far <= limit and rank <= best:
                        found, best, best_far, best_at = s, rank, far, at
        seen = min(px - x0 - (column - ring) * cell, x0 + (column + ring + 1) * cell - px)
        seen = min(seen, py - y0 - (row - ring) * cell, y0 + (row + ring + 1) * cell - py)
        if seen >= limit or seen >= best:
            break
        ring += 1
    return found, best_far, best_at


@njit(cache=True, nogil=True)
def nearest_edges(
    shape: Array, shape_edge: Array, shape_start: Array, grid: Array, cells: Array, points: Array, limit: float,
    out: Array,
) -> None:  # fmt: skip
    """For each point the nearest edge, handicaps counted, how far along it (0-1) and how far away: `out` is (edge,
    fraction, distance)."""
    shape_x, shape_y, _shape_handicap_m = shape
    out_edge, out_fraction, out_distance = out
    for index in range(points[0].size):
        px, py = points[0][index], points[1][index]
        out_edge[index], out_fraction[index], out_distance[index] = -1, 0.0, np.inf
        # Also refuses what is no number, and the poles, where the plane runs to infinity.
        if not (abs(px) < _END_OF_THE_WORLD_M and abs(py) < _END_OF_THE_WORLD_M):
            continue
        segment, far, at = _nearest(shape, grid, cells, px, py, limit)
        if segment < 0:
            continue
        edge = shape_edge[segment]
        before, whole = 0.0, 0.0
        for s in range(shape_start[edge], shape_start[edge + 1] - 1):
            length = np.hypot(np.float64(shape_x[s + 1]) - shape_x[s], np.float64(shape_y[s + 1]) - shape_y[s])
            if s < segment:
                before += length
            elif s == segment:
                before += at * length
            whole += length
        out_edge[index], out_distance[index] = edge, far
        if before <= _AT_THE_END_M:
            out_fraction[index] = 0.0
        elif before >= whole - _AT_THE_END_M:
            out_fraction[index] = 1.0
        else:
            out_fraction[index] = before / whole
