"""The journal on a real file: all of an append or nothing, and a restart that finds what was there."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import delete, func, select, update

from dispatch import tables as t
from dispatch.core import commands as cmd
from dispatch.core.commands import Answer
from dispatch.core.consequences import reserved
from dispatch.journal.journal import AlreadyReserved, DuplicateMessage, Journal, StaleIncident
from dispatch.journal.reader import JournalReader
from dispatch.records import Known
from registry.storage.database import Database
from tests.integration.dispatch.journal_story import (
    DETAILS,
    NOON,
    POLICY,
    answer,
    append,
    decided,
    record,
    report,
)
from tests.support.waiting import turns
from tests.unit.dispatch.incident_story import candidates

pytestmark = pytest.mark.both_databases
TABLES = (t.incidents, t.events, t.incident_details, t.call_messages, t.reservations, t.inboxes, t.inbox)
NEAR = candidates({"r0": 20.0, "r1": 40.0}, [("r1", "aed-1", 30, 100)])


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def journal(database: Database) -> Journal:
    return Journal(database, POLICY)


@pytest.fixture
def reader(database: Database) -> JournalReader:
    return JournalReader(database)


async def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    async with database.read() as connection:
        return {table.name: [tuple(row) for row in (await connection.execute(select(table))).all()] for table in TABLES}


async def test_what_is_appended_is_read_back_whole(journal: Journal, reader: JournalReader) -> None:
    change = replace(decided(None, report("a"), NEAR), details=DETAILS, message=record("m1"))

    rows = await journal.append(change)

    assert await reader.find_incident("a") == change.after
    assert await reader.find_details("a") == DETAILS
    known = Known(message_incident_id="a", message_attention=None, call_incident_id="a")
    assert await reader.find_known(record("m1"), "a") == known
    assert set(await reader.read_reservations()) == reserved(change.after)
    for recipient in ("rescuer:r0", "rescuer:r1", "dispatchers"):
        mine = [row for row in rows if row.recipient == recipient]
        assert await reader.read_inbox(recipient, after=0, limit=10) == mine
        assert await reader.last_seq(recipient) == len(mine) == 1


async def test_who_decided_on_an_older_state_is_told_and_writes_nothing(journal: Journal, database: Database) -> None:
    opened, _ = await append(journal, None, report("a"), NEAR)
    accepted = decided(opened, answer(opened, "r0", Answer.ACCEPT))
    declined = replace(decided(opened, answer(opened, "r0", Answer.DECLINE)), message=record("m1"), details=DETAILS)
    await journal.append(accepted)
    before = await everything(database)

    with pytest.raises(StaleIncident):
        await journal.append(declined)

    assert await everything(database) == before


async def test_of_many_writers_on_one_state_exactly_one_succeeds(journal: Journal, reader: JournalReader) -> None:
    opened, _ = await append(journal, None, report("a"), NEAR)
    changes = [decided(opened, answer(opened, who, word)) for who in ("r0", "r1") for word in list(Answer)[:2]] * 5

    results = await asyncio.gather(*(journal.append(change) for change in changes), return_exceptions=True)

    assert sum(isinstance(result, list) for result in results) == 1
    assert sum(isinstance(result, StaleIncident) for result in results) == len(changes) - 1
    held = await reader.find_incident("a")
    assert held
    assert held.version == opened.version + 1


async def test_one_call_opened_twice_is_one_incident(journal: Journal, database: Database) -> None:
    await append(journal, None, report("a", "ZZ-1"))
    before = await everything(database)

    for incident_id, cad_ref in (("a", "ZZ-2"), ("b", "ZZ-1")):
        with pytest.raises(StaleIncident):
            await append(journal, None, report(incident_id, cad_ref))

    assert await everything(database) == before


@pytest.mark.parametrize(
    "around",
    [
        candidates({"r0": 20.0}),
        candidates({"other": 20.0}, [("another", "aed-1", 30, 100)]),
        candidates({"free": 10.0, "free-too": 15.0, "r1": 20.0}),
    ],
    ids=["the same rescuer", "the same AED", "among free ones"],
)
async def test_of_two_incidents_that_want_the_same_the_second_leaves_nothing(
    journal: Journal, database: Database, around: object
) -> None:
    await append(journal, None, report("a"), NEAR)
    before = await everything(database)
    loser = replace(
        decided(None, report("b"), around),  # type: ignore[arg-type]
        details=DETAILS,
        message=record("m2"),
    )

    with pytest.raises(AlreadyReserved):
        await journal.append(loser)

    assert await everything(database) == before


async def test_what_is_released_can_be_promised_to_the_next(journal: Journal, reader: JournalReader) -> None:
    opened, _ = await append(journal, None, report("a"), NEAR)
    await append(journal, opened, answer(opened, "r0", Answer.DECLINE))

    await append(journal, None, report("b"), candidates({"r0": 20.0}))

    assert (await reader.read_reservations())["rescuer:r0"] == "b"


async def test_a_message_is_taken_once_and_the_second_leaves_nothing(journal: Journal, database: Database) -> None:
    await journal.append(replace(decided(None, report("a")), message=record("m1")))
    before = await everything(database)

    with pytest.raises(DuplicateMessage):
        await journal.append(replace(decided(None, report("b"), NEAR), message=record("m1"), details=DETAILS))

    assert await everything(database) == before


async def test_the_same_id_with_other_bytes_is_another_message(journal: Journal, reader: JournalReader) -> None:
    other = replace(record("m1"), body=b"{ }")
    await journal.append(replace(decided(None, report("a", "ZZ-1")), message=record("m1")))
    before = await reader.find_known(other, None)
    await journal.append(replace(decided(None, report("b", "ZZ-2")), message=other))

    assert before == Known(message_incident_id=None, message_attention=None, call_incident_id=None, is_id_used=True)
    assert (await reader.find_known(record("m1"), None)).message_incident_id == "a"
    assert (await reader.find_known(other, None)).message_incident_id == "b"


async def test_a_reference_is_one_call_only_while_that_is_open(journal: Journal, reader: JournalReader) -> None:
    first, _ = await append(journal, None, report("a", "ZZ-1"))
    await append(journal, first, cmd.EndCall(incident_id="a", cad_ref="ZZ-1", reported_at=NOON, reason="closed"))
    await append(journal, None, report("b", "ZZ-1"))
    known = await reader.find_known(record("m1"), "ZZ-1")

    with pytest.raises(StaleIncident):
        await append(journal, None, report("c", "ZZ-1"))
    assert known.call_incident_id == "b"


async def test_two_120_systems_may_use_the_same_references(journal: Journal, reader: JournalReader) -> None:
    for integration in ("north", "south"):
        message = replace(record("m1"), integration=integration)
        command = replace(report(f"inc-{integration}", "ZZ-1"), integration=integration)
        await journal.append(replace(decided(None, command), message=message))

    for integration in ("north", "south"):
        known = await reader.find_known(replace(record("m1"), integration=integration), "ZZ-1")
        assert known.call_incident_id == known.message_incident_id == f"inc-{integration}"
    assert (await reader.find_known(replace(record("m1"), integration="west"), "ZZ-1")).call_incident_id is None


async def test_a_message_that_changes_nothing_is_kept_all_the_same(journal: Journal, reader: JournalReader) -> None:
    opened, _ = await append(journal, None, report("a"))

    rows = await journal.append(replace(decided(opened, report("a")), events=(), after=opened, message=record("m2")))

    assert rows == []
    assert (await reader.find_known(record("m2"), None)).message_incident_id == "a"
    assert await reader.find_incident("a") == opened


async def test_every_recipient_has_a_sequence_without_gaps_under_many_writers(
    journal: Journal, database: Database
) -> None:
    async def one_call(number: int) -> None:
        incident_id = f"inc{number}"
        shared = candidates({f"r{number % 3}": 20.0})
        for _ in range(200):
            try:
                incident, _ = await append(journal, None, report(incident_id), shared)
            except AlreadyReserved:
                await turns()
            else:
                break
        for word in (Answer.ACCEPT, Answer.DECLINE):
            incident, _ = await append(journal, incident, answer(incident, f"r{number % 3}", word))

    await asyncio.gather(*(one_call(number) for number in range(12)))

    async with database.read() as connection:
        rows = (await connection.execute(select(t.inbox.c.recipient, t.inbox.c.seq))).all()
        last = {row.recipient: row.last_seq for row in (await connection.execute(select(t.inboxes))).all()}
    by_recipient: dict[str, list[int]] = {}
    for row in rows:
        by_recipient.setdefault(row.recipient, []).append(row.seq)
    assert set(by_recipient) == {"dispatchers", "rescuer:r0", "rescuer:r1", "rescuer:r2"}
    assert last["dispatchers"] == 12 * 3
    for recipient, seqs in by_recipient.items():
        assert sorted(seqs) == list(range(1, last[recipient] + 1))


async def test_a_restart_finds_every_open_incident_as_it_was(journal: Journal, database: Database) -> None:
    quiet, _ = await append(journal, None, report("quiet"), candidates({}))
    ringing, _ = await append(journal, None, report("ringing"), NEAR)
    walking, _ = await append(journal, ringing, answer(ringing, "r1", Answer.ACCEPT))
    carrying, _ = await append(journal, walking, answer(walking, "r1", Answer.AED_COLLECTED))
    over, _ = await append(journal, None, report("over"), candidates({"r5": 10.0}))
    await append(journal, over, end("over"))
    url = database.url.render_as_string(hide_password=False)
    await database.close()

    again = Database(url)
    try:
        opened = {one.incident_id: one for one in await JournalReader(again).load_open()}
    finally:
        await again.close()

    assert opened == {"quiet": quiet, "ringing": carrying}


async def test_a_closed_incident_whose_aed_is_away_stays_open_until_it_is_back(
    journal: Journal, reader: JournalReader
) -> None:
    incident, _ = await append(journal, None, report("a"), NEAR)
    for word in (Answer.ACCEPT, Answer.AED_COLLECTED):
        incident, _ = await append(journal, incident, answer(incident, "r1", word))
    incident, _ = await append(journal, incident, end("a"))
    away = await reader.load_open()
    promised = await reader.read_reservations()

    alert_id = next(alert.alert_id for alert in incident.alerts.values() if alert.aed_id)
    await append(journal, incident, cmd.ConfirmAedReturned(alert_id=alert_id))

    assert away == [incident]
    assert promised == {"aed:aed-1": "a"}
    assert await reader.load_open() == []
    assert await reader.read_reservations() == {}


async def test_erasing_a_patients_details_leaves_the_incident_replayable(
    journal: Journal, reader: JournalReader, database: Database
) -> None:
    change = replace(decided(None, report("a"), NEAR), details=DETAILS)
    await journal.append(change)

    async with database.write() as connection:
        await connection.execute(delete(t.incident_details))

    assert await reader.find_details("a") is None
    assert await reader.find_incident("a") == change.after
    assert await reader.load_open() == [change.after]


async def test_events_and_inboxes_hold_nothing_of_the_patients_details(journal: Journal, database: Database) -> None:
    await journal.append(replace(decided(None, report("a"), NEAR), details=DETAILS))

    kept = await everything(database)

    assert DETAILS.address in str(kept["incident_details"])
    rest = str([rows for name, rows in kept.items() if name != "incident_details"])
    for personal in (DETAILS.address, DETAILS.note, str(DETAILS.place.lon), str(DETAILS.place.lat)):
        assert personal not in rest


async def test_an_inbox_is_read_in_pages_from_where_the_phone_is(journal: Journal, reader: JournalReader) -> None:
    incident, _ = await append(journal, None, report("a"), NEAR)
    for word in (Answer.ACCEPT, Answer.DECLINE):
        incident, _ = await append(journal, incident, answer(incident, "r0", word))

    pages = [await reader.read_inbox("dispatchers", after=after, limit=2) for after in (0, 2, 3)]

    assert [[row.seq for row in page] for page in pages] == [[1, 2], [3], []]


async def test_what_consoles_are_told_holds_the_events_that_the_journal_keeps_once(
    journal: Journal, reader: JournalReader, database: Database
) -> None:
    incident, opening = await append(journal, None, report("a"), NEAR)
    _, answered = await append(journal, incident, answer(incident, "r0", Answer.ACCEPT))

    told = [row for row in (*opening, *answered) if row.recipient == "dispatchers"]
    kept = (await everything(database))["inbox"]

    assert await reader.read_inbox("dispatchers", after=0, limit=10) == told
    assert [event["type"] for event in told[1].body["events"]] == ["AlertAccepted"]
    assert "AlertAccepted" not in str(kept)


async def test_what_an_older_version_told_consoles_is_read_as_it_is(
    journal: Journal, reader: JournalReader, database: Database
) -> None:
    await append(journal, None, report("a"), NEAR)
    body = {"status": "searching", "attention": None, "events": [{"type": "CallConfirmed", "at": "then"}]}
    async with database.write() as connection:
        await connection.execute(update(t.inbox).where(t.inbox.c.recipient == "dispatchers").values(body=body))

    [row] = await reader.read_inbox("dispatchers", after=0, limit=10)

    assert row.body == body


async def test_the_number_of_rows_is_that_of_the_events(journal: Journal, database: Database) -> None:
    incident, _ = await append(journal, None, report("a"), NEAR)

    async with database.read() as connection:
        seqs = (await connection.execute(select(t.events.c.seq).order_by(t.events.c.seq))).scalars().all()
        version = (await connection.execute(select(func.max(t.incidents.c.version)))).scalar_one()

    assert list(seqs) == list(range(1, incident.version + 1))
    assert version == incident.version


def end(incident_id: str) -> cmd.EndCall:
    return cmd.EndCall(incident_id=incident_id, cad_ref=None, reason="closed", reported_at=report("x").reported_at)
