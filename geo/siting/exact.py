"""Siting solved to the end: prices decide most candidates, and HiGHS the rest where little is left open."""

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from geo.siting.bound import Relaxation

# Beyond this many entries a branch and bound gets nowhere in a minute (DESIGN, traps).
LARGEST_TO_SOLVE = 120_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Open:
    """What prices leave open. must: candidates in every better choice; may: those that may be in one; (k,) int64."""

    must: NDArray[np.int64]
    may: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Solved:
    """What the solver says. sites: the best choice it found, None if no better one. bound: no choice covers more."""

    sites: NDArray[np.int64] | None
    bound: float


def decide_by_price(relaxation: Relaxation, count: int, to_beat: float) -> Open:
    """Which candidates can still be in, or out of, a choice that covers at least `to_beat`."""
    value = relaxation.value
    order = np.argsort(-value, kind="stable")
    last_in, first_out = value[order[count - 1]], value[order[count]]
    is_in = np.zeros(value.size, np.bool_)
    is_in[order[:count]] = True
    can_be_in = relaxation.bound - last_in + value >= to_beat
    can_be_out = relaxation.bound - value + first_out >= to_beat
    return Open(
        must=np.flatnonzero(is_in & ~can_be_out).astype(np.int64),
        may=np.flatnonzero(np.where(is_in, can_be_out, can_be_in)).astype(np.int64),
    )


def solve(
    cover: scipy.sparse.csr_array,
    weight: NDArray[np.float64],
    count: int,
    *,
    left: Open,
    found: float,
    time_limit_s: float,
) -> Solved | None:
    """The best choice among those that `left` allows, or how good it can be at most; None if too much is open.

    found: what the best choice known covers; a choice that does not beat it is not told.
    """
    taken = cover[left.must].sum(axis=0) > 0 if left.must.size else np.zeros(weight.size, np.bool_)
    sure = float(weight[taken].sum())
    part = cover[left.may]
    points = np.flatnonzero(~taken & (part.sum(axis=0) > 0))
    part = part[:, points]
    wanted = count - left.must.size
    if part.nnz > LARGEST_TO_SOLVE or time_limit_s <= 0.0:
        return None
    if wanted <= 0 or points.size == 0:
        return Solved(sites=None, bound=max(found, sure))
    model, unit = _model(part, weight[points], min(wanted, left.may.size), time_limit_s)
    model.run()
    info = model.getInfo()
    if model.getModelStatus() not in {highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kTimeLimit}:
        return None
    # Cut off early, the solver knows no bound yet.
    most = -unit * info.mip_dual_bound if np.isfinite(info.mip_dual_bound) else float(weight[points].sum())
    bound = max(found, sure + most)
    if not np.isfinite(info.objective_function_value) or sure - unit * info.objective_function_value <= found:
        return Solved(sites=None, bound=bound)
    shares = np.asarray(model.getSolution().col_value)[: left.may.size]
    return Solved(sites=np.concatenate((left.must, left.may[shares > 0.5])), bound=bound)


def linear_program(
    part: scipy.sparse.csr_array, weight: NDArray[np.float64], wanted: int, cuts: tuple[Any, Any] | None = None
) -> tuple[highspy.HighsLp, float]:
    """The maximal covering location problem (Church and ReVelle 1974), and what one unit of its objective is.

    Its columns are candidates, then demand points; its rows demand points, the count, then cuts.
    cuts: how many times each cut counts each demand point, and each candidate; points <= 1 + candidates.
    """
    sites, points = part.shape
    unit = float(weight.max())
    more = cuts[0].shape[0] if cuts else 0
    problem = highspy.HighsLp()
    problem.num_col_, problem.num_row_ = sites + points, points + 1 + more
    problem.col_cost_ = np.concatenate((np.zeros(sites), -weight / unit))
    problem.col_lower_, problem.col_upper_ = np.zeros(sites + points), np.ones(sites + points)
    problem.row_lower_ = np.concatenate((np.zeros(points), [-np.inf], np.full(more, -1.0)))
    problem.row_upper_ = np.concatenate((np.full(points, np.inf), [float(wanted)], np.full(more, np.inf)))
    rows = [scipy.sparse.hstack([part.T.astype(np.float64), -scipy.sparse.eye_array(points)])]
    rows.append(scipy.sparse.csr_array((np.ones(sites), (np.zeros(sites, int), np.arange(sites))), (1, sites + points)))
    if cuts:
        rows.append(scipy.sparse.hstack([cuts[1], -cuts[0]]))
    matrix = scipy.sparse.vstack(rows).tocsc()
    problem.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    problem.a_matrix_.start_, problem.a_matrix_.index_ = matrix.indptr, matrix.indices
    problem.a_matrix_.value_ = matrix.data
    return problem, unit


def _model(
    part: scipy.sparse.csr_array, weight: NDArray[np.float64], wanted: int, time_limit_s: float
) -> tuple[highspy.Highs, float]:
    problem, unit = linear_program(part, weight, wanted)
    sites, points = part.shape
    problem.integrality_ = [highspy.HighsVarType.kInteger] * sites + [highspy.HighsVarType.kContinuous] * points
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    model.setOptionValue("output_flag", False)
    model.setOptionValue("mip_rel_gap", 0.0)
    model.setOptionValue("mip_abs_gap", 1e-9)
    model.setOptionValue("time_limit", time_limit_s)
    model.passModel(problem)
    return model, unit
