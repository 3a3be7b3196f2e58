"""The port that the service listens on."""

import asyncio
import socket

from rescue_circle.listening import open_sockets
from tests.support.ports import HOST


async def test_no_answer_waits_until_the_other_side_has_confirmed_the_one_before() -> None:
    """By Nagle's rule each answer on a kept connection, and each frame soon after another, was 40 ms late."""
    accepted: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection: socket.socket = writer.get_extra_info("socket")
        accepted.set_result(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0)
        writer.close()

    (listening,) = open_sockets(HOST, 0)
    async with await asyncio.start_server(answer, sock=listening):
        _, writer = await asyncio.open_connection(*listening.getsockname())
        is_sent_at_once = await accepted
        writer.close()
        await writer.wait_closed()

    assert is_sent_at_once
