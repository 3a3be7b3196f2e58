"""Lists of AEDs that are imported one day after the other, and the cabinets that they make."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from geo.places.datum import Datum
from registry.importers.kinds import ImportKind
from registry.importers.report import ImportReport
from registry.importers.run import ImportOptions, import_file
from registry.models import Aed
from registry.records import cabinets_of
from registry.repository import load_aeds
from registry.storage.database import Database

NOW = datetime(2025, 3, 5, 4, 0, tzinfo=UTC)
AS_AEDS = ImportOptions(kind=ImportKind.AEDS, datum=Datum.WGS84)
HEADER = "name,address,lon,lat\n"


class Lists:
    """Imports lists by their rows, one day after the other."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self._folder, self._days = database, folder, 0

    async def take(
        self, rows: Sequence[str], *, file: str = "aeds.csv", header: str = HEADER, **options: object
    ) -> ImportReport:
        (self._folder / file).write_text(header + "".join(rows), encoding="utf-8")
        self._days += 1
        how = replace(AS_AEDS, **options)  # type: ignore[arg-type]
        return await import_file(self.database, self._folder / file, how, now=NOW + timedelta(days=self._days))

    async def cabinets(self) -> list[Aed]:
        async with self.database.read() as connection:
            return cabinets_of(await load_aeds(connection))

    async def ids(self) -> dict[str, str]:
        return {one.name: one.aed_id for one in await self.cabinets()}
