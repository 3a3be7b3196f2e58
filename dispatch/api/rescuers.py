"""The register of people for officers: who is in it, adding and correcting them, pauses and hours, what was changed.

The live picture knows of a change before the answer goes out."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Header, Query, Response

from dispatch.access.tokens import Identity
from dispatch.api.access import Caller
from dispatch.api.description import may_refuse
from dispatch.api.person_views import line_of, place_of, view_of
from dispatch.contracts import rescuers as wire
from dispatch.service import DispatchService
from registry.history.log import Author, Recorded, list_changes
from registry.hours.holidays import find_country
from registry.people.kinds import PersonKind
from registry.places.districts import get_district
from registry.register.changing import (
    add_person,
    change_person,
    checked_fields,
)
from registry.register.leaving_alone import pause, resume, set_hours
from registry.register.people_list import Found, Search, list_people
from registry.register.person_file import PersonFile, get_person
from registry.register.typed import LONGEST_NOTE, checked_phone, checked_text
from registry.storage.database import Database
from registry.storage.personal_keys import PersonalKeys

log = structlog.get_logger(__name__)

MOST_LISTED = 500
SCANNED = 2000
"""So many people are looked at for one page of a state: some tens of milliseconds of the event loop."""
_NEWEST = 2**31 - 1

IfMatch = Annotated[
    str | None,
    Header(
        description="The `etag` of the person as they were read: 412 where somebody has changed them since.",
        max_length=100,
    ),
]
Limit = Annotated[int, Query(ge=1, le=MOST_LISTED)]


class Desk:
    """What every change of a person needs: who makes it, the answer, and the live picture that follows."""

    def __init__(self, service: DispatchService, database: Database) -> None:
        self.service, self.database = service, database

    @property
    def keys(self) -> PersonalKeys:
        return self.database.personal_keys

    @property
    def region(self) -> str:
        """The country of phones without a country code."""
        return find_country(self.service.directory.limits.time_zone.key) or "CN"

    def author(self, caller: Identity, why: str) -> Author:
        """Raises: IdentityCardTyped."""
        return Author(by=caller.subject, at=self.service.clock.now(), why=checked_text("why", why, most=LONGEST_NOTE))

    async def changed(self, person: PersonFile, caller: Identity, what: str, response: Response) -> wire.PersonView:
        """The person after a change that is written."""
        await self.service.follower.take((), [person.rescuer_id])
        log.info("rescuer_changed", what=what, who=self.service.people.marks.of(person.rescuer_id), by=caller.subject)
        return self.shown(person, response)

    def shown(self, person: PersonFile, response: Response) -> wire.PersonView:
        response.headers["etag"] = f'"{person.digest()}"'
        response.headers["cache-control"] = "no-store"
        locked_out = self.service.engine.locked_out_until(person.rescuer_id)
        return view_of(person, self.service.directory, self.service.clock.now(), locked_out_until=locked_out)

    def line(self, found: Found) -> wire.PersonLine:
        is_locked_out = self.service.engine.locked_out_until(found.rescuer_id) is not None
        return line_of(found, self.service.directory, self.service.clock.now(), is_locked_out=is_locked_out)


def seen(if_match: str | None) -> str | None:
    """The digest that a client has read; None where any state will do."""
    text = (if_match or "*").strip().removeprefix("W/").strip('"')
    return None if text == "*" else text


def build_router(service: DispatchService, database: Database) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["registry"])
    desk = Desk(service, database)
    _add_reading(router, desk)
    _add_changing(router, desk)
    _add_leaving_alone(router, desk)
    return router


def _add_reading(router: APIRouter, desk: Desk) -> None:
    database = desk.database

    @router.get("/rescuers")
    async def list_rescuers(
        *,
        name: Annotated[str | None, Query(max_length=200, description="A part of it.")] = None,
        phone: Annotated[str | None, Query(max_length=64, description="All of it.")] = None,
        id: Annotated[str | None, Query(max_length=64, description="How it begins.")] = None,  # noqa: A002
        kind: PersonKind | None = None,
        organisation_id: Annotated[str | None, Query(max_length=64)] = None,
        team_id: Annotated[str | None, Query(max_length=64)] = None,
        source: Annotated[str | None, Query(max_length=128)] = None,
        expiring_before: Annotated[date | None, Query(description="Their last certificate ends before.")] = None,
        district: Annotated[
            str | None, Query(max_length=200, description="Who lives in it: its name, code or id.")
        ] = None,
        state: Annotated[
            str | None, Query(max_length=64, description="A reason code, such as `ready` or `certificate_expired`.")
        ] = None,
        after: Annotated[str, Query(max_length=64)] = "",
        limit: Limit = 100,
    ) -> wire.PersonPage:
        """People of the register by id, without those who were erased; all that is asked must be true of them."""
        search = Search(
            name=name,
            phone_e164=None if phone is None else checked_phone(phone, desk.region),
            rescuer_id=id,
            kind=kind,
            organisation_id=organisation_id,
            team_id=team_id,
            source=source,
            expiring_before=expiring_before,
        )
        wanted = limit if state is None else SCANNED
        async with database.read() as connection:
            if district is not None:
                holds = (await get_district(connection, district)).holds
                search = replace(search, among=desk.service.directory.people_living_where(holds))
            found = await list_people(connection, desk.keys, search, after=after, limit=wanted + 1)
        lines = [desk.line(one) for one in found[:wanted]]
        fitting = [one for one in lines if state is None or state in one.reasons]
        if len(fitting) > limit:
            return wire.PersonPage(rescuers=tuple(fitting[:limit]), next=fitting[limit - 1].rescuer_id)
        return wire.PersonPage(rescuers=tuple(fitting), next=lines[-1].rescuer_id if len(found) > wanted else None)

    @router.get("/rescuers/{rescuer_id}")
    async def get_rescuer(rescuer_id: str, response: Response) -> wire.PersonView:
        """All that the register holds of a person."""
        async with database.read() as connection:
            return desk.shown(await get_person(connection, desk.keys, rescuer_id), response)

    @router.get("/rescuers/{rescuer_id}/history")
    async def get_history(
        rescuer_id: str, before: Annotated[int, Query(ge=1, le=_NEWEST)] = _NEWEST, limit: Limit = 100
    ) -> wire.PersonHistory:
        """What people changed of a person, the newest first; also of who was erased."""
        async with database.read() as connection:
            await get_person(connection, desk.keys, rescuer_id)
            found = await list_changes(
                connection, kind="rescuer", subject_id=rescuer_id, before_id=before, limit=limit + 1
            )
        is_more = len(found) > limit
        return wire.PersonHistory(
            changes=tuple(map(_change, found[:limit])), next=found[limit - 1].change_id if is_more else None
        )


def _add_changing(router: APIRouter, desk: Desk) -> None:
    database = desk.database

    @router.post("/rescuers", status_code=201)
    async def add_rescuer(body: wire.NewPerson, caller: Caller, response: Response) -> wire.PersonView:
        """Enter a person by hand. They are rung once a certificate of theirs counts."""
        author, fields = desk.author(caller, body.why), _fields(body, desk.region)
        async with database.write() as connection:
            person = await add_person(
                connection, desk.keys, fields, author, rescuer_id=body.rescuer_id or "", on_duty=body.on_duty
            )
        return await desk.changed(person, caller, "added", response)

    @router.patch("/rescuers/{rescuer_id}", responses=may_refuse(412))
    async def change_rescuer(
        rescuer_id: str, body: wire.PersonChange, caller: Caller, response: Response, if_match: IfMatch = None
    ) -> wire.PersonView:
        """Set what is right of a person. Later imports leave name, phone and home alone where they were set here."""
        author, fields = desk.author(caller, body.why), _fields(body, desk.region)
        async with database.write() as connection:
            person = await change_person(connection, desk.keys, rescuer_id, fields, author, expected=seen(if_match))
        return await desk.changed(person, caller, "corrected", response)


def _add_leaving_alone(router: APIRouter, desk: Desk) -> None:
    database = desk.database

    @router.put("/rescuers/{rescuer_id}/pause", responses=may_refuse(412))
    async def pause_rescuer(
        rescuer_id: str, body: wire.PauseRequest, caller: Caller, response: Response, if_match: IfMatch = None
    ) -> wire.PersonView:
        """Ring a person no more, until a day or until the pause is ended. A task under way goes on."""
        author, zone = desk.author(caller, body.why), desk.service.directory.limits.time_zone
        async with database.write() as connection:
            person = await pause(
                connection, desk.keys, rescuer_id, author, until=body.until, zone=zone, expected=seen(if_match)
            )
        return await desk.changed(person, caller, "paused", response)

    @router.delete("/rescuers/{rescuer_id}/pause", responses=may_refuse(412))
    async def resume_rescuer(
        rescuer_id: str,
        caller: Caller,
        response: Response,
        why: Annotated[str, Query(max_length=500)] = "",
        if_match: IfMatch = None,
    ) -> wire.PersonView:
        """End a pause."""
        author = desk.author(caller, why)
        async with database.write() as connection:
            person = await resume(connection, desk.keys, rescuer_id, author, expected=seen(if_match))
        return await desk.changed(person, caller, "resumed", response)

    @router.put("/rescuers/{rescuer_id}/availability", responses=may_refuse(412))
    async def set_availability(
        rescuer_id: str, body: wire.AvailabilityRequest, caller: Caller, response: Response, if_match: IfMatch = None
    ) -> wire.PersonView:
        """Say in which hours of a week a person may be rung, and in which not."""
        author = desk.author(caller, body.why)
        async with database.write() as connection:
            person = await set_hours(
                connection,
                desk.keys,
                rescuer_id,
                author,
                weekly=body.weekly,
                quiet=body.quiet,
                time_zone=body.time_zone,
                expected=seen(if_match),
            )
        return await desk.changed(person, caller, "hours set", response)


def _fields(body: wire.PersonFields, region: str) -> dict[str, Any]:
    names = wire.PersonFields.model_fields.keys() & body.model_fields_set
    given = {name: getattr(body, name) for name in names}
    for name in ("home", "work"):
        if given.get(name) is not None:
            given[name] = place_of(given[name])
    return checked_fields(given, region=region)


def _change(one: Recorded) -> wire.PersonChangeView:
    change, author = one.change, one.author
    return wire.PersonChangeView(
        change_id=one.change_id,
        at=author.at,
        by=author.by,
        why=author.why,
        action=change.action,
        before=None if change.before is None else dict(change.before),
        after=None if change.after is None else dict(change.after),
    )
