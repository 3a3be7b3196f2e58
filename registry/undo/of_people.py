"""Takes one change of a person back: kind, organisation, team, transport, pauses and verified certificates.

Of everything else the history holds nothing that could come back, so that erased is erased.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.editing.taken_back import NotTakenBack, Undone, refuse_done
from registry.history.log import Author, Change, Recorded, record
from registry.people_tables import rescuer_availabilities, rescuer_profiles
from registry.register.changing import SHOWN
from registry.register.papers import get_paper
from registry.register.person_file import PersonFile, hold_file
from registry.register.standing import of_person, tell_of
from registry.storage.personal_keys import PersonalKeys
from registry.tables import certificates

PERSON = "rescuer"
_OTHERWISE: Mapping[str, str] = {
    "added": "erase the person instead, if they should not be here",
    "hours set": "the history holds no hours, which say when somebody is where: set them anew",
    "certificate added": "remove the certificate instead",
    "certificate renewed": "remove the new certificate instead",
    "certificate removed": "the history holds no certificate's number, which names its holder: enter it anew",
}


async def undo_of_person(connection: AsyncConnection, keys: PersonalKeys, one: Recorded, author: Author) -> Undone:
    """The registry is locked.

    Raises:
        UnknownRescuer, ErasedPerson, UnknownCertificate
        NotTakenBack
    """
    await refuse_done(connection, one)
    person = await hold_file(connection, keys, one.change.subject_id, None)
    match one.change.action:
        case "corrected" | "undone" if not {"until", "certificate"} & {*(one.change.before or {})}:
            change = await _fields(connection, person, one)
        case "paused":
            change = await _pause(connection, person, one)
        case "resumed":
            change = await _resumed(connection, person, one, author)
        case "certificate verified":
            change = await _verified(connection, person, one)
        case action:
            raise _refused(one, _OTHERWISE.get(action, "make the change the other way round"))
    await tell_of(connection, person.rescuer_id)
    number = await record(connection, change, author, undoes=one.change_id)
    return Undone(change_id=number, aed_ids=(), rescuer_ids=(person.rescuer_id,))


async def _fields(connection: AsyncConnection, person: PersonFile, one: Recorded) -> Change:
    before, after = dict(one.change.before or {}), dict(one.change.after or {})
    if hidden := sorted({*before} - SHOWN):
        told = "the history holds nothing that says who somebody is or where"
        raise _refused(one, f"{told}, so not what {', '.join(hidden)} was: enter it anew")
    for name, value in after.items():
        if getattr(person, name) != value:
            raise _refused(one, f"{name} of {person.rescuer_id} is {getattr(person, name) or 'nothing'} now")
    mine = rescuer_profiles.c.rescuer_id == person.rescuer_id
    await connection.execute(update(rescuer_profiles).where(mine).values(before))
    return of_person(person.rescuer_id, "undone", after, before)


async def _pause(connection: AsyncConnection, person: PersonFile, one: Recorded) -> Change:
    if person.paused_at != one.author.at:
        raise _refused(one, f"{person.rescuer_id} was paused anew or resumed since")
    before = one.change.before
    until = None if before is None else _instant(before["until"])
    # Of an earlier pause it is not kept since when it is: since this one at the latest.
    since = None if before is None else person.paused_at
    await _set_pause(connection, person, since, until)
    return of_person(person.rescuer_id, "undone", one.change.after, before)


async def _resumed(connection: AsyncConnection, person: PersonFile, one: Recorded, author: Author) -> Change:
    if person.paused_at is not None:
        raise _refused(one, f"{person.rescuer_id} was paused anew since")
    before = one.change.before or {}
    until = _instant(before.get("until"))
    if until is not None and until <= author.at:
        raise _refused(one, "the pause would be over by now")
    await _set_pause(connection, person, author.at, until)
    return of_person(person.rescuer_id, "undone", None, before)


async def _verified(connection: AsyncConnection, person: PersonFile, one: Recorded) -> Change:
    number = int((one.change.after or {})["certificate"])
    if get_paper(person, number).verified_at != one.author.at:
        raise _refused(one, f"certificate {number} of {person.rescuer_id} is another now, or was verified anew")
    mine = (certificates.c.rescuer_id == person.rescuer_id) & (certificates.c.ordinal == number)
    await connection.execute(update(certificates).where(mine).values(verified_at=None, verified_by=None))
    return of_person(person.rescuer_id, "undone", one.change.after, one.change.before)


async def _set_pause(
    connection: AsyncConnection, person: PersonFile, since: datetime | None, until: datetime | None
) -> None:
    mine = rescuer_availabilities.c.rescuer_id == person.rescuer_id
    values = {"paused_at": since, "paused_until": until}
    await connection.execute(update(rescuer_availabilities).where(mine).values(values))


def _instant(text: Any) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _refused(one: Recorded, why: str) -> NotTakenBack:
    return NotTakenBack(f"change {one.change_id} cannot be taken back: {why}")
