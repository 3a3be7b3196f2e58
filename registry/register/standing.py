"""A person's row held for a change: nobody else changes or erases them until the transaction ends."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.history.log import Change
from registry.repository import UnknownRescuer
from registry.storage.postgres import lock_registry
from registry.tables import rescuers


class ErasedPerson(ValueError):
    """The person's data has been erased; nothing can be said of them any more."""

    code = "rescuer_erased"


async def hold_person(connection: AsyncConnection, rescuer_id: str) -> Row[Any]:
    """Their row of `rescuers`.

    Raises:
        UnknownRescuer, ErasedPerson
    """
    await lock_registry(connection)
    mine = select(rescuers).where(rescuers.c.rescuer_id == rescuer_id).with_for_update()
    row = (await connection.execute(mine)).one_or_none()
    if row is None:
        raise UnknownRescuer(f"no rescuer {rescuer_id!r}")
    if row.erased_at is not None:
        raise ErasedPerson(f"{rescuer_id}: {ErasedPerson.__doc__}")
    return row


async def tell_of(connection: AsyncConnection, rescuer_id: str) -> None:
    """Let running services know: the triggers of migration 0004 watch this column, and not every table of a person."""
    mine = rescuers.c.rescuer_id == rescuer_id
    await connection.execute(update(rescuers).where(mine).values(source_digest=rescuers.c.source_digest))


async def put_row(
    connection: AsyncConnection, table: Table, rescuer_id: str, values: dict[str, Any], *, blank: dict[str, Any]
) -> None:
    """Set `values` in a person's row of a side table, which begins as `blank`. The person is held."""
    mine = table.c.rescuer_id == rescuer_id
    if not (await connection.execute(update(table).where(mine).values(values))).rowcount:
        await connection.execute(insert(table).values(rescuer_id=rescuer_id, **{**blank, **values}))


def of_person(
    rescuer_id: str, action: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Change:
    """A line of a person's history; what says who they are or where must not stand in it."""
    return Change(kind="rescuer", subject_id=rescuer_id, action=action, before=before, after=after)
