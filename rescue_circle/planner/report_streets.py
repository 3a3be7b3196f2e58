"""Streets as a page can carry them: pieces that look alike joined, lines simplified, at last the longest only."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from rescue_circle.planner.plan_model import Streets

_MAX_LINES = 300_000
_MAX_POINTS = 700_000
_TOLERANCES_M = (1.0, 4.0, 12.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawnStreets:
    """lines: (d,) shapely lines in metres. group: (d,) uint8. name: (d,) str, or (0,) where no name is known.

    tolerance_m: by how much a line may be off. of: lines there were. is_thinned: whether a reader should be told.
    """

    lines: NDArray[Any]
    group: NDArray[np.uint8]
    name: NDArray[np.str_]
    tolerance_m: float
    of: int
    is_thinned: bool


def drawn_streets(at: NDArray[np.float64], streets: Streets, group: NDArray[np.uint8]) -> DrawnStreets:
    """The streets' points (p, 2) in metres as lines; `group` is what a line has to have in common to be one."""
    lines, first_piece = _joined(at, streets, group)
    kept, simple, tolerance_m = _thinned(lines)
    piece = first_piece[kept]
    name = np.array(streets.name, dtype=str)[piece] if streets.name else np.zeros(0, dtype=str)
    return DrawnStreets(
        lines=simple,
        group=group[piece],
        name=name,
        tolerance_m=tolerance_m,
        of=len(lines),
        is_thinned=tolerance_m > _TOLERANCES_M[0] or len(kept) < len(lines),
    )


def _joined(
    at: NDArray[np.float64], streets: Streets, group: NDArray[np.uint8]
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Lines, each of one piece or of several that follow one another, and the first piece of each."""
    begin = streets.first[1:-1]
    touches = np.abs(at[begin - 1] - at[begin]).max(axis=1, initial=0.0) < 0.05 if begin.size else np.zeros(0, bool)
    is_same = touches & (group[1:] == group[:-1])
    if streets.name:
        _, name = np.unique(np.array(streets.name, dtype=str), return_inverse=True)
        is_same &= name[1:] == name[:-1]
    line_of_piece = np.concatenate(([0], np.cumsum(~is_same)))
    line_of_point = np.repeat(line_of_piece, np.diff(streets.first))
    is_kept = np.ones(len(at), dtype=bool)
    # Where two pieces meet there is one point, not two.
    is_kept[begin[is_same]] = False
    first_piece = np.flatnonzero(np.concatenate(([True], ~is_same)))
    return shapely.linestrings(at[is_kept], indices=line_of_point[is_kept]), first_piece


def _thinned(lines: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[Any], float]:
    kept = np.arange(len(lines))
    if len(lines) > _MAX_LINES:
        kept = np.sort(np.argpartition(-shapely.length(lines), _MAX_LINES)[:_MAX_LINES])
    for tolerance_m in _TOLERANCES_M:
        simple = shapely.simplify(lines[kept], tolerance_m, preserve_topology=False)
        points = shapely.get_num_coordinates(simple)
        if points.sum() <= _MAX_POINTS:
            return kept, simple, tolerance_m
    longest = np.argsort(-shapely.length(simple), kind="stable")
    fits = np.sort(longest[np.cumsum(points[longest]) <= _MAX_POINTS])
    return kept[fits], simple[fits], tolerance_m
