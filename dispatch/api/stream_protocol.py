"""A websocket connection that costs bounded memory and can be cut, whatever its other end does or fails to do.

uvicorn's own protocol closes a connection only after everything written to it has been read: a phone that stops
reading would keep its connection, and megabytes in the kernel's buffers, until it goes away by itself.
"""

import socket
import struct
from asyncio.transports import BaseTransport, Transport
from collections.abc import Callable, Mapping
from typing import Any, cast

from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

KERNEL_BUFFER_BYTES = 64 * 1024
"""SO_SNDBUF; left to itself Linux lets it grow to 4 MB for each connection (net.ipv4.tcp_wmem)."""

HIGH_WATER_BYTES = 32 * 1024
LOW_WATER_BYTES = 16 * 1024
"""Sending waits from the upper mark until the lower one: a reader must take 16 KB within the time to send a frame."""

FEED_BYTES = 2 * 1024
"""Read bytes are parsed in pieces of this size, so that no more than some hundred tiny frames ever wait."""

CLOSE_TIMEOUT_S = 3.0
"""After a close the other end has this long to read what was sent and to answer."""

DIRECT = "rescue_circle.direct"
"""The ASGI extension that holds `cut`, which ends the connection, and `send_now`."""

_RESET = struct.pack("ii", 1, 0)


class StreamProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol with bounded buffers on both ways and a cut that waits for nobody.

    `ws_max_queue` means nothing to uvicorn's protocol: it stops reading after a frame, but parses all that it has read,
    which is 256 KiB and can hold 40,000 frames.
    """

    _unread: bytes = b""

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER_BYTES)
        cast("Transport", transport).set_write_buffer_limits(high=HIGH_WATER_BYTES, low=LOW_WATER_BYTES)

    def data_received(self, data: bytes) -> None:
        self._unread += data
        self._feed()

    def handle_ping(self) -> None:
        super().handle_ping()
        # Pongs wait for no reader: whoever asks for them and does not read them would fill the memory.
        if self.transport.get_write_buffer_size() > 2 * HIGH_WATER_BYTES:
            self.cut()

    async def run_asgi(self) -> None:
        self.scope["extensions"][DIRECT] = {"cut": self.cut, "send_now": self.send_now}
        await super().run_asgi()
        self._cut_later()

    async def receive(self) -> ASGIReceiveEvent:
        message = await super().receive()
        self._feed()
        return message

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if self.close_sent:
            self._feed()
            self._cut_later()

    def shutdown(self) -> None:
        super().shutdown()
        self._cut_later()

    def send_now(self, text: str) -> bool:
        """Hand a text frame to the kernel without waiting for a turn; False, and nothing is sent, where it would have
        to wait behind what has not been read, or where the connection is not open."""
        if self.conn.state is not State.OPEN or self.transport.is_closing() or self.transport.get_write_buffer_size():
            return False
        self.conn.send_text(text.encode())
        self.transport.write(b"".join(self.conn.data_to_send()))
        return True

    def cut(self) -> None:
        """End the connection now; what has not been read is dropped, here and in the kernel."""
        connection = self.transport.get_extra_info("socket")
        if connection is not None and not self.disconnected:
            # With a time to linger of 0 the kernel forgets what it holds and resets the connection.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.abort()

    def _feed(self) -> None:
        """Parse what has been read, a piece at a time, until a frame waits for the application."""
        while self._unread and (self.queue.empty() or self.close_sent) and not self.transport.is_closing():
            piece, self._unread = self._unread[:FEED_BYTES], self._unread[FEED_BYTES:]
            super().data_received(piece)

    def _cut_later(self) -> None:
        if not self.disconnected:
            self.loop.call_later(CLOSE_TIMEOUT_S, self._cut_if_open)

    def _cut_if_open(self) -> None:
        if not self.disconnected:
            self.cut()


def find_cut(scope: Mapping[str, Any]) -> Callable[[], None] | None:
    """The function that cuts the connection of this ASGI scope; None under another protocol than ours."""
    extension = scope.get("extensions", {}).get(DIRECT)
    return extension["cut"] if extension else None


def find_send_now(scope: Mapping[str, Any]) -> Callable[[str], bool] | None:
    """`StreamProtocol.send_now` of this ASGI scope; None under another protocol than ours."""
    extension = scope.get("extensions", {}).get(DIRECT)
    return extension["send_now"] if extension else None
