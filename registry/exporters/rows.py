"""What is exported: every record of the registry for officers, the cabinets that stand for the public."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.exporters.columns import ExportedAed, public_access
from registry.models import Aed
from registry.places.districts import District, get_district
from registry.records import cabinets_of
from registry.repository import aed_from_row, load_aeds
from registry.tables import aeds


async def load_exported(
    connection: AsyncConnection, sources: Sequence[str] = (), *, public: bool = False, district: str | None = None
) -> list[ExportedAed]:
    """What is to be exported: `load_records`, or for the public the cabinets that stand; a cabinet of several lists
    belongs to the one whose id it has. district: id, code or name of the one whose AEDs are wanted.

    Raises:
        UnknownDistrict
    """
    found = await load_records(connection, sources) if not public else await _load_public(connection, sources)
    return found if district is None else _within(await get_district(connection, district), found)


async def load_records(connection: AsyncConnection, sources: Sequence[str] = ()) -> list[ExportedAed]:
    """Every record, or those of these lists, by id; also what is retired or joined to another."""
    query = select(aeds).order_by(aeds.c.aed_id)
    if sources:
        query = query.where(aeds.c.source.in_(sources))
    return [
        ExportedAed(aed=aed_from_row(row), said=row.corrected, absent_since=row.absent_since, retired_at=row.retired_at)
        for row in await connection.execute(query)
    ]


async def _load_public(connection: AsyncConnection, sources: Sequence[str]) -> list[ExportedAed]:
    cabinets = public_cabinets(await load_aeds(connection))
    return [one for one in cabinets if not sources or one.aed.source in sources]


def _within(district: District, found: list[ExportedAed]) -> list[ExportedAed]:
    if not found:
        return []
    lies = district.holds(*np.array([(one.aed.lon, one.aed.lat) for one in found], np.float64).T)
    return [one for one, is_inside in zip(found, lies.tolist(), strict=True) if is_inside]


def public_cabinets(known: Sequence[Aed]) -> list[ExportedAed]:
    """The cabinets of these records as anybody may see them."""
    return [
        ExportedAed(aed=replace(cabinet, access=public_access(cabinet.access)), said={})
        for cabinet in cabinets_of(known)
    ]
