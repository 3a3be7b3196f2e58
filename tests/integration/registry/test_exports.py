"""The registry's data goes out in every format and comes in again as it was."""

import asyncio
import csv
import json
import os
import tempfile
import zipfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from typer.testing import CliRunner

from geo.places.datum import Datum
from registry.cli import app
from registry.exporters.columns import COLUMNS, ID
from registry.exporters.formats import OWN_FORMATS, Format, ending_of, write_export
from registry.exporters.refused import ExportRefused
from registry.exporters.rows import load_records, public_cabinets
from registry.importers.aed_rows import digest_of
from registry.importers.files import ImportRefused
from registry.importers.import_log import undo_import
from registry.importers.known_sources import UnnamedSource
from registry.importers.reading.read import read_sheets
from registry.importers.run import ImportOptions, import_file
from registry.models import Aed, AedState
from registry.repository import aed_from_row, load_aeds
from registry.storage.database import Database
from registry.tables import aeds
from tests.support.tables import emptied

pytestmark = pytest.mark.both_databases
NOW = datetime(2025, 3, 5, 4, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=40)

DIFFICULT = (
    *("", "-", "NA", "null", "无", "=1+1", '=HYPERLINK("https://example.org","x")', "+86 371 6000 0000", "-2"),
    *("@SUM(A1)", "＝1＋1", "'", "''", "'quoted'", " blank before", "blank behind ", "a,b;c\td|e", 'a "word"'),
    *("two\nlines", "cr\r\nlf", "_x0041_", "back\\slash", "\\u0041", "<b>&amp;</b>", "007", "1E5", "2024-05-01"),
    *(
        "24:00",
        "PT24H00M00S",
        "TRUE",
        "郑州东站",
        "ｶﾅ",
        "👨‍⚕️",
        "\x01\x1f",
        "\x85",
        "\ufeffmark",
        "many\n" * 300,
        "'=1'\\",
    ),
)
STORABLE = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
TEXTS = st.sampled_from(DIFFICULT) | st.text(STORABLE, max_size=12)
SHORT = TEXTS.map(lambda text: text[:64])
HOURS = st.sampled_from(
    ["", "24/7", "Mo-Fr 08:00-17:00; PH off", "Sa[1] 09:00-12:00", '"on request"', "not hours at all"]
)
MOMENTS = st.none() | st.integers(0, 10**9).map(lambda seconds: NOW + timedelta(seconds=seconds, microseconds=7))
# Not 0,0 and no -0.0, which are refused and 0.
LON = st.floats(-180, 180).map(lambda lon: lon + 0.0) | st.just(113.65)
LAT = st.floats(1e-9, 89.9) | st.floats(-89.9, -1e-9) | st.just(34.75)


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    """A row of `aeds`, without its id, list and cabinet."""
    aed = Aed(
        aed_id="",
        lon=draw(LON),
        lat=draw(LAT),
        time_zone=draw(st.sampled_from(["Asia/Shanghai", "Europe/Paris", "UTC"])),
        name=draw(TEXTS),
        location_text=draw(TEXTS),
        floor=draw(SHORT),
        indoor=draw(st.none() | st.booleans()),
        access=draw(SHORT | st.sampled_from(["yes", "private", "customers"])),
        opening_hours=draw(HOURS),
        hours_as_written=draw(TEXTS),
        state=draw(st.sampled_from(AedState)),
    )
    said = draw(st.dictionaries(st.sampled_from(["name", "opening_hours", "location_text"]), TEXTS, max_size=2))
    told = {name: getattr(aed, name) for name in VALUES}
    corrected = {name: {"said": text, "at": NOW.isoformat(), "by": "officer"} for name, text in said.items()}
    moments = {"absent_since": draw(MOMENTS), "retired_at": draw(MOMENTS)}
    return {**told, "position": (aed.lon, aed.lat), "corrected": corrected, **moments}


VALUES = (
    *("name", "location_text", "floor", "indoor", "access", "opening_hours", "hours_as_written", "time_zone", "state"),
)
REGISTRIES = st.lists(records(), min_size=1, max_size=6)


