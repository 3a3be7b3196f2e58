"""The append-only event log: the truth about incidents, and what must never be torn from it.

One append is one transaction: events, the projection of the incident, reservations under unique keys, and inbox rows
in each recipient's own sequence, and what 120 is to be told. Either all of it is durable or none of it has happened.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from sqlalchemy import Connection, Executable, UpdateBase, delete, update
from sqlalchemy.exc import IntegrityError

from dispatch import tables as t
from dispatch.callbacks.outbox import Outbox
from dispatch.core.callbacks import Callback
from dispatch.core.consequences import notices
from dispatch.core.policy import Policy
from dispatch.journal import rows as rows_of
from dispatch.journal.on_postgresql import append_at_once
from dispatch.journal.on_sqlite import append_directly
from dispatch.journal.rows import RowTaken
from dispatch.records import Appended, CallRecord, InboxRow
from registry.storage.database import Database
from registry.storage.sqlite_engines import Meanwhile


class StaleIncident(RuntimeError):
    """Somebody else has appended to the incident since it was read: read it again and decide anew."""


class AlreadyReserved(RuntimeError):
    """Another incident holds one of the rescuers or AEDs: look for others."""


class DuplicateMessage(RuntimeError):
    """A message with this id is in the journal already."""


# Built once: to build a statement anew costs more than to run it.
_INSERT_INCIDENT, _INSERT_MESSAGE = t.incidents.insert(), t.call_messages.insert()
_INSERT_RESERVATION, _INSERT_EVENT, _INSERT_INBOX = t.reservations.insert(), t.events.insert(), t.inbox.insert()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statements:
    """The statements that are written in the database's own dialect."""

    put_details: Executable
    reserve_what_is_free: Executable
    put_rest: Executable
    advance_inboxes: UpdateBase
    raise_inboxes: Executable

    @classmethod
    def of(cls, database: Database) -> Self:
        details, inboxes = database.insert(t.incident_details), database.insert(t.inboxes)
        kept, rests = t.incident_details.c.incident_id, database.insert(t.rests)
        return cls(
            put_details=details.on_conflict_do_update(
                index_elements=[kept], set_={c.name: c for c in details.excluded if c.name != kept.name}
            ),
            reserve_what_is_free=database.insert(t.reservations).on_conflict_do_nothing(),
            put_rest=rests.on_conflict_do_update(
                index_elements=[t.rests.c.rescuer_id, t.rests.c.kind],
                set_={"until": rests.excluded.until},
                where=t.rests.c.until < rests.excluded.until,
            ),
            advance_inboxes=inboxes.on_conflict_do_update(
                index_elements=[t.inboxes.c.recipient],
                set_={"last_seq": t.inboxes.c.last_seq + inboxes.excluded.last_seq},
            ).returning(t.inboxes.c.recipient, t.inboxes.c.last_seq),
            raise_inboxes=inboxes.on_conflict_do_update(
                index_elements=[t.inboxes.c.recipient],
                set_={"last_seq": inboxes.excluded.last_seq},
                where=t.inboxes.c.last_seq < inboxes.excluded.last_seq,
            ),
        )


