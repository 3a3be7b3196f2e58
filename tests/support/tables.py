"""Emptying what a test has filled, so that one database serves many examples."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.tables import aed_doubles, aeds, import_changes, imports


async def emptied(connection: AsyncConnection) -> None:
    """Without any AED."""
    for table in (aed_doubles, import_changes, imports, aeds):
        await connection.execute(delete(table))
