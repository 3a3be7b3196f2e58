"""Demand files: what each kind means, and what is refused because it would falsify every figure."""

import json
import warnings
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.places.datum import Datum
from planner.demand_files import BadWeights, DemandPoints, Population, UnusableDemandFile, read_demand
from planner.plan_model import DemandKind
from registry.importers.columns import UnknownDatumOfFile


def read(folder: Path, text: str, *, datum: Datum | None = Datum.WGS84, column: str | None = None) -> object:
    path = folder / "demand.csv"
    path.write_text(text, encoding="utf-8")
    return read_demand(path, datum=datum, weight_column=column)


def points(folder: Path, text: str, **more: str) -> DemandPoints:
    found = read(folder, text, column=more.get("column"))
    assert isinstance(found, DemandPoints)
    return found


def test_rows_without_weights_are_recorded_calls(tmp_path: Path) -> None:
    found = points(tmp_path, "id,lat,lon\n1,34.7,113.6\n2,34.8,113.7\n")

    assert found.kind is DemandKind.CALLS
    assert found.weight.tolist() == [1.0, 1.0]
    assert (found.lon.tolist(), found.lat.tolist()) == ([113.6, 113.7], [34.7, 34.8])


def test_columns_of_residents_and_of_weights_are_told_apart(tmp_path: Path) -> None:
    people = points(tmp_path, "lon,lat,population\n113.6,34.7,120\n")
    weights = points(tmp_path, "lon,lat,weight\n113.6,34.7,0.5\n")
    chosen = points(tmp_path, "lon,lat,weight,risk\n113.6,34.7,0.5,7\n", column="risk")

    assert (people.kind, people.weight.tolist()) == (DemandKind.PEOPLE, [120.0])
    assert (weights.kind, weights.weight.tolist()) == (DemandKind.WEIGHT, [0.5])
    assert chosen.weight.tolist() == [7.0]


def test_residents_by_district_may_be_told_in_tens_of_thousands(tmp_path: Path) -> None:
    found = read(tmp_path, "unit,population_10k_2019\n中原区,79.5\n二七区,84.8\n")

    assert isinstance(found, Population)
    assert found.name == ("中原区", "二七区")
    assert found.residents == pytest.approx((795_000.0, 848_000.0))


@pytest.mark.parametrize("weight", ["-1", "nan", "inf", "1e308", "", "many"])
def test_a_weight_that_is_no_weight_is_refused_with_its_line(tmp_path: Path, weight: str) -> None:
    with pytest.raises(BadWeights, match=f"line 3: {weight or 'empty'}"):
        read(tmp_path, f"lon,lat,weight\n113.6,34.7,1\n113.6,34.7,{weight}\n")
    with pytest.raises(BadWeights, match="line 2"):
        read(tmp_path, f"unit,population\n中原区,{weight}\n")


def test_rows_without_a_readable_position_are_counted_and_said(tmp_path: Path) -> None:
    found = points(tmp_path, "id,lon,lat\n1,113.6,34.7\n2,,\n3,x,34.7\n")

    assert found.lon.size == 1
    assert "left out: 2" in found.notes[0].en
    assert "line 3" in found.notes[0].en


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lon,lat\n", "the demand is empty"),
        ("id,lon,lat\n1,,\n", "no row has a readable position"),
        ("colour,size\nred,7\n", "neither coordinates"),
    ],
)
def test_a_file_with_nothing_in_it_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UnusableDemandFile, match=said):
        read(tmp_path, text)


def test_coordinates_without_a_datum_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownDatumOfFile):
        read(tmp_path, "lon,lat\n113.6,34.7\n", datum=None)


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableDemandFile, match="no column 'risk'; found: lon, lat"):
        read(tmp_path, "lon,lat\n113.6,34.7\n", column="risk")


def test_points_of_a_map_layer_are_read_and_outlines_are_not_points(tmp_path: Path) -> None:
    def layer(*geometries: dict[str, object]) -> Path:
        path = tmp_path / "demand.geojson"
        features = [{"type": "Feature", "properties": {"population": 3}, "geometry": one} for one in geometries]
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        return path

    found = read_demand(layer({"type": "Point", "coordinates": [113.6, 34.7]}), datum=None, weight_column=None)
    assert isinstance(found, DemandPoints)
    assert (found.weight.tolist(), found.kind) == ([3.0], DemandKind.PEOPLE)
    with pytest.raises(UnusableDemandFile, match="points only"):
        read_demand(
            layer({"type": "LineString", "coordinates": [[113.6, 34.7], [113.7, 34.7]]}), datum=None, weight_column=None
        )


def layer_of(path: Path, places: list[tuple[float, float]], *, crs: str | None = "EPSG:4326", **more: object) -> Path:
    table = gpd.GeoDataFrame(
        {"population": [100] * len(places)}, geometry=[shapely.Point(place) for place in places], crs="EPSG:4326"
    )
    with warnings.catch_warnings():
        # A shapefile names its fields with ten letters; that one is cut.
        warnings.simplefilter("ignore")
        (table if crs is None else table.to_crs(crs)).to_file(path, **more)
    return path


