"""Where to put K sites so that they cover the most demand: the maximal covering location problem, with a proven bound.

Church and ReVelle 1974. The steps: prices of the relaxed problem prove how much any choice can cover at most
(`siting_bound`); their shares give the first choice; a search takes neighbours away and puts them back better
(`siting_search`); the prices decide most candidates, and HiGHS the rest where little is left open (`siting_exact`).
"""

import math
import operator
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike, NDArray

from geo.siting_bound import Csr, Relaxation, relax
from geo.siting_exact import decide_by_price, solve
from geo.siting_search import Choice, Search

DEFAULT_TIME_LIMIT_S = 60.0

# Shares of the time limit: by when the bound is done, and the first search; the solver gets this much of what is left.
_BOUND_UNTIL, _SEARCH_UNTIL, _SOLVER_SHARE = 0.35, 0.55, 0.7
_FINISH_AT = 0.97
# Of the bound: nearer than this to the relaxed problem's optimum it is not worth more steps.
_CLOSE = 5e-5
_ROUNDING = 1e-9

Report = Callable[[str, float], None]
"""Told what is being done, and how many seconds have passed."""


class BadSitingProblem(ValueError):
    """The problem cannot be solved as it was put; the message says what to change."""


class EmptyDemand(BadSitingProblem):
    """There is nobody to cover."""

    def __init__(self) -> None:
        super().__init__("there are no demand points: give at least one place where people are")


