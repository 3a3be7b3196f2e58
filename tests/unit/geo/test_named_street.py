"""The nearest street with a name, against a look at every street."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.streets.named_street import find_named_street
from geo.streets.network_builder import build_network
from geo.streets.walk_network import WalkNetwork
from tests.unit.geo.walk_worlds import degrees

BLOCK_M = 90.0
SIDE = 5


def grid_of(names: list[str]) -> tuple[WalkNetwork, dict[str, shapely.Geometry]]:
    """A grid whose first streets bear these names, and each name's lines in the network's plane."""
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(SIDE) * BLOCK_M, np.arange(SIDE) * BLOCK_M))
    lon, lat = degrees(np.column_stack((x, y)))
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    pairs = [*zip(number[:, :-1].ravel(), number[:, 1:].ravel(), strict=True)]
    pairs += zip(number[:-1].ravel(), number[1:].ravel(), strict=True)
    street = np.full(len(pairs), -1)
    street[: len(names)] = np.arange(len(names))
    network, _ = build_network(
        node_lon=lon,
        node_lat=lat,
        edge_from=np.array([a for a, _ in pairs]),
        edge_to=np.array([b for _, b in pairs]),
        street=street,
        street_names=names,
        name="grid",
    )
    plane_x, plane_y = network.plane.to_plane(lon, lat)
    lines = {
        name: shapely.LineString([(plane_x[a], plane_y[a]), (plane_x[b], plane_y[b])])
        for name, (a, b) in zip(names, pairs, strict=False)
    }
    return network, lines


@given(
    count=st.integers(1, 6),
    x=st.floats(-200, 600),
    y=st.floats(-200, 600),
    limit_m=st.sampled_from([15.0, 150.0, 900.0]),
)
@settings(deadline=None)
def test_nameless_ways_are_passed_over_up_to_the_limit(count: int, x: float, y: float, limit_m: float) -> None:
    network, lines = grid_of([f"第{number}街" for number in range(count)])
    lon, lat = (float(axis[0]) for axis in degrees(np.array([[x, y]])))
    point = shapely.Point(*(float(axis[0]) for axis in network.plane.to_plane(np.array([lon]), np.array([lat]))))
    far_m = {name: line.distance(point) for name, line in lines.items()}

    found = find_named_street(network, lon, lat, limit_m=limit_m)

    if found is None:
        assert min(far_m.values()) > limit_m - 0.02
    else:
        assert found.distance_m == pytest.approx(min(far_m.values()), abs=0.02)
        assert far_m[found.name] == pytest.approx(found.distance_m, abs=0.02)
