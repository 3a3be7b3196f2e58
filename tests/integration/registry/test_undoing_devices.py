"""One change of a device is taken back: what it was, whoever had said so; and what cannot be, and why."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from geo.places.datum import Datum
from registry.devices.device import Device
from registry.devices.device_store import get_device, set_code
from registry.devices.provenance import get_origins, let_go
from registry.editing.taken_back import NotTakenBack, Undone
from registry.editing.undoing import undo_change
from registry.history.log import Author, get_change, list_changes
from registry.importers.run import ImportOptions, import_file
from registry.storage.database import Database
from registry.tables import aeds
from tests.support.devices import NOW, WANG, change

pytestmark = pytest.mark.both_databases
ZHAO = Author(by="zhao", at=NOW + timedelta(hours=1), why="wrong one")
HEADER = "id,name,lon,lat,manufacturer,serial number,operator\n"


async def take(database: Database, folder: Path, row: str) -> None:
    (folder / "city.csv").write_text(HEADER + row, encoding="utf-8")
    await import_file(database, folder / "city.csv", ImportOptions(source="city", datum=Datum.WGS84), now=NOW)


@pytest.fixture
async def database(database_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    one = Database(database_url)
    await take(one, tmp_path, "1,Library,113.66,34.75,Zoll,Z-1,City\n")
    yield one
    await one.close()


@pytest.fixture
async def aed_id(database: Database) -> str:
    async with database.read() as connection:
        return str((await connection.execute(select(aeds.c.aed_id))).scalar_one())


async def newest(database: Database) -> int:
    async with database.read() as connection:
        return (await list_changes(connection, kind="aed_device", limit=1))[0].change_id


async def undo(database: Database, change_id: int) -> Undone:
    async with database.write() as connection:
        return await undo_change(connection, change_id, ZHAO)


async def device_of(database: Database, aed_id: str) -> Device:
    async with database.read() as connection:
        return await get_device(connection, aed_id)


async def test_what_was_set_becomes_what_it_was_and_can_be_had_again(database: Database, aed_id: str) -> None:
    await change(database, aed_id, battery_expires_on="2027-06", addresses={"en": "1 Main Street"})
    first = await device_of(database, aed_id)
    await change(database, aed_id, battery_expires_on="2029-06", addresses=None, entrance="east")
    second = await device_of(database, aed_id)

    undone = await undo(database, await newest(database))
    assert await device_of(database, aed_id) == first
    async with database.read() as connection:
        line = await get_change(connection, undone.change_id)
    assert (line.author.by, line.change.action) == ("zhao", "undone")
    assert line.change.after == {
        "battery_expires_on": "2027-06-30",
        "addresses": {"en": "1 Main Street"},
        "entrance": None,
    }
    await undo(database, undone.change_id)
    assert await device_of(database, aed_id) == second


async def test_where_a_list_had_spoken_it_speaks_again(database: Database, aed_id: str, tmp_path: Path) -> None:
    await change(database, aed_id, maker="Mindray", operator={"name": "Metro"})
    await change_undone(database)
    await take(database, tmp_path, "1,Library,113.66,34.75,Philips,Z-1,Hall\n")

    device = await device_of(database, aed_id)
    assert (device.maker, device.operator and device.operator.name) == ("Philips", "Hall")


async def change_undone(database: Database) -> None:
    await undo(database, await newest(database))


async def test_letting_go_is_taken_back(database: Database, aed_id: str) -> None:
    await change(database, aed_id, serial="S-9")
    async with database.write() as connection:
        await let_go(connection, aed_id, "serial", WANG)
    await change_undone(database)

    assert (await device_of(database, aed_id)).serial == "S-9"
    async with database.read() as connection:
        assert (await get_origins(connection, aed_id))["serial"].by == "zhao"
    await change_undone(database)
    assert (await device_of(database, aed_id)).serial == "Z-1"


async def test_what_somebody_else_has_set_since_stands(database: Database, aed_id: str) -> None:
    await change(database, aed_id, battery_expires_on="2027-06")
    first = await newest(database)
    await change(database, aed_id, battery_expires_on="2028-06")

    with pytest.raises(NotTakenBack, match=r"battery_expires_on of .* is '2028-06-30' now, set by wang"):
        await undo(database, first)
    assert (await device_of(database, aed_id)).battery_expires_on == date(2028, 6, 30)


async def test_what_the_history_may_not_hold_does_not_come_back(database: Database, aed_id: str) -> None:
    await change(database, aed_id, emergency_phone="0371-1")
    await change(database, aed_id, emergency_phone="0371-2", serial="S-2")
    with pytest.raises(NotTakenBack, match=r"holds no phones.*emergency_phone"):
        await change_undone(database)
    assert (await device_of(database, aed_id)).serial == "S-2"

    async with database.write() as connection:
        await set_code(connection, database.personal_keys, aed_id, "2580", WANG)
    with pytest.raises(NotTakenBack, match="no history holds a cabinet's code"):
        await change_undone(database)


async def test_a_first_phone_is_taken_back_to_none_and_only_once(database: Database, aed_id: str) -> None:
    await change(database, aed_id, emergency_phone="0371-1")
    mine = await newest(database)
    await undo(database, mine)

    assert (await device_of(database, aed_id)).emergency_phone is None
    with pytest.raises(NotTakenBack, match="zhao took change"):
        await undo(database, mine)
