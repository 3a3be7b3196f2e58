"""One file of the city's feed: the AEDs that stand as anybody may see them, and how many there are of what."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.exporters.columns import PUBLIC_COLUMNS, ExportedAed
from registry.exporters.formats import write_whole
from registry.exporters.layers import write_geoparquet
from registry.exporters.rows import load_exported
from registry.tables import rescuers

COUNTS = b"rescue_circle_counts"
"""The key of the counts among the file's own metadata, beside the columns: JSON."""


async def load_feed(connection: AsyncConnection) -> tuple[list[ExportedAed], dict[str, Any]]:
    """The AEDs, and the counts: of AEDs by state, and of people, who are numbers here."""
    rows = await load_exported(connection, public=True)
    person = rescuers.c
    registered = select(func.count()).select_from(rescuers).where(person.erased_at.is_(None))
    on_duty = registered.where(person.on_duty)
    counts = {
        "counted_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "aeds": len(rows),
        "aeds_by_state": dict(sorted(Counter(row.aed.state.value for row in rows).items())),
        "rescuers": (await connection.execute(registered)).scalar_one(),
        "rescuers_on_duty": (await connection.execute(on_duty)).scalar_one(),
    }
    return rows, counts


def write_feed(path: Path, rows: list[ExportedAed], counts: Mapping[str, Any]) -> None:
    """A GeoParquet that anybody may read, whole or not at all.

    Raises:
        ExportRefused
    """

    def write(unfinished: Path) -> None:
        write_geoparquet(unfinished, rows, PUBLIC_COLUMNS)
        _add(unfinished, counts)

    write_whole(path, write, is_private=False)


def read_counts(path: Path) -> dict[str, Any]:
    """The counts that a file of the feed has."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - as in `layers`

    counts: dict[str, Any] = json.loads(pq.read_schema(path).metadata[COUNTS])
    return counts


def _add(path: Path, counts: Mapping[str, Any]) -> None:
    import pyarrow.parquet as pq  # noqa: PLC0415 - as in `layers`

    table = pq.read_table(path)
    told = {**(table.schema.metadata or {}), COUNTS: json.dumps(counts).encode()}
    pq.write_table(table.replace_schema_metadata(told), path)
