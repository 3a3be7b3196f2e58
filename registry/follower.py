"""Keeps the live picture true to the database while other processes change it."""

import asyncio
from collections.abc import Collection, Sequence

import structlog
from sqlalchemy import select

from registry.changes import ChangeFeed
from registry.directory import Directory
from registry.repository import in_batches, load_aeds, load_rescuers
from registry.storage.database import Database
from registry.tables import aeds, rescuers

log = structlog.get_logger(__name__)

RETRY_S = 0.5
CONSENT_S = 0.05
"""Until a consent that is being written is looked at again."""
BATCH = 200
"""So many rows are taken at a time, some milliseconds of the event loop each, before others have their turn."""


class Follower:
    """Reads what the feed names and gives it to the directory, in the event loop's thread, which owns it."""

    def __init__(self, database: Database, directory: Directory, feed: ChangeFeed) -> None:
        self._database = database
        self._directory = directory
        self._feed = feed

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
            await self._take_aeds(some)
        for some in in_batches(sorted(rescuer_ids), BATCH):
            late = await self._take_rescuers(some)
            while late:
                await asyncio.sleep(CONSENT_S)
                late = await self._take_rescuers(late)
        log.info("registry_followed", aeds=len(aed_ids), rescuers=len(rescuer_ids))

    async def _take_aeds(self, aed_ids: Sequence[str]) -> None:
        async with self._database.read() as connection:
            found = {aed.aed_id: aed for aed in await load_aeds(connection, aed_ids)}
        for aed_id in aed_ids:
            self._directory.take_aed(aed_id, found.get(aed_id))

    async def _take_rescuers(self, rescuer_ids: Sequence[str]) -> list[str]:
        """Those that must be read again: what was read of them may be older than a change of their consent."""
        stamps = [self._directory.consent.stamp(rescuer_id) for rescuer_id in rescuer_ids]
        async with self._database.read() as connection:
            found = {one.rescuer_id: one for one in await load_rescuers(connection, rescuer_ids)}
        late = []
        for rescuer_id, stamp in zip(rescuer_ids, stamps, strict=True):
            if stamp is not None and stamp == self._directory.consent.stamp(rescuer_id):
                self._directory.take_rescuer(rescuer_id, found.get(rescuer_id))
            else:
                late.append(rescuer_id)
        return late
