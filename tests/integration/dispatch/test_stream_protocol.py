"""The connection below the streams, on a server of the tests' own: what waits in memory stays little."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosed
from websockets.uri import parse_uri

from dispatch.api.stream_protocol import StreamProtocol, find_cut, find_send_now

FRAMES = 20_000
MAX_WAITING = 1_000

Application = Callable[[Any, Any, Any], Any]


@asynccontextmanager
async def serving(application: Application) -> AsyncIterator[str]:
    """The application behind our protocol; its websocket address."""
    config = uvicorn.Config(
        application, port=0, ws=StreamProtocol, lifespan="off", log_config=None, ws_per_message_deflate=False
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield f"ws://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    finally:
        await server.shutdown()


async def test_frames_sent_in_one_go_wait_unparsed_and_all_arrive() -> None:
    waiting: list[int] = []
    received: list[str] = []
    done = asyncio.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        cut = find_cut(scope)
        protocol: StreamProtocol = cut.__self__  # type: ignore[union-attr]
        while len(received) < FRAMES:
            waiting.append(protocol.queue.qsize())
            received.append((await receive())["text"])
        done.set()

    async with serving(application) as url:
        protocol = ClientProtocol(parse_uri(url))
        host, _, port = url.removeprefix("ws://").rstrip("/").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        protocol.send_request(protocol.connect())
        writer.write(b"".join(protocol.data_to_send()))
        protocol.receive_data(await reader.readuntil(b"\r\n\r\n"))
        for number in range(FRAMES):
            protocol.send_text(str(number).encode())
        writer.write(b"".join(protocol.data_to_send()))
        async with asyncio.timeout(60):
            await done.wait()
        writer.close()

    assert received == [str(number) for number in range(FRAMES)]
    assert max(waiting) < MAX_WAITING


async def test_a_close_behind_many_frames_is_answered() -> None:
    async def application(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        await send({"type": "websocket.close", "code": 4000})

    async with serving(application) as url, connect(url, proxy=None, close_timeout=20) as socket:
        for _ in range(2_000):
            await socket.send("x")
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()

    assert closed.value.rcvd
    assert closed.value.rcvd.code == 4000


async def test_a_cut_connection_is_reset() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        cut = find_cut(scope)
        assert cut
        cut()

    async with serving(application) as url, connect(url, proxy=None) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()

    assert closed.value.rcvd is None


async def test_a_frame_is_sent_now_until_the_reader_falls_behind_and_never_after_the_end() -> None:
    taken: list[str] = []
    after_the_end: list[bool] = []
    done = asyncio.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        send_now = find_send_now(scope)
        assert send_now
        # Nothing is read meanwhile, since the reader is in this same loop, which does not turn.
        while len(taken) < FRAMES and send_now(f"{len(taken)} {'x' * 1_000}"):
            taken.append(f"{len(taken)} {'x' * 1_000}")
        await send({"type": "websocket.close", "code": 1000})
        after_the_end.append(send_now("too late"))
        done.set()

    async with serving(application) as url, connect(url, proxy=None, max_queue=None) as socket:
        read = [frame async for frame in socket]
        await done.wait()

    assert 0 < len(taken) < FRAMES
    # The frame that filled the kernel's buffer was taken; the next was refused.
    assert read == taken
    assert after_the_end == [False]


def test_another_server_knows_neither_cut_nor_send_now() -> None:
    scope = {"type": "websocket", "extensions": {}}

    assert (find_cut(scope), find_send_now(scope)) == (None, None)
