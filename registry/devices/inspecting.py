"""The form of an inspection: what is looked at, what was found, and what cannot both be true."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from registry.models import AedState

FIRST_YEAR = 2000


class Point(StrEnum):
    """What is looked at, the same each time (after the records of daily upkeep that Hangzhou's DB3301/T 0435-2023 asks
    for). INDICATOR: the light or sign by which the device says that it is ready. SIGN: that shows the way to it.
    ACCESSIBLE: a stranger gets to it and can take it."""

    INDICATOR = "indicator"
    PADS = "pads"
    BATTERY = "battery"
    CABINET = "cabinet"
    SIGN = "sign"
    ACCESSIBLE = "accessible"


class Seen(StrEnum):
    OK = "ok"
    BAD = "bad"
    NOT_LOOKED = "not_looked"


class Result(StrEnum):
    """READY: somebody could save a life with it now, whatever else is to be mended."""

    READY = "ready"
    UNUSABLE = "unusable"
    MISSING = "missing"


class BadInspection(ValueError):
    """The form contradicts itself; the message says where, and what to do."""

    code = "bad_inspection"


STATES: Mapping[Result, AedState] = {
    Result.READY: AedState.IN_SERVICE,
    Result.UNUSABLE: AedState.OUT_OF_SERVICE,
    Result.MISSING: AedState.MISSING,
}
"""What the AED is from then on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """at: when somebody stood before it. points: those that are left out were not looked at. next_check_on: when they
    will look again, None for what is known of that already."""

    result: Result
    at: datetime
    points: Mapping[Point, Seen]
    note: str = ""
    next_check_on: date | None = None

    def seen(self, point: Point) -> Seen:
        return self.points.get(point, Seen.NOT_LOOKED)


def require_sound(form: Form, now: datetime) -> None:
    """Raises: BadInspection."""
    bad = [point for point in Point if form.seen(point) is Seen.BAD]
    if form.at.year < FIRST_YEAR:
        raise BadInspection(f"nobody has inspected an AED here before {FIRST_YEAR}: give the right time")
    if form.at > now:
        raise BadInspection("an inspection is not in the future: give the time at which somebody looked")
    if form.next_check_on is not None and form.next_check_on < form.at.date():
        raise BadInspection("the next check is not before this one")
    if form.result is Result.READY:
        _require_ready(form)
    if form.result is Result.MISSING and any(form.seen(one) is Seen.OK for one in _ON_THE_DEVICE):
        raise BadInspection("what is missing has no indicator, pads or battery that are ok: leave them out")
    if form.result is Result.UNUSABLE and not bad and not form.note.strip():
        raise BadInspection("say why it is unusable: mark a point as bad, or write a note")


_ON_THE_DEVICE = (Point.INDICATOR, Point.PADS, Point.BATTERY)


def _require_ready(form: Form) -> None:
    if form.seen(Point.INDICATOR) is not Seen.OK:
        raise BadInspection("ready means that its indicator was looked at and is ok: say so, or say unusable")
    if form.seen(Point.ACCESSIBLE) is Seen.BAD:
        raise BadInspection("what a stranger cannot get to is not ready: say unusable, and why in the note")
