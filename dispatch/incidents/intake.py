"""Understanding what 120 sent: what can be read is used, what cannot is said, and a call is never thrown away."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from dispatch.contracts.webhook import CallData, CallLocation, MessageType, ToldLocation
from dispatch.core.matching import Place
from dispatch.incidents.service_area import BadLocation, ServiceArea, get_place
from dispatch.records import WORDS, Details

if TYPE_CHECKING:
    from dispatch.dialects.translation import Translated

_AWARE: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)
_ACCURACY_M: TypeAdapter[float | None] = TypeAdapter(
    Annotated[float, Field(ge=0, allow_inf_nan=False, strict=True)] | None
)
_TYPES = frozenset(MessageType)
FARTHEST_AHEAD = timedelta(days=1)
WIDER_THAN_A_WALK_M = 336.0
"""Four minutes at 1.4 m/s: who is rung around a vaguer place may be as far off as anybody."""
MAX_REF = 200
MAX_PHONE = 40
MAX_WORDS = {"address": 500, "floor": 50, "note": 1000}
MAX_NAME, MAX_BESIDE, MOST_BESIDE = 64, 500, 40
"""Characters of the name and the value of what the contract does not know, and how much of it is shown; the message is
kept whole."""
SPOKEN = tuple(MAX_WORDS)
"""What a location says in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A message as far as it could be read.

    type: None where it is unknown. cad_ref: None where there is none to read.
    reported_at: 120's time, or that of receipt where it gave none or one that is ahead; then `by_arrival`.
    details: with a place that can be meant, None where there is none. words: the texts that the message mentions, by
        field of `Details`, "" where it takes one back; None where `details` says all there is. more: what it says
        beside the fields of the contract, None where it takes that back.
    attention, detail: the gravest thing that could not be understood, and all of them in words; None where all is well.
    """

    type: MessageType | None
    cad_ref: str | None
    reported_at: datetime
    details: Details | None
    ambulance_eta_at: datetime | None
    attention: str | None
    detail: str = field(repr=False)
    by_arrival: bool = False
    words: Mapping[str, str] | None = field(default=None, repr=False)
    more: Mapping[str, str | None] = field(default_factory=dict, repr=False)


class _Problems:
    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []

    def add(self, code: str, message: str) -> None:
        self.found.append((code, message))


class _ProblemsOfDialect(_Problems):
    """What the dialect's own words have said already is not said again in ours."""

    def __init__(self, found: Iterable[tuple[str, str]]) -> None:
        super().__init__()
        self.found.extend(found)

    def add(self, code: str, message: str) -> None:
        if not any(said == code for said, _ in self.found):
            super().add(code, message)


def understand(body: bytes, *, area: ServiceArea | None, received_at: datetime) -> Understood:
    """Read a message leniently, field by field; nothing raises."""
    problems = _Problems()
    return _understand(_read_object(body, problems), problems, area=area, received_at=received_at)


def understand_translated(told: "Translated", *, area: ServiceArea | None, received_at: datetime) -> Understood:
    """What a message means that a dialect has put into our words; nothing raises."""
    problems = _ProblemsOfDialect(told.problems)
    understood = _understand(told.message, problems, area=area, received_at=received_at)
    more = _shown(told.more.items())
    details = understood.details and replace(understood.details, more={**understood.details.more, **_said(more)})
    return replace(understood, more={**understood.more, **more}, details=details)


def _understand(
    message: Mapping[str, Any], problems: _Problems, *, area: ServiceArea | None, received_at: datetime
) -> Understood:
    data = message.get("data")
    if message and not isinstance(data, dict):
        problems.add("no_data", "The message has no object `data`.")
    fields: dict[str, Any] = data if isinstance(data, dict) else {}
    kind = _read_type(message, problems)
    cad_ref = _read_cad_ref(fields, problems) if message else None
    told_at = _read_time(message, "timestamp", problems) if message else None
    reported_at = _believable(told_at, received_at, problems)
    eta_at = _read_time(fields, "ambulance_eta", problems) if fields.get("ambulance_eta") is not None else None
    words = _read_all_words(fields, problems)
    place = _find_place(fields, area, problems)
    more = _read_more(fields)
    details = _details(fields["location"], place, words, more, problems) if place else None
    sentences = [message for _, message in problems.found]
    if details is None and (said := "; ".join(words[name] for name in SPOKEN if words.get(name))):
        # Without a place there may be no other way for it to the desk.
        sentences.append(f"It says: {said}.")
    return Understood(
        type=kind,
        cad_ref=cad_ref,
        reported_at=reported_at,
        details=details,
        ambulance_eta_at=eta_at,
        attention=problems.found[0][0] if problems.found else None,
        detail=" ".join(sentences),
        by_arrival=told_at is None or told_at > received_at,
        words=words,
        more=more,
    )


