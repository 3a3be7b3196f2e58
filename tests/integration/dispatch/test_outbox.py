"""Callbacks in the database: written with the append or not at all, numbered without gaps, found in their order."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

import pytest

from dispatch.callbacks.outbox import DEAD, DELIVERED, PENDING, Outbox, StoredCallback, UnknownCallback
from dispatch.callbacks.targets import CallbackTarget
from dispatch.core import commands as cmd
from dispatch.core.commands import Answer
from dispatch.core.events import DEFAULT_INTEGRATION
from dispatch.journal.journal import AlreadyReserved, Journal, StaleIncident
from dispatch.tables import callbacks, incidents
from registry.storage.database import Database
from tests.integration.dispatch.journal_story import NOON, POLICY, answer, append, decided, report
from tests.unit.dispatch.incident_story import candidates

pytestmark = pytest.mark.both_databases
NEAR = candidates({"r0": 20.0, "r1": 40.0})
NOBODY = candidates({})
TARGET = CallbackTarget(url="http://localhost/", secrets=())


class Time:
    """The outbox's clock, moved by hand."""

    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def outbox(database: Database, time: Time) -> Outbox:
    return Outbox(database, find_target=lambda name: TARGET if name == DEFAULT_INTEGRATION else None, now=time)


@pytest.fixture
def journal(database: Database, outbox: Outbox) -> Journal:
    return Journal(database, POLICY, outbox)


def end(incident_id: str) -> cmd.EndCall:
    return cmd.EndCall(incident_id=incident_id, cad_ref=incident_id, reason="cancelled", reported_at=NOON)


async def due(outbox: Outbox, *but_of: str, limit: int = 9) -> list[StoredCallback]:
    return await outbox.find_due(DEFAULT_INTEGRATION, but_of=but_of, limit=limit)


async def test_callbacks_are_numbered_without_gaps_from_append_to_append(journal: Journal, outbox: Outbox) -> None:
    told: list[str] = []
    outbox.on_written = lambda: told.append("written")

    incident, _ = await append(journal, None, report("a"), NEAR)
    incident, _ = await append(journal, incident, answer(incident, "r0", Answer.DECLINE))
    incident, _ = await append(journal, incident, answer(incident, "r1", Answer.ACCEPT))
    await append(journal, incident, end("a"))

    stored = await outbox.list_callbacks(incident_id="a")
    assert [(one.seq, one.type) for one in stored] == [
        (1, "incident.alerted"),
        (2, "incident.accepted"),
        (3, "incident.stood_down"),
        (4, "incident.closed"),
    ]
    assert told == ["written"] * 3


async def test_what_is_not_appended_is_not_told(journal: Journal, outbox: Outbox) -> None:
    incident, _ = await append(journal, None, report("a"), NEAR)

    with pytest.raises(StaleIncident):
        await journal.append(replace(decided(incident, end("a")), before=replace(incident, version=99)))
    with pytest.raises(AlreadyReserved):
        await append(journal, None, report("b"), NEAR)

    assert [(one.incident_id, one.seq) for one in await outbox.list_callbacks()] == [("a", 1)]


async def test_an_integration_without_a_receiver_has_no_callbacks(journal: Journal, outbox: Outbox) -> None:
    await append(journal, None, replace(report("a"), integration="elsewhere"), NEAR)

    assert await outbox.list_callbacks() == []


async def test_a_call_is_never_lost_because_it_cannot_be_told_back(journal: Journal, outbox: Outbox) -> None:
    change = decided(None, report("a"), NEAR)
    odd = {key: replace(alert, walk_time_s=float("inf")) for key, alert in change.after.alerts.items()}

    rows = await journal.append(replace(change, after=replace(change.after, alerts=MappingProxyType(odd))))
    await append(journal, change.after, end("a"))

    assert len(rows) == 3
    assert [(one.seq, one.type) for one in await outbox.list_callbacks(incident_id="a")] == [
        (2, "incident.stood_down"),
        (3, "incident.closed"),
    ]


async def test_the_first_pending_of_each_incident_is_due_the_least_tried_ahead(
    journal: Journal, outbox: Outbox, time: Time
) -> None:
    for incident_id in ("a", "b", "c"):
        incident, _ = await append(journal, None, report(incident_id), NOBODY)
        await append(journal, incident, end(incident_id))
        time.now += timedelta(seconds=1)
    [first] = [one for one in await due(outbox) if one.incident_id == "a"]
    await outbox.record(first, state=PENDING, next_attempt_at=time.now, error="HTTP 500")

    found = await due(outbox)

    assert [(one.incident_id, one.seq, one.attempts) for one in found] == [("b", 1, 0), ("c", 1, 0), ("a", 1, 1)]
    assert [one.incident_id for one in await due(outbox, "b")] == ["c", "a"]
    assert [one.incident_id for one in await due(outbox, limit=1)] == ["b"]
    assert await outbox.find_due("elsewhere", but_of=(), limit=9) == []


