"""Keepers in the database. The history says that one was set or removed, by which role, and nothing of who they are."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.devices.cabinet_rows import get_ids, rows_of
from registry.devices.keepers import Keeper, KeeperRole
from registry.devices.last_words import renew_confirmation_due
from registry.history.log import Author, Change, erase_reasons, record
from registry.people_tables import aed_keepers
from registry.personal.cabinet_secrets import is_keepers_phone, keeper_phone_columns, keeper_phone_of
from registry.repository import UnknownRescuer
from registry.storage.personal_keys import PersonalKeys
from registry.storage.postgres import lock_registry
from registry.tables import rescuers

KIND = "aed_keeper"
CHANGED = "changed"


class NoKeeper(LookupError):
    """Nobody is named as this AED's keeper of that role."""

    code = "no_keeper"


async def list_keepers(connection: AsyncConnection, keys: PersonalKeys, aed_id: str) -> list[Keeper]:
    """The keeper before the deputy; of joined AEDs the first one's.

    Raises:
        UnknownAed
    """
    rows = await rows_of(connection, aed_keepers, await get_ids(connection, aed_id))
    found = {role: next((row for row in rows if row["role"] == role), None) for role in KeeperRole}
    return [_keeper(row, keys) for row in found.values() if row is not None]


async def set_keeper(
    connection: AsyncConnection, keys: PersonalKeys, aed_id: str, keeper: Keeper, author: Author
) -> None:
    """Name the keeper or deputy of an AED in place of whoever it was, whose data and link are erased.

    Raises:
        UnknownAed
        UnknownRescuer
    """
    await lock_registry(connection)
    ids = await get_ids(connection, aed_id)
    if keeper.rescuer_id is not None:
        await _require_standing(connection, keeper.rescuer_id)
    had = await _drop(connection, ids, keeper.role)
    row = {
        "aed_id": ids[0],
        "role": keeper.role.value,
        "name": keeper.name,
        **keeper_phone_columns(ids[0], keeper.role.value, keeper.phone_e164, keys),
        "email": keeper.email,
        "position": keeper.position,
        "rescuer_id": keeper.rescuer_id,
        "since": author.at,
    }
    await connection.execute(insert(aed_keepers).values(row))
    await renew_confirmation_due(connection, ids, author.at)
    await _record(connection, ids[0], "set", keeper.role, author, had=had, has=True)


async def remove_keeper(connection: AsyncConnection, aed_id: str, role: KeeperRole, author: Author) -> None:
    """Erase a keeper: name, phone, their link, and the reasons that officers gave for changes of this AED's keepers.

    Raises:
        UnknownAed
        NoKeeper
    """
    await lock_registry(connection)
    ids = await get_ids(connection, aed_id)
    if not await _drop(connection, ids, role):
        raise NoKeeper(f"{aed_id} has no {role}")
    await erase_reasons(connection, KIND, ids[0])
    await _record(connection, ids[0], "removed", role, author, had=True, has=False)


async def erase_keeper(connection: AsyncConnection, keys: PersonalKeys, phone_e164: str, author: Author) -> int:
    """Erase whoever has this phone wherever they keep an AED; at how many they did."""
    await lock_registry(connection)
    mine = select(aed_keepers.c.aed_id, aed_keepers.c.role).where(is_keepers_phone(phone_e164, keys))
    kept = (await connection.execute(mine)).all()
    for aed_id, role in kept:
        await remove_keeper(connection, aed_id, KeeperRole(role), author)
    return len(kept)


async def _require_standing(connection: AsyncConnection, rescuer_id: str) -> None:
    standing = (rescuers.c.rescuer_id == rescuer_id) & rescuers.c.erased_at.is_(None)
    # Held, so that somebody who is erased at this moment does not come back here.
    query = select(rescuers.c.rescuer_id).where(standing).with_for_update()
    if (await connection.execute(query)).one_or_none() is None:
        raise UnknownRescuer(f"no rescuer {rescuer_id!r}")


async def _drop(connection: AsyncConnection, ids: list[str], role: KeeperRole) -> bool:
    mine = aed_keepers.c.aed_id.in_(ids) & (aed_keepers.c.role == role.value)
    return bool((await connection.execute(delete(aed_keepers).where(mine))).rowcount)


async def _record(
    connection: AsyncConnection, aed_id: str, action: str, role: KeeperRole, author: Author, *, had: bool, has: bool
) -> None:
    told = {role.value: CHANGED}
    change = Change(
        kind=KIND, subject_id=aed_id, action=action, before=told if had else None, after=told if has else None
    )
    await record(connection, change, author)


def _keeper(row: Mapping[str, Any], keys: PersonalKeys) -> Keeper:
    values = {name: row[name] for name in ("name", "email", "position", "rescuer_id", "since")}
    return Keeper(role=KeeperRole(row["role"]), phone_e164=keeper_phone_of(row, keys), **values)
