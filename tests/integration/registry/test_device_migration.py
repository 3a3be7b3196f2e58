"""What officers had said of devices before lists spoke of them stays theirs after the upgrade."""

import asyncio
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import select

from geo.places.datum import Datum
from registry.devices.device_store import get_device
from registry.devices.provenance import get_origins
from registry.importers.run import ImportOptions, import_file
from registry.storage.database import Database
from registry.storage.migrating import alembic_config, migrate
from registry.tables import aeds
from tests.support.devices import NOW, change, take_three

pytestmark = pytest.mark.both_databases


async def test_a_list_does_not_overrule_what_was_set_before(empty_database_url: str, tmp_path: Path) -> None:
    await asyncio.to_thread(migrate, empty_database_url)
    database = Database(empty_database_url)
    await take_three(database, tmp_path)
    async with database.read() as connection:
        aed_id = (await connection.execute(select(aeds.c.aed_id).where(aeds.c.source_ref == "1"))).scalar_one()
    await change(database, aed_id, battery_expires_on="2029-01-31", operator={"name": "Metro"})
    before = ScriptDirectory.from_config(alembic_config()).get_revision("0028_device2").down_revision
    async with database.write() as connection:
        await connection.run_sync(lambda sync: command.downgrade(alembic_config(sync), str(before)))
    await database.close()

    await asyncio.to_thread(migrate, empty_database_url)

    database = Database(empty_database_url)
    row = "1,113.61,34.75,24/7,Zoll,2027-01-31,City\n"
    header = "id,lon,lat,opening_hours,manufacturer,battery expiry date,operator\n"
    (tmp_path / "list.csv").write_text(header + row, encoding="utf-8")
    options = ImportOptions(source="city", datum=Datum.WGS84, time_zone="Asia/Shanghai")
    await import_file(database, tmp_path / "list.csv", options, now=NOW)
    async with database.read() as connection:
        device, origins = await get_device(connection, aed_id), await get_origins(connection, aed_id)
    await database.close()

    assert (device.maker, device.battery_expires_on) == ("Zoll", date(2029, 1, 31))
    assert device.operator is not None
    assert device.operator.name == "Metro"
    assert (origins["battery_expires_on"].by, origins["maker"].by) == ("?", "")
