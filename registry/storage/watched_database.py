"""A database that may go away: whoever asks is told so within a second, and it is asked again until it is back."""

import asyncio
import errno
import math
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.storage import postgres
from registry.storage.database import Database, DatabaseUnreachable
from registry.storage.patience import Hangs, Patience
from registry.storage.personal_keys import PersonalKeys
from registry.storage.sqlite_engines import Meanwhile

log = structlog.get_logger(__name__)

PATIENCE_S = 1.0
"""A transaction takes milliseconds; one that takes this long is not waited for while a phone should ring."""

PROBE_LIMIT_S = 1.5
LEFT_BEHIND_S = 2.0
"""What was given up on has so long to end by itself, before the connections it waits on are cut."""

CLOSE_LIMIT_S = 2.0

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 8.0
"""A database that goes again soon after it came back is asked after a pause that doubles: it answers questions and then
takes nothing, and each of its returns costs the calls of that moment an attempt and the log its lines."""

STEADY_S = 30.0
"""Whoever has stayed so long is gone for a new reason (assumption)."""

_NO_MORE_FILES = (errno.EMFILE, errno.ENFILE)
_AWAY_SQLITE = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_READONLY")
# Connection exceptions, insufficient resources, operator intervention, system errors, and a standby that only reads:
# https://www.postgresql.org/docs/15/errcodes-appendix.html
_AWAY_POSTGRESQL = ("08", "53", "57P", "58", "25006", "25P03")
AWAY = (
    "The database is away, and this needs it: try again in a moment. "
    "New calls and volunteers' answers are taken meanwhile."
)
SLOW = "The database takes too long to answer: try again in a moment."

T = TypeVar("T")


class DatabaseAway(RuntimeError):
    """The database does not answer: try again in a moment."""

    code = "database_away"


