"""Takes a list of places into the registry: what is new, what changed, what was refused; a second time nothing."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.history.log import Author, Change, record_all
from registry.importers.known_sources import checked_name
from registry.importers.places.drafts import PlaceDraft, PlaceOptions, PlacesReport, drafts_of
from registry.importers.places.reading import NothingTaken, read_place_list
from registry.places.districts import District, UnknownDistrict, load_districts, named
from registry.places.kinds import PlaceKind
from registry.places.place import SAID, change_of, place_of
from registry.places.tables import places
from registry.repository import in_batches
from registry.storage.postgres import lock_registry


async def import_places(connection: AsyncConnection, path: Path, options: PlaceOptions, author: Author) -> PlacesReport:
    """Within the caller's transaction; with `dry_run` nothing is written.

    Raises:
        ImportRefused: the file as a whole, or every row of it.
    """
    source, report = checked_name(options.source), PlacesReport()
    told = read_place_list(path, datum=options.datum, encoding=options.encoding, mapped=options.mapped)
    report.notes += told.notes
    drafts = drafts_of(told.rows, options, report)
    if not options.dry_run:
        await lock_registry(connection)
    rows = await _with_districts(connection, source, drafts, report)
    if not rows:
        where, why = report.rejected[0]
        raise NothingTaken(f"no row of {path.name} is taken; {where}: {why}")
    await _save(connection, source, rows, report, author, dry_run=options.dry_run)
    return report


async def _with_districts(
    connection: AsyncConnection, source: str, drafts: Sequence[PlaceDraft], report: PlacesReport
) -> list[tuple[str, PlaceDraft]]:
    """(place_id, draft), each with the district that it says it belongs to."""
    known = {one.place_id: one for one in await load_districts(connection)}
    for draft in drafts:
        if draft.kind is PlaceKind.DISTRICT:
            key = place_id_of(source, draft.ref)
            known[key] = District(place_id=key, code=draft.ref, name=draft.values["name"], area=draft.values["area"])
    taken = []
    for draft in drafts:
        try:
            district_id = named(list(known.values()), draft.district).place_id if draft.district else None
        except UnknownDistrict as error:
            report.rejected.append((draft.where, f"{error}; or leave its district out: where it lies tells it"))
            continue
        values = {**draft.values, "district_id": district_id}
        taken.append((place_id_of(source, draft.ref), replace(draft, values=values)))
    return taken


def place_id_of(source: str, ref: str) -> str:
    """The same for the same row of a list, in whichever database."""
    digest = hashlib.sha256(f"{source}\0{ref}".encode()).hexdigest()
    return f"place-{digest[:16]}"


async def _save(
    connection: AsyncConnection,
    source: str,
    rows: Sequence[tuple[str, PlaceDraft]],
    report: PlacesReport,
    author: Author,
    *,
    dry_run: bool,
) -> None:
    held = {row.place_id: row for row in await connection.execute(select(places).where(places.c.source == source))}
    new = [(place_id, draft) for place_id, draft in rows if place_id not in held]
    changed = [
        (place_id, draft)
        for place_id, draft in rows
        if place_id in held and held[place_id].source_digest != _digest(draft.values)
    ]
    report.added, report.changed = len(new), len(changed)
    report.unchanged = len(rows) - len(new) - len(changed)
    given = {place_id for place_id, _ in rows}
    report.absent = sorted(row.name for key, row in held.items() if key not in given and row.retired_at is None)
    if dry_run:
        return
    for batch in in_batches([_new_row(place_id, source, draft, author.at) for place_id, draft in new]):
        await connection.execute(insert(places), list(batch))
    for place_id, draft in changed:
        await _change(connection, held[place_id], draft, author.at)
    await _tell(connection, source, held, {place_id for place_id, _ in (*new, *changed)}, author)


async def _change(connection: AsyncConnection, held: Row[Any], draft: PlaceDraft, at: datetime) -> None:
    """What an officer set stays as it is."""
    values = {name: value for name, value in draft.values.items() if name not in held.corrected}
    values |= {"source_digest": _digest(draft.values), "imported_at": at, "changed_at": at}
    await connection.execute(update(places).where(places.c.place_id == held.place_id).values(values))


async def _tell(
    connection: AsyncConnection, source: str, held: Mapping[str, Row[Any]], touched: set[str], author: Author
) -> None:
    """A line of the history for each place that is new or another now."""
    now = await connection.execute(select(places).where(places.c.source == source).order_by(places.c.place_id))
    lines: list[Change] = []
    for row in now.all():
        if row.place_id in touched:
            before = held.get(row.place_id)
            line = change_of(None if before is None else place_of(before), place_of(row), "imported")
            lines += [line] if line else []
    await record_all(connection, lines, author)


def _new_row(place_id: str, source: str, draft: PlaceDraft, at: datetime) -> dict[str, Any]:
    row = {"place_id": place_id, **draft.values, "source": source, "source_ref": draft.ref}
    row |= {"source_digest": _digest(draft.values), "corrected": [], "imported_at": at, "changed_at": at}
    return row | {"retired_at": None, "retired_by": None}


def _digest(values: Mapping[str, Any]) -> str:
    told = json.dumps({name: values[name] for name in SAID}, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()
