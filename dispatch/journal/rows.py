"""What an append writes, as rows of the journal's tables: the same whichever database takes them, in however many
statements."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from dispatch.core.consequences import DISPATCHERS, Notice, reserved
from dispatch.core.decisions import next_deadline
from dispatch.core.policy import Policy
from dispatch.core.rests import rests_of
from dispatch.event_codec import encode_all, event_type, stamped
from dispatch.journal.console_frames import stored_body
from dispatch.records import Appended, CallRecord, Details, InboxRow

Row = dict[str, Any]


class RowTaken(RuntimeError):
    """A row is there already, in this table; nothing has been written that the transaction's end does not undo."""

    def __init__(self, table: str) -> None:
        super().__init__(table)
        self.table = table


def projection(appended: Appended, policy: Policy) -> Row:
    """What the row of the incident says after the append."""
    after = appended.after
    return {
        "version": after.version,
        "status": after.status,
        "attention": after.attention,
        "is_open": not after.closed or bool(reserved(after)) or after.attention is not None,
        "deadline_at": next_deadline(after, policy),
    }


def identity(appended: Appended) -> Row:
    """What the row of an incident says for ever."""
    after = appended.after
    return {
        "incident_id": after.incident_id,
        "integration": after.integration,
        "cad_ref": after.cad_ref,
        "opened_at": after.opened_at,
    }


def message_row(incident_id: str, message: CallRecord) -> Row:
    return {
        "integration": message.integration,
        "message_id": message.message_id,
        "incident_id": incident_id,
        "received_at": message.received_at,
        "type": message.type,
        "attention": message.attention,
        "detail": message.detail,
        "body": message.body,
        "body_sha256": message.body_sha256,
    }


def details_row(incident_id: str, details: Details) -> Row:
    return {
        "incident_id": incident_id,
        "position": (details.place.lon, details.place.lat),
        "accuracy_m": details.accuracy_m,
        "address": details.address,
        "floor": details.floor,
        "note": details.note,
        "caller_phone": details.caller_phone,
        "more": dict(details.more),
    }


def reservation_changes(appended: Appended) -> tuple[list[str], list[str]]:
    """Keys set free and keys taken, each in ascending order: two processes that want the same meet in one order."""
    held = reserved(appended.before) if appended.before else frozenset()
    wanted = reserved(appended.after)
    return sorted(held - wanted), sorted(wanted - held)


def rest_rows(appended: Appended, policy: Policy) -> list[Row]:
    """In one order, so that two processes that let the same people rest never wait for each other."""
    begun = rests_of(appended.before, appended.after, appended.events, appended.at, policy)
    rows = [{"rescuer_id": rest.rescuer_id, "kind": rest.kind.value, "until": rest.until} for rest in begun]
    return sorted(rows, key=lambda row: (row["rescuer_id"], row["kind"]))


def event_rows(appended: Appended) -> list[Row]:
    first = appended.after.version - len(appended.events) + 1
    return [
        {
            "incident_id": appended.after.incident_id,
            "seq": seq,
            "type": event_type(event),
            "schema_version": event.schema_version,
            "at": appended.at,
            "body": body,
        }
        for seq, (event, body) in enumerate(zip(appended.events, encode_all(appended.events), strict=True), start=first)
    ]


def inbox_bodies(appended: Appended, told: Sequence[Notice], events: Sequence[Row]) -> list[Row]:
    """What the frame of each of `told` says; `stored_body` is what is kept of it. events: the `event_rows`."""
    return [
        _dispatcher_body(appended, events) if notice.recipient == DISPATCHERS else {"reason": notice.reason}
        for notice in told
    ]


def places_from_last(told: Sequence[Notice]) -> list[int]:
    """By frame of `told`: how many more of them come to the same recipient."""
    left = Counter(notice.recipient for notice in told)
    left.subtract(left.keys())
    places = []
    for notice in told:
        places.append(left[notice.recipient])
        left[notice.recipient] -= 1
    return places


def inbox_rows(
    appended: Appended, told: Sequence[Notice], bodies: Sequence[Row], last_seq: Mapping[str, int]
) -> list[InboxRow]:
    """The frames of `told` in order. last_seq: by recipient, the number of its last frame among them."""
    received_at = appended.message.received_at if appended.message else None
    return [
        InboxRow(
            recipient=notice.recipient,
            seq=last_seq[notice.recipient] - place,
            kind=notice.kind,
            incident_id=appended.after.incident_id,
            alert_id=notice.alert_id,
            at=appended.at,
            received_at=received_at,
            body=body,
        )
        for notice, body, place in zip(told, bodies, places_from_last(told), strict=True)
    ]


def inbox_values(row: InboxRow) -> Row:
    return {
        "recipient": row.recipient,
        "seq": row.seq,
        "kind": row.kind,
        "incident_id": row.incident_id,
        "alert_id": row.alert_id,
        "at": row.at,
        "body": stored_body(row.body),
    }


def _dispatcher_body(appended: Appended, events: Sequence[Row]) -> Row:
    return {
        "status": appended.after.status,
        "attention": appended.after.attention,
        "first_event": events[0]["seq"],
        "events": stamped(appended.events, [event["body"] for event in events], appended.at),
    }
