"""Tells whether an AED's device, code, keepers or inspections are still as an officer read them."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.devices.cabinet_rows import get_ids, rows_of
from registry.devices.device import Device
from registry.devices.tables import aed_devices, aed_inspections
from registry.editing.versions import ANY, Stale
from registry.people_tables import aed_cabinet_codes, aed_keepers
from registry.storage.postgres import lock_registry


class Part(StrEnum):
    """What has a version of its own; the value is where it is read, below `/api/aeds/{aed_id}/`."""

    DEVICE = "device"
    CODE = "cabinet-code"
    KEEPERS = "keepers"
    INSPECTIONS = "inspections"


async def version_of_part(connection: AsyncConnection, aed_id: str, part: Part) -> str:
    """Another one after every change of it.

    Raises:
        UnknownAed
    """
    facts = await _FACTS[part](connection, await get_ids(connection, aed_id))
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()[:24]


async def require_part(connection: AsyncConnection, aed_id: str, part: Part, expected: frozenset[str]) -> None:
    """Within the transaction of the change, before it. expected: versions of which one must be this part's, or ANY;
    none asks nothing.

    Raises:
        UnknownAed
        Stale
    """
    if not expected:
        return
    await lock_registry(connection)
    if ANY not in expected and await version_of_part(connection, aed_id, part) not in expected:
        raise Stale(
            f"this of {aed_id} was changed since you read it: read it again (GET /api/aeds/{aed_id}/{part}), look at "
            "what is different, and send your change with its new ETag in If-Match"
        )


async def _of_device(connection: AsyncConnection, ids: Sequence[str]) -> Any:
    names = ("aed_id", *Device.model_fields, "corrected")
    return [_picked(row, names) for row in await rows_of(connection, aed_devices, ids)]


def _since(table: Table, *names: str) -> Callable[[AsyncConnection, Sequence[str]], Awaitable[Any]]:
    """Of what names a person or opens a door only when it was set: a version shows nothing of it."""

    async def facts(connection: AsyncConnection, ids: Sequence[str]) -> Any:
        return sorted(_picked(row, ("aed_id", *names)) for row in await rows_of(connection, table, ids))

    return facts


async def _of_inspections(connection: AsyncConnection, ids: Sequence[str]) -> Any:
    kept = aed_inspections.c
    noted = func.count().filter(kept.note != "")
    query = select(func.max(kept.inspection_id), noted).where(kept.aed_id.in_(ids))
    return list((await connection.execute(query)).one())


def _picked(row: Mapping[str, Any], names: Sequence[str]) -> list[Any]:
    return [row[name] for name in names]


_FACTS: Mapping[Part, Callable[[AsyncConnection, Sequence[str]], Awaitable[Any]]] = {
    Part.DEVICE: _of_device,
    Part.CODE: _since(aed_cabinet_codes, "changed_at"),
    Part.KEEPERS: _since(aed_keepers, "role", "since"),
    Part.INSPECTIONS: _of_inspections,
}
