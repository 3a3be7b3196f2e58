"""120's connection where the way of alerts is timed: what is sent goes out at once, its answer is read when asked for.

To read an answer is work of this process, which also reads the phones' frames: it would count as the way of alerts, and
more of it the sooner the answer comes.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import h11

from benchmarks.crowd import signed_headers
from benchmarks.servers import Server

CHUNK_BYTES = 64 * 1024


class CallLine:
    """One kept connection, opened again where the service has closed it as idle; each call's answer is read before the
    next is sent."""

    def __init__(self, server: Server, path: str) -> None:
        self._host, self._path = urlsplit(server.url), path
        self._protocol = h11.Connection(our_role=h11.CLIENT)
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def send(self, message_id: str, body: bytes) -> float:
        """The reading of the real clock just before it went out."""
        headers = signed_headers(message_id, body)
        writer = await self._open()
        request = self._request(headers, body)
        began = time.perf_counter()
        writer.write(request)
        return began

    async def answer(self) -> dict[str, Any]:
        """What was answered to the call that was sent last."""
        assert self._reader is not None, "nothing was sent"
        status, told = 0, bytearray()
        while not isinstance(event := self._protocol.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                self._protocol.receive_data(await self._reader.read(CHUNK_BYTES))
            elif isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                told += event.data
            else:
                raise ConnectionError(f"the service ended the connection: {event}")
        self._protocol.start_next_cycle()
        assert status == 202, f"{status} {told.decode()}"
        answer: dict[str, Any] = json.loads(told)
        return answer

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            await self._writer.wait_closed()

    async def _open(self) -> asyncio.StreamWriter:
        if self._writer is None or self._reader is None or self._reader.at_eof():
            await self.close()
            self._protocol = h11.Connection(our_role=h11.CLIENT)
            self._reader, self._writer = await asyncio.open_connection(self._host.hostname, self._host.port)
        return self._writer

    def _request(self, headers: Mapping[str, str], body: bytes) -> bytes:
        all_headers = {"host": self._host.netloc, "content-length": str(len(body)), **headers}
        request = h11.Request(method="POST", target=self._path, headers=list(all_headers.items()))
        parts = (request, h11.Data(data=body), h11.EndOfMessage())
        return b"".join(self._protocol.send(part) or b"" for part in parts)
