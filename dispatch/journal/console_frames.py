"""What consoles are told of an incident is stored without its events, which the journal has once already: half as much
to write before a phone may ring."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from dispatch import tables as t
from dispatch.records import InboxRow

Body = dict[str, Any]


def stored_body(body: Body) -> Body:
    """A frame's body as the inbox keeps it."""
    if "first_event" not in body:
        return body
    rest = {name: value for name, value in body.items() if name != "events"}
    return {**rest, "event_count": len(body["events"])}


def read_rows(connection: Connection, query: Select[Any]) -> list[InboxRow]:
    """The inbox rows that `query` finds, each with its whole body."""
    rows = connection.execute(query).all()
    events = _events(connection, sorted({row.incident_id for row in rows if "event_count" in row.body}))
    return [InboxRow(**{**row._mapping, "body": _whole_body(row, events)}) for row in rows]


def _events(connection: Connection, incident_ids: Sequence[str]) -> dict[tuple[str, int], Body]:
    if not incident_ids:
        return {}
    query = select(t.events).where(t.events.c.incident_id.in_(incident_ids))
    return {
        (row.incident_id, row.seq): {"type": row.type, "at": row.at.isoformat(), **row.body}
        for row in connection.execute(query)
    }


def _whole_body(row: Row[Any], events: dict[tuple[str, int], Body]) -> Body:
    # Rows of versions before this one hold their events themselves.
    if "event_count" not in row.body:
        body: Body = row.body
        return body
    first, count = row.body["first_event"], row.body["event_count"]
    rest = {name: value for name, value in row.body.items() if name != "event_count"}
    return {**rest, "events": [events[row.incident_id, seq] for seq in range(first, first + count)]}
