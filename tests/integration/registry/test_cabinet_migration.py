"""AEDs of before records and cabinets were told apart keep their ids, their corrections and their lists."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import JSON, Text, column, insert, table
from sqlalchemy.dialects.postgresql import JSONB

from registry.directory import Directory
from registry.lifecycle import NotCorrected, get_file, let_go
from registry.storage.database import Database
from registry.storage.migrating import alembic_config, migrate
from registry.storage.types import GeographyPoint, UtcDateTime
from tests.support.lists import Lists

pytestmark = pytest.mark.both_databases
BEFORE = "0011_channel_addresses"
THEN = datetime(2025, 1, 1, tzinfo=UTC)
_TEXTS = ("aed_id", "name", "location_text", "floor", "access", "opening_hours", "time_zone", "state", "source")
OLD_AEDS = table(
    "aeds",
    *(column(name, Text) for name in (*_TEXTS, "source_ref", "source_file", "source_digest")),
    column("position", GeographyPoint()),
    column("corrected", JSON().with_variant(JSONB(), "postgresql")),
    column("imported_at", UtcDateTime()),
    column("changed_at", UtcDateTime()),
)


def row(ref: str, lon: float, corrected: list[str], **more: Any) -> dict[str, Any]:
    empty = dict.fromkeys((*_TEXTS, "source_file", "source_digest"), "")
    place = {"position": (lon, 47.14), "time_zone": "Europe/Vaduz", "state": "in_service"}
    when = {"imported_at": THEN, "changed_at": THEN, "corrected": corrected}
    return {**empty, **place, **when, "aed_id": f"aed-{ref}", "source": "aeds", "source_ref": ref, **more}


@pytest.fixture
async def lists(empty_database_url: str, tmp_path: Path) -> AsyncIterator[Lists]:
    await asyncio.to_thread(_as_it_was, empty_database_url)
    database = Database(empty_database_url)
    yield Lists(database, tmp_path)
    await database.close()


def _as_it_was(url: str) -> None:
    migrate(url)

    async def work() -> None:
        database = Database(url)
        async with database.write() as connection:
            await connection.run_sync(lambda sync: command.downgrade(alembic_config(sync), BEFORE))
            await connection.execute(
                insert(OLD_AEDS),
                [
                    row("1", 9.52, []),
                    row("2", 9.53, ["state"], state="missing", name="School"),
                    row("9", 9.9, [], source="registry", name="Barn"),
                ],
            )
        await database.close()

    asyncio.run(work())
    migrate(url)


async def test_what_was_there_is_a_cabinet_with_its_one_record(lists: Lists) -> None:
    rows = ("1,Library,9.52,47.14\n", "2,School,9.53,47.15\n")

    report = await lists.take(rows, header="id,name,lon,lat\n", source="aeds")

    assert (report.changed, report.accepted, report.absent) == (2, 0, [])
    directory = await Directory.load(lists.database)
    assert directory.aed_ids == {"aed-1", "aed-2", "aed-9"}
    assert (directory.get_aed("aed-1").name, directory.get_aed("aed-2").state) == ("Library", "missing")


async def test_a_list_that_was_called_as_what_officers_add_has_another_name_and_is_known_by_what_it_holds(
    lists: Lists,
) -> None:
    report = await lists.take(("9,Barn,9.9,47.14\n",), header="id,name,lon,lat\n")

    assert (report.source, report.accepted) == ("registry list", 0)
    assert (await Directory.load(lists.database)).get_aed("aed-9").source == "registry list"


async def test_a_correction_of_before_is_kept_with_its_time_and_let_go_by_the_next_list(lists: Lists) -> None:
    async with lists.database.read() as connection:
        told = (await get_file(connection, "aed-2")).fields["state"]
    assert told.at == THEN
    async with lists.database.write() as connection:
        await let_go(connection, "aed-2", "state", at=THEN)
    await lists.take(("2,School,9.53,47.14\n",), header="id,name,lon,lat\n", source="aeds")

    assert (await Directory.load(lists.database)).get_aed("aed-2").state == "in_service"
    with pytest.raises(NotCorrected):
        async with lists.database.write() as connection:
            await let_go(connection, "aed-1", "state", at=THEN)
