"""How fast the clock of a replay may run on this machine: as fast as leaves volunteers' answers in time."""

import math
import time
from collections.abc import Sequence

import numpy as np

from simulators.ledger import Ledger
from simulators.service import Service
from simulators.sim_clock import SimClock
from simulators.volunteer import Behaviour

ANSWER_S = 30.0
"""What the service waits for an answer, simulated (policy `answer_s`)."""
LATE_SHARE = 0.015
"""Of answers given in time, so many may come too late by the machine: half as many as those with which a report tells
no outcomes (`report.MOST_TOO_LATE`)."""
SLOWEST = 2.0
"""Slower than this nobody would wait for a day's calls."""
STEP_UP = 2.0
"""A clock that was slowed by a busy moment comes back by this factor from call to call."""
ENOUGH = 6
"""Of the answers since the last change so few tell too little to run faster by them (assumption)."""
TRIPS, TRIPS_AN_ANSWER = 20, 5.0
"""Before the first call: round trips that are timed, and what an answer takes, since a database stands behind it
(assumption)."""


def share_late(speed: float, lags_s: Sequence[float], behaviour: Behaviour) -> float:
    """Of the answers that such volunteers give in time, how many the service would take too late at this speed.

    lags_s: real seconds by which answers come later than meant.
    """
    left_s = np.maximum(ANSWER_S - speed * np.asarray(lags_s), 1e-9)
    in_time = _answered_by(ANSWER_S, behaviour)
    return float(np.mean([in_time - _answered_by(one, behaviour) for one in left_s])) / in_time


def speed_for(lags_s: Sequence[float], behaviour: Behaviour, *, fastest: float) -> float:
    """The greatest speed, to a tenth and never below `SLOWEST`, at which no more than `LATE_SHARE` come too late."""
    low, high = SLOWEST, fastest
    if share_late(high, lags_s, behaviour) <= LATE_SHARE:
        return high
    while high - low > 0.05:
        middle = (low + high) / 2.0
        low, high = (middle, high) if share_late(middle, lags_s, behaviour) <= LATE_SHARE else (low, middle)
    return round(low, 1)


def next_speed(speed: float, lags_s: Sequence[float], behaviour: Behaviour, *, fastest: float) -> float:
    """After a call at `speed` with these lags: slower at once, faster by steps and on enough answers only."""
    if not lags_s:
        return speed
    wanted = speed_for(lags_s, behaviour, fastest=fastest)
    if wanted > speed and len(lags_s) < ENOUGH:
        return speed
    return min(wanted, round(speed * STEP_UP, 1))


def _answered_by(after_s: float, behaviour: Behaviour) -> float:
    z = math.log(after_s / behaviour.answer_median_s) / behaviour.answer_spread
    return 0.5 * (1.0 + math.erf(z / math.sqrt(2.0)))


class Pacer:
    """Sets the clock's speed between two calls, never above `fastest`."""

    def __init__(
        self, service: Service, clock: SimClock, ledger: Ledger, behaviour: Behaviour, *, fastest: float
    ) -> None:
        self.speeds: list[float] = []
        self._service, self._clock, self._ledger = service, clock, ledger
        self._behaviour, self._fastest = behaviour, fastest

    async def set_speed(self) -> None:
        if self.speeds:
            speed = next_speed(self.speeds[-1], self._ledger.answer_lags_s, self._behaviour, fastest=self._fastest)
        else:
            trips_s = [TRIPS_AN_ANSWER * await self._round_trip_s() for _ in range(TRIPS)]
            speed = speed_for(trips_s, self._behaviour, fastest=self._fastest)
        if not self.speeds or speed != self.speeds[-1]:
            self._ledger.answer_lags_s.clear()
        self.speeds.append(speed)
        if speed != self._clock.speed:
            state, read_at = await self._service.run_at(speed)
            self._clock.follow(state, read_at=read_at)

    async def _round_trip_s(self) -> float:
        began = time.perf_counter()
        await self._service.get_clock()
        return time.perf_counter() - began
