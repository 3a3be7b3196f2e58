"""Understanding what 120 sent: what can be read is used, what cannot is said, and a call is never thrown away."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from dispatch.contracts.webhook import CallLocation, MessageType
from dispatch.incidents.service_area import BadLocation, ServiceArea, get_place
from dispatch.records import Details

_AWARE: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)
_ACCURACY_M: TypeAdapter[float | None] = TypeAdapter(
    Annotated[float, Field(ge=0, allow_inf_nan=False, strict=True)] | None
)
_TYPES = frozenset(MessageType)
FARTHEST_AHEAD = timedelta(days=1)
MAX_REF = 200
MAX_PHONE = 40
MAX_WORDS = {"address": 500, "floor": 50, "note": 1000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A message as far as it could be read.

    type: None where it is unknown. cad_ref: None where there is none to read.
    reported_at: 120's time, or that of receipt where it gave none.
    attention, detail: the gravest thing that could not be understood, and all of them in words; None where all is well.
    """

    type: MessageType | None
    cad_ref: str | None
    reported_at: datetime
    details: Details | None
    ambulance_eta_at: datetime | None
    attention: str | None
    detail: str = field(repr=False)


class _Problems:
    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []

    def add(self, code: str, message: str) -> None:
        self.found.append((code, message))


def understand(body: bytes, *, area: ServiceArea | None, received_at: datetime) -> Understood:
    """Read a message leniently, field by field; nothing raises."""
    problems = _Problems()
    message = _read_object(body, problems)
    data = message.get("data")
    if message and not isinstance(data, dict):
        problems.add("no_data", "The message has no object `data`.")
    fields: dict[str, Any] = data if isinstance(data, dict) else {}
    kind = _read_type(message, problems)
    cad_ref = _read_cad_ref(fields, problems) if message else None
    told_at = _read_time(message, "timestamp", problems) if message else None
    reported_at = _believable(told_at, received_at, problems)
    eta_at = _read_time(fields, "ambulance_eta", problems) if fields.get("ambulance_eta") is not None else None
    details = _read_details(fields, area, problems) if fields.get("location") is not None else None
    return Understood(
        type=kind,
        cad_ref=cad_ref,
        reported_at=reported_at,
        details=details,
        ambulance_eta_at=eta_at,
        attention=problems.found[0][0] if problems.found else None,
        detail=" ".join(message for _, message in problems.found),
    )


def _believable(told_at: datetime | None, received_at: datetime, problems: _Problems) -> datetime:
    # The newest word wins, so a clock far ahead would make every later word about the call an old one.
    if told_at is not None and told_at - received_at > FARTHEST_AHEAD:
        problems.add("timestamp_in_future", "`timestamp` is more than a day ahead: check the sender's clock.")
        return received_at
    return told_at or received_at


def _read_object(body: bytes, problems: _Problems) -> dict[str, Any]:
    try:
        message = json.loads(_read_text(body, problems))
    except (ValueError, RecursionError) as error:
        problems.add("broken_json", f"The body is not JSON: {error}")
        return {}
    if not isinstance(message, dict) or not message:
        problems.add("not_an_object", "The body is JSON, but not an object with fields.")
        return {}
    return message


def _read_text(body: bytes, problems: _Problems) -> str:
    try:
        return body.decode().removeprefix("\ufeff")
    except UnicodeDecodeError:
        # Older Chinese systems write GB 18030; a call in it is still a call, but its texts want a second look.
        problems.add("not_utf8", "The body is not UTF-8; it was read as GB 18030, so check its texts.")
        return body.decode("gb18030", errors="replace")


def _read_type(message: dict[str, Any], problems: _Problems) -> MessageType | None:
    if not message:
        return None
    name = message.get("type")
    if isinstance(name, str) and name in _TYPES:
        return MessageType(name)
    problems.add("unknown_type", f"The type {str(name)[:80]!r} is not one of {', '.join(MessageType)}.")
    return None


def _read_cad_ref(fields: dict[str, Any], problems: _Problems) -> str | None:
    cad_ref = fields.get("cad_ref")
    if isinstance(cad_ref, str) and 0 < len(cad_ref) <= MAX_REF and cad_ref == storable(cad_ref):
        return cad_ref
    problems.add("no_cad_ref", f"`data.cad_ref` must be a text of 1 to {MAX_REF} characters.")
    return None


def _read_time(fields: dict[str, Any], name: str, problems: _Problems) -> datetime | None:
    try:
        return _AWARE.validate_python(fields.get(name)).astimezone(UTC)
    # The year 1 east of Greenwich is a time with an offset, and none in UTC.
    except (ValidationError, OverflowError):
        problems.add(f"bad_{name}", f"`{name}` must be a time with its offset, as in 2026-01-05T08:00:00+08:00.")
        return None


def _read_details(fields: dict[str, Any], area: ServiceArea | None, problems: _Problems) -> Details | None:
    told = fields["location"]
    # Words that do not fit must not cost the place itself.
    where = {name: told.get(name) for name in ("lon", "lat", "datum")} if isinstance(told, dict) else told
    try:
        place = get_place(CallLocation.model_validate(where), area)
    except ValidationError as error:
        wrong = ", ".join(sorted({str(part["loc"][0]) for part in error.errors() if part["loc"]})) or "location"
        problems.add("bad_location", f"The location cannot be read: check {wrong}.")
        return None
    except BadLocation as error:
        problems.add(error.code, str(error))
        return None
    phone = fields.get("caller_phone")
    return Details(
        place=place,
        accuracy_m=_read_accuracy(told, problems),
        address=_read_words(told, "address", problems),
        floor=_read_words(told, "floor", problems),
        note=_read_words(told, "note", problems),
        caller_phone=storable(phone)[:MAX_PHONE] if isinstance(phone, str) else "",
    )


def _read_accuracy(told: dict[str, Any], problems: _Problems) -> float | None:
    accuracy_m = told.get("accuracy_m")
    try:
        return _ACCURACY_M.validate_python(accuracy_m)
    except ValidationError:
        problems.add("bad_accuracy_m", "`location.accuracy_m` must be metres, 0 or more.")
        return None


def _read_words(told: dict[str, Any], name: str, problems: _Problems) -> str:
    words = told.get(name)
    if words is None:
        return ""
    if isinstance(words, int | float) and not isinstance(words, bool):
        words = str(words)
    if not isinstance(words, str):
        problems.add(f"bad_{name}", f"`location.{name}` must be a text.")
        return ""
    if len(words) > MAX_WORDS[name]:
        problems.add(f"bad_{name}", f"`location.{name}` was cut after {MAX_WORDS[name]} characters.")
    return storable(words)[: MAX_WORDS[name]]


def storable(text: str) -> str:
    """`text` without what no database takes: half characters, and NUL."""
    return text.encode(errors="replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")