def as_rows(drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of several lists, with ids and references as difficult as texts are; some joined to the first."""
    rows = []
    for number, values in enumerate(drawn):
        lon, lat = values["position"]
        row = {**values, "aed_id": f"aed-{number:016x}", "source": ("osm", "=city", "郑州 市")[number % 3]}
        row |= {
            "source_ref": f"{DIFFICULT[number][:500]}{number}",
            "joined_to": "aed-" + 16 * "0" if number == 2 else None,
        }
        said = {name: word["said"] for name, word in values["corrected"].items()}
        plain = {name: values[name] for name in VALUES} | said | {"state": AedState(values["state"])}
        heard = Aed(aed_id="", lon=lon, lat=lat, source_ref=row["source_ref"], **plain)
        row |= {"source_file": "list.csv", "source_digest": digest_of(heard), "imported_at": NOW, "changed_at": NOW}
        rows.append(row | {"retired_by": "officer" if values["retired_at"] else None})
    return rows


async def there_and_back(url: str, rows: list[dict[str, Any]], chosen: Format) -> tuple[list[Any], list[Any]]:
    """What the registry holds, and what it holds after it was emptied and its export imported."""
    database = Database(url)
    try:
        async with database.write() as connection:
            await emptied(connection)
            await connection.execute(insert(aeds), rows)
        before = await held(database)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"registry{ending_of(chosen)}"
            async with database.read() as connection:
                write_export(path, await load_records(connection), chosen)
            async with database.write() as connection:
                await emptied(connection)
            report = await import_file(database, path, ImportOptions(), now=LATER)
            assert not report.rejected
            assert report.accepted == len(rows)
            again = await import_file(database, path, ImportOptions(), now=LATER)
            assert (again.accepted, again.changed, again.unchanged) == (0, 0, len(rows))
        return before, await held(database)
    finally:
        await database.close()


async def held(database: Database) -> list[tuple[Aed, Mapping[str, Any]]]:
    """Every AED, and what of its row is no part of it and must come back as well."""
    async with database.read() as connection:
        rows = (await connection.execute(select(aeds).order_by(aeds.c.aed_id))).all()
    return [
        (
            aed_from_row(row),
            {
                "absent_since": row.absent_since,
                "retired_at": row.retired_at,
                "digest": row.source_digest,
                "said": {name: word["said"] for name, word in row.corrected.items()},
            },
        )
        for row in rows
    ]


def every_difficult_text() -> list[dict[str, Any]]:
    """A record for each, with it in every field that may hold any."""
    one = {"indoor": None, "opening_hours": "", "time_zone": "Asia/Shanghai", "state": "unknown", "corrected": {}}
    one |= {"absent_since": None, "retired_at": None}
    texts = (("name", 10_000), ("location_text", 10_000), ("hours_as_written", 10_000), ("floor", 64), ("access", 64))
    return [
        {**one, **{name: text[:most] for name, most in texts}, "position": (113.5 + number, 34.75)}
        for number, text in enumerate(DIFFICULT)
    ]


@pytest.mark.parametrize("chosen", OWN_FORMATS)
async def test_no_text_is_changed_on_the_way(database_url: str, chosen: Format) -> None:
    before, after = await there_and_back(database_url, as_rows(every_difficult_text()), chosen)
    assert after == before


@pytest.mark.parametrize("chosen", OWN_FORMATS)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=REGISTRIES)
def test_what_is_exported_and_imported_is_what_was(
    database_url: str, chosen: Format, drawn: list[dict[str, Any]]
) -> None:
    before, after = asyncio.run(there_and_back(database_url, as_rows(drawn), chosen))

    if chosen is Format.XLSX:
        # A workbook keeps fifteen digits.
        for (old, _), (new, _) in zip(before, after, strict=True):
            assert (new.lon, new.lat) == pytest.approx((old.lon, old.lat), abs=1e-9, rel=0)
        before = [(replace(aed, lon=0.0, lat=0.0), {**told, "digest": ""}) for aed, told in before]
        after = [(replace(aed, lon=0.0, lat=0.0), {**told, "digest": ""}) for aed, told in after]
    assert after == before


CITY = Aed(
    aed_id="aed-1",
    lon=113.65,
    lat=34.75,
    time_zone="Asia/Shanghai",
    name='=HYPERLINK("https://example.org")',
    location_text="一楼大厅",
    access="找王师傅 13812345678",
    opening_hours="24/7",
    source="city",
    source_ref="7",
)


async def fill(database: Database, *found: Aed) -> None:
    async with database.write() as connection:
        await connection.execute(insert(aeds), [row_of(aed) for aed in found])


def row_of(aed: Aed) -> dict[str, Any]:
    told = {name: getattr(aed, name) for name in (*VALUES, "aed_id", "source", "source_ref")}
    told |= {"position": (aed.lon, aed.lat), "joined_to": aed.joined_to or None, "source_file": "list.csv"}
    told |= {"retired_at": NOW if aed.retired else None, "source_digest": digest_of(aed), "corrected": {}}
    return told | {"imported_at": NOW, "changed_at": NOW}


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


async def exported(database: Database, path: Path, chosen: Format, *, public: bool = False) -> Path:
    async with database.read() as connection:
        rows = public_cabinets(await load_aeds(connection)) if public else await load_records(connection)
    write_export(path, rows, chosen, public=public)
    return path


async def test_no_cell_of_a_spreadsheet_is_a_formula(database: Database, tmp_path: Path) -> None:
    await fill(database, CITY)
    text = (await exported(database, tmp_path / "a.csv", Format.CSV)).read_text(encoding="utf-8-sig")
    book = await exported(database, tmp_path / "a.xlsx", Format.XLSX)

    cells = [cell for record in csv.reader(text.splitlines()) for cell in record]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "-"))]
    with zipfile.ZipFile(book) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
        texts = packed.read("xl/sharedStrings.xml").decode()
    assert "HYPERLINK" in texts
    assert "<f>" not in sheet


async def test_excel_is_told_that_the_text_is_utf8(database: Database, tmp_path: Path) -> None:
    await fill(database, CITY)
    assert (await exported(database, tmp_path / "a.csv", Format.CSV)).read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("chosen", OWN_FORMATS)
async def test_the_public_sees_what_stands_and_nothing_of_where_it_is_known_from(
    database: Database, tmp_path: Path, chosen: Format
) -> None:
    joined = replace(CITY, aed_id="aed-2", source="osm", source_ref="node/9", joined_to="aed-1", name="二七广场")
    gone = replace(CITY, aed_id="aed-3", source_ref="8", retired=True, lon=113.66)
    await fill(database, CITY, joined, gone)

    path = await exported(database, tmp_path / f"a{ending_of(chosen)}", chosen, public=True)

    (sheet,) = read_sheets(path)
    assert [row.cells["rescue_circle_id"] for row in sheet.rows] == ["aed-1"]
    assert sheet.rows[0].cells["access"] == "unknown"
    assert not {"source", "source_ref", "corrected", "joined_to", "absent_since"} & set(sheet.headers)
    assert not [text for row in sheet.rows for text in row.cells.values() if "138" in text or "node/9" in text]


async def test_a_public_export_comes_in_under_the_name_that_is_given(database: Database, tmp_path: Path) -> None:
    await fill(database, CITY)
    path = await exported(database, tmp_path / "a.geojson", Format.GEOJSON, public=True)
    async with database.write() as connection:
        await emptied(connection)

    with pytest.raises(UnnamedSource, match="--source NAME"):
        await import_file(database, path, ImportOptions(), now=LATER)
    report = await import_file(database, path, ImportOptions(source="neighbours"), now=LATER)

    assert (report.accepted, report.source) == (1, "neighbours")
    ((aed, _),) = await held(database)
    assert aed == replace(CITY, access="unknown", source="neighbours", source_ref="aed-1")


async def test_a_column_that_was_taken_out_changes_nothing(database: Database, tmp_path: Path) -> None:
    await fill(database, CITY, replace(CITY, aed_id="aed-2", source_ref="8"))
    path = tmp_path / "edited.csv"
    path.write_text("rescue_circle_id,floor,note\naed-1,B1,seen\n", encoding="utf-8")

    report = await import_file(database, path, ImportOptions(source="city"), now=LATER)

    assert (report.changed, report.accepted, report.absent) == (1, 0, [])
    assert report.notes == ["columns that no export has were passed over: note"]
    assert [aed for aed, _ in await held(database)] == [
        replace(CITY, floor="B1"),
        replace(CITY, aed_id="aed-2", source_ref="8"),
    ]
    # Its list has not said anything new, and so undoes nothing when it comes again.
    assert {told["digest"] for _, told in await held(database)} == {
        digest_of(CITY),
        digest_of(replace(CITY, source_ref="8")),
    }


async def test_a_dry_run_of_an_export_says_how_many_doubles_the_import_will_propose(
    database: Database, tmp_path: Path
) -> None:
    await fill(database, CITY)
    path = tmp_path / "edited.csv"
    path.write_text(f"rescue_circle_id,source,lon_wgs84,lat_wgs84\naed-9,osm,{CITY.lon},{CITY.lat}\n", encoding="utf-8")
    foreseen = await import_file(database, path, ImportOptions(dry_run=True), now=LATER)
    done = await import_file(database, path, ImportOptions(), now=LATER)
    assert (foreseen.doubles, done.doubles) == (1, 1)


async def test_an_import_of_an_export_can_be_taken_back(database: Database, tmp_path: Path) -> None:
    await fill(database, CITY)
    path = tmp_path / "edited.csv"
    path.write_text("rescue_circle_id,floor\naed-1,B1\n", encoding="utf-8")
    report = await import_file(database, path, ImportOptions(source="city"), now=LATER)
    assert report.import_id is not None

    await undo_import(database, report.import_id, now=LATER)

    assert [aed for aed, _ in await held(database)] == [CITY]


@pytest.mark.parametrize(
    ("header", "cell", "reason"),
    [
        ("state", "fine", "bad_state"),
        ("time_zone", "Zhengzhou", "bad_time_zone"),
        ("indoor", "perhaps", "bad_value"),
        ("corrected", "{", "bad_value"),
        ("corrected", '{"name": 3}', "bad_value"),
        ("retired_at", "yesterday", "bad_value"),
        ("retired_at", "2025-01-01T00:00:00", "bad_value"),
        ("floor", "x" * 65, "too_long"),
        ("lat_wgs84", "91", "coordinates_out_of_range"),
        ("rescue_circle_id", "", "no_id"),
        ("rescue_circle_id", "aed-1", "duplicate"),
        ("source_ref", "7", "duplicate"),
    ],
)
async def test_a_cell_that_cannot_be_is_refused_with_its_row(
    database: Database, tmp_path: Path, header: str, cell: str, reason: str
) -> None:
    await fill(database, CITY, replace(CITY, aed_id="aed-2", source_ref="8"))
    path = await exported(database, tmp_path / "a.csv", Format.CSV)
    first, second = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
    second[header] = cell
    if header == "source_ref":
        second["rescue_circle_id"] = "aed-3"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(first))
        writer.writeheader()
        writer.writerows([first, second])

    report = await import_file(database, path, ImportOptions(), now=LATER)

    assert [(remark.where, remark.reason) for remark in report.rejected] == [("line 3", reason)]
    assert report.unchanged == 1


async def test_a_record_whose_cabinet_is_nowhere_stands_by_itself(database: Database, tmp_path: Path) -> None:
    await fill(database, replace(CITY, joined_to="aed-elsewhere"))
    path = await exported(database, tmp_path / "a.csv", Format.CSV)
    async with database.write() as connection:
        await emptied(connection)

    report = await import_file(database, path, ImportOptions(), now=LATER)

    assert [remark.reason for remark in report.warnings] == ["unknown_cabinet"]
    assert [aed for aed, _ in await held(database)] == [CITY]


async def test_what_says_how_to_read_a_foreign_list_is_refused(database: Database, tmp_path: Path) -> None:
    await fill(database, CITY)
    path = await exported(database, tmp_path / "a.csv", Format.CSV)
    with pytest.raises(ImportRefused, match="leave out --map, --datum, --source"):
        await import_file(
            database, path, ImportOptions(mapped={"name": "ref"}, datum=Datum.GCJ02, source="city"), now=LATER
        )


async def test_a_text_too_long_for_a_workbook_is_not_cut(database: Database, tmp_path: Path) -> None:
    await fill(database, replace(CITY, hours_as_written="x" * 40_000))
    with pytest.raises(ExportRefused, match="hours_as_written of aed-1"):
        await exported(database, tmp_path / "a.xlsx", Format.XLSX)
    assert not {path.name[:8] for path in tmp_path.iterdir()} & {"a.xlsx", ".export-"}  # noqa: ASYNC240


async def test_every_field_of_an_aed_is_exported() -> None:
    names = {column.name for column in COLUMNS}
    elsewhere = {"aed_id": ID, "retired": "retired_at", "lon": "position", "lat": "position"}
    assert {elsewhere.get(one.name, one.name) for one in fields(Aed)} <= names | {"position"}


def test_the_command_writes_what_the_ending_says_for_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.csv").write_text("id,name,lon_wgs84,lat_wgs84\n1,AED,113.65,34.75\n", encoding="utf-8")
    run = CliRunner().invoke
    assert run(app, ["import", "list.csv", "--source", "city"]).exit_code == 0
    told = run(app, ["export", "all.geojson"])
    assert (told.exit_code, told.stdout) == (0, "1 AEDs are in all.geojson.\n")
    assert (tmp_path / "all.geojson").stat().st_mode & 0o777 == 0o600
    assert run(app, ["export", "open.csv", "--public"]).exit_code == 0
    mask = os.umask(0o022)
    os.umask(mask)
    assert (tmp_path / "open.csv").stat().st_mode & 0o777 == 0o644 & ~mask
    assert len(json.loads((tmp_path / "all.geojson").read_text())["features"]) == 1
    assert "0 AEDs" in run(app, ["export", "none.xlsx", "--source", "elsewhere"]).stdout
    refused = run(app, ["export", "all.txt"])
    assert refused.exit_code == 2
    assert "say --format" in refused.stderr
