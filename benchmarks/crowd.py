"""Phones and 120 as the load: sockets that note when a frame came, and a sender that notes when a call went out."""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
from standardwebhooks import Webhook
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from benchmarks.servers import TOKEN_SECRET, WEBHOOK_SECRET, Server
from dispatch.access.tokens import Access, Identity, TokenSigner

CONNECTING_AT_ONCE = 32
ACK_AFTER_S = 0.03
"""A phone's acknowledgement comes a mobile network's round trip later (assumption), not while others are being told."""
PATIENCE_S = 20.0

OnFrame = Callable[["Phone", str, float], None]


@dataclass(eq=False)
class Phone:
    """One socket. `on_frame` is told every frame with the reading of the real clock at which it was there."""

    name: str
    socket: ClientConnection
    on_frame: OnFrame
    reader: asyncio.Task[None] | None = None

    async def read(self) -> None:
        with suppress(ConnectionClosed):
            async for text in self.socket:
                received = time.perf_counter()
                assert isinstance(text, str)
                self.on_frame(self, text, received)

    def say_later(self, text: str, after_s: float = ACK_AFTER_S) -> None:
        asyncio.get_running_loop().call_later(after_s, lambda: asyncio.ensure_future(self._say(text)))

    async def _say(self, text: str) -> None:
        with suppress(ConnectionClosed):
            await self.socket.send(text)


@dataclass
class Crowd:
    """All phones of one server, connected."""

    server: Server
    phones: dict[str, Phone] = field(default_factory=dict)

    async def connect(self, names: Iterable[str], on_frame: OnFrame, *, path: str = "/streams/volunteer") -> None:
        """Connect everyone and wait for the first frame of each, its welcome."""
        signer = TokenSigner(TOKEN_SECRET)
        gate = asyncio.Semaphore(CONNECTING_AT_ONCE)

        async def one(name: str) -> None:
            async with gate:
                socket = await connect(
                    self.server.websocket_url + path, compression=None, ping_interval=None, proxy=None
                )
                token, _ = signer.issue(Identity(subject=name, access=Access.VOLUNTEER), ttl_s=24 * 3600)
                await socket.send(f'{{"type":"hello","token":"{token}","last_seq":0}}')
                await asyncio.wait_for(socket.recv(), PATIENCE_S)
            phone = Phone(name, socket, on_frame)
            phone.reader = asyncio.create_task(phone.read())
            self.phones[name] = phone

        async with asyncio.TaskGroup() as connecting:
            for name in names:
                connecting.create_task(one(name))

    async def leave(self) -> None:
        for phone in self.phones.values():
            if phone.reader is not None:
                phone.reader.cancel()
            phone.socket.transport.abort()
        await asyncio.gather(*(p.reader for p in self.phones.values() if p.reader), return_exceptions=True)


class Desk:
    """120's side: signs before the clock starts, sends on a connection that stays open."""

    def __init__(self, server: Server, path: str) -> None:
        self._http = httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=30.0)
        self._path = path

    async def send(self, message_id: str, body: bytes) -> float:
        """Send and wait for the answer; the reading of the real clock just before it went out."""
        began, _ = await self._exchange(message_id, body)
        return began

    async def exchange(self, message_id: str, body: bytes) -> tuple[float, dict[str, str]]:
        """The same, and the answer."""
        began, response = await self._exchange(message_id, body)
        return began, response.json()

    async def _exchange(self, message_id: str, body: bytes) -> tuple[float, httpx.Response]:
        headers = signed_headers(message_id, body)
        request = self._http.build_request("POST", self._path, content=body, headers=headers)
        began = time.perf_counter()
        response = await self._http.send(request)
        assert response.status_code == httpx.codes.ACCEPTED, f"{response.status_code} {response.text}"
        return began, response

    async def get(self, path: str) -> object:
        signer = TokenSigner(TOKEN_SECRET)
        token, _ = signer.issue(Identity(subject="bench", access=Access.DISPATCHER), ttl_s=600)
        response = await self._http.get(path, headers={"authorization": f"Bearer {token}"})
        response.raise_for_status()
        return response.json()

    async def close(self) -> None:
        await self._http.aclose()


def signed_headers(message_id: str, body: bytes) -> dict[str, str]:
    now = datetime.now(UTC)
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(WEBHOOK_SECRET).sign(message_id, now, body.decode()),
    }
