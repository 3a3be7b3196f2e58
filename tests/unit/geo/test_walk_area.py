"""The outline of what a walk reaches, against the walking times themselves."""

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo.coverage.coverage import nearest_s
from geo.places.geodesic import geodesic_m
from geo.streets.network_builder import build_network
from geo.streets.pace import DEFAULT_WALK_SPEED_M_S
from geo.streets.walk_network import EdgeFlag, Snaps, WalkNetwork
from geo.walking.walk_area import BESIDE_M, BETWEEN_M, FARTHEST_DRAWN_M, SIMPLER_BY_M, walk_area
from tests.unit.geo.walk_worlds import LAT0, LON0, degrees, network_of, networks


def point(x_m: float, y_m: float) -> shapely.Point:
    lon, lat = degrees(np.array([[x_m, y_m]]))
    return shapely.Point(float(lon[0]), float(lat[0]))


def corner(network: WalkNetwork) -> tuple[float, float]:
    return float(network.node_lon[0]), float(network.node_lat[0])


def by_street_s(network: WalkNetwork, place: Snaps, *, limit_s: float) -> np.ndarray:
    """(nodes,) the walking time to each crossing on streets alone, whatever street lies nearest to it."""
    ends = np.concatenate((network.edge_from, network.edge_to))
    edges = np.tile(np.arange(network.edge_count), 2)
    fraction = np.repeat([0.0, 1.0], network.edge_count)
    found_s = np.full(network.node_count, np.inf)
    np.minimum.at(found_s, ends, nearest_s(network, place, places_at(edges, fraction), limit_s=limit_s))
    return found_s


def places_at(edges: np.ndarray, fraction: np.ndarray) -> Snaps:
    return Snaps(
        lon=np.full(edges.size, LON0),
        lat=np.full(edges.size, LAT0),
        edge=edges.astype(np.int32),
        fraction=fraction.astype(np.float32),
        distance_m=np.zeros(edges.size, np.float32),
    )


def on_streets(network: WalkNetwork) -> tuple[Snaps, np.ndarray, np.ndarray]:
    """Places along every street, with their metres in the network's plane."""
    streets = np.flatnonzero((network.edge_flags & EdgeFlag.GATE) == 0)
    lines = [
        shapely.LineString(np.column_stack((network.shape_x[start:end], network.shape_y[start:end])).astype(float))
        for start, end in zip(network.shape_start[streets], network.shape_start[streets + 1], strict=True)
    ]
    shares = np.array([0.0, 0.2, 0.5, 0.7, 1.0])
    spots = shapely.line_interpolate_point(
        np.repeat(lines, shares.size), np.tile(shares, streets.size), normalized=True
    )
    return (
        places_at(np.repeat(streets, shares.size), np.tile(shares, streets.size)),
        shapely.get_x(spots),
        shapely.get_y(spots),
    )


# A crossing of a path that no way leads to: it counts as a place 23 m off the end of the street.
PATH_BESIDE_A_STREET = network_of([(0.0, 0.0), (0.0, 1.0), (23.0, 0.0), (0.0, 39.0)], [(0, 3), (1, 2)])


@given(network=networks(), minutes=st.floats(0.5, 6.0))
@example(network=PATH_BESIDE_A_STREET, minutes=1.0)
@settings(max_examples=60)
def test_every_crossing_that_is_reached_lies_in_the_area_and_what_is_far_from_all_reached_does_not(
    network: WalkNetwork, minutes: float
) -> None:
    limit_s = minutes * 60.0
    lon, lat = corner(network)
    place, crossings = network.snap(lon, lat), network.snap(network.node_lon, network.node_lat)
    is_beside = nearest_s(network, place, crossings, limit_s=limit_s) <= limit_s
    is_beside &= crossings.distance_m <= BESIDE_M

    area, is_circle = walk_area(network, lon, lat, limit_s=limit_s)

    inside = shapely.contains_xy(area, network.node_lon, network.node_lat)
    assert not is_circle
    assert area.is_valid
    assert inside[by_street_s(network, place, limit_s=limit_s) <= limit_s].all()
    assert inside[is_beside].all()
    crow_m = np.asarray(geodesic_m(network.node_lon, network.node_lat, lon, lat))
    assert not inside[crow_m > limit_s * DEFAULT_WALK_SPEED_M_S + BETWEEN_M / 2 + 2 * SIMPLER_BY_M].any()


@given(network=networks(), minutes=st.floats(0.1, 6.0))
@settings(max_examples=60)
def test_whatever_lies_beside_a_street_that_is_reached_lies_in_the_area_however_simply_it_is_drawn(
    network: WalkNetwork, minutes: float
) -> None:
    lon, lat = corner(network)
    spots, x_m, y_m = on_streets(network)
    is_reached = nearest_s(network, network.snap(lon, lat), spots, limit_s=minutes * 60.0) <= minutes * 60.0

    area, _ = walk_area(network, lon, lat, limit_s=minutes * 60.0)

    around = np.arange(0.0, 2.0 * np.pi, np.pi / 36)
    beside_x = x_m[is_reached, None] + BESIDE_M * np.cos(around)
    beside_y = y_m[is_reached, None] + BESIDE_M * np.sin(around)
    assert shapely.contains_xy(area, *network.plane.to_lonlat(beside_x, beside_y)).all()


def test_a_path_that_no_way_leads_to_is_left_out_farther_off_though_its_places_count_as_places_of_the_street() -> None:
    far_bank = network_of([(0.0, 0.0), (300.0, 0.0), (0.0, 40.0), (100.0, 40.0)], [(0, 1), (2, 3)])
    street, across = far_bank.snap(LON0, LAT0), far_bank.snap(point(50.0, 40.0).x, point(50.0, 40.0).y)

    area, _ = walk_area(far_bank, LON0, LAT0, limit_s=300.0, speed_m_s=1.0)

    assert nearest_s(far_bank, street, across, speed_m_s=1.0) == pytest.approx(90.0, abs=0.5)
    assert not area.covers(point(50.0, 40.0))


def test_time_ends_it_in_the_middle_of_a_street() -> None:
    street = network_of([(0.0, 0.0), (1000.0, 0.0)], [(0, 1)])

    area, _ = walk_area(street, LON0, LAT0, limit_s=300.0, speed_m_s=1.0)

    assert area.covers(point(300.0 + BESIDE_M, 0.0))
    assert area.covers(point(150.0, BESIDE_M))
    assert not area.covers(point(300.5 + FARTHEST_DRAWN_M, 0.0))
    assert not area.covers(point(150.0, 0.5 + FARTHEST_DRAWN_M))


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
