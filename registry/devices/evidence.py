"""Gathers what is known of an AED on a day, from which follows how likely it is usable."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.devices.cabinet_rows import get_ids, rows_of
from registry.devices.device import check_due_on
from registry.devices.device_store import merged
from registry.devices.last_words import last_words
from registry.devices.tables import aed_devices
from registry.devices.usable_chance import Chance, Evidence, usable_chance
from registry.lifecycle import get_file
from registry.people_tables import aed_problems


async def get_chance(connection: AsyncConnection, aed_id: str, *, at: datetime) -> Chance:
    """How likely it is usable on the day there.

    Raises:
        UnknownAed
    """
    ids = await get_ids(connection, aed_id)
    aed = (await get_file(connection, ids[0])).aed
    rows = await rows_of(connection, aed_devices, ids)
    device, words = merged(rows), await last_words(connection, ids)
    zone = ZoneInfo(aed.time_zone)
    told = [device.last_checked_on, _day(words.confirmed_at, zone)]
    known = Evidence(
        state=aed.state,
        retired=aed.retired,
        inspected_on=_day(words.found_ready_at, zone),
        told_on=max((day for day in told if day is not None), default=None),
        adult_pads_expire_on=device.adult_pads_expire_on,
        child_pads_expire_on=device.child_pads_expire_on,
        battery_expires_on=device.battery_expires_on,
        check_due_on=check_due_on(device),
        confirmation_due_on=next((row["confirmation_due_on"] for row in rows if row["confirmation_due_on"]), None),
        reports=await _reports(connection, ids, words.found_ready_at),
    )
    return usable_chance(known, at.astimezone(zone).date())


async def _reports(connection: AsyncConnection, ids: Sequence[str], since: datetime | None) -> Counter[str]:
    """How often what was reported, of what nobody has settled; whoever has found it ready since has seen to it."""
    said = aed_problems.c
    query = select(said.kind, said.reports).where(said.aed_id.in_(ids), said.resolved_at.is_(None))
    if since is not None:
        query = query.where(said.last_reported_at > since)
    counts: Counter[str] = Counter()
    for kind, count in await connection.execute(query):
        counts[kind] += count
    return counts


def _day(at: datetime | None, zone: ZoneInfo) -> date | None:
    return None if at is None else at.astimezone(zone).date()
