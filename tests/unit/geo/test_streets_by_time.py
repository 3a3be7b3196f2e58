"""A network by night is the network that one would build of the streets as they are by night."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.streets.network_builder import build_network
from geo.streets.pace import PLAIN
from geo.streets.streets_by_time import StreetsByTime
from geo.streets.walk_network import EdgeFlag, Snaps, WalkNetwork
from geo.walking.walk_time import StepKind, find_route, get_route, walk_times
from tests.unit.geo.walk_worlds import LAT0, LON0, at, degrees

BY_DAY, IN_THE_EVENING = "shut\nopen 08:00-18:00", "shut\nopen 12:00-22:00"
MORNING, NOON, EVENING, NIGHT = (datetime(2026, 11, 30, hour, tzinfo=UTC) for hour in (9, 13, 20, 23))


def drawn(
    edges: list[tuple[int, int]], hours: list[int], *, shut: frozenset[int] = frozenset(), private: list[bool]
) -> WalkNetwork:
    """Crossings on a ring; hours: which each edge has, -1 for none; those in `shut` become private ground instead."""
    count = max(max(edge) for edge in edges) + 1
    turn = np.linspace(0.0, 2.0 * np.pi, count, endpoint=False)
    lon, lat = degrees(np.column_stack((200.0 * np.cos(turn), 200.0 * np.sin(turn))))
    is_private = np.array(private) | np.isin(hours, list(shut))
    network, _ = build_network(
        node_lon=lon,
        node_lat=lat,
        edge_from=np.array([edge[0] for edge in edges]),
        edge_to=np.array([edge[1] for edge in edges]),
        # No two sums of lengths are alike, so that there is no doubt which part is the longest.
        length_m=100.0 + np.sqrt(np.arange(1, len(edges) + 1)),
        effort=np.ones(len(edges)),
        flags=np.where(is_private, int(EdgeFlag.PRIVATE), 0).astype(np.uint8),
        hours=np.where(is_private | np.isin(hours, list(shut)), -1, hours),
        hours_texts=[BY_DAY, IN_THE_EVENING],
        min_island_m=0.0,
        pace=PLAIN,
    )
    return network


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[tuple[int, int]], list[int]]:
    end = st.integers(0, draw(st.integers(2, 8)))
    pair = st.tuples(end, end).filter(lambda ends: ends[0] != ends[1])
    edges = draw(st.lists(pair, min_size=1, max_size=14))
    return edges, draw(st.lists(st.sampled_from([-1, -1, 0, 1]), min_size=len(edges), max_size=len(edges)))


def middles(network: WalkNetwork, edges: int) -> Snaps:
    """A place a quarter along each of the drawn edges, told by their lengths."""
    lengths = 100.0 + np.sqrt(np.arange(1, edges + 1))
    found = [int(np.argmin(np.abs(network.edge_length_m - length))) for length in lengths]
    return Snaps(
        lon=np.full(edges, LON0),
        lat=np.full(edges, LAT0),
        edge=np.array(found, np.int32),
        fraction=np.full(edges, 0.5, np.float32),
        distance_m=np.zeros(edges, np.float32),
    )


@given(world=worlds(), hour=st.sampled_from([(MORNING, {1}), (NOON, set()), (EVENING, {0}), (NIGHT, {0, 1})]))
@settings(max_examples=150, deadline=None)
def test_at_any_hour_walks_are_those_of_a_network_in_which_what_is_shut_is_private(
    world: tuple[list[tuple[int, int]], list[int]], hour: tuple[datetime, set[int]]
) -> None:
    edges, hours = world
    public = [False] * len(edges)
    built = drawn(edges, hours, shut=frozenset(hour[1]), private=public)
    shown = StreetsByTime(drawn(edges, hours, private=public), UTC).at(hour[0])
    expected_at, found_at = middles(built, len(edges)), middles(shown, len(edges))

    for start in range(len(edges)):
        expected = walk_times(built, expected_at[start], expected_at, budget_s=1e9, speed_m_s=1.0)
        found = walk_times(shown, found_at[start], found_at, budget_s=1e9, speed_m_s=1.0)
        # A fence costs 5 cm, and there are more of them where hours differ.
        np.testing.assert_allclose(found, expected, atol=2.0)


@given(world=worlds(), data=st.data(), hour=st.sampled_from([MORNING, NOON, EVENING, NIGHT]))
@settings(max_examples=100, deadline=None)
def test_whatever_is_shut_everybody_gets_everywhere_and_routes_and_times_agree(
    world: tuple[list[tuple[int, int]], list[int]], data: st.DataObject, hour: datetime
) -> None:
    edges, hours = world
    private = data.draw(st.lists(st.booleans(), min_size=len(edges), max_size=len(edges)))
    network = StreetsByTime(drawn(edges, hours, private=private), UTC).at(hour)
    places = middles(network, len(edges))

    for start, end in pairwise(range(len(edges))):
        same_part = network.parts(places.edge)[start] == network.parts(places.edge)[end]
        forwards = walk_times(network, places[start], places, budget_s=1e9)[end]
        backwards = walk_times(network, places[end], places, budget_s=1e9, to_start=True)[start]
        route = find_route(network, places[start], places[end])
        assert np.isfinite(forwards) == same_part == (route is not None)
        assert forwards == pytest.approx(backwards, rel=1e-4)
        assert route is None or route.walk_time_s == pytest.approx(forwards, rel=1e-4, abs=0.05)


def park(side_m: float = 400.0) -> WalkNetwork:
    """A street round a park, and a path across it that is open by day."""
    corners = np.array([(0.0, 0.0), (side_m, 0.0), (side_m, side_m), (0.0, side_m)])
    lon, lat = degrees(corners)
    network, _ = build_network(
        node_lon=lon,
        node_lat=lat,
        edge_from=np.array([0, 1, 2, 3, 0]),
        edge_to=np.array([1, 2, 3, 0, 2]),
        hours=np.array([-1, -1, -1, -1, 0]),
        hours_texts=[BY_DAY],
    )
    return network


def test_a_park_is_crossed_by_day_and_entered_by_night_and_its_gate_is_passed_without_a_word() -> None:
    network = park()
    streets = StreetsByTime(network, UTC)
    corner, opposite, inside = at(network, 0, 0), at(network, 400, 400), at(network, 200, 200)

    by_day, by_night = (get_route(streets.at(hour), corner, opposite) for hour in (NOON, NIGHT))
    to_the_inside = get_route(streets.at(NIGHT), corner, inside)

    assert (by_day.length_m, by_night.length_m) == pytest.approx((566.0, 800.0), abs=3.0)
    assert [step.kind for step in by_day.steps] == [StepKind.WALK]
    assert to_the_inside.length_m == pytest.approx(283.0, abs=2.0)
    assert [step.kind for step in to_the_inside.steps] == [StepKind.LAST_LEG]


def test_hours_are_local_and_followed_as_they_change() -> None:
    network = park()
    east = timezone(timedelta(hours=8))
    streets = StreetsByTime(network, east)
    ends = at(network, 0, 0), at(network, 400, 400)

    def is_open(hour: int, minute: int) -> bool:
        return get_route(streets.at(datetime(2026, 11, 30, hour, minute, tzinfo=UTC)), *ends).length_m < 600.0

    # 08:00 to 18:00 there is 00:00 to 10:00 UTC.
    asked = [(0, 0), (9, 59), (10, 0), (3, 0), (23, 0)]
    assert [is_open(*time) for time in asked] == [
        True,
        True,
        False,
        True,
        False,
    ]


def test_a_network_as_it_is_loaded_is_as_by_day_and_shares_all_but_its_zones(tmp_path: Path) -> None:
    network = park()
    network.save(tmp_path / "park.net")
    loaded = WalkNetwork.load(tmp_path / "park.net")

    by_night = StreetsByTime(loaded, UTC).at(NIGHT)

    assert loaded.hours == (BY_DAY,)
    assert get_route(loaded, at(loaded, 0, 0), at(loaded, 400, 400)).length_m == pytest.approx(566.0, abs=3.0)
    assert by_night.buffers() is loaded.buffers()
    assert by_night.shape_x is loaded.shape_x
    assert (by_night.node_zone != loaded.node_zone).any()
