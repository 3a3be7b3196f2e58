"""Bringing a spooled append into the journal: once, however often it is tried, and whatever the journal has by then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog
from sqlalchemy import Connection, select

from dispatch import tables as t
from dispatch.core.events import Event
from dispatch.core.incident import Incident
from dispatch.event_codec import decode
from dispatch.journal.journal import Journal, StaleIncident
from dispatch.journal.reader import replay
from dispatch.records import Appended, CallRecord, InboxRow
from dispatch.spool.record import SpooledAppend

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """appended: what was written, None where it was there already.

    duplicate_of: the incident that the journal has long had of this call; the new one must be called off.
    """

    appended: Appended | None = None
    duplicate_of: str | None = None


def land_all(
    connection: Connection, journal: Journal, records: Sequence[SpooledAppend], before: Mapping[str, Incident]
) -> list[Landed]:
    """Several in a row within one transaction: what takes an hour one by one takes minutes.

    before: incidents as the journal has them after what has landed, by id, as far as that is known.

    Raises:
        StaleIncident, AlreadyReserved, or the driver's errors: one of them does not fit as it is; land each alone.
    """
    there = dict(before)
    done = []
    for record in records:
        landed = _land(connection, journal, record, before=there.get(record.incident_id), yielding=False)
        _remember(there, record, landed)
        done.append(landed)
    return done


def land(connection: Connection, journal: Journal, record: SpooledAppend, *, late: bool = False) -> Landed:
    """Write `record` within the transaction of `connection`, unless it is there already.

    late: others have landed since, so that its frames get later numbers than the phones were sent.

    Raises:
        StaleIncident: the journal has another history of this incident.
    """
    return _land(connection, journal, record, late=late, yielding=True)


def _remember(there: dict[str, Incident], record: SpooledAppend, landed: Landed) -> None:
    if landed.appended and not landed.duplicate_of:
        there[record.incident_id] = landed.appended.after
    else:
        there.pop(record.incident_id, None)


def _land(
    connection: Connection,
    journal: Journal,
    record: SpooledAppend,
    *,
    before: Incident | None = None,
    late: bool = False,
    yielding: bool,
) -> Landed:
    message = record.message
    known = _find_message_incident(connection, message) if message else None
    opened_twice = _find_other(connection, record, known) if record.before_version == 0 else None
    before = before or replay(connection, record.incident_id)
    version = before.version if before else 0
    if (not record.events or version > record.before_version) and _is_there(connection, record, known):
        return Landed(duplicate_of=opened_twice)
    if version != record.before_version:
        raise StaleIncident(record.incident_id)
    appended = record.appended_to(before)
    if message and known is not None:
        # The journal has it, of another incident or from a sender's repetition that we could not know of.
        appended = replace(appended, message=None)
    if opened_twice:
        appended = _without_its_call(connection, journal, appended, opened_twice)
    rows = journal.write(connection, appended, yielding=yielding)
    if not late:
        _compare(record, rows)
    return Landed(appended=appended, duplicate_of=opened_twice)


def _without_its_call(connection: Connection, journal: Journal, appended: Appended, other: str) -> Appended:
    """The reference and the message stay with the incident that had them first."""
    if appended.message:
        journal.write_message(connection, other, appended.message)
    return replace(appended, after=replace(appended.after, cad_ref=None), message=None)


def _find_message_incident(connection: Connection, message: CallRecord) -> str | None:
    messages = t.call_messages.c
    query = select(messages.incident_id).where(
        messages.integration == message.integration,
        messages.message_id == message.message_id,
        messages.body_sha256.in_((message.body_sha256, "")),
    )
    return connection.execute(query).scalars().first()


def _find_other(connection: Connection, record: SpooledAppend, known: str | None) -> str | None:
    """The incident that the journal already has of the call that `record` opens."""
    if known is not None and known != record.incident_id:
        return known
    opened = record.appended_to(None).after
    if opened.cad_ref is None:
        return None
    incidents = t.incidents.c
    query = select(incidents.incident_id).where(
        incidents.integration == opened.integration,
        incidents.cad_ref == opened.cad_ref,
        incidents.status != t.CLOSED,
    )
    found = connection.execute(query).scalar_one_or_none()
    return found if found != record.incident_id else None


def _is_there(connection: Connection, record: SpooledAppend, known: str | None) -> bool:
    if not record.events:
        return known is not None
    events = t.events.c
    query = (
        select(events.type, events.schema_version, events.body)
        .where(events.incident_id == record.incident_id)
        .where(events.seq > record.before_version, events.seq <= record.after_version)
        .order_by(events.seq)
    )
    there = connection.execute(query).all()
    return len(there) == len(record.events) and all(
        _is_same(row, event) for row, event in zip(there, record.events, strict=True)
    )


def _is_same(row: Any, event: Event) -> bool:
    # Read, not compared as text: an older version may have written it, without what has a default since.
    return decode(row.type, row.schema_version, row.body) == event


def _compare(record: SpooledAppend, rows: list[InboxRow]) -> None:
    """Phones have been sent these numbers; the journal gives others only after another process wrote to it."""
    sent = [(row.recipient, row.seq) for row in record.rows]
    given = [(row.recipient, row.seq) for row in rows]
    if sent != given:
        log.error("sequences_differ", incident_id=record.incident_id, frames=len(given))
