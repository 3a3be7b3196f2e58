"""Devices and cabinets in the database: one for a cabinet by any of its ids, and no secret in the history."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import select

from geo.places.datum import Datum
from registry.devices.device import Device, Lock
from registry.devices.device_store import (
    CabinetQrTaken,
    NoCabinetCode,
    change_device,
    get_code,
    get_device,
    has_code,
    remove_code,
    set_code,
)
from registry.devices.tables import aed_devices
from registry.doubles import join, part
from registry.history.log import Author, list_changes
from registry.importers.run import ImportOptions, import_file
from registry.repository import UnknownAed
from registry.storage.database import Database
from registry.storage.migrating import HEAD, alembic_config
from registry.tables import aeds

pytestmark = pytest.mark.both_databases
NOW = datetime(2025, 4, 5, 4, 0, tzinfo=UTC)
WANG = Author(by="wang", at=NOW, why="seen on the spot")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    one = Database(database_url)
    yield one
    await one.close()


@pytest.fixture
async def ids(database: Database, tmp_path: Path) -> list[str]:
    """Two AEDs, each of a list of its own."""
    for name, lon in (("city", 113.66), ("osm", 113.67)):
        (tmp_path / f"{name}.csv").write_text(f"id,lon,lat\n1,{lon},34.75\n", encoding="utf-8")
        options = ImportOptions(source=name, datum=Datum.WGS84)
        await import_file(database, tmp_path / f"{name}.csv", options, now=NOW)
    async with database.read() as connection:
        return list((await connection.execute(select(aeds.c.aed_id).order_by(aeds.c.source))).scalars())


async def change(database: Database, aed_id: str, **fields: Any) -> Device:
    device = Device.model_validate(fields)
    async with database.write() as connection:
        return await change_device(connection, aed_id, {name: getattr(device, name) for name in fields}, WANG)


async def device_of(database: Database, aed_id: str) -> Device:
    async with database.read() as connection:
        return await get_device(connection, aed_id)


async def test_what_is_set_is_read_back_and_what_is_not_named_stays(database: Database, ids: list[str]) -> None:
    everything = {
        "maker": "迈瑞",
        "adult_pads_expire_on": "2027-06",
        "has_child_pads": False,
        "lock": "keeper",
        "addresses": {"zh": "中原路1号", "en": "1 Zhongyuan Road"},
        "site_phones": ["0371-1", "0371-2"],
        "operator": {"name": "地铁", "phones": ["0371-3"]},
        "check_every_days": 30,
    }
    await change(database, ids[0], **everything)
    await change(database, ids[0], maker="Mindray", has_child_pads=None)

    assert await device_of(database, ids[0]) == Device.model_validate(
        {**everything, "maker": "Mindray", "has_child_pads": None}
    )
    assert await device_of(database, ids[1]) == Device()


async def test_a_change_is_written_down_with_its_author_but_no_phone_or_name(
    database: Database, ids: list[str]
) -> None:
    await change(database, ids[0], serial="A1", emergency_phone="0371-6666", battery_expires_on="2027-06")
    await change(database, ids[0], serial="A2", emergency_phone=None)
    await change(database, ids[0], serial="A2")

    async with database.read() as connection:
        newest, oldest = await list_changes(connection, kind="aed_device", subject_id=ids[0], limit=9)

    assert (newest.author, newest.change.action) == (WANG, "set")
    assert newest.change.before == {"serial": "A1", "emergency_phone": "changed"}
    assert newest.change.after == {"serial": "A2", "emergency_phone": None}
    assert oldest.change.after == {"serial": "A1", "emergency_phone": "changed", "battery_expires_on": "2027-06-30"}


async def test_joined_aeds_are_one_cabinet_whose_records_fill_each_other(database: Database, ids: list[str]) -> None:
    keep, other = ids
    await change(database, keep, maker="Mindray")
    await change(database, other, maker="Zoll", serial="Z1", battery_expires_on="2027-06-30")
    async with database.write() as connection:
        await join(connection, keep, other, by="wang", at=NOW)

    assert await device_of(database, other) == Device(
        maker="Mindray", serial="Z1", battery_expires_on=date(2027, 6, 30)
    )
    await change(database, other, serial=None, model="BeneHeart")
    assert await device_of(database, keep) == Device(
        maker="Mindray", model="BeneHeart", battery_expires_on=date(2027, 6, 30)
    )

    async with database.write() as connection:
        await part(connection, keep, other, by="wang", at=NOW)
    assert (await device_of(database, other)).maker == "Zoll"


async def test_a_qr_code_is_on_one_cabinet(database: Database, ids: list[str]) -> None:
    await change(database, ids[0], cabinet_qr="AED-0001")
    with pytest.raises(CabinetQrTaken, match=ids[0]):
        await change(database, ids[1], cabinet_qr="AED-0001")
    await change(database, ids[0], cabinet_qr=None)
    await change(database, ids[1], cabinet_qr="AED-0001")

    assert (await device_of(database, ids[1])).cabinet_qr == "AED-0001"


async def test_the_code_of_a_cabinet_is_apart_from_the_device_and_from_the_history(
    database: Database, ids: list[str]
) -> None:
    for code in ("2580", "1379"):
        async with database.write() as connection:
            await set_code(connection, database.personal_keys, ids[0], code, WANG)

    async with database.read() as connection:
        assert await get_code(connection, database.personal_keys, ids[0]) == "1379"
        rows = (await connection.execute(select(aed_devices))).all()
        changes = await list_changes(connection, kind="aed_device", limit=9)
    assert (await device_of(database, ids[0])).lock is Lock.CODE
    assert [one.change.action for one in changes] == ["code_set", "code_set", "set"]
    assert not any(code in repr((rows, changes)) for code in ("2580", "1379"))


async def test_a_code_is_forgotten_once(database: Database, ids: list[str]) -> None:
    async with database.write() as connection:
        await set_code(connection, database.personal_keys, ids[0], "2580", WANG)
        await remove_code(connection, ids[0], WANG)
        assert not await has_code(connection, ids[0])
    async with database.write() as connection:
        with pytest.raises(NoCabinetCode):
            await remove_code(connection, ids[0], WANG)
        with pytest.raises(NoCabinetCode):
            await get_code(connection, database.personal_keys, ids[0])


async def test_an_unknown_aed_has_no_device(database: Database) -> None:
    with pytest.raises(UnknownAed):
        await device_of(database, "a9")
    with pytest.raises(UnknownAed):
        await change(database, "a9", maker="Zoll")


def test_a_database_is_taken_for_current_only_if_it_has_the_newest_migration(database_kind: str) -> None:
    """Named by hand, since asking Alembic takes a third of a second at every start."""
    del database_kind
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == HEAD
