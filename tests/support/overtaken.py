"""A database whose readers and writers are overtaken on purpose, where otherwise only a busy machine does it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from registry.storage.database import Database

Meanwhile = Callable[[], Awaitable[object]]


class Overtaken(Database):
    """Once, something happens between what is read and its reader, or between a commit and whoever waits for it."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.after_read: Meanwhile | None = None
        self.after_write: Meanwhile | None = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        async with super().read() as connection:
            yield connection
        meanwhile, self.after_read = self.after_read, None
        if meanwhile is not None:
            await meanwhile()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        async with super().write() as connection:
            yield connection
        meanwhile, self.after_write = self.after_write, None
        if meanwhile is not None:
            await meanwhile()
