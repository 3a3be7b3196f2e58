"""Volunteers' phones on real websockets: they stay connected, lose nothing that is durable, and ring."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from dispatch.contracts.stream import (
    SERVER_FRAME,
    Ack,
    Alert,
    AlertAnswer,
    AlertEnded,
    Assignment,
    Frame,
    Heartbeat,
    Hello,
    Position,
    Reconnect,
    Result,
    Welcome,
)
from geo.projection import LocalPlane
from simulators.ledger import Ledger, Rung
from simulators.response import Response
from simulators.service import backoff_s
from simulators.sim_clock import SimClock
from simulators.trip import LonLat
from simulators.volunteer import Behaviour

ACCURACY_M = 15.0
ANSWER_TIMEOUT_S = 10.0
"""Real seconds after which an unanswered frame counts as refused with code `no_answer`."""
CONNECTING_AT_ONCE = 32
MACHINE_LAG_S = 1.0
"""Real seconds on the way up to which a frame counts as delivered at once."""
REACH_M = 1_200.0
"""A call's straight-line reach: 15 minutes (the longest search) at 1.4 m/s are 1,260 m of way, 900 m by detour 1.4."""
IDLE_REPORT_S = 3_600.0
"""Simulated seconds between two positions of a phone at rest, assumption; each also tells its own after a skip."""


class PhonesRefused(RuntimeError):
    """The service closed a phone's connection for good; the message holds the close code and reason."""


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
        self.url = url
        self.clock = clock
        self.ledger = ledger
        self.behaviour = behaviour
        self.seed = seed
        self.report_every_s = report_every_s
        self.idle_report_s = idle_report_s
        self.began = clock.now()
        self.connecting = asyncio.Semaphore(CONNECTING_AT_ONCE)
        self.phones = tuple(Phone(self, owner, tokens[owner.rescuer_id]) for owner in owners)
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

    def instant_of(self, told_at: datetime) -> datetime:
        """When a frame reached its volunteer, for what the volunteer does next.

        At N times speed the machine's milliseconds would count N times; they are taken for nothing, unless the frame
        waited for a lost connection.
        """
        now = self.clock.now()
        return told_at if (now - told_at).total_seconds() < MACHINE_LAG_S * self.clock.speed else now

    async def all_connected(self) -> None:
        for phone in self.phones:
            await phone.connected.wait()

    async def come_to_rest(self, *, limit_s: float) -> None:
        """Until nobody handles an alert any more, at most `limit_s` real seconds."""
        tasks = [task for phone in self.phones for task in phone.tasks]
        if tasks:
            await asyncio.wait(tasks, timeout=limit_s)

    async def report_positions(self, near: LonLat | None) -> None:
        """Every phone at rest says where it is; with `near`, only those whom a call there could reach."""
        for phone in self._around(near) if near else self.phones:
            if not phone.is_engaged:
                await phone.report_position()

    def _around(self, place: LonLat) -> list["Phone"]:
        x_m, y_m = LocalPlane(*place).to_plane(*self._homes)
        return [self.phones[index] for index in np.flatnonzero(np.hypot(x_m, y_m) <= REACH_M)]

    async def _report_now_and_then(self) -> None:
        pause_s = self.idle_report_s / self.clock.speed / max(len(self.phones), 1)
        while True:
            for phone in self.phones:
                await asyncio.sleep(pause_s)
                if not phone.is_engaged:
                    await phone.report_position()
            await asyncio.sleep(pause_s)


