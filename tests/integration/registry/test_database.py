"""The database on real SQLite files: migrations, one writer, and what a user sees when it cannot be opened."""

import asyncio
import contextlib
import importlib
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import select
from sqlalchemy.engine import make_url

from registry.database import BadDatabaseUrl, Database, DatabaseUnreachable, alembic_config, migrate
from registry.tables import rescuers

NOW = datetime(2025, 3, 1, 4, 0, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'rescue.sqlite3'}"


def rescuer_row(rescuer_id: str) -> dict[str, object]:
    return {
        "rescuer_id": rescuer_id,
        "last_seen_at": NOW,
        "source": "test",
        "source_file": "",
        "source_digest": "",
        "imported_at": NOW,
    }


async def test_the_migrated_schema_is_the_one_the_tables_describe(url: str) -> None:
    with contextlib.suppress(ModuleNotFoundError):
        importlib.import_module("dispatch.tables")
    migrate(url)
    database = Database(url)
    try:
        async with database.write() as connection:
            await connection.run_sync(lambda sync: command.check(alembic_config(sync)))
    finally:
        await database.close()


async def test_migrating_twice_changes_nothing(url: str) -> None:
    migrate(url)
    migrate(url)


async def test_many_writers_and_readers_never_find_the_database_locked(url: str) -> None:
    migrate(url)
    databases = [Database(url), Database(url)]

    async def write(number: int) -> None:
        database = databases[number % 2]
        async with database.write() as connection:
            await connection.execute(select(rescuers.c.rescuer_id))
            await connection.execute(database.insert(rescuers).values(rescuer_row(f"r{number}")))

    async def read(number: int) -> None:
        async with databases[number % 2].read() as connection:
            await connection.execute(select(rescuers))

    await asyncio.gather(*(write(number) for number in range(200)), *(read(number) for number in range(200)))

    async with databases[0].read() as connection:
        rows = (await connection.execute(select(rescuers.c.rescuer_id, rescuers.c.last_seen_at))).all()
    assert len(rows) == 200
    assert {row.last_seen_at for row in rows} == {NOW}
    for database in databases:
        await database.close()


async def test_a_write_that_fails_leaves_nothing_behind(url: str) -> None:
    migrate(url)
    database = Database(url)

    async def write_half() -> None:
        async with database.write() as connection:
            await connection.execute(database.insert(rescuers).values(rescuer_row("r1")))
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        await write_half()
    async with database.read() as connection:
        assert (await connection.execute(select(rescuers))).all() == []
    await database.close()


async def test_writers_that_are_cancelled_at_any_moment_leave_the_next_one_a_free_database(url: str) -> None:
    migrate(url)
    database = Database(url)

    async def write(number: int) -> None:
        async with database.write() as connection:
            await connection.execute(database.insert(rescuers).values(rescuer_row(f"r{number}")))

    for ticks in range(60):
        task = asyncio.create_task(write(ticks))
        for _ in range(ticks):
            await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    await write(1000)
    async with database.read() as connection:
        assert "r1000" in (await connection.execute(select(rescuers.c.rescuer_id))).scalars().all()
    await database.close()


async def test_a_reader_sees_one_state_of_the_data_throughout(url: str) -> None:
    migrate(url)
    database = Database(url)
    async with database.read() as reader:
        before = (await reader.execute(select(rescuers))).all()
        async with database.write() as writer:
            await writer.execute(database.insert(rescuers).values(rescuer_row("r1")))
        assert (await reader.execute(select(rescuers))).all() == before
    await database.close()


def test_a_folder_that_does_not_exist_is_named_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable, match=r"nowhere.*--database"):
        migrate(f"sqlite:///{tmp_path / 'nowhere' / 'rescue.sqlite3'}")


def test_a_file_that_is_no_database_is_named_in_the_error(tmp_path: Path) -> None:
    (tmp_path / "letter.sqlite3").write_text("Dear all, this is not a database. " * 50, encoding="utf-8")
    with pytest.raises(DatabaseUnreachable, match="not a database"):
        migrate(f"sqlite:///{tmp_path / 'letter.sqlite3'}")


def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    migrate(url)
    with closing(sqlite3.connect(make_url(url).database or "")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999_future'")
    with pytest.raises(DatabaseUnreachable, match="newer version"):
        migrate(url)


@pytest.mark.parametrize("url", ["rescue.sqlite3", "mysql://localhost/x", "sqlite://", "sqlite:///:memory:"])
def test_an_unusable_database_url_is_refused_with_one_that_works(url: str) -> None:
    with pytest.raises(BadDatabaseUrl, match=r"sqlite.*///"):
        Database(url)
