"""Three AEDs of a list, and what officers do with their devices, for tests on a database without a service."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geo.places.datum import Datum
from registry.devices.device import Device
from registry.devices.device_store import change_device
from registry.devices.inspecting import Form, Point, Result, Seen
from registry.devices.inspection_store import inspect
from registry.history.log import Author
from registry.importers.run import ImportOptions, import_file
from registry.storage.database import Database

NOW = datetime(2026, 4, 5, 4, 0, tzinfo=UTC)
WANG = Author(by="wang", at=NOW)


async def take_three(database: Database, folder: Path) -> None:
    """Import them."""
    rows = "".join(f"{number},{113.6 + number / 100},34.75,24/7\n" for number in range(3))
    (folder / "list.csv").write_text("id,lon,lat,opening_hours\n" + rows, encoding="utf-8")
    options = ImportOptions(source="city", datum=Datum.WGS84, time_zone="Asia/Shanghai")
    await import_file(database, folder / "list.csv", options, now=NOW)


async def change(database: Database, aed_id: str, **fields: Any) -> None:
    device = Device.model_validate(fields)
    async with database.write() as connection:
        await change_device(connection, aed_id, {name: getattr(device, name) for name in fields}, WANG)


async def look(database: Database, aed_id: str, at: datetime, result: Result = Result.READY) -> None:
    points = {Point.INDICATOR: Seen.OK if result is Result.READY else Seen.NOT_LOOKED}
    async with database.write() as connection:
        await inspect(connection, aed_id, Form(result=result, at=at, points=points, note="seen"), WANG)
