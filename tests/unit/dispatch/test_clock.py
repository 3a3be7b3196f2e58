"""The service's clock: from a chosen instant, faster, and ahead in one step, but never back."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from dispatch.clock import Clock, ClockIsReal
from tests.support.waiting import turns

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
LONG = timedelta(days=365)


def test_a_clock_without_settings_is_the_wall_clock_and_follows_it() -> None:
    clock = Clock()

    with time_machine.travel(START, tick=False):
        assert clock.now() == START
    with time_machine.travel(START - timedelta(hours=1), tick=False):
        assert clock.now() == START - timedelta(hours=1)
    assert not clock.simulated


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
