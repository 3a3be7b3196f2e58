"""Inspections in the database: appended to only. What the newest one found is what the AED is from then on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.devices.cabinet_rows import get_ids
from registry.devices.device_store import change_device
from registry.devices.inspecting import STATES, Form, Point, Result, Seen, require_sound
from registry.devices.last_words import renew_confirmation_due
from registry.devices.tables import aed_inspections
from registry.history.log import Author, Change, record
from registry.lifecycle import get_file, let_go
from registry.models import AedState
from registry.repository import save_aed_correction
from registry.storage.postgres import lock_registry
from registry.tables import aeds

KIND = "aed_inspection"
_kept = aed_inspections.c


class UnknownInspection(LookupError):
    """This AED has no inspection with this number."""

    code = "unknown_inspection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """One that is written down. by: the account that wrote it."""

    inspection_id: int
    aed_id: str
    by: str
    form: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """changed: ids of the records whose state is another by it, for the live picture."""

    inspection: Inspection
    changed: tuple[str, ...]


async def inspect(connection: AsyncConnection, aed_id: str, form: Form, author: Author) -> Inspected:
    """Write an inspection down. The newest one sets the AED's state, which imports then leave alone, and if it found
    the AED ready the day of the last check; an older one that is handed in late is only written down.

    Raises:
        BadInspection
        UnknownAed
    """
    require_sound(form, author.at)
    await lock_registry(connection)
    ids = await get_ids(connection, aed_id)
    is_newest = not await _is_older(connection, ids, form.at)
    number = await _insert(connection, ids[0], form, author)
    was = (await get_file(connection, ids[0])).aed.state
    changed: Sequence[str] = ()
    if is_newest:
        changed = await _set_state(connection, ids[0], STATES[form.result], author)
        await _set_check(connection, ids[0], form, author)
        await renew_confirmation_due(connection, ids, author.at)
    await _record(connection, ids[0], form, author, was=was if changed else None)
    inspection = Inspection(inspection_id=number, aed_id=ids[0], by=author.by, form=form)
    return Inspected(inspection=inspection, changed=tuple(changed))


async def list_inspections(
    connection: AsyncConnection, aed_id: str, *, before_id: int | None = None, limit: int
) -> list[Inspection]:
    """The newest written first. before_id: only those written before that one, to read on where an answer ended.

    Raises:
        UnknownAed
    """
    ids = await get_ids(connection, aed_id)
    query = select(aed_inspections).where(_kept.aed_id.in_(ids)).order_by(_kept.inspection_id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(_kept.inspection_id < before_id)
    return [_inspection(row) for row in await connection.execute(query)]


async def erase_note(connection: AsyncConnection, aed_id: str, inspection_id: int, author: Author) -> None:
    """Empty a note, which may speak of a person; what was found stays.

    Raises:
        UnknownAed
        UnknownInspection
    """
    await lock_registry(connection)
    ids = await get_ids(connection, aed_id)
    mine = _kept.aed_id.in_(ids) & (_kept.inspection_id == inspection_id)
    if not (await connection.execute(update(aed_inspections).where(mine).values(note=""))).rowcount:
        raise UnknownInspection(f"{aed_id} has no inspection {inspection_id}: list them first")
    told = {"note": "changed"}
    change = Change(kind=KIND, subject_id=ids[0], action="note_erased", before=told, after=None)
    await record(connection, change, author)


async def _is_older(connection: AsyncConnection, ids: Sequence[str], at: datetime) -> bool:
    """Whether somebody has looked after that, or said later in what state it is."""
    newest = select(func.count()).select_from(aed_inspections).where(_kept.aed_id.in_(ids), _kept.at > at)
    if (await connection.execute(newest)).scalar_one():
        return True
    words = (await connection.execute(select(aeds.c.corrected).where(aeds.c.aed_id.in_(ids)))).scalars()
    said = (word["state"].get("at") for word in words if "state" in word)
    return any(datetime.fromisoformat(one) > at for one in said if one)


async def _insert(connection: AsyncConnection, aed_id: str, form: Form, author: Author) -> int:
    row = {
        "aed_id": aed_id,
        "at": form.at,
        "by": author.by,
        "result": form.result.value,
        "points": _points(form),
        "note": form.note.strip(),
    }
    written = await connection.execute(insert(aed_inspections).values(row).returning(_kept.inspection_id))
    return int(written.scalar_one())


async def _set_state(connection: AsyncConnection, aed_id: str, found: AedState, author: Author) -> Sequence[str]:
    before = (await get_file(connection, aed_id)).aed
    if before.state is found:
        return ()
    changed: list[str] = []
    if found is AedState.IN_SERVICE and "state" in before.corrected:
        # It was a person's word that it is not; where that was all, its lists may speak again.
        changed += await let_go(connection, aed_id, "state", at=author.at, by=author.by, why=author.why)
    if (await get_file(connection, aed_id)).aed.state is not found:
        await save_aed_correction(
            connection, aed_id, {"state": found}, at=author.at, by=author.by, why=author.why, action="inspected"
        )
        changed.append(aed_id)
    return sorted(set(changed))


async def _record(
    connection: AsyncConnection, aed_id: str, form: Form, author: Author, *, was: AedState | None
) -> None:
    """was: the state before it, None where it set none."""
    told: dict[str, Any] = {"result": form.result.value, "points": _points(form)}
    if was is not None:
        told["state"] = STATES[form.result].value
    before = {"state": was.value} if was is not None else None
    change = Change(kind=KIND, subject_id=aed_id, action="inspected", before=before, after=told)
    await record(connection, change, author)


async def _set_check(connection: AsyncConnection, aed_id: str, form: Form, author: Author) -> None:
    if form.result is not Result.READY:
        return
    zone = (await get_file(connection, aed_id)).aed.time_zone
    checked = {"last_checked_on": form.at.astimezone(ZoneInfo(zone)).date(), "next_check_on": form.next_check_on}
    await change_device(connection, aed_id, checked, author)


def _points(form: Form) -> dict[str, str]:
    return {point.value: form.seen(point).value for point in Point}


def _inspection(row: Row[Any]) -> Inspection:
    points = {Point(name): Seen(seen) for name, seen in row.points.items()}
    form = Form(result=Result(row.result), at=row.at, points=points, note=row.note)
    return Inspection(inspection_id=row.inspection_id, aed_id=row.aed_id, by=row.by, form=form)
