"""The registry's history is appended to, read page by page, and neither changed nor shortened."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from registry.history.log import (
    Author,
    Change,
    UnknownChange,
    erase_reasons,
    find_undoing,
    get_change,
    list_changes,
    record,
)
from registry.storage.database import Database
from registry.tables import history

pytestmark = pytest.mark.both_databases
NOW = datetime(2025, 4, 5, 4, 0, tzinfo=UTC)
MOVED = Change(kind="aed", subject_id="a1", action="moved", before={"lon": 113.1}, after={"lon": 113.2})


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    one = Database(database_url)
    yield one
    await one.close()


def by(name: str, minute: int = 0, why: str = "") -> Author:
    return Author(by=name, at=NOW + timedelta(minutes=minute), why=why)


async def write(database: Database, change: Change, author: Author, undoes: int | None = None) -> int:
    async with database.write() as connection:
        return await record(connection, change, author, undoes=undoes)


async def test_a_change_is_read_back_as_it_was_made_and_what_took_it_back_is_found(database: Database) -> None:
    added = Change(kind="aed", subject_id="a1", action="added", before=None, after={"name": "库房", "indoor": None})
    first = await write(database, added, by("wang", why="seen on the wall"))
    second = await write(database, Change(**{**vars_of(added), "action": "removed"}), by("li", 1), undoes=first)

    async with database.read() as connection:
        told, undoing = await get_change(connection, first), await find_undoing(connection, first)
        not_undone = await find_undoing(connection, second)
        with pytest.raises(UnknownChange):
            await get_change(connection, second + 1)

    assert (told.change, told.author, told.undoes) == (added, by("wang", why="seen on the wall"), None)
    assert undoing is not None
    assert (undoing.change_id, undoing.undoes) == (second, first)
    assert not_undone is None


def vars_of(change: Change) -> dict[str, object]:
    return {name: getattr(change, name) for name in Change.__slots__}


async def test_the_newest_come_first_and_a_page_goes_on_where_the_one_before_ended(database: Database) -> None:
    numbers = [await write(database, MOVED, by("wang" if n % 2 else "li", n)) for n in range(5)]
    await write(database, Change(**{**vars_of(MOVED), "subject_id": "a2"}), by("li", 9))

    async with database.read() as connection:
        page = await list_changes(connection, kind="aed", subject_id="a1", limit=3)
        rest = await list_changes(connection, kind="aed", subject_id="a1", before_id=page[-1].change_id, limit=3)
        of_wang = await list_changes(connection, by="wang", limit=10)

    assert [one.change_id for one in (*page, *rest)] == numbers[::-1]
    assert [one.change_id for one in of_wang] == [numbers[3], numbers[1]]


async def test_nobody_changes_or_removes_a_line(database: Database) -> None:
    number = await write(database, MOVED, by("wang", why="the wall was torn down"))

    for statement in (
        update(history).values(by="li"),
        update(history).values(after={"lon": 1.0}),
        update(history).values(why="another"),
        delete(history),
    ):
        with pytest.raises(DBAPIError, match="only appended to"):
            async with database.write() as connection:
                await connection.execute(statement)

    async with database.read() as connection:
        assert (await get_change(connection, number)).author == by("wang", why="the wall was torn down")


async def test_a_reason_that_may_speak_of_an_erased_person_is_emptied_and_what_was_done_stays(
    database: Database,
) -> None:
    about = Change(kind="rescuer", subject_id="r1", action="paused", before={"paused": False}, after={"paused": True})
    number = await write(database, about, by("wang", why="her mother is ill"))
    other = await write(database, MOVED, by("wang", why="the wall was torn down"))

    async with database.write() as connection:
        await erase_reasons(connection, "rescuer", "r1")

    async with database.read() as connection:
        assert (await get_change(connection, number)).author == by("wang")
        assert (await get_change(connection, number)).change == about
        assert (await get_change(connection, other)).author.why == "the wall was torn down"


async def test_a_change_is_taken_back_once(database: Database) -> None:
    number = await write(database, MOVED, by("wang"))
    await write(database, MOVED, by("li"), undoes=number)

    with pytest.raises(DBAPIError):
        await write(database, MOVED, by("li"), undoes=number)
