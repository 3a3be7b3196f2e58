"""What is exported: every record of the registry for officers, the cabinets that stand for the public."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.exporters.columns import ExportedAed, public_access
from registry.models import Aed
from registry.records import cabinets_of
from registry.repository import aed_from_row
from registry.tables import aeds


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