class Phone:
    """One phone: a connection that comes back after every loss, a sequence number, and what rings on it."""

    def __init__(self, bank: PhoneBank, owner: PhoneOwner, token: str) -> None:
        self.bank = bank
        self.rescuer_id = owner.rescuer_id
        self.home = owner.home
        self.position = owner.home
        self.connected = asyncio.Event()
        self._token = token
        self._last_seq = 0
        self._socket: ClientConnection | None = None
        self._responses: dict[str, Response] = {}
        self._alerts_of: Counter[str] = Counter()  # how often each incident has rung here
        self._asked: dict[str, asyncio.Future[Result]] = {}
        self._rng = random.Random(f"backoff/{bank.seed}/{owner.rescuer_id}")
        self._told_to_wait_s: float | None = None
        self.tasks: set[asyncio.Task[None]] = set()

    @property
    def is_engaged(self) -> bool:
        return any(response.engaged for response in self._responses.values())

    async def run(self) -> None:
        attempt = 0
        try:
            while True:
                try:
                    async with self.bank.connecting:
                        socket = await connect(
                            self.bank.url, compression=None, ping_interval=None, proxy=None, close_timeout=2.0
                        )
                    attempt = await self._talk(socket, attempt)
                except (OSError, InvalidHandshake, TimeoutError):
                    attempt += 1
                await asyncio.sleep(self._pause_s(attempt))
                self.bank.ledger.counts["reconnects"] += 1
        finally:
            for task in self.tasks:
                task.cancel()

    def _pause_s(self, attempt: int) -> float:
        """Real seconds before the next try: what the service asked for, or ever longer ones."""
        told_s, self._told_to_wait_s = self._told_to_wait_s, None
        return backoff_s(attempt, self._rng) if told_s is None else told_s

    def drop_connection(self) -> None:
        """As a tunnel or a lift does: without a word."""
        if self._socket is not None:
            self.bank.ledger.counts["connections_dropped"] += 1
            self._socket.transport.abort()

    async def report_position(self) -> None:
        lon, lat = self.position
        now = self.bank.clock.now()
        self.bank.ledger.counts["positions"] += 1
        await self._send(Position(lon=lon, lat=lat, datum="wgs84", accuracy_m=ACCURACY_M, observed_at=now))

    async def ask(self, frame: AlertAnswer) -> Result:
        """Send until answered, again after a lost connection; code `no_answer` where nothing ever comes."""
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._asked[frame.id] = answer
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                while not answer.done():
                    await self.connected.wait()
                    socket = self._socket
                    await self._send(frame)
                    if socket is not None:
                        lost = asyncio.create_task(socket.wait_closed())
                        await asyncio.wait((answer, lost), return_when=asyncio.FIRST_COMPLETED)
                        lost.cancel()
                    await asyncio.sleep(0)
        except TimeoutError:
            return Result(re=frame.id, ok=False, code="no_answer")
        finally:
            del self._asked[frame.id]
        return answer.result()

    async def _talk(self, socket: ClientConnection, attempt: int) -> int:
        """Until the connection ends; how many tries in a row have failed."""
        try:
            await socket.send(Hello(token=self._token, last_seq=self._last_seq).model_dump_json())
            self._socket = socket
            async for text in socket:
                received = time.perf_counter()
                attempt = 0
                if not await self._take(socket, text, received):
                    break
        except ConnectionClosed:
            pass
        finally:
            self._socket = None
            self.connected.clear()
            socket.transport.abort()
        if socket.close_code is not None and 4400 <= socket.close_code < 4500:
            raise PhonesRefused(f"{self.rescuer_id}: closed with {socket.close_code} {socket.close_reason}")
        return attempt + 1

    async def _take(self, socket: ClientConnection, text: str | bytes, received: float) -> bool:
        """Handle one frame; False where something before it is missing, so that the phone must resume."""
        frame = SERVER_FRAME.validate_json(text)
        match frame:
            case Alert() | Assignment() | AlertEnded():
                if frame.seq > self._last_seq + 1:
                    self.bank.ledger.counts["gaps"] += 1
                    return False
                if frame.seq <= self._last_seq:
                    self.bank.ledger.counts["frames_repeated"] += 1
                    return True
                self._last_seq = frame.seq
                if frame.at >= self.bank.began:
                    self._act(frame, received)
                else:
                    self.bank.ledger.counts["frames_from_before"] += 1
                await socket.send(Ack(seq=frame.seq).model_dump_json())
            case Result() if frame.re in self._asked:
                asked = self._asked[frame.re]
                if not asked.done():
                    asked.set_result(frame)
            case Result() if not frame.ok:
                self.bank.ledger.refused[f"position: {frame.code}"] += 1
            case Welcome():
                # A service that came back from a backup gives the numbers since then anew.
                self._last_seq = min(self._last_seq, frame.last_seq)
                self.connected.set()
            case Heartbeat():
                await socket.send(Heartbeat().model_dump_json())
            case Reconnect():
                self.bank.ledger.counts["handed_over"] += 1
                self._told_to_wait_s = frame.after_s
            case _:
                pass
        return True

    def _act(self, frame: Alert | Assignment | AlertEnded, received: float) -> None:
        response = self._responses.get(frame.alert_id)
        match frame:
            case Alert():
                self._ring(frame, received, again=response is not None)
            case Assignment() if response is not None:
                response.on_assignment(frame)
            case AlertEnded() if response is not None:
                response.on_ended(frame)

    def _ring(self, alert: Alert, received: float, *, again: bool) -> None:
        ledger = self.bank.ledger
        rung = Rung(
            rescuer_id=self.rescuer_id,
            alert_id=alert.alert_id,
            incident_id=alert.incident_id,
            role=alert.role,
            received=received,
            at=self.bank.clock.now(),
        )
        ledger.add_rung(rung, again=again)
        if again:
            return
        response = Response(self, alert, ordinal=self._alerts_of[alert.incident_id])
        self._alerts_of[alert.incident_id] += 1
        self._responses[alert.alert_id] = response
        task = asyncio.create_task(response.run())
        self.tasks.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.bank.ledger.errors.append(repr(task.exception()))

    async def _send(self, frame: Frame) -> None:
        if self._socket is not None:
            with suppress(ConnectionClosed):
                await self._socket.send(frame.model_dump_json())
