"""Appends that are never lost: to the journal while the database is there, else to a file that follows it later.

Appends take turns, so that the file holds them in the order in which they were decided, each with the sequence numbers
that the journal will give its frames. What the journal was asked to write when it went away may have been written;
landing finds out.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import structlog

from dispatch.journal import Journal
from dispatch.records import Appended, InboxRow
from dispatch.spool_file import SpoolFile
from dispatch.spool_landing import Landed, land
from dispatch.spool_memory import RecentMemory
from dispatch.spool_record import SpooledAppend, from_bytes, spooled, to_bytes
from registry.watched_database import DatabaseAway, WatchedDatabase

log = structlog.get_logger(__name__)

PROBE_S = 1.0
LANDING_PATIENCE_S = 10.0
LANDING_TRIES = 3
NO_LIMIT = 2**62


class DatabaseState(StrEnum):
    """HERE: appends go to the journal. AWAY: to the spool. LANDING: it is back, and what was spooled goes first."""

    HERE = "here"
    AWAY = "away"
    LANDING = "landing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spool:
    """The spool's files. left: what a former run could not bring into the journal.

    set_aside: what the journal does not take though it is there, in the same form, so that it can be landed by hand.
    """

    file: SpoolFile
    left: tuple[SpooledAppend, ...]
    set_aside: SpoolFile
    set_aside_before: int

    @classmethod
    def open(cls, path: Path, *, limit_bytes: int) -> "Spool":
        """Take up what lies there.

        Raises:
            SpoolError, OSError
        """
        file = SpoolFile(path, limit_bytes=limit_bytes)
        left = tuple(from_bytes(record) for record in file.load())
        set_aside = SpoolFile(path.with_name(path.name + ".set-aside"), limit_bytes=NO_LIMIT)
        return cls(file=file, left=left, set_aside=set_aside, set_aside_before=len(set_aside.load()))

    def close(self) -> None:
        """Leave everything where it is."""
        self.file.close()
        self.set_aside.close()


class SpooledJournal:
    """The journal as the engine sees it. `close_duplicate` ends an incident that turned out to be another's twin."""

    def __init__(self, *, journal: Journal, database: WatchedDatabase, spool: Spool, memory: RecentMemory) -> None:
        self._journal = journal
        self._database = database
        self._file = spool.file
        self._set_aside = spool.set_aside
        self._memory = memory
        self._waiting = deque(spool.left)
        self._spooling = bool(spool.left)
        self._turn = asyncio.Lock()
        self._twins: deque[str] = deque()
        self._refused: set[str] = set()
        self.close_duplicate: Callable[[str], Awaitable[object]] | None = None
        self.spooled_count = 0
        self.set_aside_count = spool.set_aside_before
        memory.hold = self._spooling

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
    def waiting(self) -> int:
        """Appends in the spool that the journal does not have yet."""
        return len(self._waiting)

    async def append(self, appended: Appended) -> list[InboxRow]:
        """Make it durable and return the inbox rows that follow from it, in the order they are to be sent.

        Raises:
            StaleIncident, AlreadyReserved, DuplicateMessage: nothing was written.
            DatabaseAway, SpoolFull, SpoolInUse: the spool could not take it either; nothing has happened.
        """
        async with self._turn:
            if self.is_settled:
                try:
                    rows = await self._journal.append(appended)
                except DatabaseAway:
                    rows = await self._spool(appended)
            else:
                rows = await self._spool(appended)
            self._memory.note(appended, rows)
            return rows

    async def _spool(self, appended: Appended) -> list[InboxRow]:
        rows = self._memory.number(appended)
        record = spooled(appended, rows)
        try:
            await asyncio.to_thread(self._file.append, to_bytes(record))
        except OSError as error:
            raise DatabaseAway(f"the database is away and the spool cannot be written: {error.strerror}") from error
        if not self._spooling:
            log.warning("spooling", spool=str(self._file.path))
        self._spooling = self._memory.hold = True
        self._waiting.append(record)
        self.spooled_count += 1
        return rows

    async def run(self) -> None:
        """Look after the database until cancelled: notice that it goes, and bring home what was spooled."""
        while True:
            await asyncio.sleep(PROBE_S)
            try:
                await self.tend()
            except DatabaseAway:
                log.debug("database_still_away", waiting=self.waiting)
            except Exception:
                log.exception("landing_failed", waiting=self.waiting)

    async def tend(self) -> None:
        """One look at the database, and everything home where it is there.

        Raises:
            DatabaseAway
        """
        await self._database.find()
        await self.land()
        await self.settle()

    async def land(self) -> None:
        """Bring every spooled append into the journal, oldest first.

        Raises:
            DatabaseAway: what has not landed waits for the next time.
        """
        while self._waiting:
            record = self._waiting[0]
            landed = await self._land_one(record)
            self._waiting.popleft()
            if landed and landed.appended:
                self._journal.written(landed.appended)
            if landed and landed.duplicate_of and record.incident_id not in self._twins:
                self._twins.append(record.incident_id)
                opened = record.appended_to(None).after
                if opened.cad_ref:
                    self._memory.put_call(opened.integration, opened.cad_ref, landed.duplicate_of)
                log.warning("call_known_already", incident_id=record.incident_id, duplicate_of=landed.duplicate_of)

    async def _land_one(self, record: SpooledAppend) -> Landed | None:
        if record.incident_id in self._refused:
            await self._put_aside(record)
            return None
        for number in range(1, LANDING_TRIES + 1):
            try:
                landed = await self._database.transact(
                    lambda connection: land(connection, self._journal, record), patience_s=LANDING_PATIENCE_S
                )
            except DatabaseAway:
                raise
            except Exception as error:
                # Nothing is dropped, and one that does not fit must not keep the others out. The kind of failure only:
                # its message may quote the patient's address.
                reason = type(error).__name__
                log.error("record_refused", incident_id=record.incident_id, reason=reason, attempt=number)
            else:
                return landed
        await self._put_aside(record)
        return None

    async def _put_aside(self, record: SpooledAppend) -> None:
        """With all that follow it of its incident: they were decided on what it says."""
        self._refused.add(record.incident_id)
        await asyncio.to_thread(self._set_aside.append, to_bytes(record))
        self.set_aside_count += 1
        log.error("record_set_aside", incident_id=record.incident_id, file=str(self._set_aside.path))

    async def settle(self) -> None:
        """Remove the file once nothing in it is needed any more."""
        if not self._spooling:
            return
        while self._twins and self.close_duplicate:
            await self.close_duplicate(self._twins[0])
            self._twins.popleft()
            await self.land()
        async with self._turn:
            if self._waiting or self._twins:
                return
            await asyncio.to_thread(self._file.clear)
            self._spooling = self._memory.hold = False
            self._refused.clear()
        log.warning("everything_landed")
