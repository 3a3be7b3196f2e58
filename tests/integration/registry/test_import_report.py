"""What an import tells: warnings once for each text, rows to be corrected and handed in again, what would change."""

import csv
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from geo.places.datum import Datum
from registry.importers.kinds import ImportKind
from registry.importers.meanings.understanding import ColumnNotUnderstood
from registry.importers.rejects import write_rejects
from registry.importers.run import ImportOptions, import_file
from registry.models import AedState
from registry.repository import load_aeds
from registry.storage.database import Database
from tests.support.command import command

pytestmark = pytest.mark.both_databases
NOW = datetime(2024, 5, 14, 3, 0, tzinfo=UTC)
OPTIONS = ImportOptions(kind=ImportKind.AEDS, datum=Datum.WGS84, source="city")
HEADER = "编号,名称,经度,纬度,开放时间,设备状态,停用日期\n"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


def written(folder: Path, *rows: str, name: str = "aed.csv") -> Path:
    file = folder / name
    file.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    return file


async def test_each_text_that_is_not_understood_is_told_once_with_its_count(database: Database, tmp_path: Path) -> None:
    rows = [f"{number},站,113.6{number:02},34.7,24/7,薛定谔态," for number in range(40)]
    report = await import_file(database, written(tmp_path, *rows, "99,站,113.7,34.7,24/7,正常,"), OPTIONS, now=NOW)

    assert report.as_json()["warnings_count"] == 40
    (warning,) = report.as_json()["warnings"]
    assert (warning["reason"], warning["count"], len(warning["where"])) == ("state_unclear", 40, 40)
    assert "薛定谔态" in warning["text"]
    async with database.read() as connection:
        states = [aed.state for aed in await load_aeds(connection)]
    assert (states.count(AedState.UNKNOWN), states.count(AedState.IN_SERVICE)) == (40, 1)


async def test_what_has_ended_by_the_day_of_the_import_is_missing(database: Database, tmp_path: Path) -> None:
    file = written(tmp_path, "1,a,113.6,34.7,24/7,正常,2024-05-13", "2,b,113.7,34.7,24/7,正常,2024-05-14")
    await import_file(database, file, OPTIONS, now=NOW)
    async with database.read() as connection:
        states = {aed.name: aed.state for aed in await load_aeds(connection)}
    assert states == {"a": AedState.MISSING, "b": AedState.IN_SERVICE}


async def test_rejected_rows_are_corrected_and_imported_again(database: Database, tmp_path: Path) -> None:
    file = written(tmp_path, "1,a,113.6,34.7,24/7,正常,", "2,b,,,24/7,故障,", "3,c,0,0,24/7,正常,")
    report = await import_file(database, file, OPTIONS, now=NOW)
    rejects = tmp_path / "rejects.csv"
    assert write_rejects(rejects, report.rejected, report.tables) == 2

    with rejects.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [row["名称"] for row in rows] == ["b", "c"]
    assert "no coordinates" in rows[0]["rejected_because"]
    for row in rows:
        row["经度"], row["纬度"] = "113.8", "34.8"
    with rejects.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.DictWriter(opened, rows[0])
        writer.writeheader()
        writer.writerows(rows)

    again = await import_file(database, rejects, OPTIONS, now=NOW + timedelta(hours=1))
    assert (again.accepted, again.rejected, again.as_json()["not_understood"]) == (2, [], [])
    async with database.read() as connection:
        assert {aed.name: aed.state for aed in await load_aeds(connection)}["b"] is AedState.OUT_OF_SERVICE


async def test_a_dry_run_shows_field_by_field_what_would_change(database: Database, tmp_path: Path) -> None:
    first = ("1,a,113.6,34.7,24/7,正常,", "2,b,113.7,34.7,24/7,正常,", "3,c,113.8,34.7,24/7,正常,")
    await import_file(database, written(tmp_path, *first), OPTIONS, now=NOW)
    changed = ("1,a,113.6,34.7,24/7,故障,", "2,乙,113.7,34.7,Mo-Fr 08:00-17:00,正常,", "4,d,113.9,34.7,24/7,正常,")
    file = written(tmp_path, *changed, name="next.csv")
    options = ImportOptions(kind=ImportKind.AEDS, datum=Datum.WGS84, source="city", dry_run=True)

    report = (await import_file(database, file, options, now=NOW)).as_json()

    assert (report["accepted"], report["changed"], report["unchanged"], len(report["absent"])) == (1, 2, 0, 1)
    assert report["new"] == ["4"]
    told = {name: (difference["count"], difference["examples"]) for name, difference in report["differences"].items()}
    assert told == {
        "state": (1, [{"aed": "1", "before": "in_service", "after": "out_of_service"}]),
        "name": (1, [{"aed": "2", "before": "b", "after": "乙"}]),
        "opening_hours": (1, [{"aed": "2", "before": "24/7", "after": "Mo-Fr 08:00-17:00"}]),
    }
    async with database.read() as connection:
        assert {aed.name for aed in await load_aeds(connection)} == {"a", "b", "c"}


async def test_a_column_that_may_be_hours_stops_everything_until_it_is_mapped(
    database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "defi.csv"
    file.write_text("Name,lon,lat,Wann darf man\nRathaus,6.9,50.9,Mo-Fr 8-16 Uhr\n", encoding="utf-8")
    with pytest.raises(ColumnNotUnderstood, match='--map "Wann darf man=opening_hours"'):
        await import_file(database, file, OPTIONS, now=NOW)
    async with database.read() as connection:
        assert await load_aeds(connection) == []

    mapped = {"Wann darf man": "opening_hours"}
    options = ImportOptions(kind=ImportKind.AEDS, datum=Datum.WGS84, source="city", mapped=mapped)
    assert (await import_file(database, file, options, now=NOW)).accepted == 1


def test_the_command_names_every_column_and_writes_what_it_is_asked_for(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "defi.csv"
    file.write_text(
        "Name,lon,lat,Wann,Schriftgrad,FAX\nRathaus,6.9,50.9,24/7,groß,1\nBad,,,24/7,klein,2\n", encoding="utf-8"
    )
    profile, rejects, report = tmp_path / "k.toml", tmp_path / "r.csv", tmp_path / "r.json"
    told = ["registry", "import", str(file), "--kind", "aeds", "--datum", "wgs84", "--database", database_url]
    told += ["--source", "k", "--rejects", str(rejects), "--report", str(report)]

    stopped = command(*told, folder=tmp_path)
    assert stopped.returncode == 2
    assert '--map "Wann=opening_hours"' in stopped.stderr

    done = command(*told, "--map", "Wann=opening_hours", "--save-profile", str(profile), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Wann = opening_hours" in done.stdout
    assert "known, not used: FAX" in done.stdout
    assert "Schriftgrad" in done.stdout.split("not understood, left out")[1]
    assert json.loads(report.read_text(encoding="utf-8"))["not_understood"] == ["Schriftgrad"]
    assert "Bad" in rejects.read_text(encoding="utf-8-sig")

    again = command(*told, "--profile", str(profile), folder=tmp_path)
    assert again.returncode == 0, again.stderr
    assert "not understood" not in again.stdout
