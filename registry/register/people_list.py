"""Searching the register: people by what an officer knows of them, page by page in the order of their ids."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.people.kinds import PersonKind
from registry.people_tables import organisations, rescuer_availabilities, rescuer_profiles, teams
from registry.personal.phones import phone_of
from registry.personal.standing import require_keys
from registry.register.contact_store import has_this_phone, is_named
from registry.repository import in_batches
from registry.storage.personal_keys import PersonalKeys
from registry.tables import certificates, rescuer_personal, rescuers


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is asked about; what is None says nothing. name: a part of it. rescuer_id: how it begins. phone_e164: all of
    it, "" for whoever has none. expiring_before: whose last certificate ends before that day, or has ended. among: only
    these people."""

    name: str | None = field(default=None, repr=False)
    phone_e164: str | None = field(default=None, repr=False)
    rescuer_id: str | None = None
    kind: PersonKind | None = None
    organisation_id: str | None = None
    team_id: str | None = None
    source: str | None = None
    expiring_before: date | None = None
    among: Collection[str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A person of a list. valid_until: the last day of the last of their certificates that end."""

    rescuer_id: str
    name: str = field(repr=False)
    phone_e164: str = field(repr=False)
    kind: PersonKind
    organisation: str
    team: str
    source: str
    valid_until: date | None
    paused_at: datetime | None
    paused_until: datetime | None


async def list_people(
    connection: AsyncConnection, keys: PersonalKeys, search: Search, *, after: str = "", limit: int
) -> list[Found]:
    """Whoever fits and has not been erased, by id; after: only ids behind this one.

    Raises:
        MissingPersonalKey: one is missing under which phones stand, and a phone is asked about
    """
    if search.phone_e164 is not None:
        await require_keys(connection, keys)
    query = _columns().where(rescuers.c.erased_at.is_(None), rescuers.c.rescuer_id > after, *_narrowed(search, keys))
    query = query.order_by(rescuers.c.rescuer_id)
    if search.among is None:
        return [_found(row, keys) for row in await connection.execute(query.limit(limit))]
    found = list[Found]()
    for some in in_batches(sorted(one for one in search.among if one > after)):
        if len(found) == limit:
            break
        rows = await connection.execute(query.where(rescuers.c.rescuer_id.in_(some)).limit(limit - len(found)))
        found += [_found(row, keys) for row in rows]
    return found


def _columns() -> Select[Any]:
    profile, asked, contact = rescuer_profiles.c, rescuer_availabilities.c, rescuer_personal.c
    # Asked row by row: a page has few rows, and a city many certificates.
    last = select(func.max(certificates.c.valid_until)).where(certificates.c.rescuer_id == rescuers.c.rescuer_id)
    query = select(
        *(
            rescuers.c.rescuer_id,
            rescuers.c.source,
            contact.name,
            contact.phone_e164,
            contact.phone_sealed,
            profile.kind,
        ),
        *(organisations.c.name.label("organisation"), teams.c.name.label("team")),
        *(asked.paused_at, asked.paused_until, last.scalar_subquery().label("valid_until")),
    ).select_from(rescuers)
    for table in (rescuer_personal, rescuer_profiles, rescuer_availabilities):
        query = query.outerjoin(table, table.c.rescuer_id == rescuers.c.rescuer_id)
    query = query.outerjoin(organisations, organisations.c.organisation_id == profile.organisation_id)
    return query.outerjoin(teams, teams.c.team_id == profile.team_id)


def _narrowed(search: Search, keys: PersonalKeys) -> Iterator[ColumnElement[bool]]:
    profile = rescuer_profiles.c
    if search.name is not None:
        yield is_named(search.name)
    if search.phone_e164 is not None:
        yield has_this_phone(search.phone_e164, keys)
    if search.rescuer_id is not None:
        yield rescuers.c.rescuer_id.startswith(search.rescuer_id, autoescape=True)
    if search.kind is not None:
        yield func.coalesce(profile.kind, PersonKind.VOLUNTEER.value) == search.kind.value
    if search.expiring_before is not None:
        yield from _expires_before(search.expiring_before)
    wanted = (
        (profile.organisation_id, search.organisation_id),
        (profile.team_id, search.team_id),
        (rescuers.c.source, search.source),
    )
    yield from (column == value for column, value in wanted if value is not None)


def _expires_before(day: date) -> Iterator[ColumnElement[bool]]:
    paper = certificates.c
    mine = select(paper.rescuer_id).where(paper.rescuer_id == rescuers.c.rescuer_id)
    yield mine.where(paper.valid_until < day).exists()
    yield ~mine.where(or_(paper.valid_until.is_(None), paper.valid_until >= day)).exists()


def _found(row: Row[Any], keys: PersonalKeys) -> Found:
    return Found(
        rescuer_id=row.rescuer_id,
        name=row.name or "",
        phone_e164=phone_of(row, keys) if row.phone_e164 is not None else "",
        kind=PersonKind(row.kind or PersonKind.VOLUNTEER),
        organisation=row.organisation or "",
        team=row.team or "",
        source=row.source,
        valid_until=row.valid_until,
        paused_at=row.paused_at,
        paused_until=row.paused_until,
    )
