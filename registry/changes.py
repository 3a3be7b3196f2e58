"""Feeds of what is changed in the registry's tables, by this process or any other: the triggers' listening side."""

import asyncio
import sqlite3
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from registry.database import BUSY_TIMEOUT_MS, Database
from registry.postgres import listening_engine

CHANNEL = "registry_changes"
POLL_S = 0.2
"""How often a SQLite file is asked whether it has changed; that costs some microseconds."""
GATHER_S = 0.05
"""After the first notification the rest of its transaction is waited for this long."""
CHECK_S = 5.0
"""A connection on which nothing was heard for this long is asked whether it still is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Ids of what was added, changed or removed. everything: some changes were missed, so compare all."""

    aed_ids: frozenset[str] = frozenset()
    rescuer_ids: frozenset[str] = frozenset()
    everything: bool = False


class ChangeFeed(Protocol):
    async def open(self) -> None:
        """From here on nothing is missed; what is loaded afterwards is up to date."""

    async def next(self) -> Changed:
        """Wait until something has changed.

        Raises:
            The driver's errors while the database is away; the first answer afterwards is `everything`.
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
        self._missed = False

    async def open(self) -> None:
        self._connection = await self._engine.connect()
        driver: Any = (await self._connection.get_raw_connection()).driver_connection
        driver.add_termination_listener(self._lost)
        await driver.add_listener(CHANNEL, self._hear)

    async def next(self) -> Changed:
        while True:
            if self._connection is None:
                await self.open()
            if self._missed:
                self._missed = False
                self._take()
                return Changed(everything=True)
            try:
                await asyncio.wait_for(self._news.wait(), CHECK_S)
            except TimeoutError:
                await self._check()
                continue
            await asyncio.sleep(GATHER_S)
            if self._connection is not None:
                return _changed(self._take())

    async def close(self) -> None:
        await self._drop()
        await self._engine.dispose()

    def _hear(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        self._told.add(payload)
        self._news.set()

    def _lost(self, _connection: Any) -> None:
        self._connection = None
        self._missed = True
        self._news.set()

    def _take(self) -> set[str]:
        told, self._told = self._told, set()
        self._news.clear()
        return told

    async def _check(self) -> None:
        if self._connection is None:
            return
        try:
            await self._connection.exec_driver_sql("SELECT 1")
        except Exception:
            self._missed = True
            await self._drop()
            raise

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
        self._last_seq: int | None = None

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

    async def _in_thread(self, work: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(self._path, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None)
        if self._last_seq is None:
            self._version = self._read_version(self._connection)
            (self._last_seq,) = self._connection.execute(
                "SELECT coalesce(max(seq), 0) FROM registry_changes"
            ).fetchone()
        return self._connection

    def _look(self) -> set[str]:
        connection = self._open()
        version = self._read_version(connection)
        if version == self._version:
            return set()
        # The version is taken first: what is written between the two looks is found at the next one.
        rows = connection.execute(
            "SELECT seq, kind, id FROM registry_changes WHERE seq > ? ORDER BY seq", (self._last_seq,)
        ).fetchall()
        self._version = version
        if rows:
            self._last_seq = rows[-1][0]
        return {f"{kind}:{key}" for _, kind, key in rows}

    def _read_version(self, connection: sqlite3.Connection) -> int:
        return int(connection.execute("PRAGMA data_version").fetchone()[0])

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _changed(told: Iterable[str]) -> Changed:
    pairs = [text.partition(":") for text in told]
    return Changed(
        aed_ids=frozenset(key for kind, _, key in pairs if kind == "aed"),
        rescuer_ids=frozenset(key for kind, _, key in pairs if kind == "rescuer"),
    )
