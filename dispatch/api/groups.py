"""Organisations and teams of the register, and who belongs to them, for officers."""

import structlog
from fastapi import APIRouter

from dispatch.api.access import Caller
from dispatch.api.rescuers import Desk
from dispatch.contracts import groups as wire
from dispatch.service import DispatchService
from registry.register.changing import ASSIGNED, assign_people, checked_fields
from registry.register.groups import add_organisation, add_team, list_organisations, list_teams
from registry.storage.database import Database

log = structlog.get_logger(__name__)


def build_router(service: DispatchService, database: Database) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["registry"])
    desk = Desk(service, database)

    @router.get("/organisations")
    async def list_all_organisations() -> list[wire.OrganisationView]:
        """By name, with how many people belong to each."""
        async with database.read() as connection:
            found = await list_organisations(connection)
        return [wire.OrganisationView.model_validate(one, from_attributes=True) for one in found]

    @router.post("/organisations", status_code=201)
    async def add_an_organisation(body: wire.GroupRequest, caller: Caller) -> wire.OrganisationView:
        """Enter an organisation, to which people are then assigned with `PATCH /api/rescuers/{rescuer_id}`."""
        author = desk.author(caller, body.why)
        async with database.write() as connection:
            added = await add_organisation(connection, author, name=body.name, district=body.district)
        return wire.OrganisationView.model_validate(added, from_attributes=True)

    @router.get("/teams")
    async def list_all_teams() -> list[wire.TeamView]:
        """By name, with how many people belong to each."""
        async with database.read() as connection:
            found = await list_teams(connection)
        return [wire.TeamView.model_validate(one, from_attributes=True) for one in found]

    @router.post("/teams", status_code=201)
    async def add_a_team(body: wire.TeamRequest, caller: Caller) -> wire.TeamView:
        """Enter a team, to which people are then assigned with `PATCH /api/rescuers/{rescuer_id}`."""
        author = desk.author(caller, body.why)
        async with database.write() as connection:
            added = await add_team(
                connection, author, name=body.name, district=body.district, organisation_id=body.organisation_id
            )
        return wire.TeamView.model_validate(added, from_attributes=True)

    @router.post("/rescuers/assign")
    async def assign_rescuers(body: wire.GroupAssignment, caller: Caller) -> wire.GroupAssigned:
        """Say of up to 200 people what they are, and where they belong: of all of them, or of nobody."""
        author = desk.author(caller, body.why)
        fields = {name: getattr(body, name) for name in ASSIGNED & body.model_fields_set}
        checked = checked_fields(fields, region=desk.region)
        async with database.write() as connection:
            changed = await assign_people(connection, desk.keys, body.rescuer_ids, checked, author)
        log.info("rescuers_assigned", people=len(changed), by=caller.subject)
        return wire.GroupAssigned(rescuer_ids=tuple(changed))

    return router
