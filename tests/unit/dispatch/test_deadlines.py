"""Deadlines fire once, in order, at their time on the service's clock, and are not lost to a passing fault."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from dispatch.clock import Clock
from dispatch.incidents.deadlines import Deadlines
from tests.support.waiting import PATIENCE_S, turns

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


class Alarm:
    """Deadlines on a clock that stands almost still until it is advanced, and what they fired."""

    def __init__(self, faults: int = 0) -> None:
        self.clock = Clock(start=START, speed=0.001)
        self.deadlines = Deadlines(self.clock, self.fire)
        self.fired: list[str] = []
        self.early: list[str] = []
        self.due: dict[str, datetime] = {}
        self._faults = faults
        self._rang = asyncio.Condition()

    def set(self, incident_id: str, due: datetime | None) -> None:
        self.due[incident_id] = due or datetime.max.replace(tzinfo=UTC)
        self.deadlines.set(incident_id, due)

    async def wait_for(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE_S), self._rang:
            await self._rang.wait_for(lambda: len(self.fired) >= count)

    async def fire(self, incident_id: str) -> None:
        if self._faults:
            self._faults -= 1
            raise OSError("the disk is full for a moment")
        if self.clock.now() < self.due[incident_id]:
            self.early.append(incident_id)
        async with self._rang:
            self.fired.append(incident_id)
            self._rang.notify_all()


async def test_a_deadline_is_overdue_from_its_time_until_it_is_carried_out() -> None:
    alarm = Alarm()
    alarm.set("past", at(-1))
    alarm.set("future", at(1))
    before = alarm.deadlines.overdue
    async with running(alarm):
        await alarm.wait_for(1)
        await turns()

    assert before == 1
    assert alarm.deadlines.overdue == 0


@asynccontextmanager
async def running(alarm: Alarm) -> AsyncIterator[Alarm]:
    task = asyncio.create_task(alarm.deadlines.run())
    try:
        yield alarm
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_deadlines_fire_in_the_order_of_their_times() -> None:
    alarm = Alarm()
    for incident_id, hours in {"late": 3, "soon": 1, "between": 2}.items():
        alarm.set(incident_id, at(hours))

    async with running(alarm):
        for count, hours in enumerate((1, 2, 3), start=1):
            alarm.clock.advance(at(hours))
            await alarm.wait_for(count)

    assert alarm.fired == ["soon", "between", "late"]


async def test_several_that_are_due_at_once_fire_in_order_too() -> None:
    alarm = Alarm()
    for incident_id, hours in {"c": 3, "a": 1, "b": 2}.items():
        alarm.set(incident_id, at(hours))
    alarm.clock.advance(at(4))

    async with running(alarm):
        await alarm.wait_for(3)

    assert alarm.fired == ["a", "b", "c"]


async def test_a_replaced_deadline_counts_and_the_old_one_does_not() -> None:
    alarm = Alarm()
    async with running(alarm):
        alarm.set("sooner", at(5))
        alarm.set("later", at(1))
        await turns()
        alarm.set("sooner", at(2))
        alarm.set("later", at(4))
        alarm.clock.advance(at(3))
        await alarm.wait_for(1)
        first = list(alarm.fired)
        alarm.clock.advance(at(6))
        await alarm.wait_for(2)

    assert first == ["sooner"]
    assert alarm.fired == ["sooner", "later"]


async def test_a_deadline_put_back_to_where_it_was_fires_once() -> None:
    alarm = Alarm()
    for hours in (1, 2, 1, 2, 1):
        alarm.set("once", at(hours))
    alarm.set("end", at(3))

    async with running(alarm):
        alarm.clock.advance(at(4))
        await alarm.wait_for(2)

    assert alarm.fired == ["once", "end"]


async def test_a_deadline_taken_away_does_not_fire() -> None:
    alarm = Alarm()
    async with running(alarm):
        alarm.set("gone", at(1))
        alarm.set("end", at(2))
        await turns()
        alarm.set("gone", None)
        alarm.clock.advance(at(3))
        await alarm.wait_for(1)

    assert alarm.fired == ["end"]


async def test_a_deadline_set_while_the_alarm_waits_for_a_later_one_is_not_missed() -> None:
    alarm = Alarm()
    alarm.set("late", at(9))
    async with running(alarm):
        await turns()
        alarm.set("past", at(-1))
        await alarm.wait_for(1)

    assert alarm.fired == ["past"]


@pytest.mark.parametrize("by", [timedelta(hours=-1), timedelta(hours=1)])
async def test_a_deadline_comes_at_its_time_whoever_sets_the_machines_clock(by: timedelta) -> None:
    alarm = Alarm()
    with time_machine.travel(START):
        alarm.clock = Clock()
        alarm.deadlines = Deadlines(alarm.clock, alarm.fire)
        alarm.set("soon", alarm.clock.now() + timedelta(seconds=0.2))
        alarm.set("late", alarm.clock.now() + timedelta(minutes=30))
        following = asyncio.create_task(alarm.clock.follow(is_quiet=lambda: False))
        async with running(alarm):
            await turns()
            with time_machine.travel(START + by):
                await alarm.wait_for(1)
                alarm.clock.look(is_quiet=False)
                await turns(20)
        following.cancel()

    assert alarm.fired == ["soon"]
    assert not alarm.early


async def test_a_deadline_that_fails_is_tried_again_and_delays_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dispatch.incidents.deadlines.RETRY_S", 0.01)
    alarm = Alarm(faults=3)
    alarm.set("fails", at(1))
    alarm.set("works", at(2))
    alarm.clock.advance(at(3))

    async with running(alarm):
        await alarm.wait_for(2)

    assert sorted(alarm.fired) == ["fails", "works"]


async def test_what_is_overdue_at_a_start_is_carried_out_before_anything_else() -> None:
    alarm = Alarm()
    for incident_id, hours in {"late": -1, "later": -2, "future": 1}.items():
        alarm.set(incident_id, at(hours))

    await alarm.deadlines.catch_up(within_s=PATIENCE_S)

    assert alarm.fired == ["later", "late"]
    assert alarm.deadlines.overdue == 0


async def test_an_overdue_one_that_fails_again_and_again_holds_up_no_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dispatch.incidents.deadlines.RETRY_S", 0.01)
    alarm = Alarm(faults=10)
    alarm.set("fails", at(-1))
    await alarm.deadlines.catch_up(within_s=0)
    early = list(alarm.fired)
    async with running(alarm):
        await alarm.wait_for(1)

    assert early == []
    assert alarm.fired == ["fails"]


async def test_a_start_that_is_called_off_leaves_no_deadline_trying() -> None:
    alarm = Alarm(faults=1)
    alarm.set("fails", at(-1))
    start = asyncio.create_task(alarm.deadlines.catch_up(within_s=PATIENCE_S))
    await turns(5)
    start.cancel()
    with suppress(asyncio.CancelledError):
        await start
    await turns(5)

    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert alarm.fired == []


@pytest.mark.parametrize("steps", range(12))
async def test_the_alarm_ends_when_it_is_cancelled_whatever_it_is_doing(steps: int) -> None:
    alarm = Alarm()
    alarm.set("late", at(9))
    task = asyncio.create_task(alarm.deadlines.run())
    await turns(5)
    alarm.set("later", at(10))
    await turns(steps)

    task.cancel()
    done, _ = await asyncio.wait([task], timeout=PATIENCE_S)
    task.cancel()

    assert done


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.none() | st.integers(1, 20)), min_size=1, max_size=25),
    st.lists(st.integers(1, 10), min_size=1, max_size=5),
)
def test_what_was_said_last_of_each_incident_is_what_fires(
    said: list[tuple[str, int | None]], pauses: list[int]
) -> None:
    async def story() -> Alarm:
        alarm = Alarm()
        for incident_id, hours in said:
            alarm.set(incident_id, None if hours is None else at(hours))
        alarm.set("end", at(1_000))
        async with running(alarm):
            hours = 0
            for pause in [*pauses, 1_000]:
                hours += pause
                alarm.clock.advance(at(hours))
            await alarm.wait_for(1 + sum(due is not None for due in dict(said).values()))
        return alarm

    alarm = asyncio.run(story())

    expected = {incident_id for incident_id, hours in dict(said).items() if hours is not None}
    assert sorted(alarm.fired) == sorted([*expected, "end"])
    assert not alarm.early
    assert alarm.fired == sorted(alarm.fired, key=lambda incident_id: alarm.due[incident_id]) or len(
        {alarm.due[one] for one in alarm.fired}
    ) < len(alarm.fired)
