"""Times of the year that hours hold in: months, and stretches from one date to another."""

from calendar import monthrange

Date = tuple[int, int, int, int]
"""(month, day, last month, last day)"""

Period = frozenset[int | Date]
"""Months, and stretches that begin or end within one."""

# Hours beside fewer days are those of a festival; beside more, of a season. Our assumption.
_LONGEST_FESTIVAL_DAYS = 7
# Behind hours, dates that long say when the hours hold at all; shorter ones may be a holiday. Our assumption.
_SHORTEST_SEASON_DAYS = 60
_LEAP_YEAR = 2024


def days_between(date: Date) -> int:
    """Roughly: whether dates are a season rather than a few days."""
    month, day, last_month, last_day = date
    return ((last_month - month) % 12) * 30 + last_day - day


def is_long(date: Date) -> bool:
    """Longer than a festival."""
    return days_between(date) > _LONGEST_FESTIVAL_DAYS


def is_season(date: Date) -> bool:
    """Long enough to be the part of the year in which a place opens."""
    return days_between(date) >= _SHORTEST_SEASON_DAYS


def period_of(date: Date) -> Period:
    """The same stretch, as months where it is whole months."""
    month, day, last_month, last_day = date
    if day == 1 and last_day >= (28 if last_month == 2 else _length(last_month)):
        return frozenset((month - 1 + step) % 12 + 1 for step in range((last_month - month) % 12 + 1))
    return frozenset({date})


def dates_of(period: Period) -> list[Date]:
    """Each of a period's parts, from date to date."""
    return [part if isinstance(part, tuple) else (part, 1, part, _length(part)) for part in period]


def _length(month: int) -> int:
    return monthrange(_LEAP_YEAR, month)[1]
