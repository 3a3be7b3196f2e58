"""A volunteer's phone that never gives up: it reconnects, resumes behind the last frame it holds, and repeats itself
until it is answered. It remembers what it got, so that a test can tell whether anything was lost or came twice."""

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from tests.support.phone import Frame
from tests.support.waiting import PATIENCE_S, pause

DURABLE = frozenset({"alert", "assignment", "alert_ended"})


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the phone said of an alert, and the answer."""

    kind: str
    alert_id: str
    ok: bool
    code: str


class StubbornPhone:
    """`find_url` tells where to connect, each time anew; `on_alert` is what its owner does when it rings."""

    def __init__(
        self,
        find_url: Callable[[], str],
        token: str,
        on_alert: Callable[["StubbornPhone", Frame], Awaitable[None]] | None = None,
    ) -> None:
        self.durable: list[Frame] = []
        self.out_of_order: list[Frame] = []
        self.said: list[Said] = []
        self.connections = 0
        self.welcomed = asyncio.Event()
        self.owner_busy: set[asyncio.Task[None]] = set()
        self._find_url = find_url
        self._token = token
        self._on_alert = on_alert
        self._socket: ClientConnection | None = None
        self._unanswered: dict[str, tuple[Frame, asyncio.Future[Frame]]] = {}
        self._ids = itertools.count(1)
        self._news = asyncio.Condition()

    @property
    def last_seq(self) -> int:
        return self.durable[-1]["seq"] if self.durable else 0

    @property
    def rung(self) -> list[str]:
        return [frame["alert_id"] for frame in self.durable if frame["type"] == "alert"]

    async def run(self) -> None:
        """Stay on the line until cancelled."""
        while True:
            with suppress(OSError, TimeoutError, ConnectionClosed, InvalidHandshake, InvalidMessage, EOFError):
                await self._talk()
            self.welcomed.clear()
            await pause()

    async def say(self, kind: str, alert_id: str, **fields: Any) -> Said:
        """Say it until it is answered."""
        frame_id = f"f{next(self._ids)}"
        frame = {"type": kind, "id": frame_id, "alert_id": alert_id, **fields}
        answered: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._unanswered[frame_id] = (frame, answered)
        await self._send(frame)
        result = await answered
        said = Said(kind=kind, alert_id=alert_id, ok=result["ok"], code=result["code"])
        self.said.append(said)
        return said

    async def expect(self, kind: str, holds: Callable[[Frame], bool] = lambda _: True) -> Frame:
        """The first durable frame of this kind that fits, received already or still to come."""

        def find() -> Frame | None:
            return next((frame for frame in self.durable if frame["type"] == kind and holds(frame)), None)

        async with asyncio.timeout(PATIENCE_S), self._news:
            return await self._news.wait_for(find)

    async def _talk(self) -> None:
        self.connections += 1
        socket = await connect(self._find_url(), compression=None, ping_interval=None, proxy=None, open_timeout=20)
        try:
            await socket.send(json.dumps({"type": "hello", "token": self._token, "last_seq": self.last_seq}))
            self._socket = socket
            async for text in socket:
                await self._take(socket, json.loads(text))
        finally:
            self._socket = None
            socket.transport.abort()
            await socket.wait_closed()

    async def _take(self, socket: ClientConnection, frame: Frame) -> None:
        match frame["type"]:
            case "welcome":
                self.welcomed.set()
                for unanswered, _ in list(self._unanswered.values()):
                    await socket.send(json.dumps(unanswered))
            case "result" if frame["re"] in self._unanswered:
                self._unanswered.pop(frame["re"])[1].set_result(frame)
            case "heartbeat":
                await socket.send(json.dumps({"type": "heartbeat"}))
            case kind if kind in DURABLE:
                await self._keep(frame)
                await socket.send(json.dumps({"type": "ack", "seq": frame["seq"]}))

    async def _keep(self, frame: Frame) -> None:
        if frame["seq"] != self.last_seq + 1:
            self.out_of_order.append(frame)
            return
        async with self._news:
            self.durable.append(frame)
            self._news.notify_all()
        if frame["type"] == "alert" and self._on_alert is not None:
            task = asyncio.ensure_future(self._on_alert(self, frame))
            self.owner_busy.add(task)
            task.add_done_callback(self.owner_busy.discard)

    async def _send(self, frame: Frame) -> None:
        if self._socket is not None and self.welcomed.is_set():
            with suppress(ConnectionClosed):
                await self._socket.send(json.dumps(frame))
