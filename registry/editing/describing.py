"""An officer adds an AED, moves it, or says what it is like; its lists leave alone what a person has set."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import Row, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.doubles import propose
from registry.eligibility import time_zone_at
from registry.history.aeds import recorded
from registry.history.log import Author
from registry.lifecycle import rows_of_cabinet
from registry.models import BY_HAND, AedState
from registry.repository import save_aed_correction
from registry.storage.postgres import lock_registry
from registry.storeys import floor_as_said
from registry.tables import aeds

Near = Callable[[float, float], Collection[str]]
"""Ids of the AEDs about a place (degrees, WGS-84) that may be the same one; without it all are looked at."""

_TELL_APART = frozenset({"name", "location_text", "floor", "position"})
_EMPTY = {"name": "", "location_text": "", "floor": "", "indoor": None, "access": "", "opening_hours": ""}


async def add(
    connection: AsyncConnection,
    aed_id: str,
    said: Mapping[str, Any],
    place: tuple[float, float],
    author: Author,
    *,
    near: Near | None = None,
) -> list[str]:
    """A new AED of no list, under a new id. place: (lon, lat), WGS-84. The ids of what has changed."""
    await lock_registry(connection)
    zone = said.get("time_zone") or time_zone_at(*place)
    row = _EMPTY | {"state": AedState.IN_SERVICE} | dict(said)
    row |= {"aed_id": aed_id, "position": place, "time_zone": zone, "floor": floor_as_said(row["floor"], zone)[:64]}
    row |= {"source": BY_HAND, "source_ref": aed_id, "source_file": "", "source_digest": "", "hours_as_written": ""}
    row |= {"corrected": {}, "imported_at": author.at, "changed_at": author.at}
    async with recorded(connection, aed_id, (), action="added", author=author):
        await connection.execute(insert(aeds).values(row))
    return await _look_for_doubles(connection, aed_id, place, author, near)


async def describe(
    connection: AsyncConnection, aed_id: str, said: Mapping[str, Any], author: Author, *, near: Near | None = None
) -> list[str]:
    """Set what an AED is like; the ids of what has changed.

    Raises:
        UnknownAed
    """
    await lock_registry(connection)
    row = (await rows_of_cabinet(connection, aed_id))[0]
    changes = dict(said)
    if "floor" in changes:
        changes["floor"] = floor_as_said(changes["floor"], changes.get("time_zone") or row.time_zone)[:64]
    return await _set(connection, row, changes, author, action="described", near=near)


async def move(
    connection: AsyncConnection, aed_id: str, place: tuple[float, float], author: Author, *, near: Near | None = None
) -> list[str]:
    """It hangs elsewhere now: (lon, lat), WGS-84. The ids of what has changed.

    Raises:
        UnknownAed
    """
    await lock_registry(connection)
    row = (await rows_of_cabinet(connection, aed_id))[0]
    return await _set(connection, row, {"position": place}, author, action="moved", near=near)


async def _set(
    connection: AsyncConnection,
    row: Row[Any],
    changes: Mapping[str, Any],
    author: Author,
    *,
    action: str,
    near: Near | None,
) -> list[str]:
    set_ = await save_aed_correction(
        connection, row.aed_id, changes, action=action, at=author.at, by=author.by, why=author.why
    )
    if not _TELL_APART.intersection(changes):
        return [row.aed_id]
    return await _look_for_doubles(connection, row.aed_id, (set_.lon, set_.lat), author, near)


async def _look_for_doubles(
    connection: AsyncConnection, aed_id: str, place: tuple[float, float], author: Author, near: Near | None
) -> list[str]:
    await propose(connection, [aed_id], at=author.at, among=None if near is None else near(*place))
    return [aed_id]
