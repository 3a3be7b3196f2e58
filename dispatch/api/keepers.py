"""Who keeps an AED, for registry officers; and a keeper's link to say without an account that it is there."""

from datetime import datetime, timedelta
from typing import Annotated

import structlog
from fastapi import APIRouter, Path, Request, Response

from dispatch.api.access import Caller, host_of
from dispatch.api.cabinets import Limit
from dispatch.api.description import may_refuse
from dispatch.api.devices import WhyQuery, author_of
from dispatch.api.part_versions import IfMatchPart, require, tag
from dispatch.contracts.devices import (
    ConfirmationLink,
    ConfirmationRequest,
    ConfirmationTaken,
    ConfirmationView,
    ErasedKeepers,
    ErasePhone,
    KeeperRequest,
    KeeperView,
    RemindersRequest,
    RemindersView,
    ReminderView,
)
from dispatch.service import DispatchService
from registry.devices import confirming, keeper_store
from registry.devices.expiring import Cursor
from registry.devices.keepers import Keeper, KeeperRole, phone_e164
from registry.devices.reminding import Reminder, confirm_url, remind
from registry.editing.cabinet_versions import Part
from registry.hours.holidays import find_country
from registry.storage.database import Database

log = structlog.get_logger(__name__)

Role = Annotated[str, Path(description="`keeper` or `deputy`", examples=["keeper"])]


def build_router(service: DispatchService, database: Database) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["registry"])
    _add_keepers(router, service, database)
    _add_links(router, service, database)
    _add_confirmations(router, service, database)
    return router


def _role_of(text: str) -> KeeperRole:
    try:
        return KeeperRole(text)
    except ValueError:
        raise keeper_store.NoKeeper(f"an AED has a {' and a '.join(KeeperRole)}, and nobody called {text!r}") from None


def _add_keepers(router: APIRouter, service: DispatchService, database: Database) -> None:
    @router.get("/aeds/{aed_id}/keepers")
    async def list_keepers(aed_id: str, caller: Caller, response: Response) -> list[KeeperView]:
        """Keeper and deputy with their phones. Who asked stands in the log."""
        async with database.read() as connection:
            found = await keeper_store.list_keepers(connection, database.personal_keys, aed_id)
            await tag(connection, aed_id, Part.KEEPERS, response)
        log.info("keepers_shown", aed_id=aed_id, by=caller.subject)
        return [KeeperView.model_validate(one, from_attributes=True) for one in found]

    @router.put("/aeds/{aed_id}/keepers/{role}", status_code=204, response_class=Response)
    async def set_keeper(
        *,
        aed_id: str,
        role: Role,
        body: KeeperRequest,
        caller: Caller,
        response: Response,
        if_match: IfMatchPart = None,
    ) -> None:
        """Name the keeper or deputy; whoever it was before is erased. 422 `bad_phone` for no valid number."""
        region = find_country(service.directory.get_aed(aed_id).time_zone)
        keeper = Keeper(
            role=_role_of(role),
            name=body.name,
            phone_e164=phone_e164(body.phone, region),
            email=body.email.strip(),
            position=body.position.strip(),
            rescuer_id=body.rescuer_id,
        )
        async with database.write() as connection:
            await require(connection, aed_id, Part.KEEPERS, if_match)
            author = author_of(service, caller, body.why)
            await keeper_store.set_keeper(connection, database.personal_keys, aed_id, keeper, author)
            await tag(connection, aed_id, Part.KEEPERS, response)
        await database.checkpoint()
        log.info("keeper_set", aed_id=aed_id, role=role, by=caller.subject)

    @router.delete("/aeds/{aed_id}/keepers/{role}", status_code=204, response_class=Response)
    async def remove_keeper(
        aed_id: str, role: Role, caller: Caller, why: WhyQuery = "", if_match: IfMatchPart = None
    ) -> None:
        """Erase them as this AED's keeper, with their link."""
        async with database.write() as connection:
            await require(connection, aed_id, Part.KEEPERS, if_match)
            await keeper_store.remove_keeper(connection, aed_id, _role_of(role), author_of(service, caller, why))
        await database.checkpoint()
        log.info("keeper_removed", aed_id=aed_id, role=role, by=caller.subject)

    @router.post("/keepers/erase")
    async def erase_keeper(body: ErasePhone, caller: Caller) -> ErasedKeepers:
        """Erase whoever has this phone as a keeper of every AED."""
        number = phone_e164(body.phone, body.region)
        async with database.write() as connection:
            author = author_of(service, caller, "")
            count = await keeper_store.erase_keeper(connection, database.personal_keys, number, author)
        await database.checkpoint()
        log.info("keeper_erased", aeds=count, by=caller.subject)
        return ErasedKeepers(aeds=count)


