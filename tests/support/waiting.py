"""Waiting for a condition instead of for luck; nothing in the tests sleeps elsewhere."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_S = 90.0
"""Long, since a busy machine must not fail a test; one whose condition comes true never waits it out."""

PAUSE_S = 0.02


def eventually(look: Callable[[], T], *, tell: Callable[[], str] = str) -> T:
    """The first true value of `look()`; fails when there is none in good time, with what `tell()` knows of why."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(PAUSE_S)
    raise AssertionError(f"{look} stayed false for {PATIENCE_S:g} s\n{tell()}")


async def until(look: Callable[[], T], *, pause_s: float = PAUSE_S) -> T:
    """As `eventually`, for what other tasks of the same event loop bring about; a `pause_s` of 0 misses no turn."""
    async with asyncio.timeout(PATIENCE_S):
        while not (found := look()):  # noqa: ASYNC110 - nothing announces it
            await asyncio.sleep(pause_s)
    return found


async def turns(count: int = 1) -> None:
    """Give the other tasks so many turns of the event loop. No time passes: what they do in them is not luck."""
    for _ in range(count):
        await asyncio.sleep(0)


async def pause() -> None:
    """Between two tries of somebody who tries until it works, and is given up on elsewhere."""
    await asyncio.sleep(PAUSE_S)


async def idle(for_s: float) -> None:
    """A person in a story takes a while; whatever the test claims must hold however long that turns out to be."""
    await asyncio.sleep(for_s)
