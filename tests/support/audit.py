"""Reads a whole journal after the fact, and says whether it holds together and what it promised to whom, when."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby, pairwise
from typing import Any

from sqlalchemy import Row, Table, select

from dispatch import tables as t
from dispatch.core import events as ev
from dispatch.core.consequences import notices, reserved
from dispatch.core.decisions import next_deadline
from dispatch.core.evolving import evolve
from dispatch.core.incident import Incident
from dispatch.core.policy import Policy
from dispatch.event_codec import decode
from registry.storage.database import Database

Told = tuple[int, str, str | None]
"""A durable frame: its sequence number, kind and alert."""


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One event of one incident."""

    incident_id: str
    at: datetime
    event: ev.Event


@dataclass(frozen=True, kw_only=True)
class Hold:
    """A rescuer or an AED promised to an incident; `until` is None where it still is."""

    resource: str
    incident_id: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What the journal says. `incidents` are replayed from their events."""

    incidents: dict[str, Incident]
    events: list[Happened]
    holds: list[Hold]
    inboxes: dict[str, list[Told]]
    messages: dict[str, str]
    delivered: frozenset[str]
    faults: list[str]

    def events_of(self, alert_id: str) -> list[ev.Event]:
        return self._by_alert.get(alert_id, [])

    @cached_property
    def _by_alert(self) -> dict[str, list[ev.Event]]:
        found: defaultdict[str, list[ev.Event]] = defaultdict(list)
        for one in self.events:
            if alert_id := getattr(one.event, "alert_id", None):
                found[alert_id].append(one.event)
        return found

    def shared(self) -> list[tuple[Hold, Hold]]:
        """Pairs of promises of the same rescuer or AED that overlap in time."""
        by_resource = defaultdict(list)
        for hold in self.holds:
            by_resource[hold.resource].append(hold)
        in_order = (sorted(holds, key=lambda hold: hold.since) for holds in by_resource.values())
        return [
            (before, after)
            for holds in in_order
            for before, after in pairwise(holds)
            if before.until is None or after.since < before.until
        ]


async def audit(database_url: str) -> Audit:
    """Read everything in one state of the database."""
    database = Database(database_url)
    try:
        async with database.read() as connection:

            async def rows(table: Table, *order: Any) -> list[Row[Any]]:
                return list((await connection.execute(select(table).order_by(*order))).all())

            events = await rows(t.events, t.events.c.incident_id, t.events.c.seq)
            incidents = await rows(t.incidents, t.incidents.c.incident_id)
            inbox = await rows(t.inbox, t.inbox.c.recipient, t.inbox.c.seq)
            inboxes = await rows(t.inboxes, t.inboxes.c.recipient)
            messages = await rows(t.call_messages, t.call_messages.c.message_id)
            reservations = await rows(t.reservations, t.reservations.c.resource)
            receipts = await rows(t.receipts, t.receipts.c.alert_id)
    finally:
        await database.close()
    reading = _Reading()
    for incident_id, of_one in groupby(events, key=lambda row: row.incident_id):
        reading.replay(incident_id, list(of_one))
    reading.compare_projections(incidents)
    reading.compare_inboxes(inbox, {row.recipient: row.last_seq for row in inboxes})
    reading.compare_reservations({row.resource: row.incident_id for row in reservations})
    told = groupby(inbox, key=lambda row: row.recipient)
    return Audit(
        incidents=reading.incidents,
        events=sorted(reading.events, key=lambda one: one.at),
        holds=reading.holds,
        inboxes={recipient: [(row.seq, row.kind, row.alert_id) for row in of_one] for recipient, of_one in told},
        messages={row.message_id: row.incident_id for row in messages},
        delivered=frozenset(row.alert_id for row in receipts if row.delivered_at),
        faults=reading.faults,
    )


class _Reading:
    def __init__(self) -> None:
        self.incidents: dict[str, Incident] = {}
        self.events: list[Happened] = []
        self.holds: list[Hold] = []
        self.faults: list[str] = []
        self._expected: defaultdict[str, list[tuple[str, str, str | None]]] = defaultdict(list)

    def replay(self, incident_id: str, rows: list[Row[Any]]) -> None:
        if [row.seq for row in rows] != list(range(1, len(rows) + 1)):
            self.faults.append(f"{incident_id}: events are missing or double")
        incident: Incident | None = None
        held: dict[str, datetime] = {}
        # What was appended together has happened at the same instant.
        for at, together in groupby(rows, key=lambda row: row.at):
            events = [decode(row.type, row.schema_version, row.body) for row in together]
            for event in events:
                incident = evolve(incident, event, at)
                self.events.append(Happened(incident_id=incident_id, at=at, event=event))
            assert incident is not None
            self._expected[incident_id] += [
                (one.recipient, one.kind, one.alert_id) for one in notices(incident, events)
            ]
            now_held = reserved(incident)
            for resource in [key for key in held if key not in now_held]:
                self._hold(resource, incident_id, held.pop(resource), at)
            for resource in now_held:
                held.setdefault(resource, at)
        for resource, since in held.items():
            self._hold(resource, incident_id, since, None)
        assert incident is not None
        self.incidents[incident_id] = incident

    def _hold(self, resource: str, incident_id: str, since: datetime, until: datetime | None) -> None:
        self.holds.append(Hold(resource=resource, incident_id=incident_id, since=since, until=until))

    def compare_projections(self, rows: list[Row[Any]]) -> None:
        if {row.incident_id for row in rows} != set(self.incidents):
            self.faults.append("there are incidents without events, or events without an incident")
        for row in rows:
            incident = self.incidents[row.incident_id]
            is_open = not incident.closed or bool(reserved(incident))
            wanted = (incident.version, incident.status, is_open, next_deadline(incident, Policy()))
            if (row.version, row.status, row.is_open, row.deadline_at) != wanted:
                self.faults.append(f"{row.incident_id}: the projection is not what its events say")

    def compare_inboxes(self, rows: list[Row[Any]], last_seq: dict[str, int]) -> None:
        found: defaultdict[str, list[tuple[str, str, str | None]]] = defaultdict(list)
        seqs: defaultdict[str, list[int]] = defaultdict(list)
        for row in rows:
            found[row.incident_id].append((row.recipient, row.kind, row.alert_id))
            seqs[row.recipient].append(row.seq)
        for incident_id, expected in self._expected.items():
            if sorted(found[incident_id], key=str) != sorted(expected, key=str):
                self.faults.append(f"{incident_id}: its frames are not what its events call for")
        # No foreign key of the inbox says so.
        self.faults += [f"{incident_id}: frames of no incident" for incident_id in found.keys() - self._expected.keys()]
        for recipient, held in seqs.items():
            if held != list(range(1, last_seq.get(recipient, 0) + 1)):
                self.faults.append(f"{recipient}: the sequence has gaps")

    def compare_reservations(self, rows: dict[str, str]) -> None:
        held = {hold.resource: hold.incident_id for hold in self.holds if hold.until is None}
        if rows != held:
            self.faults.append(f"reservations are {rows}, and by the events {held}")
