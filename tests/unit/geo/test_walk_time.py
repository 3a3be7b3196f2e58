"""Walking times, trips and routes against plain references."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.places.geodesic import geodesic_m
from geo.streets.pace import GATE_EFFORT_M, PRIVATE_EFFORT, STEPS_EFFORT
from geo.streets.walk_network import EdgeFlag, Snap, Snaps, WalkNetwork
from geo.walking.walk_time import (
    DETOUR_FACTOR,
    NoRoute,
    StepKind,
    find_route,
    get_route,
    straight_walk_times,
    trip_options,
    walk_times,
    walk_times_anywhere,
    warm_up,
)
from tests.unit.geo.walk_worlds import at, network_of, networks, snaps_on

BUDGETS_S = st.sampled_from([0.0, 60.0, 240.0, 1e9])
ONE_METRE_A_SECOND = 1.0


def reference_effort(network: WalkNetwork, start: Snap, end: Snap) -> float:
    """Effort from start to end by scipy, on a graph with both places as nodes and the network twice over: who starts on
    private ground walks in a first copy of it, and does not come back to that; in the second copy private ground is a
    dead end."""
    if start.edge < 0 or end.edge < 0:
        return np.inf
    nodes = network.node_count
    zone, own = network.node_zone.tolist(), int(network.node_zone[network.edge_from[start.edge]])
    arcs: dict[tuple[int, int], float] = {}

    def link(tail: int, head: int, effort: float) -> None:
        arcs[tail, head] = min(arcs.get((tail, head), np.inf), effort)

    def ways(edge: int) -> list[tuple[int, int, float]]:
        first, last = int(network.edge_from[edge]), int(network.edge_to[edge])
        ahead, back = float(network.edge_effort_ahead[edge]), float(network.edge_effort_back[edge])
        return [(first, last, ahead), (last, first, back)]

    for tail, head, effort in (way for edge in range(network.edge_count) for way in ways(edge)):
        if own and zone[tail] == own:
            link(tail, head if zone[head] == own else head + nodes, effort)
        if zone[tail] in {0, zone[head]}:
            link(tail + nodes, head + nodes, effort)
    (first, last, ahead), (_, _, back) = ways(start.edge)
    copy = 0 if own else nodes
    link(2 * nodes, last + copy, (1.0 - start.fraction) * ahead if start.fraction < 1.0 else 0.0)
    link(2 * nodes, first + copy, start.fraction * back if start.fraction else 0.0)
    if start.edge == end.edge:
        stretch = end.fraction - start.fraction
        link(2 * nodes, 2 * nodes + 1, abs(stretch) * (ahead if stretch > 0.0 else back) if stretch else 0.0)
    (first, last, ahead), (_, _, back) = ways(end.edge)
    for copy in (0, nodes):
        link(first + copy, 2 * nodes + 1, end.fraction * ahead if end.fraction else 0.0)
        link(last + copy, 2 * nodes + 1, (1.0 - end.fraction) * back if end.fraction < 1.0 else 0.0)
    finite = {pair: effort for pair, effort in arcs.items() if effort < np.inf}
    tails, heads = zip(*finite, strict=True)
    # An explicit zero is an arc for scipy too, but a tiny length leaves no doubt.
    weights = np.maximum(list(finite.values()), 1e-9)
    graph = csr_array((weights, (tails, heads)), shape=(2 * nodes + 2, 2 * nodes + 2))
    along = dijkstra(graph, indices=2 * nodes)[2 * nodes + 1]
    return float(along + start.distance_m + end.distance_m)


@given(data=st.data(), network=networks(gates=True), budget_s=BUDGETS_S, to_start=st.booleans())
@settings(max_examples=100, deadline=None)
def test_walk_times_agree_with_scipy_wherever_the_places_lie(
    data: st.DataObject, network: WalkNetwork, budget_s: float, to_start: bool
) -> None:
    targets = data.draw(snaps_on(network))
    start = data.draw(snaps_on(network, max_size=1))[0]

    found = walk_times(network, start, targets, budget_s=budget_s, speed_m_s=ONE_METRE_A_SECOND, to_start=to_start)

    for index in range(len(targets)):
        ends = (targets[index], start) if to_start else (start, targets[index])
        expected = reference_effort(network, *ends)
        if abs(expected - budget_s) > 0.01:
            assert found[index] == pytest.approx(expected if expected <= budget_s else np.inf, rel=1e-5, abs=1e-2)


@given(data=st.data(), network=networks(gates=True))
@settings(max_examples=100, deadline=None)
def test_a_walk_takes_as_long_whichever_end_it_is_searched_from_and_its_route_too(
    data: st.DataObject, network: WalkNetwork
) -> None:
    places = data.draw(snaps_on(network, min_size=2, max_size=2))

    forwards = walk_times(network, places[0], places, budget_s=1e9)[1]
    backwards = walk_times(network, places[1], places, budget_s=1e9, to_start=True)[0]
    route = find_route(network, places[0], places[1])

    assert forwards == pytest.approx(backwards, rel=1e-5, abs=1e-2)
    assert (route.walk_time_s if route else np.inf) == pytest.approx(forwards, rel=1e-4, abs=0.05)
    if route:
        crossed = [step.kind is StepKind.LAST_LEG for step in route.steps if step.kind is not StepKind.OFF_STREET]
        assert not any(_is_crossed(crossed, step) for step in range(len(crossed)))


def _is_crossed(private: list[bool], step: int) -> bool:
    """Whether a private step has street both before and behind it."""
    return private[step] and not all(private[:step]) and not all(private[step:])


@given(data=st.data(), network=networks())
@settings(max_examples=100, deadline=None)
def test_within_a_connected_part_everybody_gets_to_everybody_and_nobody_out_of_it(
    data: st.DataObject, network: WalkNetwork
) -> None:
    places = data.draw(snaps_on(network, min_size=2))

    for index in range(len(places)):
        found = walk_times(network, places[index], places, budget_s=1e9)
        same_part = network.parts(places.edge) == network.parts(places.edge)[index]
        assert (np.isfinite(found) == (same_part & places.on_network & (places.edge[index] >= 0))).all()


@given(data=st.data(), network=networks())
@settings(max_examples=60, deadline=None)
def test_a_larger_budget_adds_places_and_changes_no_time(data: st.DataObject, network: WalkNetwork) -> None:
    targets, start = data.draw(snaps_on(network)), data.draw(snaps_on(network, max_size=1))[0]

    small, large = (walk_times(network, start, targets, budget_s=budget_s) for budget_s in (200.0, 400.0))

    reached = np.isfinite(small)
    assert (small[reached] == large[reached]).all()
    assert (large[~reached] > 200.0).all()


@given(data=st.data(), network=networks(one_way=False, private=False))
@settings(max_examples=60, deadline=None)
def test_a_detour_by_a_third_place_is_never_quicker(data: st.DataObject, network: WalkNetwork) -> None:
    places = data.draw(snaps_on(network, min_size=3, max_size=3))
    times = np.array([walk_times(network, places[index], places, budget_s=1e9) for index in range(3)])

    if np.isfinite(times).all():
        assert times[0, 2] <= times[0, 1] + times[1, 2] + 1e-2


@given(
    data=st.data(),
    network=networks(private=False),
    budget_s=st.sampled_from([120.0, 400.0, 1e6]),
    takeout_s=st.sampled_from([0.0, 30.0]),
)
@settings(max_examples=100, deadline=None)
def test_trips_are_all_the_pairs_whose_two_walks_fit_the_budget(
    data: st.DataObject, network: WalkNetwork, budget_s: float, takeout_s: float
) -> None:
    aeds, rescuers = data.draw(snaps_on(network, max_size=5)), data.draw(snaps_on(network, max_size=5))
    patients = data.draw(snaps_on(network, max_size=1))

    options = trip_options(network, patients[0], aeds, rescuers, budget_s=budget_s, takeout_s=takeout_s)

    found = {
        (rescuer, aed): (to_aed, to_patient)
        for rescuer, aed, to_aed, to_patient in zip(
            options.rescuer.tolist(),
            options.aed.tolist(),
            options.to_aed_s.tolist(),
            options.to_patient_s.tolist(),
            strict=True,
        )
    }
    for aed in range(len(aeds)):
        # All places of these worlds lie at one point, so that a straight line, where there is no way, takes no time.
        to_patient = float(walk_times_anywhere(network, aeds[aed], patients, budget_s=1e9)[0][0])
        for rescuer in range(len(rescuers)):
            this_aed = aeds.take(np.array([aed]))
            to_aed = float(walk_times_anywhere(network, rescuers[rescuer], this_aed, budget_s=1e9)[0][0])
            spare = budget_s - takeout_s - to_aed - to_patient
            if spare > 0.01:
                assert found[rescuer, aed] == pytest.approx((to_aed, to_patient), rel=1e-4, abs=1e-2)
            elif spare < -0.01:
                assert (rescuer, aed) not in found


@given(data=st.data(), network=networks())
@settings(max_examples=60, deadline=None)
def test_a_route_takes_the_walking_time_and_its_steps_and_line_add_up(
    data: st.DataObject, network: WalkNetwork
) -> None:
    places = data.draw(snaps_on(network, min_size=2, max_size=2))

    route = find_route(network, places[0], places[1])

    time_s = walk_times(network, places[0], places, budget_s=1e9)[1]
    if route is None:
        assert np.isinf(time_s)
        return
    assert route.walk_time_s == pytest.approx(time_s, rel=1e-4, abs=0.05)
    assert sum(step.walk_time_s for step in route.steps) == pytest.approx(route.walk_time_s, abs=0.5)
    line_m = (
        geodesic_m(route.lon[:-1], route.lat[:-1], route.lon[1:], route.lat[1:])[1:-1].sum()
        if route.lon.size > 3
        else 0
    )
    assert line_m <= route.length_m + 0.5


def test_only_the_nearest_aeds_are_looked_at() -> None:
    network = network_of([(0, 0), (500, 0)], [(0, 1)])
    aeds = network.snap(*np.array([[at(network, x, 0).lon, at(network, x, 0).lat] for x in (300, 100, 200)]).T)
    rescuers = aeds.take(np.array([0]))

    options = trip_options(network, at(network, 0, 0), aeds, rescuers, budget_s=900.0, takeout_s=0.0, max_aeds=2)

    assert options.aed.tolist() == [1, 2]


def test_two_places_on_one_street_walk_straight_along_it() -> None:
    network = network_of([(0, 0), (400, 0)], [(0, 1)])
    start, end = at(network, 100, 10), at(network, 150, -10)

    time_s = walk_times(network, start, network.snap(end.lon, end.lat), budget_s=600.0, speed_m_s=1.0)

    assert time_s[0] == pytest.approx(70.0, abs=0.2)


def test_steps_are_walked_slower_and_named_as_steps() -> None:
    network = network_of([(0, 0), (100, 0)], [(0, 1)], flags=[EdgeFlag.STEPS])

    route = get_route(network, at(network, 0, 0), at(network, 100, 0), speed_m_s=1.0)

    assert route.length_m == pytest.approx(100.0, abs=0.2)
    assert route.walk_time_s == pytest.approx(100.0 * STEPS_EFFORT, abs=0.4)
    assert [step.kind for step in route.steps] == [StepKind.STEPS]


def test_private_ground_is_the_last_leg_and_never_a_shortcut() -> None:
    places = [(0, 0), (200, 0), (0, 150), (200, 150)]
    edges = [(0, 1), (0, 2), (2, 3), (3, 1)]
    network = network_of(places, edges, flags=[EdgeFlag.PRIVATE, *[EdgeFlag(0)] * 3])

    around = get_route(network, at(network, 0, 100), at(network, 200, 100), speed_m_s=1.0)
    within = get_route(network, at(network, 0, 100), at(network, 50, 0), speed_m_s=1.0)

    assert around.length_m == pytest.approx(300.0, abs=1.0)
    assert within.walk_time_s == pytest.approx(100.0 + GATE_EFFORT_M + 50.0 * PRIVATE_EFFORT, abs=1.0)
    assert within.steps[-1].kind == StepKind.LAST_LEG


def test_whoever_left_their_compound_does_not_cut_through_it_again() -> None:
    # From the west gate it is 100 m by the street to the next gate, and 100 m over the compound to the third.
    west, middle, east = (0.0, 0.0), (100.0, 0.0), (200.0, 0.0)
    network = network_of(
        [west, middle, east],
        [(0, 1), (1, 2), (0, 1), (1, 2)],
        flags=[EdgeFlag.PRIVATE, EdgeFlag.PRIVATE, EdgeFlag(0), EdgeFlag(0)],
        bends=[[(0, -600), (100, -600)], [], [], [(100, 700), (200, 700)]],
    )
    inside, outside = at(network, 0, -50), at(network, 200, 100)

    matched_s = walk_times(network, outside, network.snap(inside.lon, inside.lat), budget_s=1e9, to_start=True)[0]
    route = get_route(network, inside, outside)

    assert matched_s == pytest.approx(route.walk_time_s, rel=1e-4)
    assert route.length_m == pytest.approx(50 + 100 + 700 + 100 + 600, abs=5.0)


def test_a_one_way_for_walkers_is_walked_with_the_arrow_whoever_asks() -> None:
    network = network_of(
        [(0, 0), (100, 0)],
        [(0, 1), (0, 1)],
        flags=[EdgeFlag.FORWARD_ONLY, EdgeFlag(0)],
        bends=[[], [(0, 300), (100, 300)]],
    )
    patient, upstream, downstream = at(network, 50, 0), at(network, 20, 0), at(network, 90, 0)
    both = network.snap([upstream.lon, downstream.lon], [upstream.lat, downstream.lat])

    can_reach_patient = walk_times(network, patient, both, budget_s=100.0, to_start=True)
    reached_by_patient = walk_times(network, patient, both, budget_s=100.0)

    assert np.isfinite(can_reach_patient).tolist() == [True, False]
    assert np.isfinite(reached_by_patient).tolist() == [False, True]


def test_no_way_is_none_for_find_and_an_error_for_get() -> None:
    network = network_of([(0, 0), (100, 0), (0, 400), (100, 400)], [(0, 1), (2, 3)])
    start, end = at(network, 0, 0), at(network, 0, 400)

    assert find_route(network, start, end) is None
    assert find_route(network, start, at(network, 100, 0), budget_s=1.0) is None
    with pytest.raises(NoRoute, match="on foot"):
        get_route(network, start, end)


def test_threads_share_a_network_and_agree() -> None:
    network = network_of([(0, 0), (300, 0), (300, 300), (0, 300)], [(0, 1), (1, 2), (2, 3), (3, 0)])
    targets = network.snap(network.node_lon, network.node_lat)
    alone = [walk_times(network, targets[index], targets, budget_s=900.0) for index in range(4)]
    wrong: list[int] = []

    def work() -> None:
        for turn in range(500):
            if (walk_times(network, targets[turn % 4], targets, budget_s=900.0) != alone[turn % 4]).any():
                wrong.append(turn)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


def test_stamps_that_run_out_start_anew_without_old_labels() -> None:
    network = network_of([(0, 0), (300, 0)], [(0, 1)])
    targets: Snaps = network.snap(network.node_lon, network.node_lat)
    before = walk_times(network, targets[0], targets, budget_s=900.0)
    network.buffers().generation = 2**31 - 2**20 - 1

    after = [walk_times(network, targets[0], targets, budget_s=900.0) for _ in range(3)]

    assert all((times == before).all() for times in after)


def test_without_streets_a_straight_line_and_the_detour_factor_serve() -> None:
    seconds = straight_walk_times(113.6, 34.7, np.array([113.6]), np.array([34.71]), speed_m_s=1.4)

    assert seconds[0] == pytest.approx(geodesic_m(113.6, 34.7, 113.6, 34.71) * DETOUR_FACTOR / 1.4)


def test_warming_up_needs_no_network() -> None:
    warm_up()
