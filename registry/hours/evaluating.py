"""Whether hours in OSM's syntax are open at a time, on holidays too; what they leave unsaid is unknown, never open."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import product
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, ParserError, State  # type: ignore[attr-defined]  # its stub forgets ParserError

from registry.hours.holidays import DayKind, day_kind, find_country
from registry.hours.school_holidays import in_term_and_in_holidays, names_school_holidays

_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY = timedelta(days=1)
_ANY_DAY = date(2024, 1, 1)
_SUNDAY = 6
_PLAIN_HOLIDAY = re.compile(r"\bPH\b(?!\s*[+-]\s*\d)")
# "PH +1 day" is the day after a holiday.
_HOLIDAY_WORD = re.compile(r"\bPH\b(?:\s*([+-])\s*(\d{1,3})\s*days?\b)?")
_QUOTED = re.compile(r'"[^"]*"')
_LAST_MINUTE = re.compile(r"-\s*23:59(?!\d)")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_OPEN_END = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?:\s*-\s*(\d{1,2}):(\d{2}))?\+")
# Choices double with each day that may be a holiday: a list's expression with thirty of them would never be answered.
_MOST_PERHAPS = 6
# A shop that opens "from 9:00" is open for a morning at least (our assumption, as `folding` has it for written hours).
_SURELY_OPEN_MIN = 4 * 60


class Openness(StrEnum):
    """Unknown: it depends, or nobody says."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether it is open, and the comment that the hours carry for that time."""

    openness: Openness
    comment: str = ""


class BadHours(ValueError):
    """The text is not in OSM's opening_hours syntax; the message shows how it is written."""

    code = "bad_opening_hours"


_CLOSED = Answer(Openness.CLOSED)
_UNKNOWN = Answer(Openness.UNKNOWN)
_OPEN = Answer(Openness.OPEN)


@lru_cache(maxsize=65_536)
def hours_of(osm: str, zone: ZoneInfo, place: tuple[float, float] | None = None) -> "Hours":
    """The hours of an expression. place: (lat, lon), for sunrise and sunset.

    Raises:
        BadHours
    """
    return Hours(osm, zone, place)


