"""Takes back one change of an AED, a device or a person."""

from sqlalchemy.ext.asyncio import AsyncConnection

from registry.editing.describing import Near
from registry.editing.taken_back import Undone
from registry.editing.undoing import undo_change
from registry.history.log import Author, get_change
from registry.storage.personal_keys import PersonalKeys
from registry.storage.postgres import lock_registry
from registry.undo.of_people import PERSON, undo_of_person


async def undo_one(
    connection: AsyncConnection, keys: PersonalKeys, change_id: int, author: Author, *, near: Near | None = None
) -> Undone:
    """What the change set becomes what it was.

    Raises:
        UnknownChange
        NotTakenBack: it was before, nothing can bring it back, or something else stands there now.
        CabinetQrTaken, ErasedPerson
    """
    await lock_registry(connection)
    one = await get_change(connection, change_id)
    if one.change.kind == PERSON:
        return await undo_of_person(connection, keys, one, author)
    return await undo_change(connection, change_id, author, near=near)
