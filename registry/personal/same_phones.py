"""Who has the same phone as somebody else, found without reading the phones wherever they stand in one form."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.personal.phones import PHONE_COLUMNS, PhoneRow, found_by, has_phone, outdated, phone_of, ways_to_find
from registry.storage.personal_keys import PersonalKeys
from registry.tables import rescuer_personal

BATCH = 2000
"""Phones looked for by one statement, each in four forms at most."""

Pair = tuple[str, str]


async def load_same_phones(
    connection: AsyncConnection, keys: PersonalKeys, rescuer_ids: Sequence[str] | None = None
) -> list[Pair]:
    """Pairs of rescuers with one phone number; of all, or those with one of these ids."""
    row = rescuer_personal.c
    if not keys:
        return sorted(await _in_one_form(connection, None if rescuer_ids is None else row.rescuer_id.in_(rescuer_ids)))
    if rescuer_ids is not None:
        return sorted(await _in_any_form(connection, keys, row.rescuer_id.in_(rescuer_ids)))
    # Only until all is under the newest key some of them stand in another form than those whose phone they have.
    pairs = await _in_one_form(connection, None)
    return sorted(pairs | await _in_any_form(connection, keys, outdated(keys)))


async def _in_one_form(connection: AsyncConnection, which: ColumnElement[bool] | None) -> set[Pair]:
    one, other = rescuer_personal.alias(), rescuer_personal.alias()
    pairs: set[Pair] = set()
    for name in ("phone_e164", "phone_mark"):
        same = (one.c[name] == other.c[name]) & (one.c.rescuer_id != other.c.rescuer_id)
        query = select(one.c.rescuer_id, other.c.rescuer_id).join(other, same).where(one.c[name] != "")
        if which is not None:
            # From their side only: an OR over both would read everybody's phone.
            mine = select(rescuer_personal.c.rescuer_id).where(which)
            query = query.where(one.c.rescuer_id.in_(mine))
        pairs |= {_pair(a, b) for a, b in await connection.execute(query)}
    return pairs


async def _in_any_form(connection: AsyncConnection, keys: PersonalKeys, which: ColumnElement[bool]) -> set[Pair]:
    query = select(*PHONE_COLUMNS).where(which, has_phone())
    rows = (await connection.execute(query)).all()
    pairs: set[Pair] = set()
    for start in range(0, len(rows), BATCH):
        pairs |= await _pairs_of(connection, keys, rows[start : start + BATCH])
    return pairs


async def _pairs_of(connection: AsyncConnection, keys: PersonalKeys, rows: Iterable[PhoneRow]) -> set[Pair]:
    owners: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        if phone := phone_of(row, keys):
            for way in ways_to_find(phone, keys):
                owners[way].append(row.rescuer_id)
    other = rescuer_personal.c
    wanted = list(owners)
    query = select(other.rescuer_id, other.phone_e164, other.phone_mark)
    query = query.where(or_(other.phone_e164.in_(wanted), other.phone_mark.in_(wanted)))
    return {
        _pair(rescuer_id, owner)
        for rescuer_id, phone, mark in await connection.execute(query)
        for owner in owners[found_by(phone, mark)]
        if owner != rescuer_id
    }


def _pair(one: str, other: str) -> Pair:
    return min(one, other), max(one, other)