class Hours:
    """One place's hours. The expression is read once; holidays are laid over it day by day."""

    def __init__(self, osm: str, zone: ZoneInfo, place: tuple[float, float] | None) -> None:
        self._zone = zone
        self._place = place
        self._country = find_country(zone.key)
        self._alternatives = [_prepared(part) for part in _split(osm, "||")]
        bare = " ".join(_QUOTED.sub("", part) for part in self._alternatives)
        self._says_holidays = _PLAIN_HOLIDAY.search(bare) is not None
        self._shifts = {0, *(_shift_of(found) for found in _HOLIDAY_WORD.finditer(bare))}
        self._night_min = max(_night_min(part) for part in self._alternatives)
        self._parsed: dict[str, OpeningHours] = {}
        for part in self._alternatives:
            self._expression(_with_holidays(part, (), _ANY_DAY))
        self._reorder()
        self._by_school = _by_school(osm, zone, place) if names_school_holidays(osm) else None

    def at(self, instant: datetime) -> Answer:
        """Whether it is open at an aware instant."""
        local = instant.astimezone(self._zone)
        if self._by_school is not None:
            return _common([hours.at(instant) for hours in self._by_school]) if self._by_school else _UNKNOWN
        day = local.date()
        today, yesterday = day_kind(day, self._country), day_kind(day - _DAY, self._country)
        if today is yesterday is DayKind.ORDINARY and len(self._shifts) == 1:
            return self._ordinary(local)
        if self._says_holidays or (today is DayKind.ORDINARY and len(self._shifts) > 1):
            return self._by_what_is_said(local, today)
        by_sunday = self._by_sunday(local, today, yesterday)
        if len(self._shifts) == 1:
            return by_sunday
        return _common([by_sunday, self._by_what_is_said(local, today)])

    def _ordinary(self, local: datetime) -> Answer:
        return self._evaluate(local, ())

    def _by_what_is_said(self, local: datetime, today: DayKind) -> Answer:
        """The expression names holidays, or days before or after them: each choice that the calendar leaves open is
        tried."""
        days = {local.date() - _DAY * (shift + back) for shift in self._shifts for back in (0, 1)}
        kinds = {day: day_kind(day, self._country) for day in days}
        certain = {day for day, kind in kinds.items() if kind is DayKind.HOLIDAY}
        perhaps = sorted(day for day, kind in kinds.items() if kind is DayKind.PERHAPS_HOLIDAY)
        if len(perhaps) > _MOST_PERHAPS:
            return _UNKNOWN
        answers = []
        for chosen in product((True, False), repeat=len(perhaps)):
            also = {day for day, is_holiday in zip(perhaps, chosen, strict=True) if is_holiday}
            answers.append(self._evaluate(local, certain | also))
        if today in _MAKE_UPS:
            answers.append(self._as_on_wednesday(local))
        return _common(answers)

    def _by_sunday(self, local: datetime, today: DayKind, yesterday: DayKind) -> Answer:
        """Nothing is said of holidays: open if Sundays are, closed if the day itself or the Sunday is, else unknown."""
        own = self._ordinary(local)
        if today in _MAKE_UPS:
            return _common([own, self._as_on_wednesday(local)])
        if own.openness is Openness.CLOSED:
            return own
        since_yesterday = self._began_yesterday(local)
        kind = yesterday if since_yesterday else today
        if kind not in _HOLIDAYS:
            return own
        sunday = local + _DAY * ((_SUNDAY + since_yesterday - local.weekday()) % 7)
        then = self._ordinary(sunday)
        if then.openness is Openness.OPEN:
            return own
        closed_then = then.openness is Openness.CLOSED and self._has_hours(sunday.date() - _DAY * since_yesterday)
        return _CLOSED if closed_then and kind is DayKind.HOLIDAY else _UNKNOWN

    def _began_yesterday(self, local: datetime) -> bool:
        """Whether hours that run past midnight are what is open now."""
        if local.hour * 60 + local.minute >= self._night_min:
            return False
        before_midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(minutes=1)
        return self._ordinary(before_midnight).openness is not Openness.CLOSED

    def _as_on_wednesday(self, local: datetime) -> Answer:
        return self._ordinary(local + _DAY * (2 - local.weekday()))

    def _has_hours(self, day: date) -> bool:
        begin = datetime.combine(day, time(), tzinfo=self._zone)
        for part in self._alternatives:
            hours = self._expression(_with_holidays(part, (), day))
            if any(state == State.OPEN for _, _, state, _ in hours.intervals(begin, begin + _DAY)):
                return True
        return False

    def _evaluate(self, local: datetime, holidays: Collection[date]) -> Answer:
        """The state when these days are holidays."""
        answer = _CLOSED
        for number, part in enumerate(self._alternatives):
            text = _with_holidays(part, holidays, local.date())
            state, comment = self._expression(text).state(local)
            answer = _answer(state, comment)
            if answer.openness is not Openness.CLOSED:
                # What "||" adds applies where nothing else does: nobody can count on it.
                return answer if number == 0 else Answer(Openness.UNKNOWN, comment)
        return answer

    def _expression(self, text: str) -> OpeningHours:
        known = self._parsed.get(text)
        if known is None:
            known = self._parsed[text] = _parsed(text, self._zone, self._place)
        return known

    def _reorder(self) -> None:
        """Rules for holidays alone go last, or "PH off; Mo-Fr 8-17" would be open on them."""
        for number, part in enumerate(self._alternatives):
            rules = _split(part, ";")
            general = [rule for rule in rules if not _is_for_holidays(rule)]
            self._alternatives[number] = "; ".join(general + [rule for rule in rules if _is_for_holidays(rule)])


def _by_school(osm: str, zone: ZoneInfo, place: tuple[float, float] | None) -> list[Hours]:
    """The hours in term and in school holidays, whose days nobody here knows; none where one says nothing."""
    texts = in_term_and_in_holidays(osm)
    try:
        return [Hours(text, zone, place) for text in texts] if all(texts) else []
    except BadHours:
        return []


