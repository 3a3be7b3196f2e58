"""The service's clock: real time in production, faster and from a chosen instant when a day is replayed.

Waves, deadlines, opening hours and certificates read this clock; signatures, tokens and latencies use real time.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

log = structlog.get_logger(__name__)

LOOK_S = 1.0
JUMP_S = 0.5
"""A wall clock that moves so far between two looks has been set; smaller corrections are taken without a word."""

NOTHING_S = 0.005
MOST_SLEW = 0.1
"""While an incident is open time runs at most a tenth slower or faster, so that no wave ends early or late by more
(assumption)."""

LONGEST_AHEAD = timedelta(days=1)
"""A journal farther ahead than this was written by a clock that was wrong altogether (assumption)."""

_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class ClockIsReal(RuntimeError):
    """Only a simulated clock can be moved: start the service with RESCUE_CLOCK_START or RESCUE_CLOCK_SPEED."""

    code = "clock_is_real"


def steady_s() -> float:
    """Seconds that nobody can set; those in which the machine slept count, where the system knows them."""
    return time.clock_gettime(_STEADY)


class Clock:
    """`now()` is aware UTC. Without `start` and at speed 1 it begins as the wall clock and goes on by itself: whoever
    sets the wall clock changes no deadline of an open incident, and `follow` brings both together again."""

    def __init__(self, *, start: datetime | None = None, speed: float = 1.0) -> None:
        if start is not None and start.tzinfo is None:
            raise ValueError("the clock's start needs a time zone, as in 2026-01-05T08:00:00+08:00")
        if not speed > 0:
            raise ValueError("the clock's speed must be above 0")
        self.speed = speed
        self.simulated = start is not None or speed != 1.0
        self._start = (start or datetime.now(UTC)).astimezone(UTC)
        self._began_s = steady_s()
        self._slew = 1.0
        self._jumped = asyncio.Event()
        self._ahead_s = 0.0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=(steady_s() - self._began_s) * self.speed * self._slew)

    @property
    def ahead_s(self) -> float:
        """Seconds that a real clock is ahead of the wall clock, which somebody has set; 0 of a simulated one."""
        return 0.0 if self.simulated else (self.now() - datetime.now(UTC)).total_seconds()

    def advance(self, to: datetime) -> None:
        """Skip idle time; a time in the past changes nothing.

        Raises:
            ClockIsReal: the wall clock cannot be moved.
        """
        if not self.simulated:
            raise ClockIsReal(ClockIsReal.__doc__)
        self._skip_to(to)

    def run_at(self, speed: float) -> None:
        """Run `speed` times as fast as real time from now on.

        Raises:
            ClockIsReal: the wall clock has its own speed.
        """
        if not self.simulated:
            raise ClockIsReal(ClockIsReal.__doc__)
        self._start, self._began_s = self.now(), steady_s()
        self.speed = speed
        self._wake()

    def begin_after(self, written_at: datetime | None) -> None:
        """Of a real clock: go on where a former run stopped, whose open incidents would else wait until the wall clock,
        set back meanwhile, has come so far again. written_at: the newest time that their events have."""
        ahead = (written_at or datetime.min.replace(tzinfo=UTC)) - self.now()
        if self.simulated or ahead <= timedelta(0):
            return
        log.warning("clock_behind_journal", by_s=round(ahead.total_seconds(), 1), followed=ahead <= LONGEST_AHEAD)
        if ahead <= LONGEST_AHEAD:
            self._skip_to(self.now() + ahead)
            self._ahead_s = self.ahead_s

    async def follow(self, *, is_quiet: Callable[[], bool]) -> None:
        """Until cancelled: notice when the wall clock is set, and come together with it. is_quiet: no incident is open
        whose deadlines would move."""
        while True:
            await asyncio.sleep(LOOK_S)
            if not self.simulated:
                self.look(is_quiet=is_quiet())

    def look(self, *, is_quiet: bool) -> None:
        """Compare with the wall clock now: take its time in a quiet moment, else come nearer little by little."""
        ahead_s = self.ahead_s
        wall_moved_s = self._ahead_s + (steady_s() - self._began_s) * (self._slew - 1.0) - ahead_s
        if abs(wall_moved_s) > JUMP_S:
            log.warning("clock_jumped", by_s=round(wall_moved_s, 1), is_followed=is_quiet)
        slew = 1.0 - max(-MOST_SLEW, min(MOST_SLEW, ahead_s / LOOK_S))
        if abs(ahead_s) < NOTHING_S:
            self._go_on(self.now(), slew=1.0)
        elif is_quiet:
            self._go_on(datetime.now(UTC), slew=1.0)
        else:
            self._go_on(self.now(), slew=slew)
        self._ahead_s = self.ahead_s

    async def sleep_until(self, at: datetime) -> None:
        """Return at `at` on this clock, sooner in real time where the clock runs faster or is advanced."""
        while (left_s := (at - self.now()).total_seconds()) > 0:
            try:
                await asyncio.wait_for(self._jumped.wait(), left_s / (self.speed * self._slew))
            except TimeoutError:
                continue

    def _skip_to(self, to: datetime) -> None:
        ahead = to - self.now()
        if ahead > timedelta(0):
            self._start += ahead
            self._wake()

    def _go_on(self, now: datetime, *, slew: float) -> None:
        is_new = self._slew != slew or abs(now - self.now()) > timedelta(seconds=NOTHING_S)
        self._start, self._began_s, self._slew = now, steady_s(), slew
        if is_new:
            self._wake()

    def _wake(self) -> None:
        self._jumped.set()
        self._jumped = asyncio.Event()
