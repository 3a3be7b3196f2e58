"""When a person may be asked: not in a pause, in the hours of the week that they gave, outside their quiet hours."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from registry.models import Availability, Pause
from registry.people.weeks import DAY_MIN, holds, minutes_to_change

_QUARTER = timedelta(minutes=15)
"""Every clock in use is changed at a quarter of an hour of UTC."""


class Against(StrEnum):
    """Why somebody is not asked."""

    PAUSED = "paused"
    NOT_AVAILABLE = "not_available"
    QUIET_HOURS = "quiet_hours"


@dataclass(frozen=True, slots=True)
class Steady:
    """An answer, and until when it stays the same; None: for good."""

    may_be_asked: bool
    until: datetime | None


def whats_against(pause: Pause | None, hours: Availability | None, at: datetime, zone: ZoneInfo) -> list[Against]:
    """Everything that keeps a person from being asked at `at`. zone: of those who have none of their own."""
    found = []
    if pause is not None and pause.since <= at and (pause.until is None or at < pause.until):
        found.append(Against.PAUSED)
    if hours is not None:
        minute = _minute_of_week(at.astimezone(_zone_of(hours, zone)))
        if hours.weekly and not holds(hours.weekly, minute):
            found.append(Against.NOT_AVAILABLE)
        elif holds(hours.quiet, minute):
            found.append(Against.QUIET_HOURS)
    return found


def steady_from(pause: Pause | None, hours: Availability | None, at: datetime, zone: ZoneInfo) -> Steady:
    """Whether a person may be asked at `at`, and how long that holds at least."""
    changes = [one for one in (pause.since, pause.until) if one is not None and one > at] if pause else []
    if hours is not None:
        minute = _minute_of_week(at.astimezone(_zone_of(hours, zone)))
        waits = [minutes_to_change(week, minute) for week in (hours.weekly, hours.quiet)]
        changes += [_on_the_clock(at, wait, _zone_of(hours, zone)) for wait in waits if wait is not None]
    return Steady(not whats_against(pause, hours, at, zone), min(changes, default=None))


def _zone_of(hours: Availability, zone: ZoneInfo) -> ZoneInfo:
    return ZoneInfo(hours.time_zone) if hours.time_zone else zone


def _minute_of_week(local: datetime) -> int:
    return local.weekday() * DAY_MIN + local.hour * 60 + local.minute


def _on_the_clock(at: datetime, wait_min: int, zone: ZoneInfo) -> datetime:
    """When the clock on the wall shows a time `wait_min` later than the minute of `at`; earlier where it is changed."""
    local = at.astimezone(zone)
    wall = local.replace(second=0, microsecond=0, tzinfo=None, fold=0) + timedelta(minutes=wait_min)
    then = wall.replace(tzinfo=zone)
    if then.utcoffset() == local.utcoffset():
        return then.astimezone(UTC)
    since_quarter = timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
    return at - since_quarter + _QUARTER
