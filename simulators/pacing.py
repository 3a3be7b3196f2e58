"""How fast the clock of a replay may run on this machine: as fast as leaves volunteers' answers in time."""

import time
from collections.abc import Sequence

import numpy as np

from simulators.ledger import Ledger
from simulators.service import Service
from simulators.sim_clock import SimClock

TOLERATED_S = 1.5
"""Simulated seconds that an answer may be late by. Volunteers answer after 12 s at the median, and the service waits
for 30: about a hundredth of all answers fall into the last second and a half of these."""
SLOWEST = 2.0
"""Slower than this nobody would wait for a day's calls; a machine that needs it is told of in the report."""
STEP_UP = 1.5
"""A clock that was slowed by a busy moment comes back by this factor from call to call."""
FIRST_ANSWERS = 20
"""Of the answers since the last look so few tell too little of the machine's bad moments (assumption)."""
BAD_MOMENT = 95
"""Percentile."""
LOOKS = 20


def first_speed(round_trips_s: Sequence[float], *, fastest: float) -> float:
    """From real seconds that the service took to say the time while nothing else went on: an answer takes several times
    that, since a database stands behind it (assumption: five times)."""
    return _within(TOLERATED_S / (5.0 * float(np.percentile(round_trips_s, BAD_MOMENT))), fastest)


def next_speed(speed: float, lags_s: Sequence[float], *, fastest: float) -> float:
    """From real seconds by which answers were late at `speed`: what a volunteer meant for an instant, and the service
    had taken only then."""
    if not lags_s:
        return speed
    wanted = TOLERATED_S / max(float(np.percentile(lags_s, BAD_MOMENT)), 1e-6)
    if wanted > speed and len(lags_s) < FIRST_ANSWERS:
        return speed
    return _within(min(wanted, speed * STEP_UP), fastest)


def _within(speed: float, fastest: float) -> float:
    return round(min(max(speed, SLOWEST), fastest), 1)


class Pacer:
    """Sets the clock's speed between two calls, never above `fastest`."""

    def __init__(self, service: Service, clock: SimClock, ledger: Ledger, *, fastest: float) -> None:
        self.speeds: list[float] = []
        self._service, self._clock, self._ledger = service, clock, ledger
        self._fastest = fastest

    async def set_speed(self) -> None:
        lags_s = self._ledger.answer_lags_s
        if self.speeds:
            speed = next_speed(self.speeds[-1], lags_s, fastest=self._fastest)
            if speed != self.speeds[-1]:
                lags_s.clear()
        else:
            speed = first_speed([await self._round_trip_s() for _ in range(LOOKS)], fastest=self._fastest)
        self.speeds.append(speed)
        if speed != self._clock.speed:
            state, read_at = await self._service.run_at(speed)
            self._clock.follow(state, read_at=read_at)

    async def _round_trip_s(self) -> float:
        began = time.perf_counter()
        await self._service.get_clock()
        return time.perf_counter() - began