_HOLIDAYS = frozenset({DayKind.HOLIDAY, DayKind.PERHAPS_HOLIDAY})
_MAKE_UPS = frozenset({DayKind.MAKE_UP, DayKind.PERHAPS_MAKE_UP})


def _night_min(part: str) -> int:
    """How long after midnight hours of the day before may last, in minutes."""
    spans = [[int(figure) for figure in found.groups()] for found in _SPAN.finditer(_QUOTED.sub("", part))]
    minutes = [(a * 60 + b, c * 60 + d) for a, b, c, d in spans]
    return max([0, *(end if end < start else end - 24 * 60 for start, end in minutes if end < start or end > 24 * 60)])


def _is_for_holidays(rule: str) -> bool:
    return re.match(r"PH\b(?!\s*,)", rule.strip()) is not None


def _answer(state: State, comment: str) -> Answer:
    if state == State.CLOSED:
        return _CLOSED
    if state == State.OPEN and not comment:
        return _OPEN
    return Answer(Openness.UNKNOWN, comment)


def _common(answers: list[Answer]) -> Answer:
    first = answers[0]
    return first if all(one.openness is first.openness for one in answers) else _UNKNOWN


@lru_cache(maxsize=65_536)
def _parsed(text: str, zone: ZoneInfo, place: tuple[float, float] | None) -> OpeningHours:
    try:
        return OpeningHours(text, timezone=zone, coords=place, auto_country=False)
    except ParserError as error:
        raise BadHours(f'{text!r} is not in OSM opening_hours syntax, such as "Mo-Fr 08:00-17:00"') from error


def _with_holidays(part: str, holidays: Collection[date], today: date) -> str:
    """PH as the weekdays of today and yesterday where they are holidays; where neither is, as another day's."""
    if "PH" not in part:
        return part

    def named(found: re.Match[str]) -> str:
        shift = _DAY * _shift_of(found)
        days = [day for day in (today, today - _DAY) if day - shift in holidays]
        return ",".join(_DAYS[day.weekday()] for day in days or [today + 2 * _DAY])

    return _outside_quotes(part, lambda text: _HOLIDAY_WORD.sub(named, text))


def _shift_of(found: re.Match[str]) -> int:
    """Days from a holiday to the day that is meant."""
    return int(f"{found[1]}{found[2]}") if found[1] else 0


def _prepared(part: str) -> str:
    """The last minute of the day belongs to it, and what has no end is unknown later."""
    part = _outside_quotes(part.strip(), lambda text: _LAST_MINUTE.sub("-24:00", text))
    if "+" not in part:
        return part
    return "; ".join(_with_open_ends(rule) for rule in _split(part, ";"))


def _with_open_ends(rule: str) -> str:
    found = _OPEN_END.search(rule)
    if found is None or '"' in rule:
        return rule
    selector = re.split(r"\d{1,2}:\d{2}", rule, maxsplit=1)[0].strip()
    start = int(found[1]) * 60 + int(found[2])
    end = int(found[3]) * 60 + int(found[4]) if found[3] else start + _SURELY_OPEN_MIN
    end += 24 * 60 if end <= start else 0
    latest = start + 24 * 60
    certain = f"{rule[: found.start()]}{_clock(start)}-{_clock(end)}{rule[found.end() :]}"
    if end >= latest:
        return certain
    return f"{certain}, {selector or 'Mo-Su'} {_clock(end)}-{_clock(latest)} unknown"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _outside_quotes(text: str, change: Callable[[str], str]) -> str:
    pieces = re.split(r'("[^"]*")', text)
    return "".join(piece if piece.startswith('"') else change(piece) for piece in pieces)


def _split(text: str, sign: str) -> list[str]:
    """The parts between signs that stand in no comment."""
    parts = [""]
    for piece in re.split(r'("[^"]*")', text):
        if piece.startswith('"'):
            parts[-1] += piece
            continue
        first, *others = piece.split(sign)
        parts[-1] += first
        parts += others
    return [part.strip() for part in parts if part.strip()] or [""]
