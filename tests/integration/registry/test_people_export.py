"""People go out as a workbook for its owner alone, and come in again as they were."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from typer.testing import CliRunner

from registry.cli import app
from registry.exporters.people import load_people, write_people
from registry.exporters.refused import ExportRefused
from registry.importers.run import ImportOptions, import_file
from registry.people_tables import PERSONAL_TABLES
from registry.personal.phones import read_phone
from registry.repository import erase_rescuer, load_rescuers
from registry.storage.database import Database
from registry.storage.personal_keys import NO_KEYS, PersonalKeys
from registry.tables import rescuer_personal, rescuers

pytestmark = pytest.mark.both_databases
NOW = datetime(2025, 3, 5, 4, 0, tzinfo=UTC)
PEOPLE = (
    "id,name,phone,certificate_kind,certificate_number,valid_from,valid_until,on_duty,home_lon_wgs84,home_lat_wgs84\n"
    "r1,王芳,13812345678,red_cross,RC1,2024-01-01,2027-01-01,yes,113.66,34.75\n"
    "r1,王芳,13812345678,nurse,N-7,2020-05-01,2030-05-01,yes,113.66,34.75\n"
    'r2,"=HYPERLINK(""x"")",13912345678,red_cross,RC2,2024-01-01,2026-01-01,no,,\n'
    "r3,李雷,13712345678,red_cross,RC3,2024-01-01,2026-01-01,no,,\n"
)


@pytest.fixture(params=[NO_KEYS, PersonalKeys(bytes([1]) * 32)], ids=["plain", "sealed"])
async def database(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    opened = Database(database_url, personal_keys=request.param)
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE, encoding="utf-8")
    report = await import_file(opened, path, ImportOptions(source="volunteers"), now=NOW)
    assert report.accepted == 3
    yield opened
    await opened.close()


async def held(database: Database) -> list[Any]:
    async with database.read() as connection:
        contacts = await connection.execute(select(rescuer_personal).order_by(rescuer_personal.c.rescuer_id))
        return [
            *await load_rescuers(connection),
            *((row.name, read_phone(row, database.personal_keys)) for row in contacts),
        ]


async def test_people_come_back_as_they_were(database: Database, tmp_path: Path) -> None:
    before = await held(database)
    path = tmp_path / "people.xlsx"
    async with database.read() as connection:
        write_people(path, await load_people(connection, database.personal_keys))
    async with database.write() as connection:
        for table in (*PERSONAL_TABLES, rescuers):
            await connection.execute(delete(table))

    report = await import_file(database, path, ImportOptions(source="volunteers"), now=NOW)

    assert (report.accepted, report.rejected) == (3, [])
    assert await held(database) == before


async def test_who_is_erased_is_not_in_it(database: Database) -> None:
    async with database.write() as connection:
        await erase_rescuer(connection, "r2", at=NOW)
        assert [one.rescuer.rescuer_id for one in await load_people(connection, database.personal_keys)] == ["r1", "r3"]


async def test_of_several_lists_one_is_named(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(update(rescuers).where(rescuers.c.rescuer_id == "r3").values(source="metro"))
        with pytest.raises(ExportRefused, match="metro, volunteers"):
            await load_people(connection, database.personal_keys)
        assert [one.rescuer.rescuer_id for one in await load_people(connection, database.personal_keys, ["metro"])] == [
            "r3"
        ]


async def test_nobody_is_printed(database: Database) -> None:
    async with database.read() as connection:
        shown = repr(await load_people(connection, database.personal_keys))
    assert "王芳" not in shown
    assert "138" not in shown


def test_the_command_writes_for_its_owner_alone_and_never_for_the_public(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("people.csv").write_text(PEOPLE, encoding="utf-8")
    run = CliRunner().invoke
    assert run(app, ["import", "people.csv", "--source", "volunteers"]).exit_code == 0
    told = run(app, ["export", "people.xlsx", "--kind", "rescuers"])
    assert told.exit_code == 0, told.output
    assert "3 people" in told.stdout
    assert Path("people.xlsx").stat().st_mode & 0o777 == 0o600
    for wrong in (["people.xlsx", "--public"], ["people.csv"]):
        assert run(app, ["export", *wrong, "--kind", "rescuers"]).exit_code == 2
