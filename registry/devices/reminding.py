"""A new link for each keeper whose word is due, to be sent to them by whatever way there is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from registry.devices.confirming import make_link
from registry.devices.expiring import Cursor, What, list_due
from registry.devices.keeper_store import list_keepers
from registry.devices.keepers import Keeper
from registry.storage.personal_keys import PersonalKeys

PAGE = 25
"""AEDs of one transaction, so that no call waits long for the writer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """Whom to ask for which AED, by the link with `code`. due_on: since when, or by when, it is due."""

    aed_id: str
    due_on: date
    keeper: Keeper
    code: str = field(repr=False)
    expires_at: datetime


async def remind(
    connection: AsyncConnection,
    keys: PersonalKeys,
    *,
    until: date,
    after: Cursor | None = None,
    limit: int = PAGE,
    new_code: Callable[[], str],
    at: datetime,
) -> tuple[list[Reminder], Cursor | None]:
    """Links for those whose word is due on or before a day, the longest due first, and where to read on, None at the
    end. Of each AED its keeper is asked, or the deputy where there is none; earlier links of theirs end. limit: so many
    AEDs are looked at; those that nobody keeps are left out.
    """
    found = await list_due(connection, until=until, what=(What.CONFIRMATION,), after=after, limit=limit)
    reminders = []
    for one in found:
        keepers = await list_keepers(connection, keys, one.aed_id)
        if keepers:
            code = new_code()
            ends = await make_link(connection, one.aed_id, keepers[0].role, code=code, at=at)
            reminders.append(
                Reminder(aed_id=one.aed_id, due_on=one.due_on, keeper=keepers[0], code=code, expires_at=ends)
            )
    return reminders, Cursor.of(found[-1]) if len(found) == limit else None


def confirm_url(public_url: str, code: str) -> str:
    """The address of the page behind a link."""
    return f"{public_url.rstrip('/')}/confirm/{code}"


HEADER = ("aed_id", "place", "due_on", "role", "name", "phone", "url", "good_until")


def row_of(one: Reminder, place: str, public_url: str) -> Sequence[str]:
    """As `HEADER` says, for a sheet or for whoever sends messages."""
    return (
        one.aed_id,
        place,
        one.due_on.isoformat(),
        one.keeper.role.value,
        one.keeper.name,
        one.keeper.phone_e164,
        confirm_url(public_url, one.code),
        one.expires_at.date().isoformat(),
    )
