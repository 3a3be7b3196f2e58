"""A responder's way as a function of time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.trip import Trip, plan_trip

START = datetime(2025, 6, 11, 8, tzinfo=UTC)
WAY = [(113.65, 34.75), (113.655, 34.75), (113.655, 34.752)]


def trip(*, aed: tuple[float, float] | None = None, speed_m_s: float = 2.0) -> Trip:
    return plan_trip(WAY, length_m=600.0, aed=aed, started=START, speed_m_s=speed_m_s, takeout_s=30.0)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_a_walk_takes_its_length_at_its_speed() -> None:
    words = trip().words(every_s=60.0, hands_back_at=None)

    assert words[-1] == (after(300.0), "arrived")
    assert [word for _, word in words] == ["position"] * 5 + ["arrived"]


def test_taking_out_the_aed_costs_time_and_is_said() -> None:
    words = trip(aed=WAY[1]).words(every_s=1e6, hands_back_at=None)

    assert [word for _, word in words] == ["aed_collected", "arrived"]
    assert words[-1][0] == after(330.0)


def test_while_the_aed_is_taken_out_nobody_moves() -> None:
    walk = trip(aed=WAY[1])
    assert walk.aed_at_m is not None
    there = walk.aed_at_m / walk.speed_m_s

    assert walk.position(after(there + 1.0)) == walk.position(after(there + 29.0)) == pytest.approx(WAY[1])
    assert walk.since_aed_m(after(there + 29.0)) == pytest.approx(0.0, abs=1e-6)


def test_who_turns_round_says_nothing_afterwards() -> None:
    words = trip(aed=WAY[2]).words(every_s=60.0, hands_back_at=0.5)

    assert words[-1] == (after(150.0), "hand_back")
    assert [word for _, word in words[:-1]] == ["position", "position"]


@given(seconds=st.floats(0.0, 2_000.0), aed=st.sampled_from([None, WAY[0], WAY[1], WAY[2]]))
def test_a_walker_never_goes_back_and_never_past_the_end(seconds: float, aed: tuple[float, float] | None) -> None:
    walk = trip(aed=aed)

    assert 0.0 <= walk.walked_m(after(seconds)) <= walk.walked_m(after(seconds + 5.0)) <= walk.length_m


def test_a_way_of_no_length_is_walked_at_once() -> None:
    walk = plan_trip([WAY[0], WAY[0]], length_m=0.0, aed=None, started=START, speed_m_s=2.0, takeout_s=30.0)

    assert walk.words(every_s=20.0, hands_back_at=None) == [(START, "arrived")]
