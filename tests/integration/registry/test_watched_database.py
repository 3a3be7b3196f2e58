"""A database that is away is told from one that refuses: by real failures of real drivers."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError

from registry.storage.database import DatabaseUnreachable
from registry.storage.migrating import migrate
from registry.storage.watched_database import DatabaseAway, WatchedDatabase, may_come_back
from tests.support.postgres import HOST


def nothing(connection: Connection) -> None:
    connection.execute(text("SELECT 1"))


def twice(connection: Connection) -> None:
    for _ in range(2):
        connection.execute(text("INSERT INTO stations (station_id) VALUES ('same')"))


def unknown_table(connection: Connection) -> None:
    connection.execute(text("SELECT * FROM no_such_table"))


def make_stations(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE stations (station_id VARCHAR(9) PRIMARY KEY)"))


@pytest.mark.both_databases
async def test_a_broken_rule_and_a_wrong_statement_are_no_absence(empty_database_url: str) -> None:
    database = WatchedDatabase(empty_database_url)
    await database.transact(make_stations)

    with pytest.raises(IntegrityError):
        await database.transact(twice)
    with pytest.raises(DBAPIError):
        await database.consult(unknown_table)

    assert not database.is_away
    await database.transact(nothing)
    await database.close()


async def test_a_locked_file_is_away_until_it_is_found_again(empty_database_url: str) -> None:
    database = WatchedDatabase(empty_database_url)
    await database.transact(make_stations)
    with closing(sqlite3.connect(make_url(empty_database_url).database or "", isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseAway):
            await database.transact(nothing)
        with pytest.raises(DatabaseAway):
            await database.consult(nothing)
        with pytest.raises(DatabaseAway):
            await database.find()
        assert database.is_away
        holder.execute("ROLLBACK")

    await database.find()

    assert not database.is_away
    await database.transact(nothing)
    await database.close()


async def test_a_server_that_nobody_answers_for_is_away() -> None:
    database = WatchedDatabase(f"postgresql://nobody@{HOST}:1/nothing")

    with pytest.raises(DatabaseAway) as failure:
        await database.transact(nothing)
    with pytest.raises(DatabaseAway):
        async with database.read():
            pass

    assert may_come_back(failure.value)
    await database.close()


def test_a_start_waits_for_a_server_but_not_for_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable) as server:
        migrate(f"postgresql://nobody@{HOST}:1/nothing")
    with pytest.raises(DatabaseUnreachable) as folder:
        migrate(f"sqlite:///{tmp_path / 'missing' / 'town.sqlite3'}")

    assert may_come_back(server.value)
    assert not may_come_back(folder.value)
