"""What is exported: every record of the registry for officers, the cabinets that stand for the public."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.exporters.columns import ExportedAed, public_access
from registry.models import Aed
from registry.records import cabinets_of
from registry.repository import aed_from_row, load_aeds
from registry.tables import aeds


async def load_exported(
    connection: AsyncConnection, sources: Sequence[str] = (), *, public: bool = False
) -> list[ExportedAed]:
    """What is to be exported: `load_records`, or for the public the cabinets that stand; a cabinet of several lists
    belongs to the one whose id it has."""
    if not public:
        return await load_records(connection, sources)
    cabinets = public_cabinets(await load_aeds(connection))
    return [one for one in cabinets if not sources or one.aed.source in sources]


async def load_records(connection: AsyncConnection, sources: Sequence[str] = ()) -> list[ExportedAed]:
    """Every record, or those of these lists, by id; also what is retired or joined to another."""
    query = select(aeds).order_by(aeds.c.aed_id)
    if sources:
        query = query.where(aeds.c.source.in_(sources))
    return [
        ExportedAed(aed=aed_from_row(row), said=row.corrected, absent_since=row.absent_since, retired_at=row.retired_at)
        for row in await connection.execute(query)
    ]


def public_cabinets(known: Sequence[Aed]) -> list[ExportedAed]:
    """The cabinets of these records as anybody may see them."""
    return [
        ExportedAed(aed=replace(cabinet, access=public_access(cabinet.access)), said={})
        for cabinet in cabinets_of(known)
    ]
