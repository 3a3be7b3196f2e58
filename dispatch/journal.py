"""The append-only event log: the truth about incidents, and what must never be torn from it.

One append is one transaction: events, the projection of the incident, reservations under unique keys, and inbox rows
in each recipient's own sequence, and what 120 is to be told. Either all of it is durable or none of it has happened.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Connection, Executable, UpdateBase, delete, update
from sqlalchemy.exc import IntegrityError

from dispatch import tables as t
from dispatch.callbacks.outbox import Outbox
from dispatch.core.callbacks import Callback
from dispatch.core.consequences import DISPATCHERS, Notice, notices, reserved
from dispatch.core.decisions import next_deadline
from dispatch.core.policy import Policy
from dispatch.event_codec import encode, event_type, stamped
from dispatch.records import Appended, CallRecord, Details, InboxRow
from registry.database import Database


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
    advance_inboxes: UpdateBase

    @classmethod
    def of(cls, database: Database) -> Self:
        details, inboxes = database.insert(t.incident_details), database.insert(t.inboxes)
        kept = t.incident_details.c.incident_id
        return cls(
            put_details=details.on_conflict_do_update(
                index_elements=[kept], set_={c.name: c for c in details.excluded if c.name != kept.name}
            ),
            reserve_what_is_free=database.insert(t.reservations).on_conflict_do_nothing(),
            advance_inboxes=inboxes.on_conflict_do_update(
                index_elements=[t.inboxes.c.recipient],
                set_={"last_seq": t.inboxes.c.last_seq + inboxes.excluded.last_seq},
            ).returning(t.inboxes.c.recipient, t.inboxes.c.last_seq),
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

    async def append(self, appended: Appended) -> list[InboxRow]:
        """Make it durable and return the inbox rows it wrote, in the order they are to be sent.

        Raises:
            StaleIncident, AlreadyReserved, DuplicateMessage: nothing was written.
        """
        rows = await self._database.transact(lambda connection: self.write(connection, appended))
        self.written(appended)
        return rows

    def write(self, connection: Connection, appended: Appended, *, yielding: bool = False) -> list[InboxRow]:
        """The append itself, within somebody's transaction. yielding: what another incident has reserved stays its."""
        told = self._following(appended)
        last_callback = self._write_incident(connection, appended, len(told))
        if appended.message:
            self.write_message(connection, appended.after.incident_id, appended.message)
        if appended.details:
            self._write_details(connection, appended.after.incident_id, appended.details)
        self._write_reservations(connection, appended, yielding=yielding)
        if not appended.events:
            return []
        self._write_events(connection, appended)
        if self._outbox and told:
            self._outbox.write(connection, appended, told, last_seq=last_callback)
        return self._write_inbox(connection, appended)

    def written(self, appended: Appended) -> None:
        """The transaction of `write` has been committed."""
        if self._outbox and self._following(appended):
            self._outbox.on_written()

    def _following(self, appended: Appended) -> Sequence[Callback]:
        return self._outbox.following(appended) if self._outbox else []

    def _write_incident(self, connection: Connection, appended: Appended, callbacks: int) -> int:
        """The number of the incident's last callback, of which `callbacks` are new."""
        after = appended.after
        projection = {
            "version": after.version,
            "status": after.status,
            "attention": after.attention,
            "is_open": not after.closed or bool(reserved(after)),
            "deadline_at": next_deadline(after, self._policy),
        }
        if appended.before is None:
            row = {
                "incident_id": after.incident_id,
                "integration": after.integration,
                "cad_ref": after.cad_ref,
                "opened_at": after.opened_at,
                "callback_count": callbacks,
            }
            try:
                connection.execute(_INSERT_INCIDENT, {**row, **projection})
            except IntegrityError as error:
                raise StaleIncident(after.incident_id) from error
            return callbacks
        same = (t.incidents.c.incident_id == after.incident_id) & (t.incidents.c.version == appended.before.version)
        count = t.incidents.c.callback_count
        change = update(t.incidents).where(same).values(**projection, callback_count=count + callbacks).returning(count)
        last_callback: int | None = connection.execute(change).scalar_one_or_none()
        if last_callback is None:
            raise StaleIncident(after.incident_id)
        return last_callback

    def write_message(self, connection: Connection, incident_id: str, message: CallRecord) -> None:
        """120's message as one of this incident.

        Raises:
            DuplicateMessage
        """
        row = {
            "integration": message.integration,
            "message_id": message.message_id,
            "incident_id": incident_id,
            "received_at": message.received_at,
            "type": message.type,
            "attention": message.attention,
            "detail": message.detail,
            "body": message.body,
        }
        try:
            connection.execute(_INSERT_MESSAGE, row)
        except IntegrityError as error:
            raise DuplicateMessage(message.message_id) from error

    def _write_details(self, connection: Connection, incident_id: str, details: Details) -> None:
        values = {
            "incident_id": incident_id,
            "position": (details.place.lon, details.place.lat),
            "accuracy_m": details.accuracy_m,
            "address": details.address,
            "floor": details.floor,
            "note": details.note,
            "caller_phone": details.caller_phone,
        }
        connection.execute(self._statements.put_details, values)

    def _write_reservations(self, connection: Connection, appended: Appended, *, yielding: bool) -> None:
        held = reserved(appended.before) if appended.before else frozenset()
        wanted = reserved(appended.after)
        incident_id = appended.after.incident_id
        if released := held - wanted:
            connection.execute(
                delete(t.reservations).where(
                    t.reservations.c.resource.in_(released), t.reservations.c.incident_id == incident_id
                )
            )
        if taken := wanted - held:
            rows = [{"resource": key, "incident_id": incident_id, "reserved_at": appended.at} for key in sorted(taken)]
            reserve = self._statements.reserve_what_is_free if yielding else _INSERT_RESERVATION
            try:
                connection.execute(reserve, rows)
            except IntegrityError as error:
                raise AlreadyReserved(", ".join(sorted(taken))) from error

    def _write_events(self, connection: Connection, appended: Appended) -> None:
        first = appended.after.version - len(appended.events) + 1
        rows = [
            {
                "incident_id": appended.after.incident_id,
                "seq": seq,
                "type": event_type(event),
                "schema_version": event.schema_version,
                "at": appended.at,
                "body": encode(event),
            }
            for seq, event in enumerate(appended.events, start=first)
        ]
        connection.execute(_INSERT_EVENT, rows)

    def _write_inbox(self, connection: Connection, appended: Appended) -> list[InboxRow]:
        told = notices(appended.after, appended.events)
        last = self._advance_inboxes(connection, [notice.recipient for notice in told])
        rows = inbox_rows(appended, told, last)
        connection.execute(_INSERT_INBOX, [_inbox_values(row) for row in rows])
        return rows

    def _advance_inboxes(self, connection: Connection, recipients: list[str]) -> dict[str, int]:
        counts = Counter(recipients)
        # Always in one order, so that two processes that tell the same people never wait for each other.
        rows = [{"recipient": recipient, "last_seq": counts[recipient], "acked_seq": 0} for recipient in sorted(counts)]
        return {row.recipient: row.last_seq for row in connection.execute(self._statements.advance_inboxes, rows)}


