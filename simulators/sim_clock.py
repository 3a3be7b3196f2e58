"""The service's clock as the simulators keep it: a start instant, a speed, and sleepers that a skip wakes."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from dispatch.contracts.api import ClockState


class SimClock:
    """Follows the clock of the service; `real` is a monotonic clock in seconds."""

    def __init__(self, state: ClockState, *, real: Callable[[], float]) -> None:
        self._real = real
        self._origin = state.now  # the service's time ...
        self._origin_real = real()  # ... at this reading of `real`
        self.speed = state.speed
        self.simulated = state.simulated
        self._sleepers: dict[asyncio.Future[None], tuple[datetime, asyncio.TimerHandle]] = {}

    def now(self) -> datetime:
        return self._origin + timedelta(seconds=(self._real() - self._origin_real) * self.speed)

    def follow(self, state: ClockState, *, read_at: float) -> None:
        """Take over what the service said; `read_at` is the reading of `real` when it said so."""
        self._origin, self._origin_real, self.speed = state.now, read_at, state.speed
        for sleeper, (until, handle) in list(self._sleepers.items()):
            handle.cancel()
            self._arm(sleeper, until)

    async def sleep_until(self, until: datetime) -> None:
        """Sleep until the simulated instant; a skip of the clock past it wakes the sleeper."""
        sleeper = asyncio.get_running_loop().create_future()
        self._arm(sleeper, until)
        try:
            await sleeper
        finally:
            self._sleepers.pop(sleeper)[1].cancel()

    def _arm(self, sleeper: asyncio.Future[None], until: datetime) -> None:
        delay_s = max((until - self.now()).total_seconds() / self.speed, 0.0)
        handle = asyncio.get_running_loop().call_later(delay_s, _wake, sleeper)
        self._sleepers[sleeper] = (until, handle)


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)
