"""When somebody last spoke for an AED, and so by when its keeper should say again that it is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.devices.cabinet_rows import put_device
from registry.devices.inspecting import Result
from registry.devices.tables import aed_confirmations, aed_inspections
from registry.people_tables import aed_keepers

CONFIRMED_EVERY = timedelta(days=183)
"""Sweden's register drops an AED that its keeper has not confirmed for six months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWords:
    """found_ready_at: of the newest inspection, None where that found something else or there is none."""

    found_ready_at: datetime | None
    confirmed_at: datetime | None

    @property
    def newest(self) -> datetime | None:
        return max((at for at in (self.found_ready_at, self.confirmed_at) if at is not None), default=None)


async def last_words(connection: AsyncConnection, ids: Sequence[str]) -> LastWords:
    """Of a cabinet with these ids."""
    looked, said = aed_inspections.c, aed_confirmations.c
    newest = select(looked.at, looked.result).where(looked.aed_id.in_(ids))
    newest = newest.order_by(looked.at.desc(), looked.inspection_id.desc()).limit(1)
    row = (await connection.execute(newest)).one_or_none()
    confirmed = await connection.execute(select(func.max(said.at)).where(said.aed_id.in_(ids)))
    return LastWords(
        found_ready_at=row.at if row is not None and row.result == Result.READY.value else None,
        confirmed_at=confirmed.scalar_one(),
    )


async def renew_confirmation_due(connection: AsyncConnection, ids: Sequence[str], at: datetime) -> None:
    """Note by when the cabinet is to be confirmed: half a year after the last word; of one that has a keeper and of
    which nobody has spoken since the keeper was named; never where there is neither."""
    newest = (await last_words(connection, ids)).newest
    await put_device(connection, ids[0], {"confirmation_due_on": await _due_on(connection, ids, newest)}, at)


async def _due_on(connection: AsyncConnection, ids: Sequence[str], newest: datetime | None) -> date | None:
    if newest is not None:
        return (newest + CONFIRMED_EVERY).date()
    kept = select(func.min(aed_keepers.c.since)).where(aed_keepers.c.aed_id.in_(ids))
    since: datetime | None = (await connection.execute(kept)).scalar_one()
    return since.date() if since is not None else None
