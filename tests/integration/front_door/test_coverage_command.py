"""`rescue-circle coverage` on a small town: its figures, and one clear line for each kind of bad input."""

import csv
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.places.geodesic import geodesic_m
from geo.streets.street_pieces import street_pieces
from geo.streets.walk_network import WalkNetwork
from geo.walking.walk_time import walk_times
from tests.support.command import command
from tests.support.town import Town, place

NIGHT, DAY = "2025-03-05T03:00+08:00", "2025-03-05T14:00+08:00"


def coverage(folder: Path, *arguments: str, refused: bool = False) -> dict[str, object]:
    """The summary; where it is refused, what was said."""
    done = command("coverage", "-o", "out", *arguments, folder=folder)
    if refused:
        assert done.returncode == 2, done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
        assert not list(folder.glob("out/*"))
        return {"said": done.stderr}
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads((folder / "out" / "summary.json").read_text(encoding="utf-8"))
    return found


def asked(town: Town, *more: str) -> list[str]:
    """The town's streets and AEDs by day."""
    return ["--network", str(town.network), *aeds_of(town), "--at", DAY, *more]


def aeds_of(town: Town) -> list[str]:
    # China's own datum is WGS-84 to a planner too.
    return ["--aeds", str(town.aeds), "--aed-datum", "CGCS2000"]


def rescuers_of(town: Town) -> list[str]:
    return ["--rescuers", str(town.rescuers), "--rescuer-datum", "wgs84"]


def districts_in(folder: Path, **corners: tuple[tuple[float, float], tuple[float, float]]) -> str:
    """A file of upright rectangles by name; of each the south-western and the north-eastern corner in metres."""
    features = []
    for name, ((west, south), (east, north)) in corners.items():
        ring = [list(place(*at)) for at in ((west, south), (east, south), (east, north), (west, north), (west, south))]
        shape = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {"name": name}, "geometry": shape})
    return written(folder, "districts.geojson", json.dumps({"type": "FeatureCollection", "features": features}))


