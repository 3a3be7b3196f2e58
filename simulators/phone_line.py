"""One phone's stream: it comes back after every loss, misses nothing that is durable, and asks until it is answered."""

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

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
    Reconnect,
    Result,
    Welcome,
)
from simulators.ledger import Ledger
from simulators.service import backoff_s

ANSWER_TIMEOUT_S = 10.0
"""Real seconds after which an unanswered frame counts as refused with code `no_answer`."""
CONNECTING_AT_ONCE = 32

Durable = Alert | Assignment | AlertEnded


class PhonesRefused(RuntimeError):
    """The service closed a phone's connection for good; the message holds the close code and reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What all lines share."""

    url: str
    ledger: Ledger
    seed: int
    connecting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONNECTING_AT_ONCE))


class Line:
    """`take` is told every durable frame once and in order, with the reading of the real clock when it was there."""

    def __init__(self, exchange: Exchange, rescuer_id: str, token: str, take: Callable[[Durable, float], None]) -> None:
        self.connected = asyncio.Event()
        self._exchange = exchange
        self._counts = exchange.ledger.counts
        self._rescuer_id = rescuer_id
        self._token = token
        self._take_durable = take
        self._last_seq = 0
        self._socket: ClientConnection | None = None
        self._asked: dict[str, asyncio.Future[Result]] = {}
        self._rng = random.Random(f"backoff/{exchange.seed}/{rescuer_id}")
        self._told_to_wait_s: float | None = None

    async def run(self) -> None:
        """Until cancelled.

        Raises:
            PhonesRefused: the service does not want this phone.
        """
        attempt = 0
        while True:
            try:
                async with self._exchange.connecting:
                    socket = await connect(
                        self._exchange.url, compression=None, ping_interval=None, proxy=None, close_timeout=2.0
                    )
                attempt = await self._talk(socket, attempt)
            except (OSError, InvalidHandshake, TimeoutError):
                attempt += 1
            await asyncio.sleep(self._pause_s(attempt))
            self._counts["reconnects"] += 1

    def drop(self) -> None:
        """As a tunnel or a lift does: without a word."""
        if self._socket is not None:
            self._counts["connections_dropped"] += 1
            self._socket.transport.abort()

    async def send(self, frame: Frame) -> None:
        """Once, if there is a connection."""
        if self._socket is not None:
            with suppress(ConnectionClosed):
                await self._socket.send(frame.model_dump_json())

    async def ask(self, frame: AlertAnswer) -> Result:
        """Send until answered, again after a lost connection; code `no_answer` where nothing ever comes."""
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._asked[frame.id] = answer
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                while not answer.done():
                    await self.connected.wait()
                    socket = self._socket
                    await self.send(frame)
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

    def _pause_s(self, attempt: int) -> float:
        """Real seconds before the next try: what the service asked for, or ever longer ones."""
        told_s, self._told_to_wait_s = self._told_to_wait_s, None
        return backoff_s(attempt, self._rng) if told_s is None else told_s

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
            raise PhonesRefused(f"{self._rescuer_id}: closed with {socket.close_code} {socket.close_reason}")
        return attempt + 1

    async def _take(self, socket: ClientConnection, text: str | bytes, received: float) -> bool:
        """Handle one frame; False where something before it is missing, so that the phone must resume."""
        frame = SERVER_FRAME.validate_json(text)
        match frame:
            case Alert() | Assignment() | AlertEnded():
                return await self._take_in_order(socket, frame, received)
            case Result() if frame.re in self._asked:
                asked = self._asked[frame.re]
                if not asked.done():
                    asked.set_result(frame)
            case Result() if not frame.ok:
                self._exchange.ledger.refused[f"position: {frame.code}"] += 1
            case Welcome():
                # A service that came back from a backup gives the numbers since then anew.
                self._last_seq = min(self._last_seq, frame.last_seq)
                self.connected.set()
            case Heartbeat():
                await socket.send(Heartbeat().model_dump_json())
            case Reconnect():
                self._counts["handed_over"] += 1
                self._told_to_wait_s = frame.after_s
            case _:
                pass
        return True

    async def _take_in_order(self, socket: ClientConnection, frame: Durable, received: float) -> bool:
        if frame.seq > self._last_seq + 1:
            self._counts["gaps"] += 1
            return False
        if frame.seq <= self._last_seq:
            self._counts["frames_repeated"] += 1
            return True
        self._last_seq = frame.seq
        self._take_durable(frame, received)
        await socket.send(Ack(seq=frame.seq).model_dump_json())
        return True
