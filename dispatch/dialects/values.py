"""Times, numbers and coordinates in the forms in which senders write them."""

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

Coordinates = Literal["degrees", "microdegrees", "dms", "nmea"]
Decimal = Literal[".", ","]

ISO, UNIX_S, UNIX_MS = "iso", "unix_s", "unix_ms"
SECONDS, MINUTES = "seconds", "minutes"
"""How long until the ambulance is there, instead of when."""

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""A number outside is no time since 1970 but a count of something else."""

LONGEST = timedelta(days=2)

_DMS = re.compile(
    r"""([NSEW东西南北]?)\s*(-?\d{1,3})\s*[°度:\s]\s*(\d{1,2})\s*['′分:\s]\s*(\d{1,2}(?:[.,]\d+)?)\s*["″秒]?\s*"""
    r"""([NSEW东西南北]?)""",
    re.VERBOSE | re.ASCII,
)
_WEST_OR_SOUTH = frozenset("SW西南")


class BadValue(ValueError):
    """A value is not of the form that the dialect says; the message tells which would be."""


def read_time(told: Any, forms: tuple[str, ...], zone: ZoneInfo | None) -> datetime:
    """Aware UTC. forms: tried in order; `iso`, `unix_s`, `unix_ms`, or a pattern as strptime takes it. zone: of times
    that name no offset.

    Raises:
        BadValue
    """
    for form in forms:
        try:
            at = _read_time(told, form)
            if at.tzinfo is None and zone is None:
                break
            return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    zoned = "" if zone else " with its offset"
    raise BadValue(f"{_shown(told)} is not a time of the form {' or '.join(forms)}{zoned}")


def _read_time(told: Any, form: str) -> datetime:
    if form in {UNIX_S, UNIX_MS}:
        seconds = read_number(told, ".") / (1_000 if form == UNIX_MS else 1)
        if not EARLIEST.timestamp() <= seconds < LATEST.timestamp():
            raise ValueError("not of these years")
        return datetime.fromtimestamp(seconds, UTC)
    if isinstance(told, bool) or not isinstance(told, str | int):
        raise ValueError("no text")
    text = str(told).strip()
    if form == ISO:
        # A date alone would be midnight, and a bare number a year.
        if not re.match(r"\d{4}-?\d\d-?\d\d[T ]\d\d", text):
            raise ValueError("no date and time")
        return datetime.fromisoformat(text)
    return datetime.strptime(text, form)  # noqa: DTZ007  # the caller knows the zone


def read_wait(told: Any, unit: str, decimal: Decimal) -> timedelta:
    """How long from now.

    Raises:
        BadValue
    """
    number = read_number(told, decimal)
    wait_s = number * (60 if unit == MINUTES else 1)
    if not 0 <= wait_s <= LONGEST.total_seconds():
        raise BadValue(f"{_shown(told)} is no number of {unit} that an ambulance may take")
    return timedelta(seconds=wait_s)


def read_number(told: Any, decimal: Decimal) -> float:
    """A number, or a text that is one.

    Raises:
        BadValue
    """
    number = math.nan
    if isinstance(told, int | float) and not isinstance(told, bool):
        number = told
    elif isinstance(told, str):
        text = told.strip()
        # The other mark might part thousands or be the decimal one after all, and would move a place by continents.
        if re.fullmatch(rf"[+-]?\d+(?:[{decimal}]\d+)?(?:[eE][+-]?\d+)?", text, re.ASCII):
            number = float(text.replace(decimal, "."))
    try:
        if math.isfinite(number):
            return float(number)
    except OverflowError:
        pass
    raise BadValue(f"{_shown(told)} is not a number with the decimal mark {decimal!r}")


def read_coordinate(told: Any, form: Coordinates, decimal: Decimal) -> float:
    """Degrees.

    Raises:
        BadValue
    """
    if form == "dms":
        return _read_dms(told)
    number = read_number(told, decimal)
    if form == "microdegrees":
        return number / 1_000_000
    if form == "nmea":
        degrees, minutes = divmod(abs(number), 100)
        if minutes >= 60:
            raise BadValue(f"{_shown(told)} has {minutes:g} minutes: write degrees x 100 + minutes")
        return math.copysign(degrees + minutes / 60, number)
    return number


def _read_dms(told: Any) -> float:
    found = _DMS.fullmatch(told.strip()) if isinstance(told, str) else None
    if found is None or float(found[3]) >= 60 or float(found[4].replace(",", ".")) >= 60:
        raise BadValue(f"{_shown(told)} is not degrees, minutes and seconds, as 113°40'16.3\"E")
    degrees = abs(int(found[2])) + float(found[3]) / 60 + float(found[4].replace(",", ".")) / 3600
    is_negative = found[2].startswith("-") or bool({found[1], found[5]} & _WEST_OR_SOUTH)
    return -degrees if is_negative else degrees


def _shown(told: Any) -> str:
    return repr(told)[:80]
