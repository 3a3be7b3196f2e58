"""Writes imported rescuers: the bare row, and their personal data in the tables that can be erased."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, bindparam, case, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.importers.import_log import log_import
from registry.importers.known_sources import SAME_LIST, UNNAMED, rename_certificates
from registry.importers.people.drafts import RescuerDraft
from registry.importers.people.paper_rows import rows_after
from registry.importers.report import ImportReport, Remark
from registry.importers.same_person import Held, is_same_person, kept_papers, load_held
from registry.importers.undoing.states import keep_states, load_states
from registry.personal.phones import phone_columns
from registry.personal.source_digests import digest_column, is_digest
from registry.personal.standing import require_keys
from registry.repository import in_batches
from registry.storage.database import Database
from registry.storage.personal_keys import PersonalKeys
from registry.storage.postgres import lock_registry
from registry.tables import certificates, rescuer_homes, rescuer_personal, rescuers

_Digested = tuple[RescuerDraft, str]


async def save_rescuers(database: Database, people: list[RescuerDraft], report: ImportReport, *, now: datetime) -> None:
    """Save what is new or changed in one transaction and count it into `report`; a dry run only counts.

    People who were erased stay erased. An id that is somebody else's here is refused. A phone's own word on its duty
    outweighs the file's, and a certificate that ends later than the file's stays.
    """
    async with database.read() if report.dry_run else database.write() as connection:
        if not report.dry_run:
            await lock_registry(connection)
        await require_keys(connection, database.personal_keys)
        known = {row.rescuer_id: row for row in await connection.execute(select(rescuers))}
        await _name_the_unnamed(connection, known, people, report)
        new, changed = _sorted_out(people, known, report, database.personal_keys)
        taken = [*new, *await _of_the_same_people(connection, changed, known, report, database.personal_keys)]
        report.accepted, report.changed = len(new), len(taken) - len(new)
        given = {person.rescuer_id for person in people}
        standing = {key for key, row in known.items() if row.source == report.source and row.erased_at is None}
        report.absent = sorted(standing - given)
        if report.dry_run:
            return
        ids = [person.rescuer_id for person, _ in taken]
        before = await load_states(connection, ids, database.personal_keys)
        if taken:
            rows = [_row_of(person, digest, known, report, now) for person, digest in taken]
            await _upsert(database, connection, rescuers, rows, keep_duty=True)
            drafts = [person for person, _ in taken]
            await _write_personal_data(database, connection, drafts, source=report.source)
        after = await load_states(connection, ids, database.personal_keys)
        import_id = await log_import(connection, report, now=now)
        await keep_states(connection, import_id, before, after, database.personal_keys)


def _sorted_out(
    people: list[RescuerDraft], known: Mapping[str, Row[Any]], report: ImportReport, keys: PersonalKeys
) -> tuple[list[_Digested], list[_Digested]]:
    """Who is new, and of whom the file says something else than last time."""
    new: list[_Digested] = []
    changed: list[_Digested] = []
    for person in sorted(people, key=lambda person: person.rescuer_id):
        before, digest = known.get(person.rescuer_id), person.digest()
        if before is not None and before.erased_at is not None:
            text = f"{person.rescuer_id} was erased on request and is not taken again under this id"
            report.rejected.append(Remark(where=person.where, reason="erased", text=text))
        elif before is not None and is_digest(before.source_digest, digest, person.rescuer_id, keys):
            report.unchanged += 1
        else:
            (new if before is None else changed).append((person, digest_column(digest, person.rescuer_id, keys)))
    return new, changed


async def _of_the_same_people(
    connection: AsyncConnection,
    changed: list[_Digested],
    known: Mapping[str, Row[Any]],
    report: ImportReport,
    keys: PersonalKeys,
) -> list[_Digested]:
    """Those who are who has their id here, with the certificates that they hold after it."""
    taken: list[_Digested] = []
    held = await load_held(connection, [person.rescuer_id for person, _ in changed], keys)
    for person, digest in changed:
        source, mine = known[person.rescuer_id].source, held.get(person.rescuer_id, Held())
        if not is_same_person(mine, person, same_source=source == report.source):
            text = (
                f"the id {person.rescuer_id} is somebody else's, from {source}: neither phone nor certificate number "
                "is the same. Give this person another id"
            )
            report.rejected.append(Remark(where=person.where, reason="id_clash", text=text))
            continue
        papers = kept_papers(mine.papers, person.certificates)
        if set(papers) - set(person.certificates):
            text = f"{person.rescuer_id} has a certificate here that ends later than the file's: it stays"
            report.warnings.append(Remark(where=person.where, reason="newer_certificate", text=text))
        taken.append((replace(mine.as_set_here(person), certificates=papers), digest))
    return taken


async def _name_the_unnamed(
    connection: AsyncConnection, known: dict[str, Row[Any]], people: list[RescuerDraft], report: ImportReport
) -> None:
    """Give the sheet that came without a name the one that it has now."""
    unnamed = {key for key, row in known.items() if row.source == UNNAMED}
    given = {person.rescuer_id for person in people}
    if not unnamed or any(row.source == report.source for row in known.values()):
        return
    if len(unnamed & given) < SAME_LIST * min(len(unnamed), len(given)) or report.dry_run:
        return
    await connection.execute(update(rescuers).where(rescuers.c.source == UNNAMED).values(source=report.source))
    await rename_certificates(connection, UNNAMED, report.source)
    known.update({row.rescuer_id: row for row in await connection.execute(select(rescuers))})


async def _write_personal_data(
    database: Database, connection: AsyncConnection, people: list[RescuerDraft], *, source: str
) -> None:
    await _write_contacts(database, connection, people)
    papers = await _papers_after(connection, people, source)
    for table in (rescuer_homes, certificates):
        outdated = delete(table).where(table.c.rescuer_id == bindparam("key"))
        await connection.execute(outdated, [{"key": person.rescuer_id} for person in people])
    if homes := [{"rescuer_id": person.rescuer_id, "position": person.home} for person in people if person.home]:
        await connection.execute(insert(rescuer_homes), homes)
    if papers:
        await connection.execute(insert(certificates), papers)


async def _write_contacts(database: Database, connection: AsyncConnection, people: list[RescuerDraft]) -> None:
    keys = database.personal_keys
    told = [
        {"rescuer_id": p.rescuer_id, "name": p.name, **phone_columns(p.rescuer_id, p.phone_e164, keys)}
        for p in people
        if not p.leaves_phone
    ]
    if told:
        await _upsert(database, connection, rescuer_personal, told)
    if named := [{"key": p.rescuer_id, "told": p.name} for p in people if p.leaves_phone]:
        mine = rescuer_personal.c.rescuer_id == bindparam("key")
        await connection.execute(update(rescuer_personal).where(mine).values(name=bindparam("told")), named)


async def _papers_after(
    connection: AsyncConnection, people: Sequence[RescuerDraft], source: str
) -> list[dict[str, Any]]:
    held: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for some in in_batches([person.rescuer_id for person in people]):
        query = select(certificates).where(certificates.c.rescuer_id.in_(some)).order_by(certificates.c.ordinal)
        for row in await connection.execute(query):
            held[row.rescuer_id].append(row)
    return [
        row
        for person in people
        for row in rows_after(person.rescuer_id, held[person.rescuer_id], person.certificates, source=source)
    ]


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


def _row_of(
    person: RescuerDraft, digest: str, known: Mapping[str, Row[Any]], report: ImportReport, now: datetime
) -> dict[str, Any]:
    before = known.get(person.rescuer_id)
    return {
        "rescuer_id": person.rescuer_id,
        "on_duty": person.on_duty,
        "source": report.source if before is None else before.source,
        "source_file": report.file,
        "source_digest": digest,
        "imported_at": now,
    }
