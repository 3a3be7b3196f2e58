"""Takes back what an import did to AEDs: all of it, or nothing where somebody has changed one since."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.devices.list_words import Spoken, Told, differing, load_devices, write_spoken
from registry.devices.telling import KIND, told
from registry.doubles import propose
from registry.history.aeds import changes_of, standing_of
from registry.history.log import Author, Change
from registry.importers.undoing.refusals import later_imports, refuse
from registry.repository import in_batches
from registry.storage.database import Database
from registry.storage.types import UtcDateTime
from registry.tables import aed_doubles, aeds, import_changes

_DEVICE = "device"
"""Beside the columns of an AED's row as it was: what its list said of the device."""


async def keep_aeds(
    connection: AsyncConnection, import_id: int, before: Mapping[str, Row[Any] | None], said: Mapping[str, Told]
) -> None:
    """Remember the rows that an import changed, as they were. said: what the list said of devices of which it says
    something else now."""
    rows = [
        {"import_id": import_id, "aed_id": aed_id, "before": _before(row, said.get(aed_id))}
        for aed_id, row in before.items()
    ]
    if rows:
        await connection.execute(insert(import_changes), rows)


async def take_back_aeds(
    database: Database, connection: AsyncConnection, past: Row[Any], author: Author
) -> tuple[list[str], list[str], list[Change]]:
    """(the AEDs that are as they were, those of them that the import brought, what the history says of them).

    What it brought is retired, since a call may be under way with it.

    Raises:
        NotUndone: something was changed since.
    """
    kept = import_changes.c
    query = select(kept.aed_id, kept.before).where(kept.import_id == past.import_id)
    before = {row.aed_id: row.before for row in await connection.execute(query)}
    later = await later_imports(connection, past, kept.import_id, kept.aed_id, whom="AEDs")
    refuse(past, later or await _by_hand(connection, past, sorted(before)))
    stood = await standing_of(connection, before)
    await _restore(connection, before, author.at)
    devices = await _restore_devices(database, connection, before, author.at)
    changes = changes_of(stood, await standing_of(connection, before), action="import_undone")
    await propose(connection, [aed_id for aed_id, row in before.items() if row is not None], at=author.at)
    gone = sorted(aed_id for aed_id, row in before.items() if row is None)
    return sorted(before), gone, [*changes, *devices]


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


async def _restore_devices(
    database: Database, connection: AsyncConnection, before: Mapping[str, Any], now: datetime
) -> list[Change]:
    """The list says of the devices what it said; what has changed by it. An import of an older version has brought
    none."""
    said = {aed_id: {} if row is None else row.get(_DEVICE) for aed_id, row in before.items()}
    rows = await load_devices(connection, said)
    spoken = {aed_id: Spoken(row=rows.get(aed_id), told=words) for aed_id, words in said.items() if words is not None}
    await write_spoken(database, connection, spoken, now)
    changes = []
    for aed_id, one in spoken.items():
        was, now_so = one.before(), one.after()
        names = differing(was, now_so) if one.is_new else ()
        sides = [told({name: side[name] for name in names}) for side in (was, now_so)]
        if names:
            changes.append(
                Change(kind=KIND, subject_id=aed_id, action="import_undone", before=sides[0], after=sides[1])
            )
    return changes


def _before(row: Row[Any] | None, said: Told | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return _as_json(row) | ({} if said is None else {_DEVICE: dict(said)})


def _as_json(row: Row[Any]) -> dict[str, Any]:
    told = {}
    for column in aeds.c:
        value = getattr(row, column.name)
        told[column.name] = value.isoformat() if isinstance(value, datetime) else value
    return told


def _from_json(told: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that this version has; what a later one added keeps its value."""
    # A list that was given another name since keeps it.
    columns = [column.name for column in aeds.c if column.name in told and column.name != "source"]
    values = {name: told[name] for name in columns}
    for column in aeds.c:
        if isinstance(column.type, UtcDateTime) and values.get(column.name) is not None:
            values[column.name] = datetime.fromisoformat(values[column.name])
    values["position"] = tuple(values["position"])
    return values
