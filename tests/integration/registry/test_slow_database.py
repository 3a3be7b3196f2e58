"""A database that is slow is told from one that is away, and one dead connection from a dead database."""

import asyncio
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from registry.storage.watched_database import DatabaseAway, WatchedDatabase
from tests.support.postgres import Cluster
from tests.support.waiting import eventually, turns

PATIENCE_S = 0.3


def nothing(connection: Connection) -> None:
    connection.execute(text("SELECT 1"))


class Held:
    """Work in a database that goes on until it is let go."""

    def __init__(self) -> None:
        self.began, self._may_end = threading.Event(), threading.Event()

    def work(self, connection: Connection) -> str:
        nothing(connection)
        self.began.set()
        self._may_end.wait(60)
        return "done"

    def let_go(self) -> None:
        self._may_end.set()


async def test_one_that_finishes_others_meanwhile_is_slow_and_not_away(database_url: str) -> None:
    database, first, second = WatchedDatabase(database_url), Held(), Held()
    before = asyncio.create_task(database.transact(first.work, patience_s=60))
    await asyncio.to_thread(first.began.wait, 60)
    asked = asyncio.create_task(database.transact(second.work, patience_s=PATIENCE_S))
    await turns()
    first.let_go()
    _wait_for_its_commit(database_url)

    with pytest.raises(DatabaseAway):
        await asked

    assert await before == "done"
    assert not database.is_away
    second.let_go()
    await database.transact(nothing)
    await database.close()


def _wait_for_its_commit(url: str) -> None:
    """Without a turn of the event loop: what a busy machine takes to commit does not use up anybody's patience."""
    with closing(sqlite3.connect(make_url(url).database or "", isolation_level=None, timeout=60)) as next_writer:
        next_writer.execute("BEGIN IMMEDIATE")
        next_writer.execute("ROLLBACK")


async def test_one_that_finishes_nothing_is_away_until_it_is_found(database_url: str) -> None:
    database, held = WatchedDatabase(database_url), Held()
    lost = threading.Event()
    database.on_lost = lost.set

    with pytest.raises(DatabaseAway):
        await database.transact(held.work, patience_s=PATIENCE_S)

    assert database.is_away
    assert lost.is_set()
    held.let_go()
    await database.find()
    assert not database.is_away
    await database.close()


@pytest.mark.both_databases
@pytest.mark.only_postgis
async def test_time_in_which_this_process_was_not_served_is_not_the_databases(database_url: str) -> None:
    database = WatchedDatabase(database_url)

    def starved(connection: Connection) -> None:
        """As on a machine that has no turn for us: nothing of our event loop runs meanwhile."""
        nothing(connection)
        began_s = time.monotonic()
        eventually(lambda: time.monotonic() - began_s > 1.5)
        nothing(connection)

    await database.transact(starved, patience_s=1.0)

    assert not database.is_away
    await database.close()


@pytest.mark.both_databases
@pytest.mark.only_postgis
async def test_a_connection_that_was_ended_is_no_dead_database(database_url: str, postgres_cluster: Cluster) -> None:
    database = WatchedDatabase(database_url)
    await database.find()
    lost = threading.Event()
    database.on_lost = lost.set
    ended = postgres_cluster.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'rescue-circle asks' AND datname = current_database()",
        database=database_url.rpartition("/")[2],
    )

    await database.find()

    assert "t" in ended
    assert not lost.is_set()
    await database.close()


@pytest.mark.both_databases
@pytest.mark.only_postgis
async def test_both_ends_ask_whether_the_other_is_there(database_url: str) -> None:
    database = WatchedDatabase(database_url)
    async with database.write() as connection:
        said = [
            (await connection.execute(text(f"SHOW {name}"))).scalar_one()
            for name in ("tcp_user_timeout", "tcp_keepalives_idle", "idle_in_transaction_session_timeout")
        ]
    lines = _lines(database.url.port or 0)
    await database.close()

    assert said == ["10000", "5", "10s"]
    assert lines == ["keepalive"]


def _lines(port: int) -> list[str]:
    """The timer that the system runs for each idle connection of this process to `port`, as /proc/net/tcp has it."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    own = {str(one.readlink()) for one in Path("/proc/self/fd").iterdir() if one.is_symlink()}
    there = [
        row for row in rows if int(row[2].split(":")[1], 16) == port and row[3] == "01" and f"socket:[{row[9]}]" in own
    ]
    return ["keepalive" if row[5].split(":")[0] == "02" else "none" for row in there]
