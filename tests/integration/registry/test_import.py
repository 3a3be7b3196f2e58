"""Imports of real and of bad files: what is taken, what is refused and why, and that a second time changes nothing."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from geo.places.datum import Datum
from geo.places.geodesic import geodesic_m
from registry.directory import Directory
from registry.eligibility import Answer, UnknownTimeZone, is_usable
from registry.importers.columns import MissingColumns, UnknownDatumOfFile
from registry.importers.files import ImportRefused, UnreadableFile, WrongEncoding
from registry.importers.kinds import ImportKind, UnclearKind
from registry.importers.people.people_file import UnknownRegion
from registry.importers.people.person_ids import NoPeopleSecret
from registry.importers.reading.geometry import ForeignDatum
from registry.importers.report import grouped
from registry.importers.run import ImportOptions, import_file
from registry.models import Aed, Certificate
from registry.repository import find_contact, load_aeds, load_rescuers
from registry.storage.database import Database
from registry.tables import aeds

pytestmark = pytest.mark.both_databases
NOW = datetime(2025, 3, 5, 4, 0, tzinfo=UTC)
WGS84 = ImportOptions(datum=Datum.WGS84)
AS_AEDS = ImportOptions(kind=ImportKind.AEDS, datum=Datum.WGS84)
RESCUER_HEADER = "id,name,phone,certificate_kind,certificate_number,valid_from,valid_until,on_duty,home_lon,home_lat\n"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


async def all_aeds(database: Database) -> list[Aed]:
    async with database.read() as connection:
        return await load_aeds(connection)


@pytest.mark.parametrize(
    ("file", "datum", "count", "warnings", "zone"),
    [
        ("liechtenstein/liechtenstein-2024.osm.pbf", None, 148, 0, "Europe/Vaduz"),
        ("liechtenstein/aed_nodes_extracted.csv", Datum.WGS84, 148, 0, "Europe/Vaduz"),
        ("aed_registries/takamatsu_aed.csv", Datum.WGS84, 450, 5, "Asia/Tokyo"),
        ("aed_registries/trafford_aed.csv", Datum.WGS84, 185, 0, "Europe/London"),
        ("aed_registries/koeln_aed.geojson", None, 121, 0, "Europe/Berlin"),
        # It tells of checks after the day of these tests.
        ("aed_registries/verona_osm_aed.json", None, 210, 9, "Europe/Rome"),
        ("zhengzhou/zhengzhou_metro_aed.csv", None, 309, 0, "Asia/Shanghai"),
    ],
)
async def test_registries_as_cities_publish_them_come_in_whole_and_only_once(
    database: Database, shared_data: Path, *, file: str, datum: Datum | None, count: int, warnings: int, zone: str
) -> None:
    options = ImportOptions(datum=datum)

    first = await import_file(database, shared_data / file, options, now=NOW)
    before = await all_aeds(database)
    second = await import_file(database, shared_data / file, options, now=NOW + timedelta(days=1))

    assert (first.accepted, first.changed, first.unchanged, first.rejected) == (count, 0, 0, [])
    assert len(grouped(first.warnings)) == warnings
    assert (second.accepted, second.changed, second.unchanged, second.absent) == (0, 0, count, [])
    assert await all_aeds(database) == before
    assert {aed.time_zone for aed in before} == {zone}
    async with database.read() as connection:
        assert set((await connection.execute(select(aeds.c.imported_at))).scalars()) == {NOW}


async def test_every_opening_hours_text_of_liechtenstein_has_its_answer(database: Database, shared_data: Path) -> None:
    await import_file(database, shared_data / "liechtenstein/liechtenstein-2024.osm.pbf", ImportOptions(), now=NOW)
    told = [replace(aed, access="yes") for aed in await all_aeds(database) if aed.opening_hours]
    tuesday_ten = datetime(2024, 3, 5, 9, 0, tzinfo=UTC)
    sunday_three = datetime(2024, 3, 10, 2, 0, tzinfo=UTC)

    assert len(told) == 130
    assert {is_usable(aed, tuesday_ten).reason for aed in told} == {"open"}
    always = [aed for aed in told if is_usable(aed, sunday_three).answer is Answer.YES]
    assert {aed.opening_hours for aed in always} == {"24/7"}
    assert len(always) == 50


async def test_japanese_columns_become_opening_hours(database: Database, shared_data: Path) -> None:
    await import_file(database, shared_data / "aed_registries/takamatsu_aed.csv", WGS84, now=NOW)
    hours = {aed.opening_hours for aed in await all_aeds(database)}
    assert "Mo,We-Su 09:00-22:00" in hours
    assert "24/7" in hours  # the file says 0:00 to 23:59 on all days
    assert "Mo-Fr 08:50-17:25; PH off" in hours  # whom to ask says nothing of hours
    assert "Mo-Su 07:00-17:00" in hours  # the file says 1700


async def test_the_datum_named_in_the_headers_is_believed(database: Database, shared_data: Path) -> None:
    file = shared_data / "zhengzhou/zhengzhou_metro_aed.csv"
    await import_file(database, file, ImportOptions(), now=NOW)
    from_wgs = await all_aeds(database)
    await import_file(database, file, ImportOptions(datum=Datum.GCJ02), now=NOW)
    from_gcj = await all_aeds(database)

    apart_m = [float(geodesic_m(a.lon, a.lat, b.lon, b.lat)) for a, b in zip(from_wgs, from_gcj, strict=True)]
    assert max(apart_m) < 5.0
    with pytest.raises(UnknownDatumOfFile, match="drop --datum"):
        await import_file(database, file, ImportOptions(datum=Datum.BD09), now=NOW)


async def test_coordinates_in_another_datum_are_converted(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "aed.csv"
    file.write_text("id,name,经度,纬度\n1,七里河,113.722095,34.720917\n", encoding="utf-8")
    await import_file(database, file, ImportOptions(datum=Datum.GCJ02), now=NOW)
    (aed,) = await all_aeds(database)
    assert float(geodesic_m(aed.lon, aed.lat, 113.715919, 34.721973)) < 5.0


async def test_a_chinese_list_without_a_datum_is_refused_with_what_to_add(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "aed.csv"
    file.write_text("id,name,经度,纬度\n1,七里河,113.722095,34.720917\n", encoding="utf-8")
    with pytest.raises(UnknownDatumOfFile, match="Add --datum wgs84"):
        await import_file(database, file, ImportOptions(), now=NOW)
    assert await all_aeds(database) == []


async def test_outside_mainland_china_every_datum_is_one_and_none_is_asked_for(
    database: Database, shared_data: Path
) -> None:
    report = await import_file(database, shared_data / "aed_registries/trafford_aed.csv", ImportOptions(), now=NOW)
    assert (report.accepted, report.rejected) == (185, [])


async def test_bad_rows_are_rejected_by_line_and_reason_and_the_good_ones_taken(
    database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "aed.csv"
    rows = [
        "id,name,lon,lat,opening_hours,state",
        "1,good,9.52,47.14,24/7,",
        '2,"two\nlines",9.53,47.15,,',
        "3,nowhere,,,,",
        "4,null island,0,0,,",
        "5,swapped,47.15,9.53,,",
        "6,words,east,north,,",
        "7,moon,190,47,,",
        "1,again,9.55,47.2,,",
        "8,hours,9.54,47.16,Mo - Fr 7:00,",
        "9,broken,9.54,47.17,24/7,explodiert",
        "10,infinite,inf,nan,,",
        "11,pole,47.15,109.5,,",
    ]
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")

    report = await import_file(database, file, AS_AEDS, now=NOW)

    assert report.accepted == 4
    assert {(remark.where, remark.reason) for remark in report.rejected} == {
        ("line 5", "no_coordinates"),
        ("line 6", "zero_coordinates"),
        ("line 7", "swapped_coordinates"),
        ("line 8", "bad_coordinates"),
        ("line 9", "coordinates_out_of_range"),
        ("line 10", "duplicate"),
        ("line 13", "bad_coordinates"),
        ("line 14", "swapped_coordinates"),
    }
    assert [(remark.where, remark.reason) for remark in report.warnings] == [
        ("line 11", "hours_unparseable"),
        ("line 12", "state_unclear"),
    ]
    assert report.as_json()["rejected"][0]["line"] == 5
    states = {aed.name: is_usable(aed, NOW).reason for aed in await all_aeds(database)}
    assert (states["hours"], states["broken"]) == ("hours_conditional", "state_unknown")


async def test_what_changed_in_the_file_is_changed_and_what_is_gone_from_it_is_named(
    database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "aed.csv"
    file.write_text("id,name,lon,lat\n1,a,9.52,47.14\n2,b,9.53,47.15\n3,c,9.54,47.16\n", encoding="utf-8")
    await import_file(database, file, WGS84, now=NOW)
    file.write_text("id,name,lon,lat\n1,a,9.52,47.14\n2,b,9.535,47.15\n4,d,9.55,47.17\n", encoding="utf-8")

    report = await import_file(database, file, WGS84, now=NOW)

    assert (report.accepted, report.changed, report.unchanged) == (1, 1, 1)
    kept = {aed.name: aed for aed in await all_aeds(database)}
    assert report.absent == [kept["c"].aed_id]
    assert kept["b"].lon == 9.535


async def test_a_dry_run_says_what_would_happen_and_does_not_do_it(database: Database, shared_data: Path) -> None:
    options = ImportOptions(dry_run=True)
    report = await import_file(database, shared_data / "aed_registries/koeln_aed.geojson", options, now=NOW)
    assert (report.accepted, report.dry_run) == (121, True)
    assert await all_aeds(database) == []


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
async def test_an_encoding_is_found_and_a_wrong_one_that_is_named_is_refused(
    database: Database, tmp_path: Path, encoding: str
) -> None:
    file = tmp_path / "aed.csv"
    file.write_text("编号,名称,经度,纬度\n1,郑州东站,113.77,34.76\n", encoding=encoding)
    with pytest.raises(WrongEncoding, match="line 1"):
        await import_file(database, file, replace(AS_AEDS, encoding="ascii"), now=NOW)
    await import_file(database, file, AS_AEDS, now=NOW)
    assert [aed.name for aed in await all_aeds(database)] == ["郑州东站"]


@pytest.mark.parametrize(
    ("name", "content", "options", "error", "advice"),
    [
        ("aed.csv", b"", AS_AEDS, UnreadableFile, "empty"),
        ("aed.csv", b"id,lon,lat\n", AS_AEDS, UnreadableFile, "right file"),
        ("aed.csv", b"id,name\n1,a\n", AS_AEDS, MissingColumns, "lon and lat"),
        ("aed.csv", b"id,lon,lat\n1,2,3\n", replace(AS_AEDS, encoding="klingon"), WrongEncoding, "gb18030"),
        ("aed.csv", b"id,lon,lat\n1,2,3\n", replace(AS_AEDS, time_zone="Vaduz"), UnknownTimeZone, "Asia/Shanghai"),
        ("some.csv", b"id,name,birthday,lon,lat\n1,a,1990,2,3\n", WGS84, UnclearKind, "--kind aeds"),
        ("aed.geojson", b'{"type": "FeatureCollection", "features": [', AS_AEDS, UnreadableFile, "again"),
        ("aed.json", b'{"hello": 1}', AS_AEDS, UnreadableFile, "list of objects"),
        ("aed.json", b'{"elements": [1, {"tags": 2}]}', ImportOptions(), UnreadableFile, "right file"),
        ("aed.osm.pbf", b"not a pbf at all", ImportOptions(), UnreadableFile, "download it again"),
        ("aed.osm", b"<osm version='0.6'/>", ImportOptions(), UnreadableFile, "right file"),
        ("aed.osm", b"<osm version='0.6'/>", WGS84, UnreadableFile, "right file"),
        ("aed.osm", b"<osm version='0.6'/>", ImportOptions(datum=Datum.GCJ02), ForeignDatum, "drop --datum"),
        ("aed.xlsx", b"PK\3\4 and nothing more", AS_AEDS, UnreadableFile, "no whole archive"),
        ("aed.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", AS_AEDS, UnreadableFile, "save it again as XLSX"),
        ("aed.gpkg", b"SQLite format 3\0" + bytes(100), AS_AEDS, UnreadableFile, "no GeoPackage"),
        ("aed.tif", b"II*\0", AS_AEDS, UnreadableFile, "a raster lists nothing"),
        ("aed.pdf", b"%PDF-1.7", AS_AEDS, UnreadableFile, "no table"),
        ("aed.csv", bytes(range(256)), AS_AEDS, UnreadableFile, "nothing that a list is saved as"),
        (
            "people.geojson",
            b'{"features": []}',
            ImportOptions(kind=ImportKind.RESCUERS),
            UnreadableFile,
            "no rescuers",
        ),
        ("people.csv", b"name,age\na,1\n", ImportOptions(kind=ImportKind.RESCUERS), MissingColumns, "id"),
        ("people.csv", b"name,phone\na,1\n", ImportOptions(kind=ImportKind.RESCUERS), NoPeopleSecret, "PEOPLE_SECRET"),
        (
            "people.csv",
            b"id,phone\na,1\n",
            ImportOptions(kind=ImportKind.RESCUERS, region="China"),
            UnknownRegion,
            "CN",
        ),
        (
            "aed.geojson",
            b'{"crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::1"}}, "features": [{}]}',
            AS_AEDS,
            ForeignDatum,
            "WGS-84",
        ),
    ],
)
async def test_a_file_that_cannot_be_imported_is_refused_with_advice(
    database: Database,
    tmp_path: Path,
    *,
    name: str,
    content: bytes,
    options: ImportOptions,
    error: type[Exception],
    advice: str,
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=advice):
        await import_file(database, tmp_path / name, options, now=NOW)
    with pytest.raises(ImportRefused, match="no file"):
        await import_file(database, tmp_path / "missing.csv", options, now=NOW)


async def test_features_without_a_usable_geometry_are_rejected(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "aed.geojson"
    file.write_text(
        '{"type": "FeatureCollection", "features": ['
        '{"type": "Feature", "geometry": null, "properties": {}},'
        '{"type": "Feature", "geometry": {"type": "Point", "coordinates": []}, "properties": {}},'
        '{"type": "Feature", "geometry": {"type": "Blob"}, "properties": [1]},'
        "17,"
        '{"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[[9.0,47.0],[9.2,47.0],'
        '[9.2,47.2],[9.0,47.2],[9.0,47.0]]]}, "properties": {"name": "hall"}}]}',
        encoding="utf-8",
    )
    report = await import_file(database, file, ImportOptions(), now=NOW)
    assert [(remark.where, remark.reason) for remark in report.rejected] == [
        (f"feature {number}", "no_coordinates") for number in (1, 2, 3, 4)
    ]
    (hall,) = await all_aeds(database)
    assert (round(hall.lon, 6), round(hall.lat, 6)) == (9.1, 47.1)


async def test_an_aed_drawn_as_a_building_lies_in_its_middle(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "town.osm"
    corners = [(1, 47.0, 9.0), (2, 47.0, 9.2), (3, 47.2, 9.2), (4, 47.2, 9.0)]
    nodes = "".join(f"<node id='{n}' version='1' lat='{lat}' lon='{lon}'/>" for n, lat, lon in corners)
    refs = "".join(f"<nd ref='{n}'/>" for n in (1, 2, 3, 4, 1))
    tags = "<tag k='emergency' v='defibrillator'/><tag k='outdoor' v='yes'/><tag k='level' v='1'/>"
    file.write_text(f"<osm version='0.6'>{nodes}<way id='7' version='1'>{refs}{tags}</way></osm>", encoding="utf-8")
    await import_file(database, file, ImportOptions(), now=NOW)
    (aed,) = await all_aeds(database)
    assert (round(aed.lon, 6), round(aed.lat, 6)) == (9.1, 47.1)
    assert (aed.source_ref, aed.indoor, aed.floor) == ("way/7", False, "1")


def aed_node(number: int, lon: float, **attributes: str) -> str:
    words = "".join(f" {key}='{value}'" for key, value in attributes.items())
    tag = "<tag k='emergency' v='defibrillator'/>"
    return f"<node id='{number}' lat='47.0' lon='{lon}'{words}>{tag}</node>"


async def test_of_an_editors_file_new_aeds_come_in_and_deleted_ones_do_not(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "edited.osm"
    corners = "".join(f"<node id='-{n}' lat='{lat}' lon='{lon}'/>" for n, lat, lon in [(5, 47.0, 9.4), (6, 47.2, 9.6)])
    way = "<way id='-7'><nd ref='-5'/><nd ref='-6'/><tag k='emergency' v='defibrillator'/></way>"
    nodes = [aed_node(1, 9.0, version="2"), aed_node(2, 9.1, version="3", action="delete"), aed_node(-3, 9.2)]
    file.write_text(f"<osm version='0.6' generator='JOSM'>{''.join(nodes)}{corners}{way}</osm>", encoding="utf-8")

    report = await import_file(database, file, ImportOptions(), now=NOW)

    assert report.rejected == []
    found = {aed.source_ref: round(aed.lon, 6) for aed in await all_aeds(database)}
    assert found == {"node/1": 9.0, "node/-3": 9.2, "way/-7": 9.5}


async def test_of_a_history_the_newest_version_counts_and_what_is_gone_is_gone(
    database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "history.osm"
    gone = "<node id='2' version='2' visible='false'/>"
    nodes = [
        aed_node(1, 9.0, version="1", visible="true"),
        aed_node(1, 9.3, version="2", visible="true"),
        aed_node(2, 9.1, version="1", visible="true"),
        gone,
    ]
    file.write_text(f"<osm version='0.6'>{''.join(nodes)}</osm>", encoding="utf-8")

    await import_file(database, file, ImportOptions(), now=NOW)

    assert [(aed.source_ref, round(aed.lon, 6)) for aed in await all_aeds(database)] == [("node/1", 9.3)]


async def test_an_aed_drawn_as_an_area_lies_in_the_middle_of_its_members(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "town.osm"
    corners = [(1, 47.0, 9.0), (2, 47.0, 9.2), (3, 47.2, 9.2), (4, 47.2, 9.0)]
    nodes = "".join(f"<node id='{n}' version='1' lat='{lat}' lon='{lon}'/>" for n, lat, lon in corners)
    refs = "".join(f"<nd ref='{n}'/>" for n in (1, 2, 3, 4, 1))
    tags = "<tag k='type' v='multipolygon'/><tag k='emergency' v='defibrillator'/>"
    member = "<member type='way' ref='7' role='outer'/>"
    file.write_text(
        f"<osm version='0.6'>{nodes}<way id='7' version='1'>{refs}</way>"
        f"<relation id='8' version='1'>{member}{tags}</relation></osm>",
        encoding="utf-8",
    )

    await import_file(database, file, ImportOptions(), now=NOW)

    (aed,) = await all_aeds(database)
    assert (aed.source_ref, round(aed.lon, 6), round(aed.lat, 6)) == ("relation/8", 9.1, 47.1)


async def test_rescuers_come_in_with_certificates_and_normal_phones(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "volunteers.csv"
    file.write_text(
        "编号,姓名,手机号,证书类型,证书编号,发证日期,有效期至,在岗,家庭经度,家庭纬度\n"
        "r1,王芳,138 1234 5678,红十字救护员,A1,2024年5月1日,2027/4/30,是,113.66,34.75\n"
        "r1,王芳,138 1234 5678,CPR,B2,,长期,是,113.66,34.75\n"
        "r2,Anna,+41 44 668 18 00,,,,,否,,\n",
        encoding="utf-8",
    )
    report = await import_file(database, file, WGS84, now=NOW)
    assert (report.accepted, report.rejected) == (2, [])
    async with database.read() as connection:
        one, two = await load_rescuers(connection)
        contact = await find_contact(connection, "r1", database.personal_keys)
    assert contact is not None
    assert (contact.name, contact.phone_e164) == ("王芳", "+8613812345678")
    assert one.certificates == (
        Certificate(kind="红十字救护员", number="A1", valid_from=date(2024, 5, 1), valid_until=date(2027, 4, 30)),
        Certificate(kind="CPR", number="B2"),
    )
    assert (one.on_duty, one.home_lon, one.home_lat) == (True, 113.66, 34.75)
    assert (two.on_duty, two.certificates, two.home_lon) == (False, (), None)


async def test_bad_rescuers_are_rejected_without_repeating_what_is_personal(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "rescuers.csv"
    file.write_text(
        RESCUER_HEADER
        + "r1,Good,13812345678,rc,1,2024-01-01,2027-01-01,yes,113.66,34.75\n"
        + "r2,Short,1381,rc,2,2024-01-01,2027-01-01,yes,113.66,34.75\n"
        + "r3,Words,call me,rc,3,2024-01-01,2027-01-01,yes,113.66,34.75\n"
        + "r4,Reversed,13812345670,rc,4,2027-01-01,2024-01-01,yes,113.66,34.75\n"
        + "r5,Date,13812345671,rc,5,2024-13-01,2027-01-01,yes,113.66,34.75\n"
        + "r6,Duty,13812345672,rc,6,2024-01-01,2027-01-01,perhaps,113.66,34.75\n"
        + "r7,Null,13812345673,rc,7,2024-01-01,2027-01-01,yes,0,0\n"
        + "r1,Someone else,13812345674,rc,8,2024-01-01,2027-01-01,yes,113.66,34.75\n"
        + "r1,Good,13812345678,rc,1,2024-01-01,2027-01-01,yes,113.66,34.75\n"
        + ",Nobody,13812345675,rc,9,2024-01-01,2027-01-01,yes,113.66,34.75\n",
        encoding="utf-8",
    )
    report = await import_file(database, file, WGS84, now=NOW)
    assert report.accepted == 1
    assert [(remark.where, remark.reason) for remark in report.rejected] == [
        ("line 3", "bad_phone"),
        ("line 4", "bad_phone"),
        ("line 5", "certificate_dates_reversed"),
        ("line 6", "bad_date"),
        ("line 7", "bad_on_duty"),
        ("line 8", "zero_coordinates"),
        ("line 9", "id_taken"),
        ("line 10", "duplicate"),
        ("line 11", "no_id"),
    ]
    shown = str(report.as_json()["rejected"])
    assert not any(personal in shown for personal in ("Short", "1381", "call me", "Someone else", "113.66"))


async def test_homes_need_a_datum_and_files_without_homes_do_not(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "rescuers.csv"
    file.write_text(RESCUER_HEADER + "r1,A,13812345678,rc,1,,2027-01-01,yes,,\n", encoding="utf-8")
    assert (await import_file(database, file, ImportOptions(), now=NOW)).accepted == 1
    file.write_text(RESCUER_HEADER + "r1,A,13812345678,rc,1,,2027-01-01,yes,113.66,34.75\n", encoding="utf-8")
    with pytest.raises(UnknownDatumOfFile, match="--datum"):
        await import_file(database, file, ImportOptions(), now=NOW)
    assert (await import_file(database, file, WGS84, now=NOW)).changed == 1


async def test_a_new_list_changes_papers_but_not_the_duty_that_a_phone_has_set(
    database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "rescuers.csv"
    file.write_text(RESCUER_HEADER + "r1,A,13812345678,rc,1,,2025-01-01,yes,113.66,34.75\n", encoding="utf-8")
    await import_file(database, file, WGS84, now=NOW)
    directory = await Directory.load(database)
    directory.set_duty("r1", False, NOW)
    await directory.flush(database)

    file.write_text(RESCUER_HEADER + "r1,A,13812345678,rc,2,,2028-01-01,yes,,\n", encoding="utf-8")
    report = await import_file(database, file, WGS84, now=NOW)

    assert (report.changed, report.accepted) == (1, 0)
    person = (await Directory.load(database)).get_rescuer("r1")
    assert person.certificates == (Certificate(kind="rc", number="2", valid_until=date(2028, 1, 1)),)
    assert (person.on_duty, person.home_lon) == (False, None)


async def test_a_city_of_volunteers_comes_in_once(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "rescuers.csv"
    rows = (f"r{n},人{n},138{n:08},rc,{n},2024-01-01,2027-01-01,yes,113.{n:05},34.75" for n in range(5000))
    file.write_text(RESCUER_HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    assert (await import_file(database, file, WGS84, now=NOW)).accepted == 5000
    assert (await import_file(database, file, WGS84, now=NOW)).unchanged == 5000


async def test_an_import_that_fails_half_way_leaves_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "aed.csv"
    file.write_text("id,name,lon,lat\n1,a,9.52,47.14\n", encoding="utf-8")
    await import_file(database, file, WGS84, now=NOW)
    file.write_text("id,name,lon,lat\n2,b,9.53,47.15\n1,c,9.52,47.14\n", encoding="utf-8")
    monkeypatch.setattr("registry.importers.aed_store.log_import", fail)
    with pytest.raises(OSError, match="half way"):
        await import_file(database, file, WGS84, now=NOW)
    assert [aed.name for aed in await all_aeds(database)] == ["a"]


async def fail(*_arguments: object, **_options: object) -> None:
    raise OSError("half way")
