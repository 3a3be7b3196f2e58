"""A database that may go away: whoever asks is told so within a second, and it is asked again until it is back."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.database import Database, DatabaseUnreachable

log = structlog.get_logger(__name__)

PATIENCE_S = 1.0
"""A transaction takes milliseconds; one that takes this long is not waited for while a phone should ring."""

PROBE_LIMIT_S = 2.0

_AWAY_SQLITE = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_READONLY")
# Connection exceptions, insufficient resources, operator intervention, system errors, and a standby that only reads:
# https://www.postgresql.org/docs/15/errcodes-appendix.html
_AWAY_POSTGRESQL = ("08", "53", "57P", "58", "25006")

T = TypeVar("T")


class DatabaseAway(RuntimeError):
    """The database does not answer: try again in a moment."""

    code = "database_away"


class Hangs(TimeoutError):
    """The database took longer than it may."""


class WatchedDatabase(Database):
    """As `Database`, but a failure of the database itself is `DatabaseAway`, for every caller, until `find` finds it.

    `transact` and `consult` give up on a database that hangs. What they gave up on may still become durable later.
    """

    def __init__(self, url: str | None = None) -> None:
        super().__init__(url)
        self._away_since_s: float | None = None
        self._abandoned: set[asyncio.Task[Any]] = set()

    @property
    def is_away(self) -> bool:
        return self._away_since_s is not None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        with self._watching():
            async with super().read() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        with self._watching():
            async with super().write() as connection:
                yield connection

    async def transact(self, work: Callable[[Connection], T], *, patience_s: float = PATIENCE_S) -> T:
        with self._watching():
            return await self._in_time(super().transact(work), patience_s)

    async def consult(self, work: Callable[[Connection], T], *, patience_s: float = PATIENCE_S) -> T:
        with self._watching():
            try:
                return await self._in_time(super().consult(work), patience_s)
            except Hangs as error:
                # A long look is no proof that nothing can be written.
                raise DatabaseAway("the database takes too long to answer: try again in a moment") from error

    async def find(self) -> None:
        """Ask whether the database takes a transaction now; `is_away` follows.

        Raises:
            DatabaseAway
        """
        try:
            await self._in_time(super().transact(_touch), PROBE_LIMIT_S)
        except Exception as error:
            if not is_away(error):
                raise
            self._lost(error)
            raise DatabaseAway("the database does not answer") from error
        self._found()

    @contextmanager
    def _watching(self) -> Iterator[None]:
        if self.is_away:
            raise DatabaseAway("the database is away: try again in a moment")
        try:
            yield
        except Exception as error:
            if isinstance(error, DatabaseAway) or not is_away(error):
                raise
            self._lost(error)
            raise DatabaseAway("the database is away: try again in a moment") from error

    async def _in_time(self, work: Coroutine[Any, Any, T], limit_s: float) -> T:
        task = asyncio.create_task(work)
        try:
            done, _ = await asyncio.wait({task}, timeout=limit_s)
        except asyncio.CancelledError:
            self._abandon(task)
            raise
        if not done:
            # Not awaited: a driver may hang in its own cancellation just as it did in its work.
            self._abandon(task)
            raise Hangs(f"no answer in {limit_s:g} s")
        return task.result()

    def _abandon(self, task: "asyncio.Task[Any]") -> None:
        self._abandoned.add(task)
        task.add_done_callback(self._forget)
        task.cancel()

    def _forget(self, task: "asyncio.Task[Any]") -> None:
        self._abandoned.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.debug("abandoned_work_failed", reason=_reason(error))

    def _lost(self, error: Exception) -> None:
        if self._away_since_s is None:
            self._away_since_s = time.monotonic()
            log.warning("database_away", reason=_reason(error))

    def _found(self) -> None:
        if self._away_since_s is not None:
            log.warning("database_back", away_s=round(time.monotonic() - self._away_since_s, 1))
            self._away_since_s = None


def is_away(error: BaseException | None) -> bool:
    """Whether a failure says that the database cannot be reached or used now; a broken rule of the data never does."""
    while error is not None:
        if isinstance(error, IntegrityError):
            return False
        if isinstance(error, DatabaseAway | OSError | PoolTimeout):
            return True
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            return True
        if isinstance(error, sqlite3.Error):
            return _sqlite_name(error).startswith(_AWAY_SQLITE)
        if str(getattr(error, "sqlstate", None) or "").startswith(_AWAY_POSTGRESQL):
            return True
        error = error.orig if isinstance(error, DBAPIError) else error.__cause__
    return False


def may_come_back(error: DatabaseAway | DatabaseUnreachable) -> bool:
    """Whether a start should wait for the database, rather than end because nobody but the user can mend it."""
    cause = error.__cause__
    original = cause.orig if isinstance(cause, DBAPIError) else cause
    if isinstance(original, sqlite3.Error):
        return _sqlite_name(original).startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
    return isinstance(error, DatabaseAway) or is_away(cause)


def _touch(connection: Connection) -> None:
    # On SQLite the transaction itself takes the write lock.
    connection.execute(text("SELECT 1"))


def _sqlite_name(error: sqlite3.Error) -> str:
    return str(getattr(error, "sqlite_errorname", ""))


def _reason(error: BaseException) -> str:
    # The kind of failure only: a driver's message may quote a statement's values.
    original = error.orig if isinstance(error, DBAPIError) else error
    return _sqlite_name(original) if isinstance(original, sqlite3.Error) else type(original).__name__
