"""What each import did, and taking one back: what it changed becomes what it was."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.history.log import Author, Change, record_all
from registry.importers.kinds import ImportKind
from registry.importers.report import ImportReport
from registry.importers.undoing.aeds import take_back_aeds
from registry.importers.undoing.people import take_back_people
from registry.importers.undoing.refusals import NotUndone, refuse_over
from registry.people_tables import import_people
from registry.storage.database import Database
from registry.storage.postgres import lock_registry
from registry.tables import import_changes, imports

__all__ = ["NotUndone", "PastImport", "UndoneImport", "UnknownImport", "list_imports", "log_import", "undo_import"]


class UnknownImport(LookupError):
    """No import has this number: `rescue-circle registry imports` lists them."""

    code = "unknown_import"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastImport:
    """One import. accepted, changed, unchanged, rejected, absent: rows, as its report said. undo_ended_at: since when
    it cannot be taken back any more."""

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
    undo_ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoneImport:
    """kind: of the import, "aeds" or "rescuers". ids: of what is as it was. gone: of them what the import had brought:
    an AED is retired, a person is not in the register any more. stays: a sentence, without anything personal, for each
    person of whom something stays as somebody set it since."""

    kind: str
    ids: tuple[str, ...]
    gone: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()


async def log_import(connection: AsyncConnection, report: ImportReport, *, now: datetime) -> int:
    """Remember an import: its number, which goes into the report, too."""
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
        "undo_ended_at": None,
    }
    done = await connection.execute(insert(imports).values(**told).returning(imports.c.import_id))
    number = int(done.scalar_one())
    report.import_id = number
    return number


async def list_imports(connection: AsyncConnection, *, limit: int, import_id: int | None = None) -> list[PastImport]:
    """The newest first; or the one with this number."""
    query = select(imports).order_by(imports.c.import_id.desc()).limit(limit)
    if import_id is not None:
        query = query.where(imports.c.import_id == import_id)
    return [PastImport(**row._mapping) for row in await connection.execute(query)]


async def undo_import(
    database: Database, import_id: int, *, now: datetime, by: str = "", why: str = ""
) -> UndoneImport:
    """Take an import back in one transaction.

    Raises:
        UnknownImport
        NotUndone: it was undone before, it is too long ago, or something was changed since
        MissingPersonalKey: it was of people, and a key is missing under which something stands.
    """
    author = Author(by=by, at=now, why=why)
    async with database.write() as connection:
        await lock_registry(connection)
        past = (await connection.execute(select(imports).where(imports.c.import_id == import_id))).one_or_none()
        if past is None:
            raise UnknownImport(f"there is no import {import_id}: `rescue-circle registry imports` lists them")
        refuse_over(past)
        undone, changes = await _taken_back(connection, past, author, database)
        itself = Change(
            kind="import", subject_id=str(import_id), action="undone", before={"undone": False}, after={"undone": True}
        )
        await record_all(connection, [itself, *changes], author)
        await _let_go(connection, import_id, now)
    return undone


async def _taken_back(
    connection: AsyncConnection, past: Row[Any], author: Author, database: Database
) -> tuple[UndoneImport, list[Change]]:
    if past.kind == ImportKind.RESCUERS:
        people = await take_back_people(connection, past, author, database.personal_keys)
        undone = UndoneImport(
            kind=past.kind,
            ids=tuple(people.ids),
            gone=tuple(people.gone),
            stays=tuple(f"of {one} stays {what}" for one, what in people.stays.items()),
        )
        return undone, people.changes
    aed_ids, gone, changes = await take_back_aeds(database, connection, past, author)
    return UndoneImport(kind=past.kind, ids=tuple(aed_ids), gone=tuple(gone)), changes


async def _let_go(connection: AsyncConnection, import_id: int, now: datetime) -> None:
    """What was kept for it has served."""
    for table in (import_changes, import_people):
        await connection.execute(delete(table).where(table.c.import_id == import_id))
    done = {"undone_at": now, "undo_ended_at": now}
    await connection.execute(update(imports).where(imports.c.import_id == import_id).values(done))
