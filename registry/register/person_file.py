"""All that the register holds of one person, and a fingerprint of it by which two officers do not undo each other."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.models import PaperStanding
from registry.people.kinds import PersonKind, Transport
from registry.people.trust import CityRules
from registry.people_tables import organisations, rescuer_availabilities, rescuer_profiles, teams
from registry.register.standing import hold_person
from registry.repository import UnknownRescuer, find_contact, load_city_rules
from registry.storage.personal_keys import PersonalKeys
from registry.tables import certificates, rescuer_homes, rescuers

LonLat = tuple[float, float]


class PersonChanged(ValueError):
    """Somebody has changed this person since they were read: read them anew, and decide again."""

    code = "person_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A certificate as the register keeps it. number: of the certificate among its person's, for as long as it is
    there. follows: the number of the one that it renews. standing: what it is worth while its days last."""

    number: int
    kind: str
    serial: str = field(repr=False)
    issuer: str
    valid_from: date | None
    valid_until: date | None
    source: str
    verified_at: datetime | None
    verified_by: str | None
    follows: int | None
    standing: PaperStanding


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFile:
    """phone_unreadable: there is one that cannot be read here. home, work: WGS-84 (lon, lat). corrected: what an
    officer set, which lists leave alone. paused_at: None without a pause. weekly, quiet: hours of a week, as
    `people.weeks` reads them."""

    rescuer_id: str
    source: str
    erased_at: datetime | None
    name: str = field(repr=False)
    phone_e164: str = field(repr=False)
    phone_unreadable: bool
    home: LonLat | None = field(repr=False)
    work: LonLat | None = field(repr=False)
    kind: PersonKind
    organisation_id: str | None
    organisation: str
    team_id: str | None
    team: str
    transport: Transport | None
    insurance_note: str = field(repr=False)
    corrected: tuple[str, ...]
    papers: tuple[Paper, ...]
    paused_at: datetime | None
    paused_until: datetime | None
    weekly: str
    quiet: str
    time_zone: str

    def digest(self) -> str:
        """Another one after every change; what phones say of duty and position is none."""
        told = json.dumps(asdict(self), default=str, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    def require(self, expected: str | None) -> None:
        """Raises: PersonChanged: `expected` is the digest of an earlier state. None expects nothing."""
        if expected is not None and expected != self.digest():
            raise PersonChanged(f"{self.rescuer_id}: {PersonChanged.__doc__}")


async def get_person(connection: AsyncConnection, keys: PersonalKeys, rescuer_id: str) -> PersonFile:
    """Raises: UnknownRescuer."""
    row = (await connection.execute(_everything().where(rescuers.c.rescuer_id == rescuer_id))).one_or_none()
    if row is None:
        raise UnknownRescuer(f"no rescuer {rescuer_id!r}")
    contact = await find_contact(connection, rescuer_id, keys)
    mine = select(certificates).where(certificates.c.rescuer_id == rescuer_id).order_by(certificates.c.ordinal)
    papers = (await connection.execute(mine)).all()
    rules = await load_city_rules(connection)
    return PersonFile(
        name=contact.name if contact else "",
        phone_e164=contact.phone_e164 if contact else "",
        phone_unreadable=contact is not None and contact.phone_unreadable,
        papers=tuple(paper_of(paper, rules) for paper in papers),
        **_said(row),
    )


async def hold_file(
    connection: AsyncConnection, keys: PersonalKeys, rescuer_id: str, expected: str | None
) -> PersonFile:
    """A person who is about to be changed. expected: the digest that whoever changes them has seen.

    Raises:
        UnknownRescuer, ErasedPerson, PersonChanged
    """
    await hold_person(connection, rescuer_id)
    person = await get_person(connection, keys, rescuer_id)
    person.require(expected)
    return person


def paper_of(row: Row[Any], rules: CityRules) -> Paper:
    """A certificate as one row of `certificates` tells it."""
    standing = rules.standing_of(kind=row.kind, source=row.source, is_verified=row.verified_at is not None)
    return Paper(
        number=row.ordinal,
        kind=row.kind,
        serial=row.number,
        issuer=row.issuer,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        source=row.source,
        verified_at=row.verified_at,
        verified_by=row.verified_by,
        follows=row.follows,
        standing=standing,
    )


def _everything() -> Any:
    profile, asked = rescuer_profiles.c, rescuer_availabilities.c
    query = select(
        *(rescuers.c.rescuer_id, rescuers.c.source, rescuers.c.erased_at, rescuer_homes.c.position.label("home")),
        *(profile.kind, profile.organisation_id, profile.team_id, profile.transport, profile.insurance_note),
        *(profile.work_position.label("work"), profile.corrected),
        *(organisations.c.name.label("organisation"), teams.c.name.label("team")),
        *(asked.paused_at, asked.paused_until, asked.weekly, asked.quiet, asked.time_zone),
    ).select_from(rescuers)
    for table in (rescuer_homes, rescuer_profiles, rescuer_availabilities):
        query = query.outerjoin(table, table.c.rescuer_id == rescuers.c.rescuer_id)
    query = query.outerjoin(organisations, organisations.c.organisation_id == profile.organisation_id)
    return query.outerjoin(teams, teams.c.team_id == profile.team_id)


def _said(row: Row[Any]) -> dict[str, Any]:
    return {
        "rescuer_id": row.rescuer_id,
        "source": row.source,
        "erased_at": row.erased_at,
        "home": row.home,
        "work": row.work,
        "kind": PersonKind(row.kind or PersonKind.VOLUNTEER),
        "organisation_id": row.organisation_id,
        "organisation": row.organisation or "",
        "team_id": row.team_id,
        "team": row.team or "",
        "transport": Transport(row.transport) if row.transport else None,
        "insurance_note": row.insurance_note or "",
        "corrected": _sorted(row.corrected),
        "paused_at": row.paused_at,
        "paused_until": row.paused_until,
        "weekly": row.weekly or "",
        "quiet": row.quiet or "",
        "time_zone": row.time_zone or "",
    }


def _sorted(names: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(sorted(names or ()))
