"""A volunteer's phone, or a dispatcher's console, on a real websocket for tests."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from dispatch.access.tokens import Access
from tests.support.service import Service
from tests.support.waiting import PATIENCE_S, pause

Frame = dict[str, Any]


class Phone:
    """Remembers every frame; `expect` waits for one of a type, among those not yet expected."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.frames: list[Frame] = []
        self._unread: list[Frame] = []
        self._sent = 0

    @property
    def last_seq(self) -> int:
        return max((frame["seq"] for frame in self.frames if "seq" in frame), default=0)

    async def send(self, frame: Frame | str) -> None:
        await self.socket.send(frame if isinstance(frame, str) else json.dumps(frame))

    async def ask(self, kind: str, **fields: Any) -> Frame:
        """Send a frame with an id and wait for its result."""
        self._sent += 1
        frame_id = f"f{self._sent}"
        await self.send({"type": kind, "id": frame_id, **fields})
        return await self.expect("result", lambda frame: frame["re"] == frame_id)

    async def expect(self, kind: str, holds: Callable[[Frame], bool] = lambda _: True) -> Frame:
        for frame in self._unread:
            if frame["type"] == kind and holds(frame):
                self._unread.remove(frame)
                return frame
        while True:
            frame = await self._receive()
            if frame["type"] == kind and holds(frame):
                return frame
            self._unread.append(frame)

    async def _receive(self) -> Frame:
        async with asyncio.timeout(PATIENCE_S):
            frame: Frame = json.loads(await self.socket.recv())
        self.frames.append(frame)
        return frame


@asynccontextmanager
async def phone_of(service: Service, rescuer_id: str, *, last_seq: int = 0) -> AsyncIterator[Phone]:
    """A volunteer's phone that has been welcomed."""
    token = service.token(Access.VOLUNTEER, rescuer_id)
    async with _stream(service, "volunteer", token, last_seq) as phone:
        yield phone


@asynccontextmanager
async def console_of(service: Service, *, last_seq: int = 0) -> AsyncIterator[Phone]:
    async with _stream(service, "dispatcher", service.token(Access.DISPATCHER), last_seq) as console:
        yield console


@asynccontextmanager
async def raw_stream(service: Service, kind: str = "volunteer") -> AsyncIterator[ClientConnection]:
    """A socket that has not said hello."""
    async with connect(f"{service.websocket_url}/streams/{kind}", proxy=None) as socket:
        yield socket


@asynccontextmanager
async def beating(socket: ClientConnection) -> AsyncIterator[None]:
    """Nobody can take this end for silent, however long what the test does meanwhile takes."""

    async def beat() -> None:
        with suppress(ConnectionClosed):
            while True:
                await socket.send(json.dumps({"type": "heartbeat"}))
                await pause()

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def _stream(service: Service, kind: str, token: str, last_seq: int) -> AsyncIterator[Phone]:
    async with raw_stream(service, kind) as socket:
        phone = Phone(socket)
        await phone.send({"type": "hello", "token": token, "last_seq": last_seq})
        await phone.expect("welcome")
        yield phone
