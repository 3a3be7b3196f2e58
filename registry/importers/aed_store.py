"""Writes a list of AEDs: which records it speaks of, what is new, changed, gone and back; each import can be told and
taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.devices.list_words import Spoken, load_devices, write_spoken
from registry.doubles import count_proposals, propose
from registry.importers.aed_rows import aed_id_of, digest_of
from registry.importers.device_words import Told
from registry.importers.differences import note_device_differences, note_differences
from registry.importers.files import ImportRefused
from registry.importers.import_log import log_import
from registry.importers.known_sources import UNNAMED, find_other_name
from registry.importers.report import ImportReport, Remark
from registry.importers.same_record import matched
from registry.importers.undoing.aeds import keep_aeds
from registry.models import Aed
from registry.repository import aed_from_row, aed_from_values, in_batches
from registry.storage.database import Database
from registry.storage.postgres import lock_registry
from registry.tables import aeds

_SAID = tuple(one.name for one in fields(Aed) if one.name not in {"lon", "lat", "corrected", "joined_to", "retired"})
"""What of a row its source decides."""


FEW_GONE, MOST_GONE = 10, 0.5
"""More than this part of a list, and more than a few, do not vanish in a month: then half of the file is missing."""


class TooMuchGone(ImportRefused):
    """So many AEDs would be retired that the file is likely not whole."""

    code = "too_much_gone"


@dataclass(slots=True)
class _Changes:
    """What an import writes. told: each AED that is new or changed, with the digest of what its list says. before: by
    aed_id, the row that was there."""

    told: list[tuple[Aed, str]] = field(default_factory=list)
    before: dict[str, Row[Any] | None] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)


async def save_aeds(
    database: Database,
    found: Sequence[Aed],
    devices: Mapping[str, Told],
    report: ImportReport,
    *,
    now: datetime,
    retire_absent: bool = False,
) -> None:
    """Save what a list says in one transaction and count it into `report`; a dry run only counts. devices: by
    `source_ref`, what it says of the devices.

    What a registry officer set stays. Who is gone from the list is marked so, and retired only where that is asked for;
    who is back on it is in service again.
    """
    async with database.read() if report.dry_run else database.write() as connection:
        if not report.dry_run:
            await lock_registry(connection)
        source = await _source_here(connection, found, report)
        of_source = await connection.execute(select(aeds).where(aeds.c.source == source))
        known = {row.aed_id: row for row in of_source}
        taken = await _identified(connection, found, known, report.source)
        spoken = await _spoken(connection, found, taken, devices)
        changes = _compared(taken, known, spoken, report, now)
        _note_absent(changes, {one.aed_id for one in taken}, known, report, retire_absent=retire_absent)
        if report.dry_run:
            report.doubles = await _doubles_to_come(connection, changes, {source: report.source}, report.file, now)
            return
        await _write_told(database, connection, changes, report.file, now)
        await write_spoken(database, connection, spoken, now)
        await _mark(connection, changes, now)
        report.doubles = await propose(connection, list(changes.before), at=now)
        said = {aed_id: one.said for aed_id, one in spoken.items() if one.is_new}
        await keep_aeds(connection, await log_import(connection, report, now=now), changes.before, said)


async def _source_here(connection: AsyncConnection, found: Sequence[Aed], report: ImportReport) -> str:
    """The source under which the list is known; one that came without a name gets the one that it has now."""
    other = await find_other_name(connection, found, report.source)
    if other is not None and other != UNNAMED:
        text = (
            f"by what it holds this list is known as {other}: if it is the same one, take this import back, and import "
            f"it with --source {other}, or first `registry rename {other} {report.source}`"
        )
        report.warnings.append(Remark(where=report.file, reason="known_as_another", text=text))
    if other != UNNAMED:
        return report.source
    if report.dry_run:
        return UNNAMED
    await connection.execute(update(aeds).where(aeds.c.source == UNNAMED).values(source=report.source))
    return report.source


async def _identified(
    connection: AsyncConnection, found: Sequence[Aed], known: dict[str, Row[Any]], source: str
) -> list[Aed]:
    """The list's AEDs under the ids that they have here."""
    matches = matched(found, [_as_listed(row) for row in known.values()])
    refs = {row.source_ref for row in known.values()}
    new = [aed_id_of(source, one.source_ref) for index, one in enumerate(found) if index not in matches]
    used = await _used(connection, new)
    taken = []
    for index, one in enumerate(found):
        aed_id, ref = matches.get(index), one.source_ref
        if aed_id is None:
            aed_id = _free_id(source, ref, used)
            used.add(aed_id)
        elif ref != known[aed_id].source_ref and ref in refs:
            # Another record has these words, or had them.
            ref = known[aed_id].source_ref
        is_known_so = (one.aed_id, one.source, one.source_ref) == (aed_id, source, ref)
        taken.append(one if is_known_so else replace(one, aed_id=aed_id, source=source, source_ref=ref))
    return taken


def _as_listed(row: Row[Any]) -> Aed:
    """A known AED as its list said it last: what a person has set since, the list does not know."""
    said = {name: word["said"] for name, word in dict(row.corrected).items() if "said" in word}
    place = said.pop("position", None)
    if place is not None:
        said |= {"lon": place[0], "lat": place[1]}
    return replace(aed_from_row(row), **said)


async def _spoken(
    connection: AsyncConnection, found: Sequence[Aed], taken: Sequence[Aed], devices: Mapping[str, Told]
) -> dict[str, Spoken]:
    """By aed_id what the list says of the device, under the id that it has here; taken: as `found`, one by one."""
    known = await load_devices(connection, [one.aed_id for one in taken])
    return {
        here.aed_id: Spoken(row=known.get(here.aed_id), told=devices.get(one.source_ref, {}))
        for one, here in zip(found, taken, strict=True)
    }


