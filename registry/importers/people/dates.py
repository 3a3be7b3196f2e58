"""One written date, and all that it can mean: 01/05/2024 is the first of May or the fifth of January."""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from registry.importers.people.date_words import ERAS, REPUBLIC_OF_CHINA, find_month, folded, with_digits


class Order(StrEnum):
    """How somebody writes dates that can be read in several ways."""

    YEAR_FIRST = "year, month, day"
    DAY_FIRST = "day, month, year"
    MONTH_FIRST = "month, day, year"
    MONTH_ALONE = "year and month"
    TEXT = "as text"
    NUMBER = "as a number that has lost its last 0"


class Shape(StrEnum):
    """Dates that look alike, so that one of them tells how the others are meant."""

    YEAR_LAST = "01/05/2024"
    SHORT_YEAR = "24/5/1"
    SIX_DIGITS = "200512"
    DECIMAL = "2024.1"


@dataclass(frozen=True, slots=True)
class Days:
    """The first and the last day that a text names: the same one, or those of a month."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Written:
    """readings: what the text can mean, by the order that its writer keeps; shape None: it can mean one thing only."""

    shape: Shape | None
    readings: Mapping[Order, Days]


YEARS = range(1950, 2200)
NO_END_YEARS = frozenset({2999, 3000, 9999})
"""What people write where a form wants an end and there is none."""
# Certificates of before 1970 are nobody's who is rung today, those of after 2069 are not written yet.
_PIVOT_YEAR = 70
_SERIALS = range(20_000, 80_000)
_SERIAL_ZERO = date(1899, 12, 30)

_TIME = re.compile(
    r"(?:t|\s|(?<=[日号日]))\s*(?:上午|下午|午前|午後|오전|오후|[ap]\.?m\.?)?\s*"
    r"(?P<clock>\d{1,2}(?::\d{2}){1,2}(?:[.,]\d+)?|24\s*(?:时|時|시|h))"
    r"\s*(?:[ap]\.?m\.?)?\s*(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2})?$"
)
_WEEKDAY = re.compile(
    r"\((?:[日月火水木金土一二三四五六월화수목금토일]|周.|星期.)(?:曜日?|요일)?\)|(?:星期|周|礼拜|禮拜)[一二三四五六日天]"
)
_LEAD = re.compile(
    r"^(?:(?:证书)?有效期(?:至|到|限)?|有效至|自|从|從|至|到|截至|截止|valid|until|till|thru|through|from|since|to|on|du|depuis|"
    r"jusqu'?\s*au|au|le|valable|bis|ab|vom|von|am|gultig|tot|t/m|vanaf|geldig|desde|hasta|el|dal|fino|al|il|valido)"
    r"(?:\s*[::]\s*|\s+|(?=\d)|(?=[民中令平昭]))"
)
_TRAIL = re.compile(r"\s*(?:起|止|为止|為止|まで|から|부터|까지)$")

_BETWEEN = r"\s*[-/.·,年년]\s*|\s+"
_THEN = r"\s*[-/.·,月월]\s*|\s+"
_DAY_SIGN = r"\s*[日号號일.]?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})(?:{_BETWEEN})(\d{{1,2}})(?:{_THEN})(\d{{1,2}}){_DAY_SIGN}")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*([-/. ])\s*(\d{1,2})\s*\2\s*(\d{4})\.?")
_SHORT = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{1,2})\.?")
_SHORT_SIGNED = re.compile(r"'?(\d{2})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(?:(\d{1,2})\s*[日号號일]?)?")
_MONTH = re.compile(
    r"(\d{4})\s*[-/年년]\s*(\d{1,2})\s*[月월]?|(\d{4})\s+(\d{1,2})\s*[月월]|(\d{4})\.\s*(\d{1,2})\s*[月월.]"
)
_DECIMAL = re.compile(r"(\d{4})\.(\d{1,2})")
_MONTH_YEAR = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{4})")
_OF_ERA = r"\s*[-/.年]\s*(\d{1,2})\s*[-/.月]?(?:\s*(\d{1,2})\s*日?)?"
_REPUBLIC = re.compile(rf"(?:(?:中华|中華)?民[国國]\s*|roc\s*)?(\d{{2,3}}|元){_OF_ERA}")
_ERA = re.compile(rf"({'|'.join(ERAS)})\s*[.]?\s*(\d{{1,2}}|元){_OF_ERA}")
_WORD = r"([^\W\d_]+)\.?"
_ORDINAL = r"(\d{1,2})(?:st|nd|rd|th|er|ero|º|°|o|\.)?"
_OF = r"(?:[\s,./-]+(?:(?:of|de|del|di|den)\s+)?|\s*'\s*)"
_DAY_MONTH_YEAR = re.compile(rf"(?:{_WORD},?\s+)?{_ORDINAL}{_OF}{_WORD}{_OF}'?(\d{{2}}|\d{{4}})")
_MONTH_DAY_YEAR = re.compile(rf"(?:{_WORD},?\s+)?{_WORD}{_OF}{_ORDINAL}{_OF}(\d{{4}})")
_YEAR_MONTH_DAY = re.compile(rf"(\d{{4}}){_OF}{_WORD}{_OF}(\d{{1,2}})")
_NAMED_MONTH = re.compile(rf"{_WORD}{_OF}'?(\d{{4}})")
_YEAR_NAMED_MONTH = re.compile(rf"(\d{{4}}){_OF}{_WORD}")


def read_date(text: str) -> Written | None:
    """What the text can mean, None where it is no date that we know.

    A time behind the date is left out, unless its zone could make it another day.
    """
    bare = _without_time(_WEEKDAY.sub("", folded(text)).strip())
    if bare is None:
        return None
    if "年" in bare or "月" in bare:
        bare = with_digits(bare)
    bare = _TRAIL.sub("", bare)
    while (rest := _LEAD.sub("", bare)) != bare:
        bare = rest
    return next((found for form in _FORMS if (found := form(bare)) is not None), None)


def last_of_month(year: int, month: int) -> int:
    return monthrange(year, month)[1]


def _without_time(text: str) -> str | None:
    found = _TIME.search(text)
    if found is None or found.start() == 0:
        return text
    if found["zone"] and re.search(r"[1-9]", found["clock"]):
        return None
    return text[: found.start()].rstrip()


def _digits_in_row(text: str) -> Written | None:
    """20240501, 202405, 240501, 1130501, and Excel's count of days 45413."""
    text = re.sub(r"\.0*$", "", text)
    if re.fullmatch(r"\d{8}", text):
        whole = _certain(_day(int(text[:4]), int(text[4:6]), int(text[6:])))
        return whole or _year_last(text[:2], text[2:4], text[4:])
    if re.fullmatch(r"1\d{6}", text):
        return _certain(_day(int(text[:3]) + REPUBLIC_OF_CHINA, int(text[3:5]), int(text[5:])))
    if re.fullmatch(r"\d{6}", text):
        month, day = _month(int(text[:4]), int(text[4:])), _day(_full(text[:2]), int(text[2:4]), int(text[4:]))
        return _open(Shape.SIX_DIGITS, {Order.MONTH_ALONE: month, Order.YEAR_FIRST: day})
    # A part of a day behind the point is a time.
    if (serial := re.fullmatch(r"(\d{5})(?:\.\d+)?", text)) and int(serial[1]) in _SERIALS:
        counted = _SERIAL_ZERO + timedelta(days=int(serial[1]))
        return _certain(Days(counted, counted))
    return None


