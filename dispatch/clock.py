"""The service's clock: real time in production, faster and from a chosen instant when a day is replayed.

Waves, deadlines, opening hours and certificates read this clock; signatures, tokens and latencies use real time.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta


class ClockIsReal(RuntimeError):
    """Only a simulated clock can be moved: start the service with RESCUE_CLOCK_START or RESCUE_CLOCK_SPEED."""

    code = "clock_is_real"


class Clock:
    """`now()` is aware UTC. Without `start` and at speed 1 it is the wall clock and follows its corrections."""

    def __init__(self, *, start: datetime | None = None, speed: float = 1.0) -> None:
        if start is not None and start.tzinfo is None:
            raise ValueError("the clock's start needs a time zone, as in 2026-01-05T08:00:00+08:00")
        if not speed > 0:
            raise ValueError("the clock's speed must be above 0")
        self.speed = speed
        self.simulated = start is not None or speed != 1.0
        self._start = (start or datetime.now(UTC)).astimezone(UTC)
        self._began = time.monotonic()
        self._jumped = asyncio.Event()

    def now(self) -> datetime:
        if not self.simulated:
            return datetime.now(UTC)
        return self._start + timedelta(seconds=(time.monotonic() - self._began) * self.speed)

    def advance(self, to: datetime) -> None:
        """Skip idle time; a time in the past changes nothing.

        Raises:
            ClockIsReal: the wall clock cannot be moved.
        """
        if not self.simulated:
            raise ClockIsReal(ClockIsReal.__doc__)
        ahead = to - self.now()
        if ahead > timedelta(0):
            self._start += ahead
            self._jumped.set()
            self._jumped = asyncio.Event()

    def run_at(self, speed: float) -> None:
        """Run `speed` times as fast as real time from now on.

        Raises:
            ClockIsReal: the wall clock has its own speed.
        """
        if not self.simulated:
            raise ClockIsReal(ClockIsReal.__doc__)
        self._start, self._began = self.now(), time.monotonic()
        self.speed = speed
        self._jumped.set()
        self._jumped = asyncio.Event()

    async def sleep_until(self, at: datetime) -> None:
        """Return at `at` on this clock, sooner in real time where the clock runs faster or is advanced."""
        while (left_s := (at - self.now()).total_seconds()) > 0:
            try:
                await asyncio.wait_for(self._jumped.wait(), left_s / self.speed)
            except TimeoutError:
                continue
