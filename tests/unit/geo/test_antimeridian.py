"""Places on both sides of the antimeridian are neighbours: Taveuni in Fiji, which it cuts."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.coverage.coverage import nearest_straight_s, reach_straight
from geo.places.antimeridian import beside, beside_area, between_lon, cut, middle_lon, wrapped
from geo.places.geodesic import geodesic_m
from geo.streets.network_builder import build_network
from geo.streets.pace import DEFAULT_WALK_SPEED_M_S, DETOUR_FACTOR
from geo.streets.street_pieces import piece_lines, street_pieces
from geo.walking.walk_time import walk_times
from registry.directory import Directory
from registry.models import Aed

LON, LAT = np.array([179.995, 179.999, -179.999, -179.995]), np.full(4, -16.8)


@given(st.floats(-180, 180), st.lists(st.floats(-80, 80), min_size=1, max_size=9))
def test_the_middle_is_where_it_would_be_elsewhere(lon0: float, offsets: list[float]) -> None:
    lon = wrapped(lon0 + np.array(offsets))

    assert -180.0 <= middle_lon(lon) <= 180.0
    assert beside(np.array([middle_lon(lon)]), lon0)[0] - lon0 == pytest.approx(np.median(offsets), abs=1e-9)
    half_way = (min(offsets) + max(offsets)) / 2
    assert beside(np.array([between_lon(lon)]), lon0)[0] - lon0 == pytest.approx(half_way, abs=1e-9)


def test_an_area_is_cut_and_laid_together_again() -> None:
    whole = shapely.box(179.9, -17.0, 180.3, -16.7)

    halves = cut(whole)

    assert halves.bounds == (-180.0, -17.0, 180.0, -16.7)
    assert halves.area == pytest.approx(whole.area)
    assert len(shapely.get_parts(halves)) == 2
    assert beside_area(halves, 179.95).bounds == pytest.approx(whole.bounds)
    assert cut(shapely.box(1.0, 1.0, 2.0, 2.0)) == shapely.box(1.0, 1.0, 2.0, 2.0)


def test_streets_on_both_sides_are_one_network() -> None:
    network, _ = build_network(node_lon=LON, node_lat=LAT, edge_from=np.array([0, 1, 2]), edge_to=np.array([1, 2, 3]))

    times = walk_times(network, network.snap_one(179.9995, -16.8), network.snap(LON, LAT), budget_s=900.0)

    pieces = street_pieces(network)
    lines = piece_lines(network, pieces)
    assert np.abs(pieces.middle.lon).max() <= 180.0
    assert (
        np.abs(np.diff(lines.lon)[np.diff(np.repeat(np.arange(len(pieces)), np.diff(lines.first))) == 0]).max() < 0.01
    )
    metres = geodesic_m(179.9995, -16.8, LON, LAT)
    assert times == pytest.approx(metres / DEFAULT_WALK_SPEED_M_S, rel=0.01)


def test_without_streets_an_aed_across_the_line_is_as_near_as_it_is() -> None:
    aed = np.array([179.9995]), np.array([-16.8])
    walk_s = geodesic_m(aed[0][0], aed[1][0], LON, LAT) * DETOUR_FACTOR / DEFAULT_WALK_SPEED_M_S

    found = reach_straight(*aed, LON, LAT, limit_s=300.0)

    assert np.diff(found.first).tolist() == (walk_s <= 300.0).astype(int).tolist() == [0, 1, 1, 0]
    assert nearest_straight_s(*aed, LON, LAT) == pytest.approx(walk_s, rel=1e-5)


def test_the_registry_finds_an_aed_across_the_line() -> None:
    aeds = [
        Aed(aed_id=f"a{at}", lon=float(lon), lat=-16.8, time_zone="Pacific/Fiji", opening_hours="24/7")
        for at, lon in enumerate(LON)
    ]

    found = Directory(aeds, []).nearest_aeds(-179.9995, -16.8, 2)

    assert {aed.aed_id for aed, _ in found} == {"a1", "a2"}
