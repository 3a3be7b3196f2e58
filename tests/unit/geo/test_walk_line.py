"""Many ways at once are the ways that are found one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.projection import geodesic_m
from geo.walk_line import find_route_lines
from geo.walk_network import WalkNetwork
from geo.walk_time import find_route
from tests.unit.geo.walk_worlds import network_of, networks, snaps_on


@given(data=st.data(), network=networks())
@settings(max_examples=60, deadline=None)
def test_each_line_is_the_quickest_walk_between_its_two_places(data: st.DataObject, network: WalkNetwork) -> None:
    places = data.draw(snaps_on(network, min_size=1, max_size=4))
    pairs = [(a, b) for a in range(len(places)) for b in range(len(places))]
    starts, ends = (places.take(np.array([pair[side] for pair in pairs])) for side in (0, 1))

    lines = find_route_lines(network, starts, ends)

    for index, line in enumerate(lines):
        route = find_route(network, starts[index], ends[index])
        assert (line is None) == (route is None)
        if line is None or route is None:
            continue
        assert line.length_m == pytest.approx(route.length_m, abs=0.01)
        assert _length(line.lon, line.lat) == pytest.approx(_length(route.lon, route.lat), abs=0.01)
        ends_of = [(way.lon[0], way.lat[0], way.lon[-1], way.lat[-1]) for way in (line, route)]
        assert ends_of[0] == pytest.approx(ends_of[1], abs=1e-8)


def test_no_pairs_are_no_lines() -> None:
    network = network_of([(0, 0), (100, 0)], [(0, 1)])
    nobody = network.snap(np.empty(0), np.empty(0))

    assert find_route_lines(network, nobody, nobody) == []


def _length(lon: np.ndarray, lat: np.ndarray) -> float:
    return float(geodesic_m(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum())
