"""Districts, grids and stations: imported with their outlines, changed by officers, written down with a name."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.places.datum import Datum, convert
from registry.history.log import Author, Recorded, list_changes
from registry.importers.columns import MissingColumns, UnknownDatumOfFile
from registry.importers.known_sources import BadSourceName
from registry.importers.places.columns import PlaceField
from registry.importers.places.drafts import PlaceOptions, PlacesReport
from registry.importers.places.reading import NothingTaken
from registry.importers.places.saving import import_places
from registry.importers.reading.geometry import ForeignDatum
from registry.places.districts import UnknownDistrict, load_districts, named
from registry.places.fields import BadPlace
from registry.places.kinds import PlaceKind
from registry.places.place import Place
from registry.places.store import (
    PlaceChanged,
    PlaceSearch,
    UnknownPlace,
    add_place,
    describe_place,
    get_place,
    list_places,
    move_place,
    reinstate_place,
    retire_place,
)
from registry.places.within import list_places_in
from registry.storage.database import Database
from tests.support.places import EAST_END, STATIONS, feature, write_districts, write_geojson

pytestmark = pytest.mark.both_databases
NOW = datetime(2026, 4, 5, 4, 0, tzinfo=UTC)
LI = Author(by="li", at=NOW, why="first list")
DISTRICTS = PlaceOptions(source="city", kind=PlaceKind.DISTRICT)
AT_STATIONS = PlaceOptions(source="society", datum=Datum.WGS84)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    one = Database(database_url)
    yield one
    await one.close()


async def write(database: Database, work: Callable[[AsyncConnection], Awaitable[Any]]) -> Any:
    async with database.write() as connection:
        return await work(connection)


async def take(database: Database, path: Path, options: PlaceOptions, author: Author = LI) -> PlacesReport:
    report: PlacesReport = await write(database, lambda c: import_places(c, path, options, author))
    return report


async def take_town(database: Database, folder: Path) -> None:
    await take(database, write_districts(folder / "districts.geojson"), DISTRICTS)
    (folder / "stations.csv").write_text(STATIONS, encoding="utf-8")
    await take(database, folder / "stations.csv", AT_STATIONS)


async def held(database: Database, **asked: Any) -> dict[str, Place]:
    async with database.read() as connection:
        return {one.name: one for one in await list_places(connection, PlaceSearch(**asked), limit=100)}


async def told(database: Database, place: Place) -> list[Recorded]:
    """The newest first."""
    async with database.read() as connection:
        return await list_changes(connection, kind="place", subject_id=place.place_id, limit=100)


def counts(report: PlacesReport) -> tuple[int, int, int]:
    return report.added, report.changed, report.unchanged


async def test_a_list_comes_in_whole_and_a_second_time_changes_nothing(database: Database, tmp_path: Path) -> None:
    await take_town(database, tmp_path)
    before = await held(database)

    assert counts(await take(database, tmp_path / "districts.geojson", DISTRICTS)) == (0, 0, 2)
    assert counts(await take(database, tmp_path / "stations.csv", AT_STATIONS)) == (0, 0, 3)

    assert await held(database) == before
    central, old_town = before["Central"], before["Old Town"]
    assert (central.kind, central.levels, central.position) == (
        PlaceKind.METRO_STATION,
        ("B1 hall", "B2 trains"),
        (9.55, 47.15),
    )
    assert (old_town.source_ref, old_town.kind, old_town.area is not None) == ("101", PlaceKind.DISTRICT, True)
    (line,) = await told(database, old_town)
    assert (line.change.action, line.change.before, line.author) == ("imported", None, LI)


async def test_what_an_officer_set_stays_and_the_rest_follows_the_list(database: Database, tmp_path: Path) -> None:
    await take_town(database, tmp_path)
    west = (await held(database))["Practice West"]
    await write(database, lambda c: move_place(c, west.place_id, (9.52, 47.12), LI))

    later = STATIONS.replace("West Road 1", "West Road 9").replace("9.51,47.11", "9.511,47.111")
    later = "".join(line for line in later.splitlines(keepends=True) if not line.startswith("2,"))
    (tmp_path / "stations.csv").write_text(later, encoding="utf-8")
    report = await take(database, tmp_path / "stations.csv", AT_STATIONS)

    assert counts(report) == (0, 1, 1)
    assert report.absent == ["Practice East"]
    found = await held(database)
    assert (found["Practice West"].address, found["Practice West"].position) == ("West Road 9", (9.52, 47.12))
    assert "Practice East" in found


async def test_outlines_of_another_datum_are_moved_as_a_whole(database: Database, tmp_path: Path) -> None:
    corners = [[113.6, 34.7], [113.7, 34.7], [113.7, 34.8], [113.6, 34.8], [113.6, 34.7]]
    square = feature({"type": "Polygon", "coordinates": [corners]}, name="金水区")
    path = write_geojson(tmp_path / "a.geojson", square)

    await take(database, path, replace(DISTRICTS, datum=Datum.GCJ02))

    (district,) = (await held(database)).values()
    async with database.read() as connection:
        (area,) = await load_districts(connection)
    lon, lat = convert(113.6, 34.7, source=Datum.GCJ02, target=Datum.WGS84)
    assert f"{lon:.5f}" in str(district.area)
    assert f"{lat:.5f}" in str(district.area)
    assert area.holds(np.array([lon + 1e-5, 113.6999]), np.array([lat + 1e-5, 34.7999])).tolist() == [True, False]


async def test_a_table_in_china_says_its_datum_in_a_header_or_by_an_option(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("名称,类型,经度,纬度\n花园路,培训实践站,113.7,34.8\n", encoding="utf-8")
    options = PlaceOptions(source="society")
    with pytest.raises(UnknownDatumOfFile, match="--datum wgs84, gcj02"):
        await take(database, path, options)

    path.write_text("名称,类型,lon_gcj02,lat_gcj02\n花园路,培训实践站,113.7,34.8\n", encoding="utf-8")
    await take(database, path, options)

    (place,) = (await held(database)).values()
    assert place.position == pytest.approx(convert(113.7, 34.8, source=Datum.GCJ02, target=Datum.WGS84))


async def test_a_named_reference_system_is_read_and_leaves_no_room_for_a_datum(
    database: Database, tmp_path: Path
) -> None:
    there = {"type": "Point", "coordinates": [2757000, 1222000]}
    crs = {"crs": {"type": "name", "properties": {"name": "EPSG:2056"}}}
    path = write_geojson(tmp_path / "a.geojson", feature(there, name="West"), **crs)
    options = replace(AT_STATIONS, kind=PlaceKind.SCHOOL_STATION, datum=None)
    with pytest.raises(ForeignDatum, match="leave --datum out"):
        await take(database, path, replace(options, datum=Datum.GCJ02))

    await take(database, path, options)

    (place,) = (await held(database)).values()
    assert place.position == pytest.approx((9.50, 47.13), abs=0.05)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (
            feature({"type": "Point", "coordinates": [9.5, 47.1]}, name="a"),
            "a district is an area, and this is a point",
        ),
        (feature(None, name="a"), "it is nowhere"),
        (feature(EAST_END), "it has no name"),
        (feature({"type": "Polygon", "coordinates": [[[9.5]]]}, name="a"), "no whole GeoJSON geometry"),
        (feature({"type": "Polygon", "coordinates": "here"}, name="a"), "no whole GeoJSON geometry"),
        (
            feature({"type": "Polygon", "coordinates": [[[47, 99], [48, 99], [48, 98], [47, 99]]]}, name="a"),
            "swapped: longitude comes first",
        ),
        (
            feature({"type": "Polygon", "coordinates": [[[47e4, 99], [48e4, 99], [48e4, 98], [47e4, 99]]]}, name="a"),
            "not in degrees",
        ),
        (feature({"type": "Polygon", "coordinates": [[[9, 47], [9, 48], [9, 47], [9, 47]]]}, name="a"), "no inside"),
        (feature(EAST_END, name="East again", adcode=102), "102 stands in feature 1 already"),
    ],
)
async def test_a_row_that_is_no_place_is_refused_with_a_reason(
    database: Database, tmp_path: Path, row: dict[str, Any], why: str
) -> None:
    path = write_geojson(tmp_path / "a.geojson", feature(EAST_END, name="East End", adcode=102), row)

    report = await take(database, path, DISTRICTS)

    ((where, said),) = report.rejected
    assert where == "feature 2"
    assert why in said
    assert list(await held(database)) == ["East End"]
    assert counts(await take(database, path, DISTRICTS)) == (0, 0, 1)


async def test_an_outline_that_crosses_itself_is_put_right(database: Database, tmp_path: Path) -> None:
    bow = [[9.0, 47.0], [9.2, 47.2], [9.2, 47.0], [9.0, 47.2], [9.0, 47.0]]
    await take(
        database,
        write_geojson(tmp_path / "a.geojson", feature({"type": "Polygon", "coordinates": [bow]}, name="Bow")),
        DISTRICTS,
    )

    assert '"MultiPolygon"' in str((await held(database))["Bow"].area)


async def test_lists_that_cannot_be_taken_say_what_to_do(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,lon,lat\nA,9.5,47.1\n", encoding="utf-8")

    with pytest.raises(NothingTaken, match="line 2: it does not say what it is: add --kind"):
        await take(database, path, AT_STATIONS)
    with pytest.raises(BadSourceName):
        await take(database, path, replace(AT_STATIONS, source="registry"))
    with pytest.raises(MissingColumns, match="no such column, only name, lon, lat"):
        await take(database, path, replace(AT_STATIONS, mapped={"title": PlaceField.NAME}))
    assert not await held(database)


async def test_a_dry_run_says_what_would_happen_and_does_nothing(database: Database, tmp_path: Path) -> None:
    report = await take(database, write_districts(tmp_path / "a.geojson"), replace(DISTRICTS, dry_run=True))

    assert counts(report) == (2, 0, 0)
    assert not await held(database)


async def test_grids_are_imported_as_wkt_and_belong_to_the_district_that_they_name(
    database: Database, tmp_path: Path
) -> None:
    await take(database, write_districts(tmp_path / "districts.geojson"), DISTRICTS)
    outline = '"POLYGON ((9.51 47.11, 9.52 47.11, 9.52 47.12, 9.51 47.11))"'
    rows = f"Grid 7,old town,{outline}\nGrid 8,Atlantis,{outline}\nGrid 9,,{outline}\n"
    (tmp_path / "grids.csv").write_text(f"name,district,wkt\n{rows}", encoding="utf-8")

    report = await take(database, tmp_path / "grids.csv", replace(AT_STATIONS, kind=PlaceKind.GRID))

    found = await held(database)
    assert found["Grid 7"].district_id == found["Old Town"].place_id
    assert found["Grid 9"].district_id is None
    ((where, why),) = report.rejected
    assert where == "line 3"
    assert "no district 'Atlantis': there are East End, Old Town" in why


async def test_a_mobile_phone_is_a_persons_and_costs_no_station(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("名称,电话,经度,纬度\n花园路,13812345678,113.7,34.8\n", encoding="utf-8")

    report = await take(database, path, replace(AT_STATIONS, kind=PlaceKind.SCHOOL_STATION))

    assert (await held(database))["花园路"].phone == ""
    (note,) = report.notes
    assert "its phone is left out" in note
    assert "138" not in note


async def test_places_of_a_district_are_those_that_lie_in_it_or_are_said_to(database: Database, tmp_path: Path) -> None:
    await take_town(database, tmp_path)
    central = (await held(database))["Central"]

    async def names(district: str) -> set[str]:
        search = PlaceSearch(kinds=[PlaceKind.PRACTICE_STATION, PlaceKind.METRO_STATION])
        async with database.read() as connection:
            return {one.name for one in await list_places_in(connection, district, search, limit=100)}

    assert await names("Old Town") == {"Practice West"}
    assert await names("102") == {"Practice East"}
    await write(database, lambda c: describe_place(c, central.place_id, {"district_id": "Old Town"}, LI))
    assert await names("old town") == {"Practice West", "Central"}
    with pytest.raises(UnknownDistrict, match="there are East End, Old Town"):
        await names("North")


async def test_a_station_is_added_described_moved_retired_and_reinstated_with_a_name(database: Database) -> None:
    kind, new = PlaceKind.METRO_STATION, {"name": " Harbour  Station ", "levels": ["B1"], "phone": "+423 239 61 61"}
    place: Place = await write(database, lambda c: add_place(c, kind, new, (9.51, 47.11), LI))
    assert (place.name, place.phone, place.corrected) == ("Harbour Station", "+423 239 61 61", frozenset())
    wu = Author(by="wu", at=NOW + timedelta(minutes=1), why="new exit")

    place = await write(database, lambda c: describe_place(c, place.place_id, {"entrance": "Exit C"}, wu))
    place = await write(database, lambda c: move_place(c, place.place_id, (9.52, 47.12), wu))
    place = await write(database, lambda c: retire_place(c, place.place_id, wu))
    assert not await held(database)
    assert set(await held(database, retired=True)) == {"Harbour Station"}
    place = await write(database, lambda c: reinstate_place(c, place.place_id, wu))

    lines = await told(database, place)
    assert [line.change.action for line in lines] == ["reinstated", "retired", "moved", "described", "added"]
    assert {line.author.by for line in lines[:4]} == {"wu"}
    assert (lines[2].change.before, lines[2].change.after) == ({"position": [9.51, 47.11]}, {"position": [9.52, 47.12]})


async def test_what_says_nothing_new_writes_no_line(database: Database) -> None:
    place: Place = await write(
        database, lambda c: add_place(c, PlaceKind.SCHOOL_STATION, {"name": "School"}, (9.5, 47.1), LI)
    )

    await write(database, lambda c: describe_place(c, place.place_id, {"name": "School", "levels": []}, LI))
    await write(database, lambda c: move_place(c, place.place_id, (9.5, 47.1), LI))
    await write(database, lambda c: reinstate_place(c, place.place_id, LI))

    assert len(await told(database, place)) == 1


async def test_two_officers_at_once_lose_nothing(database: Database) -> None:
    kind = PlaceKind.SCHOOL_STATION
    seen: Place = await write(database, lambda c: add_place(c, kind, {"name": "School"}, (9.5, 47.1), LI))
    expected = frozenset({seen.version})
    await write(database, lambda c: describe_place(c, seen.place_id, {"address": "Hill 1"}, LI, expected=expected))

    with pytest.raises(PlaceChanged):
        await write(database, lambda c: move_place(c, seen.place_id, (9.6, 47.2), LI, expected=expected))

    async with database.read() as connection:
        now = await get_place(connection, seen.place_id)
    assert (now.address, now.position) == ("Hill 1", (9.5, 47.1))


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"name": " "}, "a place has one"),
        ({"name": "a" * 201}, "at most 200 characters"),
        ({"phone": "ask Wang"}, "in digits"),
        ({"phone": "+86 138 1234 5678"}, "a person's"),
        ({"levels": ["B1"] * 2 + [str(number) + "F" for number in range(21)]}, "up to 20 floors"),
        ({"levels": [""]}, "1 to 60 characters"),
    ],
)
async def test_what_cannot_be_of_a_place_is_refused(database: Database, said: dict[str, Any], why: str) -> None:
    kind = PlaceKind.SCHOOL_STATION
    place: Place = await write(database, lambda c: add_place(c, kind, {"name": "School"}, (9.5, 47.1), LI))

    with pytest.raises(BadPlace, match=why):
        await write(database, lambda c: describe_place(c, place.place_id, said, LI))


async def test_areas_come_by_import_alone(database: Database, tmp_path: Path) -> None:
    await take_town(database, tmp_path)
    district = (await held(database))["Old Town"]

    with pytest.raises(BadPlace, match="import its outline"):
        await write(database, lambda c: add_place(c, PlaceKind.GRID, {"name": "Grid"}, (9.5, 47.1), LI))
    with pytest.raises(BadPlace, match="import its new outline"):
        await write(database, lambda c: move_place(c, district.place_id, (9.5, 47.1), LI))
    with pytest.raises(BadPlace, match="has no phone"):
        await write(database, lambda c: describe_place(c, district.place_id, {"phone": "+423 239 61 61"}, LI))
    with pytest.raises(BadPlace, match="belongs to no other"):
        await write(database, lambda c: describe_place(c, district.place_id, {"district_id": "East End"}, LI))
    with pytest.raises(UnknownPlace):
        await write(database, lambda c: retire_place(c, "nowhere", LI))


async def test_a_retired_district_is_no_filter_any_more(database: Database, tmp_path: Path) -> None:
    await take_town(database, tmp_path)
    district = (await held(database))["Old Town"]

    await write(database, lambda c: retire_place(c, district.place_id, LI))

    async with database.read() as connection:
        districts = await load_districts(connection)
    with pytest.raises(UnknownDistrict):
        named(districts, district.place_id)
    assert named(districts, "EAST　END").code == "102"
