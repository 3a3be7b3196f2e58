"""Writes one export in a process of its own, so that no call waits while a service's thread writes tables.

It takes the job as JSON on its standard input, where no list of processes shows the database's address.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from registry.children.asking import REFUSED
from registry.exporters.feed import load_feed, write_feed
from registry.exporters.formats import Format, write_export
from registry.exporters.refused import ExportRefused
from registry.exporters.rows import load_exported
from registry.places.districts import UnknownDistrict
from registry.storage.database import Database

T = TypeVar("T")

_NICE = 10


def main() -> int:
    """Do the one job."""
    # Calls first, where the machine has not processors enough for both.
    os.nice(_NICE)
    job = json.load(sys.stdin)
    try:
        if job["feed"]:
            write_feed(Path(job["path"]), *asyncio.run(_in_database(job["database"], load_feed)))
            return 0
        load = partial(load_exported, sources=job["sources"], public=job["public"], district=job["district"])
        rows = asyncio.run(_in_database(job["database"], load))
        write_export(Path(job["path"]), rows, Format(job["format"]), public=job["public"])
    except (ExportRefused, UnknownDistrict) as error:
        # Names of districts stand in it, which not every locale can print.
        sys.stdout.buffer.write(str(error).encode(errors="replace"))
        return REFUSED
    return 0


async def _in_database(url: str, load: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    database = Database(url)
    try:
        async with database.read() as connection:
            return await load(connection)
    finally:
        await database.close()


if __name__ == "__main__":
    sys.exit(main())
