"""Bodies of the HTTP interface for what people of the register belong to."""

from typing import Annotated

from pydantic import Field

from dispatch.contracts.rescuers import Id, Name, Typed, Why
from dispatch.contracts.webhook import WireModel
from registry.people.kinds import PersonKind


class GroupAssignment(Typed):
    """What many people are from now on; only what is given changes, null of organisation and team is none."""

    rescuer_ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=200)]
    kind: PersonKind | None = None
    organisation_id: Id | None = None
    team_id: Id | None = None
    why: Why = ""


class GroupAssigned(WireModel):
    """Those of whom anything has changed."""

    rescuer_ids: tuple[str, ...]


class GroupRequest(Typed):
    name: Name
    district: Annotated[str, Field(max_length=200)] = ""
    why: Why = ""


class TeamRequest(GroupRequest):
    organisation_id: Id | None = None


class OrganisationView(WireModel):
    """people: how many belong to it."""

    organisation_id: str
    name: str
    district: str
    people: int


class TeamView(WireModel):
    """people: how many belong to it."""

    team_id: str
    name: str
    district: str
    organisation_id: str | None
    people: int
