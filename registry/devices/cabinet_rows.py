"""The records of one cabinet: what is kept by AED is found under each of their ids, the first one's word first."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.repository import UnknownAed
from registry.tables import aeds


async def get_ids(connection: AsyncConnection, aed_id: str) -> list[str]:
    """Ids of all records of the cabinet that an id stands for, its own first.

    Raises:
        UnknownAed
    """
    named = (
        await connection.execute(select(aeds.c.aed_id, aeds.c.joined_to).where(aeds.c.aed_id == aed_id))
    ).one_or_none()
    if named is None:
        raise UnknownAed(f"no AED {aed_id!r}")
    lead = named.joined_to or named.aed_id
    mine = or_(aeds.c.aed_id == lead, aeds.c.joined_to == lead)
    ids = (await connection.execute(select(aeds.c.aed_id).where(mine).order_by(aeds.c.aed_id))).scalars().all()
    return sorted(ids, key=lambda one: one != lead)


async def rows_of(connection: AsyncConnection, table: Table, aed_ids: Sequence[str]) -> list[Mapping[str, Any]]:
    """The rows that a table has under these ids, in their order."""
    found = await connection.execute(select(table).where(table.c.aed_id.in_(aed_ids)))
    return sorted((dict(row._mapping) for row in found), key=lambda row: aed_ids.index(row["aed_id"]))