async def test_the_next_is_due_when_the_one_before_it_is_taken_or_dead_and_not_while_it_waits(
    journal: Journal, outbox: Outbox, time: Time
) -> None:
    incident, _ = await append(journal, None, report("a"), NEAR)
    await append(journal, incident, end("a"))
    [first] = await due(outbox)

    await outbox.record(first, state=PENDING, next_attempt_at=time.now + timedelta(seconds=5), error="HTTP 500")
    waiting = (await due(outbox), await outbox.find_first("a"))
    time.now += timedelta(seconds=5)
    again = await outbox.find_first("a")
    await outbox.record(first, state=DELIVERED)
    second = await outbox.find_first("a")
    assert second
    await outbox.record(second, state=DEAD, error="HTTP 410")
    third = await outbox.find_first("a")

    assert waiting == ([], None)
    assert again
    assert (again.seq, again.attempts, again.last_error) == (1, 1, "HTTP 500")
    assert (second.seq, third.seq if third else None) == (2, 3)
    assert await outbox.count_waiting() == {(DEFAULT_INTEGRATION, DEAD): 1, (DEFAULT_INTEGRATION, PENDING): 1}


async def test_what_was_written_by_a_clock_ahead_is_due_at_once_and_then_waits_as_always(
    journal: Journal, outbox: Outbox, time: Time
) -> None:
    await append(journal, None, report("a"), NEAR)
    time.now -= timedelta(hours=1)
    [first] = await due(outbox)
    firsts = await outbox.find_first("a")
    await outbox.record(first, state=PENDING, next_attempt_at=time.now + timedelta(seconds=5), error="HTTP 500")
    waiting = (await due(outbox), await outbox.find_first("a"))
    time.now += timedelta(seconds=5)

    assert firsts == first
    assert waiting == ([], None)
    assert [one.attempts for one in await due(outbox)] == [1]


async def test_a_late_note_of_a_failure_does_not_undo_a_delivery(journal: Journal, outbox: Outbox) -> None:
    await append(journal, None, report("a"), NEAR)
    [first] = await due(outbox)

    await outbox.record(first, state=DELIVERED)
    await outbox.record(first, state=PENDING, next_attempt_at=NOON, error="HTTP 500")

    [stored] = await outbox.list_callbacks()
    assert (stored.state, stored.delivered_at) == (DELIVERED, NOON)


async def test_after_a_restore_the_same_number_has_another_id(journal: Journal, database: Database, time: Time) -> None:
    def outbox_of(epoch: str) -> Outbox:
        return Outbox(database, find_target=lambda _: TARGET, now=time, epoch=epoch)

    before, after = outbox_of("before00"), outbox_of("after000")
    incident, _ = await append(Journal(database, POLICY, before), None, report("a"), NEAR)
    written = await before.list_callbacks(incident_id="a")
    async with database.write() as connection:
        # As the backup had it, which was made before they were written.
        await connection.execute(callbacks.delete())
        await connection.execute(incidents.update().values(callback_count=0))
    await append(Journal(database, POLICY, after), incident, end("a"))
    again = await after.list_callbacks(incident_id="a")

    assert again[0].seq == written[0].seq
    assert (written[0].callback_id, again[0].callback_id) == ("cbbefore00_a_1", "cbafter000_a_1")
    assert (await after.retry(again[0].callback_id)).seq == 1
    with pytest.raises(UnknownCallback):
        await after.retry(written[0].callback_id)


async def test_dead_letters_are_sent_again_the_earlier_first_in_whatever_order_they_are_named(
    journal: Journal, database: Database
) -> None:
    told_at: list[datetime] = []

    def later() -> datetime:
        told_at.append(NOON + timedelta(seconds=len(told_at)))
        return told_at[-1]

    outbox = Outbox(database, find_target=lambda _: TARGET, now=later)
    incident, _ = await append(journal, None, report("a"), NEAR)
    await append(journal, incident, end("a"))
    written = await outbox.list_callbacks(incident_id="a")
    for one in written:
        await outbox.record(one, state=DEAD, error="HTTP 410")

    await outbox.retry_all([one.callback_id for one in reversed(written)])

    again = await outbox.list_callbacks(incident_id="a")
    since = [one.tried_since for one in again]
    assert len(again) > 1
    assert {one.state for one in again} == {PENDING}
    assert since == sorted(since)
