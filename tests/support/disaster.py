"""Hundreds of calls and a crowd of volunteers against a service that is killed again and again."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from dispatch.access.tokens import Access
from tests.support.crowd import anywhere
from tests.support.phone import Frame
from tests.support.process import ServiceProcess
from tests.support.service import call, signed
from tests.support.stubborn import StubbornPhone
from tests.support.waiting import idle, pause, until

START = datetime(2026, 1, 5, 2, tzinfo=UTC)
SPEED = 30.0
"""A volunteer has 30 s to answer: one real second."""
CALLS_AT_ONCE = 24
ANSWERS_OF_A_LIFE = 5
OVERDUE_AFTER_A_KILL = 3
ASKED = 5
"""Times that a new process is asked for its time: the quickest answer tells it best."""
SETTLE_LIMIT_S = 120.0


@dataclass(frozen=True, kw_only=True)
class Life:
    """One process of the service, on the service's clock. `killed_at` is None for the last one.

    answers: how many of the volunteers' words it had taken in the end.
    """

    began_at: datetime
    killed_at: datetime | None
    answers: int


@dataclass(kw_only=True)
class Disaster:
    """Plays it. `told` holds every answer that 120 got, by message id."""

    process: ServiceProcess
    calls: int
    kills: int
    seed: int
    rescuers: int
    phones: dict[str, StubbornPhone] = field(default_factory=dict)
    told: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    lives: list[Life] = field(default_factory=list)
    _all_reported: bool = False
    _reached: defaultdict[int, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))
    _began_at: datetime = START
    _zero: datetime = START

    async def play(self) -> None:
        """Return when every call is over and written down, every volunteer at rest and every phone on the line."""
        await self._start(START)
        self.phones = {rescuer_id: self._phone(rescuer_id) for rescuer_id in self._rescuer_ids()}
        async with asyncio.TaskGroup() as tasks:
            lines = [tasks.create_task(phone.run()) for phone in self.phones.values()]
            await asyncio.gather(*(phone.welcomed.wait() for phone in self.phones.values()))
            await asyncio.gather(self._kill_now_and_then(), self._report_calls())
            for phone in self.phones.values():
                await asyncio.gather(*phone.owner_busy)
            await asyncio.gather(*(phone.welcomed.wait() for phone in self.phones.values()))
            await self._until_settled()
            self._note_life(killed_at=None)
            for line in lines:
                line.cancel()

    async def _until_settled(self) -> None:
        """A database that was slow for a moment is given what was spooled meanwhile."""
        async with asyncio.timeout(SETTLE_LIMIT_S), httpx.AsyncClient(trust_env=False, timeout=30) as http:
            status = None
            while status != "ready":
                await pause()
                status = (await http.get(f"{self.process.service.url}/readyz")).json()["status"]

    def _rescuer_ids(self) -> list[str]:
        return [f"c{number:03d}" for number in range(self.rescuers)]

    def _phone(self, rescuer_id: str) -> StubbornPhone:
        service = self.process.service
        url, token = f"{service.websocket_url}/streams/volunteer", service.token(Access.VOLUNTEER, rescuer_id)
        rng = random.Random(f"{self.seed}/{rescuer_id}")
        return StubbornPhone(lambda: url, token, lambda phone, alert: _volunteer(phone, alert, rng))

    async def _start(self, at: datetime) -> None:
        self._began_at = at
        clock = {"RESCUE_CLOCK_START": at.isoformat(), "RESCUE_CLOCK_SPEED": str(SPEED)}
        await asyncio.to_thread(self.process.start, **clock)
        self._zero = min(self._ask_for_zero() for _ in range(ASKED))

    def _ask_for_zero(self) -> datetime:
        """The service's time when ours was zero: what is taken for it is never earlier, however late the answer is."""
        asked_s = asyncio.get_running_loop().time()
        now = datetime.fromisoformat(self.process.service.get("/api/clock", Access.SIMULATOR)["now"])
        return now - timedelta(seconds=asked_s * SPEED)

    def _clock(self) -> datetime:
        return self._zero + timedelta(seconds=asyncio.get_running_loop().time() * SPEED)

    async def _kill_now_and_then(self) -> None:
        rng = random.Random(f"{self.seed}/kills")
        for mark in sorted(rng.sample(range(CALLS_AT_ONCE, self.calls - CALLS_AT_ONCE // 2), self.kills)):
            await self._reached[mark].wait()
            # As long as a restart takes on the service's clock: some alerts are overdue by then, others still ring.
            away_s = rng.uniform(10.0, 40.0)
            await idle(rng.uniform(0.0, 0.5))
            # A busy machine takes longer until there is something to lose. Where no call is left, nothing more comes.
            await until(lambda away_s=away_s: self._all_reported or self._is_much_at_stake(away_s))
            self.process.strike()
            # After the last thing that it did, lest time goes back in the next life.
            killed_at = self._clock()
            self.process.kill()
            self._note_life(killed_at=killed_at)
            await self._start(killed_at + timedelta(seconds=away_s))

    def _is_much_at_stake(self, away_s: float) -> bool:
        """This life has taken answers, and alerts ring now that will be overdue in so many of the service's seconds."""
        now, then = self._clock(), self._clock() + timedelta(seconds=away_s)
        overdue = sum(now < answer_by <= then for answer_by in self._ringing())
        return self._answers_of_this_life() >= ANSWERS_OF_A_LIFE and overdue >= OVERDUE_AFTER_A_KILL

    def _ringing(self) -> Iterator[datetime]:
        """Until when each alert may be answered that rings and of which its owner has said nothing."""
        for phone in self.phones.values():
            over = {said.alert_id for said in phone.said}
            over |= {frame["alert_id"] for frame in phone.durable if frame["type"] == "alert_ended"}
            for frame in phone.durable:
                if frame["type"] == "alert" and frame["alert_id"] not in over:
                    yield datetime.fromisoformat(frame["answer_by"])

    def _answers_of_this_life(self) -> int:
        taken = sum(said.ok for phone in self.phones.values() for said in phone.said)
        return taken - sum(life.answers for life in self.lives)

    def _note_life(self, *, killed_at: datetime | None) -> None:
        self.lives.append(Life(began_at=self._began_at, killed_at=killed_at, answers=self._answers_of_this_life()))

    async def _report_calls(self) -> None:
        at_once = asyncio.Semaphore(CALLS_AT_ONCE)
        limits = httpx.Limits(max_connections=CALLS_AT_ONCE)
        async with httpx.AsyncClient(trust_env=False, timeout=30, limits=limits) as http:

            async def report(number: int) -> None:
                async with at_once:
                    self._reached[number].set()
                    await self._report_call(http, number)

            await asyncio.gather(*(report(number) for number in range(self.calls)))
        self._all_reported = True

    async def _report_call(self, http: httpx.AsyncClient, number: int) -> None:
        rng = random.Random(f"{self.seed}/call/{number}")
        cad_ref = f"ZZ-{number}"
        where = {"location": _location(rng)}
        await self._tell(http, f"{cad_ref}-created", call(cad_ref=cad_ref, at=self._clock(), **where), rng)
        await idle(rng.uniform(0.3, 2.5))
        if rng.random() < 0.2:
            moved = call("call.updated", cad_ref=cad_ref, at=self._clock(), location=_location(rng))
            await self._tell(http, f"{cad_ref}-updated", moved, rng)
            await idle(rng.uniform(0.0, 1.0))
        for kind in ("call.cancelled",) if rng.random() < 0.2 else ("ambulance.arrived", "call.closed"):
            await self._tell(http, f"{cad_ref}-{kind}", call(kind, cad_ref=cad_ref, at=self._clock()), rng)

    async def _tell(
        self, http: httpx.AsyncClient, message_id: str, message: dict[str, Any], rng: random.Random
    ) -> None:
        """Until it is taken, as 120 does; now and then once more, since an answer can be lost on the way."""
        raw = httpx.Request("POST", "http://x", json=message).content
        wanted = 2 if rng.random() < 0.1 else 1
        while len(self.told[message_id]) < wanted:
            try:
                answer = await http.post(
                    f"{self.process.service.url}/webhooks/120", content=raw, headers=signed(raw, message_id)
                )
            except httpx.TransportError:
                await pause()
                continue
            if answer.status_code == httpx.codes.ACCEPTED:
                self.told[message_id].append(answer.json()["incident_id"])
            else:
                assert answer.is_server_error, answer.text
                await pause()


def _location(rng: random.Random) -> dict[str, Any]:
    lon, lat = anywhere(rng)
    return {"lon": lon, "lat": lat, "datum": "wgs84", "address": "中原路1号"}


async def _volunteer(phone: StubbornPhone, alert: Frame, rng: random.Random) -> None:
    """Silent, unwilling or on the way; an AED that was taken along comes back in the end."""
    # Of the second in which an answer counts, the better part is left to the machine.
    mood, delays = rng.random(), [rng.uniform(0.0, most_s) for most_s in (0.35, 0.7, 0.7, 0.7)]
    alert_id, fetches = alert["alert_id"], alert["role"] == "fetch_aed"
    if mood < 0.35:
        return
    await idle(delays[0])
    if mood < 0.5:
        await phone.say("decline", alert_id)
        return
    going = (await phone.say("accept", alert_id)).ok
    await idle(delays[1])
    carries = going and fetches and (await phone.say("aed_collected", alert_id)).ok
    await idle(delays[2])
    if going:
        await phone.say("arrived", alert_id)
        await idle(delays[3])
        await phone.say("done", alert_id, aed_returned=carries)
