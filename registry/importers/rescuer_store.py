"""Writes imported rescuers: the bare row, and their personal data in the tables that can be erased."""

from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, case, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.importers.people.drafts import RescuerDraft
from registry.importers.report import ImportReport, Remark
from registry.storage.database import Database
from registry.storage.postgres import lock_registry
from registry.tables import certificates, rescuer_homes, rescuer_personal, rescuers


async def save_rescuers(database: Database, people: list[RescuerDraft], report: ImportReport, *, now: datetime) -> None:
    """Save what is new or changed in one transaction and count it into `report`; a dry run only counts.

    People who were erased stay erased. A phone's own word on its duty outweighs the file's.
    """
    async with database.read() if report.dry_run else database.write() as connection:
        if not report.dry_run:
            await lock_registry(connection)
        known = {row.rescuer_id: row for row in await connection.execute(select(rescuers))}
        to_write: list[RescuerDraft] = []
        rows: list[dict[str, Any]] = []
        for person in sorted(people, key=lambda person: person.rescuer_id):
            before, digest = known.get(person.rescuer_id), person.digest()
            if before is not None and before.erased_at is not None:
                text = f"{person.rescuer_id} was erased on request and is not taken again under this id"
                report.rejected.append(Remark(where=person.where, reason="erased", text=text))
            elif before is not None and before.source_digest == digest:
                report.unchanged += 1
            else:
                report.accepted += before is None
                report.changed += before is not None
                to_write.append(person)
                rows.append(_row_of(person, digest=digest, report=report, now=now))
        given = {person.rescuer_id for person in people}
        report.absent = sorted(key for key, row in known.items() if row.source == report.source and key not in given)
        if rows and not report.dry_run:
            await _upsert(database, connection, rescuers, rows, keep_duty=True)
            await _write_personal_data(database, connection, to_write)


async def _write_personal_data(database: Database, connection: AsyncConnection, people: list[RescuerDraft]) -> None:
    contacts = [{"rescuer_id": p.rescuer_id, "name": p.name, "phone_e164": p.phone_e164} for p in people]
    await _upsert(database, connection, rescuer_personal, contacts)
    for table in (rescuer_homes, certificates):
        outdated = delete(table).where(table.c.rescuer_id == bindparam("key"))
        await connection.execute(outdated, [{"key": person.rescuer_id} for person in people])
    if homes := [{"rescuer_id": person.rescuer_id, "position": person.home} for person in people if person.home]:
        await connection.execute(insert(rescuer_homes), homes)
    papers = [
        {
            "rescuer_id": person.rescuer_id,
            "ordinal": ordinal,
            "kind": paper.kind,
            "number": paper.number,
            "valid_from": paper.valid_from,
            "valid_until": paper.valid_until,
        }
        for person in people
        for ordinal, paper in enumerate(person.certificates)
    ]
    if papers:
        await connection.execute(insert(certificates), papers)


async def _upsert(
    database: Database,
    connection: AsyncConnection,
    table: Table,
    rows: list[dict[str, Any]],
    *,
    keep_duty: bool = False,
) -> None:
    statement = database.insert(table)
    written: dict[str, Any] = {name: statement.excluded[name] for name in rows[0] if name != "rescuer_id"}
    if keep_duty:
        # Decided in the row itself: a phone may change its duty between our look and this write.
        by_phone = rescuers.c.duty_changed_at.is_not(None)
        written["on_duty"] = case((by_phone, rescuers.c.on_duty), else_=statement.excluded.on_duty)
    await connection.execute(statement.on_conflict_do_update(index_elements=["rescuer_id"], set_=written), rows)


def _row_of(person: RescuerDraft, *, digest: str, report: ImportReport, now: datetime) -> dict[str, Any]:
    return {
        "rescuer_id": person.rescuer_id,
        "on_duty": person.on_duty,
        "source": report.source,
        "source_file": report.file,
        "source_digest": digest,
        "imported_at": now,
    }
