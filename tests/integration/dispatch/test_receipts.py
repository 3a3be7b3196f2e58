"""Receipts on a real file: gathered, written together, kept where that fails, and the first time counts."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from dispatch import tables as t
from dispatch.journal.journal import Journal
from dispatch.journal.reader import JournalReader
from dispatch.journal.receipts import ReceiptBook
from dispatch.records import Receipt
from registry.storage.database import Database
from tests.integration.dispatch.journal_story import NOON, POLICY, append, report
from tests.support.waiting import turns
from tests.unit.dispatch.incident_story import candidates

pytestmark = pytest.mark.both_databases
LATER = NOON + timedelta(seconds=5)
LATEST = NOON + timedelta(seconds=9)
ALERT = "a-1"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """With one incident that rings two phones."""
    opened = Database(database_url)
    await append(Journal(opened, POLICY), None, report("a"), candidates({"r0": 20.0, "r1": 40.0}))
    yield opened
    await opened.close()


@pytest.fixture
def book(database: Database) -> ReceiptBook:
    return ReceiptBook(database)


@pytest.fixture
def reader(database: Database) -> JournalReader:
    return JournalReader(database)


async def acked(database: Database) -> dict[str, int]:
    async with database.read() as connection:
        return {row.recipient: row.acked_seq for row in (await connection.execute(select(t.inboxes))).all()}


async def break_receipts(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("ALTER TABLE receipts RENAME TO receipts_away"))


async def mend_receipts(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("ALTER TABLE receipts_away RENAME TO receipts"))


async def test_nothing_is_written_before_the_flush_and_everything_by_it(
    book: ReceiptBook, reader: JournalReader, database: Database
) -> None:
    book.acknowledged("rescuer:r0", 1)
    book.delivered("a", "a-1", NOON)
    book.seen("a", "a-2", LATER)
    before = await reader.read_receipts("a")

    await book.flush()

    assert before == {}
    assert await reader.read_receipts("a") == {
        "a-1": Receipt(alert_id="a-1", incident_id="a", delivered_at=NOON),
        "a-2": Receipt(alert_id="a-2", incident_id="a", delivered_at=LATER, seen_at=LATER),
    }
    assert await acked(database) == {"rescuer:r0": 1, "rescuer:r1": 0, "dispatchers": 0}


async def test_a_flush_of_nothing_writes_nothing(book: ReceiptBook, reader: JournalReader) -> None:
    await book.flush()

    assert await reader.read_receipts("a") == {}


@pytest.mark.parametrize("flush_between", [True, False])
async def test_the_first_time_an_alert_arrived_or_was_seen_is_the_one_that_counts(
    book: ReceiptBook, reader: JournalReader, flush_between: bool
) -> None:
    for at in (NOON, LATER):
        book.delivered("a", ALERT, at)
        if flush_between:
            await book.flush()
    for at in (LATER, LATEST):
        book.seen("a", ALERT, at)
        if flush_between:
            await book.flush()
    await book.flush()

    assert await reader.read_receipts("a") == {
        ALERT: Receipt(alert_id=ALERT, incident_id="a", delivered_at=NOON, seen_at=LATER)
    }


async def test_an_acknowledgement_never_goes_back_nor_beyond_what_was_written(
    book: ReceiptBook, database: Database
) -> None:
    for seq in (1, 0, 99):
        book.acknowledged("rescuer:r0", seq)
        await book.flush()

    assert (await acked(database))["rescuer:r0"] == 1


async def test_what_could_not_be_written_is_kept_for_the_next_flush(
    book: ReceiptBook, reader: JournalReader, database: Database
) -> None:
    book.acknowledged("rescuer:r0", 1)
    book.seen("a", ALERT, NOON)
    await break_receipts(database)
    with pytest.raises(SQLAlchemyError):
        await book.flush()
    before = await acked(database)
    await mend_receipts(database)

    await book.flush()

    assert before["rescuer:r0"] == 0, "one transaction: nothing of a failed flush stays"
    assert (await acked(database))["rescuer:r0"] == 1
    assert (await reader.read_receipts("a"))[ALERT].seen_at == NOON


async def test_what_comes_in_while_a_flush_fails_overwrites_nothing_older(
    book: ReceiptBook, reader: JournalReader, database: Database
) -> None:
    book.seen("a", ALERT, NOON)
    await break_receipts(database)
    async with database.write():
        # The writer is ours for now, so this flush has taken what it will write and waits for its turn.
        failing = asyncio.create_task(book.flush())
        await turns()
        book.delivered("a", ALERT, LATER)
    with pytest.raises(SQLAlchemyError):
        await failing
    await mend_receipts(database)

    await book.flush()

    assert await reader.read_receipts("a") == {
        ALERT: Receipt(alert_id=ALERT, incident_id="a", delivered_at=NOON, seen_at=NOON)
    }


async def test_receipts_that_a_crash_has_lost_are_made_up_when_the_phone_is_back(
    book: ReceiptBook, database: Database, reader: JournalReader
) -> None:
    book.resumed("rescuer:r0", 1, LATER)
    book.resumed("rescuer:r1", 0, LATER)
    book.acknowledged("rescuer:r1", 1)

    await book.flush()

    assert (await acked(database))["rescuer:r0"] == 1
    assert {one.alert_id: one.delivered_at for one in (await reader.read_receipts("a")).values()} == {ALERT: LATER}


async def test_a_phone_that_comes_back_again_keeps_the_first_time(book: ReceiptBook, reader: JournalReader) -> None:
    book.delivered("a", ALERT, NOON)
    await book.flush()
    book.resumed("rescuer:r0", 1, LATER)
    await book.flush()

    assert (await reader.read_receipts("a"))[ALERT].delivered_at == NOON
