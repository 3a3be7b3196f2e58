"""Organisations and teams that people belong to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.history.log import Author, Change, record
from registry.people_tables import organisations, rescuer_profiles, teams
from registry.register.changing import UnknownGroup
from registry.register.typed import LONGEST_NAME, checked_text
from registry.storage.postgres import lock_registry


class GroupExists(ValueError):
    """Another one has this name."""

    code = "group_exists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """people: how many belong to it."""

    organisation_id: str
    name: str
    district: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """organisation_id: None of one that stands by itself. people: how many belong to it."""

    team_id: str
    name: str
    district: str
    organisation_id: str | None
    people: int


async def list_organisations(connection: AsyncConnection) -> list[Organisation]:
    """By name."""
    rows = await connection.execute(_counted(organisations, "organisation_id"))
    return [
        Organisation(organisation_id=row.organisation_id, name=row.name, district=row.district, people=row.people)
        for row in rows
    ]


async def list_teams(connection: AsyncConnection) -> list[Team]:
    """By name."""
    rows = await connection.execute(_counted(teams, "team_id"))
    return [
        Team(
            team_id=row.team_id,
            name=row.name,
            district=row.district,
            organisation_id=row.organisation_id,
            people=row.people,
        )
        for row in rows
    ]


async def add_organisation(
    connection: AsyncConnection, author: Author, *, name: str, district: str = ""
) -> Organisation:
    """Raises: GroupExists, IdentityCardTyped, BadPersonField."""
    values = {"name": checked_text("name", name, most=LONGEST_NAME, least=1), "district": _district(district)}
    key = await _add(connection, organisations, values, author)
    return Organisation(organisation_id=key, people=0, **values)


async def add_team(
    connection: AsyncConnection, author: Author, *, name: str, district: str = "", organisation_id: str | None = None
) -> Team:
    """Raises: GroupExists, UnknownGroup, IdentityCardTyped, BadPersonField."""
    values = {"name": checked_text("name", name, most=LONGEST_NAME, least=1), "district": _district(district)}
    if organisation_id is not None:
        mine = select(organisations).where(organisations.c.organisation_id == organisation_id)
        if (await connection.execute(mine)).first() is None:
            raise UnknownGroup(f"there is no organisation {organisation_id!r}: add it first")
    key = await _add(connection, teams, {**values, "organisation_id": organisation_id}, author)
    return Team(team_id=key, organisation_id=organisation_id, people=0, **values)


async def _add(connection: AsyncConnection, table: Table, values: Mapping[str, str | None], author: Author) -> str:
    await lock_registry(connection)
    kind = table.name.removesuffix("s")
    if (await connection.execute(select(table).where(table.c.name == values["name"]))).first() is not None:
        raise GroupExists(f"{kind} {values['name']!r}: {GroupExists.__doc__}")
    key = f"{kind[0]}-{uuid4().hex[:12]}"
    await connection.execute(insert(table).values({f"{kind}_id": key, **values}))
    await record(connection, Change(kind=kind, subject_id=key, action="added", before=None, after=values), author)
    return key


def _counted(table: Table, key: str) -> Select[Any]:
    members = (
        select(func.count())
        .select_from(rescuer_profiles)
        .where(rescuer_profiles.c[key] == table.c[key])
        .scalar_subquery()
    )
    return select(table, members.label("people")).order_by(table.c.name, table.c[key])


def _district(text: str) -> str:
    return checked_text("district", text, most=LONGEST_NAME)
