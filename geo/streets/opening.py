"""When a way or a gate is open to walkers, as its tags tell: opening hours, conditional access, works with dates."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Final

from opening_hours import OpeningHours, ParserError, State  # type: ignore[attr-defined]  # its stub forgets ParserError

from geo.streets.walkability import AGAINST_VEHICLES, Tags, keeps_out

UNREAD_HOURS = "opening hours that cannot be read (taken as always open)"
UNREAD_CONDITION = "conditions that name no time (taken as never fulfilled)"
OUTSIDE_DATES = "closures and openings whose dates the day of the build is not in"

_OPEN, _SHUT = "open", "shut"
_ALWAYS = "24/7"
_CLAUSE = re.compile(r"\s*([^@;]+?)\s*@\s*(\((?:[^()]|\([^()]*\))*\)|[^;]*)\s*(?:;|$)")
_DATED = re.compile(r"\b(?:19|20)\d\d\b")
_CLOCK = re.compile(r"\d:\d\d|sunrise|sunset|dawn|dusk")
_FUTURE: Final = ("opening_date", "start_date")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A way's or a node's tags as they are while it is open, on the day asked about.

    hours: when that is, see `is_open`; "" where the time of day does not matter. closed_by_date: works keep walkers out
    on that day. notes: what could not be taken into account.
    """

    tags: Tags
    hours: str = ""
    closed_by_date: bool = False
    notes: tuple[str, ...] = ()


def settle(tags: Tags, on: date | None) -> Settled:
    """What hours and conditions make of the tags on a day.

    Conditions by dates with a year (works) hold on that day or not at all, and none of them without a day. Conditions
    by the clock, the weekday or the season become hours. On barriers against vehicles only `foot` speaks of walkers.
    """
    if not any(key in tags for key in ("opening_hours", "access:conditional", "foot:conditional")):
        return Settled(tags=tags)
    of_walkers = tags.get("barrier") not in AGAINST_VEHICLES
    key = "foot" if "foot:conditional" in tags or "foot" in tags or not of_walkers else "access"
    rules, notes, by_date = [], [], ""
    opening = tags.get("opening_hours", "").strip() if of_walkers else ""
    opening = "" if opening == _ALWAYS else opening
    if opening and _hours(opening) is None:
        notes.append(UNREAD_HOURS)
        opening = ""
    tags = dict(tags)
    for value, condition in _clauses(tags.get(f"{key}:conditional", "")):
        if _hours(condition) is None:
            notes.append(UNREAD_CONDITION)
        elif not _DATED.search(condition) or _CLOCK.search(condition):
            rules.append(f"{_SHUT if keeps_out(value) else _OPEN} {condition}")
        elif on is not None and _holds(condition, datetime.combine(on, time(12), tzinfo=UTC)):
            tags["foot"] = by_date = value
        else:
            notes.append(OUTSIDE_DATES)
    is_shut = keeps_out(tags.get("foot") or tags.get("access", "")) or tags.get("locked") == "yes"
    if opening:
        rules.insert(0, f"{_OPEN} {opening}")
    base = _SHUT if is_shut or opening else _OPEN
    if keeps_out(by_date) or all(rule.startswith(base) for rule in rules):
        return Settled(tags=tags, closed_by_date=keeps_out(by_date), notes=tuple(notes))
    open_tags = {**tags, "foot": "yes"} if is_shut else tags
    return Settled(tags=open_tags, hours="\n".join((base, *rules)), notes=tuple(notes))


def is_not_built_yet(tags: Tags, on: date | None) -> bool:
    """Whether a way opens only after a day."""
    if on is None:
        return False
    today = on.isoformat()
    return any(re.match(r"\d{4}(-\d\d)?(-\d\d)?$", text) and text > today for text in map(tags.get, _FUTURE) if text)


def is_open(hours: str, at: datetime) -> bool:
    """Whether what has these hours is open at a time, by the clocks of the time's own zone. Of its rules, first the one
    that always holds, the last that holds counts; hours that are not certain count as shut."""
    base, *rules = hours.split("\n")
    found = base
    for rule in rules:
        state, _, condition = rule.partition(" ")
        if _holds(condition, at, or_perhaps=state == _SHUT):
            found = state
    return found == _OPEN


def next_change(hours: str, at: datetime) -> datetime | None:
    """The first time after `at`, by the same clocks, at which `is_open` may answer otherwise, None for never."""
    found = []
    for rule in hours.split("\n")[1:]:
        read = _hours(rule.partition(" ")[2])
        change = read.next_change(at.replace(tzinfo=None)) if read is not None else None
        if change is not None:
            found.append(change.replace(tzinfo=at.tzinfo))
    return min(found, default=None)


def _holds(condition: str, at: datetime, *, or_perhaps: bool = False) -> bool:
    read = _hours(condition)
    if read is None:
        return False
    state, comment = read.state(at.replace(tzinfo=None))
    return (state == State.OPEN and not comment) or (or_perhaps and state != State.CLOSED)


def _clauses(text: str) -> Iterator[tuple[str, str]]:
    """(value, condition) of `no @ (22:00-06:00); private @ winter`."""
    for match in _CLAUSE.finditer(text):
        condition = match[2].strip()
        yield match[1], condition[1:-1].strip() if condition.startswith("(") else condition


@lru_cache(maxsize=4096)
def _hours(text: str) -> OpeningHours | None:
    try:
        # A change farther off than a year is none: looking for it takes long.
        return OpeningHours(text, max_interval_days=366) if text else None
    except ParserError:
        return None
