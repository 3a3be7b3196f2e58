"""Reads and changes what is known of devices and cabinets; every change is written down with who made it.

A cabinet's code is a secret: neither the device nor the history holds it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.devices.cabinet_rows import get_ids, put_device, rows_of
from registry.devices.device import PERSONAL_FIELDS, Device, Lock, check_due_on
from registry.devices.tables import aed_devices
from registry.history.log import Author, Change, record
from registry.people_tables import aed_cabinet_codes
from registry.personal.cabinet_secrets import code_columns, read_code
from registry.storage.personal_keys import PersonalKeys
from registry.storage.postgres import lock_registry

KIND = "aed_device"
CHANGED = "changed"
"""What the history says of a value that it may not hold."""


class CabinetQrTaken(ValueError):
    """Another cabinet has this QR code: one of the two is wrong."""

    code = "cabinet_qr_taken"


class NoCabinetCode(LookupError):
    """Nobody has given this cabinet a code."""

    code = "no_cabinet_code"


async def get_device(connection: AsyncConnection, aed_id: str) -> Device:
    """What is known of the device of a cabinet, by any of its ids.

    Raises:
        UnknownAed
    """
    return merged(await rows_of(connection, aed_devices, await get_ids(connection, aed_id)))


async def change_device(connection: AsyncConnection, aed_id: str, changes: Mapping[str, Any], author: Author) -> Device:
    """Set these fields; None where nothing is known any more. What is so already changes nothing.

    changes: by the names of `Device`'s fields, its values.

    Raises:
        UnknownAed
        CabinetQrTaken
    """
    await lock_registry(connection)
    ids = await get_ids(connection, aed_id)
    before = await get_device(connection, ids[0])
    after = before.model_copy(update=dict(changes))
    changed = [name for name in changes if getattr(before, name) != getattr(after, name)]
    if not changed:
        return before
    if "cabinet_qr" in changed and after.cabinet_qr is not None:
        await _require_free(connection, after.cabinet_qr, ids)
    await _write(connection, ids, {**_columns(after, changed), "check_due_on": check_due_on(after)}, author)
    told = Change(
        kind=KIND, subject_id=ids[0], action="set", before=_told(before, changed), after=_told(after, changed)
    )
    await record(connection, told, author)
    return after


async def has_code(connection: AsyncConnection, aed_id: str) -> bool:
    """Raises: UnknownAed."""
    return bool(await rows_of(connection, aed_cabinet_codes, await get_ids(connection, aed_id)))


async def get_code(connection: AsyncConnection, keys: PersonalKeys, aed_id: str) -> str:
    """The code that opens the cabinet: for officers, and for whoever has accepted to fetch the AED.

    Raises:
        UnknownAed
        NoCabinetCode
        BrokenSeal, MissingPersonalKey
    """
    rows = await rows_of(connection, aed_cabinet_codes, await get_ids(connection, aed_id))
    if not rows:
        raise NoCabinetCode(NoCabinetCode.__doc__)
    return read_code(rows[0], keys)


async def set_code(connection: AsyncConnection, keys: PersonalKeys, aed_id: str, code: str, author: Author) -> None:
    """Give the cabinet a code in place of an earlier one; it is locked by a code from now on.

    Raises:
        UnknownAed
    """
    await lock_registry(connection)
    ids = await get_ids(connection, aed_id)
    had = await _drop_codes(connection, ids)
    row = {"aed_id": ids[0], **code_columns(ids[0], code, keys), "changed_at": author.at}
    await connection.execute(insert(aed_cabinet_codes).values(row))
    await change_device(connection, ids[0], {"lock": Lock.CODE}, author)
    told = {"cabinet_code": CHANGED}
    change = Change(kind=KIND, subject_id=ids[0], action="code_set", before=told if had else None, after=told)
    await record(connection, change, author)


async def remove_code(connection: AsyncConnection, aed_id: str, author: Author) -> None:
    """Forget the code. How the cabinet is locked stays as it is.

    Raises:
        UnknownAed
        NoCabinetCode
    """
    await lock_registry(connection)
    ids = await get_ids(connection, aed_id)
    if not await _drop_codes(connection, ids):
        raise NoCabinetCode(NoCabinetCode.__doc__)
    told = {"cabinet_code": CHANGED}
    change = Change(kind=KIND, subject_id=ids[0], action="code_removed", before=told, after=None)
    await record(connection, change, author)


def merged(rows: Sequence[Mapping[str, Any]]) -> Device:
    """The first record's word counts, the others fill what it leaves out."""
    names = Device.model_fields
    return Device.model_validate(
        {name: next((row[name] for row in rows if row[name] is not None), None) for name in names}
    )


async def _require_free(connection: AsyncConnection, cabinet_qr: str, ids: Sequence[str]) -> None:
    same = select(aed_devices.c.aed_id).where(aed_devices.c.cabinet_qr == cabinet_qr)
    other = (await connection.execute(same.where(aed_devices.c.aed_id.not_in(ids)))).scalars().first()
    if other is not None:
        raise CabinetQrTaken(f"{other} has this QR code already: look at both cabinets, and clear it there first")


async def _write(connection: AsyncConnection, ids: Sequence[str], values: Mapping[str, Any], author: Author) -> None:
    # What another record of the cabinet says would come back wherever the first one says nothing; a QR code is one's.
    gone = {name: None for name, value in values.items() if value is None or name == "cabinet_qr"}
    if gone:
        others = aed_devices.c.aed_id.in_(ids[1:])
        await connection.execute(update(aed_devices).where(others).values(gone))
    await put_device(connection, ids[0], values, author.at)


async def _drop_codes(connection: AsyncConnection, ids: Sequence[str]) -> bool:
    """Whether there were any."""
    mine = aed_cabinet_codes.c.aed_id.in_(ids)
    return bool((await connection.execute(delete(aed_cabinet_codes).where(mine))).rowcount)


def _columns(device: Device, names: Iterable[str]) -> dict[str, Any]:
    """Days as days, which the drivers want; parts as JSON's own types."""
    plain = device.model_dump(mode="json", include=set(names))
    days = device.model_dump(include={name for name in plain if name.endswith("_on")})
    return {**plain, **days}


def _told(device: Device, names: Sequence[str]) -> dict[str, Any]:
    plain = device.model_dump(mode="json", include=set(names))
    return {name: CHANGED if name in PERSONAL_FIELDS and value is not None else value for name, value in plain.items()}
