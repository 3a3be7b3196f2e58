"""Siting: the optimum where it can be worked out by hand or by trying everything, a bound that always holds."""

import csv
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from geo.siting.bound import Csr, relax
from geo.siting.choose import BadCount, BadFixed, BadSitingProblem, BadWeights, EmptyDemand, Sites, choose_sites
from geo.siting.cuts import tighten
from geo.siting.exact import Open, decide_by_price, solve

SF_RADIUS_M = 5_000.0


def covered_by(covers: NDArray[np.bool_], weight: NDArray[np.float64], sites: NDArray[np.int64]) -> float:
    return float(weight[covers[sites].any(axis=0)].sum())


def best_of_all(
    covers: NDArray[np.bool_], weight: NDArray[np.float64], count: int, fixed: tuple[int, ...] = ()
) -> float:
    free = [site for site in range(covers.shape[0]) if site not in fixed]
    every = (np.array([*fixed, *chosen], np.int64) for chosen in combinations(free, count))
    return max(covered_by(covers, weight, sites) for sites in every)


def plane(points: int, candidates: int, seed: int) -> tuple[scipy.sparse.csr_array, NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    away = rng.random((candidates, 1, 2)) - rng.random((1, points, 2))
    covers = scipy.sparse.csr_array(np.hypot(away[..., 0], away[..., 1]) < 0.12)
    return covers, rng.integers(1, 100, points).astype(float)


@st.composite
def small_problems(draw: st.DrawFn) -> tuple[NDArray[np.bool_], NDArray[np.float64], int, tuple[int, ...]]:
    shape = draw(st.integers(2, 9)), draw(st.integers(1, 12))
    covers = draw(arrays.arrays(np.bool_, shape))
    whole = st.integers(0, 50).map(float)
    weight = draw(arrays.arrays(np.float64, shape[1], elements=whole | st.floats(0.0, 1e4, allow_subnormal=False)))
    count = draw(st.integers(1, shape[0]))
    fixed = draw(st.lists(st.integers(0, shape[0] - 1), max_size=shape[0] - count, unique=True))
    return covers, weight, count, tuple(fixed)


@settings(max_examples=150)
@given(small_problems())
def test_small_problems_are_solved_as_well_as_by_trying_everything(
    problem: tuple[NDArray[np.bool_], NDArray[np.float64], int, tuple[int, ...]],
) -> None:
    covers, weight, count, fixed = problem
    found = choose_sites(scipy.sparse.csr_array(covers), weight, count, fixed=fixed)
    best = best_of_all(covers, weight, count, fixed)
    assert found.sites.size == count
    assert np.unique(np.concatenate((found.sites, np.array(fixed, np.int64)))).size == count + len(fixed)
    together = covered_by(covers, weight, np.concatenate((found.sites, np.array(fixed, np.int64))))
    assert found.covered_weight == pytest.approx(together)
    assert found.covered_weight == pytest.approx(best)
    assert found.upper_bound == pytest.approx(best)
    assert found.upper_bound >= found.covered_weight


@settings(max_examples=60)
@given(small_problems(), st.integers(0, 400))
def test_the_relaxed_bound_holds_however_early_it_is_cut_off(
    problem: tuple[NDArray[np.bool_], NDArray[np.float64], int, tuple[int, ...]], looks: int
) -> None:
    covers, weight, count, _ = problem
    covers = np.concatenate((covers, np.ones((1, covers.shape[1]), np.bool_)))
    rows, columns = scipy.sparse.csr_array(covers), scipy.sparse.csc_array(covers)
    lists = [(each.indptr.astype(np.int64), each.indices.astype(np.int32)) for each in (rows, columns)]
    left = iter(range(looks))
    found = relax(*lists, weight + 1.0, count, close=1e-9, out_of_time=lambda: next(left, None) is None)
    best = best_of_all(covers, weight + 1.0, count)
    assert found.bound >= best * (1.0 - 1e-12)
    decided = decide_by_price(found, count, best * (1.0 - 1e-9))
    allowed = [set(chosen) for chosen in combinations([*decided.must, *decided.may], count)]
    good = [chosen for chosen in allowed if set(decided.must) <= chosen]
    assert max(covered_by(covers, weight + 1.0, np.array(sorted(chosen))) for chosen in good) == pytest.approx(best)


def lists_of(covers: NDArray[np.bool_]) -> tuple[Csr, Csr]:
    rows, columns = scipy.sparse.csr_array(covers), scipy.sparse.csc_array(covers)
    one, other = ((each.indptr.astype(np.int64), each.indices.astype(np.int32)) for each in (rows, columns))
    return one, other


@settings(max_examples=60)
@given(small_problems(), st.integers(0, 40))
def test_the_bound_with_cuts_holds_and_is_never_worse(
    problem: tuple[NDArray[np.bool_], NDArray[np.float64], int, tuple[int, ...]], looks: int
) -> None:
    covers, weight, count, _ = problem
    covers = np.concatenate((covers, np.ones((1, covers.shape[1]), np.bool_)))
    rows, columns = lists_of(covers)
    left = iter(range(looks))
    loose = relax(rows, columns, weight + 1.0, count, close=1e-9, out_of_time=lambda: next(left, None) is None)
    cover = scipy.sparse.csr_array(covers.astype(float))
    found = tighten(loose, cover, columns, weight + 1.0, count, left_s=lambda: 60.0)
    assert best_of_all(covers, weight + 1.0, count) * (1.0 - 1e-12) <= found.bound <= loose.bound


def test_cuts_prove_what_the_relaxed_problem_covers_by_halves() -> None:
    triangle = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]], np.bool_)
    covers = np.kron(np.eye(2, dtype=np.bool_), triangle)
    rows, columns = lists_of(covers)
    looks = iter(range(2_000))
    loose = relax(rows, columns, np.ones(6), 3, close=1e-9, out_of_time=lambda: next(looks, None) is None)
    assert loose.bound == pytest.approx(6.0)
    found = tighten(loose, scipy.sparse.csr_array(covers.astype(float)), columns, np.ones(6), 3, left_s=lambda: 60.0)
    assert found.bound == pytest.approx(5.0)
    without_time = tighten(
        loose, scipy.sparse.csr_array(covers.astype(float)), columns, np.ones(6), 3, left_s=lambda: 0.0
    )
    assert without_time is loose


