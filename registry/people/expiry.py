"""How soon a certificate runs out, and which warning that is worth: months, weeks, days before, and after."""

from datetime import date

WARNING_DAYS = (60, 30, 7)
"""A course is found in two months, a place in one within a month; a week is the last call (our plan's figures)."""


def days_left(valid_until: date, day: date) -> int:
    """Days after `day` on which it still counts; -1 on the first day on which it does not."""
    return (valid_until - day).days


def warning_of(valid_until: date, day: date) -> int | None:
    """The warning that is due on `day`: 60, 30 or 7 (so many days left, or fewer), 0 once it has run out, else None."""
    left = days_left(valid_until, day)
    if left < 0:
        return 0
    return min((limit for limit in WARNING_DAYS if left <= limit), default=None)
