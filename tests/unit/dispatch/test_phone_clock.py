"""What a phone's positions tell of its clock, and when they were made by ours."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.streams.phone_clock import Dated, PhoneClock

NOON = datetime(2025, 3, 5, 4, tzinfo=UTC)


def second(number: float) -> datetime:
    return NOON + timedelta(seconds=number)


def told(clock: PhoneClock, at_s: float, *, observed_s: float, sent_s: float | None = None) -> Dated:
    """A position that comes `at_s` after noon; the phone's own times are of its clock."""
    sent_at = None if sent_s is None else second(sent_s)
    return clock.date(second(observed_s), sent_at=sent_at, received_at=second(at_s))


@pytest.mark.parametrize("off_s", [-2700.0, -600.0, 300.0, 90_000.0])
def test_a_phone_that_says_when_it_sends_may_have_any_clock(off_s: float) -> None:
    dated = told(PhoneClock(), 100, observed_s=90 + off_s, sent_s=100 + off_s)

    assert dated == Dated(observed_at=second(90), off_s=off_s)


def test_a_kept_position_of_a_right_clock_stays_as_old_as_it_is() -> None:
    assert told(PhoneClock(), 1000, observed_s=0, sent_s=999) == Dated(observed_at=second(0), off_s=None)


@pytest.mark.parametrize("off_s", [-59.0, -3.0, 0.0, 59.0])
def test_a_clock_that_is_about_right_is_believed_but_nothing_is_later_than_now(off_s: float) -> None:
    dated = told(PhoneClock(), 100, observed_s=100 + off_s)

    assert dated == Dated(observed_at=second(100 + min(off_s, 0)), off_s=None)


def test_a_time_to_come_is_a_clock_that_is_ahead() -> None:
    clock = PhoneClock()

    assert told(clock, 100, observed_s=2800) == Dated(observed_at=second(100), off_s=2700)
    # Kept for 40 s: the clock is ahead by what was seen before.
    assert told(clock, 110, observed_s=2770) == Dated(observed_at=second(70), off_s=2700)


def test_positions_in_step_with_their_coming_are_of_a_clock_that_is_behind() -> None:
    clock = PhoneClock()

    dated = [told(clock, at_s, observed_s=at_s - 2700) for at_s in (0, 4, 8, 12, 16)]

    assert [one.off_s for one in dated] == [None, None, None, -2700, -2700]
    assert [one.observed_at for one in dated[3:]] == [second(12), second(16)]


def test_positions_that_were_kept_in_a_tunnel_and_come_at_once_are_as_old_as_they_say() -> None:
    clock = PhoneClock()

    dated = [told(clock, number / 10, observed_s=-900 + 10 * number) for number in range(40)]

    assert all(one.off_s is None for one in dated)
    assert dated[0].observed_at == second(-900)


def test_a_clock_that_is_set_right_is_believed_again() -> None:
    clock = PhoneClock()
    told(clock, 100, observed_s=2800)

    assert told(clock, 104, observed_s=104) == Dated(observed_at=second(104), off_s=None)


def test_a_service_that_runs_fast_takes_no_slow_line_for_a_slow_clock() -> None:
    clock = PhoneClock()

    for at_s in range(0, 6000, 300):
        dated = clock.date(second(at_s - 90), sent_at=None, received_at=second(at_s), speed=300)
        assert dated == Dated(observed_at=second(at_s - 90), off_s=None)


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(-4000, 4000), st.none() | st.floats(-4000, 4000)), max_size=12))
def test_nothing_was_observed_later_than_now(steps: list[tuple[float, float, float | None]]) -> None:
    clock, now = PhoneClock(), NOON
    for passed_s, observed_s, sent_s in steps:
        now += timedelta(seconds=passed_s)
        sent_at = None if sent_s is None else now + timedelta(seconds=sent_s)
        dated = clock.date(now + timedelta(seconds=observed_s), sent_at=sent_at, received_at=now)
        assert dated.observed_at <= now
