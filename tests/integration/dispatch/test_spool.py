"""What was spooled comes into the journal once and in order, whatever was there already and whenever it is tried."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from dispatch import tables as t
from dispatch.core import commands as cmd
from dispatch.journal.journal import Journal
from dispatch.records import Appended
from dispatch.spool.file import SpoolFile, SpoolFull
from dispatch.spool.memory import RecentMemory
from dispatch.spool.record import from_bytes, spooled, to_bytes
from dispatch.spool.spool import DatabaseState, Spool, SpooledJournal
from registry.storage.watched_database import DatabaseAway, WatchedDatabase
from tests.integration.dispatch.engines import DeskWithSpool, desk_with_spool, rescuer
from tests.integration.dispatch.journal_story import DETAILS, NOON, POLICY, answer, decided, record, report
from tests.unit.dispatch.incident_story import candidates

PEOPLE = [rescuer("r0", 20), rescuer("r1", 40)]
LIMIT_BYTES = 1_000_000


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[WatchedDatabase]:
    opened = WatchedDatabase(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "calls.spool"


def is_there(path: Path) -> bool:
    return path.exists()


def story(incident_id: str = "a", *, rescuers: dict[str, float] | None = None) -> list[Appended]:
    """A call that rings, an acceptance, an arrival, and a message that changes nothing."""
    opened = decided(None, report(incident_id), candidates(rescuers or {"r0": 20.0, "r1": 40.0}))
    first = next(iter(opened.after.alerts.values())).rescuer_id
    accepted = decided(opened.after, answer(opened.after, first, cmd.Answer.ACCEPT))
    arrived = decided(accepted.after, answer(accepted.after, first, cmd.Answer.ARRIVED))
    again = Appended(before=arrived.after, after=arrived.after, events=(), at=NOON, message=record(f"{incident_id}-2"))
    message = replace(record(f"{incident_id}-1"), body=b"\xb5\xd8 no UTF-8")
    return [replace(opened, details=DETAILS, message=message), accepted, arrived, again]


def fill(path: Path, changes: list[Appended]) -> None:
    """Spool `changes` as a process does that dies afterwards."""
    memory, file = RecentMemory(), SpoolFile(path, limit_bytes=LIMIT_BYTES)
    for change in changes:
        rows = memory.number(change)
        memory.note(change, rows)
        file.append(to_bytes(spooled(change, rows)))
    file.close()


def damage(path: Path, number: int) -> None:
    """Change a letter of a record, as a failing disk may; the first has the number 0."""
    before, *records = path.read_bytes().split(b'"format"')
    records[number] = b'"farmat"' + records[number]
    path.write_bytes(before + b"".join(one if one.startswith(b'"farmat"') else b'"format"' + one for one in records))


async def bring_home(database: WatchedDatabase, path: Path) -> SpooledJournal:
    """Land what lies in the spool, as a start does."""
    spool = Spool.open(path, limit_bytes=LIMIT_BYTES)
    journal = SpooledJournal(journal=Journal(database, POLICY), database=database, spool=spool, memory=RecentMemory())
    try:
        await journal.land()
        await journal.settle()
    finally:
        spool.close()
    return journal


async def contents(database: WatchedDatabase) -> dict[str, list[tuple[object, ...]]]:
    """Everything an append writes, in an order of its own."""
    tables = (t.incidents, t.events, t.incident_details, t.call_messages, t.reservations, t.inboxes, t.inbox)
    async with database.read() as connection:
        return {
            table.name: [
                tuple(row)
                for row in (await connection.execute(select(table).order_by(*table.primary_key.columns))).all()
            ]
            for table in tables
        }


def test_a_record_comes_back_as_it_was() -> None:
    for change in story():
        held = spooled(change, RecentMemory().number(change))
        again = from_bytes(to_bytes(held))
        assert again == held
        assert again.appended_to(change.before) == change


@pytest.mark.both_databases
@pytest.mark.parametrize("written", range(5))
async def test_whatever_of_it_the_journal_had_already_everything_is_there_once(
    database: WatchedDatabase, path: Path, written: int
) -> None:
    changes = story()
    fill(path, changes)
    journal = Journal(database, POLICY)
    for change in changes[:written]:
        await journal.append(change)

    landed = await bring_home(database, path)

    after = await contents(database)
    assert [row[1] for row in after["events"]] == list(range(1, changes[-1].after.version + 1))
    assert [row[1] for row in after["call_messages"]] == ["a-1", "a-2"]
    numbers = {row[0]: row[1] for row in after["inboxes"]}
    held = [(row[0], row[1]) for row in after["inbox"]]
    assert held == sorted((recipient, seq) for recipient, last in numbers.items() for seq in range(1, last + 1))
    assert landed.set_aside_count == 0
    assert not is_there(path)


@pytest.mark.both_databases
async def test_landing_twice_leaves_what_landing_once_left(database: WatchedDatabase, path: Path) -> None:
    changes = [*story("a"), *story("b", rescuers={"r2": 30.0})]
    fill(path, changes)
    await bring_home(database, path)
    once = await contents(database)

    fill(path, changes)
    await bring_home(database, path)

    assert await contents(database) == once


@pytest.mark.both_databases
async def test_what_the_journal_contradicts_is_set_aside_and_the_rest_lands(
    database: WatchedDatabase, path: Path
) -> None:
    changes = story("a")
    other = decided(changes[0].after, answer(changes[0].after, "r1", cmd.Answer.DECLINE))
    unrelated = story("b", rescuers={"r2": 30.0})
    fill(path, [*changes[1:3], *unrelated])
    journal = Journal(database, POLICY)
    for change in (changes[0], other):
        await journal.append(change)

    landed = await bring_home(database, path)

    async with database.read() as connection:
        versions = dict((await connection.execute(select(t.incidents.c.incident_id, t.incidents.c.version))).all())
    assert versions == {"a": other.after.version, "b": unrelated[-1].after.version}
    assert landed.set_aside_count == 2
    aside = Spool.open(path, limit_bytes=LIMIT_BYTES)
    assert aside.set_aside_before == 2
    aside.close()


@asynccontextmanager
async def away(held: DeskWithSpool, url: str) -> AsyncIterator[None]:
    """Another process holds the write lock, and the service has noticed."""
    with closing(sqlite3.connect(make_url(url).database or "", isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseAway):
            await held.database.find()
        yield
        holder.execute("ROLLBACK")


def accept(incident_id: str) -> cmd.AnswerAlert:
    return cmd.AnswerAlert(alert_id=f"{incident_id}-1", rescuer_id="r0", answer=cmd.Answer.ACCEPT)


async def test_frames_keep_the_numbers_that_phones_were_sent(database_url: str, path: Path) -> None:
    async with desk_with_spool(database_url, path, PEOPLE) as held:
        await held.take_call("ZZ-1")
        async with away(held, database_url):
            opened = held.engine.live.open_ids[0]
            await held.engine.answer(accept(opened))
            await held.engine.stand_down(opened)
            assert held.journal.state is DatabaseState.AWAY
            meanwhile = await held.reader.read_inbox("rescuer:r0", after=1, limit=10)
        await held.journal.tend()

        published = {(row.recipient, row.seq): (row.kind, row.body) for row in held.published}
        for recipient in {row.recipient for row in held.published}:
            rows = await held.reader.read_inbox(recipient, after=0, limit=100)
            assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
            assert {(row.recipient, row.seq): (row.kind, row.body) for row in rows}.items() <= published.items()
        assert len(published) == len(held.published)
        assert [row.kind for row in meanwhile] == ["assignment", "alert_ended"]


async def test_a_call_known_for_long_that_comes_again_while_the_database_is_away_is_called_off(
    database_url: str, path: Path
) -> None:
    async with desk_with_spool(database_url, path, PEOPLE, name="old") as held:
        old = await held.take_call("ZZ-1", message_id="m-old")
        for alert_id, _ in held.engine.live.ringing():
            await held.engine.call_off(old.incident_id, cmd.CallOff(alert_id=alert_id))

    async with desk_with_spool(database_url, path, PEOPLE, name="new", kept_calls=0) as held:
        async with away(held, database_url):
            new = await held.take_call("ZZ-1", message_id="m-new")
            rung = await held.alerted(new.incident_id)
        await held.journal.tend()
        again = await held.take_call("ZZ-1", message_id="m-newest")
        events = [row.type for row in await held.reader.read_events(new.incident_id)]
        known = await held.reader.find_known(replace(record("m-new"), body=b"{}"), "ZZ-1")

        assert not new.duplicate
        assert set(rung) == {"r0", "r1"}
        assert events.count("AlertWithdrawn") == 2
        assert events[-1] == "IncidentClosed"
        assert known.message_incident_id == known.call_incident_id == again.incident_id == old.incident_id
        assert held.engine.live.open_ids == [old.incident_id]
        assert held.engine.reservations.find_holder("rescuer:r0") is None
        ended = [row for row in held.published if row.kind == "alert_ended" and row.incident_id == new.incident_id]
        assert {row.body["reason"] for row in ended} == {"duplicate"}


async def test_a_reference_used_again_while_the_database_is_away_is_a_call_of_its_own(
    database_url: str, path: Path
) -> None:
    async with desk_with_spool(database_url, path, PEOPLE, name="old") as held:
        old = await held.take_call("ZZ-1", message_id="m-old")
        await held.engine.stand_down(old.incident_id)

    async with desk_with_spool(database_url, path, PEOPLE, name="new", kept_calls=0) as held:
        async with away(held, database_url):
            new = await held.take_call("ZZ-1", message_id="m-new")
        await held.journal.tend()
        held_by = held.engine.reservations.find_holder("rescuer:r0")
        landed = await held.reader.find_incident(new.incident_id)

        assert landed
        assert landed.closed is None
        assert held.engine.live.open_ids == [new.incident_id]
        assert held_by == new.incident_id


async def test_a_message_that_comes_again_while_the_database_is_away_is_known(database_url: str, path: Path) -> None:
    async with desk_with_spool(database_url, path, PEOPLE) as held:
        before = await held.take_call("ZZ-1", message_id="m-1")
    async with desk_with_spool(database_url, path, PEOPLE) as held:
        async with away(held, database_url):
            await held.engine.stand_down(before.incident_id)
            again = await held.take_call("ZZ-1", message_id="m-1")

        assert again.duplicate
        assert again.incident_id == before.incident_id


async def test_a_full_spool_refuses_and_what_it_refused_has_not_happened(database_url: str, path: Path) -> None:
    async with desk_with_spool(database_url, path, PEOPLE, limit_bytes=500) as held:
        async with away(held, database_url):
            with pytest.raises(SpoolFull):
                await held.take_call("ZZ-1")
            assert held.published == []
            assert held.engine.reservations.find_holder("rescuer:r0") is None
        await held.journal.tend()
        taken = await held.take_call("ZZ-1")

        assert not taken.duplicate
        assert set(await held.alerted(taken.incident_id)) == {"r0", "r1"}


async def test_an_incident_that_nobody_remembers_is_not_guessed_at(database_url: str, path: Path) -> None:
    async with desk_with_spool(database_url, path, PEOPLE) as held, away(held, database_url):
        await held.take_call("ZZ-1")
        with pytest.raises(DatabaseAway):
            await held.engine.stand_down("nobody-knows")


async def test_a_start_goes_on_where_a_killed_service_stopped_spooling(database_url: str, path: Path) -> None:
    async with desk_with_spool(database_url, path, PEOPLE) as held, away(held, database_url):
        taken = await held.take_call("ZZ-1")
        await held.engine.answer(accept(taken.incident_id))
    assert is_there(path)

    async with desk_with_spool(database_url, path, PEOPLE, name="next") as held:
        live = await held.engine.live.find(taken.incident_id)
        database = WatchedDatabase(database_url)
        async with database.read() as connection:
            opened = (await connection.execute(select(func.count()).select_from(t.incidents))).scalar_one()
        await database.close()

    assert live
    assert live.incident.alerts[f"{taken.incident_id}-1"].status == "accepted"
    assert live.details
    assert opened == 1
    assert not is_there(path)


@pytest.mark.both_databases
async def test_what_lies_behind_a_damaged_part_is_kept_for_a_person_and_its_frames_keep_their_numbers(
    database: WatchedDatabase, path: Path
) -> None:
    changes = [*story("a"), *story("b", rescuers={"r2": 30.0})]
    fill(path, changes)
    sent = RecentMemory()
    for change in changes:
        sent.note(change, sent.number(change))
    damage(path, 1)

    landed = await bring_home(database, path)

    after = await contents(database)
    assert {row[0] for row in after["incidents"]} == {"a"}
    assert [row[1] for row in after["events"]] == list(range(1, changes[0].after.version + 1))
    assert landed.set_aside_count == len(changes) - 2
    assert landed.damaged_bytes > 0
    assert {row[0]: row[1] for row in after["inboxes"]}.items() >= {"rescuer:r2": sent.last_seq["rescuer:r2"]}.items()
