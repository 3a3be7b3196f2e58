"""Keeps the live picture true to the database while other processes change it."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence

import structlog
from sqlalchemy import select

from registry.changes import ChangeFeed
from registry.directory import Directory
from registry.personal.same_phones import load_same_phones
from registry.repository import in_batches, load_aeds, load_rescuers, load_undecided
from registry.storage.database import Database
from registry.tables import aeds, rescuers

log = structlog.get_logger(__name__)

RETRY_S = 0.5
TURN_S = 0.05
"""Until what is being changed here is read again."""
BATCH = 200
"""So many rows are taken at a time, some milliseconds of the event loop each, before others have their turn."""


class Follower:
    """Reads what the feed names and gives it to the directory, in the event loop's thread, which owns it."""

    def __init__(self, database: Database, directory: Directory, feed: ChangeFeed) -> None:
        self._database = database
        self._directory = directory
        self._feed = feed
        self.on_aeds: Callable[[Collection[str]], None] = lambda _: None
        """Called when the picture of these is new; it must not fail."""

    async def run(self) -> None:
        """Follow until cancelled. A database that is away leaves the picture as it was; afterwards all is compared."""
        is_told = False
        try:
            while True:
                try:
                    await self._feed.open()
                    await self.compare()
                    is_told = False
                    while True:
                        changed = await self._feed.next()
                        await self.take(changed.aed_ids, changed.rescuer_ids)
                except Exception as error:
                    if not is_told:
                        log.warning("registry_not_followed", reason=type(error).__name__)
                    is_told = True
                    await asyncio.sleep(RETRY_S)
        finally:
            await self._feed.close()

    async def compare(self) -> None:
        """Bring everything to what the database holds: whatever was changed before the feed was open."""
        async with self._database.read() as connection:
            aed_ids = (await connection.execute(select(aeds.c.aed_id))).scalars().all()
            rescuer_ids = (await connection.execute(select(rescuers.c.rescuer_id))).scalars().all()
        await self.take({*aed_ids, *self._directory.aed_ids}, {*rescuer_ids, *self._directory.rescuer_ids})

    async def take(self, aed_ids: Collection[str], rescuer_ids: Collection[str]) -> None:
        """Bring these to what the database holds now."""
        for some in in_batches(sorted(aed_ids), BATCH):
            await _take_all(some, self._take_aeds)
        self.on_aeds(aed_ids)
        for some in in_batches(sorted(rescuer_ids), BATCH):
            await _take_all(some, self._take_rescuers)
        log.info("registry_followed", aeds=len(aed_ids), rescuers=len(rescuer_ids))

    async def _take_aeds(self, aed_ids: Sequence[str]) -> list[str]:
        """Those that must be read again: what was read of them may be older than a correction."""
        stamps = self._directory.corrections.stamps(aed_ids)
        async with self._database.read() as connection:
            found = {aed.aed_id: aed for aed in await load_aeds(connection, aed_ids)}
            pairs = await load_undecided(connection, aed_ids)
        late = self._directory.corrections.overtaken(stamps)
        for aed_id in aed_ids:
            if aed_id not in late:
                self._directory.take_aed(aed_id, found.get(aed_id))
        self._directory.take_undecided(aed_ids, pairs)
        return late

    async def _take_rescuers(self, rescuer_ids: Sequence[str]) -> list[str]:
        """Those that must be read again: what was read of them may be older than a change of their consent."""
        stamps = self._directory.consent.stamps(rescuer_ids)
        async with self._database.read() as connection:
            found = {one.rescuer_id: one for one in await load_rescuers(connection, rescuer_ids)}
            same_phones = await load_same_phones(connection, self._database.personal_keys, rescuer_ids)
        late = self._directory.consent.overtaken(stamps)
        for rescuer_id in rescuer_ids:
            if rescuer_id not in late:
                self._directory.take_rescuer(rescuer_id, found.get(rescuer_id))
        self._directory.take_same_phones(rescuer_ids, same_phones)
        return late


async def _take_all(ids: Sequence[str], take: Callable[[Sequence[str]], Awaitable[list[str]]]) -> None:
    late = await take(ids)
    while late:
        await asyncio.sleep(TURN_S)
        late = await take(late)
