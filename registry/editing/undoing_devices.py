"""Takes one change of a device or cabinet back, where what it set still stands.

What the history may not hold (phones, organisations, remarks, codes) cannot come back from it: that is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from registry.devices.cabinet_rows import get_ids, rows_of
from registry.devices.device import PERSONAL_FIELDS
from registry.devices.device_store import merged, require_free, write_device
from registry.devices.provenance import speak_again
from registry.devices.tables import aed_devices
from registry.devices.telling import KIND, told
from registry.editing.taken_back import NotTakenBack, Undone, told_time
from registry.history.log import Author, Change, Recorded, list_changes, record

_LATEST_LOOKED_AT = 200
_SET_FIELDS = frozenset({"set", "let_go", "undone"})
_OTHERWISE = {
    "code_set": "no history holds a cabinet's code: set it anew",
    "code_removed": "no history holds a cabinet's code: set it anew",
    "import_undone": "import the list again",
}

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """What the change found and set. taken_over: fields of which a list had spoken until then; given_back: those of
    which it spoke from then on."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    taken_over: tuple[str, ...]
    given_back: tuple[str, ...]

    @classmethod
    def of(cls, change: Change) -> "_Sides":
        before, after = dict(change.before or {}), dict(change.after or {})
        given_back, taken_over = before.pop("corrected", ()), after.pop("corrected", ())
        return cls(before=before, after=after, taken_over=tuple(taken_over), given_back=tuple(given_back))


async def undo_device_change(connection: AsyncConnection, one: Recorded, author: Author) -> Undone:
    """What the change set becomes what it was; where a list had spoken, it speaks again. The registry is locked.

    Raises:
        UnknownAed
        NotTakenBack, CabinetQrTaken
    """
    if one.change.action not in _SET_FIELDS:
        why = _OTHERWISE.get(one.change.action, "do it the other way round")
        raise NotTakenBack(f"change {one.change_id} cannot be taken back: {why}")
    ids = await get_ids(connection, one.change.subject_id)
    rows, sides = await rows_of(connection, aed_devices, ids), _Sides.of(one.change)
    if reasons := [*await _overtaken(connection, one, sides, ids, rows), *_hidden(sides)]:
        raise NotTakenBack(f"change {one.change_id} cannot be taken back: {'; '.join(reasons)}")
    was = _plain(rows)
    again = sorted(name for name in {*sides.before, *sides.taken_over} if _is_a_lists(name, sides, rows))
    values = {name: sides.before.get(name, was[name]) for name in {*sides.before, *sides.given_back} - set(again)}
    if values.get("cabinet_qr") is not None:
        await require_free(connection, values["cabinet_qr"], ids)
    await speak_again(connection, rows, again, author)
    if values:
        await write_device(connection, ids, await rows_of(connection, aed_devices, ids), values, author)
    now = _plain(await rows_of(connection, aed_devices, ids))
    change = _change(ids[0], was, now, sides)
    number = await record(connection, change, author, undoes=one.change_id)
    return Undone(change_id=number, aed_ids=(ids[0],))


def _change(aed_id: str, was: Row, now: Row, sides: _Sides) -> Change:
    names = sorted(name for name in {*sides.before, *sides.taken_over, *sides.given_back} if was[name] != now[name])
    before, after = (told({name: side[name] for name in names}) for side in (was, now))
    if sides.taken_over or sides.given_back:
        before |= {"corrected": sorted(sides.taken_over)}
        after |= {"corrected": sorted(sides.given_back)}
    return Change(kind=KIND, subject_id=aed_id, action="undone", before=before, after=after)


def _is_a_lists(name: str, sides: _Sides, rows: Sequence[Row]) -> bool:
    """Whether nobody had set it before the change."""
    if name in sides.taken_over:
        return True
    is_silent = all(row["told"].get(name) is None for row in rows)
    return name not in sides.given_back and sides.before.get(name) is None and is_silent


def _hidden(sides: _Sides) -> list[str]:
    """What the history does not hold."""
    return [
        f"the history holds no phones, organisations and remarks, so not what {name} was: set it anew"
        for name, value in sorted(sides.before.items())
        if name in PERSONAL_FIELDS and value is not None and name not in sides.taken_over
    ]


async def _overtaken(
    connection: AsyncConnection, one: Recorded, sides: _Sides, ids: Sequence[str], rows: Sequence[Row]
) -> list[str]:
    """Where something else stands now than the change set: what, and who set it."""
    later = [
        found
        for found in await list_changes(connection, kind=KIND, subject_ids=ids, limit=_LATEST_LOOKED_AT)
        if found.change_id > one.change_id
    ]
    now = told(_plain(rows))
    reasons = []
    for name in sorted(sides.after):
        by = next((found for found in later if name in (found.change.after or {})), None)
        # Of what is not shown nobody can see whether it is the same.
        if now[name] != sides.after[name] or (by is not None and name in PERSONAL_FIELDS):
            who = "as a list says"
            if by is not None:
                who = f"set by {by.author.by} at {told_time(by.author.at)} (change {by.change_id})"
            reasons.append(f"{name} of {ids[0]} is {now[name]!r} now, {who}")
    return reasons


def _plain(rows: Sequence[Row]) -> dict[str, Any]:
    return merged(rows).model_dump(mode="json")
