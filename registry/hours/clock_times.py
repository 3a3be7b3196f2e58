"""Times and dates in figures: 8:30, 08.30, 8h30, 17U, 0930, 9am, 8点半, 25:00; 12/29, 29.12., 12月29日."""

import re
from dataclasses import dataclass

from registry.hours.words.rules import Kind

_AFTER = r"(?:\s?(?:uhr|uur|hrs|hs|h|u|分|분|min)(?![a-z]))?"
_FORMS = (
    # 9:30 am, 9am, 9 p.m.
    re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?::\d{2})?\s?(am|pm|a\.\s?m\.?|p\.\s?m\.?|a\.m|p\.m)(?![a-z])"),
    re.compile(r"(\d{1,4})\s?:\s?(\d{2})(?::\d{2})?(?![\d:])" + _AFTER),
    re.compile(r"(\d{1,2})\s?[時时点點시]\s?(半|반)"),
    re.compile(r"(\d{1,2})\s?(?:h|u|uhr|uur|[時时点點시])\s?(\d{2})(?![\d:]|\s?[hu](?![a-z])|\s?[点时時시])" + _AFTER),
    re.compile(r"(\d{1,2})\s?[時时点點시]\s?(\d)\s?[分분]"),
    re.compile(
        r"(\d{1,2})\s?(?:[時时点點시](?!间|間|간)整?|(?:h|u|hs|hrs|uhr|uur|heures?|horas?|ore|o'clock)(?![a-z]))()"
    ),
    re.compile(r"(\d{1,2})\.(\d{2})(?!\d|\.\d)" + _AFTER),
    re.compile(r"(\d{2})(\d{2})(?!\d| ?[年년]) ?(?:[時时点](?!间|間))?" + _AFTER),
)
_ENGLISH_SHORT = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?([ap])(?![a-z])")
_LATEST_HOUR = 30


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day. minute: since midnight, beyond 1440 on the day after.

    possible: false for 500:00 and 12:75. half_day: "am" or "pm" where that is said.
    exact: leaves no choice between morning and evening, being written with two digits or beyond noon.
    """

    text: str
    minute: int
    possible: bool
    half_day: str = ""
    exact: bool = False


def find_clock(text: str, place: int, language: str) -> Clock | None:
    """The time of day that begins at `place`."""
    forms = (_ENGLISH_SHORT, *_FORMS) if language == "en" else _FORMS
    for number, form in enumerate(forms, start=0 if language == "en" else 1):
        found = form.match(text, place)
        # "8-12 am Samstag": in German the word is a preposition unless it sticks to the figure.
        if found is None or (number == 1 and language == "de" and " " in found[0]):
            continue
        half_day = found[3][0] + "m" if number <= 1 else ""
        return _clock(found[0], found[1], found[2] or "0", half_day)
    return None


def clock_of_number(number: int, text: str) -> Clock:
    """A bare number that stands where a time must: 8, 17, 930."""
    hour, minute = (number, 0) if number < 100 else divmod(number, 100)
    return _clock(text, str(hour).zfill(len(text) if number < 100 else 1), f"{minute:02}", "")


def _clock(text: str, hours: str, minutes: str, half_day: str) -> Clock:
    hour, minute = int(hours), 30 if minutes in {"半", "반"} else int(minutes)
    possible = hour <= _LATEST_HOUR and minute < 60 and (not half_day or hour <= 24)
    if half_day and hour <= 12:
        hour = hour % 12 + (12 if half_day == "pm" else 0)
    exact = bool(half_day) or len(hours) > 1
    return Clock(text, hour * 60 + minute, possible, half_day, exact)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in figures: its kind is `DATE` with (month, day, month, day), or `IMPOSSIBLE` for a day of one year."""

    kind: Kind
    text: str
    value: tuple[int, int, int, int] | None = None


_ONE_YEAR = re.compile(
    r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}日?(?:\s*t?\d{1,2}:\d{2}(?::\d{2})?)?|\d{1,2}[/.]\d{1,2}[/.]\d{4}"
)
_EASTERN = re.compile(r"(\d{1,2})\s*(?:月|월)\s*(\d{1,2})\s*(?:日|号|일)?|(\d{1,2})/(\d{1,2})(?![\d:/])")
_WESTERN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(?!\d)|(\d{1,2})/(\d{1,2})(?![\d:/hu])")


def find_date(text: str, place: int, *, eastern: bool) -> FoundDate | None:
    """The date that begins at `place`. eastern: 12/29 is the 29th of December, not 29/12."""
    year = _ONE_YEAR.match(text, place)
    if year is not None:
        return FoundDate(Kind.IMPOSSIBLE, year[0])
    found = (_EASTERN if eastern else _WESTERN).match(text, place)
    if found is None:
        return None
    first, second = (int(part) for part in found.groups() if part is not None)
    month, day = (first, second) if eastern else (second, first)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return FoundDate(Kind.DATE, found[0], (month, day, month, day))
