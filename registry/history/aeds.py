"""What the history tells of AEDs: of each record the fields that a change sets, before and after it."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.history.log import Author, Change, record
from registry.tables import aed_doubles, aeds

AED = "aed"
"""The kind of these changes."""

FIELDS = (
    *("name", "location_text", "position", "floor", "indoor", "access", "opening_hours", "hours_as_written"),
    *("time_zone", "state"),
)
"""What a record says of its AED, by column. position: [lon, lat], WGS-84 degrees."""

_BATCH = 5000
Told = dict[str, Any]
Decision = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Records by id as the history tells them, and what was decided of pairs of them: (one, other, decision)."""

    records: Mapping[str, Told]
    decided: frozenset[Decision] = frozenset()


@dataclass(slots=True)
class Written:
    """The number of the change, once it is written; None where nothing has changed."""

    change_id: int | None = field(default=None)


def told_of(row: Row[Any]) -> Told:
    """A row of `aeds` in JSON's values; "corrected": which fields a person has set."""
    told = {name: getattr(row, name) for name in FIELDS} | {"position": list(row.position)}
    joined_to, retired = row.joined_to or "", row.retired_at is not None
    return told | {"joined_to": joined_to, "retired": retired, "corrected": sorted(row.corrected)}


async def standing_of(connection: AsyncConnection, aed_ids: Collection[str]) -> Standing:
    """As they are now; those that there are not are left out."""
    records: dict[str, Told] = {}
    decided: set[Decision] = set()
    pair = aed_doubles.c
    for some in _batches(sorted(aed_ids)):
        rows = await connection.execute(select(aeds).where(aeds.c.aed_id.in_(some)))
        records.update((row.aed_id, told_of(row)) for row in rows)
        if len(some) == 1:
            continue
        both = pair.first_id.in_(some) & pair.second_id.in_(some) & pair.decision.is_not(None)
        pairs = await connection.execute(select(pair.first_id, pair.second_id, pair.decision).where(both))
        decided.update((row.first_id, row.second_id, row.decision) for row in pairs)
    return Standing(records=records, decided=frozenset(decided))


@asynccontextmanager
async def recorded(
    connection: AsyncConnection,
    subject_id: str,
    others: Collection[str],
    *,
    action: str,
    author: Author,
    undoes: int | None = None,
) -> AsyncIterator[Written]:
    """Around a change of these records, within its transaction: what has changed is one line of the history."""
    written, ids = Written(), {subject_id, *others}
    before = await standing_of(connection, ids)
    yield written
    change = change_of(subject_id, before, await standing_of(connection, ids), action=action)
    if change is not None:
        written.change_id = await record(connection, change, author, undoes=undoes)


def change_of(subject_id: str, before: Standing, after: Standing, *, action: str) -> Change | None:
    """None where nothing has changed. Of other records than the subject the fields stand under "records", by id."""
    was, now = _differences(before.records.get(subject_id), after.records[subject_id])
    for aed_id in sorted({*before.records, *after.records} - {subject_id}):
        sides = _differences(before.records.get(aed_id), after.records[aed_id])
        for side, told in zip((was, now), sides, strict=True):
            if any(sides):
                side.setdefault("records", {})[aed_id] = told
    if before.decided != after.decided:
        was["decided"], now["decided"] = _decisions(before, after)
    if not (was or now):
        return None
    is_new = subject_id not in before.records
    return Change(kind=AED, subject_id=subject_id, action=action, before=None if is_new else was, after=now)


def changes_of(before: Standing, after: Standing, *, action: str) -> list[Change]:
    """A change for each record that is another now."""
    found = []
    for aed_id, now in after.records.items():
        was = before.records.get(aed_id)
        one = change_of(
            aed_id,
            Standing(records={} if was is None else {aed_id: was}),
            Standing(records={aed_id: now}),
            action=action,
        )
        found += [one] if one else []
    return found


def _differences(was: Told | None, now: Told) -> tuple[Told, Told]:
    """Of "corrected" each side has what the other lacks."""
    if was is None:
        return {}, {name: now[name] for name in FIELDS}
    differing = [name for name in now if now[name] != was[name]]
    before, after = ({name: side[name] for name in differing} for side in (was, now))
    if "corrected" in differing:
        before["corrected"] = sorted(set(was["corrected"]) - set(now["corrected"]))
        after["corrected"] = sorted(set(now["corrected"]) - set(was["corrected"]))
    return before, after


def _decisions(before: Standing, after: Standing) -> tuple[list[list[Any]], list[list[Any]]]:
    was, now = ({(one, other): word for one, other, word in side.decided} for side in (before, after))
    pairs = sorted(pair for pair in {*was, *now} if was.get(pair) != now.get(pair))
    return [[*pair, was.get(pair)] for pair in pairs], [[*pair, now.get(pair)] for pair in pairs]


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))
