"""Reading the journal while it may be away: what is remembered stands in for what cannot be read."""

from collections.abc import Callable
from datetime import datetime

from dispatch.journal.reader import JournalReader
from dispatch.records import CallRecord, InboxRow, Known, Receipt
from dispatch.spool.memory import RecentMemory
from registry.storage.watched_database import DatabaseAway, WatchedDatabase


class StandbyReader(JournalReader):
    """As `JournalReader`; what is neither remembered nor readable now raises `DatabaseAway`.

    While the journal lacks what was spooled (`is_settled` says no), memory is newer and is asked first.
    """

    def __init__(self, database: WatchedDatabase, memory: RecentMemory, *, is_settled: Callable[[], bool]) -> None:
        super().__init__(database)
        self._memory = memory
        self._is_settled = is_settled

    def recall(self, message: CallRecord, cad_ref: str | None) -> Known:
        return self._memory.find_known(message, cad_ref)

    async def find_known(self, message: CallRecord, cad_ref: str | None) -> Known:
        try:
            known = await super().find_known(message, cad_ref)
        except DatabaseAway:
            return self._memory.find_known(message, cad_ref)
        if self._is_settled():
            return known
        ours = self._memory.find_known(message, cad_ref)
        return Known(
            message_incident_id=ours.message_incident_id or known.message_incident_id,
            message_attention=ours.message_attention or known.message_attention,
            call_incident_id=ours.call_incident_id or known.call_incident_id,
            is_id_used=ours.is_id_used or known.is_id_used,
        )

    async def read_inbox(self, recipient: str, *, after: int, limit: int) -> list[InboxRow]:
        try:
            rows = await super().read_inbox(recipient, after=after, limit=limit) if self._is_settled() else None
        except DatabaseAway:
            rows = None
        if rows is None:
            rows = self._memory.find_rows(recipient, after=after, limit=limit)
        return await super().read_inbox(recipient, after=after, limit=limit) if rows is None else rows

    async def last_seq(self, recipient: str) -> int:
        try:
            if self._is_settled():
                return await super().last_seq(recipient)
        except DatabaseAway:
            pass
        return self._memory.last_seq.get(recipient, 0)

    async def read_receipts(self, incident_id: str) -> dict[str, Receipt]:
        """None of them while the database is away: an incident is shown without rather than not at all."""
        try:
            return await super().read_receipts(incident_id)
        except DatabaseAway:
            return {}

    async def find_erased_at(self, incident_id: str) -> datetime | None:
        """Not known while the database is away."""
        try:
            return await super().find_erased_at(incident_id)
        except DatabaseAway:
            return None

    async def find_last_message_detail(self, incident_id: str) -> str:
        """Nothing while the database is away."""
        try:
            return await super().find_last_message_detail(incident_id)
        except DatabaseAway:
            return ""