def _add_links(router: APIRouter, service: DispatchService, database: Database) -> None:
    @router.post("/aeds/{aed_id}/keepers/{role}/link")
    async def make_link(aed_id: str, role: Role, caller: Caller) -> ConfirmationLink:
        """A link for the keeper to confirm by that the AED is there; an earlier one ends. Send it to them."""
        code = confirming.new_code()
        async with database.write() as connection:
            ends = await confirming.make_link(connection, aed_id, _role_of(role), code=code, at=service.clock.now())
        log.info("confirmation_asked", aed_id=aed_id, role=role, by=caller.subject)
        return ConfirmationLink(code=code, url=confirm_url(service.people.public_url, code), expires_at=ends)

    @router.post("/keepers/reminders")
    async def make_reminders(body: RemindersRequest, caller: Caller) -> RemindersView:
        """A new link for every keeper whose word is due, the longest due first, with whom to send it to."""
        now = service.clock.now()
        until = now.astimezone(service.directory.limits.time_zone).date() + timedelta(days=body.within_days)
        after = Cursor.read(body.after) if body.after else None
        async with database.write() as connection:
            made, more = await remind(
                connection, database.personal_keys, until=until, after=after, new_code=confirming.new_code, at=now
            )
        log.info("confirmations_asked", aeds=len(made), by=caller.subject)
        told = tuple(_reminder(one, service.people.public_url) for one in made)
        return RemindersView(reminders=told, next=None if more is None else str(more))

    @router.post("/confirmations", responses=may_refuse(400, 404, 410, 429, 503))
    async def confirm_by_link(body: ConfirmationRequest, request: Request) -> ConfirmationTaken:
        """Say with a link's code that the AED is there, or what is wrong with it; needs no account."""
        service.limits.take("confirm", host_of(request))
        return ConfirmationTaken(confirmed_at=await take_word(service, database, body))


def _add_confirmations(router: APIRouter, service: DispatchService, database: Database) -> None:
    @router.get("/aeds/{aed_id}/confirmations")
    async def list_confirmations(aed_id: str, limit: Limit = 20) -> list[ConfirmationView]:
        """When somebody said that the AED is there, the newest first."""
        async with database.read() as connection:
            found = await confirming.list_confirmations(connection, aed_id, limit=limit)
        return [ConfirmationView(at=one.at, by=one.by) for one in found]

    @router.post("/aeds/{aed_id}/confirmations")
    async def confirm(aed_id: str, caller: Caller) -> ConfirmationView:
        """Confirm it for a keeper who has told the officer that the AED is there."""
        async with database.write() as connection:
            said = await confirming.confirm(connection, aed_id, author_of(service, caller, ""))
        log.info("aed_confirmed", aed_id=said.aed_id, by=caller.subject)
        return ConfirmationView(at=said.at, by=said.by)


def _reminder(one: Reminder, public_url: str) -> ReminderView:
    return ReminderView(
        aed_id=one.aed_id,
        due_on=one.due_on,
        role=one.keeper.role,
        name=one.keeper.name,
        phone_e164=one.keeper.phone_e164,
        url=confirm_url(public_url, one.code),
        expires_at=one.expires_at,
    )


async def take_word(service: DispatchService, database: Database, said: ConfirmationRequest) -> datetime | None:
    """What a keeper says by their link: since when the AED counts as confirmed, None where something is wrong.

    Raises:
        UnknownConfirmationLink, ConfirmationLinkExpired
    """
    now = service.clock.now()
    if said.problem is None:
        async with database.write() as connection:
            asked = await confirming.confirm_by_link(connection, said.code, at=now)
        log.info("aed_confirmed", aed_id=asked.aed_id, by=asked.role)
        return asked.confirmed_at
    async with database.read() as connection:
        asked = await confirming.get_asked(connection, said.code, at=now)
    problem_id = await service.people.problems.report(asked.aed_id, said.problem, said.note.strip())
    log.info("aed_problem_reported", problem_id=problem_id, aed_id=asked.aed_id, kind=said.problem)
    return None
