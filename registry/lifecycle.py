"""What a person decides of an AED beside its lists: to retire it, to take it back, to let its list speak again; and
where each of its fields comes from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.history.aeds import recorded
from registry.history.log import LONGEST_NAME, Author
from registry.models import Aed
from registry.records import cabinet_of
from registry.repository import UnknownAed, aed_from_row
from registry.storage.postgres import lock_registry
from registry.tables import aeds

_NOT_SAID = frozenset({"aed_id", "source", "source_ref", "corrected", "joined_to", "retired"})
SAID = tuple(one.name for one in fields(Aed) if one.name not in _NOT_SAID)


class NotCorrected(ValueError):
    """No person has set this field of the AED, so there is nothing to let go."""

    code = "not_corrected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A record that its list does not name any more. retired_at: since when nobody fetches it, None while they do."""

    aed: Aed
    absent_since: datetime
    retired_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What one source says of a cabinet. absent_since, retired_at: None while it is listed and in service."""

    aed: Aed
    file: str
    imported_at: datetime
    absent_since: datetime | None
    retired_at: datetime | None
    retired_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Where the value of a field comes from. by: the person who set it, "" where a list says it."""

    source: str
    at: datetime | None
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CabinetFile:
    """A cabinet with all its records, its own first, and by field where its value comes from."""

    aed: Aed
    records: tuple[Record, ...]
    fields: Mapping[str, Told]


async def list_absent(connection: AsyncConnection, *, source: str | None = None, limit: int) -> list[Absent]:
    """Records that are gone from their lists; the newest first."""
    query = select(aeds).where(aeds.c.absent_since.is_not(None))
    if source is not None:
        query = query.where(aeds.c.source == source)
    query = query.order_by(aeds.c.absent_since.desc(), aeds.c.aed_id).limit(limit)
    return [
        Absent(aed=aed_from_row(row), absent_since=row.absent_since, retired_at=row.retired_at)
        for row in await connection.execute(query)
    ]


async def retire(connection: AsyncConnection, aed_id: str, *, by: str, at: datetime, why: str = "") -> list[str]:
    """Fetch a cabinet no more; its history stays. The ids of the records that were retired.

    It comes back when a list that did not name it any more has it again. One that its list still names stays retired.

    Raises:
        UnknownAed
    """
    await lock_registry(connection)
    rows = await rows_of_cabinet(connection, aed_id)
    ids = [row.aed_id for row in rows if row.retired_at is None]
    if ids:
        gone = {"retired_at": at, "retired_by": by[:LONGEST_NAME], "changed_at": at}
        async with recorded(connection, rows[0].aed_id, ids, action="retired", author=Author(by=by, at=at, why=why)):
            await connection.execute(update(aeds).where(aeds.c.aed_id.in_(ids)).values(**gone))
    return ids


async def reinstate(
    connection: AsyncConnection, aed_id: str, *, at: datetime, by: str = "", why: str = ""
) -> list[str]:
    """Fetch a retired cabinet again. The ids of the records that were taken back.

    Raises:
        UnknownAed
    """
    await lock_registry(connection)
    rows = await rows_of_cabinet(connection, aed_id)
    ids = [row.aed_id for row in rows if row.retired_at is not None]
    if ids:
        back = {"retired_at": None, "retired_by": None, "changed_at": at}
        async with recorded(connection, rows[0].aed_id, ids, action="reinstated", author=Author(by=by, at=at, why=why)):
            await connection.execute(update(aeds).where(aeds.c.aed_id.in_(ids)).values(**back))
    return ids


async def let_go(
    connection: AsyncConnection, aed_id: str, field: str, *, at: datetime, by: str = "", why: str = ""
) -> list[str]:
    """Let the lists say again what a person had set: at once as they said it last. The ids of what has changed.

    Raises:
        UnknownAed
        NotCorrected
    """
    await lock_registry(connection)
    rows = [row for row in await rows_of_cabinet(connection, aed_id) if field in row.corrected]
    if not rows:
        raise NotCorrected(f"nobody has set {field!r} of {aed_id}: there is nothing to let go")
    ids = [row.aed_id for row in rows]
    async with recorded(connection, ids[0], ids, action="let_go", author=Author(by=by, at=at, why=why)):
        for row in rows:
            left = {name: word for name, word in row.corrected.items() if name != field}
            # Set by an older version, which kept no word of the list's: the next import brings it.
            said = {field: row.corrected[field]["said"]} if "said" in row.corrected[field] else {"source_digest": ""}
            mine = aeds.c.aed_id == row.aed_id
            await connection.execute(update(aeds).where(mine).values(corrected=left, changed_at=at, **said))
    return ids


async def get_file(connection: AsyncConnection, aed_id: str) -> CabinetFile:
    """Raises: UnknownAed."""
    rows = await rows_of_cabinet(connection, aed_id)
    records = [aed_from_row(row) for row in rows]
    cabinet = cabinet_of(records[0], records[1:])
    return CabinetFile(
        aed=cabinet,
        records=tuple(_record(row) for row in rows),
        fields={name: _told(name, getattr(cabinet, name), rows) for name in SAID},
    )


async def rows_of_cabinet(connection: AsyncConnection, aed_id: str) -> list[Row[Any]]:
    """The rows of the cabinet that an id stands for, its own first.

    Raises:
        UnknownAed
    """
    cabinet = select(func.coalesce(aeds.c.joined_to, aeds.c.aed_id)).where(aeds.c.aed_id == aed_id).scalar_subquery()
    mine = or_(aeds.c.aed_id == cabinet, aeds.c.joined_to == cabinet)
    rows = (await connection.execute(select(aeds).where(mine))).all()
    if not rows:
        raise UnknownAed(f"no AED {aed_id!r}")
    lead = rows[0].joined_to or rows[0].aed_id
    # Not by the database, which may sort as a language does: the live picture sorts by code.
    return sorted(rows, key=lambda row: (row.aed_id != lead, row.aed_id))


def _told(name: str, value: Any, rows: Sequence[Row[Any]]) -> Told:
    column = "position" if name in {"lon", "lat"} else name
    for row in rows:
        if column in row.corrected:
            word = row.corrected[column]
            at = datetime.fromisoformat(word["at"]) if word.get("at") else None
            return Told(source=row.source, at=at, by=word.get("by") or "?")
    for row in [row for row in rows if row.retired_at is None] or rows:
        if getattr(aed_from_row(row), name) == value:
            return Told(source=row.source, at=row.imported_at, by="")
    return Told(source=rows[0].source, at=rows[0].imported_at, by="")


def _record(row: Row[Any]) -> Record:
    return Record(
        aed=aed_from_row(row),
        file=row.source_file,
        imported_at=row.imported_at,
        absent_since=row.absent_since,
        retired_at=row.retired_at,
        retired_by=row.retired_by or "",
    )
