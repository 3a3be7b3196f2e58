"""One day, minute by minute: closed, not known, open; and what two statements about it make together."""

import re
from collections.abc import Iterable

# So that the bits of two states joined are the state of both statements together.
CLOSED, UNKNOWN, OPEN = 0, 1, 3
DAY_MIN = 24 * 60
# A day's hours may reach over the whole of the next, as 17:00 to 9:00 does.
LENGTH_MIN = 2 * DAY_MIN

Day = bytes
"""`LENGTH_MIN` states, from the day's midnight."""

NEVER: Day = bytes(LENGTH_MIN)
ALL_DAY: Day = bytes([OPEN]) * DAY_MIN + bytes(DAY_MIN)
PERHAPS_ALL_DAY: Day = bytes([UNKNOWN]) * DAY_MIN + bytes(DAY_MIN)
_DOUBTED = bytes([CLOSED, UNKNOWN, UNKNOWN, UNKNOWN, *range(4, 256)])
_STRETCH = re.compile(rb"\x00+|\x01+|\x03+")
_LOW_BITS = int.from_bytes(bytes([1]) * LENGTH_MIN)


def stretch(start: int, end: int, state: int = OPEN) -> Day:
    """A day that is `state` between two minutes and closed otherwise."""
    start, end = max(0, start), min(end, LENGTH_MIN)
    return bytes(start) + bytes([state]) * (end - start) + bytes(LENGTH_MIN - end)


def union(days: Iterable[Day]) -> Day:
    """Open where one is; unknown where one may be."""
    whole = 0
    for day in days:
        whole |= int.from_bytes(day)
    return whole.to_bytes(LENGTH_MIN)


def agreed(one: Day, other: Day) -> Day:
    """What both say; unknown where they differ."""
    a, b = int.from_bytes(one), int.from_bytes(other)
    differ = ((a ^ b) | (a ^ b) >> 1) & _LOW_BITS
    return (a & b | differ).to_bytes(LENGTH_MIN)


def doubted(day: Day) -> Day:
    """Open becomes unknown; closed stays."""
    return day.translate(_DOUBTED)


def without(day: Day, start: int, end: int) -> Day:
    """Closed between two minutes."""
    end = min(end, LENGTH_MIN)
    return day[:start] + bytes(max(0, end - start)) + day[end:] if end > start else day


def doubted_between(day: Day, start: int, end: int) -> Day:
    """Unknown where it was open between two minutes."""
    return day[:start] + doubted(day[start:end]) + day[end:]


def overlaps(one: Day, other: Day) -> bool:
    """Whether both say something of some minute."""
    return bool(int.from_bytes(one) & int.from_bytes(other))


def stretches(day: Day) -> list[tuple[int, int, bool]]:
    """(start, end, certain) of every stretch that is not closed."""
    runs = ((found.start(), found.end(), day[found.start()]) for found in _STRETCH.finditer(day))
    return [(start, end, state == OPEN) for start, end, state in runs if state != CLOSED]
