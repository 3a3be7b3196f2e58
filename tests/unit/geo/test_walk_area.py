"""The outline of what a walk reaches, against the walking times themselves."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.coverage import nearest_s
from geo.network_builder import build_network
from geo.projection import geodesic_m
from geo.walk_area import BETWEEN_M, walk_area
from geo.walk_network import WalkNetwork
from tests.unit.geo.walk_worlds import LAT0, LON0, degrees, network_of, networks


def point(x_m: float, y_m: float) -> shapely.Point:
    lon, lat = degrees(np.array([[x_m, y_m]]))
    return shapely.Point(float(lon[0]), float(lat[0]))


def corner(network: WalkNetwork) -> tuple[float, float]:
    return float(network.node_lon[0]), float(network.node_lat[0])


@given(network=networks(), minutes=st.floats(0.5, 6.0))
@settings(max_examples=60)
def test_every_crossing_that_is_reached_lies_in_the_area_and_what_is_far_from_all_reached_does_not(
    network: WalkNetwork, minutes: float
) -> None:
    limit_s = minutes * 60.0
    lon, lat = corner(network)
    crossings = network.snap(network.node_lon, network.node_lat)
    time_s = nearest_s(network, network.snap(lon, lat), crossings, limit_s=2.0 * limit_s)

    area, is_circle = walk_area(network, lon, lat, limit_s=limit_s)

    inside = shapely.contains_xy(area, network.node_lon, network.node_lat)
    assert not is_circle
    assert area.is_valid
    assert inside[time_s < limit_s - 1.0].all()
    crow_m = np.asarray(geodesic_m(network.node_lon, network.node_lat, lon, lat))
    assert not inside[crow_m > limit_s * 1.4 + 2 * BETWEEN_M].any()


def test_time_ends_it_in_the_middle_of_a_street() -> None:
    street = network_of([(0.0, 0.0), (1000.0, 0.0)], [(0, 1)])

    area, _ = walk_area(street, LON0, LAT0, limit_s=300.0, speed_m_s=1.0)

    assert area.covers(point(299.0, 0.0))
    assert area.covers(point(150.0, 20.0))
    assert not area.covers(point(340.0, 0.0))
    assert not area.covers(point(150.0, 40.0))


def test_a_house_between_two_streets_that_are_reached_belongs_to_the_area_and_one_across_a_river_does_not() -> None:
    ladder = network_of([(0.0, 0.0), (300.0, 0.0), (300.0, 100.0), (0.0, 100.0)], [(0, 1), (1, 2), (2, 3)])
    far_bank = network_of([(0.0, 0.0), (300.0, 0.0), (0.0, 100.0), (300.0, 100.0)], [(0, 1), (2, 3)])

    joined, _ = walk_area(ladder, LON0, LAT0, limit_s=1000.0, speed_m_s=1.0)
    cut_off, _ = walk_area(far_bank, LON0, LAT0, limit_s=1000.0, speed_m_s=1.0)

    assert joined.covers(point(150.0, 50.0))
    assert not cut_off.covers(point(150.0, 50.0))
    assert not cut_off.covers(point(150.0, 100.0))


@pytest.mark.parametrize("has_streets", [False, True])
def test_where_there_is_no_street_it_is_a_circle_and_says_so(has_streets: bool) -> None:
    network = network_of([(0.0, 0.0), (50.0, 0.0)], [(0, 1)]) if has_streets else None
    away = point(5_000.0, 0.0)

    area, is_circle = walk_area(network, away.x, away.y, limit_s=240.0)

    lon, lat = shapely.get_coordinates(area).T
    assert is_circle
    assert np.asarray(geodesic_m(lon, lat, away.x, away.y)) == pytest.approx(240.0, rel=0.01)


def test_a_place_on_a_street_of_no_length_is_an_area_too() -> None:
    lon, lat = degrees(np.array([[0.0, 0.0], [0.01, 0.0]]))
    dot, _ = build_network(node_lon=lon, node_lat=lat, edge_from=np.array([0]), edge_to=np.array([1]))

    area, _ = walk_area(dot, LON0, LAT0, limit_s=60.0)

    assert area.covers(point(0.0, 0.0))
