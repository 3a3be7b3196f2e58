"""Outlines that overlap are refused; names join however they are written; nobody is lost on the way."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.places.datum import Datum
from planner.demand import UnusableDemand, population_demand
from planner.demand_files import Population, read_demand
from planner.districts import OverlappingDistricts, UnusableDistricts, is_same_name, read_districts


def outlines(
    folder: Path, areas: dict[str, shapely.Polygon], *, name: str = "name", more: dict[str, list[str]] | None = None
) -> Path:
    path = folder / "districts.geojson"
    others = [dict(zip(more or {}, cells, strict=True)) for cells in zip(*(more or {}).values(), strict=True)]
    features = [
        {
            "type": "Feature",
            "properties": {name: key, **(others[at] if others else {})},
            "geometry": shapely.geometry.mapping(area),
        }
        for at, (key, area) in enumerate(areas.items())
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
        ("临江市", "临江县", False),
        ("临江", "临江县", True),
        ("玉屏侗族自治县", "玉屏县", True),
    ],
)
def test_names_are_compared_without_what_sources_disagree_on(one: str, other: str, same: bool) -> None:
    assert is_same_name(one, other) is same
    assert is_same_name(other, one) is same


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


def people_of(*rows: tuple[str, float], code: tuple[str, ...] = ()) -> Population:
    names, residents = zip(*rows, strict=True)
    return Population(name=names, residents=residents, source="some.csv", code=code)


def test_a_citys_total_joins_no_county_of_its_name_and_counts_nobody_twice(tmp_path: Path) -> None:
    districts = read_districts(outlines(tmp_path, {"临江县": WEST, "江北区": EAST}))
    parts = (("临江县", 600.0), ("江北区", 400.0))

    placed = population_demand(people_of(("临江市", 1000.0), *parts), districts, None)

    assert placed.demand.weight.sum() == pytest.approx(1000.0)
    assert any("临江市 (1,000 people) is the total" in note.en for note in placed.notes)
    with pytest.raises(UnusableDemand, match="no outline for 临江市"):
        population_demand(people_of(("临江市", 900.0), *parts), districts, None)


def test_a_district_under_two_names_is_refused_and_not_added_up(tmp_path: Path) -> None:
    districts = read_districts(outlines(tmp_path, {"管城回族区": WEST, "金水区": EAST}))

    with pytest.raises(UnusableDemand, match=r"管城区 and 管城回族 of some\.csv are both the district 管城回族区"):
        population_demand(people_of(("管城区", 5.0), ("管城回族", 6.0), ("金水区", 7.0)), districts, None)


@pytest.mark.parametrize("codes", [("410104", "410105"), ("410104000000", "156410105"), ("410104.0", "410105")])
def test_codes_join_what_names_do_not(tmp_path: Path, codes: tuple[str, str]) -> None:
    path = outlines(tmp_path, {"管城回族区": WEST, "金水区": EAST}, more={"adcode": ["410104", "410105"]})
    districts = read_districts(path)

    placed = population_demand(people_of(("Guancheng", 5.0), ("Jinshui", 7.0), code=codes), districts, None)

    where = districts.locate(placed.demand.lon, placed.demand.lat)
    assert np.bincount(where, placed.demand.weight) == pytest.approx([5.0, 7.0])


def test_a_code_and_a_name_of_two_districts_are_not_chosen_between(tmp_path: Path) -> None:
    path = outlines(tmp_path, {"管城回族区": WEST, "金水区": EAST}, more={"adcode": ["410104", "410105"]})

    with pytest.raises(UnusableDemand, match="calls 管城区 by the code 410105, which the outlines give to 金水区"):
        population_demand(
            people_of(("管城区", 5.0), ("金水区", 7.0), code=("410105", "410104")), read_districts(path), None
        )


def test_several_columns_of_names_are_asked_about(tmp_path: Path) -> None:
    areas = {"West": WEST, "East": EAST}

    path = outlines(tmp_path, areas, more={"区县": ["西区", "东区"]})
    with pytest.raises(UnusableDistricts, match=r"\(name, 区县\): say which by --district-name"):
        read_districts(path)
    chosen = read_districts(path, name_column="区县")
    assert chosen.name == ("西区", "东区")
    assert "its column 区县" in chosen.notes[0].en
    assert read_districts(outlines(tmp_path, areas, more={"district": ["West", "East"]})).name == ("West", "East")


def test_outlines_of_several_layers_or_with_swapped_axes_are_not_guessed_at(tmp_path: Path) -> None:
    path = tmp_path / "districts.gpkg"
    table = gpd.GeoDataFrame({"name": ["west"]}, geometry=[WEST], crs="EPSG:4326")
    table.to_file(path, layer="draft")
    table.to_file(path, layer="final")

    with pytest.raises(UnusableDistricts, match=r"\(draft, final\): say which with --districts-layer"):
        read_districts(path)
    assert read_districts(path, layer="final").name == ("west",)
    swapped = outlines(tmp_path, {"west": shapely.box(34.70, 113.60, 34.75, 113.65)})
    with pytest.raises(UnusableDistricts, match=r"the outline of west cannot be: latitude 113\.6 is impossible"):
        read_districts(swapped)


@pytest.mark.parametrize(("written", "said"), [("gb18030", "gb18030"), ("utf-8", "utf-8")])
def test_names_in_a_shapefile_without_its_cpg_are_no_rubble(tmp_path: Path, written: str, said: str) -> None:
    path = tmp_path / "districts.shp"
    table = gpd.GeoDataFrame({"名称": ["中原区", "金水区"]}, geometry=[WEST, EAST], crs="EPSG:4326")
    table.to_file(path, encoding=written)
    path.with_suffix(".cpg").unlink()

    if written != "utf-8":
        with pytest.raises(UnusableDistricts, match="add --encoding gb18030"):
            read_districts(path)
    assert read_districts(path, encoding=said).name == ("中原区", "金水区")


def test_outlines_on_both_sides_of_the_antimeridian_lie_together(tmp_path: Path) -> None:
    drawn_on = shapely.box(179.98, -16.9, 180.02, -16.8)
    beside = shapely.MultiPolygon([shapely.box(179.98, -16.8, 180, -16.7), shapely.box(-180, -16.8, -179.98, -16.7)])
    districts = read_districts(outlines(tmp_path, {"south": drawn_on, "north": beside}))

    placed = population_demand(people_of(("south", 30.0), ("north", 70.0)), districts, None)

    lon, lat = placed.demand.lon, placed.demand.lat
    assert np.abs(lon).min() > 179.97
    assert np.abs(lon).max() <= 180.0
    assert np.bincount(districts.locate(lon, lat), placed.demand.weight) == pytest.approx([30.0, 70.0])
    assert placed.demand.weight[lon > 0].sum() == pytest.approx(50.0, rel=0.05)
    overlapping = shapely.box(-179.99, -16.85, -179.97, -16.75)
    with pytest.raises(OverlappingDistricts, match="south and east"):
        read_districts(outlines(tmp_path, {"south": drawn_on, "east": overlapping}))