HERE = [(113.60, 34.70), (113.61, 34.70), (113.62, 34.71)]


def test_of_several_layers_none_is_taken_unasked(tmp_path: Path) -> None:
    path = layer_of(tmp_path / "city.gpkg", HERE[:1], layer="a_old_draft")
    layer_of(path, HERE, layer="population_2025")

    with pytest.raises(
        UnusableDemandFile, match=r"several layers \(a_old_draft, population_2025\): say which with --demand-layer"
    ):
        read_demand(path, datum=None, weight_column=None)
    with pytest.raises(UnusableDemandFile, match="no layer 'draft'; found: a_old_draft, population_2025"):
        read_demand(path, datum=None, weight_column=None, layer="draft")
    found = read_demand(path, datum=None, weight_column=None, layer="population_2025")
    assert isinstance(found, DemandPoints)
    assert found.weight.sum() == 300.0


def test_the_layers_of_a_gpx_file_that_hold_nothing_are_no_choice(tmp_path: Path) -> None:
    path = tmp_path / "calls.gpx"
    path.write_text(
        '<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">'
        '<wpt lat="34.7" lon="113.6"/><wpt lat="34.8" lon="113.6"/></gpx>'
    )

    found = read_demand(path, datum=None, weight_column=None)

    assert isinstance(found, DemandPoints)
    assert found.weight.tolist() == [1.0, 1.0]


def test_a_shapefile_without_its_prj_is_asked_about_and_never_nan(tmp_path: Path) -> None:
    metres = layer_of(tmp_path / "metres.shp", HERE, crs="EPSG:32649")
    degrees = layer_of(tmp_path / "degrees.shp", HERE)
    for path in (metres, degrees):
        path.with_suffix(".prj").unlink()

    with pytest.raises(UnusableDemandFile, match=r"are no degrees: put the \.prj beside it"):
        read_demand(metres, datum=Datum.WGS84, weight_column=None)
    with pytest.raises(UnusableDemandFile, match="add --demand-datum wgs84"):
        read_demand(degrees, datum=None, weight_column=None)
    found = read_demand(degrees, datum=Datum.WGS84, weight_column=None)
    assert isinstance(found, DemandPoints)
    assert found.lon == pytest.approx([113.60, 113.61, 113.62])


@pytest.mark.parametrize("prj", ['PROJCS["nonsense"]', 'LOCAL_CS["site grid",UNIT["metre",1]]'])
def test_a_reference_system_that_is_none_is_refused_in_our_words(tmp_path: Path, prj: str) -> None:
    path = layer_of(tmp_path / "calls.shp", HERE)
    path.with_suffix(".prj").write_text(prj)

    with pytest.raises(UnusableDemandFile, match=r"not known, or that lies nowhere on Earth: export it in WGS-84"):
        read_demand(path, datum=None, weight_column=None)


def test_swapped_axes_of_a_layer_are_told_like_those_of_a_row(tmp_path: Path) -> None:
    path = layer_of(tmp_path / "swapped.geojson", [(lat, lon) for lon, lat in HERE])

    with pytest.raises(UnusableDemandFile, match=r"feature 1: latitude 113.6 is impossible: .* are swapped"):
        read_demand(path, datum=None, weight_column=None)


@pytest.mark.parametrize("kind", ["csv", "gpkg"])
def test_what_lies_nowhere_or_on_another_continent_does_not_count(tmp_path: Path, kind: str) -> None:
    path = layer_of(tmp_path / "far.gpkg", [*HERE, (0.0, 0.0), (-3.7, 40.4)])
    if kind == "csv":
        rows = "".join(f"{lon},{lat},100\n" for lon, lat in [*HERE, (0.0, 0.0), (-3.7, 40.4), (34.7, 113.6)])
        path = tmp_path / "far.csv"
        path.write_text(f"lon,lat,population\n{rows}", encoding="utf-8")

    found = read_demand(path, datum=Datum.WGS84, weight_column=None)

    assert isinstance(found, DemandPoints)
    assert found.weight.sum() == 300.0
    said = " ".join(note.en for note in found.notes)
    assert "0,0 is in the sea" in said
    assert "-3.7, 40.4 lies 9,507 km from the others" in said


def test_a_country_may_be_wide_and_lie_across_the_antimeridian(tmp_path: Path) -> None:
    wide = "".join(f"{lon},38\n" for lon in range(76, 126, 7))
    fiji = "".join(f"{lon},-17\n" for lon in (177.5, 179.9, -179.9, -179.2))

    assert points(tmp_path, f"lon,lat\n{wide}").lon.size == 8
    assert points(tmp_path, f"lon,lat\n{fiji}").lon.size == 4


