"""Where to put K sites so that they cover the most demand: the maximal covering location problem, with a proven bound.

Church and ReVelle 1974. What is asked is checked here, and what is told put in order; `siting_steps` chooses.
"""

import operator
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike, NDArray

from geo.siting.steps import Report, choose, left_to_decide

DEFAULT_TIME_LIMIT_S = 60.0

_ROUNDING = 1e-9
# Weights of this sum may still be squared; the search for prices does that.
_HEAVIEST = 1e150


class BadSitingProblem(ValueError):
    """The problem cannot be solved as it was put; the message says what to change."""


class EmptyDemand(BadSitingProblem):
    """There is nobody to cover."""

    def __init__(self) -> None:
        super().__init__("there are no demand points: give at least one place where people are")


class BadWeights(BadSitingProblem):
    """A weight is negative, no number, too large, or missing."""


class BadCount(BadSitingProblem):
    """As many sites cannot be chosen."""


class BadFixed(BadSitingProblem):
    """A site that is to be kept is none of the candidates."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sites:
    """The sites chosen, and how good any choice could be.

    sites: (count,) int64, candidate indices in the order in which to build them: each adds the most to the fixed ones
        and those before it. The fixed ones are not among them.
    covered_weight: weight that the fixed ones and `sites` cover together. covered_before: that the fixed ones cover.
    upper_bound: no choice of `count` further sites covers more, fixed ones included; at least `covered_weight`.
    gap: (upper_bound - covered_weight) / upper_bound, 0 is a proven optimum. seconds: that it took.
    curve: (count + 1,) float64, weight covered by the fixed ones and the first k of `sites`.
    """

    sites: NDArray[np.int64]
    covered_weight: float
    covered_before: float
    upper_bound: float
    gap: float
    seconds: float
    curve: NDArray[np.float64]

    @property
    def is_optimal(self) -> bool:
        """Whether it is proven that no choice covers more."""
        return self.gap <= _ROUNDING


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Given:
    """What was asked, checked. cover: (candidates, points) float64 ones. kept: the fixed ones, ascending.

    weight: (points,) as given. open_weight: the same, 0 where a fixed one covers.
    """

    cover: Any
    weight: NDArray[np.float64]
    open_weight: NDArray[np.float64]
    count: int
    kept: NDArray[np.int64]


def choose_sites(
    covers: Any,
    weight: ArrayLike,
    count: int,
    *,
    fixed: Sequence[int] | NDArray[np.integer[Any]] = (),
    time_limit_s: float = DEFAULT_TIME_LIMIT_S,
    seed: int = 0,
    clock: Callable[[], float] = time.monotonic,
    report: Report = lambda _what, _seconds: None,
) -> Sites:
    """Choose `count` candidates that, with the fixed ones, cover the most weight.

    covers: scipy.sparse matrix (or a dense array), candidates x demand points; nonzero = covered.
    weight: (demand points,), not negative: people, calls, metres of street.
    count: how many to add. `fixed`, candidates that stand already, do not count and are not among the result's `sites`.
    time_limit_s: it ends about then with the best choice and bound so far, and earlier once the optimum is proven or a
        long search has found nothing. The first call on a machine takes some seconds more, to compile.
    seed: of the search. The same input gives the same result unless time ran out. The bound holds either way.

    Nothing coverable is no error: the sites are the first candidates, they cover nothing, and that is optimal.

    Raises:
        EmptyDemand, BadWeights, BadCount, BadFixed: all `BadSitingProblem`; the message says what to change.
    """
    began = clock()
    given = _checked(covers, weight, count, fixed, time_limit_s)
    problem = left_to_decide(given.cover, given.open_weight, given.kept)
    chosen, bound = choose(
        problem, given.count, time_limit_s=time_limit_s, seed=seed, passed=lambda: clock() - began, report=report
    )
    return _told(given, chosen, bound, clock() - began)


def _told(given: _Given, chosen: NDArray[np.int64], open_bound: float, seconds: float) -> Sites:
    """The result, with candidates of no use where there are not enough of use."""
    before = float(given.weight[given.open_weight < given.weight].sum())
    unused = np.setdiff1d(np.arange(given.cover.shape[0]), np.concatenate((chosen, given.kept)))
    chosen = np.concatenate((chosen, unused[: given.count - chosen.size])).astype(np.int64)
    sites, curve = _in_order(given.cover, given.open_weight, chosen, before)
    total = float(curve[-1])
    bound = max(total, min(before + open_bound, float(given.weight.sum())))
    gap = 0.0 if bound - total <= _ROUNDING * bound else (bound - total) / bound
    return Sites(
        sites=sites,
        covered_weight=total,
        covered_before=before,
        upper_bound=bound,
        gap=gap,
        seconds=seconds,
        curve=curve,
    )


def _checked(covers: Any, weight: ArrayLike, count: int, fixed: Any, time_limit_s: float) -> _Given:
    cover = _checked_cover(covers)
    candidates, points = cover.shape
    weights = _checked_weights(weight, points)
    kept = _checked_fixed(fixed, candidates)
    try:
        count, most = operator.index(count), candidates - kept.size
    except TypeError:
        raise BadCount(f"cannot choose {count!r} sites: give a whole number") from None
    if not 1 <= count <= most:
        why = f"{candidates} candidates, {kept.size} of them fixed" if kept.size else f"{candidates} candidates"
        raise BadCount(f"cannot choose {count} of {why}: choose 1 to {most}" if most else f"nothing to choose: {why}")
    if not time_limit_s > 0.0:
        raise BadSitingProblem(f"a time limit of {time_limit_s} s leaves no time: give some seconds")
    covered = np.asarray(cover[kept].sum(axis=0)).ravel() > 0 if kept.size else np.zeros(points, np.bool_)
    return _Given(cover=cover, weight=weights, open_weight=np.where(covered, 0.0, weights), count=count, kept=kept)


def _checked_cover(covers: Any) -> Any:
    if getattr(covers, "ndim", None) != 2:
        raise BadSitingProblem("covers must be a matrix: one row for each candidate, one column for each demand point")
    given = scipy.sparse.csr_array(covers) if scipy.sparse.issparse(covers) else np.asarray(covers)
    values = given.data if scipy.sparse.issparse(given) else given
    try:
        # Of a table of distances the inf of what is out of reach would count as covered.
        wrong = int((~np.isfinite(values)).sum())
    except TypeError:
        raise BadSitingProblem(f"covers must be numbers or booleans, not {given.dtype}") from None
    if wrong:
        raise BadSitingProblem(f"{wrong} entries of covers are no number: give 0 where a candidate does not cover")
    cover = scipy.sparse.csr_array(given != 0).astype(np.float64)
    if cover.shape[1] == 0:
        raise EmptyDemand
    return cover


def _checked_weights(weight: ArrayLike, points: int) -> NDArray[np.float64]:
    try:
        weights = np.asarray(weight, np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadWeights(f"the weights are no numbers ({error}): give one number for each demand point") from error
    if weights.shape != (points,):
        raise BadWeights(f"there are {points} demand points but weights of shape {weights.shape}: give one for each")
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0.0)))
    if wrong.size:
        raise BadWeights(
            f"{wrong.size} weights are negative or no number, the first at {wrong[0]} ({weights[wrong[0]]:g}): "
            "leave those demand points out, or give them zero"
        )
    if (heavy := np.flatnonzero(weights > _HEAVIEST / points)).size:
        raise BadWeights(
            f"{heavy.size} weights are too large to be added up, the first at {heavy[0]} ({weights[heavy[0]]:g}): "
            "count in larger units"
        )
    return weights


def _checked_fixed(fixed: Any, candidates: int) -> NDArray[np.int64]:
    if not np.size(fixed):
        return np.zeros(0, np.int64)
    given = np.asarray(fixed)
    if given.dtype.kind not in "iu":
        raise BadFixed(f"fixed sites must be candidates' whole numbers, 0 to {candidates - 1}, not {given.dtype}")
    kept = np.unique(given.astype(np.int64))
    if kept[0] < 0 or kept[-1] >= candidates:
        raise BadFixed(f"fixed sites must be candidates, 0 to {candidates - 1}: {kept[0]} to {kept[-1]} were given")
    return kept


def _in_order(
    cover: Any, weight: NDArray[np.float64], chosen: NDArray[np.int64], before: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The chosen ones in the order in which each adds the most, and what is covered after each."""
    left, gains = weight.copy(), []
    rows = [cover.indices[cover.indptr[site] : cover.indptr[site + 1]] for site in chosen]
    adds = np.array([left[row].sum() for row in rows])
    order: list[int] = []
    is_open = np.ones(chosen.size, np.bool_)
    while len(order) < chosen.size:
        # What a site adds only shrinks: the first whose figure is up to date adds the most.
        at = int(np.argmax(np.where(is_open, adds, -1.0)))
        fresh = left[rows[at]].sum()
        if fresh < adds[at]:
            adds[at] = fresh
            continue
        order.append(at)
        is_open[at] = False
        gains.append(fresh)
        left[rows[at]] = 0.0
    return chosen[order], before + np.concatenate(([0.0], np.cumsum(gains)))
