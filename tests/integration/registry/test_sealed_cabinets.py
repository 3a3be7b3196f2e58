"""Keepers' phones and cabinets' codes under a key: nobody reads them in the database, whoever has the key does."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from geo.places.datum import Datum
from registry.devices.cabinet_book import CabinetAccess, CabinetBook
from registry.devices.device import Lock
from registry.devices.device_store import get_code, set_code
from registry.devices.keeper_store import erase_keeper, list_keepers, set_keeper
from registry.devices.keepers import Keeper, KeeperRole
from registry.history.log import Author
from registry.importers.run import ImportOptions, import_file
from registry.people_tables import aed_cabinet_codes, aed_keepers
from registry.personal.rotation import Rotated, rotate
from registry.personal.standing import require_keys
from registry.storage.database import Database
from registry.storage.personal_keys import NO_KEYS, MissingPersonalKey, PersonalKeys
from registry.storage.watched_database import WatchedDatabase
from registry.tables import aeds

pytestmark = pytest.mark.both_databases
NOW = datetime(2025, 4, 5, 4, 0, tzinfo=UTC)
LI = Author(by="li", at=NOW)
PHONES = {KeeperRole.KEEPER: "+8613812345678", KeeperRole.DEPUTY: "+8613912345678"}
CODE = "25.80#"
OLD, NEW = (PersonalKeys(bytes([number]) * 32) for number in (1, 2))
BOTH = PersonalKeys.read(" ".join(base64.b64encode(bytes([number]) * 32).decode() for number in (2, 1)))


class Cabinet:
    """One AED of one database, opened with one key after the other."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self._folder = url, folder
        self.aed_id = ""

    @asynccontextmanager
    async def open(self, keys: PersonalKeys) -> AsyncIterator[Database]:
        database = Database(self.url, personal_keys=keys)
        try:
            yield database
        finally:
            await database.close()

    async def fill(self, keys: PersonalKeys) -> None:
        path = self._folder / "city.csv"
        path.write_text("id,lon,lat\n1,113.66,34.75\n", encoding="utf-8")
        async with self.open(keys) as database:
            await import_file(database, path, ImportOptions(source="city", datum=Datum.WGS84), now=NOW)
            async with database.write() as connection:
                self.aed_id = (await connection.execute(select(aeds.c.aed_id))).scalar_one()
                for role, phone in PHONES.items():
                    keeper = Keeper(role=role, name="王芳", phone_e164=phone)
                    await set_keeper(connection, keys, self.aed_id, keeper, LI)
                await set_code(connection, keys, self.aed_id, CODE, LI)

    async def told(self, keys: PersonalKeys) -> tuple[dict[KeeperRole, str], str]:
        async with self.open(keys) as database, database.read() as connection:
            kept = await list_keepers(connection, keys, self.aed_id)
            return {one.role: one.phone_e164 for one in kept}, await get_code(connection, keys, self.aed_id)

    async def stored(self) -> str:
        async with self.open(NO_KEYS) as database, database.read() as connection:
            return repr([(await connection.execute(select(table))).all() for table in (aed_keepers, aed_cabinet_codes)])


@pytest.fixture
def cabinet(database_url: str, tmp_path: Path) -> Cabinet:
    return Cabinet(database_url, tmp_path)


async def test_nobody_reads_them_in_the_database(cabinet: Cabinet) -> None:
    await cabinet.fill(OLD)

    stored = await cabinet.stored()

    assert not any(secret in stored for secret in ("13812345678", "13912345678", CODE))
    assert await cabinet.told(OLD) == (PHONES, CODE)


async def test_whoever_fetches_the_aed_is_told_them(cabinet: Cabinet) -> None:
    await cabinet.fill(OLD)
    database = WatchedDatabase(cabinet.url, personal_keys=OLD)
    try:
        told = await CabinetBook(database).find(cabinet.aed_id)
    finally:
        await database.close()

    assert told == CabinetAccess(
        lock=Lock.CODE,
        code=CODE,
        keeper_phone=PHONES[KeeperRole.KEEPER],
        deputy_phone=PHONES[KeeperRole.DEPUTY],
    )


@pytest.mark.parametrize("before", [NO_KEYS, OLD], ids=["plain", "older_key"])
async def test_a_rotation_brings_all_of_them_under_the_newest_key_and_has_nothing_left_to_do(
    cabinet: Cabinet, before: PersonalKeys
) -> None:
    await cabinet.fill(before)

    async with cabinet.open(BOTH) as database:
        first, second = await rotate(database, pause_s=0), await rotate(database, pause_s=0)

    assert first == Rotated(phones=2, digests=0, secrets=0, codes=1, unreadable=0, kept=0)
    assert second == Rotated(phones=0, digests=0, secrets=0, codes=0, unreadable=0, kept=0)
    assert await cabinet.told(NEW) == (PHONES, CODE)


async def test_without_their_key_no_service_starts_and_a_keeper_is_shown_without_a_phone(cabinet: Cabinet) -> None:
    await cabinet.fill(OLD)

    async with cabinet.open(NEW) as database, database.read() as connection:
        with pytest.raises(MissingPersonalKey):
            await require_keys(connection, NEW)
        with pytest.raises(MissingPersonalKey):
            await get_code(connection, NEW, cabinet.aed_id)
        shown = await list_keepers(connection, NEW, cabinet.aed_id)

    assert [(one.name, one.phone_e164) for one in shown] == [("王芳", "")] * 2


@pytest.mark.parametrize("before", [NO_KEYS, OLD, NEW], ids=["plain", "older_key", "newest_key"])
async def test_a_keeper_is_found_by_phone_and_erased_in_whichever_form_it_stands(
    cabinet: Cabinet, before: PersonalKeys
) -> None:
    await cabinet.fill(before)

    async with cabinet.open(BOTH) as database:
        async with database.write() as connection:
            erased = await erase_keeper(connection, BOTH, PHONES[KeeperRole.DEPUTY], LI)
        async with database.read() as connection:
            left = [one.role for one in await list_keepers(connection, BOTH, cabinet.aed_id)]

    assert (erased, left) == (1, [KeeperRole.KEEPER])
