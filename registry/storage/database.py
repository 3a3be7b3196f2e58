"""The one database behind registry and dispatch: its connections, and its single SQLite writer."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from registry.storage import postgres
from registry.storage.held_connection import HeldConnection
from registry.storage.personal_keys import PersonalKeys
from registry.storage.sqlite_checkpoints import QuietCheckpoints
from registry.storage.sqlite_engines import READERS, DirectSqlite, Meanwhile, sqlite_engine

DEFAULT_URL = "sqlite+aiosqlite:///rescue-circle.sqlite3"
DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}

T = TypeVar("T")


class BadDatabaseUrl(ValueError):
    """The database URL cannot be used; the message says what one looks like."""

    code = "bad_database_url"


class DatabaseUnreachable(RuntimeError):
    """The database cannot be opened; the message says which and why."""

    code = "database_unreachable"


def default_url() -> str:
    """The setting RESCUE_DATABASE_URL, else a SQLite file in the working directory."""
    return os.environ.get("RESCUE_DATABASE_URL") or DEFAULT_URL


class Database:
    """Connections to one database, `sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://...`.

    SQLite takes one writer at a time: writes go through one connection of their own behind a lock, so that writers
    queue in order instead of failing with "database is locked"; reads go beside them on a small pool (WAL).

    personal_keys: of what stands encrypted in it; by default those of the environment, as with the address.
    """

    def __init__(self, url: str | None = None, *, personal_keys: PersonalKeys | None = None) -> None:
        self.url = parse_url(url or default_url())
        self._given_keys = personal_keys
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._reader: AsyncEngine
        self._writer: AsyncEngine
        self._at_once: HeldConnection
        self._write_lock: AbstractAsyncContextManager[Any]
        self._direct: DirectSqlite | None = None
        self._checkpoints: QuietCheckpoints | None = None
        if self.is_sqlite:
            self._direct = DirectSqlite(self.url)
            self._reader = sqlite_engine(self.url, begin="BEGIN", pool_size=READERS)
            self._writer = sqlite_engine(self.url, begin="BEGIN IMMEDIATE", pool_size=1)
            self._write_lock = lock = asyncio.Lock()
            self._checkpoints = QuietCheckpoints(self.url.database or "", is_busy=lock.locked)
        else:
            self._writer = postgres.postgres_engine(self.url)
            self._reader = postgres.consistent_reader(self._writer)
            self._at_once = HeldConnection(postgres.one_statement_writer(self._writer))
            self._write_lock = nullcontext()
        # Who commits first goes on first: what was written is told in the order in which it was written.
        self._transact_lock = asyncio.Lock()

    @cached_property
    def personal_keys(self) -> PersonalKeys:
        """Raises: BadPersonalKey: where the environment's are read for the first time."""
        return PersonalKeys.of_environment() if self._given_keys is None else self._given_keys

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection whose statements all see the same state of the data."""
        async with self._reading() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction: committed (durable) on leaving, rolled back when an exception leaves it.

        Not reentrant: a task that writes within its own write waits for itself.
        """
        async with self._writing() as connection:
            yield connection

    async def transact(
        self, work: Callable[[Connection], T], *, at_once: bool = False, meanwhile: Meanwhile | None = None
    ) -> T:
        """`work` as one transaction: durable when this returns, undone when `work` raises.

        For the hot path: on SQLite the whole of `work` runs in the writer's thread, where `write()` changes threads
        for every statement. `work` must not touch what belongs to the event loop, and may be run again where
        another process got in its way. at_once: on PostgreSQL `work` is one statement, which needs no BEGIN and COMMIT
        around it: two journeys to the server less. meanwhile: called by the event loop while disk or server make it
        durable and leave this process idle; before this returns, and again where `work` is run again.
        """
        if self._direct is None:
            async with self._transact_lock:
                return await self._transact_on_postgres(self._at_once.run if at_once else self._run, work, meanwhile)
        async with self._write_lock:
            done = await self._direct.transact(work, meanwhile)
            self._written()
            return done

    async def transact_aside(self, work: Callable[[Connection], T]) -> T:
        """As `transact`, for what nobody waits for: where several can write at once, the others do not wait for it."""
        if self._direct is None:
            async with self._writing() as connection:
                return await connection.run_sync(work)
        return await Database.transact(self, work)

    async def consult(self, work: Callable[[Connection], T]) -> T:
        """`work` reading one state of the data, off the event loop in one go; the reading side of `transact`."""
        if self._direct is None:
            async with self._reading() as connection:
                return await connection.run_sync(work)
        return await self._direct.consult(work)

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT of this database's dialect, which has `on_conflict_do_update`."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    async def _transact_on_postgres(
        self,
        run: Callable[[Callable[[Connection], T], Meanwhile | None], Awaitable[T]],
        work: Callable[[Connection], T],
        meanwhile: Meanwhile | None,
    ) -> T:
        for _ in range(postgres.MAX_COLLISIONS):
            try:
                return await run(work, meanwhile)
            except DBAPIError as error:
                if not postgres.is_collision(error):
                    raise
        return await run(work, meanwhile)

    async def _run(self, work: Callable[[Connection], T], meanwhile: Meanwhile | None) -> T:
        async with self._writing() as connection:
            done = await connection.run_sync(work)
            if meanwhile:
                asyncio.get_running_loop().call_soon(meanwhile)
            return done

    async def checkpoint(self) -> None:
        """Move what is written, and what is erased, from SQLite's log into its file, as far as readers let it.

        Until then the log beside the file still holds the pages as they were. PostgreSQL has no use for this.
        """
        if self._checkpoints is not None:
            await self._checkpoints.now()

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        async with _connected(self._reader) as connection:
            yield connection

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        async with self._write_lock, _connected(self._writer) as connection:
            async with connection.begin():
                yield connection
            self._written()

    def _written(self) -> None:
        if self._checkpoints is not None:
            self._checkpoints.written()

    async def close(self) -> None:
        """Close all connections; a transaction under way is rolled back."""
        if not self.is_sqlite:
            await self._at_once.drop()
        await self._reader.dispose()
        await self._writer.dispose()
        if self._checkpoints is not None:
            await self._checkpoints.close()
        if self._direct is not None:
            await asyncio.to_thread(self._direct.close)


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    # A driver cancelled while it connects leaves its thread and its open file behind: let it finish, then close.
    opening = asyncio.ensure_future(_open(engine))
    try:
        connection = await asyncio.shield(opening)
    except asyncio.CancelledError:
        await asyncio.shield(_close_opened(opening))
        raise
    try:
        yield connection
    finally:
        await asyncio.shield(connection.close())


async def _open(engine: AsyncEngine) -> AsyncConnection:
    return await engine.connect()


async def _close_opened(opening: asyncio.Future[AsyncConnection]) -> None:
    await (await opening).close()


def parse_url(text: str) -> URL:
    """The database that a text names, with the driver that we use.

    Raises:
        BadDatabaseUrl
    """
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise BadDatabaseUrl(f"{text!r} is no database URL: use one like {DEFAULT_URL}") from error
    driver = DRIVERS.get(url.get_backend_name())
    if driver is None:
        raise BadDatabaseUrl(f"{url.get_backend_name()!r} is not supported: use sqlite:///FILE or postgresql://...")
    if _is_sqlite(url) and (not url.database or url.database == ":memory:"):
        raise BadDatabaseUrl(f"a database in memory is lost with its connection: name a file, as in {DEFAULT_URL}")
    url = url.set(drivername=driver)
    return url if _is_sqlite(url) else postgres.usable_url(url)


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"
