"""One append as it stands in the spool: enough to write it to the journal later as if it were done then."""

import base64
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from dispatch.core.events import Event
from dispatch.core.evolving import evolve_all
from dispatch.core.incident import Incident
from dispatch.event_codec import UnreadableEvent, decode, encode, event_type
from dispatch.records import Appended, CallRecord, Details, InboxRow
from dispatch.spool.file import SpoolError

FORMAT = 1

_AT = TypeAdapter(datetime)
_DETAILS = TypeAdapter(Details)
_MESSAGE = TypeAdapter(CallRecord)
_ROWS = TypeAdapter(list[InboxRow])


class UnreadableRecord(SpoolError):
    """The spool holds a record that this version cannot read: run the version that wrote it."""

    code = "unreadable_spool_record"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpooledAppend:
    """`before_version`: how many events the incident had, 0 for a new one; `rows`: the frames phones were sent."""

    incident_id: str
    before_version: int
    events: tuple[Event, ...]
    at: datetime
    details: Details | None
    message: CallRecord | None
    rows: tuple[InboxRow, ...]

    @property
    def after_version(self) -> int:
        return self.before_version + len(self.events)

    def appended_to(self, before: Incident | None) -> Appended:
        """What the engine had decided, on the incident as the journal has it."""
        after = evolve_all(before, ((event, self.at) for event in self.events))
        return Appended(
            before=before, after=after, events=self.events, at=self.at, details=self.details, message=self.message
        )


def spooled(appended: Appended, rows: list[InboxRow]) -> SpooledAppend:
    return SpooledAppend(
        incident_id=appended.after.incident_id,
        before_version=appended.before.version if appended.before else 0,
        events=appended.events,
        at=appended.at,
        details=appended.details,
        message=appended.message,
        rows=tuple(rows),
    )


def to_bytes(record: SpooledAppend) -> bytes:
    return json.dumps(to_json(record), ensure_ascii=False, separators=(",", ":")).encode()


def from_bytes(data: bytes) -> SpooledAppend:
    """The record again.

    Raises:
        UnreadableRecord: it was written by another version, or by another program.
    """
    try:
        return from_json(json.loads(data))
    except json.JSONDecodeError as error:
        raise UnreadableRecord("a spool record cannot be read: it is no JSON") from error


def to_json(record: SpooledAppend) -> dict[str, Any]:
    """The record as JSON has it; `details` and the `body` of `message` are personal."""
    return {
        "format": FORMAT,
        "incident_id": record.incident_id,
        "before_version": record.before_version,
        "events": [[event_type(event), event.schema_version, encode(event)] for event in record.events],
        "at": _AT.dump_python(record.at, mode="json"),
        "details": _DETAILS.dump_python(record.details, mode="json") if record.details else None,
        "message": _message_to_json(record.message) if record.message else None,
        "rows": _ROWS.dump_python(list(record.rows), mode="json"),
    }


def without_personal_data(body: dict[str, Any]) -> dict[str, Any]:
    """What `to_json` made, without the patient's details and 120's own words."""
    message = {**body["message"], "detail": "", "body": ""} if body["message"] else None
    return {**body, "details": None, "message": message}


def from_json(body: dict[str, Any]) -> SpooledAppend:
    """The record again.

    Raises:
        UnreadableRecord: it was written by another version, or by another program.
    """
    try:
        if body["format"] != FORMAT:
            raise UnreadableRecord(f"a spool record of format {body['format']!r} is not known here")
        return SpooledAppend(
            incident_id=body["incident_id"],
            before_version=body["before_version"],
            events=tuple(decode(*event) for event in body["events"]),
            at=_AT.validate_python(body["at"]),
            details=_DETAILS.validate_python(body["details"]) if body["details"] else None,
            message=_message_from_json(body["message"]) if body["message"] else None,
            rows=tuple(_ROWS.validate_python(body["rows"])),
        )
    except (UnreadableEvent, KeyError, TypeError, ValueError) as error:
        raise UnreadableRecord(f"a spool record cannot be read: {type(error).__name__}") from error


def _message_to_json(message: CallRecord) -> dict[str, Any]:
    # 120's bytes may be no UTF-8.
    body: dict[str, Any] = _MESSAGE.dump_python(replace(message, body=b""), mode="json")
    return {**body, "body": base64.b64encode(message.body).decode()}


def _message_from_json(body: dict[str, Any]) -> CallRecord:
    message = _MESSAGE.validate_python({**body, "body": b""})
    return replace(message, body=base64.b64decode(body["body"]))
