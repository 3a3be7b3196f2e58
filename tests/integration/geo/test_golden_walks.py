"""Walking lengths against an independent router, on a whole country's streets."""

import csv
from pathlib import Path

import numpy as np
import pytest

from geo.streets.osm import build_from_osm
from geo.streets.walk_network import WalkNetwork
from geo.walking.walk_time import find_route

TOLERANCE = 0.05


@pytest.fixture(scope="module")
def liechtenstein(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> WalkNetwork:
    path = tmp_path_factory.mktemp("networks") / "liechtenstein.net"
    network, summary = build_from_osm(shared_data / "liechtenstein" / "liechtenstein-2024.osm.pbf")
    assert summary.nodes > 10_000
    network.save(path)
    return WalkNetwork.load(path)


def test_lengths_agree_with_routino_for_95_in_100_pairs(liechtenstein: WalkNetwork, shared_data: Path) -> None:
    with (shared_data / "liechtenstein" / "walk_distance_golden.csv").open(encoding="utf-8", newline="") as file:
        pairs = list(csv.DictReader(file))

    errors = []
    for pair in pairs:
        start = liechtenstein.snap_one(float(pair["from_lon"]), float(pair["from_lat"]))
        end = liechtenstein.snap_one(float(pair["to_lon"]), float(pair["to_lat"]))
        route = find_route(liechtenstein, start, end)
        errors.append(abs(route.length_m / float(pair["routino_foot_shortest_m"]) - 1.0) if route else np.inf)

    assert len(errors) == 124
    assert np.mean(np.array(errors) <= TOLERANCE) >= 0.95


def test_the_network_says_where_it_comes_from(liechtenstein: WalkNetwork) -> None:
    assert liechtenstein.name == "liechtenstein-2024"
    assert "2024-03-04" in liechtenstein.source
    assert "ODbL" in liechtenstein.attribution
    assert liechtenstein.bounds == pytest.approx((9.47, 47.05, 9.64, 47.27), abs=0.05)
