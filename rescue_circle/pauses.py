"""Keeps Python's garbage collector from holding up a call.

With thousands of phones connected a full collection looks at a million objects, and nothing rings for a third of a
second meanwhile. What is alive after a collection is therefore set aside, and the next full one waits for a moment in
which no phone rings. Small ones are due after so many allocations, and it is a call that allocates: left to itself the
collector begins in the middle of one. They are made between calls instead.
"""

import asyncio
import gc
from collections.abc import Callable

MANY, TOO_MANY = 5_000, 200_000
"""Young objects that are worth a look between two calls, and those that get one whatever goes on (assumptions; a look
at 20,000 takes a millisecond or more)."""

MIDDLE = 50
"""So many looks at young objects before the next generation's turn."""

NEVER = 2**31 - 1
LOOK_S = 0.05
"""So short that a look seldom finds more than a call has left behind: a call that comes just then waits for its end."""
LEAST_S, MOST_S = 60.0, 900.0
"""A full collection comes this long after the one before if no phone rings, and if one always does (assumptions)."""


def begin() -> None:
    """Collect nothing from now on: what a start makes stays."""
    gc.disable()


def collect_meanwhile() -> None:
    """A start that waits for long must not keep what its attempts leave behind."""
    gc.enable()


def set_aside_unseen() -> None:
    """What a start has made is not looked at before the first quiet minute, for which nobody waits."""
    gc.freeze()
    gc.set_threshold(TOO_MANY, MIDDLE, NEVER)
    gc.enable()


def set_aside() -> None:
    """Collect everything, and look at what is alive now no more until the next time."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(TOO_MANY, MIDDLE, NEVER)


async def keep_pauses_quiet(*, is_quiet: Callable[[], bool], is_at_work: Callable[[], bool]) -> None:
    """Collect in quiet moments until cancelled. is_quiet: no phone rings. is_at_work: a call or an answer is being
    taken."""
    since_s, looks = 0.0, 0
    while True:
        await asyncio.sleep(LOOK_S)
        since_s += LOOK_S
        if since_s >= (LEAST_S if is_quiet() else MOST_S):
            set_aside()
            since_s = 0.0
        elif gc.get_count()[0] >= MANY and not is_at_work():
            looks += 1
            gc.collect(0 if looks % MIDDLE else 1)
