"""Keeps what the database said before a change from counting after it.

What this process changes is in its live picture at once, and in the database a moment before or after. What was read of
the database before the change, or while it was on its way, must not undo it.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager


class Turns:
    """Changes by id: which are under way, and how many there have been."""

    def __init__(self) -> None:
        self.writing = asyncio.Lock()
        """Held by whoever makes a change, and by whoever else writes of the same: neither meets the other halfway."""
        self._under_way: Counter[str] = Counter()
        self._done: Counter[str] = Counter()

    @asynccontextmanager
    async def change(self, key: str) -> AsyncIterator[None]:
        """Around telling the database, and then the live picture; that is told before it is entered where the change
        must count at once, whatever becomes of it in the database."""
        self._under_way[key] += 1
        try:
            async with self.writing:
                yield
        finally:
            self._under_way[key] -= 1
            if not self._under_way[key]:
                del self._under_way[key]
            self._done[key] += 1

    def stamps(self, keys: Iterable[str]) -> dict[str, int | None]:
        """To be taken before the database is read; see `overtaken`."""
        return {key: self._stamp(key) for key in keys}

    def overtaken(self, stamps: Mapping[str, int | None]) -> list[str]:
        """Those of whom what was read since `stamps` were taken may be older than a change: they must be read again."""
        return [key for key, stamp in stamps.items() if stamp is None or stamp != self._stamp(key)]

    def _stamp(self, key: str) -> int | None:
        return None if key in self._under_way else self._done.get(key, 0)
