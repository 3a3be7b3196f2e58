"""Which AEDs were changed since an instant, by whomever."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.tables import aeds


async def load_changed_since(connection: AsyncConnection, at: datetime) -> frozenset[str]:
    """Ids of the cabinets of which a record was; `at` counts."""
    cabinet = func.coalesce(aeds.c.joined_to, aeds.c.aed_id)
    rows = await connection.execute(select(cabinet).where(aeds.c.changed_at >= at).distinct())
    return frozenset(rows.scalars())
