"""The 120 system: sends a scenario's messages through the signed webhook until each is durable."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import httpx

from dispatch.contracts.webhook import MessageType
from simulators.ledger import CallState, Ledger, Sent
from simulators.scenario import ENDING, Scenario, ScenarioMessage
from simulators.service import ClockBusy, Service, ServiceRefused, backoff_s
from simulators.sim_clock import SimClock

ATTEMPTS = 8
QUIET_S = 45.0
"""Simulated seconds left after a call's end before the clock skips: responders say done meanwhile."""
HANDOVER_S = 60.0
"""Simulated seconds that responders stay with the ambulance's crew, assumption."""
TEMPORARY = frozenset({408, 425, 429, 500, 502, 503, 504})


class AlreadyReplayed(RuntimeError):
    """The service knows these calls already: give --run LABEL, which sets this replay's references apart."""


def waited_s(scenario: Scenario) -> float:
    """Simulated seconds that a replay lives through, from each call until it is quiet; it skips the rest."""
    span: dict[str, tuple[float, float]] = {}
    for message in scenario.messages:
        began, _ = span.get(message.cad_ref, (message.offset_s, 0.0))
        span[message.cad_ref] = began, message.offset_s + QUIET_S
    total_s = until = 0.0
    for began, ended in sorted(span.values()):
        total_s += max(0.0, ended - max(began, until))
        until = max(until, ended)
    return total_s


class Cad:
    """Replays one scenario from `base` on."""

    def __init__(
        self,
        *,
        scenario: Scenario,
        base: datetime,
        service: Service,
        clock: SimClock,
        ledger: Ledger,
        on_skip: Callable[[ScenarioMessage], Awaitable[None]],
        lead_real_s: float,
        between_calls: Callable[[], Awaitable[None]] | None = None,
        run: str = "",
    ) -> None:
        self.base = base
        self._scenario = scenario
        self._service = service
        self._clock = clock
        self._ledger = ledger
        self._on_skip = on_skip  # told the message that the clock skipped to
        self._between_calls = between_calls  # when no call is open, before the next one
        self._lead_real_s = lead_real_s  # left before a call after a skip: phones tell their positions meanwhile
        self._run = run
        self._open: set[str] = set()
        self._rng = random.Random(f"cad/{scenario.head.seed}")

    async def replay(self) -> None:
        """Send everything; returns when the last message has its answer."""
        self._tell_when_crews_come()
        async with asyncio.TaskGroup() as sending:
            for message in self._scenario.messages:
                await self._wait_for(message)
                self._note(message)
                sending.create_task(self._deliver(message))

    def _tell_when_crews_come(self) -> None:
        for message in self._scenario.messages:
            at = self.base + timedelta(seconds=message.offset_s)
            if message.type is MessageType.AMBULANCE_ARRIVED:
                self._ledger.leave_at[message.cad_ref] = at + timedelta(seconds=HANDOVER_S)
            elif message.type in ENDING:
                self._ledger.leave_at.setdefault(message.cad_ref, at)

    def _note(self, message: ScenarioMessage) -> None:
        at = self._clock.now()
        if message.type is MessageType.CALL_CREATED:
            self._open.add(message.cad_ref)
            planned = self.base + timedelta(seconds=message.offset_s)
            self._ledger.calls[message.cad_ref] = CallState(cad_ref=message.cad_ref, at=planned)
        call = self._ledger.calls.get(message.cad_ref)
        if call is None:
            return
        if message.type is MessageType.AMBULANCE_ARRIVED:
            call.ambulance_s = (at - call.at).total_seconds()
            call.state = "ambulance"
        elif message.type in ENDING:
            self._open.discard(message.cad_ref)
            call.state = message.type.value.removeprefix("call.")

    async def _wait_for(self, message: ScenarioMessage) -> None:
        at = self.base + timedelta(seconds=message.offset_s)
        quiet_until = self._clock.now() + timedelta(seconds=QUIET_S)
        lead = timedelta(seconds=self._lead_real_s * self._clock.speed)
        if self._clock.simulated and not self._open and at - lead > quiet_until:
            if self._ledger.sent:
                await self._clock.sleep_until(quiet_until)
            if self._between_calls is not None:
                await self._between_calls()
            await self._skip(at - timedelta(seconds=self._lead_real_s * self._clock.speed), message)
        await self._clock.sleep_until(at)

    async def _skip(self, to: datetime, message: ScenarioMessage) -> None:
        """Skip idle time; where the service still has an incident open, let the time pass instead."""
        while self._clock.now() < to:
            try:
                state, read_at = await self._service.advance(to)
            except ClockBusy:
                await asyncio.sleep(0.1)
                continue
            self._clock.follow(state, read_at=read_at)
            self._ledger.counts["clock_skips"] += 1
            await self._on_skip(message)
            return

    async def _deliver(self, message: ScenarioMessage) -> None:
        wire = message.to_wire(self.base, run=self._run)
        began, code, incident_id, attempt = time.perf_counter(), "unanswered", None, 0
        if message.type is MessageType.CALL_CREATED:
            self._ledger.last_call_at = began
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = await self._service.post_call(message.id + self._run, wire)
            except httpx.TransportError:
                await asyncio.sleep(backoff_s(attempt, self._rng))
                continue
            except ServiceRefused as refusal:
                code = str(refusal)
                if refusal.status not in TEMPORARY:
                    break
                await asyncio.sleep(backoff_s(attempt, self._rng))
                continue
            code, incident_id = answer.code, answer.incident_id
            break
        if incident_id is not None:
            self._ledger.know_incident(incident_id, message.cad_ref)
        self._ledger.sent.append(
            Sent(
                message_id=message.id,
                cad_ref=message.cad_ref,
                type=message.type,
                at=wire.timestamp,
                began=began,
                attempts=attempt,
                code=code,
                incident_id=incident_id,
            )
        )
