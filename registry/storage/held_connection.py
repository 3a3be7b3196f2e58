"""One connection to PostgreSQL that is kept in hand for what must be written without delay.

A pool asks the server whether a connection still lives before it gives it out, which takes three journeys. This one is
known to live as long as its socket is open; where it was cut, the next writer opens it anew.
"""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

T = TypeVar("T")


class HeldConnection:
    """For one writer at a time: the caller sees to the turns."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None
        self._driver: Any = None

    async def run(self, work: Callable[[Connection], T], meanwhile: Callable[[], None] | None = None) -> T:
        """`work` on the connection, each of its statements a transaction; raises as `work` and the driver do.

        meanwhile: called by the event loop when the first statement is on its way.
        """
        connection = await self._get()
        if meanwhile:
            asyncio.get_running_loop().call_soon(meanwhile)
        try:
            done = await connection.run_sync(work)
            if connection.in_transaction():
                await connection.commit()
        except Exception as error:
            if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError):
                await self.drop()
            else:
                # What was refused, or left halfway, is undone; the connection is as good as before.
                await connection.rollback()
            raise
        except BaseException:
            await self.drop()
            raise
        return done

    async def drop(self) -> None:
        """Let it go, whatever state it is in; the next `run` opens another."""
        connection, self._connection, self._driver = self._connection, None, None
        if connection is not None:
            await asyncio.shield(_end(connection))

    async def _get(self) -> AsyncConnection:
        if self._driver is not None and self._driver.is_closed():
            await self.drop()
        if self._connection is None:
            connection = await self._engine.connect()
            self._driver = (await connection.get_raw_connection()).driver_connection
            self._connection = connection
        return self._connection


async def _end(connection: AsyncConnection) -> None:
    await connection.invalidate()
    await connection.close()