def _year_first(text: str) -> Written | None:
    found = _YEAR_FIRST.fullmatch(text)
    return _certain(_day(*map(int, found.groups()))) if found else None


def _year_last_of(text: str) -> Written | None:
    found = _YEAR_LAST.fullmatch(text)
    if found is None:
        return None
    if found[2] == ".":
        # With dots nobody writes the month first.
        return _certain(_day(int(found[4]), int(found[3]), int(found[1])))
    return _year_last(found[1], found[3], found[4])


def _year_last(one: str, two: str, year: str) -> Written | None:
    readings = {
        Order.DAY_FIRST: _day(int(year), int(two), int(one)),
        Order.MONTH_FIRST: _day(int(year), int(one), int(two)),
    }
    return _open(Shape.YEAR_LAST, readings)


def _short_year(text: str) -> Written | None:
    if signed := _SHORT_SIGNED.fullmatch(text):
        year, month, day = signed.groups()
        return _certain(_month_or_day(_full(year), month, day))
    found = _SHORT.fullmatch(text)
    if found is None:
        return None
    one, _, two, three = found.groups()
    readings: dict[Order, Days | None] = {}
    if len(one) == 2:
        readings[Order.YEAR_FIRST] = _day(_full(one), int(two), int(three))
    if len(three) == 2:
        readings[Order.DAY_FIRST] = _day(_full(three), int(two), int(one))
        readings[Order.MONTH_FIRST] = _day(_full(three), int(one), int(two))
    return _open(Shape.SHORT_YEAR, readings)


