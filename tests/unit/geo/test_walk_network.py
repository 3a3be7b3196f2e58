"""The network's file, and snapping, against a look at every street."""

import itertools
import os
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.streets.network_builder import ISLAND_HANDICAP_M
from geo.streets.walk_network import (
    CorruptNetwork,
    EdgeFlag,
    ForeignNetworkFile,
    NotOnNetwork,
    WalkNetwork,
)
from geo.walking.walk_time import walk_times
from tests.unit.geo.walk_worlds import at, degrees, network_of, networks

IN_TMP_PATH = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def lines_of(network: WalkNetwork) -> list[shapely.LineString]:
    start = network.shape_start
    return [
        shapely.LineString(np.column_stack((network.shape_x[a:b], network.shape_y[a:b])))
        for a, b in itertools.pairwise(start)
    ]


@given(network=networks(), x=st.integers(-250, 750), y=st.integers(-250, 750), limit_m=st.sampled_from([20.0, 200.0]))
@settings(deadline=None)
def test_a_place_snaps_to_the_nearest_part_of_a_street(network: WalkNetwork, x: int, y: int, limit_m: float) -> None:
    lon, lat = degrees(np.array([[x, y]], float))
    lines, point = lines_of(network), shapely.Point(*(value[0] for value in network.plane.to_plane(lon, lat)))
    far = np.where(network.edge_flags & EdgeFlag.GATE, np.inf, [line.distance(point) for line in lines])
    island = (network.edge_flags & EdgeFlag.ISLAND) != 0
    main_m, island_m = far[~island].min(), far[island].min(initial=np.inf)
    expected_m = island_m if main_m > min(limit_m, island_m + ISLAND_HANDICAP_M) else main_m

    snap = network.snap(lon, lat, limit_m=limit_m)[0]

    if snap.edge < 0:
        assert min(main_m, island_m) > limit_m - 0.01
        return
    assert snap.distance_m == pytest.approx(expected_m, abs=0.01)
    touched = lines[snap.edge].interpolate(snap.fraction, normalized=True)
    assert touched.distance(point) == pytest.approx(snap.distance_m, abs=0.11)


def test_a_place_beyond_the_limit_is_off_the_network() -> None:
    network = network_of([(0, 0), (100, 0)], [(0, 1)])

    assert network.snap(network.node_lon + 1.0, network.node_lat).on_network.tolist() == [False, False]
    with pytest.raises(NotOnNetwork, match="no street within 200 m"):
        network.snap_one(114.6, 34.7)
    with pytest.raises(NotOnNetwork, match="no street within 5 m"):
        network.snap_one(*(float(value[0]) for value in degrees(np.array([[50.0, 20.0]]))), limit_m=5.0)


@pytest.mark.parametrize(("lon", "lat"), [(np.nan, 34.7), (113.6, np.inf), (-66.4, -34.7), (0.0, 90.0), (1e300, 0.0)])
@pytest.mark.filterwarnings("ignore:invalid value encountered", "ignore:overflow encountered")
def test_no_position_on_earth_and_none_at_all_hangs_or_crashes(lon: float, lat: float) -> None:
    network = network_of([(0, 0), (100, 0)], [(0, 1)])

    assert network.snap(lon, lat).edge.tolist() == [-1]


def test_a_bent_street_is_snapped_to_along_its_bends() -> None:
    network = network_of([(0, 0), (200, 0)], [(0, 1)], bends=[[(0, 100), (200, 100)]])

    snap = at(network, 100, 90)

    assert snap.distance_m == pytest.approx(10.0, abs=0.1)
    assert snap.fraction == pytest.approx(0.5, abs=0.001)


@given(network=networks())
@IN_TMP_PATH
def test_a_saved_network_loads_as_it_was(network: WalkNetwork, tmp_path: Path) -> None:
    network.save(tmp_path / "city.net")

    loaded = WalkNetwork.load(tmp_path / "city.net")

    for field, value in network._arrays().items():
        again = getattr(loaded, field)
        assert again.dtype == value.dtype
        assert (again == value).all()
    assert (loaded.bounds, loaded.plane, loaded.grid) == (network.bounds, network.plane, network.grid)
    assert (loaded.name, loaded.snap_limit_m, loaded.length_km) == ("test", network.snap_limit_m, network.length_km)
    places = loaded.snap(loaded.node_lon, loaded.node_lat)
    times = [walk_times(one, places[0], places, budget_s=1e6) for one in (network, loaded)]
    assert (times[0] == times[1]).all()


@given(position=st.floats(0.0, 1.0, exclude_max=True), bit=st.integers(0, 7))
@IN_TMP_PATH
def test_any_flipped_bit_is_noticed(position: float, bit: int, tmp_path: Path) -> None:
    path = tmp_path / "city.net"
    network_of([(0, 0), (100, 0)], [(0, 1)]).save(path)
    content = bytearray(path.read_bytes())
    content[int(position * len(content))] ^= 1 << bit
    path.write_bytes(content)

    with pytest.raises((CorruptNetwork, ForeignNetworkFile), match="rescue-circle geo build"):
        WalkNetwork.load(path)


@given(share=st.floats(0.0, 1.0, exclude_max=True))
@IN_TMP_PATH
def test_a_file_cut_short_is_noticed(share: float, tmp_path: Path) -> None:
    path = tmp_path / "city.net"
    network_of([(0, 0), (100, 0)], [(0, 1)]).save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])

    with pytest.raises((CorruptNetwork, ForeignNetworkFile), match="rescue-circle geo build"):
        WalkNetwork.load(path)


def test_a_file_of_another_kind_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("this is no network, whatever its name")

    with pytest.raises(ForeignNetworkFile, match="is not a walk network: build one"):
        WalkNetwork.load(path)


def test_an_interrupted_save_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, path = network_of([(0, 0), (100, 0)], [(0, 1)]), tmp_path / "city.net"
    network.save(path)
    before = path.read_bytes()

    def interrupt(_handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        network_of([(0, 0), (500, 0)], [(0, 1)]).save(path)

    assert [entry.name for entry in tmp_path.iterdir()] == ["city.net"]
    assert path.read_bytes() == before


def test_a_network_cannot_be_changed() -> None:
    network = network_of([(0, 0), (100, 0)], [(0, 1)])

    with pytest.raises(ValueError, match="read-only"):
        network.edge_length_m[0] = 1.0
