"""Appends that are never lost: to the journal while the database is there, else to a file that follows it later.

Appends take turns, so that the file holds them in the order in which they were decided, each with the sequence numbers
that the journal will give its frames. What the journal was asked to write when it went away may have been written;
landing finds out.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path

import structlog

from dispatch.core.incident import Incident
from dispatch.journal import Journal
from dispatch.records import Appended, InboxRow
from dispatch.spool_file import SpoolFile
from dispatch.spool_landing import Landed, land, land_all
from dispatch.spool_memory import RecentMemory
from dispatch.spool_record import SpooledAppend, from_bytes, spooled, to_bytes
from dispatch.spool_set_aside import FOLLOWS, SetAside
from registry.database import nothing
from registry.watched_database import PATIENCE_S, DatabaseAway, WatchedDatabase

log = structlog.get_logger(__name__)

PROBE_S = 1.0
LEAST_PAUSE_S = 0.1
LANDING_PATIENCE_S = 5.0
LAST_FEW = 16
AT_ONCE = 32
"""Records that land in one transaction; a read or a callback that needs the writer's turn waits for no more."""
LANDING_TRIES = 3


class DatabaseState(StrEnum):
    """HERE: appends go to the journal. AWAY: to the spool. LANDING: it is back, and what was spooled goes first."""

    HERE = "here"
    AWAY = "away"
    LANDING = "landing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spool:
    """The spool's files. left: what a former run could not bring into the journal."""

    file: SpoolFile
    left: tuple[SpooledAppend, ...]
    set_aside: SetAside

    @classmethod
    def open(cls, path: Path, *, limit_bytes: int) -> "Spool":
        """Take up what lies there.

        Raises:
            SpoolError, OSError
        """
        file = SpoolFile(path, limit_bytes=limit_bytes)
        left = tuple(from_bytes(record) for record in file.load())
        set_aside = SetAside(path)
        set_aside.look()
        return cls(file=file, left=left, set_aside=set_aside)

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
        self._set_aside = spool.set_aside
        self._memory = memory
        self._waiting = deque(spool.left)
        self._spooling = bool(spool.left)
        self._turn = asyncio.Lock()
        self._twins: deque[str] = deque()
        self._refused: dict[str, str] = {}
        self._landed: dict[str, Incident] = {}
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
    def waiting(self) -> int:
        """Appends in the spool that the journal does not have yet."""
        return len(self._waiting)

    @property
    def set_aside_count(self) -> int:
        """Records that the journal would not take and nobody has dealt with."""
        return self._set_aside.count

    async def append(self, appended: Appended, *, meanwhile: Callable[[], None] = nothing) -> list[InboxRow]:
        """Make it durable and return the inbox rows that follow from it, in the order they are to be sent.

        meanwhile: called, perhaps more than once or not at all, while the disk makes it durable.

        Raises:
            StaleIncident, AlreadyReserved, DuplicateMessage: nothing was written.
            DatabaseAway, SpoolFull, SpoolInUse: the spool could not take it either; nothing has happened.
        """
        async with self._turn:
            if self.is_settled:
                try:
                    rows = await self._journal.append(appended, meanwhile=meanwhile)
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
            self._wanted.set()
        self._spooling = self._memory.hold = True
        self._waiting.append(record)
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
        """One look at the database, and everything home where it is there.

        Raises:
            DatabaseAway
        """
        await self._database.find()
        await self.land()
        await self.settle()
        await asyncio.to_thread(self._set_aside.look)

    async def land(self) -> None:
        """Bring every spooled append into the journal, oldest first.

        Raises:
            DatabaseAway: what has not landed waits for the next time.
        """
        await self._land(LANDING_PATIENCE_S)

    async def _land(self, patience_s: float, *, but: int = 0, within_s: float = math.inf) -> None:
        """Until only `but` of them are left, or time is over."""
        end_s = time.monotonic() + within_s
        try:
            while (left := len(self._waiting) - but) > 0 and time.monotonic() < end_s:
                some = list(islice(self._waiting, min(left, AT_ONCE)))
                if len(some) == 1 or not await self._land_some(some, patience_s):
                    for record in some:
                        landed = await self._land_one(record, patience_s)
                        self._note_landed(record, landed)
        finally:
            self._set_aside.release()

    async def _land_some(self, records: list[SpooledAppend], patience_s: float) -> bool:
        """All of them, or none where one of them needs a look of its own."""
        if any(record.incident_id in self._refused for record in records):
            return False
        try:
            landed = await self._database.transact(
                lambda connection: land_all(connection, self._journal, records, self._landed), patience_s=patience_s
            )
        except DatabaseAway:
            raise
        except Exception as error:
            log.info("landing_one_by_one", reason=type(error).__name__, records=len(records))
            self._landed.clear()
            return False
        for record, one in zip(records, landed, strict=True):
            self._note_landed(record, one)
        return True

    def _note_landed(self, record: SpooledAppend, landed: Landed | None) -> None:
        """The oldest record is in the journal, or None where it was set aside."""
        self._waiting.popleft()
        self._landed.pop(record.incident_id, None)
        if landed is None:
            return
        if landed.appended:
            self._journal.written(landed.appended)
            if not landed.duplicate_of:
                self._landed[record.incident_id] = landed.appended.after
        if landed.duplicate_of and record.incident_id not in self._twins:
            self._twins.append(record.incident_id)
            opened = record.appended_to(None).after
            if opened.cad_ref:
                self._memory.put_call(opened.integration, opened.cad_ref, landed.duplicate_of)
            log.warning("call_known_already", incident_id=record.incident_id, duplicate_of=landed.duplicate_of)

    async def _land_one(self, record: SpooledAppend, patience_s: float) -> Landed | None:
        if record.incident_id in self._refused:
            await self._put_aside(record, FOLLOWS)
            return None
        reason = ""
        for number in range(1, LANDING_TRIES + 1):
            try:
                landed = await self._database.transact(
                    lambda connection: land(connection, self._journal, record), patience_s=patience_s
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
        await self._put_aside(record, reason)
        return None

    async def _put_aside(self, record: SpooledAppend, why: str) -> None:
        """With all that follow it of its incident: they were decided on what it says."""
        follows = self._refused.get(record.incident_id)
        record_id = await asyncio.to_thread(self._set_aside.put, record, why=why, at=datetime.now(UTC), follows=follows)
        self._refused[record.incident_id] = record_id
        log.error(
            "record_set_aside", incident_id=record.incident_id, record_id=record_id, file=str(self._set_aside.path)
        )

    async def settle(self) -> None:
        """Remove the file once nothing in it is needed any more.

        Raises:
            DatabaseAway
        """
        if not self._spooling:
            return
        while self._twins and self.close_duplicate:
            await self.close_duplicate(self._twins[0])
            self._twins.popleft()
        # What is appended meanwhile goes to the spool too, and on a busy day something always is: so the last few land
        # while appends wait, if that is quick.
        await self._land(LANDING_PATIENCE_S, but=LAST_FEW)
        async with self._turn:
            await self._land(PATIENCE_S, within_s=PATIENCE_S)
            if self._waiting or self._twins:
                self._wanted.set()
                return
            await asyncio.to_thread(self._file.clear)
            self._spooling = self._memory.hold = False
            for incident_id in self._refused:
                self.forget(incident_id)
            self._refused.clear()
            self._landed.clear()
        log.warning("everything_landed")
