"""One volunteer's handling of one alert, from the ring to the AED back in its place."""

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from dispatch.contracts.stream import Alert, AlertAnswer, AlertEnded, Assignment
from geo.places.geodesic import geodesic_m
from geo.streets.pace import DETOUR_FACTOR
from simulators.handset import Handset
from simulators.ledger import Said
from simulators.sim_clock import ring
from simulators.trip import LonLat, Trip, plan_trip
from simulators.volunteer import Decision, decide

Type = Literal["seen", "accept", "decline", "aed_collected", "arrived", "done"]


class Response:
    """Decides by the volunteer's draws, walks by the service's route, and stops when the service says so."""

    def __init__(self, handset: Handset, alert: Alert, *, ordinal: int) -> None:
        self.alert = alert
        self.rung_at = handset.play.instant_of(alert.at)
        self._handset = handset
        self._play = handset.play
        self._ordinal = ordinal
        self._assignment: Assignment | None = None
        self._ended: AlertEnded | None = None
        self._alarm: asyncio.Future[None] | None = None
        self._has_aed = False
        self._is_there = False
        self._words = 0

    def on_assignment(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self._wake()

    def on_ended(self, ended: AlertEnded) -> None:
        self._ended = ended
        self._wake()

    async def run(self) -> None:
        cad_ref = await self._play.ledger.cad_ref(self.alert.incident_id)
        decision = decide(
            self._play.behaviour,
            seed=self._play.seed,
            rescuer_id=self._handset.rescuer_id,
            cad_ref=cad_ref,
            ordinal=self._ordinal,
        )
        if decision.answer and self.alert.at + timedelta(seconds=decision.answer_after_s) <= self.alert.answer_by:
            self._play.ledger.meant_in_time.add(self.alert.alert_id)
        if decision.drops:
            self._handset.line.drop()
        if decision.seen_after_s is None or not await self._answer(decision):
            return
        self._handset.engagements += 1
        try:
            await self._go(decision, cad_ref)
        finally:
            self._handset.engagements -= 1

    async def _answer(self, decision: Decision) -> bool:
        """Whether the volunteer goes. Who is late answers even though the ringing has stopped."""
        await self._sleep_until(self.rung_at + timedelta(seconds=decision.seen_after_s or 0.0))
        if self._ended is None:
            await self._say("seen")
        if decision.answer is None:
            return False
        meant_for = self.rung_at + timedelta(seconds=decision.answer_after_s)
        await self._sleep_until(meant_for, through=decision.late)
        if self._ended is not None and not decision.late:
            return False
        goes = decision.answer == "accept" and not self._handset.is_engaged
        is_taken = await self._say("accept" if goes else "decline")
        # Who answers minutes too late may do so behind a skip of the clock, which says nothing of the machine.
        if not decision.late:
            clock = self._play.clock
            self._play.ledger.answer_lags_s.append((clock.now() - meant_for).total_seconds() / clock.speed)
        return goes and is_taken

    async def _go(self, decision: Decision, cad_ref: str) -> None:
        while self._assignment is None and self._ended is None:
            await self._sleep_until(self._play.clock.now() + timedelta(hours=1))
        back_m = 0.0
        if self._assignment is not None and self._ended is None:
            back_m = await self._walk(decision)
        if self._ended is None and self._is_there:
            leave_at = self._play.ledger.leave_at.get(cad_ref)
            if leave_at is not None:
                await self._sleep_until(leave_at)
            await self._say("done")
        if self._has_aed:
            back_at = self._play.clock.now() + timedelta(seconds=back_m / decision.speed_m_s)
            await self._sleep_until(back_at, through=True)
            await self._say("done", aed_returned=True)
        self._handset.position = self._handset.home

    async def _walk(self, decision: Decision) -> float:
        """Walk until there, called off or turned round; the metres back to the AED's place."""
        while True:
            assignment = self._assignment
            assert assignment is not None  # noqa: S101 - _go has waited for it
            trip = self._plan(assignment, decision)
            for at, word in trip.words(every_s=self._play.report_every_s, hands_back_at=decision.hands_back_at):
                await self._sleep_until(at)
                now = self._play.clock.now()
                self._handset.position = trip.position(now)
                if self._ended is not None:
                    return trip.since_aed_m(now)
                if self._assignment is not assignment:
                    break
                if word == "position":
                    await self._handset.report_position()
                elif word == "aed_collected":
                    self._has_aed = await self._say("aed_collected")
                elif word == "hand_back":
                    await self._say("decline")
                    return trip.since_aed_m(now)
                else:
                    await self._handset.report_position()
                    self._is_there = await self._say("arrived")
                    return trip.since_aed_m(now)

    def _plan(self, assignment: Assignment, decision: Decision) -> Trip:
        """By the service's route; where it has none, straight from here by way of the AED, with the detour factor."""
        aed = (assignment.aed.lon, assignment.aed.lat) if assignment.aed and not self._has_aed else None
        if assignment.route is not None and len(assignment.route.lonlat) > 1:
            way, length_m = list(assignment.route.lonlat), assignment.route.length_m
        else:
            way = self._straight_way(assignment, aed)
            length_m = DETOUR_FACTOR * sum(geodesic_m(*a, *b) for a, b in pairwise(way))
        return plan_trip(
            way,
            length_m=length_m,
            aed=aed,
            started=self._play.instant_of(assignment.at),
            speed_m_s=decision.speed_m_s,
            takeout_s=decision.takeout_s,
        )

    def _straight_way(self, assignment: Assignment, aed: LonLat | None) -> list[LonLat]:
        here = self._handset.position
        end = (assignment.patient.lon, assignment.patient.lat) if assignment.patient else here
        return [here, *([aed] if aed else []), end]

    async def _say(self, kind: Type, *, aed_returned: bool = False) -> bool:
        """Say it until the service has answered; whether it agreed."""
        self._words += 1
        alert = self.alert
        frame = AlertAnswer(
            type=kind, id=f"{alert.alert_id[:48]}-{self._words}", alert_id=alert.alert_id, aed_returned=aed_returned
        )
        at = self._play.clock.now()
        result = await self._handset.line.ask(frame)
        self._play.ledger.add_said(
            Said(
                rescuer_id=self._handset.rescuer_id,
                alert_id=alert.alert_id,
                incident_id=alert.incident_id,
                type="returned" if aed_returned else kind,
                role=alert.role,
                has_aed=self._has_aed,
                at=at,
                ok=result.ok,
                code=result.code,
            )
        )
        return result.ok

    async def _sleep_until(self, until: datetime, *, through: bool = False) -> None:
        """Sleep; a new assignment or the end wakes the sleeper, unless it sleeps `through`."""
        if through:
            await self._play.clock.sleep_until(until)
        elif self._ended is None:
            self._alarm = self._play.clock.alarm(until)
            await self._alarm

    def _wake(self) -> None:
        if self._alarm is not None:
            ring(self._alarm)
