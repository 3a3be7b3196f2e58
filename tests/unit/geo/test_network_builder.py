"""Building: lengths, order, islands, and what cannot be built."""

import numpy as np
import pytest

from geo.places.geodesic import geodesic_m
from geo.streets.network_builder import EmptyNetwork, build_network
from geo.streets.walk_network import EdgeFlag
from tests.unit.geo.walk_worlds import at, degrees, network_of


def test_lengths_are_measured_on_the_ellipsoid_along_the_bends() -> None:
    network = network_of([(0, 0), (200, 0)], [(0, 1)], bends=[[(0, 100), (200, 100)]])

    lon, lat = degrees(np.array([(0, 0), (0, 100), (200, 100), (200, 0)], float))
    assert network.edge_length_m[0] == pytest.approx(geodesic_m(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum(), rel=1e-6)
    assert network.length_km == pytest.approx(0.4, rel=0.01)


def test_a_fragment_is_left_out_and_places_beside_it_snap_to_the_main_network() -> None:
    places = [(0, 0), (3_000, 0), (100, 60), (200, 60)]
    lon, lat = degrees(np.array(places, float))

    network, summary = build_network(
        node_lon=lon, node_lat=lat, edge_from=np.array([0, 2]), edge_to=np.array([1, 3]), street=None
    )

    assert (summary.fragments, summary.islands, network.edge_count) == (1, 0, 1)
    assert summary.fragments_km == pytest.approx(0.1, rel=0.01)
    assert at(network, 150, 60).distance_m == pytest.approx(60.0, abs=0.5)


def test_an_island_is_kept_and_taken_where_the_main_network_is_much_farther() -> None:
    network = network_of([(0, 0), (3_000, 0), (0, 100), (2_500, 100)], [(0, 1), (2, 3)], min_island_m=2_000.0)

    beside_main, beside_island = at(network, 500, 30), at(network, 500, 99)

    assert not network.edge_flags[beside_main.edge] & EdgeFlag.ISLAND
    assert network.edge_flags[beside_island.edge] & EdgeFlag.ISLAND
    assert not network.edge_flags[at(network, 500, 60).edge] & EdgeFlag.ISLAND


def test_neighbours_on_the_ground_are_neighbours_in_memory() -> None:
    side = 32
    raster = [(100.0 * (i % side), 100.0 * (i // side)) for i in range(side * side)]
    shuffled = np.random.default_rng(3).permutation(side * side)
    place = np.argsort(shuffled)
    edges = [(place[i], place[i + 1]) for i in range(side * side - 1) if i % side < side - 1]
    edges += [(place[i], place[i + side]) for i in range(side * (side - 1))]

    network = network_of([raster[i] for i in shuffled], edges)

    apart = np.abs(network.edge_from - network.edge_to)
    assert np.median(apart) <= 4


def test_streets_keep_their_names() -> None:
    lon, lat = degrees(np.array([(0, 0), (100, 0), (200, 0)], float))

    network, _ = build_network(
        node_lon=lon,
        node_lat=lat,
        edge_from=np.array([0, 1]),
        edge_to=np.array([1, 2]),
        street=np.array([-1, 0]),
        street_names=["经三路"],
    )

    assert sorted(network.street_name(edge) for edge in range(2)) == ["", "经三路"]


def test_no_street_is_an_error_that_says_what_to_check() -> None:
    none = np.empty(0, np.int64)

    with pytest.raises(EmptyNetwork, match="no street that a walker may use in nowhere"):
        build_network(
            node_lon=np.array([1.0]), node_lat=np.array([1.0]), edge_from=none, edge_to=none, source="nowhere"
        )
