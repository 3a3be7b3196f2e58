"""Names and phones, written and searched: the one place of the register that knows how they are stored."""

from sqlalchemy import ColumnElement, func, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.models import Contact
from registry.tables import rescuer_personal


async def save_contact(connection: AsyncConnection, contact: Contact) -> None:
    """Write a person's name and phone, in place of those there are."""
    values = {"name": contact.name, "phone_e164": contact.phone_e164}
    mine = rescuer_personal.c.rescuer_id == contact.rescuer_id
    if not (await connection.execute(update(rescuer_personal).where(mine).values(values))).rowcount:
        await connection.execute(insert(rescuer_personal).values(rescuer_id=contact.rescuer_id, **values))


def is_named(part: str) -> ColumnElement[bool]:
    """Rows of `rescuer_personal` whose name holds `part`, whatever the case of its letters."""
    return func.lower(rescuer_personal.c.name).contains(part.lower(), autoescape=True)


def has_phone(phone_e164: str) -> ColumnElement[bool]:
    """Rows of `rescuer_personal` with exactly this phone."""
    return rescuer_personal.c.phone_e164 == phone_e164
