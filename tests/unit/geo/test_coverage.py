"""Coverage and catchments against `walk_times`, source by source and point by point."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.coverage.catchment import catchment
from geo.coverage.coverage import (
    NoSources,
    covered_by_hour,
    nearest_by_hour,
    nearest_of,
    nearest_s,
    nearest_straight_s,
    reach,
    reach_straight,
)
from geo.streets.walk_network import EdgeFlag, Snaps, WalkNetwork
from geo.walking.walk_time import straight_walk_times, walk_times
from tests.unit.geo.walk_worlds import LAT0, LON0, degrees, network_of, networks, snaps_on

LIMITS_S = st.sampled_from([0.0, 20.0, 60.0, 240.0, 5_000.0])


def all_times(network: WalkNetwork, sources: Snaps, points: Snaps, limit_s: float, *, back: bool) -> np.ndarray:
    """(sources, points) by one search of the product for each source."""
    return np.array(
        [walk_times(network, sources[index], points, budget_s=limit_s, to_start=back) for index in range(len(sources))],
        np.float32,
    ).reshape(len(sources), len(points))


@given(data=st.data(), network=networks(), limit_s=LIMITS_S)
@settings(max_examples=120)
def test_the_pairs_are_those_of_one_search_from_each_source(
    data: st.DataObject, network: WalkNetwork, limit_s: float
) -> None:
    sources, points = data.draw(snaps_on(network)), data.draw(snaps_on(network))
    there = all_times(network, sources, points, limit_s, back=False)
    both = there + all_times(network, sources, points, limit_s, back=True)

    found = reach(network, sources, points, limit_s=limit_s)

    point = np.repeat(np.arange(len(points)), np.diff(found.first))
    got_there, got_both = np.full_like(there, np.inf), np.full_like(there, np.inf)
    got_there[found.source, point] = found.there_s
    got_both[found.source, point] = found.round_s
    assert found.source.size == np.isfinite(there).sum()
    np.testing.assert_allclose(got_there, there, rtol=1e-5)
    np.testing.assert_allclose(got_both, np.where(np.isfinite(there), both, np.inf), rtol=1e-5)


@given(data=st.data(), network=networks(), limit_s=LIMITS_S)
@settings(max_examples=120)
def test_one_search_from_all_sources_finds_the_nearest_across_private_ground_too(
    data: st.DataObject, network: WalkNetwork, limit_s: float
) -> None:
    sources, points = data.draw(snaps_on(network)), data.draw(snaps_on(network))
    expected = all_times(network, sources, points, limit_s, back=False).min(axis=0)

    np.testing.assert_allclose(nearest_s(network, sources, points, limit_s=limit_s), expected, rtol=1e-5)


@given(data=st.data(), network=networks())
@settings(max_examples=60)
def test_each_hour_has_the_nearest_of_those_open_in_it(data: st.DataObject, network: WalkNetwork) -> None:
    sources, points = data.draw(snaps_on(network)), data.draw(snaps_on(network))
    hours = data.draw(st.integers(1, 5))
    cells = st.lists(st.booleans(), min_size=len(sources) * hours, max_size=len(sources) * hours)
    is_open = np.array(data.draw(cells)).reshape(len(sources), hours)
    weight = np.arange(1.0, len(points) + 1.0)
    found = reach(network, sources, points, limit_s=300.0)
    there = all_times(network, sources, points, 300.0, back=False)

    blocks = list(nearest_by_hour(found, found.there_s, is_open, points_at_once=3))
    group = np.arange(len(points)) % 3
    covered = covered_by_hour(found, found.there_s, is_open, weight, group, limit_s=120.0, groups=3)

    assert [block[0].start for block in blocks] == list(range(0, len(points), 3))
    for hour in range(hours):
        expected = np.min(there[is_open[:, hour]], axis=0, initial=np.inf)
        np.testing.assert_allclose(nearest_of(found, found.there_s, is_open[:, hour]), expected, rtol=1e-5)
        np.testing.assert_allclose(np.concatenate([times[:, hour] for _, times in blocks]), expected, rtol=1e-5)
        within = nearest_of(found, found.there_s, is_open[:, hour]) <= 120.0
        assert covered[:, hour].tolist() == [weight[within & (group == one)].sum() for one in range(3)]
    whole = covered_by_hour(found, found.there_s, is_open, weight, limit_s=120.0)
    assert whole.tolist() == [covered.sum(axis=0).tolist()]


@given(data=st.data(), network=networks(), limit_s=LIMITS_S)
@settings(max_examples=120)
def test_a_catchment_holds_a_place_on_a_street_exactly_if_some_source_reaches_it(
    data: st.DataObject, network: WalkNetwork, limit_s: float
) -> None:
    sources = data.draw(snaps_on(network))
    fractions = np.linspace(0.01, 0.99, 33, dtype=np.float32)
    edge = np.repeat(np.arange(network.edge_count, dtype=np.int32), fractions.size)
    points = Snaps(
        lon=np.full(edge.size, LON0),
        lat=np.full(edge.size, LAT0),
        edge=edge,
        fraction=np.tile(fractions, network.edge_count),
        distance_m=np.zeros(edge.size, np.float32),
    )
    time_s = nearest_s(network, sources, points, limit_s=2.0 * limit_s + 60.0)

    found = catchment(network, sources, limit_s=limit_s)

    inside = np.zeros(edge.size, bool)
    for number in range(found.edge.size):
        along = (found.begin[number] <= points.fraction) & (points.fraction <= found.end[number])
        inside |= (edge == found.edge[number]) & along
    doubtful = np.abs(time_s - limit_s) < 1e-2
    assert (inside == (time_s <= limit_s))[~doubtful].all()
    assert found.length_m(network) <= network.edge_length_m.sum() * (1.0 + 1e-6)


def test_an_edge_is_covered_as_far_as_time_allows() -> None:
    street = network_of([(0.0, 0.0), (400.0, 0.0)], [(0, 1)])
    lon, lat = degrees(np.array([[100.0, 0.0]]))

    found = catchment(street, street.snap(lon, lat), limit_s=60.0, speed_m_s=1.0)

    assert found.length_m(street) == pytest.approx(120.0, abs=0.5)


def test_a_fetch_counts_both_ways_where_they_differ() -> None:
    one_way = network_of(
        [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0)],
        [(0, 1), (1, 2), (2, 3), (3, 0)],
        flags=[EdgeFlag.FORWARD_ONLY, EdgeFlag(0), EdgeFlag(0), EdgeFlag(0)],
    )
    source, point = (one_way.snap(*degrees(np.array([place]))) for place in ([5.0, 0.0], [95.0, 0.0]))

    found = reach(one_way, source, point, limit_s=1_000.0, speed_m_s=1.0)

    assert found.there_s[0] == pytest.approx(90.0, abs=1.0)
    assert found.round_s[0] == pytest.approx(400.0, abs=3.0)


@given(
    sources=st.lists(st.tuples(st.floats(0, 0.02), st.floats(0, 0.02)), max_size=6),
    points=st.lists(st.tuples(st.floats(0, 0.02), st.floats(0, 0.02)), max_size=6),
)
@settings(max_examples=60)
def test_without_streets_it_is_the_straight_line_with_its_detour(
    sources: list[tuple[float, float]], points: list[tuple[float, float]]
) -> None:
    corner = np.array([LON0, LAT0])
    there, here = (corner + np.array(some, float).reshape(-1, 2) for some in (sources, points))
    expected = np.array(
        [straight_walk_times(lon, lat, here[:, 0].copy(), here[:, 1].copy()) for lon, lat in there.tolist()]
    ).reshape(len(there), len(here))

    found = reach_straight(there[:, 0], there[:, 1], here[:, 0], here[:, 1], limit_s=600.0)
    nearest = nearest_straight_s(there[:, 0], there[:, 1], here[:, 0], here[:, 1])

    assert found.source.size == (expected <= 600.0).sum()
    np.testing.assert_allclose(nearest, expected.min(axis=0, initial=np.inf), rtol=1e-3)
    within = nearest_of(found, found.there_s, np.ones(len(there), bool))
    least = expected.min(axis=0, initial=np.inf)
    np.testing.assert_allclose(within, np.where(least <= 600.0, least, np.inf), rtol=1e-4)


def test_homes_on_a_ring_are_reached_from_the_street_that_leads_to_it() -> None:
    ring = network_of(
        [(0.0, 0.0), (100.0, 0.0)],
        [(0, 1), (1, 1)],
        bends=[[], [(150.0, 50.0), (200.0, 0.0), (150.0, -50.0)]],
    )
    aed = ring.snap(*degrees(np.array([[73.0, 0.0]])))
    homes = ring.snap(*degrees(np.array([[20.0, 0.0], [125.0, 25.0], [125.0, -25.0], [200.0, 0.0]])))

    found = reach(ring, aed, homes, limit_s=240.0, speed_m_s=1.0)

    assert np.diff(found.first).tolist() == [1, 1, 1, 1]
    assert found.there_s.tolist() == pytest.approx([53.0, 62.4, 62.4, 168.4], abs=0.5)


def test_many_sources_at_one_place_and_none_at_all_are_both_fine() -> None:
    street = network_of([(0.0, 0.0), (400.0, 0.0)], [(0, 1)])
    place = street.snap(*degrees(np.array([[33.3, 7.7]])))
    nowhere, everywhere = np.zeros(0, int), np.zeros(1_000, int)

    assert nearest_s(street, place.take(nowhere), place).tolist() == [np.inf]
    assert reach(street, place.take(nowhere), place, limit_s=240.0).source.size == 0
    assert catchment(street, place.take(nowhere), limit_s=240.0).edge.size == 0
    assert reach(street, place.take(everywhere), place, limit_s=240.0).source.tolist() == list(range(1_000))
    assert nearest_s(street, place.take(everywhere), place)[0] == pytest.approx(2 * 7.7 / 1.4, rel=1e-2)


def test_a_table_of_hours_for_other_sources_is_refused() -> None:
    street = network_of([(0.0, 0.0), (400.0, 0.0)], [(0, 1)])
    place = street.snap(*degrees(np.array([[33.3, 7.7]])))
    found = reach(street, place, place, limit_s=240.0)

    with pytest.raises(NoSources, match="2 rows of hours for 1 sources"):
        nearest_of(found, found.there_s, np.ones(2, bool))