class WatchedDatabase(Database):
    """As `Database`, but a failure of the database itself is `DatabaseAway`, for every caller, until `find` finds it.

    `transact` and `consult` give up on a database that hangs. What they gave up on may still become durable later.
    A database that takes too long for one transaction while it finishes others is slow, and not away: only that one
    caller is told. on_lost: called when it has gone.
    """

    def __init__(self, url: str | None = None, *, personal_keys: PersonalKeys | None = None) -> None:
        super().__init__(url, personal_keys=personal_keys)
        self._away_since_s: float | None = None
        self._found_at_s = -math.inf
        self._pause_s = 0.0
        self._wrote_at_s = time.monotonic()
        self._left_behind: dict[asyncio.Task[Any], float] = {}
        self._patience = Patience(self._leave_behind)
        self._lines = None if self.is_sqlite else postgres.Lines(self._writer)
        self._probe = None if self.is_sqlite else postgres.Probe(self.url, limit_s=PROBE_LIMIT_S)
        self.on_lost: Callable[[], None] = lambda: None

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
            self._wrote_at_s = time.monotonic()

    async def transact(
        self,
        work: Callable[[Connection], T],
        *,
        at_once: bool = False,
        meanwhile: Meanwhile | None = None,
        patience_s: float = PATIENCE_S,
    ) -> T:
        began_s = time.monotonic()
        with self._watching():
            try:
                done = await self._patience.wait(
                    super().transact(work, at_once=at_once, meanwhile=meanwhile), patience_s
                )
            except Hangs as error:
                if self._wrote_at_s > began_s:
                    log.warning("database_slow", waited_s=round(time.monotonic() - began_s, 1))
                    raise DatabaseAway(SLOW) from error
                raise
        self._wrote_at_s = time.monotonic()
        return done

    async def transact_aside(self, work: Callable[[Connection], T]) -> T:
        with self._watching():
            done = await super().transact_aside(work)
        self._wrote_at_s = time.monotonic()
        return done

    async def consult(self, work: Callable[[Connection], T], *, patience_s: float = PATIENCE_S) -> T:
        with self._watching():
            try:
                return await self._patience.wait(super().consult(work), patience_s)
            except Hangs as error:
                # A long look is no proof that nothing can be written.
                raise DatabaseAway(SLOW) from error

    async def find(self, *, by_writing: bool = False) -> None:
        """Ask whether the database answers now; `is_away` follows. One that is away is back when it can be written to.

        by_writing: ask for that though it is not known to be away.

        Raises:
            DatabaseAway: or it has come and gone so often that it is not asked yet.
        """
        if self._away_since_s is not None and time.monotonic() < self._away_since_s + self._pause_s:
            raise DatabaseAway(AWAY)
        try:
            await self._ask(by_writing=by_writing or self.is_away)
        except Exception as error:
            if not is_away(error):
                raise
            if is_out_of_files(error):
                raise DatabaseAway(AWAY) from error
            self._lost(error)
            if self._lines:
                # Whoever still waits on a connection would find out much later.
                self._lines.cut()
            raise DatabaseAway("the database does not answer") from error
        was_away = self.is_away
        self._found()
        if was_away or self._left_behind:
            await self._clear_up()

    async def close(self) -> None:
        """Close all connections; nobody waits long for a database that is away."""
        if self._lines and self.is_away:
            self._lines.cut()
        closing = [super().close()] + ([self._probe.close()] if self._probe else [])
        for one in closing:
            try:
                await self._patience.wait(one, CLOSE_LIMIT_S)
            except Hangs:
                log.warning("database_close_abandoned", after_s=CLOSE_LIMIT_S)

    async def _ask(self, *, by_writing: bool) -> None:
        if self._probe is None:
            await self._patience.wait(super().transact(_write if by_writing else _touch), 2 * PROBE_LIMIT_S)
            return
        try:
            await self._patience.wait(self._probe.ask(), PROBE_LIMIT_S)
        except Exception:
            # One dead connection is no dead database.
            self._probe.hang_up()
            await self._patience.wait(self._probe.ask(), PROBE_LIMIT_S)

    async def _clear_up(self) -> None:
        """What was given up on may hold locks, here and on the server, for as long as its dead connection lasts."""
        if self._lines is None or self._probe is None:
            return
        if self._left_behind:
            left_s = min(self._left_behind.values()) + LEFT_BEHIND_S - time.monotonic()
            _, waiting = await asyncio.wait(list(self._left_behind), timeout=max(0.0, left_s))
            if waiting:
                log.warning("connections_cut", waiting=len(waiting))
                self._lines.cut()
                await asyncio.wait(waiting, timeout=LEFT_BEHIND_S)
        with self._watching():
            await self._patience.wait(self._probe.end(self._lines), PROBE_LIMIT_S)

    @contextmanager
    def _watching(self) -> Iterator[None]:
        if self.is_away:
            raise DatabaseAway(AWAY)
        try:
            yield
        except Exception as error:
            if isinstance(error, DatabaseAway) or not is_away(error):
                raise
            # Whoever has a connection goes on: it is this process that can open no more of them.
            if not is_out_of_files(error):
                self._lost(error)
            raise DatabaseAway(AWAY) from error

    def _leave_behind(self, task: "asyncio.Task[Any]") -> None:
        self._left_behind[task] = time.monotonic()
        task.add_done_callback(self._forget)

    def _forget(self, task: "asyncio.Task[Any]") -> None:
        self._left_behind.pop(task, None)
        if not task.cancelled() and (error := task.exception()):
            log.debug("abandoned_work_failed", reason=_reason(error))

    def _lost(self, error: Exception) -> None:
        if self._away_since_s is None:
            self._away_since_s = now_s = time.monotonic()
            is_again = now_s - self._found_at_s < STEADY_S
            self._pause_s = min(LONGEST_PAUSE_S, max(FIRST_PAUSE_S, 2 * self._pause_s)) if is_again else 0.0
            log.warning("database_away", reason=_reason(error))
            self.on_lost()

    def _found(self) -> None:
        if self._away_since_s is not None:
            self._found_at_s = time.monotonic()
            log.warning("database_back", away_s=round(self._found_at_s - self._away_since_s, 1))
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


def is_out_of_files(error: BaseException | None) -> bool:
    """Whether this process, or the machine, may open nothing more: then the failure says nothing of the database."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _NO_MORE_FILES:
            return True
        if isinstance(error, sqlite3.Error) and _sqlite_name(error).startswith("SQLITE_CANTOPEN"):
            # SQLite does not say why.
            return not _can_open()
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


def _write(connection: Connection) -> None:
    # A file that is only read lets a transaction begin, and so does a full disk: only a page that is written tells. The
    # number is nobody's, and is in every file.
    number = connection.execute(text("PRAGMA user_version")).scalar_one()
    connection.exec_driver_sql(f"PRAGMA user_version = {int(number)}")


def _can_open() -> bool:
    try:
        os.close(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
    except OSError as error:
        return error.errno not in _NO_MORE_FILES
    return True


def _sqlite_name(error: sqlite3.Error) -> str:
    return str(getattr(error, "sqlite_errorname", ""))


def _reason(error: BaseException) -> str:
    # The kind of failure only: a driver's message may quote a statement's values.
    original = error.orig if isinstance(error, DBAPIError) else error
    return _sqlite_name(original) if isinstance(original, sqlite3.Error) else type(original).__name__
