"""SQLite's log: what is written stays there while calls come, and moves into the file when nobody writes."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from registry.storage.database import Database
from registry.storage.sqlite_checkpoints import ENOUGH
from tests.support.waiting import until

INSERT_A_HUNDRED_PAGES = "INSERT INTO rows VALUES (zeroblob(400000))"
"""Thirty of these are three times as many pages as SQLite by itself leaves in the log."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a folder, 50%?" / "城市.sqlite3"


@pytest.fixture
async def database(file: Path) -> AsyncIterator[Database]:
    file.parent.mkdir()
    database = Database(f"sqlite:///{str(file).replace('%', '%25').replace('?', '%3F')}")
    await database.transact(lambda connection: _carry_out(connection, "CREATE TABLE rows (body BLOB)"))
    await database.checkpoint()
    yield database
    await database.close()


def _carry_out(connection: Connection, statement: str) -> None:
    connection.execute(text(statement))


async def _write(database: Database) -> None:
    await database.transact(lambda connection: _carry_out(connection, INSERT_A_HUNDRED_PAGES))


def rows_in_the_file_alone(file: Path) -> int:
    """As somebody would find them who had the file without its log."""
    copy = file.with_name("copy.sqlite3")
    shutil.copyfile(file, copy)
    with closing(sqlite3.connect(copy)) as connection:
        count: int = connection.execute("SELECT count(*) FROM rows").fetchone()[0]
    return count


async def test_what_is_written_moves_into_the_file_when_nobody_writes_any_more(database: Database, file: Path) -> None:
    for _ in range(ENOUGH):
        await _write(database)
    at_once = rows_in_the_file_alone(file)
    await until(lambda: rows_in_the_file_alone(file) == ENOUGH)

    assert at_once == 0


async def test_it_moves_again_after_the_first_time(database: Database, file: Path) -> None:
    for round_number in (1, 2):
        for _ in range(ENOUGH):
            async with database.write() as connection:
                await connection.execute(text("INSERT INTO rows VALUES (zeroblob(10))"))
        await until(lambda wanted=round_number * ENOUGH: rows_in_the_file_alone(file) == wanted)


async def test_a_database_that_is_closed_before_its_quiet_moment_loses_nothing(database: Database, file: Path) -> None:
    for _ in range(ENOUGH):
        await _write(database)
    await database.close()

    assert rows_in_the_file_alone(file) == ENOUGH


async def test_a_file_that_is_gone_is_not_made_anew(database: Database, file: Path) -> None:
    await asyncio.to_thread(file.unlink)
    await database.checkpoint()

    assert not await asyncio.to_thread(file.exists)
