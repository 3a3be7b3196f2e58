"""An officer adds a person, and says what is right about them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.history.log import Author, record
from registry.models import BY_HAND
from registry.people.kinds import PersonKind
from registry.people_tables import organisations, rescuer_profiles, teams
from registry.register.contact_store import save_contact
from registry.register.person_file import PersonFile, get_person, hold_file
from registry.register.standing import of_person, put_row, tell_of
from registry.register.typed import LONGEST_NAME, LONGEST_NOTE, BadPersonField, checked_phone, checked_text
from registry.storage.personal_keys import PersonalKeys
from registry.storage.postgres import lock_registry
from registry.tables import rescuer_homes, rescuers

NOT_SHOWN = "not shown"
"""In the history in place of a value that says who somebody is or where they are."""

_CONTACT = ("name", "phone_e164")
_PROFILE = ("kind", "organisation_id", "team_id", "transport", "insurance_note", "work")
_LEFT_ALONE = ("name", "phone_e164", "home")
"""Of what an officer sets, what lists speak of, too: imports leave it as it was set."""
SHOWN = frozenset({"kind", "organisation_id", "team_id", "transport"})
"""What the history may hold of a person, since it says neither who they are nor where."""

_LONGEST_ID = 64
ASSIGNED = frozenset({"kind", "organisation_id", "team_id"})
"""What may be set of many people at once: none of it is of one person alone."""

_BLANK: dict[str, Any] = {
    "kind": PersonKind.VOLUNTEER.value,
    "organisation_id": None,
    "team_id": None,
    "transport": None,
    "insurance_note": "",
    "work_position": None,
    "corrected": [],
}


class IdTaken(ValueError):
    """Another person has this id, or had it before they were erased."""

    code = "id_taken"


class UnknownGroup(LookupError):
    """No organisation or team has this id."""

    code = "unknown_group"


def checked_fields(fields: Mapping[str, Any], *, region: str) -> dict[str, Any]:
    """What an officer says of a person, by field of `PersonFile`, ready to be stored; `phone` becomes `phone_e164`.

    Raises:
        IdentityCardTyped, BadPersonField
    """
    found = {name: value for name, value in fields.items() if name != "phone"}
    if "phone" in fields:
        found["phone_e164"] = checked_phone(fields["phone"] or "", region)
    if "name" in fields:
        found["name"] = checked_text("name", fields["name"] or "", most=LONGEST_NAME, least=1)
    if "insurance_note" in fields:
        found["insurance_note"] = checked_text("insurance_note", fields["insurance_note"] or "", most=LONGEST_NOTE)
    if found.get("kind", PersonKind.VOLUNTEER) is None:
        raise BadPersonField("kind cannot be nothing: everybody is at least a volunteer")
    return found


async def add_person(
    connection: AsyncConnection,
    keys: PersonalKeys,
    fields: Mapping[str, Any],
    author: Author,
    *,
    rescuer_id: str = "",
    on_duty: bool,
) -> PersonFile:
    """Enter a person by hand; `fields` as `checked_fields` gives them. Without an id one is made.

    Raises:
        IdTaken, UnknownGroup, IdentityCardTyped, BadPersonField, MissingPersonalKey
    """
    await lock_registry(connection)
    rescuer_id = checked_text("rescuer_id", rescuer_id, most=_LONGEST_ID) or f"h-{uuid4().hex[:20]}"
    if (await connection.execute(select(rescuers).where(rescuers.c.rescuer_id == rescuer_id))).first() is not None:
        raise IdTaken(f"{rescuer_id}: {IdTaken.__doc__}")
    row = {"rescuer_id": rescuer_id, "on_duty": on_duty, "source": BY_HAND, "source_file": "", "source_digest": ""}
    await connection.execute(insert(rescuers).values(**row, imported_at=author.at))
    blank = {"name": "", "phone_e164": ""}
    await _write(connection, keys, await get_person(connection, keys, rescuer_id), {**blank, **fields})
    after = {name: _shown(name, value) for name, value in fields.items() if value not in (None, "")}
    await record(connection, of_person(rescuer_id, "added", None, after), author)
    return await get_person(connection, keys, rescuer_id)


async def change_person(
    connection: AsyncConnection,
    keys: PersonalKeys,
    rescuer_id: str,
    fields: Mapping[str, Any],
    author: Author,
    *,
    expected: str | None = None,
) -> PersonFile:
    """Set what is right of a person; `fields` as `checked_fields` gives them. What changes nothing is not recorded.

    expected: the digest that the officer has seen.

    Raises:
        UnknownRescuer, ErasedPerson, PersonChanged, UnknownGroup
        MissingPersonalKey: a phone is set, and one is missing under which others stand
    """
    before = await hold_file(connection, keys, rescuer_id, expected)
    changed = {name: value for name, value in fields.items() if _is_other(before, name, value)}
    if not changed:
        return before
    await _write(connection, keys, before, changed)
    await tell_of(connection, rescuer_id)
    was = {name: _shown(name, getattr(before, name)) for name in changed}
    now = {name: _shown(name, value) for name, value in changed.items()}
    await record(connection, of_person(rescuer_id, "corrected", was, now), author)
    return await get_person(connection, keys, rescuer_id)


async def assign_people(
    connection: AsyncConnection,
    keys: PersonalKeys,
    rescuer_ids: Sequence[str],
    fields: Mapping[str, Any],
    author: Author,
) -> list[str]:
    """Set kind, organisation or team of many people, all of them or nobody; the ids of those who were changed.

    Raises:
        UnknownRescuer, ErasedPerson, UnknownGroup, BadPersonField: nothing is to be set, or something else
    """
    if not fields or not fields.keys() <= ASSIGNED:
        raise BadPersonField("of many people at once kind, organisation_id and team_id are set: give one at least")
    changed = []
    for rescuer_id in dict.fromkeys(rescuer_ids):
        before = (await get_person(connection, keys, rescuer_id)).digest()
        if (await change_person(connection, keys, rescuer_id, fields, author)).digest() != before:
            changed.append(rescuer_id)
    return changed


def _is_other(before: PersonFile, name: str, value: Any) -> bool:
    # A phone that is not read cannot be what is said now, not even none.
    return getattr(before, name) != value or (name == "phone_e164" and before.phone_unreadable)


async def _write(
    connection: AsyncConnection, keys: PersonalKeys, person: PersonFile, changed: Mapping[str, Any]
) -> None:
    rescuer_id = person.rescuer_id
    await _require_groups(connection, changed)
    if told := {name: value for name, value in changed.items() if name in _CONTACT}:
        await save_contact(connection, keys, rescuer_id, **told)
    if "home" in changed:
        await connection.execute(delete(rescuer_homes).where(rescuer_homes.c.rescuer_id == rescuer_id))
        if changed["home"] is not None:
            await connection.execute(insert(rescuer_homes).values(rescuer_id=rescuer_id, position=changed["home"]))
    profile = {
        "work_position" if name == "work" else name: value for name, value in changed.items() if name in _PROFILE
    }
    profile["corrected"] = sorted({*person.corrected, *(changed.keys() & set(_LEFT_ALONE))})
    await put_row(connection, rescuer_profiles, rescuer_id, profile, blank=_BLANK)


async def _require_groups(connection: AsyncConnection, changed: Mapping[str, Any]) -> None:
    for name, table in (("organisation_id", organisations), ("team_id", teams)):
        wanted = changed.get(name)
        if wanted is None:
            continue
        found = await connection.execute(select(table).where(table.c[name] == wanted))
        if found.first() is None:
            raise UnknownGroup(f"there is no {name.removesuffix('_id')} {wanted!r}: add it first")


def _shown(name: str, value: Any) -> Any:
    return value if name in SHOWN or value is None else NOT_SHOWN