class BadWeights(BadSitingProblem):
    """A weight is negative, no number, or missing."""


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
class _Problem:
    """What is left to decide: candidates that are not fixed, demand points that are not covered yet.

    cover: (candidates, points) float64 ones. candidate: (candidates,) their indices as the caller counts them.
    step: by how much two unequal choices differ at least.
    """

    cover: Any
    rows: Csr
    columns: Csr
    weight: NDArray[np.float64]
    candidate: NDArray[np.int64]
    step: float


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
    weight: (demand points,), not negative. What it counts is the caller's business: people, calls, metres of street.
    count: how many to add. The fixed ones do not count, and are not among the result's `sites`.
    fixed: candidates that stand already, by index.
    time_limit_s: it ends about then with the best choice and bound so far, and earlier once the optimum is proven or a
        long search has found nothing. The first call on a machine takes some seconds more, to compile.
    seed: of the search's random numbers. The same input gives the same result unless time ran out; then the result
        depends on how far the machine got. The bound holds either way.

    Nothing coverable is no error: the sites are the first candidates, they cover nothing, and that is optimal.

    Raises:
        EmptyDemand, BadWeights, BadCount, BadFixed: all `BadSitingProblem`; the message says what to change.
    """
    began = clock()
    cover, weights, count, kept = _checked(covers, weight, count, fixed, time_limit_s)
    covered = np.zeros(weights.size, np.bool_)
    if kept.size:
        covered = np.asarray(cover[kept].sum(axis=0)).ravel() > 0
    before = float(weights[covered].sum())
    problem = _problem(cover, np.where(covered, 0.0, weights), kept)

    def passed() -> float:
        return clock() - began

    if count >= problem.candidate.size or problem.weight.size == 0:
        # Not more candidates are of any use than may be chosen.
        chosen, bound = problem.candidate, before + float(problem.weight.sum())
    else:
        choice, left_bound = _choose(problem, count, time_limit_s=time_limit_s, seed=seed, passed=passed, report=report)
        chosen, bound = problem.candidate[choice.sites], before + left_bound
    unused = np.setdiff1d(np.arange(cover.shape[0]), np.concatenate((chosen, kept)))
    chosen = np.concatenate((chosen, unused[: count - chosen.size])).astype(np.int64)
    sites, curve = _in_order(cover, np.where(covered, 0.0, weights), chosen, before)
    total = float(curve[-1])
    bound = max(total, min(bound, float(weights.sum())))
    gap = 0.0 if bound - total <= _ROUNDING * bound else (bound - total) / bound
    return Sites(
        sites=sites,
        covered_weight=total,
        covered_before=before,
        upper_bound=bound,
        gap=gap,
        seconds=passed(),
        curve=curve,
    )


def _checked(
    covers: Any, weight: ArrayLike, count: int, fixed: Any, time_limit_s: float
) -> tuple[Any, NDArray[np.float64], int, NDArray[np.int64]]:
    if getattr(covers, "ndim", None) != 2:
        raise BadSitingProblem("covers must be a matrix: one row for each candidate, one column for each demand point")
    cover = scipy.sparse.csr_array(covers != 0 if scipy.sparse.issparse(covers) else np.asarray(covers) != 0)
    cover = cover.astype(np.float64)
    candidates, points = cover.shape
    if points == 0:
        raise EmptyDemand
    weights = np.asarray(weight, np.float64)
    if weights.shape != (points,):
        raise BadWeights(f"there are {points} demand points but weights of shape {weights.shape}: give one for each")
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0.0)))
    if wrong.size:
        raise BadWeights(
            f"{wrong.size} weights are negative or no number, the first at {wrong[0]} ({weights[wrong[0]]:g}): "
            "leave those demand points out, or give them zero"
        )
    kept = np.unique(np.asarray(fixed, np.int64)) if np.size(fixed) else np.zeros(0, np.int64)
    if kept.size and (kept[0] < 0 or kept[-1] >= candidates):
        raise BadFixed(f"fixed sites must be candidates, 0 to {candidates - 1}: {kept[0]} to {kept[-1]} were given")
    count, most = operator.index(count), candidates - kept.size
    if not 1 <= count <= most:
        why = f"{candidates} candidates, {kept.size} of them fixed" if kept.size else f"{candidates} candidates"
        raise BadCount(f"cannot choose {count} of {why}: choose 1 to {most}" if most else f"nothing to choose: {why}")
    if not time_limit_s > 0.0:
        raise BadSitingProblem(f"a time limit of {time_limit_s} s leaves no time: give some seconds")
    return cover, weights, count, kept


def _problem(cover: Any, weight: NDArray[np.float64], kept: NDArray[np.int64]) -> _Problem:
    """Without what is fixed, what is covered or weighs nothing, and candidates that cover nothing else."""
    point = np.flatnonzero(weight > 0.0)
    left = cover[:, point]
    useful = np.diff(left.indptr) > 0
    useful[kept] = False
    candidate = np.flatnonzero(useful)
    left = left[candidate]
    reached = np.flatnonzero(left.sum(axis=0) > 0)
    left = scipy.sparse.csr_array(left[:, reached])
    weights = weight[point][reached]
    is_whole = bool(np.all(weights == np.rint(weights))) and weights.sum() < 2.0**50
    turned = scipy.sparse.csc_array(left)
    for lists in (left, turned):
        lists.sort_indices()
    return _Problem(
        cover=left,
        rows=(left.indptr.astype(np.int64), left.indices.astype(np.int32)),
        columns=(turned.indptr.astype(np.int64), turned.indices.astype(np.int32)),
        weight=weights,
        candidate=candidate,
        step=1.0 if is_whole else 0.0,
    )


def _choose(
    problem: _Problem, count: int, *, time_limit_s: float, seed: int, passed: Callable[[], float], report: Report
) -> tuple[Choice, float]:
    """The best choice found, and the bound, of what is left to decide."""

    def until(share: float) -> Callable[[], bool]:
        return lambda: passed() >= share * time_limit_s

    report("proving what is possible", passed())
    relaxation = relax(
        problem.rows, problem.columns, problem.weight, count, close=_CLOSE, out_of_time=until(_BOUND_UNTIL)
    )
    bound = _whole(problem, relaxation.bound)
    report("choosing", passed())
    search = Search(problem.rows, problem.columns, problem.weight, count, seed)
    choice = search.start(relaxation.share)
    choice = search.improve(choice, good_enough=bound, out_of_time=until(_SEARCH_UNTIL))
    if choice.covered < bound:
        report("deciding the rest", passed())
        left_s = (time_limit_s * _FINISH_AT - passed()) * _SOLVER_SHARE
        choice, bound = _decided(problem, relaxation, search, choice, bound, left_s=left_s)
    report("bettering", passed())
    return search.improve(choice, good_enough=bound, out_of_time=until(_FINISH_AT)), bound


def _decided(
    problem: _Problem, relaxation: Relaxation, search: Search, choice: Choice, bound: float, *, left_s: float
) -> tuple[Choice, float]:
    """A better choice or bound by way of the solver, where it can give one."""
    count = choice.sites.size
    margin = _ROUNDING * (1.0 + float(problem.weight.sum()))
    to_beat = choice.covered + problem.step - margin if problem.step else choice.covered + margin
    left = decide_by_price(relaxation, count, to_beat)
    solved = solve(problem.cover, problem.weight, count, left=left, found=choice.covered, time_limit_s=left_s)
    if solved is None:
        return choice, bound
    if solved.sites is not None:
        found = solved.sites
        spare = np.setdiff1d(np.arange(problem.candidate.size), found)[: count - found.size]
        better = search.choice(np.concatenate((found, spare)).astype(np.int64))
        choice = max(choice, better, key=lambda each: each.covered)
    return choice, min(bound, max(choice.covered, _whole(problem, solved.bound)))


def _whole(problem: _Problem, bound: float) -> float:
    """Where all weights are whole numbers, so is what a choice covers."""
    if not problem.step:
        return bound
    return float(math.floor(bound + _ROUNDING * (1.0 + float(problem.weight.sum())) + 1e-6))


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