def _month_of_year(text: str) -> Written | None:
    if decimal := _DECIMAL.fullmatch(text):
        return _decimal_month(*decimal.groups())
    if found := _MONTH.fullmatch(text):
        year, month = (int(part) for part in found.groups() if part)
        return _certain(_month(year, month))
    if found := _MONTH_YEAR.fullmatch(text):
        return _certain(_month(int(found[2]), int(found[1])))
    return None


def _decimal_month(year: str, month: str) -> Written | None:
    """A spreadsheet that takes 2024.10 for a number shows 2024.1: only the column says whether that is January."""
    as_text = _month(int(year), int(month))
    if month == "1":
        return _open(Shape.DECIMAL, {Order.TEXT: as_text, Order.NUMBER: _month(int(year), 10)})
    if month.startswith("0") or month == "10":
        return _open(Shape.DECIMAL, {Order.TEXT: as_text})
    return _certain(as_text)


def _republic(text: str) -> Written | None:
    """民國113年5月1日, 113.05.01: a year of three digits is of no other calendar, one of two needs the word."""
    found = _REPUBLIC.fullmatch(text)
    if found is None:
        return None
    year, month, day = found.groups()
    if len(year) != len("113") and not re.match("民|中|roc", text):
        return None
    return _certain(_month_or_day(_era_year(year) + REPUBLIC_OF_CHINA, month, day))


def _era(text: str) -> Written | None:
    found = _ERA.fullmatch(text)
    if found is None:
        return None
    era, year, month, day = found.groups()
    return _certain(_month_or_day(_era_year(year) + ERAS[era], month, day))


def _in_words(text: str) -> Written | None:
    """1 mai 2024, May 1, 2024, 1-May-24, Mai 2024; a name of the weekday may stand before it."""
    if found := _DAY_MONTH_YEAR.fullmatch(text):
        _, day, word, year = found.groups()
        return _named(_full(year) if len(year) == 2 else int(year), word, day)
    if found := _MONTH_DAY_YEAR.fullmatch(text):
        _, word, day, year = found.groups()
        return _named(int(year), word, day)
    if found := _YEAR_MONTH_DAY.fullmatch(text):
        year, word, day = found.groups()
        return _named(int(year), word, day)
    if found := _NAMED_MONTH.fullmatch(text):
        return _named(int(found[2]), found[1], None)
    if found := _YEAR_NAMED_MONTH.fullmatch(text):
        return _named(int(found[1]), found[2], None)
    return None


_FORMS: tuple[Callable[[str], Written | None], ...] = (
    _digits_in_row,
    _year_first,
    _year_last_of,
    _month_of_year,
    _republic,
    _era,
    _short_year,
    _in_words,
)


def _named(year: int, word: str, day: str | None) -> Written | None:
    month = find_month(word)
    return None if month is None else _certain(_month_or_day(year, str(month), day))


def _month_or_day(year: int, month: str, day: str | None) -> Days | None:
    return _day(year, int(month), int(day)) if day else _month(year, int(month))


def _day(year: int, month: int, day: int) -> Days | None:
    if year not in YEARS and year not in NO_END_YEARS:
        return None
    try:
        named = date(year, month, day)
    except ValueError:
        return None
    return Days(named, named)


def _month(year: int, month: int) -> Days | None:
    first = _day(year, month, 1)
    return None if first is None else Days(first.first, date(year, month, last_of_month(year, month)))


def _full(year: str) -> int:
    """The year that two digits stand for."""
    short = int(year)
    return (1900 if short >= _PIVOT_YEAR else 2000) + short


def _era_year(text: str) -> int:
    return 1 if text == "元" else int(text)


def _certain(days: Days | None) -> Written | None:
    return None if days is None else Written(None, {Order.TEXT: days})


def _open(shape: Shape, readings: Mapping[Order, Days | None]) -> Written | None:
    possible = {order: days for order, days in readings.items() if days is not None}
    return Written(shape, possible) if possible else None