def _believable(told_at: datetime | None, received_at: datetime, problems: _Problems) -> datetime:
    # The newest word wins, so a clock ahead would make every later word about the call an old one.
    if told_at is not None and told_at - received_at > FARTHEST_AHEAD:
        problems.add("timestamp_in_future", "`timestamp` is more than a day ahead: check the sender's clock.")
    return min(told_at, received_at) if told_at else received_at


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


def _read_type(message: Mapping[str, Any], problems: _Problems) -> MessageType | None:
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


def _read_time(fields: Mapping[str, Any], name: str, problems: _Problems) -> datetime | None:
    told = fields.get(name)
    try:
        # A bare number, in quotes or not, would be taken for seconds since 1970, and minutes are what it may mean.
        if isinstance(told, str) and not _is_number(told):
            return _AWARE.validate_python(told).astimezone(UTC)
    # The year 1 east of Greenwich is a time with an offset, and none in UTC.
    except (ValidationError, OverflowError):
        pass
    problems.add(f"bad_{name}", f"`{name}` must be a time with its offset, as in 2026-01-05T08:00:00+08:00.")
    return None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _find_place(fields: dict[str, Any], area: ServiceArea | None, problems: _Problems) -> Place | None:
    told = fields.get("location")
    if told is None:
        return None
    if isinstance(told, dict) and not any(told.get(name) is not None for name in ("lon", "lat")):
        if not any(name in told for name in SPOKEN):
            problems.add("bad_location", "The location holds neither a place nor words: check lon, lat.")
        return None
    # Words that do not fit must not cost the place itself.
    where = {name: told.get(name) for name in ("lon", "lat", "datum")} if isinstance(told, dict) else told
    try:
        return get_place(CallLocation.model_validate(where), area)
    except ValidationError as error:
        wrong = ", ".join(sorted({str(part["loc"][0]) for part in error.errors() if part["loc"]})) or "location"
        problems.add("bad_location", f"The location cannot be read: check {wrong}.")
    except BadLocation as error:
        problems.add(error.code, str(error))
    return None


def _details(
    told: dict[str, Any],
    place: Place,
    words: Mapping[str, str],
    more: Mapping[str, str | None],
    problems: _Problems,
) -> Details:
    accuracy_m = _read_accuracy(told, problems)
    if accuracy_m is not None and accuracy_m > WIDER_THAN_A_WALK_M:
        problems.add("vague_place", f"The place is known to {accuracy_m:.0f} m only: ask where exactly.")
    return Details(
        place=place, accuracy_m=accuracy_m, more=_said(more), **{name: words.get(name, "") for name in WORDS}
    )


def _read_more(fields: dict[str, Any]) -> dict[str, str | None]:
    """What no field of the contract holds, so that nothing a caller said is lost: names and values as texts."""
    told = fields.get("location")
    beside = [(name, value) for name, value in fields.items() if name not in CallData.model_fields]
    if isinstance(told, dict):
        inside = [(name, value) for name, value in told.items() if name not in ToldLocation.model_fields]
        beside += [(f"location.{name}", value) for name, value in inside]
    return _shown(beside)


def _shown(beside: Iterable[tuple[str, Any]]) -> dict[str, str | None]:
    return {storable(name)[:MAX_NAME]: _in_short(value) for name, value in islice(beside, MOST_BESIDE)}


def _said(more: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in more.items() if value is not None}


def _in_short(value: Any) -> str | None:
    if value is None:
        return None
    return storable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))[:MAX_BESIDE]


def _read_all_words(fields: dict[str, Any], problems: _Problems) -> dict[str, str]:
    """The texts that the message mentions, by field of `Details`."""
    told = fields.get("location")
    words = {}
    if isinstance(told, dict):
        words = {name: _read_words(told, name, problems) for name in SPOKEN if told.get(name, "") != ""}
    # An empty text is how many systems leave a field out; null alone takes it back.
    if (phone := fields.get("caller_phone", "")) != "":
        words["caller_phone"] = storable(phone)[:MAX_PHONE] if isinstance(phone, str) else ""
    return words


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
