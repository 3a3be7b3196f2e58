"""One message of a dialect in our words, field by field, with what it says beside and what could not be read."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from dispatch.dialects.expressions import BadExpression, Expression, Seen
from dispatch.dialects.form import IGNORED, DialectFile
from dispatch.dialects.trees import TEXT, Tree, leaves
from dispatch.dialects.values import (
    MINUTES,
    SECONDS,
    BadValue,
    read_coordinate,
    read_number,
    read_time,
    read_wait,
)

Problem = tuple[str, str]
"""An attention code and a sentence for people."""

WORDS = ("address", "floor", "note")
LONGEST_NAME = 64
MOST_BESIDE = 100
"""Fields that no expression looked at; the desk shows fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How one field of ours was read. found: by the expression; meant: as what it is taken; problem: or why not."""

    name: str
    expression: str
    found: Any = field(repr=False)
    meant: Any = field(default=None, repr=False)
    problem: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """message: as our own contract has it, without what the sender left out; empty where nothing could be read.

    more: what no expression looked at, by its path. problems: in the order of reading. ignored: why the message is
    nobody's business here, None where it is somebody's.
    """

    message: Mapping[str, Any] = field(repr=False)
    more: Mapping[str, Any] = field(default_factory=dict, repr=False)
    problems: tuple[Problem, ...] = field(default=(), repr=False)
    readings: tuple[Reading, ...] = field(default=(), repr=False)
    ignored: str | None = None
    message_id: str | None = None

    def with_problems(self, before: Iterable[Problem]) -> "Translated":
        return replace(self, problems=(*before, *self.problems))


def translate(tree: Tree, form: DialectFile, *, received_at: datetime) -> Translated:
    """Nothing raises: what cannot be read is said in `problems`."""
    return _Translation(tree, form, received_at).run()


class _Translation:
    def __init__(self, tree: Tree, form: DialectFile, received_at: datetime) -> None:
        self._tree = tree
        # Where expressions look: the message, and beside its fields the dialect's parts.
        self._scope = dict(tree) if isinstance(tree, dict) else tree
        self._form = form
        self._received_at = received_at
        self._seen = Seen()
        self._problems: list[Problem] = []
        self._readings: list[Reading] = []

    def run(self) -> Translated:
        fields = self._form.fields
        self._read_parts()
        kind = self._read_event()
        cad_ref = self._read("cad_ref", fields.cad_ref, _as_text, "no_cad_ref")
        if cad_ref is None:
            self._add("no_cad_ref", f"`{fields.cad_ref.text}` holds no reference of the call.")
        told_at = self._read("timestamp", fields.timestamp, self._as_time, "bad_timestamp")
        if fields.timestamp and told_at is None:
            self._add("bad_timestamp", f"`{fields.timestamp.text}` holds no time.")
        happened_at = told_at or self._received_at
        data = {
            "cad_ref": cad_ref,
            "location": self._read_location(),
            "ambulance_eta": self._read(
                "ambulance_eta", fields.ambulance_eta, self._as_eta(happened_at), "bad_ambulance_eta"
            ),
        }
        data = {name: value for name, value in data.items() if value is not None}
        if (phone := self._read_words("caller_phone", fields.caller_phone)) is not None:
            data["caller_phone"] = phone or None
        message_id = self._read("message_id", fields.message_id, _as_text, "bad_message_id")
        ignored = self._find_ignored(kind)
        message = {"type": kind, "timestamp": happened_at.isoformat(), "data": data}
        if kind is None or (fields.timestamp and told_at is None):
            del message["type" if kind is None else "timestamp"]
        return Translated(
            message=_jsonable(message),
            more=dict(islice(self._beside(), MOST_BESIDE)),
            problems=tuple(self._problems),
            readings=tuple(self._readings),
            ignored=ignored,
            message_id=message_id,
        )

    def _read_parts(self) -> None:
        for name, expression in self._form.parts.items():
            try:
                part = expression.find(self._scope, self._seen)
            except BadExpression as error:
                self._add("bad_part", f"{name}: {error}.")
                part = None
            if isinstance(self._scope, dict):
                self._scope[name] = part

    def _read_event(self) -> str | None:
        expression, default = self._form.fields.type, self._form.message.default_event
        if expression is None:
            return default

        def meaning(found: Any) -> str:
            name = _as_text(found)
            if name in self._form.events:
                return self._form.events[name]
            raise BadValue(f"the event {name[:80]!r} is none of {', '.join(self._form.events)}")

        kind = self._read("type", expression, meaning, "unknown_type")
        if kind is None and default is None:
            self._add("unknown_type", f"`{expression.text}` holds no event.")
        return kind if kind is not None or self._has("unknown_type") else default

    def _find_ignored(self, kind: str | None) -> str | None:
        if kind == IGNORED:
            return "The dialect ignores this event."
        only = self._form.message.only
        # A message that has no kind is taken: rather one call too many than one too few.
        found = self._read("only", only.field, _as_text, "bad_kind") if only else None
        if only is None or found is None or found in only.among:
            return None
        return f"The dialect is for {', '.join(only.among)}, and not for {found[:80]}."

    def _read_location(self) -> dict[str, Any] | None:
        told = self._form.fields.location
        as_degrees = self._as_coordinate
        place = {
            "lon": self._read("location.lon", told.lon, as_degrees, "bad_location"),
            "lat": self._read("location.lat", told.lat, as_degrees, "bad_location"),
            "accuracy_m": self._read("location.accuracy_m", told.accuracy_m, self._as_number, "bad_accuracy_m"),
        }
        datum = self._read("location.datum", told.datum, self._as_datum, "unknown_datum")
        # One that stands there and cannot be read is not the usual one.
        if datum is None and not self._has("unknown_datum"):
            datum = self._form.place.datum
        location = {name: value for name, value in place.items() if value is not None}
        if datum and ("lon" in location or "lat" in location):
            location["datum"] = datum
        for name in WORDS:
            if (words := self._read_words(f"location.{name}", getattr(told, name))) is not None:
                location[name] = words or None
        return location or None

    def _read(self, name: str, expression: Expression | None, as_ours: Callable[[Any], Any], code: str) -> Any:
        """Our field's value; None where the message leaves it out, or where it cannot be read."""
        found = self._find(name, expression, code)
        if expression is None or self._is_left_out(found):
            return None
        try:
            meant = as_ours(found)
        except BadValue as error:
            problem = f"`{expression.text}`: {error}."
            self._add(code, problem)
            self._readings[-1] = Reading(name=name, expression=expression.text, found=found, problem=problem)
            return None
        self._readings[-1] = Reading(name=name, expression=expression.text, found=found, meant=meant)
        return meant

    def _read_words(self, name: str, expression: Expression | None) -> str | None:
        """None where the message says nothing, "" where it takes back what was said."""
        words: str | None = self._read(name, expression, self._as_words, f"bad_{name.rpartition('.')[2]}")
        return words

    def _find(self, name: str, expression: Expression | None, code: str) -> Any:
        if expression is None:
            return None
        try:
            found = expression.find(self._scope, self._seen)
        except BadExpression as error:
            self._add(code, f"{error}.")
            self._readings.append(Reading(name=name, expression=expression.text, found=None, problem=str(error)))
            return None
        found = self._unwrapped(found)
        self._readings.append(Reading(name=name, expression=expression.text, found=found))
        return found

    def _unwrapped(self, found: Any) -> Any:
        """The text of an XML element to which somebody has given attributes."""
        if not isinstance(found, dict) or not all(name == TEXT or name.startswith("@") for name in found):
            return found
        self._seen.fields.add((id(found), TEXT))
        return found.get(TEXT)

    def _is_left_out(self, found: Any) -> bool:
        return (
            found is None
            or found in ([], {})
            or (isinstance(found, str) and (not found.strip() or found.strip() in self._form.texts.blanks))
        )

    def _as_time(self, found: Any) -> datetime:
        times = self._form.times
        return read_time(found, times.forms, ZoneInfo(times.zone) if times.zone else None)

    def _as_eta(self, happened_at: datetime) -> Callable[[Any], datetime]:
        times = self._form.times
        form = times.ambulance_eta

        def as_eta(found: Any) -> datetime:
            if form in {MINUTES, SECONDS}:
                return happened_at + read_wait(found, str(form), self._form.numbers.decimal)
            return read_time(found, (form,) if form else times.forms, ZoneInfo(times.zone) if times.zone else None)

        return as_eta

    def _as_number(self, found: Any) -> float:
        return read_number(found, self._form.numbers.decimal)

    def _as_coordinate(self, found: Any) -> float:
        return read_coordinate(found, self._form.numbers.coordinates, self._form.numbers.decimal)

    def _as_datum(self, found: Any) -> str:
        name = _as_text(found)
        return self._form.place.datums.get(name, name)

    def _as_words(self, found: Any) -> str:
        if isinstance(found, list):
            return "; ".join(_as_text(one) for one in found if not self._is_left_out(one))
        text = _as_text(found)
        return "" if text in self._form.texts.clears else text

    def _beside(self) -> Iterator[tuple[str, Any]]:
        """What no expression has looked at, with the end of its path for a name where that is long."""
        used: set[str] = set()
        of_message = {(id(self._tree), name) for holder, name in self._seen.fields if holder == id(self._scope)}
        seen = self._seen.fields | of_message
        for path, held_by, value in leaves(self._tree):
            if held_by in seen or held_by[1] in self._form.message.unshown or self._is_left_out(value):
                continue
            name = path if len(path) <= LONGEST_NAME else f"…{path[1 - LONGEST_NAME :]}"
            if name in used:
                # Two long paths may end alike.
                name = f"{len(used)}{name[len(str(len(used))) :]}"
            used.add(name)
            yield name, value

    def _has(self, code: str) -> bool:
        return any(found == code for found, _ in self._problems)

    def _add(self, code: str, sentence: str) -> None:
        if not self._has(code):
            self._problems.append((code, sentence))


def _as_text(found: Any) -> str:
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, float) and found.is_integer() and abs(found) < 2**53:
        return str(int(found))
    if isinstance(found, str | int | float):
        return str(found).strip()
    raise BadValue("it is not a text but a part of the message with fields of its own")


def _jsonable(message: dict[str, Any]) -> dict[str, Any]:
    """As it would stand in a message of ours."""
    data = message["data"]
    eta: datetime | None = data.get("ambulance_eta")
    return {**message, "data": {**data, **({"ambulance_eta": eta.isoformat()} if eta else {})}}


def untranslated(problems: Iterable[Problem]) -> Translated:
    """Of a message of which no tree could be made."""
    return Translated(message={}, problems=tuple(problems))
