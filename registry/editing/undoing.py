"""Takes one change of an AED or its device back, where what it set still stands; that is a change itself, which can be
taken back."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Row, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.devices.telling import KIND as DEVICE
from registry.doubles import propose
from registry.editing.describing import Near
from registry.editing.taken_back import NotTakenBack, Undone, refuse_done, told_time
from registry.editing.undoing_devices import undo_device_change
from registry.history.aeds import AED, FIELDS, Told, recorded, standing_of, told_of
from registry.history.log import Author, Recorded, get_change, list_changes
from registry.storage.postgres import lock_registry
from registry.tables import aed_doubles, aeds

_LATEST_LOOKED_AT = 200
_OTHERS = (
    "only those of AEDs and their devices are taken back so. The history holds nothing that says who somebody is, and "
    "what was only written down stays: make the change the other way round"
)
_ADDED = {"retired": False, "joined_to": ""}


async def undo_change(
    connection: AsyncConnection, change_id: int, author: Author, *, near: Near | None = None
) -> Undone:
    """What the change set becomes what it was; what it added is retired.

    A field that nobody had set before goes back to what the list says of it now.

    Raises:
        UnknownChange
        NotTakenBack: it was before, it is of neither AED nor device, or something else stands there now.
    """
    await lock_registry(connection)
    one = await get_change(connection, change_id)
    await refuse_done(connection, one)
    if one.change.kind == DEVICE:
        return await undo_device_change(connection, one, author)
    if one.change.kind != AED:
        raise NotTakenBack(f"change {change_id} is of kind {one.change.kind}: {_OTHERS}")
    sides, decided = _sides(one), (one.change.before or {}).get("decided", ())
    involved = {*sides, *(aed_id for first, second, _ in decided for aed_id in (first, second))}
    rows = {row.aed_id: row for row in await connection.execute(select(aeds).where(aeds.c.aed_id.in_(sides)))}
    if reasons := [*await _overtaken(connection, one, sides, rows), *await _decided_since(connection, one, involved)]:
        raise NotTakenBack(f"change {change_id} cannot be taken back: {'; '.join(reasons)}")
    subject = one.change.subject_id
    async with recorded(connection, subject, involved, action="undone", author=author, undoes=change_id) as written:
        for aed_id, (before, after) in sides.items():
            values = _values(rows[aed_id], before, after, author)
            await connection.execute(update(aeds).where(aeds.c.aed_id == aed_id).values(values))
        for first, second, decision in decided:
            await _decide(connection, first, second, decision, author)
    await _refuse_chains(connection, change_id, sides)
    lon, lat = (await connection.execute(select(aeds.c.position).where(aeds.c.aed_id == subject))).scalar_one()
    await propose(connection, sorted(involved), at=author.at, among=None if near is None else near(lon, lat))
    if written.change_id is None:
        raise NotTakenBack(f"change {change_id} has left nothing to take back: all is as it was before it")
    return Undone(change_id=written.change_id, aed_ids=(subject, *sorted(involved - {subject})))


def _sides(one: Recorded) -> dict[str, tuple[Told, Told]]:
    """By record what the change found and what it set; what it added is retired."""
    before, after = dict(one.change.before or {}), dict(one.change.after or {})
    others = before.pop("records", {}), after.pop("records", {})
    before.pop("decided", None)
    after.pop("decided", None)
    if one.change.before is None:
        before, after = {"retired": True}, after | _ADDED
    sides = {one.change.subject_id: (before, after)}
    return sides | {aed_id: (told, others[1][aed_id]) for aed_id, told in others[0].items()}


async def _overtaken(
    connection: AsyncConnection, one: Recorded, sides: Mapping[str, tuple[Told, Told]], rows: Mapping[str, Row[Any]]
) -> list[str]:
    """Where something else stands now than the change set: what, and who set it."""
    reasons = []
    for aed_id, (before, after) in sides.items():
        told = told_of(rows[aed_id])
        differing = [name for name in after if name != "corrected" and told[name] != after[name]]
        if not differing:
            still = set(told["corrected"])
            differing = sorted(set(after.get("corrected", ())) - still | set(before.get("corrected", ())) & still)
        for name in differing:
            reasons.append(
                f"{name} of {aed_id} is {told[name]!r} now, {await _set_by(connection, one, rows[aed_id], name)}"
            )
    return reasons


async def _decided_since(connection: AsyncConnection, one: Recorded, involved: Collection[str]) -> list[str]:
    """Of which pairs something else is said now than the change said."""
    standing = await standing_of(connection, involved)
    now = {(first, second): word for first, second, word in standing.decided}
    return [
        f"of {first} and {second} it is said now: {now.get((first, second)) or 'nothing'}"
        for first, second, word in (one.change.after or {}).get("decided", ())
        if now.get((first, second)) != word
    ]


async def _set_by(connection: AsyncConnection, one: Recorded, row: Row[Any], name: str) -> str:
    of_it = await list_changes(connection, kind=AED, subject_id=row.aed_id, limit=_LATEST_LOOKED_AT)
    # Of the other records of an AED a line stands under its own.
    of_all = await list_changes(connection, kind=AED, limit=_LATEST_LOOKED_AT)
    for later in (*of_it, *of_all):
        if later.change_id > one.change_id and name in _set_of(later, row.aed_id):
            return f"set by {later.author.by} at {told_time(later.author.at)} (change {later.change_id})"
    word = dict(row.corrected).get(name)
    if word:
        return f"set by {word.get('by') or 'somebody'} at {word.get('at', 'an unknown time')}"
    return f"as the list {row.source} says since {told_time(row.imported_at)}"


def _set_of(one: Recorded, aed_id: str) -> Mapping[str, Any]:
    """What the change set of a record."""
    after = one.change.after or {}
    found: Mapping[str, Any] = after if one.change.subject_id == aed_id else after.get("records", {}).get(aed_id, {})
    return found


def _values(row: Row[Any], before: Told, after: Told, author: Author) -> dict[str, Any]:
    """What to write so that the record is as before the change."""
    word = {"at": author.at.isoformat(), "by": author.by}
    told, corrected = told_of(row), dict(row.corrected)
    was_set, is_set = set(before.get("corrected", ())), set(after.get("corrected", ()))
    values: dict[str, Any] = {"changed_at": author.at}
    for name in [name for name in FIELDS if name in before or name in was_set | is_set]:
        value: Any = before.get(name, told[name])
        if name in is_set:
            # Nobody had set it: what the list says now counts again.
            value = corrected.pop(name).get("said", value)
        elif name in was_set:
            corrected[name] = {"said": told[name], **word}
        elif name in corrected:
            corrected[name] = {**corrected[name], **word}
        else:
            # The list's own word: its next import is looked at whatever it said last.
            values["source_digest"] = ""
        values[name] = tuple(value) if name == "position" else value
    if "retired" in before:
        gone = before["retired"]
        values |= {"retired_at": author.at if gone else None, "retired_by": author.by[:64] if gone else None}
    if "joined_to" in before:
        values["joined_to"] = before["joined_to"] or None
    return values | {"corrected": corrected}


async def _decide(connection: AsyncConnection, first: str, second: str, decision: str | None, author: Author) -> None:
    mine = (aed_doubles.c.first_id == first) & (aed_doubles.c.second_id == second)
    if decision is None:
        # Whether they may still be one is looked at anew.
        await connection.execute(delete(aed_doubles).where(mine))
        return
    word = {"decision": decision, "decided_at": author.at, "decided_by": author.by[:64]}
    await connection.execute(update(aed_doubles).where(mine).values(word))


async def _refuse_chains(connection: AsyncConnection, change_id: int, sides: Mapping[str, Any]) -> None:
    """A record may hang on a cabinet only, and not on one that hangs on another."""
    lead = aeds.alias()
    chained = (
        select(aeds.c.aed_id, lead.c.aed_id, lead.c.joined_to)
        .join(lead, aeds.c.joined_to == lead.c.aed_id)
        .where(lead.c.joined_to.is_not(None), or_(aeds.c.aed_id.in_(sides), lead.c.aed_id.in_(sides)))
    )
    for one, middle, end in await connection.execute(chained):
        raise NotTakenBack(
            f"change {change_id} cannot be taken back: {one} would be joined to {middle}, which is joined to {end}: "
            "part those first"
        )
