"""Keeps Python's garbage collector from holding up a call.

With thousands of phones connected a full collection looks at a million objects, and nothing rings for a third of a
second meanwhile. What is alive after a collection is therefore set aside, and the next full one waits for a moment in
which no phone rings.
"""

import asyncio
import gc
from collections.abc import Callable

YOUNG, MIDDLE = 20_000, 50
"""Allocations before the youngest objects are looked at, and how many such looks before the next generation's turn:
tens of young objects come and go with each frame, and a look at 20,000 takes about a millisecond."""

NEVER = 2**31 - 1
LOOK_S = 5.0
LEAST_S, MOST_S = 60.0, 900.0
"""A full collection comes this long after the one before if no phone rings, and if one always does (assumptions)."""


def set_aside() -> None:
    """Collect everything, and look at what is alive now no more until the next time."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, NEVER)


async def keep_pauses_quiet(is_quiet: Callable[[], bool]) -> None:
    """Collect in quiet moments until cancelled."""
    since_s = 0.0
    while True:
        await asyncio.sleep(LOOK_S)
        since_s += LOOK_S
        if since_s >= (LEAST_S if is_quiet() else MOST_S):
            set_aside()
            since_s = 0.0