class Journal:
    """Appends; it decides nothing. Without an `outbox` nobody is called back."""

    def __init__(self, database: Database, policy: Policy, outbox: Outbox | None = None) -> None:
        self._database = database
        self._policy = policy
        self._outbox = outbox
        self._statements = _Statements.of(database)

    @property
    def is_settled(self) -> bool:
        """Always: what is appended is in it."""
        return True

    async def append(self, appended: Appended, meanwhile: Meanwhile | None = None) -> list[InboxRow]:
        """Make it durable and return the inbox rows it wrote, in the order they are to be sent.

        meanwhile: as in `Database.transact`.

        Raises:
            StaleIncident, AlreadyReserved, DuplicateMessage: nothing was written.
        """
        rows = await self._database.transact(
            lambda connection: self.write(connection, appended),
            at_once=appended.before is None and bool(appended.events),
            meanwhile=meanwhile,
        )
        self.written(appended)
        return rows

    def write(self, connection: Connection, appended: Appended, *, yielding: bool = False) -> list[InboxRow]:
        """The append itself, within somebody's transaction. yielding: what another incident has reserved stays its."""
        told = self._following(appended)
        if appended.events and not yielding:
            return self._write_quickly(connection, appended, told)
        rows, last_callback = self._write_in_steps(connection, appended, len(told), yielding=yielding)
        if self._outbox and told:
            self._outbox.write(connection, appended, told, last_seq=last_callback)
        return rows

    def skip_frames(self, connection: Connection, frames: Iterable[InboxRow]) -> None:
        """Number what comes next behind these frames, which phones have and the journal never will."""
        last: dict[str, int] = {}
        for frame in frames:
            last[frame.recipient] = max(frame.seq, last.get(frame.recipient, 0))
        if last:
            rows = [{"recipient": name, "last_seq": last[name], "acked_seq": 0} for name in sorted(last)]
            connection.execute(self._statements.raise_inboxes, rows)

    def written(self, appended: Appended) -> None:
        """The transaction of `write` has been committed."""
        if self._outbox and self._following(appended):
            self._outbox.on_written()

    def _following(self, appended: Appended) -> Sequence[Callback]:
        return self._outbox.following(appended) if self._outbox else []

    def _write_quickly(self, connection: Connection, appended: Appended, told: Sequence[Callback]) -> list[InboxRow]:
        """As each database takes the whole of it soonest."""
        # Of a new incident the callbacks' numbers are known, and all of it is one statement, a transaction of its own.
        is_new = appended.before is None
        known = self._outbox.rows(appended, told, last_seq=len(told)) if self._outbox and is_new else []
        write = append_at_once if connection.dialect.name == "postgresql" else append_directly
        try:
            rows, last_callback = write(connection, appended, self._policy, callbacks=len(told), callback_rows=known)
        except RowTaken as error:
            if error.table == t.reservations.name:
                raise AlreadyReserved(", ".join(rows_of.reservation_changes(appended)[1])) from error
            if error.table == t.call_messages.name and appended.message:
                raise DuplicateMessage(appended.message.message_id) from error
            raise StaleIncident(appended.after.incident_id) from error
        if last_callback is None:
            raise StaleIncident(appended.after.incident_id)
        if self._outbox and told and not is_new:
            self._outbox.write(connection, appended, told, last_seq=last_callback)
        return rows

    def _write_in_steps(
        self, connection: Connection, appended: Appended, callbacks: int, *, yielding: bool
    ) -> tuple[list[InboxRow], int]:
        last_callback = self._write_incident(connection, appended, callbacks)
        if appended.message:
            self.write_message(connection, appended.after.incident_id, appended.message)
        if appended.details:
            details = rows_of.details_row(appended.after.incident_id, appended.details)
            connection.execute(self._statements.put_details, details)
        self._write_reservations(connection, appended, yielding=yielding)
        if not appended.events:
            return [], last_callback
        events = rows_of.event_rows(appended)
        connection.execute(_INSERT_EVENT, events)
        rows = self._write_inbox(connection, appended, events)
        # After the inboxes, as in one statement: two processes that write to the same people never wait for each other.
        if rests := rows_of.rest_rows(appended, self._policy):
            connection.execute(self._statements.put_rest, rests)
        return rows, last_callback

    def _write_incident(self, connection: Connection, appended: Appended, callbacks: int) -> int:
        """The number of the incident's last callback, of which `callbacks` are new."""
        incident_id = appended.after.incident_id
        projection = rows_of.projection(appended, self._policy)
        if appended.before is None:
            row = {**rows_of.identity(appended), **projection, "callback_count": callbacks}
            try:
                connection.execute(_INSERT_INCIDENT, row)
            except IntegrityError as error:
                raise StaleIncident(incident_id) from error
            return callbacks
        same = (t.incidents.c.incident_id == incident_id) & (t.incidents.c.version == appended.before.version)
        count = t.incidents.c.callback_count
        change = update(t.incidents).where(same).values(**projection, callback_count=count + callbacks).returning(count)
        last_callback: int | None = connection.execute(change).scalar_one_or_none()
        if last_callback is None:
            raise StaleIncident(incident_id)
        return last_callback

    def write_message(self, connection: Connection, incident_id: str, message: CallRecord) -> None:
        """120's message as one of this incident.

        Raises:
            DuplicateMessage
        """
        try:
            connection.execute(_INSERT_MESSAGE, rows_of.message_row(incident_id, message))
        except IntegrityError as error:
            raise DuplicateMessage(message.message_id) from error

    def _write_reservations(self, connection: Connection, appended: Appended, *, yielding: bool) -> None:
        freed, taken = rows_of.reservation_changes(appended)
        incident_id = appended.after.incident_id
        if freed:
            held = t.reservations.c
            connection.execute(delete(t.reservations).where(held.resource.in_(freed), held.incident_id == incident_id))
        if taken:
            rows = [{"resource": key, "incident_id": incident_id, "reserved_at": appended.at} for key in taken]
            reserve = self._statements.reserve_what_is_free if yielding else _INSERT_RESERVATION
            try:
                connection.execute(reserve, rows)
            except IntegrityError as error:
                raise AlreadyReserved(", ".join(taken)) from error

    def _write_inbox(self, connection: Connection, appended: Appended, events: Sequence[rows_of.Row]) -> list[InboxRow]:
        told = notices(appended.after, appended.events)
        last = self._advance_inboxes(connection, [notice.recipient for notice in told])
        rows = rows_of.inbox_rows(appended, told, rows_of.inbox_bodies(appended, told, events), last)
        connection.execute(_INSERT_INBOX, [rows_of.inbox_values(row) for row in rows])
        return rows

    def _advance_inboxes(self, connection: Connection, recipients: list[str]) -> dict[str, int]:
        counts = Counter(recipients)
        # Always in one order, so that two processes that tell the same people never wait for each other.
        rows = [{"recipient": recipient, "last_seq": counts[recipient], "acked_seq": 0} for recipient in sorted(counts)]
        return {row.recipient: row.last_seq for row in connection.execute(self._statements.advance_inboxes, rows)}
