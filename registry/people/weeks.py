"""Hours of a week as people write them, in minutes since Monday 00:00; of no particular week, so without holidays."""

import re
from functools import lru_cache

from registry.hours.reading import read_hours

DAY_MIN = 24 * 60
WEEK_MIN = 7 * DAY_MIN

Week = tuple[tuple[int, int], ...]
"""Spans of minutes (first, end), ascending, apart from each other, within one week."""

_DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
_DAY = "|".join(_DAYS)
_RULE = re.compile(
    rf"(?P<days>(?:{_DAY})(?:\s*[-,]\s*(?:{_DAY}))*)?\s*(?P<times>off|24/7|[\d:\-,\s]*)",
    re.IGNORECASE,
)
_TIMES = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_LATEST_MIN = 2 * DAY_MIN


class BadWeek(ValueError):
    """The text names no hours of a week; the message shows how they are written."""

    code = "bad_week"


@lru_cache(maxsize=4096)
def week_of(text: str) -> Week:
    """The hours of a week: OSM's syntax with days and times alone, such as "Mo-Fr 18:00-22:00; Sa,Su 08:00-20:00", or
    the same in words. Times without days are every day's; what runs past midnight goes on; "" is no hours.

    Raises:
        BadWeek
    """
    if not text.strip():
        return ()
    found = _read(text)
    if found is None:
        reading = read_hours(text)
        found = _read(reading.osm) if reading.osm and not reading.reason else None
    if not found:
        raise BadWeek(
            f"{text!r} names no hours of a week: write days and times, such as "
            '"Mo-Fr 18:00-22:00; Sa,Su 08:00-20:00", without holidays, seasons or conditions'
        )
    return found


def holds(week: Week, minute: int) -> bool:
    """Whether the minute of the week lies in one of its spans."""
    return any(first <= minute < end for first, end in week)


def minutes_to_change(week: Week, minute: int) -> int | None:
    """Until the next first or end of a span; None where there is none. At least one minute."""
    edges = {edge % WEEK_MIN for span in week for edge in span}
    return min(((edge - minute - 1) % WEEK_MIN + 1 for edge in edges), default=None)


def _read(text: str) -> Week | None:
    """None where something else stands in it as well."""
    by_day: dict[int, list[tuple[int, int]]] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        rule = _RULE.fullmatch(part)
        spans = _spans(rule["times"].strip().lower()) if rule else None
        if rule is None or spans is None or not (rule["days"] or rule["times"]):
            return None
        # In OSM's syntax a later rule takes the place of earlier ones for its days.
        by_day.update(dict.fromkeys(_days(rule["days"]), spans))
    return _joined(
        [(day * DAY_MIN + first, day * DAY_MIN + end) for day, spans in by_day.items() for first, end in spans]
    )


def _days(text: str | None) -> list[int]:
    if not text:
        return list(range(7))
    found: list[int] = []
    for part in text.lower().split(","):
        ends = [_DAYS.index(day.strip()) for day in part.split("-")]
        first, last = ends[0], ends[-1]
        found += [(first + day) % 7 for day in range((last - first) % 7 + 1)]
    return found


def _spans(text: str) -> list[tuple[int, int]] | None:
    if text == "off":
        return []
    if text in {"", "24/7"}:
        return [(0, DAY_MIN)]
    found = []
    for part in text.split(","):
        times = _TIMES.fullmatch(part.strip())
        if times is None:
            return None
        first, end = (int(times[n]) * 60 + int(times[n + 1]) for n in (1, 3))
        end += DAY_MIN if end <= first else 0
        if first >= DAY_MIN or end > _LATEST_MIN or end - first > DAY_MIN or times[2][0] >= "6" or times[4][0] >= "6":
            return None
        found.append((first, end))
    return found


def _joined(spans: list[tuple[int, int]]) -> Week:
    """Within one week, ascending, those that touch as one."""
    within = []
    for first, end in spans:
        within.append((first, min(end, WEEK_MIN)))
        if end > WEEK_MIN:
            within.append((0, end - WEEK_MIN))
    joined: list[tuple[int, int]] = []
    for first, end in sorted(within):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((first, end))
    return tuple(joined)
