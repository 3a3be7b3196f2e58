"""Reading the journal: incidents replayed from their events, inboxes, and what a dispatcher's list shows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from dispatch import tables as t
from dispatch.core.evolving import evolve_all
from dispatch.core.incident import Incident
from dispatch.core.matching import Place
from dispatch.core.rests import Rest, RestKind
from dispatch.event_codec import decode
from dispatch.journal.console_frames import read_rows
from dispatch.records import CallRecord, Details, InboxRow, Known, Receipt
from registry.storage.database import Database


class JournalReader:
    """Every method reads one consistent state of the database; `find_` returns None where there is nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_incident(self, incident_id: str) -> Incident | None:
        """The incident, replayed from its events."""
        return await self._database.consult(lambda connection: replay(connection, incident_id))

    async def load_open(self) -> list[Incident]:
        """Every incident that may still change, oldest first; what a restart goes on with."""
        query = select(t.incidents.c.incident_id).where(t.incidents.c.is_open).order_by(t.incidents.c.opened_at)
        async with self._database.read() as connection:
            ids = (await connection.execute(query)).scalars().all()
            found = [await connection.run_sync(replay, incident_id) for incident_id in ids]
        return [incident for incident in found if incident is not None]

    async def find_newest_open_at(self) -> datetime | None:
        """The newest time in the journal of an incident that may still change, by the clock that wrote it."""
        mine = t.events.join(t.incidents, t.incidents.c.incident_id == t.events.c.incident_id)
        query = select(func.max(t.events.c.at)).select_from(mine).where(t.incidents.c.is_open)
        async with self._database.read() as connection:
            newest: datetime | None = (await connection.execute(query)).scalar_one_or_none()
        return newest

    async def read_reservations(self) -> dict[str, str]:
        """Every reserved resource and the incident that holds it."""
        async with self._database.read() as connection:
            rows = (await connection.execute(select(t.reservations.c.resource, t.reservations.c.incident_id))).all()
        return {row.resource: row.incident_id for row in rows}

    async def read_rests(self, now: datetime) -> list[Rest]:
        """Every rest that is not over."""
        query = select(t.rests).where(t.rests.c.until > now)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [Rest(rescuer_id=row.rescuer_id, kind=RestKind(row.kind), until=row.until) for row in rows]

    def recall(self, message: CallRecord, cad_ref: str | None) -> Known:
        """What is remembered of a message without asking the journal: here, nothing."""
        return Known(message_incident_id=None, message_attention=None, call_incident_id=None)

    async def find_known(self, message: CallRecord, cad_ref: str | None) -> Known:
        """What the journal already has of a message and of the call it speaks of."""
        messages, incidents = t.call_messages.c, t.incidents.c
        same_id = select(messages.incident_id, messages.attention, messages.body_sha256).where(
            messages.integration == message.integration, messages.message_id == message.message_id
        )
        call = (
            select(incidents.incident_id)
            .where(incidents.integration == message.integration, incidents.cad_ref == cad_ref)
            .order_by(incidents.status == t.CLOSED, incidents.opened_at.desc())
            .limit(1)
        )
        digest = message.body_sha256

        def look(connection: Connection) -> Known:
            rows = connection.execute(same_id).all()
            # Of what was erased before digests were kept nobody knows the bytes: then the id says it is the same.
            mine = next((row for row in rows if row.body_sha256 in {digest, ""}), None)
            return Known(
                message_incident_id=mine.incident_id if mine else None,
                message_attention=mine.attention if mine else None,
                call_incident_id=connection.execute(call).scalar_one_or_none() if cad_ref else None,
                is_id_used=bool(rows) and mine is None,
            )

        return await self._database.consult(look)

    async def find_details(self, incident_id: str) -> Details | None:
        query = select(t.incident_details).where(t.incident_details.c.incident_id == incident_id)
        row = await self._database.consult(lambda connection: connection.execute(query).one_or_none())
        return None if row is None else _details(row)

    async def find_erased_at(self, incident_id: str) -> datetime | None:
        """When the incident's personal data was erased, if it was."""
        query = select(t.incidents.c.erased_at).where(t.incidents.c.incident_id == incident_id)
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalar_one_or_none()

    async def read_inbox(self, recipient: str, *, after: int, limit: int) -> list[InboxRow]:
        """At most `limit` rows with a sequence number above `after`, in order."""
        query = (
            select(t.inbox)
            .where(t.inbox.c.recipient == recipient, t.inbox.c.seq > after)
            .order_by(t.inbox.c.seq)
            .limit(limit)
        )
        return await self._database.consult(lambda connection: read_rows(connection, query))

    async def read_last_alerts(self, recipient: str, *, limit: int) -> list[InboxRow]:
        """Everything that a volunteer was told of the last `limit` alerts that rang for them, in order."""
        inbox = t.inbox.c
        rung = select(inbox.seq, inbox.alert_id).where(inbox.recipient == recipient, inbox.kind == "alert")
        last = rung.order_by(inbox.seq.desc()).limit(limit).subquery()
        told = select(t.inbox).where(
            inbox.recipient == recipient,
            inbox.seq >= select(func.min(last.c.seq)).scalar_subquery(),
            inbox.alert_id.in_(select(last.c.alert_id)),
        )
        return await self._database.consult(lambda connection: read_rows(connection, told.order_by(inbox.seq)))

    async def read_accepted(self, recipient: str, types: Sequence[str]) -> tuple[set[str], Sequence[Any]]:
        """The alerts that somebody was given an assignment for, and of their incidents the events of these types, in
        order: rows of incident_id, type, schema_version, at, body."""
        inbox, events = t.inbox.c, t.events.c
        mine = (inbox.recipient == recipient) & (inbox.kind == "assignment")
        alerts = select(inbox.alert_id).where(mine).distinct()
        told = (
            select(events.incident_id, events.type, events.schema_version, events.at, events.body)
            .where(events.incident_id.in_(select(inbox.incident_id).where(mine)), events.type.in_(types))
            .order_by(events.incident_id, events.seq)
        )
        async with self._database.read() as connection:
            alert_ids = (await connection.execute(alerts)).scalars().all()
            return set(alert_ids), (await connection.execute(told)).all()

    async def last_seq(self, recipient: str) -> int:
        query = select(t.inboxes.c.last_seq).where(t.inboxes.c.recipient == recipient)
        return await self._database.consult(lambda connection: connection.execute(query).scalar_one_or_none()) or 0

    async def list_incidents(self, *, limit: int, open_only: bool) -> list[str]:
        """Ids, newest first."""
        query = select(t.incidents.c.incident_id).order_by(t.incidents.c.opened_at.desc()).limit(limit)
        if open_only:
            query = query.where(t.incidents.c.status != "closed")
        async with self._database.read() as connection:
            return list((await connection.execute(query)).scalars().all())

    async def read_events(self, incident_id: str) -> Sequence[Row[Any]]:
        """Rows of seq, type, schema_version, at, body, in order."""
        query = select(t.events).where(t.events.c.incident_id == incident_id).order_by(t.events.c.seq)
        async with self._database.read() as connection:
            return (await connection.execute(query)).all()

    async def read_receipts(self, incident_id: str) -> dict[str, Receipt]:
        query = select(t.receipts).where(t.receipts.c.incident_id == incident_id)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return {row.alert_id: Receipt(**row._mapping) for row in rows}

    async def find_last_message_detail(self, incident_id: str) -> str:
        """The sentence that says what could not be understood in the newest message that needed attention."""
        query = (
            select(t.call_messages.c.detail)
            .where(t.call_messages.c.incident_id == incident_id, t.call_messages.c.attention.is_not(None))
            .order_by(t.call_messages.c.received_at.desc())
            .limit(1)
        )
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalar_one_or_none() or ""


def replay(connection: Connection, incident_id: str) -> Incident | None:
    """The incident from its events, within somebody's transaction."""
    query = select(t.events).where(t.events.c.incident_id == incident_id).order_by(t.events.c.seq)
    rows = connection.execute(query).all()
    if not rows:
        return None
    return evolve_all(None, ((decode(row.type, row.schema_version, row.body), row.at) for row in rows))


def _details(row: Row[Any]) -> Details:
    lon, lat = row.position
    return Details(
        place=Place(lon=lon, lat=lat),
        accuracy_m=row.accuracy_m,
        address=row.address,
        floor=row.floor,
        note=row.note,
        caller_phone=row.caller_phone,
        more=row.more,
    )
