"""Appends that are never lost: to the journal while the database is there, else to a file that follows it later.

Appends take turns, so that the file holds them in the order in which they were decided, each with the sequence numbers
that the journal will give its frames. What the journal was asked to write when it went away may have been written;
landing finds out.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from enum import StrEnum

import structlog

from dispatch.journal import Journal
from dispatch.records import Appended, InboxRow
from dispatch.spool_file import SpoolFile
from dispatch.spool_landing import Landed, land
from dispatch.spool_memory import RecentMemory
from dispatch.spool_record import SpooledAppend, UnreadableRecord, from_bytes, spooled, to_bytes
from registry.watched_database import DatabaseAway, WatchedDatabase

log = structlog.get_logger(__name__)

PROBE_S = 1.0
LANDING_PATIENCE_S = 10.0
LANDING_TRIES = 3


class DatabaseState(StrEnum):
    """HERE: appends go to the journal. AWAY: to the spool. LANDING: it is back, and what was spooled goes first."""

    HERE = "here"
    AWAY = "away"
    LANDING = "landing"


class SpooledJournal:
    """The journal as the engine sees it. `close_duplicate` ends an incident that turned out to be another's twin."""

    def __init__(
        self, *, journal: Journal, database: WatchedDatabase, file: SpoolFile, memory: RecentMemory, left: list[bytes]
    ) -> None:
        self._journal = journal
        self._database = database
        self._file = file
        self._memory = memory
        self._waiting = deque(self._read(left))
        self._spooling = bool(left)
        self._set_aside = _aside(file)
        self._turn = asyncio.Lock()
        self._twins: deque[str] = deque()
        self.close_duplicate: Callable[[str], Awaitable[object]] | None = None
        self.spooled_count = 0
        self.set_aside_count = len(self._set_aside.load())
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
            if await self._database.probe() and self._spooling:
                try:
                    await self.land()
                    await self._settle()
                except DatabaseAway:
                    log.warning("landing_interrupted", waiting=self.waiting)
                except Exception:
                    log.exception("landing_failed", waiting=self.waiting)

    async def land(self) -> None:
        """Bring every spooled append into the journal, oldest first.

        Raises:
            DatabaseAway: what has not landed waits for the next time.
        """
        while self._waiting:
            landed = await self._land_one(self._waiting[0])
            self._waiting.popleft()
            if landed and landed.appended:
                self._journal.written(landed.appended)
            if landed and landed.duplicate_of and landed.incident_id not in self._twins:
                self._twins.append(landed.incident_id)
                log.warning("call_known_already", incident_id=landed.incident_id, duplicate_of=landed.duplicate_of)

    async def _land_one(self, record: SpooledAppend) -> Landed | None:
        for number in range(1, LANDING_TRIES + 1):
            try:
                landed = await self._database.transact(
                    lambda connection: land(connection, self._journal, record), patience_s=LANDING_PATIENCE_S
                )
            except DatabaseAway:
                raise
            except Exception:
                # Nothing is dropped, and one that does not fit must not keep the others out.
                log.exception("record_refused", incident_id=record.incident_id, attempt=number)
            else:
                return landed
        await asyncio.to_thread(self._set_aside.append, to_bytes(record))
        self.set_aside_count += 1
        log.error("record_set_aside", incident_id=record.incident_id, file=str(self._set_aside.path))
        return None

    async def _settle(self) -> None:
        """Remove the file once nothing in it is needed any more."""
        while self._twins and self.close_duplicate:
            await self.close_duplicate(self._twins[0])
            self._twins.popleft()
            await self.land()
        async with self._turn:
            if self._waiting or self._twins:
                return
            await asyncio.to_thread(self._file.clear)
            self._spooling = self._memory.hold = False
        log.warning("everything_landed")

    def _read(self, left: list[bytes]) -> list[SpooledAppend]:
        records = []
        for data in left:
            try:
                records.append(from_bytes(data))
            except UnreadableRecord as error:
                raise UnreadableRecord(f"{self._file.path}: {error}; run the version that wrote it") from error
        return records


def _aside(file: SpoolFile) -> SpoolFile:
    """Where records go that the journal does not take: the same form, so that they can be landed by hand."""
    path = file.path.with_name(file.path.name + ".set-aside")
    return SpoolFile(path, limit_bytes=2**40)
