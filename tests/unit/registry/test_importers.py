"""What headers, cells and opening hours of published registries mean."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from geo.places.datum import Datum
from registry.importers.aed_rows import aed_id_of, checked_aeds
from registry.importers.aed_sheets import read_aed_sheets
from registry.importers.aed_sources import RawAed
from registry.importers.columns import UnknownDatumOfFile, find_coordinates
from registry.importers.files import read_csv
from registry.importers.people.columns import looks_like_rescuers
from registry.importers.positions.checked import read_position
from registry.importers.positions.options import PositionOptions
from registry.importers.reading.read import read_sheets
from registry.importers.report import Rejected, grouped


@pytest.mark.parametrize(
    ("headers", "datum", "expected"),
    [
        (["lon", "lat"], Datum.WGS84, ("lon", "lat", Datum.WGS84)),
        (["Latitude", "Longitude"], Datum.WGS84, ("longitude", "latitude", Datum.WGS84)),
        (["gcj_lat", "gcj_lon", "wgs_lat", "wgs_lon"], None, ("wgslon", "wgslat", Datum.WGS84)),
        (["gcj_lat", "gcj_lon", "wgs_lat", "wgs_lon"], Datum.GCJ02, ("gcjlon", "gcjlat", Datum.GCJ02)),
        (["home_lon_gcj02", "home_lat_gcj02"], None, ("homelongcj02", "homelatgcj02", Datum.GCJ02)),
        (["百度经度", "百度纬度"], None, ("百度经度", "百度纬度", Datum.BD09)),
        (["经度", "纬度"], Datum.GCJ02, ("经度", "纬度", Datum.GCJ02)),
        (["CGCS2000经度", "CGCS2000纬度"], None, ("cgcs2000经度", "cgcs2000纬度", Datum.WGS84)),
    ],
)
def test_coordinates_and_their_datum_are_found_in_the_headers(
    headers: list[str], datum: Datum | None, expected: tuple[str, str, Datum]
) -> None:
    found = find_coordinates(headers, datum=datum, file="f.csv")
    assert found is not None
    assert (found.lon, found.lat, found.datum) == expected


def test_headers_that_contradict_the_datum_are_refused() -> None:
    with pytest.raises(UnknownDatumOfFile, match="gcj02"):
        find_coordinates(["gcj_lon", "gcj_lat"], datum=Datum.WGS84, file="f.csv")


def test_half_a_pair_is_no_coordinates() -> None:
    assert find_coordinates(["lon", "name", "wgs_lat"], datum=Datum.WGS84, file="f.csv") is None


def test_people_are_told_from_devices_by_their_papers() -> None:
    assert looks_like_rescuers(["编号", "姓名", "手机号", "证书编号"])
    assert looks_like_rescuers(["id", "name", "phone", "certificate_kind"])
    assert not looks_like_rescuers(["aed_id", "name", "lon", "lat"])


def hours_row(where: str, written: str) -> RawAed:
    # A thousandth of a degree each, so that no two are one.
    return replace(row(where, lon=113.6 + int(where[-1]) / 1000, lat=34.7), opening_hours=written)


def test_hours_are_read_by_the_country_and_kept_as_they_were_written() -> None:
    rows = [hours_row("line 2", "周一至周五 8:30-17:30"), replace(hours_row("line 3", "Ma-Di 9-17"), place=(5.1, 52.1))]
    found = checked_aeds(rows, source="s", time_zone=None)
    aeds, warnings = found.aeds, found.warnings
    assert [(aed.opening_hours, aed.hours_as_written) for aed in aeds] == [
        ("Mo-Fr 08:30-17:30", "周一至周五 8:30-17:30"),
        ("Mo,Tu 09:00-17:00", "Ma-Di 9-17"),
    ]
    assert warnings == []


def test_four_columns_say_together_when() -> None:
    row = replace(
        hours_row("line 2", ""), place=(139.7, 35.7), national_hours=("平日", "9:00", "1700", "年末年始を除く")
    )
    (aed,) = checked_aeds([row], source="s", time_zone=None).aeds
    assert aed.opening_hours == "Mo-Fr 09:00-17:00; PH off; Dec 29-Jan 03 off"
    assert aed.hours_as_written == "平日 9:00-1700 年末年始を除く"


def test_a_text_that_is_not_understood_is_told_in_the_same_words_for_every_row() -> None:
    rows = [hours_row(f"line {number}", "芝麻开门") for number in (2, 3, 4)] + [hours_row("line 5", "24小时")]
    found = checked_aeds(rows, source="s", time_zone=None)
    aeds, warnings = found.aeds, found.warnings
    assert [aed.opening_hours for aed in aeds] == ["", "", "", "24/7"]
    (told,) = grouped(warnings)
    assert (told.where, told.reason) == (("line 2", "line 3", "line 4"), "hours_unparseable")
    assert "'芝麻开门'" in told.text


def test_hours_by_day_are_read_day_by_day_and_one_that_is_not_understood_leaves_the_others() -> None:
    cells = {"Mo": "9h-12h", "We": "fermé", "Sa": "abracadabra", "PH": "24h/24"}
    paris = replace(hours_row("line 2", ""), place=(2.35, 48.85), hours_by_day=cells)
    found = checked_aeds([paris], source="s", time_zone=None)
    (aed,), (warning,) = found.aeds, found.warnings
    assert aed.opening_hours == "Mo 09:00-12:00; We off; Sa 00:00-24:00 unknown; PH 00:00-24:00"
    assert aed.hours_as_written == "Mo 9h-12h; We fermé; Sa abracadabra; PH 24h/24"
    assert "Sa: " in warning.text


def test_devices_side_by_side_stay_several_and_a_row_that_says_nothing_new_is_one() -> None:
    cells = [{"No": "1", "name": "school"}, {"No": "2", "name": "school"}, {"No": "2", "name": "school"}]
    rows = [replace(row(f"line {told['No']}", 9.5, 47.1, ref="", name="school"), cells=told) for told in cells]
    found = checked_aeds(rows, source="s", time_zone=None)
    aeds, rejected = found.aeds, found.rejected
    assert [aed.source_ref for aed in aeds] == ["school", "school #2"]
    assert [(remark.reason, remark.row["No"]) for remark in rejected] == [("duplicate", "2")]


@pytest.mark.parametrize(
    ("lon", "lat", "reason"),
    [
        ("", "34.7", "no_coordinates"),
        (None, None, "no_coordinates"),
        ("0", "0.0", "zero_coordinates"),
        ("34.75", "113.66", "swapped_coordinates"),
        ("200", "34", "coordinates_out_of_range"),
        ("113.66", "200", "coordinates_out_of_range"),
        ("1e400", "34", "bad_coordinates"),
        ("121.5", "90", "pole_coordinates"),
        ("121.5", "25.5N E", "bad_coordinates"),
        ("25N", "26N", "bad_coordinates"),
    ],
)
def test_impossible_positions_are_named_for_what_is_wrong(lon: str | None, lat: str | None, reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_position(lon, lat, Datum.WGS84)
    assert caught.value.reason == reason


def test_a_decimal_comma_is_read() -> None:
    assert read_position("9,52", "47,14", Datum.WGS84) == (9.52, 47.14)


def test_devices_without_ids_at_one_address_are_told_apart_by_position() -> None:
    rows = [row(str(number), 9.5 + number / 1000, 47.1, ref="", name="school") for number in (0, 1, 0)]
    found = checked_aeds(rows, source="s", time_zone=None)
    aeds, rejected = found.aeds, found.rejected
    assert [aed.source_ref for aed in aeds] == ["school", "school #2"]
    assert [remark.reason for remark in rejected] == ["duplicate"]


@pytest.mark.parametrize("ref", ["hall", ""])
def test_a_feature_of_several_points_is_several_aeds_where_they_hang(tmp_path: Path, ref: str) -> None:
    points = [[113.60, 34.70], [113.61, 34.70], [113.60, 34.70], [113.62, 34.71]]
    shape = {"type": "MultiPoint", "coordinates": points}
    feature = {"type": "Feature", "properties": {"id": ref, "name": "会展中心"}, "geometry": shape}
    path = tmp_path / "aeds.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")

    raw = read_aed_sheets(read_sheets(path), PositionOptions()).raw
    found = checked_aeds(raw, source="s", time_zone="Asia/Shanghai")
    aeds, rejected = found.aeds, found.rejected

    assert not rejected
    assert [(aed.lon, aed.lat) for aed in aeds] == [(113.60, 34.70), (113.61, 34.70), (113.62, 34.71)]
    first = ref or "会展中心"
    assert [aed.source_ref for aed in aeds] == [first, f"{first} #2", f"{first} #3"]


def test_an_id_is_the_same_everywhere_and_differs_by_source_and_reference() -> None:
    assert aed_id_of("osm", "node/1") == aed_id_of("osm", "node/1")
    assert len({aed_id_of("osm", "node/1"), aed_id_of("osm", "node/2"), aed_id_of("city", "node/1")}) == 3


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_with_its_own_delimiter_mark_and_line_numbers(tmp_path: Path, delimiter: str) -> None:
    file = tmp_path / "x.csv"
    lines = [["id", "Name "], ["1", '"two\nlines"'], ["", ""], ["2", "b"]]
    file.write_text("\ufeff" + "\r\n".join(delimiter.join(cells) for cells in lines), encoding="utf-8", newline="")
    headers, rows = read_csv(file)
    assert headers == ["id", "Name"]
    assert [(item.line, item.cells["name"]) for item in rows] == [(2, "two\nlines"), (5, "b")]


def row(where: str, lon: float, lat: float, *, ref: str | None = None, name: str = "") -> RawAed:
    return RawAed(where=where, ref=where if ref is None else ref, place=(lon, lat), name=name)