def written(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return name


def test_the_streets_covered_are_those_with_an_open_aed_near(town: Town, tmp_path: Path) -> None:
    found = coverage(tmp_path, *asked(town, "--week", "--minutes", "3"))

    network = WalkNetwork.load(town.network)
    pieces = street_pieces(network)
    usable = network.snap(*np.array([place(60, 60)]).T)
    by_hand = walk_times(network, usable[0], pieces.middle, budget_s=90.0)
    assert found["minutes"] == 3.0
    assert found["demand"] == pytest.approx(pieces.length_m.sum(), rel=1e-3)
    covered = found["covered"]
    assert isinstance(covered, float | int)
    assert covered >= pieces.length_m[np.isfinite(by_hand)].sum() * (1 - 1e-3)
    assert covered < pieces.length_m.sum()
    assert found["unknown_hours_aeds"] == 1
    assert found["by_district"] == []
    hours = found["by_hour"]
    assert isinstance(hours, list)
    assert len(hours) == 168


def test_an_aed_that_is_closed_covers_nothing_at_night(town: Town, tmp_path: Path) -> None:
    lon, lat = place(60, 60)
    aeds = written(tmp_path, "aeds.csv", f"aed_id,lon_wgs84,lat_wgs84,opening_hours\na,{lon},{lat},Mo-Fr 08:00-18:00\n")
    streets = ["--network", str(town.network), "--aeds", aeds]

    by_day, by_night = (coverage(tmp_path, *streets, "--at", at) for at in (DAY, NIGHT))

    assert by_day["covered"] == by_day["covered_if_always_open"] == by_night["covered_if_always_open"]
    assert by_night["covered"] == 0.0
    assert "100.0% because places are closed" in str(by_night["notes"])


def test_people_rescuers_and_districts_are_counted(town: Town, tmp_path: Path) -> None:
    districts = districts_in(tmp_path, west=((-900, -900), (0, 900)), east=((0, -900), (900, 900)))
    people = written(tmp_path, "people.csv", "district,population\nwest,1000\neast,3000\n")

    found = coverage(tmp_path, *asked(town, "--demand", people, "--districts", districts, *rescuers_of(town)))

    assert found["demand"] == pytest.approx(4_000.0, abs=0.5)
    rows = found["by_district"]
    assert isinstance(rows, list)
    assert [(row["district"], round(row["demand"])) for row in rows[:2]] == [("west", 1_000), ("east", 3_000)]
    assert sum(row["covered"] for row in rows) == pytest.approx(found["covered"], abs=0.2)
    assert 0 < found["with_rescuer"] < 4_000  # type: ignore[operator]


def test_each_district_has_its_own_hours(town: Town, tmp_path: Path) -> None:
    day, night = (place(*at) for at in ((-450, 0), (450, 0)))
    aeds = written(
        tmp_path,
        "aeds.csv",
        f"aed_id,lon_wgs84,lat_wgs84,opening_hours\na,{day[0]},{day[1]},Mo-Fr 08:00-18:00\n"
        f"b,{night[0]},{night[1]},24/7\n",
    )
    districts = districts_in(tmp_path, west=((-900, -900), (0, 900)), east=((0, -900), (900, 800)))

    found = coverage(
        tmp_path,
        *("--network", str(town.network), "--aeds", aeds, "--at", NIGHT, "--week", "--districts", districts),
    )

    west, east, outside = (row["share_covered"] for row in found["by_district_and_hour"])  # type: ignore[attr-defined]
    working = [hour // 24 < 5 and 8 <= hour % 24 < 18 for hour in range(168)]
    assert [share > 0.0 for share in west] == working
    assert min(east) == max(east) > 0.0
    assert max(outside) == 0.0
    with (tmp_path / "out" / "districts_by_hour.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["district"] for row in rows] == ["west", "east", "outside all districts"]
    assert float(rows[0]["mon_08"]) == west[8] > float(rows[0]["sun_08"]) == 0.0
    demand = [float(row["demand"]) for row in rows]
    for row in found["by_hour"]:  # type: ignore[attr-defined]
        shares = (west[row["hour"]], east[row["hour"]], outside[row["hour"]])
        covered = sum(share * whole for share, whole in zip(shares, demand, strict=True))
        assert covered == pytest.approx(row["covered"], abs=1e-4 * sum(demand))


def test_without_streets_the_detour_factor_is_named(town: Town, tmp_path: Path) -> None:
    lon, lat = place(60, 60)
    calls = written(tmp_path, "calls.csv", f"id,lon,lat\n1,{lon},{lat}\n2,{lon + 0.1},{lat}\n")

    found = coverage(tmp_path, *aeds_of(town), "--at", DAY, "--demand", calls, "--demand-datum", "wgs84")

    assert (found["demand"], found["covered"]) == (2.0, 1.0)
    assert "as the crow flies x 1.4" in str(found["notes"])


def test_bad_input_is_refused_with_one_line_that_helps(town: Town, tmp_path: Path) -> None:
    streets = ["--network", str(town.network)]
    aeds = aeds_of(town)
    far = written(tmp_path, "far-aeds.csv", "aed_id,lon_wgs84,lat_wgs84\na,9.52,47.14\n")
    far_calls = written(tmp_path, "calls.csv", "id,lon_wgs84,lat_wgs84\n1,9.52,47.14\n")
    negative = written(tmp_path, "negative.csv", "lon_wgs84,lat_wgs84,weight\n113.665,34.757,-2\n")
    nothing = written(tmp_path, "zero.csv", "lon_wgs84,lat_wgs84,weight\n113.665,34.757,0\n")
    no_aeds = written(tmp_path, "aeds.geojson", '{"type": "FeatureCollection", "features": []}')
    people = written(tmp_path, "people.csv", "district,population\nwest,1000\n")
    cases = [
        ([*streets, *aeds, "--at", "2025-03-05T03:00"], "has no time zone"),
        ([*streets, *aeds, "--at", "tonight"], "is no time"),
        ([*streets, "--aeds", far, "--at", DAY], "give the network of their city"),
        ([*streets, *aeds, "--at", DAY, "--demand", far_calls], "is the network of another city"),
        ([*streets, *aeds, "--at", DAY, "--demand", negative], "weights must be numbers from 0 up, not line 2: -2"),
        ([*streets, *aeds, "--at", DAY, "--demand", nothing], "the demand is empty"),
        ([*streets, "--aeds", no_aeds, "--at", DAY], "holds no aeds"),
        ([*streets, "--database", "sqlite:///empty.sqlite3", "--at", DAY], "the registry holds no AED"),
        ([*streets, *aeds, "--at", DAY, "--demand", people], "give their outlines with --districts"),
        ([*aeds, "--at", DAY], "give --demand FILE"),
        ([*streets, "--aeds", str(town.aeds), "--at", DAY], "Add --aed-datum wgs84"),
        (["--network", "none.net", *aeds, "--at", DAY], "rescue-circle geo build"),
        ([*streets, *aeds, "--at", DAY, "--language", "fr"], "zh and en"),
    ]
    for arguments, said in cases:
        assert said in str(coverage(tmp_path, *arguments, refused=True)["said"]), arguments


def test_demand_off_the_streets_is_counted_and_said(town: Town, tmp_path: Path) -> None:
    lon, lat = place(60, 60)
    calls = written(tmp_path, "calls.csv", f"id,lon_wgs84,lat_wgs84\n1,{lon},{lat}\n2,{lon + 0.1},{lat}\n")

    found = coverage(tmp_path, *asked(town, "--demand", calls))

    assert (found["demand"], found["covered"]) == (2.0, 1.0)
    assert "1 demand points (1 of 2) lie farther than 200 m from any street" in str(found["notes"])


def test_the_registry_gives_aeds_and_rescuers(town: Town, filled_database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "town.sqlite3"
    copy.write_bytes(filled_database.read_bytes())
    streets = ["--network", str(town.network), "--at", DAY]

    from_registry = coverage(tmp_path, *streets, "--database", f"sqlite:///{copy}", "--rescuers", "registry")
    from_files = coverage(tmp_path, *asked(town, *rescuers_of(town)))

    assert from_registry["covered"] == from_files["covered"] > 0  # type: ignore[operator]
    assert from_registry["with_rescuer"] == from_files["with_rescuer"] > 0  # type: ignore[operator]
    assert from_registry["unknown_hours_aeds"] == 1


def test_overlapping_districts_are_refused_before_anything_is_written(town: Town, tmp_path: Path) -> None:
    districts = districts_in(tmp_path, one=((-900, -900), (900, 900)), other=((-900, -900), (900, 900)))

    said = coverage(tmp_path, *asked(town, "--districts", districts), refused=True)

    assert "one and other overlap by 3.24 km2 (100% of the smaller one)" in str(said["said"])


def test_layers_are_named_by_the_options_that_the_error_asks_for(town: Town, tmp_path: Path) -> None:
    home = gpd.GeoDataFrame({"population": [200]}, geometry=[shapely.Point(place(60, 60))], crs="EPSG:4326")
    home.assign(population=2).to_file(tmp_path / "people.gpkg", layer="a_old_draft")
    home.to_file(tmp_path / "people.gpkg", layer="population_2025")
    outline = gpd.GeoDataFrame(
        {"name": ["town"]}, geometry=[shapely.box(*place(-900, -900), *place(900, 900))], crs=4326
    )
    outline.to_file(tmp_path / "outlines.gpkg", layer="draft")
    outline.to_file(tmp_path / "outlines.gpkg", layer="final")
    files = asked(town, "--demand", "people.gpkg", "--districts", "outlines.gpkg")

    first = coverage(tmp_path, *files, "--districts-layer", "final", refused=True)
    second = coverage(tmp_path, *files, "--demand-layer", "population_2025", refused=True)
    found = coverage(tmp_path, *files, "--demand-layer", "population_2025", "--districts-layer", "final")

    assert "(a_old_draft, population_2025): say which with --demand-layer" in str(first["said"])
    assert "(draft, final): say which with --districts-layer" in str(second["said"])
    assert (found["demand"], found["covered"]) == (200.0, 200.0)


def test_a_city_that_the_antimeridian_cuts_is_one_city(tmp_path: Path) -> None:
    halves = shapely.MultiPolygon(
        [shapely.box(179.99, -16.81, 180, -16.80), shapely.box(-180, -16.81, -179.99, -16.80)]
    )
    outline = gpd.GeoDataFrame({"name": ["Taveuni"]}, geometry=[halves], crs="EPSG:4326")
    outline.to_file(tmp_path / "outlines.geojson")
    people = written(tmp_path, "people.csv", "unit,population\nTaveuni,1000\n")
    aeds = written(tmp_path, "aeds.csv", "aed_id,lon_wgs84,lat_wgs84,opening_hours\na,-179.9999,-16.805,24/7\n")
    plan = ["--aeds", aeds, "--demand", people, "--districts", "outlines.geojson", "--at", DAY, "--minutes", "8"]

    found = coverage(tmp_path, *plan)

    # 8 minutes there and back are 240 m in a straight line, half of it on either side.
    square_m2 = geodesic_m(179.99, -16.805, -179.99, -16.805) * geodesic_m(180, -16.81, 180, -16.80)
    assert found["demand"] == pytest.approx(1000.0)
    assert found["covered"] == pytest.approx(1000.0 * np.pi * 240.0**2 / square_m2, rel=0.1)
    gaps = gpd.read_file(tmp_path / "out" / "gaps.geojson")
    assert len(gaps) > 1
    assert all(shape.bounds[0] >= 179.9 or shape.bounds[2] <= -179.9 or shape.area < 0.01 for shape in gaps.geometry)
    assert gaps.total_bounds[[0, 2]].tolist() == pytest.approx([-180.0, 180.0])
