"""A TCP proxy between a phone and the service that cuts the line at a chosen frame, as a tunnel or a lift does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Literal

END_OF_HEAD = b"\r\n\r\n"
Direction = Literal["to_phone", "to_service"]


@dataclass(frozen=True, kw_only=True)
class Cut:
    """After so many whole websocket frames in one direction; `torn`: half of the next one still gets through."""

    direction: Direction
    frames: int
    torn: bool


class CuttingProxy:
    """Cuts its first connection at `cut`, and leaves those after it alone. `passed` counts whole frames."""

    def __init__(self, host: str, port: int, cut: Cut | None) -> None:
        self._address = (host, port)
        self._cut = cut
        self._connections: set[asyncio.Task[None]] = set()
        self.passed: dict[Direction, int] = {"to_phone": 0, "to_service": 0}
        self.was_cut = False
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        cut, self._cut = self._cut, None
        upstream_reader, upstream_writer = await asyncio.open_connection(*self._address)
        pipes = [
            asyncio.create_task(self._pipe(upstream_reader, writer, "to_phone", cut)),
            asyncio.create_task(self._pipe(reader, upstream_writer, "to_service", cut)),
        ]
        try:
            await asyncio.wait(pipes, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pipe in pipes:
                pipe.cancel()
            await asyncio.gather(*pipes, return_exceptions=True)
            for end in (writer, upstream_writer):
                # Both sides find the connection reset: nothing more is sent, nothing is said.
                end.transport.abort()
                with suppress(OSError):
                    await end.wait_closed()

    async def _pipe(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: Direction, cut: Cut | None
    ) -> None:
        wanted = cut if cut and cut.direction == direction else None
        writer.write(await reader.readuntil(END_OF_HEAD))
        while True:
            frame = await _read_frame(reader)
            if wanted and self.passed[direction] == wanted.frames:
                if wanted.torn:
                    writer.write(frame[: len(frame) // 2])
                    await writer.drain()
                self.was_cut = True
                return
            writer.write(frame)
            await writer.drain()
            self.passed[direction] += 1


async def _read_frame(reader: asyncio.StreamReader) -> bytes:
    """One websocket frame as it stands on the wire (RFC 6455, 5.2)."""
    head = await reader.readexactly(2)
    masked, length = head[1] & 0x80, head[1] & 0x7F
    extended = b""
    if length >= 126:
        extended = await reader.readexactly(2 if length == 126 else 8)
        length = int.from_bytes(extended, "big")
    return head + extended + await reader.readexactly(length + (4 if masked else 0))


@asynccontextmanager
async def cutting_proxy(url: str, cut: Cut | None) -> AsyncIterator[CuttingProxy]:
    """A proxy before the service at `url`, on a port of its own."""
    host, _, port = url.removeprefix("http://").partition(":")
    proxy = CuttingProxy(host, int(port), cut)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await proxy.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
