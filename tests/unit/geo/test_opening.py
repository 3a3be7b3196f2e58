"""When ways and gates are open, as their tags tell."""

from datetime import UTC, date, datetime

import pytest

from geo.streets.opening import (
    OUTSIDE_DATES,
    UNREAD_CONDITION,
    UNREAD_HOURS,
    is_not_built_yet,
    is_open,
    next_change,
    settle,
)

DAY = date(2026, 11, 30)
NOON, NIGHT = (datetime(2026, 11, 30, hour, tzinfo=UTC) for hour in (12, 23))


@pytest.mark.parametrize(
    ("tags", "at_noon", "at_night"),
    [
        ({"opening_hours": "06:00-22:00"}, True, False),
        ({"barrier": "gate", "opening_hours": "06:00-22:00", "locked": "yes"}, True, False),
        ({"foot:conditional": "no @ (22:00-06:00)"}, True, False),
        ({"access:conditional": "no @ 22:00-06:00"}, True, False),
        ({"foot": "no", "foot:conditional": "yes @ (Mo-Su 06:00-22:00)"}, True, False),
        ({"access": "private", "opening_hours": "06:00-22:00"}, True, False),
        ({"access:conditional": "no @ (Mar 15 - Sep 15)"}, True, True),
        ({"access:conditional": "no @ (Oct-Mar)"}, False, False),
        ({"access": "no", "access:conditional": "yes @ (06:00-22:00); no @ (Mo)"}, False, False),
        ({"access:conditional": "private @ (20:00-24:00); yes @ (22:30-23:30)"}, True, True),
        # Hours that somebody has to be asked for cannot be counted on.
        ({"opening_hours": '06:00-22:00 || "ring the bell"'}, True, False),
        ({"foot:conditional": 'no @ (22:00-06:00 "perhaps")'}, True, False),
        ({"opening_hours": "06:00-23:30", "foot:conditional": "no @ (22:30-06:00)"}, True, False),
    ],
)
def test_hours_and_conditions_tell_when_it_is_open(tags: dict[str, str], at_noon: bool, at_night: bool) -> None:
    settled = settle(tags, DAY)

    assert (is_open(settled.hours, NOON), is_open(settled.hours, NIGHT)) == (at_noon, at_night)


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "footway"},
        {"barrier": "gate", "opening_hours": "24/7"},
        {"access:conditional": "destination @ (06:30-08:30); destination @ (16:30-18:30)"},
        # The sign speaks of cars: `foot` says so, or the barrier stops nobody else.
        {"foot": "yes", "access:conditional": "no @ (22:00-06:00)"},
        {"barrier": "lift_gate", "access:conditional": "no @ (22:00-06:00)"},
        {"barrier": "bollard", "opening_hours": "06:00-22:00"},
        {"access": "private", "access:conditional": "no @ (22:00-06:00)"},
    ],
)
def test_what_changes_nothing_for_walkers_is_no_matter_of_time(tags: dict[str, str]) -> None:
    assert settle(tags, DAY).hours == ""


def test_works_hold_on_the_day_of_the_build_or_not_at_all() -> None:
    works = {"highway": "footway", "access:conditional": "no @ (2026 Nov 01-2026 Dec 31)"}

    during, after, undated = settle(works, DAY), settle(works, date(2027, 1, 1)), settle(works, None)

    assert (during.tags["foot"], during.closed_by_date, during.hours) == ("no", True, "")
    for other in (after, undated):
        assert ("foot" in other.tags, other.closed_by_date, other.notes) == (False, False, (OUTSIDE_DATES,))


def test_works_of_nights_between_two_dates_are_hours() -> None:
    hours = settle({"access:conditional": "no @ (2026 Nov 01-2026 Dec 31 22:00-06:00)"}, DAY).hours

    later = datetime(2027, 2, 1, 23, tzinfo=UTC)
    assert (is_open(hours, NOON), is_open(hours, NIGHT), is_open(hours, later)) == (
        True,
        False,
        True,
    )


def test_what_cannot_be_read_is_noted_and_closes_nothing() -> None:
    assert settle({"opening_hours": "daily till dusk or so"}, DAY).notes == (UNREAD_HOURS,)
    assert settle({"access:conditional": "no @ wet; no @ (weight>3.5)"}, DAY).notes == (UNREAD_CONDITION,) * 2


def test_the_next_change_is_the_first_of_all_rules() -> None:
    hours = settle({"foot:conditional": "no @ (22:00-06:00); no @ (14:00-15:00)"}, DAY).hours

    assert next_change(hours, NOON) == datetime(2026, 11, 30, 14, tzinfo=UTC)
    assert next_change(settle({"opening_hours": "Mo-Su 00:00-24:00"}, DAY).hours, NOON) is None


@pytest.mark.parametrize(
    ("text", "is_future"), [("2027-05-01", True), ("2027", True), ("2026-11-30", False), ("1890s", False)]
)
def test_a_way_that_opens_next_year_is_not_built_yet(text: str, is_future: bool) -> None:
    assert is_not_built_yet({"highway": "footway", "opening_date": text}, DAY) is is_future
