"""The steps of choosing sites, one after another within the time limit.

Prices of the relaxed problem prove how much any choice can cover at most (`siting_bound`); their shares give the first
choice; a search takes neighbours away and puts them back better (`siting_search`); cuts bring the bound nearer where
the problem is small enough (`siting_cuts`); the prices decide most candidates, and HiGHS the rest where little is left
open (`siting_exact`).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from geo.siting.bound import Csr, Relaxation, relax
from geo.siting.cuts import LARGEST_TO_TIGHTEN, tighten
from geo.siting.exact import Open, decide_by_price, solve
from geo.siting.search import Choice, Search

# Shares of the time limit: by when the bound is done, and the first search; the solver gets this much of what is left.
_BOUND_UNTIL, _SEARCH_UNTIL, _SOLVER_SHARE = 0.3, 0.55, 0.7
# Cuts take half of the time, and leave the search less before them.
_SEARCH_BEFORE_CUTS = 0.4
_FINISH_AT = 0.97
# The interior point method looks at the clock only between its steps.
_KEPT_S = 0.3
# Of the bound: nearer than this to the relaxed problem's optimum it is not worth more steps.
_CLOSE = 5e-5
_ROUNDING = 1e-9
# Entries still open, up to which the solver ends sooner than cuts would.
_SOLVED_AT_ONCE = 30_000

Report = Callable[[str, float], None]
"""Told what is being done, and how many seconds have passed."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
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


def left_to_decide(cover: Any, weight: NDArray[np.float64], kept: NDArray[np.int64]) -> Problem:
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
    return Problem(
        cover=left,
        rows=(left.indptr.astype(np.int64), left.indices.astype(np.int32)),
        columns=(turned.indptr.astype(np.int64), turned.indices.astype(np.int32)),
        weight=weights,
        candidate=candidate,
        step=1.0 if is_whole else 0.0,
    )


def choose(
    problem: Problem, count: int, *, time_limit_s: float, seed: int, passed: Callable[[], float], report: Report
) -> tuple[NDArray[np.int64], float]:
    """The best choice found, `count` candidates or all that are of use, and the bound, of what is left to decide."""
    if count >= problem.candidate.size or problem.weight.size == 0:
        return problem.candidate, float(problem.weight.sum())

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
    searched = _SEARCH_BEFORE_CUTS if problem.cover.nnz <= LARGEST_TO_TIGHTEN else _SEARCH_UNTIL
    choice = search.improve(choice, good_enough=bound, out_of_time=until(searched))
    if choice.covered < bound:
        report("deciding the rest", passed())
        choice, bound = _decided(
            problem, relaxation, search, choice, left_s=lambda: time_limit_s * _FINISH_AT - passed()
        )
    report("bettering", passed())
    choice = search.improve(choice, good_enough=bound, out_of_time=until(_FINISH_AT))
    return problem.candidate[choice.sites], bound


def _decided(
    problem: Problem, relaxation: Relaxation, search: Search, choice: Choice, *, left_s: Callable[[], float]
) -> tuple[Choice, float]:
    """A better choice or bound by way of the solver, where it can give one."""
    count = choice.sites.size
    left = _open(problem, relaxation, choice)
    if problem.cover[left.may].nnz > _SOLVED_AT_ONCE and problem.cover.nnz <= LARGEST_TO_TIGHTEN:
        relaxation = tighten(
            relaxation, problem.cover, problem.columns, problem.weight, count, left_s=lambda: left_s() - _KEPT_S
        )
        left = _open(problem, relaxation, choice)
    bound = max(choice.covered, _whole(problem, relaxation.bound))
    if choice.covered >= bound:
        return choice, bound
    solved = solve(
        problem.cover, problem.weight, count, left=left, found=choice.covered, time_limit_s=left_s() * _SOLVER_SHARE
    )
    if solved is None:
        return choice, bound
    if solved.sites is not None:
        found = solved.sites
        spare = np.setdiff1d(np.arange(problem.candidate.size), found)[: count - found.size]
        better = search.choice(np.concatenate((found, spare)).astype(np.int64))
        choice = max(choice, better, key=lambda each: each.covered)
    return choice, min(bound, max(choice.covered, _whole(problem, solved.bound)))


def _open(problem: Problem, relaxation: Relaxation, choice: Choice) -> Open:
    """What the prices leave open of the choices that are better than this one."""
    margin = _ROUNDING * (1.0 + float(problem.weight.sum()))
    to_beat = choice.covered + problem.step - margin if problem.step else choice.covered + margin
    return decide_by_price(relaxation, choice.sites.size, to_beat)


def _whole(problem: Problem, bound: float) -> float:
    """Where all weights are whole numbers, so is what a choice covers."""
    if not problem.step:
        return bound
    return float(math.floor(bound + _ROUNDING * (1.0 + float(problem.weight.sum())) + 1e-6))
