"""Writes one export in a process of its own, so that no call waits while a service's thread writes tables.

It takes the job as JSON on its standard input, where no list of processes shows the database's address.
"""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from registry.exporters.columns import ExportedAed
from registry.exporters.formats import Format, write_export
from registry.exporters.refused import ExportRefused
from registry.exporters.rows import load_exported
from registry.places.districts import UnknownDistrict
from registry.storage.database import Database

REFUSED = 3
"""The process's answer where the message on its standard output says what to do."""

_NICE = 10


def main() -> int:
    """Do the one job."""
    # Calls first, where the machine has not processors enough for both.
    os.nice(_NICE)
    job = json.load(sys.stdin)
    try:
        rows = asyncio.run(_load(job["database"], job["sources"], public=job["public"], district=job["district"]))
        write_export(Path(job["path"]), rows, Format(job["format"]), public=job["public"])
    except (ExportRefused, UnknownDistrict) as error:
        print(error)
        return REFUSED
    return 0


async def _load(url: str, sources: Sequence[str], *, public: bool, district: str | None) -> list[ExportedAed]:
    database = Database(url)
    try:
        async with database.read() as connection:
            return await load_exported(connection, sources, public=public, district=district)
    finally:
        await database.close()


if __name__ == "__main__":
    sys.exit(main())
