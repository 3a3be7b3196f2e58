"""The records of one cabinet: what is kept by AED is found under each of their ids, the first one's word first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.devices.tables import aed_devices
from registry.repository import UnknownAed
from registry.tables import aeds


async def get_ids(connection: AsyncConnection, aed_id: str) -> list[str]:
    """Ids of all records of the cabinet that an id stands for, its own first.

    Raises:
        UnknownAed
    """
    ids = list((await connection.execute(select_ids(aed_id))).scalars())
    if not ids:
        raise UnknownAed(f"no AED {aed_id!r}")
    return ids


def select_ids(aed_id: str) -> Select[Any]:
    """Asks for them; nothing where no AED has the id."""
    named = select(func.coalesce(aeds.c.joined_to, aeds.c.aed_id)).where(aeds.c.aed_id == aed_id)
    lead = named.scalar_subquery()
    mine = or_(aeds.c.aed_id == lead, aeds.c.joined_to == lead)
    return select(aeds.c.aed_id).where(mine).order_by(aeds.c.joined_to.is_not(None), aeds.c.aed_id)


async def rows_of(connection: AsyncConnection, table: Table, aed_ids: Sequence[str]) -> list[Mapping[str, Any]]:
    """The rows that a table has under these ids, in their order."""
    found = await connection.execute(select(table).where(table.c.aed_id.in_(aed_ids)))
    return sorted((dict(row._mapping) for row in found), key=lambda row: aed_ids.index(row["aed_id"]))


async def put_device(connection: AsyncConnection, aed_id: str, values: Mapping[str, Any], at: datetime) -> None:
    """Set these columns of an AED's row of devices, making the row where there is none."""
    stamped = {**values, "changed_at": at}
    mine = aed_devices.c.aed_id == aed_id
    if not (await connection.execute(update(aed_devices).where(mine).values(stamped))).rowcount:
        await connection.execute(insert(aed_devices).values({**stamped, "aed_id": aed_id}))
