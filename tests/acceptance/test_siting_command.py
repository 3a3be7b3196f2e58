"""`rescue-circle siting` as a planner uses it: figures that can be worked out otherwise, and what is refused."""

import csv
import json
from itertools import combinations
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas
import pytest

from geo.places.geodesic import geodesic_m
from geo.streets.pace import DETOUR_FACTOR
from geo.streets.street_pieces import street_pieces
from geo.streets.walk_network import WalkNetwork
from geo.walking.walk_time import walk_times
from tests.support.command import command
from tests.support.town import Town, place

DAY = "2025-03-05T14:00+08:00"
SPEED_M_S = 1.4


def siting(folder: Path, *arguments: str) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The summary and the rows of sites.csv."""
    done = command("siting", "-o", "out", *arguments, folder=folder)
    assert done.returncode == 0, done.stderr
    summary = json.loads((folder / "out" / "summary.json").read_text(encoding="utf-8"))
    with (folder / "out" / "sites.csv").open(encoding="utf-8-sig", newline="") as file:
        return summary, list(csv.DictReader(file))


def points(folder: Path, name: str, places: list[tuple[float, float]], weights: list[float] | None = None) -> str:
    rows = [
        f"{lon:.7f},{lat:.7f}" + (f",{weights[index]:g}" if weights else "") for index, (lon, lat) in enumerate(places)
    ]
    header = "lon_wgs84,lat_wgs84" + (",weight" if weights else "")
    (folder / name).write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return name


def scattered(count: int, seed: int) -> list[tuple[float, float]]:
    return [place(east, north) for east, north in np.random.default_rng(seed).uniform(-700, 700, (count, 2))]


def test_what_is_covered_afterwards_is_what_can_fetch_from_an_open_aed_or_a_new_site(
    town: Town, tmp_path: Path
) -> None:
    streets = ["--network", str(town.network), "--aeds", str(town.aeds), "--aed-datum", "wgs84", "--at", DAY]
    summary, rows = siting(tmp_path, *streets, "--count", "4", "--minutes", "3", "--time-limit-s", "20")

    network = WalkNetwork.load(town.network)
    pieces = street_pieces(network)
    near = np.zeros(len(pieces), np.bool_)
    covered = []
    for lon, lat in [place(60, 60), *((float(row["lon"]), float(row["lat"])) for row in rows)]:
        start = network.snap_one(lon, lat)
        near |= walk_times(network, start, pieces.middle, budget_s=90.0) <= 90.0
        covered.append(pieces.length_m[near].sum())
    assert summary["count"] == len(rows) == 4
    assert summary["covered_after"] == pytest.approx(covered[-1], rel=2e-3)
    assert [float(row["covered_so_far"]) for row in rows[:-1]] == pytest.approx(covered[1:-1], rel=2e-3)
    assert summary["covered_before"] < summary["covered_after"] <= summary["upper_bound"]
    assert summary["gap"] == pytest.approx(1 - summary["covered_after"] / summary["upper_bound"], abs=1e-6)
    assert {"sites.geojson", "siting.gpkg", "map.png", "report.html"} <= {path.name for path in tmp_path.glob("out/*")}


def test_without_streets_the_best_of_the_given_places_is_found_and_the_figures_are_called_estimates(
    tmp_path: Path,
) -> None:
    homes, places = scattered(60, seed=1), scattered(9, seed=2)
    weights = [float(1 + index % 7) for index in range(60)]
    files = [
        *("--demand", points(tmp_path, "homes.csv", homes, weights)),
        *("--candidates", points(tmp_path, "places.csv", places)),
    ]
    summary, rows = siting(tmp_path, *files, "--aeds", "none", "--count", "3", "--one-way", "--at", DAY)

    lon, lat = np.round(np.array(homes).T, 7)
    reach_m = 4 * 60 * SPEED_M_S / DETOUR_FACTOR
    covers = np.array([geodesic_m(*np.round(one, 7), lon, lat) <= reach_m for one in places])
    best = max(
        np.array(weights)[covers[list(chosen)].any(axis=0)].sum() for chosen in combinations(range(len(places)), 3)
    )
    assert summary["covered_after"] == summary["upper_bound"] == best
    assert (summary["gap"], summary["covered_before"], summary["network"]) == (0.0, 0.0, None)
    assert any("as the crow flies x 1.4" in note for note in summary["notes"])
    assert [int(row["rank"]) for row in rows] == [1, 2, 3]


def test_places_to_recruit_in_come_ranked_with_the_nearest_practice_station(town: Town, tmp_path: Path) -> None:
    homes = [place(-300, 0), place(-300, 20), place(420, 300)]
    stations = "name,lon_wgs84,lat_wgs84\n" + "".join(
        f"{name},{lon},{lat}\n" for name, (lon, lat) in {"西站": place(-400, 0), "东站": place(500, 300)}.items()
    )
    (tmp_path / "stations.csv").write_text(stations, encoding="utf-8")
    files = ["--demand", points(tmp_path, "homes.csv", homes), "--stations", "stations.csv"]
    summary, rows = siting(tmp_path, "--network", str(town.network), "--recruit", *files, "--count", "2")

    assert summary["purpose"] == "rescuers"
    assert summary["there_and_back"] is False
    assert [(float(row["adds"]), row["practice_station"]) for row in rows] == [(2.0, "西站"), (1.0, "东站")]


def test_residents_on_a_grid_coarser_than_the_reach_are_called_coarse(tmp_path: Path) -> None:
    west, south, east, north = 113.0, 34.0, 113.0 + 1.0, 34.0 + 1.0
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    outline = {
        "type": "Feature",
        "properties": {"name": "中原区"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    (tmp_path / "outlines.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [outline]}))
    (tmp_path / "people.csv").write_text("unit,population\n中原区,1000000\n", encoding="utf-8")
    files = ["--demand", "people.csv", "--districts", "outlines.geojson", "--aeds", "none", "--time-limit-s", "3"]
    near, _ = siting(tmp_path, *files, "--count", "2", "--minutes", "4")
    homes = ["--demand", points(tmp_path, "homes.csv", [(113.5, 34.5), (113.6, 34.5)])]
    recorded, _ = siting(tmp_path, *files, *homes, "--count", "2", "--minutes", "4")
    far, _ = siting(tmp_path, *files, "--count", "2", "--minutes", "30")

    assert any("overstated" in note for note in near["notes"])
    assert not any("overstated" in note for note in (*far["notes"], *recorded["notes"]))
    assert far["covered_after"] > near["covered_after"] > 0


@pytest.mark.parametrize("kind", ["csv", "gpkg"])
def test_sites_keep_the_ids_and_names_of_their_candidates_and_idle_ones_are_said(tmp_path: Path, kind: str) -> None:
    homes = [place(0, 0), place(400, 0), place(800, 0)]
    table = {
        "编号": ["K-9", "K-3", "K-7", "K-1"],
        "名称": ["河边", "市民中心", "=图书馆", "仓库"],
        "population": ["", "n/a", "-5", "12"],
    }
    places = [place(5000, 0), place(400, 10), place(0, 10), place(6000, 0)]
    lonlat = {"lon": [lon for lon, _ in places], "lat": [lat for _, lat in places]}
    if kind == "csv":
        pandas.DataFrame({**table, **lonlat}).to_csv(tmp_path / "places.csv", index=False)
    else:
        shapes = gpd.points_from_xy(*lonlat.values())
        gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326").to_file(tmp_path / "places.gpkg", layer="draft")
        gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326").to_file(tmp_path / "places.gpkg", layer="agreed")
    given = ["--candidates", f"places.{kind}", *(["--candidate-layer", "agreed"] if kind == "gpkg" else [])]

    summary, rows = siting(
        tmp_path,
        *("--demand", points(tmp_path, "homes.csv", homes), *given, "--candidate-datum", "wgs84"),
        *("--aeds", "none", "--count", "3", "--one-way", "--minutes", "2", "--at", DAY),
    )

    assert [(row["candidate_id"], row["name"]) for row in rows[:2]] == [("K-3", "市民中心"), ("K-7", "'=图书馆")]
    assert [float(row["adds"]) for row in rows] == [1.0, 1.0, 0.0]
    assert (summary["count"], summary["sites_that_add_nothing"]) == (3, 1)
    assert any("1 of the 3 sites add nothing: the first 2 cover all" in note for note in summary["notes"])
    layer = gpd.read_file(tmp_path / "out" / "siting.gpkg", layer="sites")
    assert list(layer["candidate_id"][:2]) == ["K-3", "K-7"]
    assert "市民中心" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--count", "7"], "only 6 candidates"),
        (["--count", "0"], "choose 1 to"),
        (["--demand", "negative.csv"], "from 0 up"),
        (["--demand", "empty.csv"], "demand is empty"),
        (["--candidates", "far.csv"], "none of the 2 candidates"),
        (["--at", "2025-03-05T14:00"], "no time zone"),
        (["--minutes", "0.1"], "allow more minutes"),
        (["--stations", "far.csv"], "--recruit"),
        (["--network", "nowhere.net"], "rescue-circle geo build"),
        (["--aeds", "registry.txt"], "registry.txt"),
    ],
)
def test_bad_input_is_refused_in_one_line_and_writes_nothing(
    town: Town, tmp_path: Path, arguments: list[str], says: str
) -> None:
    points(tmp_path, "homes.csv", scattered(20, seed=3))
    points(tmp_path, "places.csv", [place(30 + 60 * index, 333) for index in range(6)])
    points(tmp_path, "far.csv", [(7.0, 47.0), (7.1, 47.0)])
    points(tmp_path, "negative.csv", scattered(2, seed=4), [1.0, -2.0])
    points(tmp_path, "empty.csv", [])
    given = {
        "--network": str(town.network),
        "--demand": "homes.csv",
        "--candidates": "places.csv",
        "--aeds": "none",
        "--count": "2",
        **dict(zip(arguments[::2], arguments[1::2], strict=True)),
    }
    done = command("siting", "-o", "out", *(word for pair in given.items() for word in pair), folder=tmp_path)

    assert done.returncode == 2, done.stdout
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.glob("out/*"))
