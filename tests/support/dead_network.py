"""A TCP proxy before a server that can go silent: bytes are neither forwarded nor refused, as with a pulled cable."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tests.support.waiting import pause

HOST = "127.0.0.1"
CHUNK = 65_536


class DeadNetwork:
    """Forwards until `leave`; then what is sent stays on the way, and a new connection is not answered.

    With `come_back` it arrives. forgets: what was connected before stays dead for ever, for both sides, as behind a
    firewall that has forgotten its connections, and only new ones get through. It has a thread of its own, since a test
    may hold up its own event loop.
    """

    def __init__(self, port: int, *, forgets: bool) -> None:
        self._to_port = port
        self._forgets = forgets
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._is_whole = asyncio.Event()
        self._is_whole.set()
        self._pieces_left = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    def leave(self, *, after: int = 0) -> None:
        """Go dead, or do so once `after` more pieces of what clients say have got through: amid a transaction."""

        async def do() -> None:
            self._pieces_left = after
            if not after:
                self._is_whole.clear()

        self._run(do())

    def come_back(self) -> None:
        async def do() -> None:
            self._pieces_left = 0
            if self._forgets and not self._is_whole.is_set():
                # The old connections wait for one that nobody sets any more.
                self._is_whole = asyncio.Event()
            self._is_whole.set()

        self._run(do())

    def open(self) -> None:
        self._thread.start()
        self._run(self._listen())

    def close(self) -> None:
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        try:
            while not (is_whole := self._is_whole).is_set():
                # A system tries to connect again and again, and gets through as soon as somebody can.
                await pause()
            there_reader, there_writer = await asyncio.open_connection(HOST, self._to_port)
            ends.append(there_writer)
            async with asyncio.TaskGroup() as pipes:
                pipes.create_task(_pipe(reader, there_writer, is_whole, self._passed))
                pipes.create_task(_pipe(there_reader, writer, is_whole, lambda: None))
        except* OSError:
            pass
        finally:
            for end in ends:
                end.transport.abort()

    def _passed(self) -> None:
        if self._pieces_left:
            self._pieces_left -= 1
            if not self._pieces_left:
                self._is_whole.clear()


async def _pipe(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_whole: asyncio.Event, passed: Callable[[], None]
) -> None:
    while True:
        with suppress(OSError):
            data = b""
            data = await reader.read(CHUNK)
        # That a connection has ended is news as well, and does not get through either.
        await is_whole.wait()
        if not data:
            raise ConnectionResetError
        writer.write(data)
        await writer.drain()
        passed()


@contextmanager
def dead_network(port: int, *, forgets: bool) -> Iterator[DeadNetwork]:
    """A network before the server on this port, whole at first, gone at the end."""
    network = DeadNetwork(port, forgets=forgets)
    network.open()
    try:
        yield network
    finally:
        network.close()
