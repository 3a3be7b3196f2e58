"""Pauses, hours of the week and quiet hours, on the clock of the person's own zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.models import Availability, Pause
from registry.people.asking import Against, steady_from, whats_against
from registry.people.weeks import BadWeek, holds, minutes_to_change, week_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2025, 3, 3, tzinfo=SHANGHAI)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """day: 0 is Monday."""
    return (MONDAY + timedelta(days=day)).replace(hour=hour, minute=minute).astimezone(UTC)


def against(weekly: str = "", quiet: str = "", zone: str = "", *, when: datetime) -> list[Against]:
    hours = Availability(weekly=week_of(weekly), quiet=week_of(quiet), time_zone=zone)
    return whats_against(None, hours, when, SHANGHAI)


def test_nobody_is_asked_outside_the_hours_that_they_gave() -> None:
    evenings = "Mo-Fr 18:00-22:00"

    assert against(evenings, when=at(0, 17, 59)) == [Against.NOT_AVAILABLE]
    assert against(evenings, when=at(0, 18)) == []
    assert against(evenings, when=at(4, 21, 59)) == []
    assert against(evenings, when=at(4, 22)) == [Against.NOT_AVAILABLE]
    assert against(evenings, when=at(5, 19)) == [Against.NOT_AVAILABLE]


def test_quiet_hours_run_past_midnight_and_past_the_end_of_the_week() -> None:
    night = "22:00-07:00"

    assert against(quiet=night, when=at(6, 23)) == [Against.QUIET_HOURS]
    assert against(quiet=night, when=at(0, 6, 59)) == [Against.QUIET_HOURS]
    assert against(quiet=night, when=at(0, 7)) == []


def test_hours_are_of_the_clock_where_the_person_is() -> None:
    # 08:00 in Shanghai is 06:00 in Urumqi.
    assert against("Mo-Fr 08:00-20:00", when=at(0, 8)) == []
    assert against("Mo-Fr 08:00-20:00", zone="Asia/Urumqi", when=at(0, 8)) == [Against.NOT_AVAILABLE]


def test_a_pause_ends_at_its_end_or_when_an_officer_says_so() -> None:
    told = Pause(since=at(0, 12), until=at(2, 0))

    assert whats_against(told, None, at(0, 11), SHANGHAI) == []
    assert whats_against(told, None, at(1, 23, 59), SHANGHAI) == [Against.PAUSED]
    assert whats_against(told, None, at(2, 0), SHANGHAI) == []
    assert whats_against(Pause(since=at(0, 12)), None, at(6, 23), SHANGHAI) == [Against.PAUSED]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("周一至周五 18:00-22:00", "Mo-Fr 18:00-22:00"),
        ("mo,tu,we,th,fr 18:00-22:00", "Mo-Fr 18:00-22:00"),
        ("Sa-Mo 08:00-12:00", "Sa,Su,Mo 08:00-12:00"),
        ("Mo-Su 08:00-20:00; We off", "Mo,Tu,Th-Su 08:00-20:00"),
        ("24/7", "Mo-Su 00:00-24:00"),
        ("22:00-07:00", "Mo-Su 22:00-31:00"),
        ("Mo-Fr 08:00-10:00,10:00-12:00", "Mo-Fr 08:00-12:00"),
    ],
)
def test_a_week_may_be_written_in_several_ways(text: str, same: str) -> None:
    assert week_of(text) == week_of(same)


@pytest.mark.parametrize(
    "text", ["now and then", "Mo-Fr 18:00-22:00; PH off", "Jan-Mar 08:00-12:00", "off", "Mo 25:99-26:00", ";", "周末"]
)
def test_what_is_not_plainly_hours_of_a_week_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadWeek, match="Mo-Fr 18:00-22:00"):
        week_of(text)


def test_no_text_is_no_hours() -> None:
    assert week_of(" ") == ()


clocks = st.tuples(st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))
rules = st.builds(
    lambda days, first, end: f"{days} {first[0]:02}:{first[1]:02}-{end[0]:02}:{end[1]:02}",
    st.sampled_from(["Mo-Su", "Mo", "Sa-Mo", "We,Su"]),
    clocks,
    clocks,
)
weeks = st.lists(rules, max_size=2).map("; ".join)
# Around the nights in which clocks are changed, by an hour and by half of one.
changes = st.sampled_from(
    [datetime(2025, 3, 30, 1, tzinfo=UTC), datetime(2025, 10, 26, 1, tzinfo=UTC), datetime(2025, 4, 5, 15, tzinfo=UTC)]
)
instants = st.builds(lambda one, seconds: one + timedelta(seconds=seconds), changes, st.integers(-9 * 86_400, 86_400))
zones = st.sampled_from(["Europe/Vaduz", "Australia/Lord_Howe", "Asia/Shanghai", "Africa/Casablanca"])


@given(weeks, weeks, zones, instants, st.floats(0, 1, exclude_max=True))
def test_an_answer_that_is_said_to_hold_does_until_the_last_second(
    weekly: str, quiet: str, zone: str, when: datetime, part: float
) -> None:
    hours = Availability(weekly=week_of(weekly), quiet=week_of(quiet), time_zone=zone)
    steady = steady_from(None, hours, when, SHANGHAI)
    until = steady.until or when + timedelta(days=30)

    assert until > when
    for later in (when + (until - when) * part, until - timedelta(seconds=1)):
        assert (not whats_against(None, hours, max(later, when), SHANGHAI)) is steady.may_be_asked


@given(weeks, st.integers(0, 7 * 1440 - 1))
def test_the_next_change_of_a_week_is_the_next_minute_with_another_answer(text: str, minute: int) -> None:
    week = week_of(text)
    wait = minutes_to_change(week, minute)
    others = [n for n in range(1, 7 * 1440 + 1) if holds(week, (minute + n) % (7 * 1440)) is not holds(week, minute)]

    # At midnight between Sunday and Monday a span may end where the next begins: then it is looked at once too often.
    assert all(wait is not None and wait <= first for first in others[:1])
