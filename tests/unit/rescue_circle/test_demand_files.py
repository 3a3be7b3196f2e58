"""Demand files: what each kind means, and what is refused because it would falsify every figure."""

import json
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("weight", ["-1", "nan", "inf", "", "many"])
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
