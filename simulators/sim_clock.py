"""The service's clock as the simulators keep it: a start instant, a speed, and alarms that a skip brings forward."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from dispatch.contracts.api import ClockState


class SimClock:
    """Follows the clock of the service; `real` is a monotonic clock in seconds."""

    def __init__(self, state: ClockState, *, read_at: float, real: Callable[[], float]) -> None:
        self._real = real
        self._origin = state.now  # the service's time ...
        self._origin_real = read_at  # ... at this reading of `real`
        self.speed = state.speed
        self.simulated = state.simulated
        self._alarms: dict[asyncio.Future[None], tuple[datetime, asyncio.TimerHandle]] = {}

    def now(self) -> datetime:
        return self._origin + timedelta(seconds=(self._real() - self._origin_real) * self.speed)

    def follow(self, state: ClockState, *, read_at: float) -> None:
        """Take over what the service said; `read_at` is the reading of `real` when it said so."""
        self._origin, self._origin_real, self.speed = state.now, read_at, state.speed
        for alarm, (until, handle) in list(self._alarms.items()):
            handle.cancel()
            self._arm(alarm, until)

    def alarm(self, until: datetime) -> asyncio.Future[None]:
        """Done at the simulated instant, or when the clock skips past it; whoever holds it may end it earlier."""
        alarm = asyncio.get_running_loop().create_future()
        self._arm(alarm, until)
        alarm.add_done_callback(self._disarm)
        return alarm

    async def sleep_until(self, until: datetime) -> None:
        await self.alarm(until)

    def _arm(self, alarm: asyncio.Future[None], until: datetime) -> None:
        delay_s = max((until - self.now()).total_seconds() / self.speed, 0.0)
        self._alarms[alarm] = (until, asyncio.get_running_loop().call_later(delay_s, ring, alarm))

    def _disarm(self, alarm: asyncio.Future[None]) -> None:
        self._alarms.pop(alarm)[1].cancel()


def ring(alarm: asyncio.Future[None]) -> None:
    """End the alarm now."""
    if not alarm.done():
        alarm.set_result(None)
