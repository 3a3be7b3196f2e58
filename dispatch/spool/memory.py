"""What must be known while the database is away: last sequence numbers, latest frames, messages and calls."""

from collections import Counter, OrderedDict
from collections.abc import Iterable

from sqlalchemy import Connection, select

from dispatch import tables as t
from dispatch.core.consequences import notices
from dispatch.journal.console_frames import read_rows
from dispatch.journal.rows import event_rows, inbox_bodies, inbox_rows
from dispatch.records import Appended, CallRecord, InboxRow, Known
from registry.storage.watched_database import WatchedDatabase

LOADING_PATIENCE_S = 60.0
KEPT_ROWS = 5_000
KEPT_CALLS = 10_000
"""Calls, and messages: months of a city of ten million (assumption: tens of arrests a day, five messages each)."""


class RecentMemory:
    """One process writes the journal, so what it remembers of its own appends is what the journal holds.

    last_seq: by recipient, everybody's; 40,000 recipients are a few megabytes. All else is bounded, except that
    nothing is dropped while `hold` says that the journal does not have it yet.
    """

    def __init__(self, *, kept_calls: int = KEPT_CALLS) -> None:
        self._kept_calls = kept_calls
        self.last_seq: dict[str, int] = {}
        self._rows: OrderedDict[tuple[str, int], InboxRow] = OrderedDict()
        self._messages: OrderedDict[tuple[str, str], dict[str, tuple[str, str | None]]] = OrderedDict()
        self._calls: OrderedDict[tuple[str, str], str] = OrderedDict()
        self.hold = False

    async def load(self, database: WatchedDatabase) -> None:
        """Once, before anything is appended: what the journal has."""
        await database.consult(self._read, patience_s=LOADING_PATIENCE_S)

    def _read(self, connection: Connection) -> None:
        for recipient, seq in connection.execute(select(t.inboxes.c.recipient, t.inboxes.c.last_seq)):
            self.last_seq[recipient] = seq
        of_open = (
            select(t.inbox)
            .join(t.incidents, t.incidents.c.incident_id == t.inbox.c.incident_id)
            .where(t.incidents.c.is_open)
            .order_by(t.inbox.c.at, t.inbox.c.seq)
        )
        for row in read_rows(connection, of_open):
            self._rows[row.recipient, row.seq] = row
        messages, calls = t.call_messages.c, t.incidents.c
        newest_messages = (
            select(
                messages.integration,
                messages.message_id,
                messages.body_sha256,
                messages.incident_id,
                messages.attention,
            )
            .order_by(messages.received_at.desc())
            .limit(self._kept_calls)
        )
        for row in reversed(connection.execute(newest_messages).all()):
            of_id = self._messages.setdefault((row.integration, row.message_id), {})
            of_id[row.body_sha256] = (row.incident_id, row.attention)
        newest_calls = (
            select(calls.integration, calls.cad_ref, calls.incident_id)
            .where(calls.cad_ref.is_not(None))
            .order_by(calls.opened_at.desc())
            .limit(self._kept_calls)
        )
        for integration, cad_ref, incident_id in reversed(connection.execute(newest_calls).all()):
            self._calls[integration, cad_ref] = incident_id

    def number(self, appended: Appended) -> list[InboxRow]:
        """The frames that follow from an append, in each recipient's next numbers, as the journal would give them."""
        if not appended.events:
            return []
        told = notices(appended.after, appended.events)
        counts = Counter(notice.recipient for notice in told)
        last = {recipient: self.last_seq.get(recipient, 0) + count for recipient, count in counts.items()}
        return inbox_rows(appended, told, inbox_bodies(appended, told, event_rows(appended)), last)

    def note(self, appended: Appended, rows: Iterable[InboxRow]) -> None:
        """This append is durable."""
        after, message = appended.after, appended.message
        for row in rows:
            self.last_seq[row.recipient] = max(row.seq, self.last_seq.get(row.recipient, 0))
            self._rows[row.recipient, row.seq] = row
        if message:
            of_id = self._messages.setdefault((message.integration, message.message_id), {})
            of_id[message.body_sha256] = (after.incident_id, message.attention)
        if after.cad_ref and appended.before is None:
            self._calls[after.integration, after.cad_ref] = after.incident_id
        self._trim()

    def put_call(self, integration: str, cad_ref: str, incident_id: str) -> None:
        """The journal knows better whose call this is."""
        self._calls[integration, cad_ref] = incident_id

    def find_known(self, message: CallRecord, cad_ref: str | None) -> Known:
        of_id = self._messages.get((message.integration, message.message_id), {})
        mine = of_id.get(message.body_sha256) or of_id.get("")
        incident_id, attention = mine or (None, None)
        return Known(
            message_incident_id=incident_id,
            message_attention=attention,
            call_incident_id=self._calls.get((message.integration, cad_ref)) if cad_ref else None,
            is_id_used=bool(of_id) and mine is None,
        )

    def find_rows(self, recipient: str, *, after: int, limit: int) -> list[InboxRow] | None:
        """Up to `limit` rows behind `after`, without a gap; None where the first of them is not remembered."""
        last = self.last_seq.get(recipient, 0)
        rows: list[InboxRow] = []
        for seq in range(after + 1, min(after + limit, last) + 1):
            row = self._rows.get((recipient, seq))
            if row is None:
                break
            rows.append(row)
        return rows if rows or after >= last else None

    def _trim(self) -> None:
        if self.hold:
            return
        for kept, limit in (
            (self._rows, KEPT_ROWS),
            (self._messages, self._kept_calls),
            (self._calls, self._kept_calls),
        ):
            while len(kept) > limit:
                kept.popitem(last=False)
