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
    which = None if rescuer_ids is None else row.rescuer_id.in_(rescuer_ids)
    if not keys:
        return sorted(await _joined(connection, "phone_e164", which))
    if await _stand_alike(connection, keys):
        return sorted(await _joined(connection, "phone_mark", which))
    # Only until all is under the newest key some stand in another form than those whose phone they have.
    if which is not None:
        return sorted(await _in_any_form(connection, keys, which))
    pairs = await _joined(connection, "phone_mark", None) | await _joined(connection, "phone_e164", None)
    return sorted(pairs | await _in_any_form(connection, keys, outdated(keys)))


async def _stand_alike(connection: AsyncConnection, keys: PersonalKeys) -> bool:
    """Whether all phones are sealed under the one key that there is; a look into an index."""
    in_plain = select(rescuer_personal.c.rescuer_id).where(rescuer_personal.c.phone_e164 > "").limit(1)
    return len(keys.ids) == 1 and (await connection.execute(in_plain)).first() is None


async def _joined(connection: AsyncConnection, form: str, which: ColumnElement[bool] | None) -> set[Pair]:
    one, other = rescuer_personal.alias(), rescuer_personal.alias()
    same = (one.c[form] == other.c[form]) & (one.c.rescuer_id != other.c.rescuer_id)
    query = select(one.c.rescuer_id, other.c.rescuer_id).join(other, same).where(one.c[form] != "")
    if which is not None:
        # From their side only: an OR over both would read everybody's phone.
        query = query.where(one.c.rescuer_id.in_(select(rescuer_personal.c.rescuer_id).where(which)))
    return {_pair(a, b) for a, b in await connection.execute(query)}


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
    phones, marks = [way for way in owners if way.startswith("+")], [way for way in owners if not way.startswith("+")]
    query = select(other.rescuer_id, other.phone_e164, other.phone_mark)
    query = query.where(or_(other.phone_e164.in_(phones), other.phone_mark.in_(marks)))
    return {
        _pair(rescuer_id, owner)
        for rescuer_id, phone, mark in await connection.execute(query)
        for owner in owners[found_by(phone, mark)]
        if owner != rescuer_id
    }


def _pair(one: str, other: str) -> Pair:
    return min(one, other), max(one, other)
