"""Rows on the ground: any columns, any reference system, the datum that rows agree about, and what lies astray."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from geo.places.datum import Datum, convert
from geo.streets.network_builder import build_network
from geo.streets.walk_network import WalkNetwork
from registry.importers.columns import MissingColumns, UnknownDatumOfFile
from registry.importers.positions.area import Box, parse_box
from registry.importers.positions.named_districts import in_named_district
from registry.importers.positions.options import PositionOptions
from registry.importers.positions.placing import OutsideArea, Placed, place_rows
from registry.importers.positions.projected import UnknownReference
from registry.importers.reading.sheet import FileFormat, Row, Sheet
from registry.importers.report import Rejected

PLACES_IN_TAIWAN = [(120.3358, 22.7314), (120.2017, 22.9888), (121.5501, 25.0412)]
ZHENGZHOU = [(113.60 + number * 0.007, 34.72 + number * 0.004) for number in range(20)]
HAMBURG = [(9.95 + number * 0.004, 53.54 + number * 0.002) for number in range(20)]


def sheet_of(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> Sheet:
    return Sheet(
        file="list.csv",
        table="",
        file_format=FileFormat.CSV,
        headers=tuple(headers),
        rows=[
            Row(
                where=f"line {number}",
                cells={key: str(value) for key, value in zip(headers, row, strict=True) if value != ""},
            )
            for number, row in enumerate(rows, start=2)
        ],
    )


def placed(headers: Sequence[str], rows: Sequence[Sequence[object]], **options: Any) -> Placed:
    return place_rows(sheet_of(headers, rows), PositionOptions(**options))


def reasons(found: Placed) -> list[str]:
    return [place.reason if isinstance(place, Rejected) else "" for place in found.places]


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        ("lon", "lat"),
        ("Longitude", "Latitude"),
        ("LONGITUD", "LATITUD"),
        ("longitudine", "latitudine"),
        ("Längengrad", "Breitengrad"),
        ("Geogr. Länge", "Geogr. Breite"),
        ("lengtegraad", "breedtegraad"),
        ("经度", "纬度"),
        ("AED經度", "AED緯度"),
        ("経度", "緯度"),
        ("경도", "위도"),
        ("c_long_coor1", "c_lat_coor1"),
        ("geo_point_2d.lon", "geo_point_2d.lat"),
        ("wgs84Lng", "wgs84Lat"),
        ("coord_x", "coord_y"),
        ("x", "y"),
    ],
)
def test_columns_are_found_by_their_names_in_many_languages(lon: str, lat: str) -> None:
    found = placed(["id", lat, lon], [[1, 53.55, 9.99], [2, "53,56", "9,98"]])
    assert found.places == [(9.99, 53.55), (9.98, 53.56)]
    assert found.columns == (lon, lat)


@pytest.mark.parametrize("header", ["column 3", "coordinates", "GPS-Koordinaten", "坐标", "geo_point_2d", "the_geom"])
@pytest.mark.parametrize("form", ["( {x},{y} )", "POINT({x} {y})", "{y}, {x}"])
def test_both_in_one_cell_are_found_and_their_order_told(header: str, form: str) -> None:
    cells = [form.format(x=x, y=y) for x, y in PLACES_IN_TAIWAN]
    found = placed(["name", header], [[f"n{number}", cell] for number, cell in enumerate(cells)])
    assert found.places == PLACES_IN_TAIWAN


def test_the_order_within_a_cell_is_told_by_what_is_land_or_by_the_region_or_asked_for() -> None:
    # 10 E, 53 N is Hamburg; 53 E, 10 N is the sea off Somalia.
    assert placed(["position"], [["53.551, 9.993"], ["53.561, 9.983"]]).places[0] == (9.993, 53.551)
    # 47 E, 9 N is Ethiopia, 9 E, 47 N Switzerland.
    swiss = [["47.12, 9.05"], ["47.13, 9.06"]]
    with pytest.raises(MissingColumns, match="--region"):
        placed(["position"], swiss)
    assert placed(["position"], swiss, country="CH").places[0] == (9.05, 47.12)


def test_two_columns_without_names_are_found_by_what_stands_in_them() -> None:
    found = placed(["column 1", "column 2", "column 3"], [["a", 25.041234, 121.551234], ["b", 25.031234, 121.541234]])
    assert found.places == [(121.551234, 25.041234), (121.541234, 25.031234)]
    assert "column 3 and column 2" in found.notes[0]


def test_degrees_count_where_metres_stand_beside_them_unless_their_system_is_named() -> None:
    rows = [(x, y, lon, lat) for (x, y), (lon, lat) in zip(projected(HAMBURG, 25832), HAMBURG, strict=True)]
    headers = ["Easting", "Northing", "Longitude", "Latitude"]
    assert placed(headers, rows).places == HAMBURG
    assert placed(headers, rows, epsg=25832).columns == ("Easting", "Northing")


def test_a_portal_s_geo_point_is_latitude_first_also_where_both_orders_are_land() -> None:
    assert placed(["geo_point_2d"], [["41.90, 12.49"], ["41.91, 12.48"]]).places[0] == (12.49, 41.9)


def test_a_sheet_without_positions_says_what_it_has_instead() -> None:
    with pytest.raises(MissingColumns, match="found: id, name"):
        placed(["id", "name"], [[1, "a"]])


@pytest.mark.parametrize(
    ("lon", "lat", "reason"),
    [
        ("", "", "no_coordinates"),
        ("0", "0", "zero_coordinates"),
        ("9.99", "90", "pole_coordinates"),
        ("999", "53.5", "coordinates_out_of_range"),
        ("east", "53.5", "bad_coordinates"),
        ("53.55", "9.99", "swapped_coordinates"),
        ("9.99", "-53.55", "outside_area"),
        ("109.99", "53.55", "outside_area"),
    ],
)
def test_a_row_that_cannot_be_there_is_refused_with_the_reason(lon: str, lat: str, reason: str) -> None:
    found = placed(["lon", "lat"], [*HAMBURG, (lon, lat)])
    assert reasons(found) == [*([""] * len(HAMBURG)), reason]


def test_rows_a_little_across_the_border_belong_to_the_list() -> None:
    salzburg = [(13.04 + number * 0.002, 47.80) for number in range(10)]
    freilassing = (12.97, 47.84)
    assert reasons(placed(["lon", "lat"], [*salzburg, freilassing])) == [""] * 11


def test_overseas_parts_of_a_state_belong_to_its_list() -> None:
    paris = [(2.30 + number / 100, 48.85) for number in range(10)]
    assert reasons(placed(["lon", "lat"], [*paris, (55.45, -20.88)])) == [""] * 11


def test_a_named_area_is_an_edge_and_a_list_without_a_row_in_it_is_the_wrong_one() -> None:
    area = parse_box("9.9,53.5,10,53.6")
    assert set(reasons(placed(["lon", "lat"], HAMBURG, area=area))) == {"", "outside_area"}
    with pytest.raises(OutsideArea, match="China"):
        placed(["lon", "lat"], HAMBURG, country="CN")


@pytest.mark.parametrize("options", [{}, {"country": "DE"}, {"area": Box(9.0, 53.0, 11.0, 54.0)}])
def test_columns_under_each_other_s_header_are_read_the_other_way_round(options: dict[str, Any]) -> None:
    found = placed(["lat", "lon"], HAMBURG, **options)
    assert found.places == HAMBURG
    assert "swapped" in found.notes[0]


def test_swapped_columns_are_told_by_the_region_where_both_orders_are_land() -> None:
    vaduz = [(9.50 + number / 100, 47.10 + number / 100) for number in range(9)]
    assert placed(["lat", "lon"], vaduz, country="LI").places == vaduz


def test_swapped_columns_in_china_are_told_by_latitudes_that_cannot_be() -> None:
    found = placed(["lat", "lon"], ZHENGZHOU, datum=Datum.WGS84)
    assert found.places == ZHENGZHOU


@pytest.mark.parametrize("epsg", [25832, 31467, 3857, 5243])
def test_metres_of_a_named_system_come_in_degrees(epsg: int) -> None:
    found = placed(["Rechtswert", "Hochwert"], projected(HAMBURG, epsg), epsg=epsg)
    assert np.array(found.places) == pytest.approx(np.array(HAMBURG), abs=2e-5)


def test_columns_that_begin_with_the_northing_are_noticed() -> None:
    turned = [(y, x) for x, y in projected(HAMBURG, 25832)]
    found = placed(["x", "y"], turned, epsg=25832)
    assert np.array(found.places) == pytest.approx(np.array(HAMBURG), abs=1e-6)
    assert "the other way round" in found.notes[0]


def test_a_system_is_found_where_only_one_agrees_with_the_area() -> None:
    paris = [(2.30 + number / 200, 48.85 + number / 400) for number in range(10)]
    found = placed(["coordonnee_x", "coordonnee_y"], projected(paris, 2154), country="FR")
    assert np.array(found.places) == pytest.approx(np.array(paris), abs=1e-6)
    assert "EPSG:2154" in found.notes[0]


def test_where_an_old_frame_fits_as_well_the_choice_is_asked_for() -> None:
    madrid = [(-3.70 + number / 200, 40.41 + number / 400) for number in range(10)]
    rows = projected(madrid, 25830)
    with pytest.raises(UnknownReference, match=r"--epsg 25830 .* or --epsg 23030"):
        placed(["coordenada_x", "coordenada_y"], rows, country="ES")
    with pytest.raises(UnknownReference, match="--region or --area"):
        placed(["coordenada_x", "coordenada_y"], rows)
    # The header names the frame.
    assert "EPSG:25830" in placed(["coordenada_x_ETRS89", "coordenada_y_ETRS89"], rows, country="ES").notes[0]


def test_a_number_that_does_not_fit_the_coordinates_is_refused() -> None:
    with pytest.raises(UnknownReference, match="EPSG:2056"):
        placed(["x", "y"], projected(HAMBURG, 25832), epsg=2056)
    with pytest.raises(UnknownReference, match="no reference system"):
        placed(["x", "y"], projected(HAMBURG, 25832), epsg=1)


def test_outside_mainland_china_no_datum_is_needed_and_within_it_none_is_guessed() -> None:
    assert reasons(placed(["lon", "lat"], [(114.17, 22.30), (114.18, 22.31), (114.19, 22.32)])) == [""] * 3
    with pytest.raises(UnknownDatumOfFile, match="--datum gcj02"):
        placed(["lon", "lat"], ZHENGZHOU)


@pytest.mark.parametrize("datum", list(Datum))
def test_a_datum_that_headers_or_the_caller_name_is_taken(datum: Datum) -> None:
    rows = shifted(ZHENGZHOU, datum)
    by_header = placed([f"{datum}_lon", f"{datum}_lat"], rows)
    by_caller = placed(["经度", "纬度"], rows, datum=datum)
    for found in (by_header, by_caller):
        assert np.array(found.places) == pytest.approx(np.array(ZHENGZHOU), abs=1e-6)


@pytest.mark.parametrize(
    ("header", "text", "datum"),
    [
        ("坐标系", "CGCS2000", Datum.WGS84),
        ("坐标系统", "2000国家大地坐标系", Datum.WGS84),
        ("坐标类型", "高德坐标", Datum.GCJ02),
        ("坐标系名称", "百度坐标系（BD-09）", Datum.BD09),
        ("CRS", "EPSG:4490", Datum.WGS84),
    ],
)
def test_a_column_in_which_every_row_names_the_datum_tells_it(header: str, text: str, datum: Datum) -> None:
    rows = [(*place, text) for place in shifted(ZHENGZHOU, datum)]

    found = placed(["经度", "纬度", header], rows)

    assert np.array(found.places) == pytest.approx(np.array(ZHENGZHOU), abs=1e-6)
    assert f"the datum is {datum}: its column '{header}' says {text}" in found.notes[0]


@pytest.mark.parametrize("words", [("WGS84", "GCJ02"), ("WGS84", ""), ("本地坐标", "本地坐标"), ("wgs84转gcj02",) * 2])
def test_a_column_that_names_several_or_none_tells_nothing(words: tuple[str, str]) -> None:
    rows = [(*place, words[number % 2]) for number, place in enumerate(ZHENGZHOU)]
    with pytest.raises(UnknownDatumOfFile):
        placed(["经度", "纬度", "坐标系"], rows)


def test_a_header_that_says_otherwise_than_the_caller_is_refused() -> None:
    with pytest.raises(UnknownDatumOfFile, match="drop --datum"):
        placed(["gcj_lon", "gcj_lat"], ZHENGZHOU, datum=Datum.BD09)


@pytest.mark.parametrize(("first", "second"), [("gcj02", "wgs84"), ("wgs84", "bd09"), ("bd09", "gcj02")])
def test_a_second_pair_of_columns_tells_the_datum_of_the_first(first: str, second: str) -> None:
    rows = [
        (*one, *other)
        for one, other in zip(shifted(ZHENGZHOU, Datum(first)), shifted(ZHENGZHOU, Datum(second)), strict=True)
    ]
    found = placed(["lon", "lat", "x", "y"], rows)
    assert np.array(found.places) == pytest.approx(np.array(ZHENGZHOU), abs=1e-6)
    assert f"the datum is {first}" in found.notes[0]
    assert "20 of 20 rows" in found.notes[0]


@pytest.mark.parametrize("datum", list(Datum))
def test_the_streets_that_addresses_name_tell_the_datum(datum: Datum) -> None:
    network = crossing_streets()
    places = [(113.62 + number * 0.004, 34.7503) for number in range(8)]
    places += [(113.6503, 34.73 + number * 0.004) for number in range(8)]
    names = ["建设路"] * 8 + ["嵩山路"] * 8
    rows = [
        (*place, f"中原区{name}{number}号")
        for number, (place, name) in enumerate(zip(shifted(places, datum), names, strict=True))
    ]
    found = placed(["经度", "纬度", "地址"], rows, network=network)
    assert np.array(found.places) == pytest.approx(np.array(places), abs=1e-6)
    assert f"the datum is {datum}: 16 of 16 rows" in found.notes[0]


def test_streets_that_hardly_any_row_names_tell_nothing() -> None:
    rows = [(*place, "建设路" if number < 5 else "别处") for number, place in enumerate(ZHENGZHOU)]
    with pytest.raises(UnknownDatumOfFile):
        placed(["经度", "纬度", "地址"], rows, network=crossing_streets())


@pytest.mark.parametrize("datum", list(Datum))
def test_districts_tell_the_datum_of_a_long_list(datum: Datum) -> None:
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(113.55, 113.80, 1500), rng.uniform(34.66, 34.86, 1500)
    named = ["中原区", "二七区", "管城回族区", "金水区", "惠济区"]
    district = np.full(lon.size, "", object)
    for name in named:
        inside, _ = in_named_district([f"郑州市{name}"] * lon.size, [(lon, lat)])
        district[inside[0]] = name
    known = district != ""
    places = list(zip(lon[known].tolist(), lat[known].tolist(), strict=True))
    rows = [(*place, f"郑州市{name}某路") for place, name in zip(shifted(places, datum), district[known], strict=True)]
    found = placed(["经度", "纬度", "地址"], rows)
    assert f"the datum is {datum}" in found.notes[0]
    assert np.array(found.places) == pytest.approx(np.array(places), abs=1e-6)


@settings(max_examples=20)
@given(noise=st.integers(0, 10_000))
def test_rows_that_name_districts_at_random_tell_nothing(noise: int) -> None:
    rng = np.random.default_rng(noise)
    rows = [
        (float(x), float(y), str(name))
        for x, y, name in zip(
            rng.uniform(113.6, 113.75, 200),
            rng.uniform(34.7, 34.82, 200),
            rng.choice(["中原区", "二七区", "金水区", "惠济区"], 200),
            strict=True,
        )
    ]
    with pytest.raises(UnknownDatumOfFile):
        placed(["经度", "纬度", "区"], rows)


def projected(places: Sequence[tuple[float, float]], epsg: int) -> list[tuple[float, float]]:
    lon, lat = np.array(places).T
    x, y = Transformer.from_crs(4326, epsg, always_xy=True).transform(lon, lat)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def shifted(places: Sequence[tuple[float, float]], datum: Datum) -> list[tuple[float, float]]:
    lon, lat = np.array(places).T
    x, y = convert(lon, lat, source=Datum.WGS84, target=datum)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def crossing_streets() -> WalkNetwork:
    """建设路 from west to east, 嵩山路 from south to north."""
    network, _ = build_network(
        node_lon=np.array([113.60, 113.65, 113.70, 113.65, 113.65]),
        node_lat=np.array([34.75, 34.75, 34.75, 34.72, 34.78]),
        edge_from=np.array([0, 1, 3, 1]),
        edge_to=np.array([1, 2, 1, 4]),
        street=np.array([0, 0, 1, 1]),
        street_names=["建设路", "嵩山路"],
        name="crossing",
        source="made in a test",
        attribution="none",
    )
    return network
