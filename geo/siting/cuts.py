"""A nearer bound than the relaxed problem's: no whole choice covers three demand points by halves of three candidates.

Where three demand points share candidates two by two, the relaxed problem covers all three with halves of three
candidates, one and a half sites in all; no whole choice can. For any three points, with a_i of them in candidate i's
cover, every choice obeys z_1 + z_2 + z_3 <= 1 + sum_i ceil(a_i / 2) x_i: half the sum of the three points' conditions
and of z <= 1, rounded (Chvatal 1973). Prices u of points and v of cuts, none negative, prove that no choice covers more
than sum_j max(0, w_j - u_j - prices of j's cuts) + sum v + the K greatest values of candidates, whatever those
are. HiGHS' interior point method looks for the best.
"""
# ruff: noqa: PLR0917 (numba compiles positional arguments only)

from collections.abc import Callable
from typing import Any

import highspy
import numpy as np
import scipy.sparse
from numba import njit
from numpy.typing import NDArray

from geo.siting.bound import Csr, Relaxation
from geo.siting.exact import linear_program

Array = Any

# The interior point method takes five seconds at 109,000 entries; larger problems have not been tried.
LARGEST_TO_TIGHTEN = 150_000
_CUTS_A_POINT = 2
# Shares below this are the method's noise.
_LEAST_SHARE = 1e-3
_LEAST_VIOLATION = 0.05


def tighten(
    relaxation: Relaxation,
    cover: Any,
    columns: Csr,
    weight: NDArray[np.float64],
    count: int,
    *,
    left_s: Callable[[], float],
) -> Relaxation:
    """`relaxation` with a lower bound where cuts give one within `left_s`. columns: `cover` by demand point."""
    rows = cover.indptr.astype(np.int64), cover.indices.astype(np.int32)
    found = _find_cuts(*rows, *columns, relaxation.share, weight)
    if not found.size or left_s() <= 0.0:
        return relaxation
    counted = _counted(np.unique(np.sort(found, axis=1), axis=0), weight.size)
    taken = scipy.sparse.csr_array(counted @ cover.T)
    taken.data = np.ceil(taken.data / 2.0)
    problem, unit = linear_program(cover, weight, count, (counted, taken))
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    options: dict[str, bool | float | str] = {
        "output_flag": False,
        "solver": "ipm",
        "run_crossover": "off",
        "time_limit": left_s(),
    }
    for name, value in options.items():
        model.setOptionValue(name, value)
    model.passModel(problem)
    model.run()
    price = np.maximum(0.0, np.asarray(model.getSolution().row_dual)) * unit
    if price.size != problem.num_row_ or not np.isfinite(price).all():
        return relaxation
    of_points, of_cuts = price[: weight.size], price[weight.size + 1 :]
    value = cover @ of_points + taken.T @ of_cuts
    rest = weight - of_points - counted.T @ of_cuts
    bound = float(np.maximum(0.0, rest).sum() + of_cuts.sum() + np.partition(value, -count)[-count:].sum())
    return Relaxation(bound=bound, value=value, share=relaxation.share) if bound < relaxation.bound else relaxation


def _counted(cuts: NDArray[np.int64], points: int) -> Any:
    """(cuts, points): which demand points each cut counts."""
    first = np.arange(0, cuts.size + 1, 3)
    return scipy.sparse.csr_array((np.ones(cuts.size), cuts.ravel(), first), (len(cuts), points))


@njit(cache=True, nogil=True)
def _supports(column_first: Array, column: Array, share: Array) -> Array:
    """Candidates of some share by demand point (start, candidates), and how far each point is from covered once."""
    first = np.zeros(column_first.size, np.int64)
    site = np.empty(column.size, np.int32)
    away = np.empty(column_first.size - 1)
    size = 0
    for point in range(away.size):
        total = 0.0
        for q in range(column_first[point], column_first[point + 1]):
            total += share[column[q]]
            if share[column[q]] > _LEAST_SHARE:
                site[size] = column[q]
                size += 1
        first[point + 1] = size
        away[point] = abs(total - 1.0)
    return first, site, away


@njit(cache=True, nogil=True)
def _odd_share(first: Array, site: Array, point: int, share: Array, is_odd: Array) -> float:
    """How much more share is of candidates that count an odd number of times once `point` counts too."""
    total = 0.0
    for p in range(first[point], first[point + 1]):
        total += -share[site[p]] if is_odd[site[p]] else share[site[p]]
    return total


@njit(cache=True, nogil=True)
def _flip(first: Array, site: Array, point: int, is_odd: Array) -> None:
    for p in range(first[point], first[point + 1]):
        is_odd[site[p]] = not is_odd[site[p]]


@njit(cache=True, nogil=True)
def _near(row_first: Array, row: Array, supports: Array, point: int, seen: Array, out: Array) -> int:
    """Later demand points that share a candidate with `point`: how many."""
    first, site, away = supports
    size = 0
    for p in range(first[point], first[point + 1]):
        for q in range(row_first[site[p]], row_first[site[p] + 1]):
            other = row[q]
            if other > point and seen[other] != point + 1 and away[other] + away[point] < 1.0 - _LEAST_VIOLATION:
                seen[other] = point + 1
                out[size] = other
                size += 1
    return size


@njit(cache=True, nogil=True)
def _find_cuts(row_first: Array, row: Array, column_first: Array, column: Array, share: Array, weight: Array) -> Array:
    """The cuts that the shares break most, a few for each demand point as the first of three: (cuts, 3)."""
    supports = _supports(column_first, column, share)
    first, site, away = supports
    out = np.empty((weight.size * _CUTS_A_POINT, 3), np.int64)
    size = 0
    is_odd, seen = np.zeros(share.size, np.bool_), np.zeros(weight.size, np.int64)
    near = np.empty(weight.size, np.int64)
    for one in range(weight.size):
        if first[one + 1] - first[one] < 2 or away[one] > 0.5:
            continue
        many = _near(row_first, row, supports, one, seen, near)
        most, best = np.zeros(_CUTS_A_POINT), np.zeros((_CUTS_A_POINT, 2), np.int64)
        odd_one = _odd_share(first, site, one, share, is_odd)
        _flip(first, site, one, is_odd)
        for u in range(many):
            two = near[u]
            odd_two = odd_one + _odd_share(first, site, two, share, is_odd)
            _flip(first, site, two, is_odd)
            for v in range(u + 1, many if odd_two > 0.1 else 0):
                three = near[v]
                spare = 1.0 - away[one] - away[two] - away[three]
                if spare <= _LEAST_VIOLATION:
                    continue
                broken = spare - odd_two - _odd_share(first, site, three, share, is_odd)
                worth = broken * min(weight[one], weight[two], weight[three])
                at = int(np.argmin(most))
                if broken > _LEAST_VIOLATION and worth > most[at]:
                    most[at] = worth
                    best[at, 0], best[at, 1] = two, three
            _flip(first, site, two, is_odd)
        _flip(first, site, one, is_odd)
        for at in range(_CUTS_A_POINT):
            if most[at] > 0.0:
                out[size, 0], out[size, 1], out[size, 2] = one, best[at, 0], best[at, 1]
                size += 1
    return out[:size]
