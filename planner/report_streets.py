"""Streets as a page can carry them: pieces that look alike joined, lines simplified, at last the longest only."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from planner.plan_model import Streets

_MAX_LINES = 300_000
_MAX_POINTS = 700_000
_TOUCHING_M = 0.05
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


def drawn_streets(at: NDArray[np.floating], streets: Streets, group: NDArray[np.uint8]) -> DrawnStreets:
    """The streets' points (p, 2) in metres as lines; `group` is what a line has to have in common to be one."""
    at, first, piece = _joined(at, streets, group)
    count = len(piece)
    if count > _MAX_LINES:
        at, first, kept = _longest(at, first)
        piece = piece[kept]
    lines = shapely.linestrings(at.astype(np.float64), indices=np.repeat(np.arange(len(piece)), np.diff(first)))
    fits, simple, tolerance_m = _simplified(lines)
    piece = piece[fits]
    return DrawnStreets(
        lines=simple,
        group=group[piece],
        name=np.array([streets.name[index] for index in piece], dtype=str) if streets.name else np.zeros(0, dtype=str),
        tolerance_m=tolerance_m,
        of=count,
        is_thinned=tolerance_m > _TOLERANCES_M[0] or len(piece) < count,
    )


def _joined(
    at: NDArray[np.floating], streets: Streets, group: NDArray[np.uint8]
) -> tuple[NDArray[np.floating], NDArray[np.int64], NDArray[np.int64]]:
    """Points and offsets of lines, each of one piece or several in a row, and each line's first piece."""
    begin = streets.first[1:-1]
    is_same = np.abs(at[begin - 1] - at[begin]).max(axis=1) < _TOUCHING_M if begin.size else np.zeros(0, dtype=bool)
    is_same &= group[1:] == group[:-1]
    if streets.name:
        number: dict[str, int] = {}
        every = (number.setdefault(each, len(number)) for each in streets.name)
        name = np.fromiter(every, np.int32, len(streets.name))
        is_same &= name[1:] == name[:-1]
    # Where two pieces meet there is one point, not two.
    is_kept = np.ones(len(at), dtype=bool)
    is_kept[begin[is_same]] = False
    is_joined = np.concatenate(([False], is_same))
    piece = np.flatnonzero(~is_joined)
    at = at[is_kept]
    first = np.append((streets.first[:-1] - np.cumsum(is_joined))[piece], len(at))
    return at, first, piece


def _longest(
    at: NDArray[np.floating], first: NDArray[np.int64]
) -> tuple[NDArray[np.floating], NDArray[np.int64], NDArray[np.int64]]:
    """As many lines as a page can hold, found before any becomes a geometry: a million would take much memory."""
    step = np.hypot(*np.diff(at, axis=0, prepend=at[:1]).T)
    step[first[:-1]] = 0.0
    kept = np.sort(np.argpartition(-np.add.reduceat(step, first[:-1]), _MAX_LINES)[:_MAX_LINES])
    points = np.diff(first)
    is_kept = np.zeros(len(points), dtype=bool)
    is_kept[kept] = True
    return at[np.repeat(is_kept, points)], np.concatenate(([0], np.cumsum(points[kept]))), kept


def _simplified(lines: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[Any], float]:
    """Those lines that fit on a page, and how much they may be off."""
    for tolerance_m in _TOLERANCES_M:
        simple = shapely.simplify(lines, tolerance_m, preserve_topology=False)
        points = shapely.get_num_coordinates(simple)
        if points.sum() <= _MAX_POINTS:
            return np.arange(len(lines)), simple, tolerance_m
    longest = np.argsort(-shapely.length(simple), kind="stable")
    fits = np.sort(longest[np.cumsum(points[longest]) <= _MAX_POINTS])
    return fits, simple[fits], tolerance_m
