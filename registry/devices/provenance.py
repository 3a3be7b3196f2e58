"""Whose word each field of a device is, and letting a list speak again where a person had set something else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from registry.devices.cabinet_rows import get_ids, put_device, rows_of
from registry.devices.device import Device, check_due_on
from registry.devices.device_store import merged
from registry.devices.list_words import as_column
from registry.devices.tables import aed_devices
from registry.devices.telling import KIND, told
from registry.history.log import Author, Change, record
from registry.lifecycle import NotCorrected, rows_of_cabinet
from registry.storage.postgres import lock_registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a value comes from. source: the list of the AED's record. at: since when it is so. by: the person who set
    it, "" where the list says it, "?" where that was not kept."""

    source: str
    at: datetime | None
    by: str


async def get_origins(connection: AsyncConnection, aed_id: str) -> dict[str, Origin]:
    """By field of which something is known, or of which a person said that nothing is.

    Raises:
        UnknownAed
    """
    ids = await get_ids(connection, aed_id)
    records = {row.aed_id: row for row in await rows_of_cabinet(connection, aed_id)}
    rows = await rows_of(connection, aed_devices, ids)
    origins = {}
    for name in Device.model_fields:
        set_by = [row["corrected"][name] for row in rows if name in row["corrected"]]
        said_by = [records[row["aed_id"]] for row in rows if row[name] is not None]
        if set_by:
            origins[name] = _by_hand(set_by[0], records[ids[0]].source)
        elif said_by:
            origins[name] = Origin(source=said_by[0].source, at=said_by[0].imported_at, by="")
    return origins


async def let_go(connection: AsyncConnection, aed_id: str, field: str, author: Author) -> Device:
    """Let the lists say again what a person had set, at once as they said it last.

    Raises:
        UnknownAed
        NotCorrected
    """
    await lock_registry(connection)
    ids = await get_ids(connection, aed_id)
    before = await rows_of(connection, aed_devices, ids)
    if not any(field in row["corrected"] for row in before):
        raise NotCorrected(f"nobody has set {field!r} of the device of {aed_id}: there is nothing to let go")
    await speak_again(connection, before, (field,), author)
    after = merged(await rows_of(connection, aed_devices, ids))
    sides = [told({field: side.model_dump(mode="json")[field]}) for side in (merged(before), after)]
    change = Change(
        kind=KIND,
        subject_id=ids[0],
        action="let_go",
        before=sides[0] | {"corrected": [field]},
        after=sides[1] | {"corrected": []},
    )
    await record(connection, change, author)
    return after


async def speak_again(
    connection: AsyncConnection, rows: Sequence[Mapping[str, Any]], names: Sequence[str], author: Author
) -> None:
    """What lists say of these fields counts again in every one of a cabinet's rows in which a person had set them."""
    for row in rows:
        mine = [name for name in names if name in row["corrected"]]
        if not mine:
            continue
        values = {name: as_column(name, row["told"].get(name)) for name in mine}
        left = {name: word for name, word in row["corrected"].items() if name not in mine}
        due_on = check_due_on(merged([{**row, **values}]))
        await put_device(connection, row["aed_id"], {**values, "corrected": left, "check_due_on": due_on}, author.at)


def _by_hand(word: Mapping[str, Any], source: str) -> Origin:
    at = datetime.fromisoformat(word["at"]) if word.get("at") else None
    return Origin(source=source, at=at, by=word.get("by") or "?")
