"""How to get at an AED in its cabinet, read for whoever is on the way to it and kept nowhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import Connection, Table, select

from registry.devices.cabinet_rows import select_ids
from registry.devices.device import Lock
from registry.devices.device_store import merged
from registry.devices.keepers import KeeperRole
from registry.devices.tables import aed_devices
from registry.people_tables import aed_cabinet_codes, aed_keepers
from registry.personal.cabinet_secrets import find_code, keeper_phone_of
from registry.storage.database import Database
from registry.storage.personal_keys import PersonalKeys
from registry.storage.watched_database import DatabaseAway


@dataclass(frozen=True, slots=True, kw_only=True)
class CabinetAccess:
    """None wherever nobody has said. code: of a cabinet that a code opens. Phones are those of people."""

    entrance: str | None = None
    lock: Lock | None = None
    code: str | None = field(default=None, repr=False)
    keeper_phone: str | None = field(default=None, repr=False)
    deputy_phone: str | None = field(default=None, repr=False)
    emergency_phone: str | None = field(default=None, repr=False)


class CabinetBook:
    """Remembers nothing, so that a code that was changed, or a keeper who was erased, is gone from the next answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, aed_id: str) -> CabinetAccess | None:
        """None where nothing is known, and while the database is away: whoever is on the way goes without."""
        keys = self._database.personal_keys
        try:
            found = await self._database.consult(lambda connection: _read(connection, keys, aed_id))
        except DatabaseAway:
            return None
        return found if any(getattr(found, one.name) is not None for one in fields(found)) else None


def _read(connection: Connection, keys: PersonalKeys, aed_id: str) -> CabinetAccess:
    ids = list(connection.execute(select_ids(aed_id)).scalars())
    device = merged(_rows(connection, aed_devices, ids))
    codes = _rows(connection, aed_cabinet_codes, ids) if device.lock is Lock.CODE else []
    keepers = _rows(connection, aed_keepers, ids)
    kept = {role: next((row for row in keepers if row["role"] == role), None) for role in KeeperRole}
    phones = {role: keeper_phone_of(row, keys) or None if row else None for role, row in kept.items()}
    return CabinetAccess(
        entrance=device.entrance,
        lock=device.lock,
        code=find_code(codes[0], keys) if codes else None,
        keeper_phone=phones[KeeperRole.KEEPER],
        deputy_phone=phones[KeeperRole.DEPUTY],
        emergency_phone=device.emergency_phone,
    )


def _rows(connection: Connection, table: Table, ids: list[str]) -> list[Mapping[str, Any]]:
    found = connection.execute(select(table).where(table.c.aed_id.in_(ids)))
    return sorted((dict(row._mapping) for row in found), key=lambda row: ids.index(row["aed_id"]))
