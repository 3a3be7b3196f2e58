"""Brings what was spooled into the journal, in order: many records at a time, and each alone where one does not fit."""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice

import structlog

from dispatch.core.incident import Incident
from dispatch.journal.journal import Journal
from dispatch.spool.landing import Landed, land, land_all
from dispatch.spool.memory import RecentMemory
from dispatch.spool.record import SpooledAppend
from dispatch.spool.set_aside import FOLLOWS, SetAside
from registry.storage.watched_database import DatabaseAway, WatchedDatabase

log = structlog.get_logger(__name__)

TRIES = 3
AT_ONCE = 32
"""Records that land in one transaction; a callback that needs the writer's turn waits for no more."""


class Homecoming:
    """waiting: what the journal lacks, oldest first. salvaged: what has been set aside before the journal was there.
    twins: incidents whose call another one has had all along.

    One landing at a time; what is appended to `waiting` meanwhile lands with the rest.
    """

    def __init__(
        self, *, journal: Journal, database: WatchedDatabase, memory: RecentMemory, set_aside: SetAside
    ) -> None:
        self._journal = journal
        self._database = database
        self._memory = memory
        self._set_aside = set_aside
        self._refused: dict[str, str] = {}
        self._landed: dict[str, Incident] = {}
        self.waiting: deque[SpooledAppend] = deque()
        self.salvaged: deque[SpooledAppend] = deque()
        self.twins: deque[str] = deque()

    def over(self, forget: Callable[[str], None]) -> None:
        """Everything is home. What was decided on records that were set aside is to be decided anew."""
        for incident_id in self._refused:
            forget(incident_id)
        self._refused.clear()
        self._landed.clear()

    async def land(self, patience_s: float, *, but: int = 0, within_s: float = math.inf) -> None:
        """Until only `but` records are left, or time is over. patience_s: for each transaction.

        Raises:
            DatabaseAway: what has not landed waits for the next time.
        """
        end_s = time.monotonic() + within_s
        try:
            while (left := len(self.waiting) - but) > 0 and time.monotonic() < end_s:
                some = list(islice(self.waiting, min(left, AT_ONCE)))
                if len(some) == 1 or not await self._land_some(some, patience_s):
                    for record in some:
                        landed = await self._land_one(record, patience_s)
                        self._note_landed(record, landed)
            if not self.waiting:
                await self._pass_over_salvaged()
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
        self.waiting.popleft()
        self._landed.pop(record.incident_id, None)
        if landed is None:
            return
        if landed.appended:
            self._journal.written(landed.appended)
            if not landed.duplicate_of:
                self._landed[record.incident_id] = landed.appended.after
        if landed.duplicate_of and record.incident_id not in self.twins:
            self.twins.append(record.incident_id)
            opened = record.appended_to(None).after
            if opened.cad_ref:
                self._memory.put_call(opened.integration, opened.cad_ref, landed.duplicate_of)
            log.warning("call_known_already", incident_id=record.incident_id, duplicate_of=landed.duplicate_of)

    async def _land_one(self, record: SpooledAppend, patience_s: float) -> Landed | None:
        if record.incident_id in self._refused:
            await self._put_aside(record, FOLLOWS)
            return None
        reason = ""
        for number in range(1, TRIES + 1):
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

    async def _pass_over_salvaged(self) -> None:
        """Their frames have been sent, as those of whatever else was set aside; those before the damage come first."""
        if self.salvaged:
            rows = [row for record in self.salvaged for row in record.rows]
            await self._database.transact(lambda connection: self._journal.skip_frames(connection, rows))
            self.salvaged.clear()

    async def _put_aside(self, record: SpooledAppend, why: str) -> None:
        """With all that follow it of its incident: they were decided on what it says."""
        # Its frames have been sent: what takes their numbers in the journal would be held for what phones have already.
        await self._database.transact(lambda connection: self._journal.skip_frames(connection, record.rows))
        follows = self._refused.get(record.incident_id)
        record_id = await asyncio.to_thread(self._set_aside.put, record, why=why, at=datetime.now(UTC), follows=follows)
        self._refused[record.incident_id] = record_id
        log.error(
            "record_set_aside", incident_id=record.incident_id, record_id=record_id, file=str(self._set_aside.path)
        )
