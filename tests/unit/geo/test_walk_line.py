"""Many ways at once are the ways that are found one by one."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.places.geodesic import geodesic_m
from geo.streets.walk_network import WalkNetwork
from geo.walking.walk_line import find_route_lines
from geo.walking.walk_time import find_route
from tests.unit.geo.walk_worlds import network_of, networks, snaps_on


@given(data=st.data(), network=networks())
@settings(max_examples=60, deadline=None)
def test_each_line_is_the_quickest_walk_between_its_two_places(data: st.DataObject, network: WalkNetwork) -> None:
    places = data.draw(snaps_on(network, min_size=1, max_size=4))
    pairs = [(a, b) for a in range(len(places)) for b in range(len(places))]
    starts, ends = (places.take(np.array([pair[side] for pair in pairs])) for side in (0, 1))

    lines = find_route_lines(network, starts, ends)

    for index, (begin, end) in enumerate(pairwise(lines.stop.tolist())):
        route = find_route(network, starts[index], ends[index])
        assert np.isfinite(lines.length_m[index]) == (route is not None) == (end > begin)
        if route is None:
            continue
        lon, lat = network.plane.to_lonlat(lines.x_m[begin:end], lines.y_m[begin:end])
        assert lines.length_m[index] == pytest.approx(route.length_m, abs=0.01)
        assert _length(lon, lat) == pytest.approx(_length(route.lon, route.lat), abs=0.01)
        assert (lon[0], lat[0], lon[-1], lat[-1]) == pytest.approx(
            (route.lon[0], route.lat[0], route.lon[-1], route.lat[-1]), abs=1e-8
        )
        # Both have the same corners, whatever points lie on the straight between them.
        for at_lon, at_lat in zip(route.lon, route.lat, strict=True):
            assert geodesic_m(float(at_lon), float(at_lat), lon, lat).min() < 0.01


def test_no_pairs_are_no_lines() -> None:
    network = network_of([(0, 0), (100, 0)], [(0, 1)])
    nobody = network.snap(np.empty(0), np.empty(0))

    lines = find_route_lines(network, nobody, nobody)

    assert (lines.length_m.size, lines.x_m.size, lines.stop.tolist()) == (0, 0, [0])


def test_lines_of_many_points_are_whole() -> None:
    bends = [(float(number), float(number % 2)) for number in range(2_000)]
    network = network_of(bends, [(number, number + 1) for number in range(len(bends) - 1)])
    both = network.snap(network.node_lon, network.node_lat)
    far_apart = np.array([int(np.argmin(network.node_lon)), int(np.argmax(network.node_lon))])

    lines = find_route_lines(network, both.take(far_apart[:1]), both.take(far_apart[1:]))

    assert lines.x_m.size >= len(bends)
    assert lines.length_m[0] == pytest.approx((len(bends) - 1) * np.sqrt(2.0), rel=1e-4)


def _length(lon: np.ndarray, lat: np.ndarray) -> float:
    return float(geodesic_m(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum())
