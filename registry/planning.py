"""When which AED can be taken, as a table for planners: one row for each AED, one column for each hour."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from registry.eligibility import Answer, depends_on_place, usability
from registry.models import Aed, NaiveDatetime

WEEK_HOURS = 168
ALWAYS = "24/7"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Openness:
    """What eligibility says of each AED at each time; unknown is neither usable nor not.

    usable, unknown: (aeds, times) bool, never both.
    usable_if_open: (aeds,) bool, whether it could or might be taken if its place never closed: in service, and not
        closed to the public. What this has and `usable` lacks is lost to opening hours, known or not.
    """

    usable: NDArray[np.bool_]
    unknown: NDArray[np.bool_]
    usable_if_open: NDArray[np.bool_]


def openness(aeds: Sequence[Aed], times: Sequence[datetime]) -> Openness:
    """The table of `is_usable` for every AED and time; each set of rules that several AEDs share is evaluated once.

    Raises:
        NaiveDatetime: a time without zone.
    """
    for at in times:
        if at.tzinfo is None:
            raise NaiveDatetime(f"{at!r} has no time zone, so its place in the day is not known")
    rows: dict[tuple[object, ...], tuple[list[Answer], Answer]] = {}
    usable = np.zeros((len(aeds), len(times)), np.bool_)
    unknown = np.zeros_like(usable)
    usable_if_open = np.zeros(len(aeds), np.bool_)
    for index, aed in enumerate(aeds):
        key = _rules_of(aed)
        if key not in rows:
            answer_at = usability(aed)
            if_open = usability(replace(aed, opening_hours=ALWAYS))(datetime(2000, 1, 1, tzinfo=UTC))
            rows[key] = [answer_at(at) for at in times], if_open
        answers, if_open = rows[key]
        usable[index] = [answer is Answer.YES for answer in answers]
        unknown[index] = [answer is Answer.UNKNOWN for answer in answers]
        usable_if_open[index] = if_open is not Answer.NO
    return Openness(usable=usable, unknown=unknown, usable_if_open=usable_if_open)


def week_around(at: datetime, zone: ZoneInfo) -> list[datetime]:
    """The middle of each hour of the local week that `at` lies in, from Monday 00:30.

    The middle, because hours that begin or end at half past count half the time either way.

    Raises:
        NaiveDatetime
    """
    if at.tzinfo is None:
        raise NaiveDatetime(f"{at!r} has no time zone, so its week is not known")
    local = at.astimezone(zone)
    monday = local.date() - timedelta(days=local.weekday())
    return [
        datetime(day.year, day.month, day.day, hour, 30, tzinfo=zone).astimezone(UTC)
        for day in (monday + timedelta(days=number) for number in range(7))
        for hour in range(24)
    ]


def _rules_of(aed: Aed) -> tuple[object, ...]:
    """What its usability depends on: AEDs alike in this are usable at the same times."""
    place = (aed.lon, aed.lat) if depends_on_place(aed.opening_hours) else None
    return aed.opening_hours.strip(), aed.time_zone, aed.access.strip().lower(), aed.state, place
