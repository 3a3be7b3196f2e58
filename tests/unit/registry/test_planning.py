"""The planners' table of openness against the rule it is made of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.eligibility import Answer, is_usable
from registry.models import Aed, AedState, NaiveDatetime
from registry.planning import WEEK_HOURS, openness, week_around

VADUZ = ZoneInfo("Europe/Vaduz")
HOURS = (
    "24/7",
    "",
    "Mo-Fr 08:00-17:00",
    "sunrise-sunset",
    "Mo-Su 08:00-18:00; PH off",
    "SH off",
    "nonsense",
    "by arrangement",
)

aeds = st.builds(
    Aed,
    aed_id=st.text(max_size=3),
    lon=st.sampled_from([9.5, 113.6]),
    lat=st.sampled_from([47.1, 34.7]),
    time_zone=st.sampled_from(["Europe/Vaduz", "Asia/Shanghai"]),
    opening_hours=st.sampled_from(HOURS),
    access=st.sampled_from(["", "yes", "private", "perhaps", " Yes "]),
    state=st.sampled_from(AedState),
)


@given(
    some=st.lists(aeds, max_size=8),
    times=st.lists(st.datetimes(datetime(2024, 1, 1), datetime(2025, 12, 31), timezones=st.just(UTC)), max_size=6),  # noqa: DTZ001 -- hypothesis adds the zone
)
def test_each_cell_is_what_eligibility_says(some: list[Aed], times: list[datetime]) -> None:
    table = openness(some, times)

    answers = [[is_usable(aed, at).answer for at in times] for aed in some]
    shape = (len(some), len(times))
    assert table.usable.tolist() == np.reshape([[a is Answer.YES for a in row] for row in answers], shape).tolist()
    assert table.unknown.tolist() == np.reshape([[a is Answer.UNKNOWN for a in row] for row in answers], shape).tolist()
    always = [is_usable(replace(aed, opening_hours="24/7"), datetime.now(UTC)).answer is not Answer.NO for aed in some]
    assert table.usable_if_open.tolist() == always


def test_a_week_has_the_middles_of_its_168_local_hours() -> None:
    week = week_around(datetime(2024, 3, 10, 23, 59, tzinfo=VADUZ), VADUZ)

    assert len(week) == WEEK_HOURS
    assert week[0] == datetime(2024, 3, 4, 0, 30, tzinfo=VADUZ)
    assert week[-1] == datetime(2024, 3, 10, 23, 30, tzinfo=VADUZ)


def test_a_week_in_which_the_clocks_change_keeps_its_local_hours() -> None:
    week = week_around(datetime(2024, 3, 31, 12, 0, tzinfo=VADUZ), VADUZ)

    assert len(week) == WEEK_HOURS
    assert week[-1].astimezone(VADUZ).hour == 23
    assert week[-1] - week[0] == timedelta(hours=166)


@pytest.mark.parametrize("ask", [lambda at: openness([], [at]), lambda at: week_around(at, VADUZ)])
def test_a_time_without_zone_is_refused(ask: object) -> None:
    with pytest.raises(NaiveDatetime, match="no time zone"):
        ask(datetime(2024, 3, 4, 12, 0))  # type: ignore[operator]  # noqa: DTZ001
