"""The service's clock: from a chosen instant, faster, and ahead in one step, but never back."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import structlog
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from dispatch.clock import Clock, ClockIsReal
from tests.support.waiting import turns

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
LONG = timedelta(days=365)


def about(at: datetime) -> Any:
    """Within what a busy machine takes between two lines."""
    return pytest.approx(at.timestamp(), abs=30)


def test_a_clock_without_settings_begins_as_the_wall_clock() -> None:
    with time_machine.travel(START, tick=False):
        clock = Clock()
        now = clock.now()

    assert now.timestamp() == about(START)
    assert not clock.simulated
    assert clock.speed == 1.0


@pytest.mark.parametrize("by", [timedelta(hours=-1), timedelta(hours=1), timedelta(days=-3650)])
def test_a_wall_clock_that_is_set_moves_no_time_while_an_incident_is_open_and_is_told(by: timedelta) -> None:
    with time_machine.travel(START):
        clock = Clock()
    with time_machine.travel(START + by), structlog.testing.capture_logs() as lines:
        before = clock.now()
        for _ in range(3):
            clock.look(is_quiet=False)
        after = clock.now()
        off_s = clock.ahead_s

    assert timedelta(0) <= after - before < timedelta(seconds=30)
    assert after.timestamp() == about(START)
    assert off_s == pytest.approx(-by.total_seconds(), abs=30)
    [told] = lines
    assert (told["event"], told["log_level"], told["is_followed"]) == ("clock_jumped", "warning", False)
    assert told["by_s"] == pytest.approx(by.total_seconds(), abs=30)


@pytest.mark.parametrize("by", [timedelta(hours=-1), timedelta(hours=1)])
def test_the_wall_clocks_new_time_counts_from_the_first_quiet_moment_on(by: timedelta) -> None:
    with time_machine.travel(START):
        clock = Clock()
    with time_machine.travel(START + by):
        clock.look(is_quiet=False)
        with structlog.testing.capture_logs() as lines:
            clock.look(is_quiet=True)
            clock.look(is_quiet=False)
        now, off_s = clock.now(), clock.ahead_s

    assert now.timestamp() == about(START + by)
    assert abs(off_s) < 1
    assert lines == []


def test_an_open_incidents_clock_comes_nearer_to_the_wall_clock_by_a_tenth_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steady = 1_000.0
    monkeypatch.setattr("dispatch.clock.steady_s", lambda: steady)
    with time_machine.travel(START, tick=False):
        clock = Clock()
    off_s = []
    for second in range(1, 61):
        steady += 1.0
        with time_machine.travel(START + timedelta(seconds=second - 3), tick=False):
            clock.look(is_quiet=False)
            off_s.append(clock.ahead_s)

    steps_s = [before - after for before, after in pairwise(off_s)]
    assert off_s[0] == pytest.approx(3.0)
    assert max(steps_s) == pytest.approx(0.1, abs=1e-3)
    assert min(steps_s) > -1e-3
    assert abs(off_s[-1]) < 0.01


def test_a_small_correction_is_taken_without_a_word() -> None:
    with time_machine.travel(START, tick=False), structlog.testing.capture_logs() as lines:
        clock = Clock()
        clock.look(is_quiet=True)
    with time_machine.travel(START + timedelta(seconds=0.2), tick=False):
        clock.look(is_quiet=True)

    assert lines == []


@pytest.mark.parametrize(
    ("written", "begins"),
    [
        (timedelta(minutes=-5), timedelta(0)),
        (timedelta(hours=1), timedelta(hours=1)),
        (timedelta(days=3), timedelta(0)),
    ],
)
def test_a_start_goes_on_where_the_journal_is_unless_that_cannot_be_right(
    written: timedelta, begins: timedelta
) -> None:
    with time_machine.travel(START):
        clock = Clock()
        clock.begin_after(START + written)
        now = clock.now()

    assert now.timestamp() == about(START + begins)


def test_a_simulated_clock_begins_as_it_was_told_and_follows_no_wall_clock() -> None:
    clock = Clock(start=START)
    clock.begin_after(START + timedelta(hours=1))
    clock.begin_after(None)

    assert clock.now().timestamp() == about(START)
    assert clock.ahead_s == 0.0


@given(st.floats(0.1, 3600))
def test_a_simulated_clock_runs_by_its_speed_from_its_start(speed: float) -> None:
    before = time.monotonic()
    clock = Clock(start=START, speed=speed)
    after = time.monotonic()
    least_s = time.monotonic() - after
    now = clock.now()
    most_s = time.monotonic() - before

    rounding_s = 1e-5
    assert least_s * speed - rounding_s <= (now - START).total_seconds() <= most_s * speed + rounding_s
    assert clock.simulated


def test_a_start_in_another_zone_is_told_in_utc() -> None:
    local = datetime.fromisoformat("2026-01-05T16:00:00+08:00")

    now = Clock(start=local).now()

    assert now.utcoffset() == timedelta(0)
    assert abs(now - local) < timedelta(minutes=1)


def test_a_start_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Clock(start=START.replace(tzinfo=None))


async def test_who_sleeps_is_woken_by_a_clock_that_runs_faster_from_now_on() -> None:
    clock = Clock(start=START, speed=1.0)
    began = time.monotonic()
    sleeper = asyncio.create_task(clock.sleep_until(START + timedelta(hours=1)))
    await turns()
    clock.run_at(3_600_000.0)
    await sleeper

    assert clock.now() >= START + timedelta(hours=1)
    assert time.monotonic() - began < 60


def test_a_change_of_speed_moves_no_time() -> None:
    clock = Clock(start=START, speed=100.0)
    before = clock.now()
    clock.run_at(1.0)
    after = clock.now()

    assert timedelta(0) <= after - before < timedelta(minutes=1)
    assert clock.speed == 1.0
    with pytest.raises(ClockIsReal):
        Clock().run_at(2.0)


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_clock_that_would_stand_still_or_run_backwards_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        Clock(speed=speed)


def test_only_a_simulated_clock_can_be_advanced() -> None:
    with pytest.raises(ClockIsReal):
        Clock().advance(START + LONG)


@given(st.lists(st.timedeltas(-LONG, LONG), max_size=8), st.floats(0.5, 3600))
def test_a_clock_never_runs_backwards_whatever_it_is_advanced_to(steps: list[timedelta], speed: float) -> None:
    clock = Clock(start=START, speed=speed)
    before = clock.now()

    for step in steps:
        clock.advance(START + step)
        after = clock.now()
        assert after >= max(before, START + step)
        before = after


async def test_a_sleeper_wakes_when_the_clock_is_advanced_past_its_time() -> None:
    clock = Clock(start=START)
    sleeper = asyncio.create_task(clock.sleep_until(START + LONG))
    await turns()

    clock.advance(START + LONG / 2)
    await turns(10)
    still_asleep = not sleeper.done()
    clock.advance(START + LONG)
    await sleeper

    assert still_asleep
    assert clock.now() >= START + LONG


async def test_a_sleeper_wakes_by_a_faster_clock() -> None:
    clock = Clock(start=START, speed=86_400)

    await clock.sleep_until(START + timedelta(hours=1))

    assert clock.now() >= START + timedelta(hours=1)


async def test_whoever_sleeps_until_the_past_is_awake() -> None:
    await asyncio.wait_for(Clock(start=START).sleep_until(START - LONG), timeout=5)


async def test_all_sleepers_wake_each_at_its_own_time() -> None:
    clock = Clock(start=START)
    sleepers = [asyncio.create_task(clock.sleep_until(START + LONG * number)) for number in (1, 2, 3)]
    await turns()

    woken = []
    for number in (1, 2, 3):
        clock.advance(START + LONG * number)
        await sleepers[number - 1]
        woken.append([sleeper.done() for sleeper in sleepers])

    assert woken == [[True, False, False], [True, True, False], [True, True, True]]
