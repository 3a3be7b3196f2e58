"""A database that is away is told from one that refuses: by real failures of real drivers."""

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from structlog.testing import capture_logs

from registry.storage.database import DatabaseUnreachable
from registry.storage.migrating import migrate
from registry.storage.watched_database import DatabaseAway, WatchedDatabase, may_come_back
from tests.support.postgres import HOST, Cluster
from tests.support.waiting import pause

ReadOnly = Callable[[str], str]


@pytest.fixture
def make_read_only(database_kind: str, request: pytest.FixtureRequest) -> ReadOnly:
    """Lets nobody write to the database any more; the address under which it is then read."""

    def on_sqlite(url: str) -> str:
        return f"sqlite:///file:{make_url(url).database}?mode=ro&uri=true"

    def on_postgis(url: str) -> str:
        cluster: Cluster = request.getfixturevalue("postgres_cluster")
        name = make_url(url).database
        cluster.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        return url

    return on_sqlite if database_kind == "sqlite" else on_postgis


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


def add_station(connection: Connection) -> None:
    connection.execute(text("INSERT INTO stations (station_id) VALUES ('new')"))


@pytest.mark.both_databases
async def test_one_that_is_only_read_is_away_and_stays_so(empty_database_url: str, make_read_only: ReadOnly) -> None:
    first = WatchedDatabase(empty_database_url)
    await first.transact(make_stations)
    await first.close()
    database = WatchedDatabase(make_read_only(empty_database_url))

    with capture_logs() as lines:
        with pytest.raises(DatabaseAway):
            await database.transact(add_station)
        for _ in range(5):
            with pytest.raises(DatabaseAway):
                await database.find()

    assert database.is_away
    assert [line["event"] for line in lines] == ["database_away"]
    await database.close()


async def test_one_that_comes_and_goes_is_asked_less_and_less_often(empty_database_url: str) -> None:
    database = WatchedDatabase(empty_database_url)
    await database.transact(make_stations)
    with closing(sqlite3.connect(make_url(empty_database_url).database or "", isolation_level=None)) as holder:
        for _ in range(2):
            holder.execute("BEGIN IMMEDIATE")
            with pytest.raises(DatabaseAway):
                await database.transact(nothing, patience_s=0.2)
            holder.execute("ROLLBACK")
            at_once = await answers(database)
            while not await answers(database):
                await pause()

        assert not at_once
    await database.transact(nothing)
    await database.close()


async def answers(database: WatchedDatabase) -> bool:
    try:
        await database.find()
    except DatabaseAway:
        return False
    return True


async def test_a_process_that_can_open_nothing_more_has_not_lost_its_database(empty_database_url: str) -> None:
    database = WatchedDatabase(empty_database_url)
    await database.transact(make_stations)

    with nothing_more_can_be_opened(), capture_logs() as lines:
        with pytest.raises(DatabaseAway):
            await database.consult(nothing)
        await database.transact(add_station)
        await database.find()

    assert not database.is_away
    assert lines == []
    await database.close()


@contextmanager
def nothing_more_can_be_opened() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
