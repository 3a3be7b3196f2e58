"""The simulators' clock follows the service's, through skips."""

from datetime import UTC, datetime, timedelta

from dispatch.contracts.api import ClockState
from simulators.sim_clock import SimClock, ring

NOON = datetime(2025, 6, 11, 12, tzinfo=UTC)


class Watch:
    """A monotonic clock that the test turns."""

    def __init__(self) -> None:
        self.reading = 100.0

    def __call__(self) -> float:
        return self.reading


def clock(watch: Watch, *, speed: float = 240.0) -> SimClock:
    return SimClock(ClockState(now=NOON, speed=speed, simulated=True), read_at=100.0, real=watch)


def test_it_runs_at_the_services_speed_from_the_moment_it_was_read() -> None:
    watch = Watch()
    following = clock(watch)
    watch.reading = 102.5

    assert following.now() == NOON + timedelta(minutes=10)


async def test_a_skip_rings_the_alarms_it_passes_and_no_others() -> None:
    following = clock(Watch(), speed=1.0)
    near, far = following.alarm(NOON + timedelta(hours=1)), following.alarm(NOON + timedelta(hours=3))

    following.follow(ClockState(now=NOON + timedelta(hours=2), speed=1.0, simulated=True), read_at=100.0)
    await near

    assert not far.done()
    far.cancel()


async def test_an_alarm_may_be_rung_early_and_twice() -> None:
    alarm = clock(Watch(), speed=1.0).alarm(NOON + timedelta(hours=1))

    ring(alarm)
    ring(alarm)

    await alarm


async def test_an_alarm_in_the_past_rings_at_once() -> None:
    await clock(Watch()).sleep_until(NOON - timedelta(hours=1))
