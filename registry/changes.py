"""Feeds of what is changed in the registry's tables, by this process or any other: the triggers' listening side."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from registry.storage.database import Database
from registry.storage.postgres import listening_engine
from registry.storage.sqlite_engines import BUSY_TIMEOUT_MS

T = TypeVar("T")

CHANNEL = "registry_changes"
POLL_S = 0.2
"""How often a SQLite file is asked whether it has changed; that costs some microseconds."""
GATHER_S = 0.05
"""After the first notification the rest of its transaction is waited for this long."""
CHECK_S = 5.0
"""A connection on which nothing was heard for this long is asked whether it still is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Ids of what was added, changed or removed."""

    aed_ids: frozenset[str]
    rescuer_ids: frozenset[str]


class FeedLost(ConnectionError):
    """The connection to the database is gone, and with it what was to be told: open the feed again, compare all."""


class ChangeFeed(Protocol):
    async def open(self) -> None:
        """From here on nothing is missed. Also opens again what was lost."""

    async def next(self) -> Changed:
        """Wait until something has changed.

        Raises:
            FeedLost, or the driver's own errors.
        """
        ...

    async def close(self) -> None: ...


def change_feed(database: Database) -> ChangeFeed:
    """The feed of this kind of database."""
    return SqliteFeed(database) if database.is_sqlite else PostgresFeed(database)


class PostgresFeed:
    """LISTEN on a connection of its own."""

    def __init__(self, database: Database) -> None:
        self._engine = listening_engine(database.url)
        self._connection: AsyncConnection | None = None
        self._news = asyncio.Event()
        self._told: set[str] = set()

    async def open(self) -> None:
        await self._drop()
        self._told, self._news = set(), asyncio.Event()
        self._connection = await self._engine.connect()
        driver: Any = (await self._connection.get_raw_connection()).driver_connection
        driver.add_termination_listener(self._lost)
        await driver.add_listener(CHANNEL, self._hear)

    async def next(self) -> Changed:
        while not self._news.is_set():
            try:
                await asyncio.wait_for(self._news.wait(), CHECK_S)
            except TimeoutError:
                await self._check()
        await asyncio.sleep(GATHER_S)
        self._news.clear()
        await self._check()
        told, self._told = self._told, set()
        return _changed(told)

    async def close(self) -> None:
        await self._drop()
        await self._engine.dispose()

    def _hear(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        self._told.add(payload)
        self._news.set()

    def _lost(self, _connection: Any) -> None:
        self._news.set()

    async def _check(self) -> None:
        if self._connection is None:
            raise FeedLost
        await self._connection.exec_driver_sql("SELECT 1")

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.invalidate()
            await connection.close()


class SqliteFeed:
    """Asks the file for its version again and again, on a connection and in a thread of its own."""

    def __init__(self, database: Database) -> None:
        self._path = str(database.url.database)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-changes")
        self._connection: sqlite3.Connection | None = None
        self._version = 0
        self._last_seq = 0

    async def open(self) -> None:
        await self._in_thread(self._open)

    async def next(self) -> Changed:
        while True:
            await asyncio.sleep(POLL_S)
            if told := await self._in_thread(self._look):
                return _changed(told)

    async def close(self) -> None:
        await self._in_thread(self._close)
        self._thread.shutdown()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _open(self) -> None:
        self._close()
        self._connection = sqlite3.connect(self._path, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None)
        self._version = _version(self._connection)
        newest = self._connection.execute("SELECT coalesce(max(seq), 0) FROM registry_changes")
        (self._last_seq,) = newest.fetchone()

    def _look(self) -> set[str]:
        if self._connection is None:
            raise FeedLost
        # The version is taken first: what is written between the two looks is found at the next one.
        version = _version(self._connection)
        if version == self._version:
            return set()
        newer = "SELECT seq, kind, id FROM registry_changes WHERE seq > ? ORDER BY seq"
        rows = self._connection.execute(newer, (self._last_seq,)).fetchall()
        self._version = version
        if rows:
            self._last_seq = rows[-1][0]
        return {f"{kind}:{key}" for _, kind, key in rows}

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _version(connection: sqlite3.Connection) -> int:
    """Another number after every commit of another connection."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def _changed(told: Iterable[str]) -> Changed:
    pairs = [text.partition(":") for text in told]
    return Changed(
        aed_ids=frozenset(key for kind, _, key in pairs if kind == "aed"),
        rescuer_ids=frozenset(key for kind, _, key in pairs if kind == "rescuer"),
    )
