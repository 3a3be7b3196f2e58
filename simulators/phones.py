"""Volunteers' phones: who carries one, where it is, and what rings on it."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dispatch.contracts.stream import Alert, AlertEnded, Assignment
from geo.places.projection import LocalPlane
from simulators.handset import Handset, Play
from simulators.ledger import Ledger, Rung
from simulators.phone_line import Durable, Exchange, Line
from simulators.response import Response
from simulators.sim_clock import SimClock
from simulators.trip import LonLat
from simulators.volunteer import Behaviour

REACH_M = 1_200.0
"""A call's straight-line reach: 15 minutes (the longest search) at 1.4 m/s are 1,260 m of way, 900 m by detour 1.4."""
IDLE_REPORT_S = 3_600.0
"""Simulated seconds between two positions of a phone at rest, assumption; each also tells its own after a skip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneOwner:
    """A volunteer who carries a phone. WGS-84."""

    rescuer_id: str
    home: LonLat


class PhoneBank:
    """All connected phones, and what they share."""

    def __init__(
        self,
        *,
        url: str,
        owners: Sequence[PhoneOwner],
        tokens: Mapping[str, str],
        clock: SimClock,
        ledger: Ledger,
        behaviour: Behaviour,
        seed: int,
        report_every_s: float,
        idle_report_s: float = IDLE_REPORT_S,
    ) -> None:
        self._clock = clock
        self._idle_report_s = idle_report_s
        play = Play(clock=clock, ledger=ledger, behaviour=behaviour, seed=seed, report_every_s=report_every_s)
        exchange = Exchange(url=url, ledger=ledger, seed=seed)
        self.phones = tuple(Phone(play, owner, exchange, tokens[owner.rescuer_id]) for owner in owners)
        self._homes = np.array([owner.home for owner in owners], dtype=np.float64).reshape(-1, 2).T

    async def run(self) -> None:
        """Keep every phone connected until cancelled.

        Raises:
            PhonesRefused: the service does not want one of them.
        """
        async with asyncio.TaskGroup() as tasks:
            for phone in self.phones:
                tasks.create_task(phone.run())
            tasks.create_task(self._report_now_and_then())

    async def all_connected(self) -> None:
        for phone in self.phones:
            await phone.line.connected.wait()

    async def come_to_rest(self, *, limit_s: float) -> None:
        """Until nobody handles an alert any more, at most `limit_s` real seconds."""
        tasks = [task for phone in self.phones for task in phone.tasks]
        if tasks:
            await asyncio.wait(tasks, timeout=limit_s)

    async def report_positions(self, near: LonLat | None) -> None:
        """Every phone at rest says where it is; with `near`, only those whom a call there could reach."""
        for phone in self._around(near) if near else self.phones:
            if not phone.handset.is_engaged:
                await phone.handset.report_position()

    def _around(self, place: LonLat) -> list["Phone"]:
        x_m, y_m = LocalPlane(*place).to_plane(*self._homes)
        return [self.phones[index] for index in np.flatnonzero(np.hypot(x_m, y_m) <= REACH_M)]

    async def _report_now_and_then(self) -> None:
        pause_s = self._idle_report_s / self._clock.speed / max(len(self.phones), 1)
        while True:
            for phone in self.phones:
                await asyncio.sleep(pause_s)
                if not phone.handset.is_engaged:
                    await phone.handset.report_position()
            await asyncio.sleep(pause_s)


class Phone:
    """One volunteer's phone, and a response to every alert that rings on it."""

    def __init__(self, play: Play, owner: PhoneOwner, exchange: Exchange, token: str) -> None:
        self.line = Line(exchange, owner.rescuer_id, token, self._take)
        self.handset = Handset(play, rescuer_id=owner.rescuer_id, home=owner.home, line=self.line)
        self.tasks: set[asyncio.Task[None]] = set()
        self._ledger = play.ledger
        self._clock = play.clock
        self._began = play.clock.now()
        self._responses: dict[str, Response] = {}
        self._alerts_of: Counter[str] = Counter()  # how often each incident has rung here

    async def run(self) -> None:
        try:
            await self.line.run()
        finally:
            for task in self.tasks:
                task.cancel()

    def _take(self, frame: Durable, received: float) -> None:
        if frame.at < self._began:
            self._ledger.counts["frames_from_before"] += 1
            return
        response = self._responses.get(frame.alert_id)
        match frame:
            case Alert():
                self._ring(frame, received, again=response is not None)
            case Assignment() if response is not None:
                response.on_assignment(frame)
            case AlertEnded() if response is not None:
                response.on_ended(frame)

    def _ring(self, alert: Alert, received: float, *, again: bool) -> None:
        rung = Rung(
            rescuer_id=self.handset.rescuer_id,
            alert_id=alert.alert_id,
            incident_id=alert.incident_id,
            role=alert.role,
            received=received,
            at=self._clock.now(),
        )
        self._ledger.add_rung(rung, again=again)
        if again:
            return
        response = Response(self.handset, alert, ordinal=self._alerts_of[alert.incident_id])
        self._alerts_of[alert.incident_id] += 1
        self._responses[alert.alert_id] = response
        task = asyncio.create_task(response.run())
        self.tasks.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._ledger.errors.append(repr(task.exception()))
