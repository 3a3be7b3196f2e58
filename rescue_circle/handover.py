"""How the service ends: phones are sent to its successor first, requests that run are finished, then it is over."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress

import uvicorn

from dispatch.streams.hub import Hub

HAND_OVER_S = 4.0
"""Streams that have not ended by then are cut."""

FINISH_S = 3
"""What 120 has sent is answered within this, or else sent again by it; with the rest below the 10 s that container
engines leave a process between SIGTERM and SIGKILL."""


class HandingOverServer(uvicorn.Server):
    """uvicorn's server; `hand_over` is awaited when it is told to end, while it still listens."""

    def __init__(self, config: uvicorn.Config, hand_over: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._hand_over = hand_over

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._hand_over()
        await super().shutdown(sockets)


async def hand_over_streams(hub: Hub) -> None:
    """Tell every phone and console to come back later, and return when they have hung up."""
    hub.hand_over()
    with suppress(TimeoutError):
        async with asyncio.timeout(HAND_OVER_S):
            await hub.empty()
