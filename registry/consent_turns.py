"""Keeps what the database said before a change of consent from counting after it.

Whoever withdraws is silent in the live picture at once, and in the database a moment later. What was read of the
database before, or was on its way into it, must not bring them back in between.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class ConsentTurns:
    """Changes of consent by rescuer: which are under way, and how many there have been."""

    def __init__(self) -> None:
        self.writing = asyncio.Lock()
        """Held by whoever writes positions, and by whoever writes a consent: neither meets the other halfway."""
        self._under_way: Counter[str] = Counter()
        self._done: Counter[str] = Counter()

    @asynccontextmanager
    async def change(self, rescuer_id: str) -> AsyncIterator[None]:
        """Around telling the database. The live picture is told before it is entered, where that must count at once."""
        self._under_way[rescuer_id] += 1
        try:
            async with self.writing:
                yield
        finally:
            self._under_way[rescuer_id] -= 1
            if not self._under_way[rescuer_id]:
                del self._under_way[rescuer_id]
            self._done[rescuer_id] += 1

    def stamp(self, rescuer_id: str) -> int | None:
        """The same before and after a reading of the database that may be believed; None while none may."""
        return None if rescuer_id in self._under_way else self._done.get(rescuer_id, 0)