def test_a_solver_that_is_cut_off_at_once_still_tells_a_finite_bound() -> None:
    covers, weight = plane(1_000, 200, seed=1)
    everything = Open(must=np.zeros(0, np.int64), may=np.arange(200))
    solved = solve(covers, weight, 8, left=everything, found=0.0, time_limit_s=1e-9)
    assert solved is not None
    assert np.isfinite(solved.bound)
    assert solved.bound >= choose_sites(covers, weight, 8, time_limit_s=30.0).covered_weight


def test_greedy_is_bettered_where_it_is_known_to_err() -> None:
    covers = np.array([[0, 1, 1, 1, 1, 0], [1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]], np.bool_)
    found = choose_sites(scipy.sparse.csr_array(covers), np.ones(6), 2)
    assert sorted(found.sites) == [1, 2]
    assert (found.covered_weight, found.upper_bound, found.gap, found.is_optimal) == (6.0, 6.0, 0.0, True)


def test_sites_come_in_the_order_in_which_each_adds_the_most_and_the_curve_says_how_much() -> None:
    covers, weight = plane(400, 80, seed=3)
    found = choose_sites(covers, weight, 12, fixed=[4, 7], time_limit_s=5.0)
    dense = covers.toarray()
    firsts = [covered_by(dense, weight, np.array([4, 7, *found.sites[:k]])) for k in range(13)]
    assert found.curve == pytest.approx(firsts)
    assert found.curve[0] == pytest.approx(found.covered_before)
    adds = np.diff(found.curve)
    assert (adds[:-1] >= adds[1:] - 1e-6).all()


def test_a_problem_of_a_thousand_demand_points_is_proven() -> None:
    covers, weight = plane(1_000, 200, seed=1)
    found = choose_sites(covers, weight, 8, time_limit_s=60.0)
    assert found.covered_weight == pytest.approx(covered_by(covers.toarray(), weight, found.sites))
    assert found.gap < 0.005


def test_the_same_input_gives_the_same_sites() -> None:
    covers, weight = plane(600, 150, seed=2)
    one, other = (choose_sites(covers, weight, 6, time_limit_s=300.0) for _ in range(2))
    assert one.sites.tolist() == other.sites.tolist()
    assert (one.covered_weight, one.upper_bound) == (other.covered_weight, other.upper_bound)


def test_without_time_there_is_still_a_choice_and_a_bound_that_holds() -> None:
    covers, weight = plane(1_000, 200, seed=1)
    ticks = iter(float(tick) for tick in range(10_000))
    found = choose_sites(covers, weight, 8, time_limit_s=1.0, clock=lambda: next(ticks))
    assert found.sites.size == 8
    assert found.upper_bound >= choose_sites(covers, weight, 8, time_limit_s=60.0).covered_weight
    assert 0.0 < found.gap < 1.0


def test_what_is_fixed_is_kept_and_counts_apart() -> None:
    covers = np.eye(4, dtype=np.bool_)
    found = choose_sites(scipy.sparse.csr_array(covers), [8.0, 4.0, 2.0, 1.0], 2, fixed=[0])
    assert found.sites.tolist() == [1, 2]
    assert (found.covered_before, found.covered_weight, found.upper_bound) == (8.0, 14.0, 14.0)


