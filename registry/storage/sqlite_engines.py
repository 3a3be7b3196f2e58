"""SQLite's connections: how each is set up, and the short way to one thread that writes and a few that read."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from registry.storage.private_file import make_private
from registry.storage.sqlite_checkpoints import MOST_PAGES
from registry.storage.words import keep_storable

# Another process (an import beside the running service) may hold the write lock for as long as one transaction.
BUSY_TIMEOUT_MS = 30_000
READERS = 4

LONGEST_WAIT_S = 0.005
"""For a thread that is about to commit; whoever waits longer goes on without it."""

T = TypeVar("T")
Meanwhile = Callable[[], None]


class _Meanwhile:
    """What the event loop does while a thread commits: begun a moment sooner, it would keep the interpreter from that
    thread, and the disk would wait for it."""

    def __init__(self, work: Meanwhile) -> None:
        self._loop, self._work = asyncio.get_running_loop(), work
        self._until_commit = threading.Lock()
        self._until_commit.acquire()

    def announce(self) -> None:
        self._loop.call_soon_threadsafe(self._wait_and_work)

    def begin(self) -> None:
        """The next that this thread does is to commit, without the interpreter."""
        self._until_commit.release()

    def _wait_and_work(self) -> None:
        self._until_commit.acquire(timeout=LONGEST_WAIT_S)
        self._work()


class DirectSqlite:
    """SQLite without a thread change for each statement: one thread writes, a few read, each on its own connection."""

    def __init__(self, url: URL) -> None:
        plain = url.set(drivername="sqlite")
        self._writer = _plain_engine(plain, begin="BEGIN IMMEDIATE", pool_size=1)
        self._reader = _plain_engine(plain, begin="BEGIN", pool_size=READERS)
        # Kept in hand by the one thread that writes: to fetch it from the pool costs as much as a statement.
        self._held: Connection | None = None
        self._meanwhile: _Meanwhile | None = None
        event.listen(self._writer, "commit", self._commits)
        self._write_thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-write")
        self._read_threads = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-read")

    async def transact(self, work: Callable[[Connection], T], meanwhile: Meanwhile | None) -> T:
        beside = _Meanwhile(meanwhile) if meanwhile else None
        return await asyncio.get_running_loop().run_in_executor(self._write_thread, self._begin, work, beside)

    async def consult(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._read_threads, self._read, work)

    def close(self) -> None:
        self._write_thread.shutdown()
        self._read_threads.shutdown()
        if self._held is not None:
            self._held.close()
        self._writer.dispose()
        self._reader.dispose()

    def _begin(self, work: Callable[[Connection], T], beside: _Meanwhile | None) -> T:
        if self._held is None:
            self._held = self._writer.connect()
        try:
            with self._held.begin():
                done = work(self._held)
                if beside:
                    beside.announce()
                self._meanwhile = beside
                return done
        except (DBAPIError, sqlite3.Error) as error:
            if not isinstance(error, IntegrityError | sqlite3.IntegrityError):
                # Whatever state it is in: the next writer opens another.
                held, self._held = self._held, None
                held.invalidate()
                held.close()
            raise

    def _commits(self, _connection: Connection) -> None:
        if self._meanwhile is not None:
            self._meanwhile.begin()
            self._meanwhile = None

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self._reader.connect() as connection:
            return work(connection)


def sqlite_engine(url: URL, *, begin: str, pool_size: int, checks_references: bool = True) -> AsyncEngine:
    """checks_references: whether foreign keys are enforced; whoever rebuilds a table checks them afterwards."""
    engine = create_async_engine(url, pool_size=pool_size, max_overflow=0, hide_parameters=True)
    _with_pragmas(engine.sync_engine, begin=begin, checks_references=checks_references)
    return engine


def _plain_engine(url: URL, *, begin: str, pool_size: int) -> Engine:
    engine = create_engine(url, pool_size=pool_size, max_overflow=0, hide_parameters=True)
    return _with_pragmas(engine, begin=begin)


def _with_pragmas(engine: Engine, *, begin: str, checks_references: bool = True) -> Engine:
    keep_storable(engine)

    @event.listens_for(engine, "do_connect")
    def prepare(_dialect: Any, _record: Any, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        make_private(str(arguments[0] if arguments else named.get("database", "")))

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # The driver's own implicit BEGIN would come too late and deferred; SQLAlchemy's "begin" event sends ours.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {MOST_PAGES}")
        cursor.execute(f"PRAGMA foreign_keys = {'ON' if checks_references else 'OFF'}")
        # What is erased must be gone from the file's free pages too.
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