def inbox_rows(appended: Appended, told: Sequence[Notice], last_seq: Mapping[str, int]) -> list[InboxRow]:
    """The frames of `told` in order. `last_seq`: by recipient, the number of its last frame among them."""
    last = dict(last_seq)
    rows = []
    for notice in reversed(told):
        rows.append(
            InboxRow(
                recipient=notice.recipient,
                seq=last[notice.recipient],
                kind=notice.kind,
                incident_id=appended.after.incident_id,
                alert_id=notice.alert_id,
                at=appended.at,
                received_at=appended.message.received_at if appended.message else None,
                body=_dispatcher_body(appended) if notice.recipient == DISPATCHERS else {"reason": notice.reason},
            )
        )
        last[notice.recipient] -= 1
    rows.reverse()
    return rows


def _dispatcher_body(appended: Appended) -> dict[str, Any]:
    return {
        "status": appended.after.status,
        "attention": appended.after.attention,
        "events": [stamped(event, appended.at) for event in appended.events],
    }


def _inbox_values(row: InboxRow) -> dict[str, Any]:
    return {
        "recipient": row.recipient,
        "seq": row.seq,
        "kind": row.kind,
        "incident_id": row.incident_id,
        "alert_id": row.alert_id,
        "at": row.at,
        "body": row.body,
    }