def test_all_candidates_may_be_chosen_even_those_that_cover_nothing() -> None:
    covers = scipy.sparse.csr_array(np.array([[0, 0], [1, 0], [0, 0]], np.bool_))
    found = choose_sites(covers, [1.0, 1.0], 3)
    assert sorted(found.sites) == [0, 1, 2]
    assert found.sites[0] == 1
    assert (found.covered_weight, found.upper_bound) == (1.0, 1.0)


def test_nothing_coverable_is_an_optimum_of_nothing() -> None:
    found = choose_sites(scipy.sparse.csr_array((3, 2)), [1.0, 1.0], 2)
    assert found.sites.tolist() == [0, 1]
    assert (found.covered_weight, found.upper_bound, found.gap) == (0.0, 0.0, 0.0)


def test_stored_zeros_and_doubled_entries_cover_as_any_reader_would_expect() -> None:
    covers = scipy.sparse.coo_array(([0.0, 1.0, 1.0], ([0, 1, 1], [0, 1, 1])), shape=(2, 2))
    assert choose_sites(covers, [5.0, 1.0], 1).covered_weight == 1.0


@pytest.mark.parametrize(
    ("weight", "count", "fixed", "error", "says"),
    [
        ([], 1, (), EmptyDemand, "at least one"),
        ([1.0, -1.0], 1, (), BadWeights, "first at 1"),
        ([1.0, np.nan], 1, (), BadWeights, "no number"),
        ([1.0, np.inf], 1, (), BadWeights, "no number"),
        ([1e308, 1e308], 1, (), BadWeights, "too large to be added up, the first at 0"),
        (["1", "many"], 1, (), BadWeights, "no numbers"),
        ([1.0, 10**400], 1, (), BadWeights, "no numbers"),
        ([1.0, 1.0], 1.5, (), BadCount, "whole number"),
        ([1.0, 1.0], 1, (0.5,), BadFixed, "whole numbers"),
        ([1.0, 1.0], 1, (np.nan,), BadFixed, "whole numbers"),
        ([1.0], 1, (), BadWeights, "give one for each"),
        ([1.0, 1.0], 0, (), BadCount, "choose 1 to 3"),
        ([1.0, 1.0], 4, (), BadCount, "choose 1 to 3"),
        ([1.0, 1.0], 3, (0,), BadCount, "choose 1 to 2"),
        ([1.0, 1.0], 1, (3,), BadFixed, "0 to 2"),
        ([1.0, 1.0], 1, (-1,), BadFixed, "0 to 2"),
    ],
)
def test_a_bad_problem_is_refused_with_what_to_change(
    weight: list[Any], count: Any, fixed: tuple[Any, ...], error: type[BadSitingProblem], says: str
) -> None:
    covers = scipy.sparse.csr_array((3, 2 if weight else 0))
    with pytest.raises(error, match=says):
        choose_sites(covers, weight, count, fixed=fixed)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_covers_nobody(value: float) -> None:
    covers = np.array([[value, 0.0], [0.0, 1.0]])

    for table in (covers, scipy.sparse.csr_array(covers), scipy.sparse.lil_array(covers)):
        with pytest.raises(BadSitingProblem, match="1 entries of covers are no number"):
            choose_sites(table, [1.0, 1.0], 1)
    with pytest.raises(BadSitingProblem, match="must be numbers"):
        choose_sites(np.array([["near", "far"]]), [1.0, 1.0], 1)


def test_the_optimum_of_the_san_francisco_instance_is_found_and_proven(shared_data: Path) -> None:
    covers, weight = _san_francisco(shared_data)
    for count in (1, 4, 8):
        found: Sites = choose_sites(scipy.sparse.csr_array(covers), weight, count)
        assert found.covered_weight == best_of_all(covers, weight, count)
        assert found.is_optimal


def _san_francisco(shared_data: Path) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    folder = shared_data / "siting_sf"
    with (folder / "SF_demand_205_centroid_uniform_weight.csv").open(encoding="utf-8") as file:
        people = {row["NAME"]: float(row["POP2000"]) for row in csv.DictReader(file)}
    with (folder / "SF_network_distance_candidateStore_16_censusTract_205_new.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    tracts, stores = list(people), sorted({row["name"] for row in rows})
    covers = np.zeros((len(stores), len(tracts)), np.bool_)
    for row in rows:
        if float(row["distance"]) <= SF_RADIUS_M:
            covers[stores.index(row["name"]), tracts.index(row["DestinationName"])] = True
    return covers, np.array(list(people.values()))
