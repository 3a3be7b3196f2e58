"""What was spooled lands many at a time as it would one by one, and on a service that is never quiet too."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import chain, count, zip_longest
from pathlib import Path

import pytest
from sqlalchemy import select

from dispatch import tables as t
from dispatch.core import commands as cmd
from dispatch.journal.journal import Journal
from dispatch.records import Appended
from dispatch.spool.file import SpoolFile
from dispatch.spool.homecoming import AT_ONCE
from dispatch.spool.memory import RecentMemory
from dispatch.spool.record import spooled, to_bytes
from dispatch.spool.spool import DatabaseState, Spool, SpooledJournal
from registry.storage.migrating import migrate
from registry.storage.watched_database import DatabaseAway, WatchedDatabase
from tests.integration.dispatch.engines import desk_with_spool, rescuer
from tests.integration.dispatch.journal_story import DETAILS, POLICY, answer, decided, record, report
from tests.support.outage import LockedSqlite, given_back
from tests.unit.dispatch.incident_story import candidates

LIMIT_BYTES = 10_000_000
TABLES = (t.incidents, t.events, t.incident_details, t.call_messages, t.reservations, t.inboxes, t.inbox)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[WatchedDatabase]:
    opened = WatchedDatabase(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def other_database(tmp_path: Path) -> AsyncIterator[WatchedDatabase]:
    """Another one, which nothing was ever spooled for."""
    url = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    migrate(url)
    opened = WatchedDatabase(url)
    yield opened
    await opened.close()


def story(incident_id: str, rescuer_id: str) -> list[Appended]:
    opened = decided(None, report(incident_id), candidates({rescuer_id: 20.0, f"{rescuer_id}-too": 40.0}))
    accepted = decided(opened.after, answer(opened.after, rescuer_id, cmd.Answer.ACCEPT))
    arrived = decided(accepted.after, answer(accepted.after, rescuer_id, cmd.Answer.ARRIVED))
    said = Appended(
        before=arrived.after, after=arrived.after, events=(), at=arrived.at, message=record(f"{incident_id}-2")
    )
    return [replace(opened, details=DETAILS, message=record(f"{incident_id}-1")), accepted, arrived, said]


def stories(how_many: int) -> list[Appended]:
    """Several incidents side by side."""
    each = [story(f"incident-{number}", f"r{number}") for number in range(how_many)]
    return [one for one in chain.from_iterable(zip_longest(*each)) if one]


async def bring_home(database: WatchedDatabase, path: Path, changes: list[Appended]) -> SpooledJournal:
    memory, file = RecentMemory(), SpoolFile(path, limit_bytes=LIMIT_BYTES)
    for change in changes:
        rows = memory.number(change)
        memory.note(change, rows)
        file.append(to_bytes(spooled(change, rows)))
    file.close()
    spool = Spool.open(path, limit_bytes=LIMIT_BYTES)
    journal = SpooledJournal(journal=Journal(database, POLICY), database=database, spool=spool, memory=RecentMemory())
    try:
        await journal.land()
        await journal.settle()
    finally:
        spool.close()
    return journal


async def contents(database: WatchedDatabase) -> dict[str, list[tuple[object, ...]]]:
    async with database.read() as connection:
        return {
            table.name: [
                tuple(row)
                for row in (await connection.execute(select(table).order_by(*table.primary_key.columns))).all()
            ]
            for table in TABLES
        }


@pytest.mark.both_databases
async def test_what_lands_is_what_would_have_been_appended(
    database: WatchedDatabase, other_database: WatchedDatabase, tmp_path: Path
) -> None:
    changes = stories(AT_ONCE)
    for change in changes:
        await Journal(other_database, POLICY).append(change)

    landed = await bring_home(database, tmp_path / "calls.spool", changes)

    assert await contents(database) == await contents(other_database)
    assert landed.state is DatabaseState.HERE


@pytest.mark.both_databases
async def test_who_was_promised_elsewhere_meanwhile_stays_so_and_all_of_it_lands(
    database: WatchedDatabase, tmp_path: Path
) -> None:
    await Journal(database, POLICY).append(story("elsewhere", "r1")[0])

    landed = await bring_home(database, tmp_path / "calls.spool", stories(3))

    held = await contents(database)
    assert landed.set_aside_count == 0
    assert len(held["incidents"]) == 4
    assert {row[0]: row[1] for row in held["reservations"]}["rescuer:r1"] == "elsewhere"


async def test_a_service_that_is_never_quiet_comes_home(database_url: str, tmp_path: Path) -> None:
    async with desk_with_spool(database_url, tmp_path / "calls.spool", [rescuer("r0", 20)]) as held:
        with given_back(LockedSqlite(tmp_path / "town.sqlite3")) as file:
            file.leave()
            with pytest.raises(DatabaseAway):
                await held.database.find()
            await held.take_call("first")

        async def never_quiet() -> None:
            for number in count():
                await held.take_call(f"next-{number}")

        calls = asyncio.create_task(never_quiet())
        await held.journal.tend()
        state = held.journal.state
        calls.cancel()
        await asyncio.gather(calls, return_exceptions=True)

    assert state is DatabaseState.HERE
