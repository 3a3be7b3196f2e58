"""Appends that are never lost: to the journal while the database is there, else to a file that follows it later.

Appends take turns, so that the file holds them in the order in which they were decided, each with the sequence numbers
that the journal will give its frames. What the journal was asked to write when it went away may have been written;
landing finds out.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import structlog

from dispatch.journal.journal import Journal
from dispatch.records import Appended, InboxRow
from dispatch.spool.file import SpoolFile, SpoolFull
from dispatch.spool.homecoming import Homecoming
from dispatch.spool.memory import RecentMemory
from dispatch.spool.record import SpooledAppend, from_bytes, spooled, to_bytes
from dispatch.spool.room import SpoolRoom
from dispatch.spool.set_aside import SetAside
from registry.storage.sqlite_engines import Meanwhile
from registry.storage.watched_database import PATIENCE_S, DatabaseAway, WatchedDatabase

log = structlog.get_logger(__name__)

PROBE_S = 1.0
LEAST_PAUSE_S = 0.1
LANDING_PATIENCE_S = 5.0
LAST_FEW = 16
ROUNDS = 3


class DatabaseState(StrEnum):
    """HERE: appends go to the journal. AWAY: to the spool. LANDING: it is back, and what was spooled goes first."""

    HERE = "here"
    AWAY = "away"
    LANDING = "landing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spool:
    """The spool's files. left: what a former run could not bring into the journal.

    salvaged: what lay behind a damaged part of it, and is set aside now.
    """

    file: SpoolFile
    left: tuple[SpooledAppend, ...]
    salvaged: tuple[SpooledAppend, ...]
    set_aside: SetAside

    @classmethod
    def open(cls, path: Path, *, limit_bytes: int) -> "Spool":
        """Take up what lies there.

        Raises:
            SpoolError, OSError
        """
        file = SpoolFile(path, limit_bytes=limit_bytes)
        left = tuple(from_bytes(record) for record in file.load())
        salvaged = tuple(from_bytes(record) for record in file.salvaged)
        set_aside = SetAside(path)
        set_aside.put_salvaged(salvaged, at=datetime.now(UTC))
        set_aside.look()
        return cls(file=file, left=left, salvaged=salvaged, set_aside=set_aside)

    @property
    def set_aside_before(self) -> int:
        """Records that former runs have set aside and nobody has dealt with."""
        return self.set_aside.count

    def close(self) -> None:
        """Leave everything where it is."""
        self.file.close()
        self.set_aside.release()


class SpooledJournal:
    """The journal as the engine sees it.

    close_duplicate: ends an incident that turned out to be another's twin. forget: lets an incident be read anew, of
    which the journal did not take all that was decided.
    """

    def __init__(self, *, journal: Journal, database: WatchedDatabase, spool: Spool, memory: RecentMemory) -> None:
        self._journal = journal
        self._database = database
        self._file = spool.file
        self._room = SpoolRoom(spool.file)
        self._set_aside = spool.set_aside
        self._memory = memory
        self._home = Homecoming(journal=journal, database=database, memory=memory, set_aside=spool.set_aside)
        self._home.waiting.extend(spool.left)
        self._home.salvaged.extend(spool.salvaged)
        self._spooling = bool(spool.left)
        self._turn = asyncio.Lock()
        self.close_duplicate: Callable[[str], Awaitable[object]] | None = None
        self.forget: Callable[[str], None] = lambda _incident_id: None
        self.spooled_count = 0
        memory.hold = self._spooling
        self._wanted = asyncio.Event()
        database.on_lost = self._wanted.set

    @property
    def state(self) -> DatabaseState:
        if self._database.is_away:
            return DatabaseState.AWAY
        return DatabaseState.LANDING if self._spooling else DatabaseState.HERE

    @property
    def is_settled(self) -> bool:
        """Whether the journal has everything, as far as is known."""
        return self.state is DatabaseState.HERE

    @property
    def refusal(self) -> str:
        """Why nothing can be made durable now, neither here nor there, so that every call is refused; else empty."""
        return "" if self.is_settled else self._room.refusal

    @property
    def waiting(self) -> int:
        """Appends in the spool that the journal does not have yet."""
        return len(self._home.waiting)

    @property
    def set_aside_count(self) -> int:
        """Records that the journal would not take and nobody has dealt with."""
        return self._set_aside.count

    @property
    def damaged_bytes(self) -> int:
        """What cannot be read of the spool and of what was set aside, and lies beside them."""
        return self._set_aside.damaged_bytes

    async def append(self, appended: Appended, meanwhile: Meanwhile | None = None) -> list[InboxRow]:
        """Make it durable and return the inbox rows that follow from it, in the order they are to be sent.

        meanwhile: called while that is under way, perhaps more than once.

        Raises:
            StaleIncident, AlreadyReserved, DuplicateMessage: nothing was written.
            DatabaseAway, SpoolFull, SpoolInUse: the spool could not take it either; nothing has happened.
        """
        async with self._turn:
            if self.is_settled:
                try:
                    rows = await self._journal.append(appended, meanwhile)
                except DatabaseAway:
                    rows = await self._spool(appended, meanwhile)
            else:
                rows = await self._spool(appended, meanwhile)
            self._memory.note(appended, rows)
            return rows

    async def _spool(self, appended: Appended, meanwhile: Meanwhile | None) -> list[InboxRow]:
        if meanwhile:
            meanwhile()
        rows = self._memory.number(appended)
        record = spooled(appended, rows)
        try:
            await asyncio.to_thread(self._file.append, to_bytes(record))
        except SpoolFull as error:
            self._room.failed(error)
            raise
        except OSError as error:
            self._room.failed(error)
            raise DatabaseAway(
                f"The database is away and the spool cannot be written ({error.strerror}): try again in a moment."
            ) from error
        if not self._spooling:
            log.warning("spooling", spool=str(self._file.path))
            self._wanted.set()
        self._spooling = self._memory.hold = True
        self._home.waiting.append(record)
        self.spooled_count += 1
        return rows

    async def run(self) -> None:
        """Look after the database until cancelled: notice that it goes, and bring home what was spooled."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        while True:
            # At once when it has just gone, or was only slow; else in turns, of which a question may have taken some.
            with suppress(TimeoutError):
                async with asyncio.timeout_at(max(began_s + PROBE_S, loop.time() + LEAST_PAUSE_S)):
                    await self._wanted.wait()
            self._wanted.clear()
            began_s = loop.time()
            try:
                await self.tend()
            except DatabaseAway:
                log.debug("database_still_away", waiting=self.waiting)
            except Exception:
                log.exception("landing_failed", waiting=self.waiting)

    async def tend(self) -> None:
        """One look at the disk and the database, and everything home where that is there.

        Raises:
            DatabaseAway
        """
        await asyncio.to_thread(self._room.look)
        # On a disk that takes nothing the database may only seem to be there, where it lies on the same one.
        await self._database.find(by_writing=bool(self._room.refusal))
        await self.settle()
        await asyncio.to_thread(self._set_aside.look)

    async def land(self) -> None:
        """Bring every spooled append into the journal, oldest first.

        Raises:
            DatabaseAway: what has not landed waits for the next time.
        """
        await self._home.land(LANDING_PATIENCE_S)

    async def settle(self) -> None:
        """Bring everything home, and remove the file once nothing in it is needed any more.

        Raises:
            DatabaseAway
        """
        for _ in range(ROUNDS):
            if not self._spooling or await self._is_home():
                return
            while self._home.twins and self.close_duplicate:
                await self.close_duplicate(self._home.twins[0])
                self._home.twins.popleft()
        # Too much comes in, or the database has become slow: others may have their turn first.
        self._wanted.set()

    async def _is_home(self) -> bool:
        # What is appended meanwhile goes to the spool too, and on a busy day something always is: so the last few land
        # while appends wait, if that is quick.
        await self._home.land(LANDING_PATIENCE_S, but=LAST_FEW)
        async with self._turn:
            await self._home.land(PATIENCE_S, within_s=PATIENCE_S)
            if self._home.waiting or self._home.twins:
                return False
            await asyncio.to_thread(self._file.clear)
            self._spooling = self._memory.hold = False
            self._home.over(self.forget)
        log.warning("everything_landed")
        return True
