"""Days as lists write them; only what can be told without a doubt is read."""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

_EXCEL_DAY_0 = date(1899, 12, 30)
_EXCEL = re.compile(r"[2-5]\d{4}(?:\.0+)?")
_YEAR_FIRST = re.compile(r"((?:19|20)\d\d)(?:\D{1,3}(\d{1,2})(?:\D{1,3}(\d{1,2})日?)?)?\D?")
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.]((?:19|20)\d\d)")
_MONTH_FIRST = re.compile(r"(0?[1-9]|1[0-2])[-/.]((?:19|20)\d\d)")
_ERA = re.compile(r"(令和|平成|民國|民国|r|h)\s?(\d{1,3})[年./-](\d{1,2})(?:[月./-](\d{1,2})日?)?")
_ERA_BEGINS = {"令和": 2018, "r": 2018, "平成": 1988, "h": 1988, "民國": 1911, "民国": 1911}
_TIME = re.compile(r"[t ]\s?\d{1,2}:\d{2}.*$")


def find_day(text: str) -> date | None:
    """The last day that the text may mean ("2017-01" is the 31st); None where it is none, or one of two ("03/04/2024").

    Years of Japan's eras and of Taiwan are understood, and the numbers that spreadsheets make of days.
    """
    told = _TIME.sub("", unicodedata.normalize("NFKC", text).strip().casefold()).strip()
    try:
        return _read(told)
    except ValueError:
        return None


def _read(text: str) -> date | None:
    if _EXCEL.fullmatch(text):
        return _EXCEL_DAY_0 + timedelta(days=int(float(text)))
    for pattern, read in _FORMS:
        if match := pattern.fullmatch(text):
            return read(match)
    return None


def _last_of(year: int, month: str | None, day: str | None) -> date:
    if month is None:
        return date(year, 12, 31)
    return date(year, int(month), int(day) if day else monthrange(year, int(month))[1])


def _day_or_month_first(match: re.Match[str]) -> date | None:
    first, second, year = (int(part) for part in match.groups())
    # Only Americans write the month first, with strokes; a dot is European.
    if first > 12 or first == second or "." in match[0]:
        return date(year, second, first)
    return date(year, first, second) if second > 12 else None


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], date | None]], ...] = (
    (_COMPACT, lambda match: date(int(match[1]), int(match[2]), int(match[3]))),
    (_YEAR_FIRST, lambda match: _last_of(int(match[1]), match[2], match[3])),
    (_YEAR_LAST, _day_or_month_first),
    (_MONTH_FIRST, lambda match: _last_of(int(match[2]), match[1], None)),
    (_ERA, lambda match: _last_of(_ERA_BEGINS[match[1]] + int(match[2]), match[3], match[4])),
)
