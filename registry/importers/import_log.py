"""What each import did, and taking one back: every row that it changed becomes what it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.doubles import propose
from registry.history.aeds import changes_of, standing_of
from registry.history.log import Author, Change, record_all
from registry.importers.report import ImportReport
from registry.repository import in_batches
from registry.storage.database import Database
from registry.storage.postgres import lock_registry
from registry.storage.types import UtcDateTime
from registry.tables import aed_doubles, aeds, import_changes, imports

SHOWN_IN_THE_WAY = 5


class UnknownImport(LookupError):
    """No import has this number: `rescue-circle registry imports` lists them."""

    code = "unknown_import"


class NotUndone(ValueError):
    """The import cannot be taken back; the message says what stands in the way."""

    code = "not_undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastImport:
    """One import. accepted, changed, unchanged, rejected, absent: rows, as its report said."""

    import_id: int
    kind: str
    source: str
    file: str
    imported_at: datetime
    accepted: int
    changed: int
    unchanged: int
    rejected: int
    absent: int
    undone_at: datetime | None


async def log_import(
    connection: AsyncConnection, report: ImportReport, before: Mapping[str, Row[Any] | None], *, now: datetime
) -> None:
    """Remember an import with the rows that it changed, as they were. Its number goes into the report."""
    told = {
        "kind": report.kind,
        "source": report.source,
        "file": report.file,
        "imported_at": now,
        "accepted": report.accepted,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "rejected": len(report.rejected),
        "absent": len(report.absent),
        "undone_at": None,
    }
    done = await connection.execute(insert(imports).values(**told).returning(imports.c.import_id))
    report.import_id = done.scalar_one()
    rows = [
        {"import_id": report.import_id, "aed_id": aed_id, "before": None if row is None else _as_json(row)}
        for aed_id, row in before.items()
    ]
    if rows:
        await connection.execute(insert(import_changes), rows)


async def list_imports(connection: AsyncConnection, *, limit: int, import_id: int | None = None) -> list[PastImport]:
    """The newest first; or the one with this number."""
    query = select(imports).order_by(imports.c.import_id.desc()).limit(limit)
    if import_id is not None:
        query = query.where(imports.c.import_id == import_id)
    return [PastImport(**row._mapping) for row in await connection.execute(query)]


async def undo_import(database: Database, import_id: int, *, now: datetime, by: str = "", why: str = "") -> list[str]:
    """Take an import of AEDs back in one transaction: the AEDs that are as they were. What it brought is retired, since
    a call may be under way with it.

    Raises:
        UnknownImport
        NotUndone: it was undone before, it was of people, or something was changed since.
    """
    async with database.write() as connection:
        await lock_registry(connection)
        past = (await connection.execute(select(imports).where(imports.c.import_id == import_id))).one_or_none()
        if past is None:
            raise UnknownImport(f"there is no import {import_id}: `rescue-circle registry imports` lists them")
        _refuse_done(past)
        mine = select(import_changes.c.aed_id, import_changes.c.before).where(import_changes.c.import_id == import_id)
        before = {row.aed_id: row.before for row in await connection.execute(mine)}
        await _refuse_changed(connection, past, before)
        stood = await standing_of(connection, before)
        await _restore(connection, before, now)
        undone = Change(
            kind="import", subject_id=str(import_id), action="undone", before={"undone": False}, after={"undone": True}
        )
        changes = changes_of(stood, await standing_of(connection, before), action="import_undone")
        await record_all(connection, [undone, *changes], Author(by=by, at=now, why=why))
        await propose(connection, [aed_id for aed_id, row in before.items() if row is not None], at=now)
        await connection.execute(update(imports).where(imports.c.import_id == import_id).values(undone_at=now))
        return sorted(before)


def _refuse_done(past: Row[Any]) -> None:
    if past.undone_at is not None:
        raise NotUndone(f"import {past.import_id} was taken back already, at {past.undone_at:%Y-%m-%d %H:%M} UTC")
    if past.kind != "aeds":
        raise NotUndone(
            f"import {past.import_id} was of people: of them no former state is kept, so that erased is erased. "
            "Import the former sheet, or erase who should not be there"
        )


async def _refuse_changed(connection: AsyncConnection, past: Row[Any], before: Mapping[str, Any]) -> None:
    """Raises: NotUndone: what was changed since, and by what."""
    reasons: list[str] = []
    later = await connection.execute(
        select(imports.c.import_id)
        .join(import_changes, import_changes.c.import_id == imports.c.import_id)
        .where(
            imports.c.import_id > past.import_id,
            imports.c.undone_at.is_(None),
            import_changes.c.aed_id.in_(
                select(import_changes.c.aed_id).where(import_changes.c.import_id == past.import_id)
            ),
        )
        .distinct()
    )
    reasons += [f"import {number} changed the same AEDs: take that back first" for number in sorted(later.scalars())]
    if not reasons:
        reasons = await _by_hand(connection, past, sorted(before))
    if reasons:
        more = f"; and {len(reasons) - SHOWN_IN_THE_WAY} more" if len(reasons) > SHOWN_IN_THE_WAY else ""
        shown = "; ".join(reasons[:SHOWN_IN_THE_WAY])
        raise NotUndone(f"import {past.import_id} cannot be taken back: {shown}{more}")


async def _by_hand(connection: AsyncConnection, past: Row[Any], aed_ids: Sequence[str]) -> list[str]:
    """What people did to these AEDs since."""
    reasons = []
    pair = aed_doubles.c
    for some in in_batches(aed_ids):
        changed = select(aeds.c.aed_id).where(aeds.c.aed_id.in_(some), aeds.c.changed_at != past.imported_at)
        for aed_id in sorted((await connection.execute(changed)).scalars()):
            reasons.append(f"{aed_id} was changed since, by hand or by a restored import")
        decided = pair.decided_at.is_not(None) & (pair.decided_at >= past.imported_at)
        of_these = pair.first_id.in_(some) | pair.second_id.in_(some)
        for first, second in await connection.execute(select(pair.first_id, pair.second_id).where(of_these, decided)):
            reasons.append(f"somebody has decided on {first} and {second} since")
    return list(dict.fromkeys(reasons))


async def _restore(connection: AsyncConnection, before: Mapping[str, Any], now: datetime) -> None:
    """The rows as they were; those that were not are retired, and the next list that has them brings them back."""
    new = sorted(aed_id for aed_id, row in before.items() if row is None)
    for some in in_batches(new):
        gone = {"retired_at": now, "retired_by": "undo", "absent_since": now, "changed_at": now, "source_digest": ""}
        await connection.execute(update(aeds).where(aeds.c.aed_id.in_(some)).values(**gone))
        open_pairs = aed_doubles.c.decision.is_(None) & (
            aed_doubles.c.first_id.in_(some) | aed_doubles.c.second_id.in_(some)
        )
        await connection.execute(delete(aed_doubles).where(open_pairs))
    for aed_id, row in before.items():
        if row is not None:
            await connection.execute(update(aeds).where(aeds.c.aed_id == aed_id).values(**_from_json(row)))


def _as_json(row: Row[Any]) -> dict[str, Any]:
    told = {}
    for column in aeds.c:
        value = getattr(row, column.name)
        told[column.name] = value.isoformat() if isinstance(value, datetime) else value
    return told


def _from_json(told: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that this version has; what a later one added keeps its value."""
    values = {column.name: told[column.name] for column in aeds.c if column.name in told}
    for column in aeds.c:
        if isinstance(column.type, UtcDateTime) and values.get(column.name) is not None:
            values[column.name] = datetime.fromisoformat(values[column.name])
    values["position"] = tuple(values["position"])
    return values
