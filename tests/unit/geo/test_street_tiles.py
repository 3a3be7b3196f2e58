"""Vector tiles of streets and districts: what another reader finds in them lies where the network's streets do."""

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.streets.network_builder import build_network
from geo.streets.walk_network import EdgeFlag, WalkNetwork
from geo.tiles.district_tiles import DistrictSheet
from geo.tiles.street_tiles import PLAIN_STEPS, prepare_streets
from geo.tiles.tile_format import Layer, Shape, encode_tile
from geo.tiles.tile_grid import BUFFER, EXTENT, TileAddress
from tests.support.tiles import decoded, in_degrees, step_m, tile_at, tiles_around
from tests.unit.geo.walk_worlds import LAT0, LON0, degrees, network_of, networks

DEVIATION_STEPS = PLAIN_STEPS + 1.0
"""Of a line that was bent straight and then put on the grid."""


def on_plane(network: WalkNetwork, geometry: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(geometry, lambda xy: np.column_stack(network.plane.to_plane(xy[:, 0], xy[:, 1])))


def streets_of(network: WalkNetwork) -> shapely.MultiLineString:
    lines = [
        shapely.LineString(np.column_stack((network.shape_x[a:b], network.shape_y[a:b])))
        for a, b in itertools.pairwise(network.shape_start)
    ]
    return shapely.MultiLineString([line for line in lines if line.length > 0])


def drawn(network: WalkNetwork, zoom: int) -> shapely.Geometry:
    """All that the tiles of one zoom show, in plane metres."""
    sheet = prepare_streets(network)
    parts = []
    for tile in tiles_around(network.bounds, zoom):
        read = decoded(encode_tile([sheet.layer(tile)]))
        parts += [on_plane(network, in_degrees(line, tile)) for line, _ in read.get("streets", [])]
    return shapely.union_all(parts)


@given(network=networks(), zoom=st.integers(12, 16))
@settings(deadline=None, max_examples=60)
def test_streets_are_drawn_where_they_are_and_all_of_them(network: WalkNetwork, zoom: int) -> None:
    limit_m = DEVIATION_STEPS * step_m(TileAddress(zoom, 0, 0), LAT0)
    streets, shown = streets_of(network), drawn(network, zoom)

    assert shown.difference(streets.buffer(limit_m)).length == pytest.approx(0.0, abs=1e-6)
    # What is shorter than a step of the grid may be left out.
    assert streets.difference(shown.buffer(2 * limit_m)).length == pytest.approx(0.0, abs=1e-6)


def named_network(names: list[str], length_m: float, *, apart_m: float = 400.0) -> WalkNetwork:
    """One long street after the other, each cut into ten by crossings; the first is the longest."""
    places, edges, street = [], [], []
    for number in range(len(names)):
        own_m = length_m * (1.0 - 0.4 * number / len(names))
        for part in range(11):
            places.append((part * own_m / 10, number * apart_m))
            if part:
                edges.append((len(places) - 2, len(places) - 1))
                street.append(number)
    lon, lat = degrees(np.array(places, float))
    network, _ = build_network(
        node_lon=lon,
        node_lat=lat,
        edge_from=np.array([a for a, _ in edges]),
        edge_to=np.array([b for _, b in edges]),
        street=np.array(street),
        street_names=names,
        min_island_m=0.0,
    )
    return network


def test_a_street_is_one_line_with_its_name_however_many_crossings_it_has() -> None:
    network = named_network(["中原路", "嵩山路"], 900.0)
    tile = tile_at(*(float(value[0]) for value in degrees(np.array([[450.0, 200.0]]))), 14)

    lines = decoded(encode_tile([prepare_streets(network).layer(tile)]))["streets"]

    assert sorted(tags["name"] for _, tags in lines) == ["中原路", "嵩山路"]
    assert all(tags["kind"] == "main" and tags["stairs"] is False for _, tags in lines)


def test_the_farther_away_the_fewer_streets_and_the_longest_stay() -> None:
    network = named_network([f"第{number}大街" for number in range(60)], 20_000.0)
    sheet = prepare_streets(network)
    names: list[set[str]] = []
    for zoom in range(10, 15):
        found = [decoded(encode_tile([sheet.layer(tile)])) for tile in tiles_around(network.bounds, zoom)]
        names.append({tags["name"] for read in found for _, tags in read.get("streets", [])})

    assert all(fewer < more for fewer, more in itertools.pairwise(names))
    assert "第0大街" in names[0]
    assert len(names[-1]) == 60
    assert 4 <= len(names[0]) <= 6


def test_stairs_and_private_ground_are_told_apart() -> None:
    flags = [EdgeFlag.STEPS, EdgeFlag.PRIVATE, EdgeFlag(0)]
    network = network_of([(0, 0), (200, 0), (200, 200), (0, 200)], [(0, 1), (2, 3), (1, 2)], flags=flags)

    sheet = prepare_streets(network)
    read = [decoded(encode_tile([sheet.layer(tile)])) for tile in tiles_around(network.bounds, 16)]
    found = {(tags["kind"], tags["stairs"]) for one in read for _, tags in one.get("streets", [])}

    assert found == {("steps", True), ("private", False), ("path", False)}


def test_a_line_ends_a_little_beyond_its_tile() -> None:
    network = network_of([(-90_000, 0), (90_000, 0)], [(0, 1)])
    tile = tile_at(LON0, LAT0, 14)

    [(line, _)] = decoded(encode_tile([prepare_streets(network).layer(tile)]))["streets"]

    assert (line.bounds[0], line.bounds[2]) == (-BUFFER, EXTENT + BUFFER)


def test_where_there_is_nothing_the_tile_is_empty() -> None:
    network = network_of([(0, 0), (100, 0)], [(0, 1)])

    assert encode_tile([prepare_streets(network).layer(tile_at(LON0 + 1.0, LAT0, 14))]) == b""


def test_districts_come_with_their_holes_and_one_name_each() -> None:
    ring = shapely.box(113.50, 34.60, 113.70, 34.80).difference(shapely.box(113.58, 34.68, 113.62, 34.72))
    inner = shapely.box(113.58, 34.68, 113.62, 34.72)
    sheet = DistrictSheet.of(["外区", "内区"], [ring, inner])
    areas: dict[str, list[shapely.Geometry]] = {"外区": [], "内区": []}
    names = []
    for tile in tiles_around((113.5, 34.6, 113.7, 34.8), 11):
        read = decoded(encode_tile(sheet.layers(tile)))
        for area, tags in read.get("districts", []):
            inside = area.intersection(shapely.box(0, 0, EXTENT, EXTENT))
            areas[tags["name"]].append(in_degrees(inside, tile))
        names += [tags["name"] for _, tags in read.get("district_names", [])]

    assert sorted(names) == ["内区", "外区"]
    for name, area in (("外区", ring), ("内区", inner)):
        assert shapely.union_all(areas[name]).symmetric_difference(area).area < 0.005 * area.area


def test_another_reader_finds_the_very_steps_and_tags_that_were_written() -> None:
    line = shapely.LineString([(0, 0), (100, -40), (100, -40), (5000, 4095)])
    point = shapely.Point(7, 9)
    written = encode_tile(
        [
            Layer(name="a", shape=Shape.LINE, geometry=[line, line], tags=[{"name": "路", "stairs": True}, {}]),
            Layer(name="b", shape=Shape.POINT, geometry=[point], tags=[{"name": "路"}]),
            Layer(name="c", shape=Shape.LINE, geometry=[], tags=[]),
        ]
    )

    read = decoded(written)

    assert list(read) == ["a", "b"]
    assert read["a"][0] == (shapely.LineString([(0, 0), (100, -40), (5000, 4095)]), {"name": "路", "stairs": True})
    assert read["a"][1][1] == {}
    assert read["b"] == [(point, {"name": "路"})]
