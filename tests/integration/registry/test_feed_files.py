"""The city's feed of files: public, whole, one for each time, kept for so long, and late ones seen."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import geopandas
import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from registry.cli import app
from registry.exporters.feed import read_counts
from registry.exporters.hourly import RETRY_S, HourlyFiles, name_at, newest_at, remove_old
from registry.exporters.serving import Exports
from registry.storage.database import Database
from registry.tables import rescuer_personal
from tests.integration.registry.test_follower import add_aeds, add_rescuer, aed_row

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
EVERY_S = 3_600.0


class Time:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "feed"
    folder.mkdir()
    return folder


def writer(database: Database, folder: Path, time: Time) -> HourlyFiles:
    return HourlyFiles(Exports(database), folder, every_s=EVERY_S, kept=timedelta(hours=2), now=time)


def files_in(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def take_away(folder: Path) -> None:
    for one in folder.iterdir():
        one.unlink()
    folder.rmdir()


async def fill(database: Database) -> None:
    secret = {"source": "secret list", "source_ref": "77", "location_text": "大厅"}
    for row in (aed_row("a") | secret, aed_row("b") | {"state": "missing"}, aed_row("c") | {"retired_at": NOON}):
        await add_aeds(database, row)
    await add_rescuer(database, "r-hidden")
    async with database.write() as connection:
        person = {"rescuer_id": "r-hidden", "name": "王小明", "phone_e164": "+8613900000001"}
        await connection.execute(insert(rescuer_personal), person)


@pytest.mark.both_databases
async def test_a_file_holds_the_public_aeds_and_counts_and_nobody(database: Database, folder: Path) -> None:
    await fill(database)

    await writer(database, folder, Time()).turn()

    (file,) = files_in(folder)
    table = geopandas.read_parquet(file)
    assert file.name == "aeds-20260105T120000Z.parquet"
    assert (sorted(table.rescue_circle_id), table.crs.to_epsg()) == (["a", "b"], 4326)
    counts = read_counts(file)
    assert counts["aeds_by_state"] == {"in_service": 1, "missing": 1}
    assert (counts["aeds"], counts["rescuers"], counts["rescuers_on_duty"]) == (2, 1, 1)
    raw = file.read_bytes()
    assert not [word for word in ("r-hidden", "王小明", "139000", "secret list") if word.encode() in raw]
    assert stat.S_IMODE(file.stat().st_mode) & 0o444 == 0o444


async def test_files_come_when_it_is_time_and_old_ones_go_but_for_the_newest(database: Database, folder: Path) -> None:
    time = Time()
    files = writer(database, folder, time)
    (folder / "notes.txt").write_text("somebody else's")

    pauses = [await files.turn()]
    time.now += timedelta(seconds=600)
    pauses.append(await files.turn())
    for _ in range(3):
        time.now += timedelta(hours=1)
        await files.turn()

    assert pauses == [EVERY_S, 3_000.0]
    assert [one.name for one in files_in(folder)] == [
        "aeds-20260105T131000Z.parquet",
        "aeds-20260105T141000Z.parquet",
        "aeds-20260105T151000Z.parquet",
        "notes.txt",
    ]
    assert (files.written, files.failed, files.age_s) == (4, 0, 0.0)


async def test_a_restart_within_the_hour_writes_nothing_anew(database: Database, folder: Path) -> None:
    time = Time()
    await writer(database, folder, time).turn()
    time.now += timedelta(seconds=10)

    assert await writer(database, folder, time).turn() == EVERY_S - 10
    assert len(files_in(folder)) == 1


async def test_a_file_that_cannot_be_written_is_counted_told_by_its_age_and_tried_again(
    database: Database, folder: Path
) -> None:
    time = Time()
    files = writer(database, folder, time)
    await files.turn()
    time.now += timedelta(hours=3)
    take_away(folder)

    assert await files.turn() == RETRY_S
    assert (files.written, files.failed, files.age_s) == (1, 1, 3 * 3_600.0)
    await asyncio.to_thread(folder.mkdir)
    assert await files.turn() == EVERY_S
    assert files.age_s == 0.0


def test_what_a_killed_writer_left_goes_once_nobody_can_be_writing_it(folder: Path) -> None:
    old, fresh = folder / ".export-old", folder / ".export-new"
    for one in (old, fresh):
        one.mkdir()
        (one / "half").write_bytes(b"PAR1")
    os.utime(old, (0, 0))

    remove_old(folder, NOON)

    assert list(folder.iterdir()) == [fresh]


@pytest.mark.both_databases
def test_the_command_writes_the_same_file(database_url: str, folder: Path) -> None:
    async def filled() -> None:
        database = Database(database_url)
        await fill(database)
        await database.close()

    asyncio.run(filled())
    (folder / name_at(NOON)).write_bytes(b"an old one")

    done = CliRunner().invoke(app, ["feed", str(folder), "--kept-hours", "1", "--database", database_url])

    assert done.exit_code == 0, done.output
    (file,) = files_in(folder)
    assert read_counts(file)["aeds"] == 2
    assert newest_at(folder) is not None
    assert "2 AEDs are in" in done.output
    assert "1 older files are deleted" in done.output


def test_the_command_says_what_is_wrong_with_a_folder(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["feed", str(tmp_path / "nowhere")])

    assert done.exit_code == 2
    assert "does not exist" in done.output