def test_a_multipoint_counts_each_call_and_shares_its_residents(tmp_path: Path) -> None:
    def file(**properties: int) -> Path:
        path = tmp_path / "demand.geojson"
        shape = {"type": "MultiPoint", "coordinates": [list(HERE[0]), list(HERE[1])]}
        feature = {"type": "Feature", "properties": properties, "geometry": shape}
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
        return path

    calls = read_demand(file(colour=1), datum=None, weight_column=None)
    people = read_demand(file(population=90), datum=None, weight_column=None)

    assert isinstance(calls, DemandPoints)
    assert isinstance(people, DemandPoints)
    assert calls.weight.tolist() == [1.0, 1.0]
    assert people.weight.tolist() == [45.0, 45.0]
    assert "share their weight" in people.notes[0].en


@pytest.mark.parametrize(("name", "said"), [("pop.tif", "is a raster"), ("pop.gpkg", "cannot be read as a map layer")])
def test_a_file_that_is_no_layer_is_refused_in_our_words(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / name).write_bytes(b"II*\x00\x08\x00\x00\x00")

    with pytest.raises(UnusableDemandFile, match=said) as error:
        read_demand(tmp_path / name, datum=None, weight_column=None)
    assert "driver" not in str(error.value).lower()


@pytest.mark.parametrize(
    ("header", "column", "people"),
    [
        ("人口密度,总人口", "总人口", 7.0),
        ("总人口,人口密度", "总人口", 9.0),
        ("人口增长率,常住人口", "常住人口", 7.0),
        ("population_density,population", "population", 7.0),
        ("population_2010,population", "population", 7.0),
        ("population_growth_2020,population_2020", "population_2020", 7.0),
        ("growth,2020年常住人口（万人）", "2020年常住人口（万人）", 70_000.0),
        ("rate,population (thousands)", "population (thousands)", 7_000.0),
        ("rate,Population_10K_2019", "Population_10K_2019", 70_000.0),
        ("男性人口,总人口(人)", "总人口(人)", 7.0),
    ],
)
def test_residents_are_the_column_that_is_called_so_and_never_a_rate(
    tmp_path: Path, header: str, column: str, people: float
) -> None:
    found = read(tmp_path, f"区县,{header}\n中原区,9,7\n二七区,9,7\n")

    assert isinstance(found, Population)
    assert found.residents == (people, people)
    assert f"residents are its column {column}" in found.notes[0].en


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        ("population_2010,population_2020", "population_2010, population_2020"),
        ("population_10km_buffer,size", "population_10km_buffer might count residents or not"),
        ("男性人口,女性人口", "男性人口 and 女性人口 might"),
        ("population,weight", "several columns could be counted"),
    ],
)
def test_where_several_columns_could_be_meant_it_asks(tmp_path: Path, header: str, asked: str) -> None:
    chosen = header.partition(",")[0]
    for place, row in (("区县", "中原区"), ("lon,lat", "113.6,34.7")):
        with pytest.raises(UnusableDemandFile, match=rf"{asked}.*--weight-column"):
            read(tmp_path, f"{place},{header}\n{row},5,6\n")
        found = read(tmp_path, f"{place},{header}\n{row},5,6\n", column=chosen)
        total = found.weight.sum() if isinstance(found, DemandPoints) else sum(found.residents)  # type: ignore[attr-defined]
        assert total == 5.0


def test_rows_are_calls_where_only_a_rate_is_told_or_none_is_to_be_counted(tmp_path: Path) -> None:
    rate = points(tmp_path, "lon,lat,人口密度\n113.6,34.7,5000\n")
    none = points(tmp_path, "lon,lat,people_present\n113.6,34.7,3\n", column="none")

    assert (rate.kind, none.kind) == (DemandKind.CALLS, DemandKind.CALLS)
    assert rate.weight.tolist() == none.weight.tolist() == [1.0]
    assert "人口密度 counts nobody" in rate.notes[0].en
    assert none.notes == ()


def test_the_names_are_not_their_codes_and_may_be_chosen(tmp_path: Path) -> None:
    found = read(tmp_path, "区县代码,区县名称,人口\n410102,中原区,5\n")

    assert isinstance(found, Population)
    assert (found.name, found.code) == (("中原区",), ("410102",))
    with pytest.raises(UnusableDemandFile, match="--unit-column"):
        read(tmp_path, "name,district,人口\nx,中原区,5\n")
    path = tmp_path / "demand.csv"
    chosen = read_demand(path, datum=None, weight_column=None, unit_column="district")
    assert isinstance(chosen, Population)
    assert chosen.name == ("中原区",)


def test_a_district_that_is_named_twice_is_refused_with_both_lines(tmp_path: Path) -> None:
    with pytest.raises(UnusableDemandFile, match="中原区 stands in line 2 and in line 4"):
        read(tmp_path, "区县,人口\n中原区,5\n二七区,6\n中原区,7\n")
