"""Moves what SQLite's log holds into its file while nobody writes.

Left to itself SQLite does so within the commit that finds a thousand pages in the log. That takes as long as a dozen
commits, and the one that it falls on may be a call's.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from urllib.parse import quote

MOST_PAGES = 10_000
"""So large a log, 40 MB, is moved by whoever commits, since nobody has found a quiet moment for it (assumption)."""

ENOUGH = 30
"""Transactions that are worth a checkpoint: a call and what follows it are about eight (assumption)."""

QUIET_S = 0.05
"""Nobody has written for this long: most likely nobody will for as long again (assumption)."""


class QuietCheckpoints:
    """For one event loop. is_busy: whether somebody writes now."""

    def __init__(self, path: str, *, is_busy: Callable[[], bool]) -> None:
        self._path = path
        self._is_busy = is_busy
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-checkpoint")
        self._transactions = 0
        self._is_due = False
        self._is_closed = False
        self._timer: asyncio.TimerHandle | None = None

    def written(self) -> None:
        """A transaction has been committed."""
        self._transactions += 1
        self._consider()

    async def now(self) -> None:
        """As much as readers let go, and empty the log."""
        await self._run("TRUNCATE", 1.0)

    async def close(self) -> None:
        """Start no other, and let the one that runs end."""
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
        await asyncio.to_thread(self._thread.shutdown)

    def _consider(self) -> None:
        if self._transactions >= ENOUGH and not self._is_due and not self._is_closed:
            self._is_due = True
            self._wait_for_quiet()

    def _wait_for_quiet(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(QUIET_S, self._look, self._transactions)

    def _look(self, transactions: int) -> None:
        if self._is_busy() or transactions != self._transactions:
            self._wait_for_quiet()
            return
        self._transactions = 0
        self._run("PASSIVE", 0.0).add_done_callback(self._done)

    def _done(self, _run: asyncio.Future[None]) -> None:
        self._is_due = False
        # Of what was written while it ran no other word comes, where those were the last writes for long.
        self._consider()

    def _run(self, mode: str, patience_s: float) -> asyncio.Future[None]:
        return asyncio.get_running_loop().run_in_executor(self._thread, _checkpoint, self._path, mode, patience_s)


def _checkpoint(path: str, mode: str, patience_s: float) -> None:
    # Where somebody else is busy with the file, or it is gone, the next checkpoint does it or nobody has to.
    with suppress(sqlite3.OperationalError), closing(_opened(path, patience_s)) as connection:
        connection.execute(f"PRAGMA wal_checkpoint({mode})")


def _opened(path: str, patience_s: float) -> sqlite3.Connection:
    """A connection to a file that is there; none is made."""
    return sqlite3.connect(f"file:{quote(path)}?mode=rw", uri=True, timeout=patience_s)
