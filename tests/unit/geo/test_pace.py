"""Whoever walks faster, slower, up stairs or through signals arrives accordingly."""

import numpy as np
import pytest

from geo.streets.line_network import Lines, build_from_shared_points
from geo.streets.network_builder import build_network
from geo.streets.pace import (
    DENSE_CITY,
    NIGHT_FACTOR,
    PACES,
    PLAIN,
    RAIN_FACTOR,
    RUNNING,
    STEPS_DOWN_EFFORT,
    STEPS_EFFORT,
    STEPS_UP_EFFORT,
    WALKING,
    Pace,
    UnknownPace,
    get_pace,
)
from geo.streets.walk_network import EdgeFlag, WalkNetwork
from geo.walking.walk_time import get_route, walk_times
from tests.unit.geo.walk_worlds import at, degrees

LENGTH_M = 100.0


LEVEL = EdgeFlag(0)


def street(flags: EdgeFlag = LEVEL, *, pace: Pace = WALKING, wait_s: float = 0.0) -> WalkNetwork:
    """One street of 100 m to the east."""
    lon, lat = degrees(np.array([(0.0, 0.0), (LENGTH_M, 0.0)]))
    network, _ = build_network(
        node_lon=lon,
        node_lat=lat,
        edge_from=np.array([0]),
        edge_to=np.array([1]),
        length_m=np.array([LENGTH_M]),
        flags=np.array([flags], np.uint8),
        wait_s=np.array([wait_s]),
        min_island_m=0.0,
        pace=pace,
    )
    return network


def walk_s(network: WalkNetwork, start_m: float, end_m: float, speed_m_s: float = 1.0) -> float:
    return get_route(network, at(network, start_m, 0), at(network, end_m, 0), speed_m_s=speed_m_s).walk_time_s


@pytest.mark.parametrize(
    ("flags", "up", "down"),
    [
        (EdgeFlag.STEPS | EdgeFlag.RISING, STEPS_UP_EFFORT, STEPS_DOWN_EFFORT),
        (EdgeFlag.STEPS | EdgeFlag.FALLING, STEPS_DOWN_EFFORT, STEPS_UP_EFFORT),
        (EdgeFlag.STEPS, STEPS_EFFORT, STEPS_EFFORT),
        (EdgeFlag.RISING, 1.0, 1.0),
    ],
)
def test_steps_cost_more_up_than_down_where_the_map_says_which(flags: EdgeFlag, up: float, down: float) -> None:
    network = street(flags)

    assert walk_s(network, 0, 100) == pytest.approx(LENGTH_M * up, rel=1e-3)
    assert walk_s(network, 100, 0) == pytest.approx(LENGTH_M * down, rel=1e-3)
    inward = walk_times(
        network, at(network, 100, 0), network.snap(*degrees(np.array([(0.0, 0.0)]))), budget_s=1e4, speed_m_s=1.0,
        to_start=True,
    )  # fmt: skip
    assert inward[0] == pytest.approx(LENGTH_M * up, rel=1e-3)


def test_a_route_tells_whether_its_steps_lead_up_or_down() -> None:
    network = street(EdgeFlag.STEPS | EdgeFlag.RISING)

    up = get_route(network, at(network, 0, 0), at(network, 100, 0))
    down = get_route(network, at(network, 100, 0), at(network, 0, 0))
    unknown = get_route(street(EdgeFlag.STEPS), at(network, 100, 0), at(network, 0, 0))

    assert [step.rise for route in (up, down, unknown) for step in route.steps] == [1, -1, 0]


def test_a_wait_takes_its_seconds_at_the_pace_that_the_network_was_built_for() -> None:
    network = street(wait_s=20.0, pace=WALKING)

    assert walk_s(network, 0, 100, WALKING.speed_m_s) == pytest.approx(LENGTH_M / WALKING.speed_m_s + 20.0, rel=1e-3)


def test_a_wait_at_a_junction_is_shared_by_the_edges_that_meet_there_and_one_between_is_whole() -> None:
    lon, lat = degrees(np.array([(0.0, 0.0), (100.0, 0.0), (200.0, 0.0), (300.0, 0.0), (100.0, 100.0)]))
    lines = Lines(
        point=np.array([1, 2, 3, 4, 2, 5]),
        lon=lon[[0, 1, 2, 3, 1, 4]],
        lat=lat[[0, 1, 2, 3, 1, 4]],
        start=np.array([0, 4, 6]),
        flags=np.zeros(2, np.uint8),
        street=np.full(2, -1),
        street_names=[],
        wait_s=np.array([0.0, 10.0, 30.0, 0.0, 10.0, 0.0]),
    )
    network, _ = build_from_shared_points(lines, name="", source="", attribution="", pace=Pace(speed_m_s=1.0))

    assert sorted(network.edge_effort_ahead - network.edge_length_m) == pytest.approx([5.0, 5.0, 35.0], abs=0.01)
    assert walk_s(network, 0, 300) == pytest.approx(300.0 + 40.0, abs=1.0)


def test_on_plain_ground_only_length_counts() -> None:
    network = street(EdgeFlag.STEPS | EdgeFlag.RISING | EdgeFlag.PRIVATE, pace=PLAIN)

    assert walk_s(network, 0, 100) == pytest.approx(LENGTH_M, rel=1e-3)


def test_night_and_rain_slow_down_and_add_up() -> None:
    assert RUNNING.slowed() == RUNNING
    assert RUNNING.slowed(night=True).speed_m_s == pytest.approx(RUNNING.speed_m_s * NIGHT_FACTOR)
    assert RUNNING.slowed(rain=True).speed_m_s == pytest.approx(RUNNING.speed_m_s * RAIN_FACTOR)
    both = RUNNING.slowed(night=True, rain=True)
    assert both.speed_m_s == pytest.approx(RUNNING.speed_m_s * NIGHT_FACTOR * RAIN_FACTOR)
    assert both.steps_effort == RUNNING.steps_effort


def test_presets_are_found_by_name_and_an_unknown_one_names_them() -> None:
    assert [get_pace(name) for name in PACES] == [WALKING, DENSE_CITY, RUNNING]
    with pytest.raises(UnknownPace, match="walking, dense-city, running"):
        get_pace("flying")


@pytest.mark.parametrize("speed_m_s", [0.0, -1.0, float("inf"), float("nan")])
def test_a_pace_has_a_speed(speed_m_s: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Pace(speed_m_s=speed_m_s)
