"""Gap areas: where uncovered demand lies together, as polygons that somebody can be sent to look at."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, label

# A gap is no larger than this: about what a planner can walk through, and what one or two AEDs could mend.
TILE_M = 1_000.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GapArea:
    """One area. weight: of its uncovered points. point: indices of them. area: in the metres of the points."""

    weight: float
    point: NDArray[np.int64]
    area: shapely.Polygon | shapely.MultiPolygon


def find_gaps(
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    weight: NDArray[np.float64],
    is_covered: NDArray[np.bool_],
    *,
    cell_m: float,
    tile_m: float = TILE_M,
    most: int | None = None,
) -> list[GapArea]:
    """Areas by the uncovered weight in them, greatest first; the first `most` of them.

    Square cells in which more is uncovered than covered are joined to areas where at most one cell lies between them,
    within tiles of `tile_m`, so that a city without any AED is many gaps and not one. What is uncovered in a cell that
    is mostly covered is in no gap.
    """
    if x_m.size == 0 or is_covered.all():
        return []
    per_tile = max(round(tile_m / cell_m), 1)
    column = np.floor((x_m - x_m.min()) / cell_m).astype(np.int64)
    row = np.floor((y_m - y_m.min()) / cell_m).astype(np.int64)
    columns = int(column.max()) + 1
    _, cell_of = np.unique(row * columns + column, return_inverse=True)
    open_weight = np.bincount(cell_of, np.where(is_covered, 0.0, weight))
    is_gap = (open_weight > np.bincount(cell_of, np.where(is_covered, weight, 0.0)))[cell_of]
    point = np.flatnonzero(is_gap & ~is_covered)
    tile = (row // per_tile) * (columns // per_tile + 1) + column // per_tile
    point = point[np.argsort(tile[point], kind="stable")]
    cell = np.column_stack((row, column))
    together: list[NDArray[np.int64]] = []
    for members in np.split(point, np.flatnonzero(np.diff(tile[point])) + 1):
        together.extend(_together(members, cell[members]) if members.size else [])
    total = np.array([weight[mine].sum() for mine in together])
    first = np.argsort(-total, kind="stable")[:most]
    corner = np.array([y_m.min(), x_m.min()])
    return [
        GapArea(
            weight=float(total[index]),
            point=together[index],
            area=_outline(np.unique(cell[together[index]], axis=0) * cell_m + corner, cell_m),
        )
        for index in first.tolist()
    ]


def _together(point: NDArray[np.int64], cell: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The points by connected area; cell: (n, 2) row and column of each."""
    place = cell - cell.min(axis=0) + 1
    grid = np.zeros(place.max(axis=0) + 2, np.bool_)
    grid[place[:, 0], place[:, 1]] = True
    areas, count = label(binary_dilation(grid, np.ones((3, 3))), np.ones((3, 3)))
    area_of = areas[place[:, 0], place[:, 1]]
    return [point[area_of == number] for number in range(1, count + 1)]


def _outline(corner: NDArray[np.float64], cell_m: float) -> shapely.Polygon | shapely.MultiPolygon:
    """The union of square cells; corner: (n, 2) south and west of each."""
    south, west = corner[:, 0], corner[:, 1]
    squares = shapely.union_all(shapely.box(west, south, west + cell_m, south + cell_m))
    # Closes the one cell that may lie between two.
    return squares.buffer(cell_m, join_style="mitre").buffer(-cell_m, join_style="mitre")
