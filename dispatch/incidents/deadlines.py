"""Deadlines of open incidents: whatever time alone must set off, in order, on the service's clock.

What is due is derived from each incident's events, so a restart finds every deadline again; this is only the alarm.
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from dispatch.clock import Clock

log = structlog.get_logger(__name__)

RETRY_S = 1.0


class Deadlines:
    """At most one deadline for each incident; `fire` is called with the incident's id when it is reached."""

    def __init__(self, clock: Clock, fire: Callable[[str], Awaitable[None]]) -> None:
        self._clock = clock
        self._fire = fire
        self._due: dict[str, datetime] = {}
        self._heap: list[tuple[datetime, str]] = []
        self._changed = asyncio.Event()
        self._firing: set[asyncio.Task[None]] = set()

    def set(self, incident_id: str, at: datetime | None) -> None:
        """Replace the incident's deadline; None takes it away."""
        if at is None:
            self._due.pop(incident_id, None)
        elif self._due.get(incident_id) != at:
            self._due[incident_id] = at
            heapq.heappush(self._heap, (at, incident_id))
            self._changed.set()

    @property
    def overdue(self) -> int:
        """Deadlines that are past and not yet carried out."""
        now = self._clock.now()
        return sum(at <= now for at in self._due.values()) + len(self._firing)

    async def catch_up(self, *, within_s: float) -> None:
        """Carry out what is overdue, which is much where no process ran for a while; what takes longer goes on."""
        self._fire_due()
        try:
            if self._firing:
                await asyncio.wait(set(self._firing), timeout=within_s)
        except asyncio.CancelledError:
            self._give_up()
            raise

    async def run(self) -> None:
        """Fire deadlines until cancelled; each in a task of its own, so that one slow incident delays no other."""
        try:
            while True:
                self._fire_due()
                await self._wait_for_next()
        finally:
            self._give_up()

    def _give_up(self) -> None:
        for task in self._firing:
            task.cancel()

    def _fire_due(self) -> None:
        now = self._clock.now()
        while self._heap and self._heap[0][0] <= now:
            at, incident_id = heapq.heappop(self._heap)
            if self._due.get(incident_id) == at:
                del self._due[incident_id]
                task = asyncio.create_task(self._fire_one(incident_id))
                self._firing.add(task)
                task.add_done_callback(self._firing.discard)

    async def _wait_for_next(self) -> None:
        self._changed.clear()
        waits: list[asyncio.Task[object]] = [asyncio.create_task(self._changed.wait())]
        if self._heap:
            waits.append(asyncio.create_task(self._clock.sleep_until(self._heap[0][0])))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            # Gathered, not suppressed one by one: a cancellation of our own that comes just now must get through.
            await asyncio.gather(*waits, return_exceptions=True)

    async def _fire_one(self, incident_id: str) -> None:
        while True:
            try:
                await self._fire(incident_id)
            except Exception:
                # A deadline must not be lost to a passing fault of the database.
                log.exception("deadline_failed", incident_id=incident_id, retry_s=RETRY_S)
                await asyncio.sleep(RETRY_S)
            else:
                return
