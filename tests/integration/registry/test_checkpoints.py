"""SQLite's log: what is written stays there while calls come, and moves into the file when nobody writes."""

import asyncio
import sqlite3
import subprocess
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from registry.storage import sqlite_checkpoints
from registry.storage.database import Database
from registry.storage.sqlite_checkpoints import ENOUGH
from tests.support.waiting import PATIENCE_S, until

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


def rows_in_the_file_alone(file: Path) -> int | None:
    """As somebody would find them who had the file without its log; None where it makes no sense without it.

    While the log moves, the file holds some pages as they are and others as they were: only with the log is that a
    database. A whole one has been moved whole, and one that were broken for good would never count right.
    """
    copy = file.with_name("copy.sqlite3")
    # By a process of its own: one that closes a file lets go of all its locks on it, and SQLite's here are ours.
    subprocess.run(["cp", file, copy], check=True)
    with closing(sqlite3.connect(copy)) as connection:
        try:
            (sound,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            (count,) = connection.execute("SELECT count(*) FROM rows").fetchone()
        except sqlite3.DatabaseError:
            return None
    return int(count) if sound == "ok" else None


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


async def test_what_is_written_while_the_log_moves_is_moved_next(
    database: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved, may_end = threading.Event(), threading.Event()

    def on_a_slow_disk(path: str, mode: str, patience_s: float) -> None:
        checkpoint(path, mode, patience_s)
        moved.set()
        may_end.wait(PATIENCE_S)

    checkpoint = sqlite_checkpoints._checkpoint
    monkeypatch.setattr(sqlite_checkpoints, "_checkpoint", on_a_slow_disk)
    for _ in range(ENOUGH):
        await _write(database)
    await until(moved.is_set)
    for _ in range(ENOUGH):
        await _write(database)
    meanwhile = rows_in_the_file_alone(file)
    may_end.set()
    await until(lambda: rows_in_the_file_alone(file) == 2 * ENOUGH)

    assert meanwhile == ENOUGH


async def test_a_database_that_is_closed_before_its_quiet_moment_loses_nothing(database: Database, file: Path) -> None:
    for _ in range(ENOUGH):
        await _write(database)
    await database.close()

    assert rows_in_the_file_alone(file) == ENOUGH


async def test_a_file_that_is_gone_is_not_made_anew(database: Database, file: Path) -> None:
    await asyncio.to_thread(file.unlink)
    await database.checkpoint()

    assert not await asyncio.to_thread(file.exists)
