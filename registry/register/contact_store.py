"""Names and phones of the register, written and searched."""

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.personal.phones import has_phone, phone_columns, ways_to_find
from registry.personal.standing import require_keys
from registry.register.standing import put_row
from registry.storage.personal_keys import PersonalKeys
from registry.tables import rescuer_personal

_BLANK = {"name": "", "phone_e164": ""}


async def save_contact(
    connection: AsyncConnection,
    keys: PersonalKeys,
    rescuer_id: str,
    *,
    name: str | None = None,
    phone_e164: str | None = None,
) -> None:
    """Write what is given of a person who is held, and leave the rest as it stands: it may not be readable here.

    Raises:
        MissingPersonalKey: the phone would stand under another key than those there are, or under none
    """
    values: dict[str, str] = {} if name is None else {"name": name}
    if phone_e164 is not None:
        if phone_e164:
            await require_keys(connection, keys)
        values |= phone_columns(rescuer_id, phone_e164, keys)
    await put_row(connection, rescuer_personal, rescuer_id, values, blank=_BLANK)


def is_named(part: str) -> ColumnElement[bool]:
    """Rows of `rescuer_personal` whose name holds `part`, whatever the case of its letters."""
    return func.lower(rescuer_personal.c.name).contains(part.lower(), autoescape=True)


def has_this_phone(phone_e164: str, keys: PersonalKeys) -> ColumnElement[bool]:
    """Rows of `rescuer_personal` with exactly this phone, in whichever form it stands; "": with none."""
    if not phone_e164:
        return ~has_phone()
    ways, stored = ways_to_find(phone_e164, keys), rescuer_personal.c
    return or_(stored.phone_e164.in_(ways), stored.phone_mark.in_(ways))
