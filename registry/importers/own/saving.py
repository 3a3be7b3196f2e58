"""Writes the records of an export: each under its own id, so that what refers to it goes on doing so.

A record that is known here keeps its list and its list's last word; what the file says of it is what somebody wrote.
Records that the file leaves out stay as they are: it may be a part.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.doubles import count_proposals, propose
from registry.importers.aed_store import write_aeds
from registry.importers.differences import note_differences
from registry.importers.import_log import log_import
from registry.importers.own.reading import OwnRow
from registry.importers.own.records import find_record
from registry.importers.report import ImportReport, Remark
from registry.importers.undoing.aeds import keep_aeds
from registry.repository import aed_from_row, aed_from_values, in_batches
from registry.storage.database import Database
from registry.storage.postgres import lock_registry
from registry.tables import aeds

_OF_ITS_LIST = frozenset({"source", "source_ref"})
_SAME_DEGREES = 1e-9
"""A workbook keeps fifteen digits of a number: a tenth of a millimetre, and no move."""


async def save_own(database: Database, rows: Sequence[OwnRow], report: ImportReport, *, now: datetime) -> None:
    """Save them in one transaction and count them into `report`, whose source is that of rows that name none; a dry run
    only counts."""
    async with database.read() if report.dry_run else database.write() as connection:
        if not report.dry_run:
            await lock_registry(connection)
        known = await _known(connection, [row.aed_id for row in rows])
        taken = await _with_their_lists(connection, rows, known, report)
        taken = await _with_their_cabinets(connection, taken, report)
        written = [values for row, values in taken if _counts(values, known.get(row.aed_id), report)]
        if taken:
            report.source = ", ".join(sorted({values["source"] for _, values in taken}))[:128]
        if report.dry_run:
            report.doubles = await _doubles_to_come(connection, written)
            return
        stamp = {"source_file": report.file, "imported_at": now, "changed_at": now}
        await write_aeds(database, connection, [values | stamp for values in written])
        before = {values["aed_id"]: known.get(values["aed_id"]) for values in written}
        report.doubles = await propose(connection, list(before), at=now)
        await keep_aeds(connection, await log_import(connection, report, now=now), before, {})


async def _doubles_to_come(connection: AsyncConnection, written: Sequence[Mapping[str, Any]]) -> int:
    """How many pairs would be proposed if these records were written."""
    after = {row.aed_id: aed_from_row(row) for row in await connection.execute(select(aeds))}
    ids = [values["aed_id"] for values in written]
    after |= {values["aed_id"]: aed_from_values(values) for values in written}
    return await count_proposals(connection, ids, after.values())


async def _known(connection: AsyncConnection, aed_ids: Sequence[str]) -> dict[str, Row[Any]]:
    known: dict[str, Row[Any]] = {}
    for some in in_batches(aed_ids):
        rows = await connection.execute(select(aeds).where(aeds.c.aed_id.in_(some)))
        known.update((row.aed_id, row) for row in rows)
    return known


async def _with_their_lists(
    connection: AsyncConnection, rows: Iterable[OwnRow], known: Mapping[str, Row[Any]], report: ImportReport
) -> list[tuple[OwnRow, dict[str, Any]]]:
    """Every column of each record; those that are without a place, or whose list has them under another id, are
    refused."""
    held = await connection.execute(select(aeds.c.source, aeds.c.source_ref, aeds.c.aed_id))
    ids = {(source, ref): aed_id for source, ref, aed_id in held}
    taken = []
    for row in rows:
        values = _whole(row, known.get(row.aed_id), report.source)
        if values is None:
            _refuse(report, row, "no_coordinates", "it has no coordinates, and is not known here")
            continue
        other = ids.setdefault((values["source"], values["source_ref"]), row.aed_id)
        if other != row.aed_id:
            told = f"{values['source']} has {values['source_ref']!r} already, as {other}: write that under its id"
            _refuse(report, row, "duplicate", told)
            continue
        taken.append((row, values))
    return taken


def _whole(row: OwnRow, before: Row[Any] | None, source: str) -> dict[str, Any] | None:
    """Every column that an export carries; None where nothing tells where it is."""
    if before is not None:
        said = {name: value for name, value in row.values.items() if name not in _OF_ITS_LIST}
        values = {column.name: getattr(before, column.name) for column in aeds.c} | said
        if _is_same_place(values["position"], before.position):
            values["position"] = before.position
        if row.values.get("retired_at") is None and "retired_at" in row.values:
            values["retired_by"] = None
        return values
    return find_record(row, source)


def _is_same_place(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return all(abs(a - b) < _SAME_DEGREES for a, b in zip(one, other, strict=True))


async def _with_their_cabinets(
    connection: AsyncConnection, taken: Sequence[tuple[OwnRow, dict[str, Any]]], report: ImportReport
) -> list[tuple[OwnRow, dict[str, Any]]]:
    """A record whose cabinet is neither in the file nor here stands by itself."""
    mine = {row.aed_id for row, _ in taken}
    wanted = sorted({values["joined_to"] for _, values in taken} - mine - {None})
    there = mine | set(await _known(connection, wanted))
    for row, values in taken:
        if values["joined_to"] is not None and values["joined_to"] not in there:
            text = f"it is joined to {values['joined_to']}, which is neither in the file nor here: it stands by itself"
            report.warnings.append(Remark(where=row.where, reason="unknown_cabinet", text=text))
            values["joined_to"] = None
    return list(taken)


def _counts(values: Mapping[str, Any], before: Row[Any] | None, report: ImportReport) -> bool:
    """Whether it is to be written: it is new, or says something else than what is here."""
    if before is None:
        report.accepted += 1
        report.new += [values["source_ref"]] if report.dry_run else []
        return True
    if all(_alike(name, value, getattr(before, name)) for name, value in values.items()):
        report.unchanged += 1
        return False
    report.changed += 1
    note_differences(report.differences, before, values)
    return True


def _alike(name: str, value: Any, before: Any) -> bool:
    if name == "corrected":
        # An export does not say who it was.
        return bool(value.keys() == before.keys())
    return bool(value == before)


def _refuse(report: ImportReport, row: OwnRow, reason: str, text: str) -> None:
    report.rejected.append(Remark(where=row.where, reason=reason, text=text, ref=row.aed_id, row=row.cells))