async def _used(connection: AsyncConnection, aed_ids: Sequence[str]) -> set[str]:
    """Those that an AED has: one whose words have changed since keeps the id that it got by them."""
    used: set[str] = set()
    for some in in_batches(aed_ids):
        used.update((await connection.execute(select(aeds.c.aed_id).where(aeds.c.aed_id.in_(some)))).scalars())
    return used


def _free_id(source: str, ref: str, used: set[str]) -> str:
    aed_id, number = aed_id_of(source, ref), 1
    while aed_id in used:
        number += 1
        aed_id = aed_id_of(source, f"{ref}\0{number}")
    return aed_id


def _compared(
    taken: Sequence[Aed], known: dict[str, Row[Any]], spoken: dict[str, Spoken], report: ImportReport, now: datetime
) -> _Changes:
    changes = _Changes()
    for aed in taken:
        before, digest, device = known.get(aed.aed_id), digest_of(aed), spoken[aed.aed_id]
        if before is None:
            report.accepted += 1
            report.new += [aed.source_ref] if report.dry_run else []
        elif before.source_digest == digest and not _is_back(before) and not device.is_new:
            report.unchanged += 1
            continue
        else:
            report.changed += 1
            report.returned += before.retired_at is not None and _is_back(before)
            note_differences(report.differences, before, _row(aed, digest, before, report.file, now))
            note_device_differences(report.differences, aed.source_ref, device)
        changes.told.append((aed, digest))
        changes.before[aed.aed_id] = before
    return changes


def _is_back(before: Row[Any]) -> bool:
    return before.absent_since is not None


def _row(aed: Aed, digest: str, before: Row[Any] | None, file: str, now: datetime) -> dict[str, Any]:
    """What is written of it: as its list says, but for what a person has set."""
    row = {name: getattr(aed, name) for name in _SAID} | {"position": (aed.lon, aed.lat)}
    row |= {"source_file": file, "source_digest": digest, "imported_at": now, "changed_at": now}
    row |= {"corrected": {}, "retired_at": None, "retired_by": None, "absent_since": None}
    if before is None:
        return row
    row["corrected"] = {name: word | {"said": row[name]} for name, word in dict(before.corrected).items()}
    kept = [*before.corrected, *([] if _is_back(before) else ["retired_at", "retired_by"])]
    return row | {name: getattr(before, name) for name in kept}


def _note_absent(
    changes: _Changes,
    present: set[str],
    known: dict[str, Row[Any]],
    report: ImportReport,
    *,
    retire_absent: bool,
) -> None:
    refused = {remark.ref for remark in report.rejected}
    gone = [row for aed_id, row in sorted(known.items()) if aed_id not in present and row.source_ref not in refused]
    report.absent = [row.aed_id for row in gone if row.retired_at is None]
    if retire_absent and len(report.absent) > max(FEW_GONE, MOST_GONE * len(known)):
        raise TooMuchGone(
            f"{len(report.absent)} of the {len(known)} AEDs known from {report.source} are not in {report.file}: is it "
            "the whole list? Import it without --retire-absent, or retire them one by one"
        )
    changes.absent = [row.aed_id for row in gone if row.absent_since is None]
    changes.retired = list(report.absent) if retire_absent else []
    report.retired = len(changes.retired)
    changes.before.update({aed_id: known[aed_id] for aed_id in (*changes.absent, *changes.retired)})


async def write_aeds(database: Database, connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Write whole records, those that are there as those that are not; all with the same columns."""
    if not rows:
        return
    statement = database.insert(aeds)
    written = {name: statement.excluded[name] for name in rows[0] if name != "aed_id"}
    statement = statement.on_conflict_do_update(index_elements=["aed_id"], set_=written)
    # What is sent is made of each row twice over, so not of all of them at a time.
    for some in in_batches(rows):
        await connection.execute(statement, some)


async def _doubles_to_come(
    connection: AsyncConnection, changes: _Changes, renamed: Mapping[str, str], file: str, now: datetime
) -> int:
    """How many pairs would be proposed if this were written. renamed: a list that would have another name then."""
    after: dict[str, Aed] = {}
    for row in await connection.execute(select(aeds)):
        one = aed_from_row(row)
        gone = one.retired or one.aed_id in changes.retired
        after[one.aed_id] = replace(one, source=renamed.get(one.source, one.source), retired=gone)
    for aed, digest in changes.told:
        before = changes.before[aed.aed_id]
        joined_to = None if before is None else before.joined_to
        after[aed.aed_id] = aed_from_values(_row(aed, digest, before, file, now) | {"joined_to": joined_to})
    return await count_proposals(connection, changes.before, after.values())


async def _write_told(
    database: Database, connection: AsyncConnection, changes: _Changes, file: str, now: datetime
) -> None:
    # A row is several times as large as what it is made of.
    for some in in_batches(changes.told):
        rows = [_row(aed, digest, changes.before[aed.aed_id], file, now) for aed, digest in some]
        await write_aeds(database, connection, rows)


async def _mark(connection: AsyncConnection, changes: _Changes, now: datetime) -> None:
    marks = (
        (changes.absent, {"absent_since": now}),
        (changes.retired, {"retired_at": now, "retired_by": "import"}),
    )
    for aed_ids, values in marks:
        for some in in_batches(aed_ids):
            await connection.execute(update(aeds).where(aeds.c.aed_id.in_(some)).values(**values, changed_at=now))
