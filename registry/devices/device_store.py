"""Reads and changes what is known of devices and cabinets; every change is written down with who made it.

A cabinet's code is a secret: neither the device nor the history holds it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.devices.cabinet_rows import get_ids, put_device, rows_of
from registry.devices.device import Device, Lock, check_due_on
from registry.devices.list_words import as_column
from registry.devices.tables import aed_devices
from registry.devices.telling import CHANGED, KIND, told
from registry.history.log import Author, Change, record
from registry.people_tables import aed_cabinet_codes
from registry.personal.cabinet_secrets import code_columns, read_code
from registry.storage.personal_keys import PersonalKeys
from registry.storage.postgres import lock_registry


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

    Lists leave alone what is set, until somebody lets it go.

    changes: by the names of `Device`'s fields, its values.

    Raises:
        UnknownAed
        CabinetQrTaken
    """
    await lock_registry(connection)
    ids = await get_ids(connection, aed_id)
    rows = await rows_of(connection, aed_devices, ids)
    before = merged(rows)
    after = before.model_copy(update=dict(changes))
    changed = [name for name in changes if getattr(before, name) != getattr(after, name)]
    taken_over = sorted(set(changes) & _of_lists(rows))
    if not (changed or taken_over):
        return before
    if "cabinet_qr" in changed and after.cabinet_qr is not None:
        await require_free(connection, after.cabinet_qr, ids)
    names = sorted({*changed, *taken_over})
    await write_device(connection, ids, rows, {name: _plain(after)[name] for name in names}, author)
    sides = [told({name: _plain(side)[name] for name in changed}) for side in (before, after)]
    if taken_over:
        sides = [sides[0] | {"corrected": []}, sides[1] | {"corrected": taken_over}]
    await record(
        connection, Change(kind=KIND, subject_id=ids[0], action="set", before=sides[0], after=sides[1]), author
    )
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
    word = {"cabinet_code": CHANGED}
    change = Change(kind=KIND, subject_id=ids[0], action="code_set", before=word if had else None, after=word)
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
    word = {"cabinet_code": CHANGED}
    change = Change(kind=KIND, subject_id=ids[0], action="code_removed", before=word, after=None)
    await record(connection, change, author)


def merged(rows: Sequence[Mapping[str, Any]]) -> Device:
    """What a person set comes first, then what the first record says; the others fill what it leaves out."""
    return Device.model_validate({name: _first_to_say(name, rows) for name in Device.model_fields})


def _first_to_say(name: str, rows: Sequence[Mapping[str, Any]]) -> Any:
    values = [row[name] for row in rows if name in row["corrected"]]
    return values[0] if values else next((row[name] for row in rows if row[name] is not None), None)


def _of_lists(rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Fields of which a list speaks and nobody has set anything else."""
    spoken = {name for row in rows for name in row["told"]}
    return spoken - {name for row in rows for name in row["corrected"]}


async def require_free(connection: AsyncConnection, cabinet_qr: str, ids: Sequence[str]) -> None:
    """Raises: CabinetQrTaken: it is on another cabinet than the one with these ids."""
    same = select(aed_devices.c.aed_id).where(aed_devices.c.cabinet_qr == cabinet_qr)
    other = (await connection.execute(same.where(aed_devices.c.aed_id.not_in(ids)))).scalars().first()
    if other is not None:
        raise CabinetQrTaken(f"{other} has this QR code already: look at both cabinets, and clear it there first")


async def write_device(
    connection: AsyncConnection,
    ids: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    values: Mapping[str, Any],
    author: Author,
) -> None:
    """Set fields of a cabinet, in JSON's values, as a person's word. rows: what there is under its ids."""
    word = {"at": author.at.isoformat(), "by": author.by}
    # What another record of the cabinet says would come back wherever the first one says nothing; a QR code is one's.
    gone = {name: None for name, value in values.items() if value is None or name == "cabinet_qr"}
    for row in rows:
        if gone and row["aed_id"] != ids[0]:
            set_ = {**row["corrected"], **dict.fromkeys(gone, word)}
            await put_device(connection, row["aed_id"], {**gone, "corrected": set_}, author.at)
    mine: Mapping[str, Any] = next((row for row in rows if row["aed_id"] == ids[0]), {"corrected": {}})
    columns = {name: as_column(name, value) for name, value in values.items()}
    due_on = check_due_on(merged(rows).model_copy(update=columns))
    set_ = {**mine["corrected"], **dict.fromkeys(values, word)}
    await put_device(connection, ids[0], {**columns, "check_due_on": due_on, "corrected": set_}, author.at)


async def _drop_codes(connection: AsyncConnection, ids: Sequence[str]) -> bool:
    """Whether there were any."""
    mine = aed_cabinet_codes.c.aed_id.in_(ids)
    return bool((await connection.execute(delete(aed_cabinet_codes).where(mine))).rowcount)


def _plain(device: Device) -> dict[str, Any]:
    return device.model_dump(mode="json")
