"""Outlines that overlap are refused; names join however they are written; nobody is lost on the way."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.places.datum import Datum
from planner.demand import UnusableDemand, population_demand
from planner.demand_files import Population, read_demand
from planner.districts import OverlappingDistricts, UnusableDistricts, plain_name, read_districts


def outlines(folder: Path, areas: dict[str, shapely.Polygon], *, name: str = "name") -> Path:
    path = folder / "districts.geojson"
    features = [
        {"type": "Feature", "properties": {name: key}, "geometry": shapely.geometry.mapping(area)}
        for key, area in areas.items()
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


WEST = shapely.box(113.60, 34.70, 113.65, 34.75)
EAST = shapely.box(113.65, 34.70, 113.70, 34.75)


def test_points_are_found_in_the_district_that_holds_them(tmp_path: Path) -> None:
    districts = read_districts(outlines(tmp_path, {"west": WEST, "east": EAST}))

    found = districts.locate(np.array([113.61, 113.69, 113.80]), np.array([34.71, 34.71, 34.71]))

    assert found.tolist() == [0, 1, -1]


def test_districts_that_share_ground_are_refused_by_name(tmp_path: Path) -> None:
    path = outlines(tmp_path, {"west": WEST, "middle": shapely.box(113.63, 34.70, 113.66, 34.75), "east": EAST})

    with pytest.raises(OverlappingDistricts, match=r"west and middle overlap by \d+\.\d+ km2 \(67% of the smaller"):
        read_districts(path)


def test_a_sliver_between_two_outlines_is_no_overlap(tmp_path: Path) -> None:
    path = outlines(tmp_path, {"west": WEST, "east": shapely.box(113.6499, 34.70, 113.70, 34.75)})

    assert read_districts(path).name == ("west", "east")


def test_an_outline_in_another_datum_moves(tmp_path: Path) -> None:
    path = outlines(tmp_path, {"west": WEST})

    moved = read_districts(path, datum=Datum.GCJ02).area[0]

    assert shapely.intersection(moved, WEST).area < 0.95 * WEST.area
    assert moved.centroid.distance(WEST.centroid) < 0.01


def test_a_file_without_names_without_outlines_or_with_a_name_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableDistricts, match="--district-name"):
        read_districts(outlines(tmp_path, {"west": WEST}, name="bezirk"))
    assert read_districts(outlines(tmp_path, {"west": WEST}, name="bezirk"), name_column="bezirk").name == ("west",)
    with pytest.raises(UnusableDistricts, match="no polygons"):
        read_districts(outlines(tmp_path, {"west": shapely.Point(113.6, 34.7)}))
    with pytest.raises(UnusableDistricts, match="there is no file"):
        read_districts(tmp_path / "none.geojson")
    twice = outlines(tmp_path, {"west": WEST, "west ": EAST})
    with pytest.raises(UnusableDistricts, match="several districts named west"):
        read_districts(twice)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("管城区", "管城回族区", True),
        ("新郑", "新郑市", True),
        ("金水区", "金水", True),
        ("新郑市", "新密市", False),
        ("郑东新区", "新郑市", False),
    ],
)
def test_names_are_compared_without_what_sources_disagree_on(one: str, other: str, same: bool) -> None:
    assert (plain_name(one) == plain_name(other)) is same


@pytest.mark.parametrize("outline", [("districts_wgs84_tianditu", Datum.WGS84), ("districts_gcj02_amap", Datum.GCJ02)])
def test_zhengzhou_loses_nobody(shared_data: Path, outline: tuple[str, Datum]) -> None:
    population = read_demand(shared_data / "zhengzhou" / "population_2019.csv", datum=None, weight_column=None)
    assert isinstance(population, Population)
    districts = read_districts(shared_data / "zhengzhou" / f"{outline[0]}.geojson", datum=outline[1])

    placed = population_demand(population, districts, None)

    assert len(districts) == 12
    assert placed.demand.weight.sum() == pytest.approx(10_352_000.0)
    where = districts.locate(placed.demand.lon, placed.demand.lat)
    by_district = dict(zip(districts.name, np.bincount(where, placed.demand.weight), strict=True))
    assert by_district["管城回族区"] == pytest.approx(585_000.0 + 284_000.0)
    assert by_district["新郑市"] == pytest.approx(653_000.0 + 738_000.0)
    assert len([note for note in placed.notes if "has no outline" in note.en]) == 4


def test_a_name_that_joins_to_nothing_is_an_error_and_not_left_out(tmp_path: Path) -> None:
    districts = read_districts(outlines(tmp_path, {"中原区": WEST, "金水区": EAST}))

    with pytest.raises(UnusableDemand, match="no outline for 航空港区, Atlantis: 2 of 3 names"):
        population_demand(
            Population(name=("中原", "航空港区", "Atlantis"), residents=(10.0, 20.0, 30.0), source="some.csv"),
            districts,
            None,
        )
    with pytest.raises(UnusableDemand, match="counts nobody"):
        population_demand(Population(name=("中原",), residents=(0.0,), source="some.csv"), districts, None)
