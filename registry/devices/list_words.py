"""What lists say of devices, written beside what people set: that counts until somebody lets it go."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.devices.device import Device, check_due_on
from registry.devices.tables import aed_devices
from registry.repository import in_batches
from registry.storage.database import Database

FROM_LISTS = (
    *("maker", "model", "serial", "installed_on", "adult_pads_expire_on", "has_child_pads", "child_pads_expire_on"),
    *("battery_expires_on", "entrance", "operator", "maintainer", "last_checked_on", "next_check_on"),
)
"""What lists are asked for; everything else is people's to say."""

Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A device for which its list speaks: the row that there is, None where there is none, and what is said now."""

    row: Row[Any] | None
    told: Told

    @property
    def said(self) -> Told:
        """What the list said before."""
        return {} if self.row is None else self.row.told

    @property
    def is_new(self) -> bool:
        """Whether the list says something else than it did."""
        return dict(self.said) != dict(self.told)

    def before(self) -> dict[str, Any]:
        """The fields that lists fill, in JSON's values, as they are."""
        return {name: None if self.row is None else plain(getattr(self.row, name)) for name in FROM_LISTS}

    def after(self) -> dict[str, Any]:
        """The same as they become: what a person set stays."""
        kept = {} if self.row is None else self.row.corrected
        before = self.before()
        return {name: before[name] if name in kept else self.told.get(name) for name in FROM_LISTS}


async def load_devices(connection: AsyncConnection, aed_ids: Iterable[str]) -> dict[str, Row[Any]]:
    """Rows of devices by AED; those without are left out."""
    found: dict[str, Row[Any]] = {}
    for some in in_batches(sorted(aed_ids)):
        rows = await connection.execute(select(aed_devices).where(aed_devices.c.aed_id.in_(some)))
        found.update((row.aed_id, row) for row in rows)
    return found


async def write_spoken(
    database: Database, connection: AsyncConnection, spoken: Mapping[str, Spoken], at: datetime
) -> None:
    """Write what lists say now, by AED."""
    rows = [_row(aed_id, one, at) for aed_id, one in spoken.items() if one.is_new]
    if not rows:
        return
    statement = database.insert(aed_devices)
    written = {name: statement.excluded[name] for name in rows[0] if name != "aed_id"}
    statement = statement.on_conflict_do_update(index_elements=["aed_id"], set_=written)
    for some in in_batches(rows):
        await connection.execute(statement, some)


def plain(value: Any) -> Any:
    """A column's value in JSON's."""
    return value.isoformat() if isinstance(value, date) else value


def as_column(name: str, value: Any) -> Any:
    """JSON's value as the column takes it: days as days, which the drivers want."""
    return date.fromisoformat(value) if name.endswith("_on") and value is not None else value


def _row(aed_id: str, one: Spoken, at: datetime) -> dict[str, Any]:
    values = {name: as_column(name, value) for name, value in one.after().items()}
    every_days = None if one.row is None else one.row.check_every_days
    checks = {name: values[name] for name in ("last_checked_on", "next_check_on")}
    due_on = check_due_on(Device(check_every_days=every_days, **checks))
    return {"aed_id": aed_id, **values, "told": dict(one.told), "check_due_on": due_on, "changed_at": at}


def differing(before: Told, after: Told) -> Sequence[str]:
    """The fields in which two of them differ."""
    return [name for name in FROM_LISTS if before[name] != after[name]]
