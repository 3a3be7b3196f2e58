"""Certificates for officers: entered, verified, renewed, struck out; what runs out; what the city takes and trusts."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch.api.access import Caller
from dispatch.api.description import may_refuse
from dispatch.api.rescuers import Desk, IfMatch, Limit, seen
from dispatch.contracts import rescuers as wire
from dispatch.service import DispatchService
from registry.eligibility import local_day
from registry.register.city_rules import accept_kinds, list_kinds, list_sources, trust_source
from registry.register.expiring import Cursor, Expiring, list_expiring
from registry.register.papers import NewPaper, UnknownCertificate, add_paper, remove_paper, renew_paper, verify_paper
from registry.register.typed import BadPersonField
from registry.storage.database import Database

Number = Annotated[str, Path(description="As the person's `certificates` have it.")]
_CURSOR_PARTS = 3
_DIGITS = 9


def build_router(service: DispatchService, database: Database) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["registry"])
    desk = Desk(service, database)
    _add_papers(router, desk)
    _add_seeing(router, desk)
    _add_expiring(router, desk)
    _add_rules(router, desk)
    return router


def _add_papers(router: APIRouter, desk: Desk) -> None:
    @router.post("/rescuers/{rescuer_id}/certificates", status_code=201, responses=may_refuse(412))
    async def add_certificate(
        rescuer_id: str, body: wire.NewCertificate, caller: Caller, response: Response, if_match: IfMatch = None
    ) -> wire.PersonView:
        """Enter a certificate. It counts once it is verified, or at once where the officer has seen it."""
        author = desk.author(caller, body.why)
        async with desk.database.write() as connection:
            person = await add_paper(
                connection, desk.keys, rescuer_id, _paper(body), author, is_seen=body.seen, expected=seen(if_match)
            )
        return await desk.changed(person, caller, "certificate added", response)

    @router.post("/rescuers/{rescuer_id}/certificates/{certificate}/renew", status_code=201, responses=may_refuse(412))
    async def renew_certificate(
        *,
        rescuer_id: str,
        certificate: Number,
        body: wire.NewCertificate,
        caller: Caller,
        response: Response,
        if_match: IfMatch = None,
    ) -> wire.PersonView:
        """Let a new certificate follow an old one, which stays in the person's history."""
        author = desk.author(caller, body.why)
        async with desk.database.write() as connection:
            person = await renew_paper(
                connection,
                desk.keys,
                rescuer_id,
                _number(certificate),
                _paper(body),
                author=author,
                is_seen=body.seen,
                expected=seen(if_match),
            )
        return await desk.changed(person, caller, "certificate renewed", response)


def _add_seeing(router: APIRouter, desk: Desk) -> None:
    @router.post("/rescuers/{rescuer_id}/certificates/{certificate}/verify", responses=may_refuse(412))
    async def verify_certificate(
        *,
        rescuer_id: str,
        certificate: Number,
        body: wire.Reason,
        caller: Caller,
        response: Response,
        if_match: IfMatch = None,
    ) -> wire.PersonView:
        """An officer has seen the certificate: it counts for the next call."""
        author = desk.author(caller, body.why)
        async with desk.database.write() as connection:
            person = await verify_paper(
                connection, desk.keys, rescuer_id, _number(certificate), author, expected=seen(if_match)
            )
        return await desk.changed(person, caller, "certificate verified", response)

    @router.delete("/rescuers/{rescuer_id}/certificates/{certificate}", responses=may_refuse(412))
    async def remove_certificate(
        *,
        rescuer_id: str,
        certificate: Number,
        caller: Caller,
        response: Response,
        why: Annotated[str, Query(max_length=500)] = "",
        if_match: IfMatch = None,
    ) -> wire.PersonView:
        """Strike out a certificate that is not the person's, or that was typed wrongly."""
        author = desk.author(caller, why)
        async with desk.database.write() as connection:
            person = await remove_paper(
                connection, desk.keys, rescuer_id, _number(certificate), author, expected=seen(if_match)
            )
        return await desk.changed(person, caller, "certificate removed", response)


def _add_expiring(router: APIRouter, desk: Desk) -> None:
    @router.get("/certificates/expiring")
    async def list_expiring_certificates(
        *,
        within_days: Annotated[int, Query(ge=0, le=3650)] = 60,
        since: Annotated[date | None, Query(description="Leaves out those that ran out before.")] = None,
        after: Annotated[str | None, Query(max_length=120)] = None,
        limit: Limit = 100,
    ) -> wire.ExpiringPage:
        """Certificates that run out within so many days, and those that have and that no later one follows."""
        day = local_day(desk.service.clock.now(), desk.service.directory.limits.time_zone)
        async with desk.database.read() as connection:
            found = await list_expiring(
                connection,
                day,
                within_days=within_days,
                since=since,
                after=None if after is None else _cursor(after),
                limit=limit + 1,
            )
        shown = found[:limit]
        return wire.ExpiringPage(
            day=day,
            certificates=tuple(map(_expiring, shown)),
            next=_written(shown[-1].cursor) if len(found) > limit else None,
        )


def _add_rules(router: APIRouter, desk: Desk) -> None:
    @router.get("/certificates/sources")
    async def list_certificate_sources() -> list[wire.SourceRuleView]:
        """Whose certificates are trusted unseen, and how many there are of each source."""
        async with desk.database.read() as connection:
            return await _sources(connection)

    @router.put("/certificates/sources")
    async def rule_source(body: wire.SourceRuleRequest, caller: Caller) -> list[wire.SourceRuleView]:
        """Trust a source unseen, or have an officer look at each of its certificates before its holder is rung."""
        author = desk.author(caller, body.why)
        async with desk.database.write() as connection:
            await trust_source(connection, body.source, author, trusted=body.trusted)
            return await _sources(connection)

    @router.get("/certificates/kinds")
    async def list_certificate_kinds() -> list[wire.KindView]:
        """The kinds that people hold, and whether the city accepts each."""
        async with desk.database.read() as connection:
            return await _kinds(connection)

    @router.put("/certificates/kinds")
    async def accept_certificate_kinds(body: wire.KindsRequest, caller: Caller) -> list[wire.KindView]:
        """Say which kinds count: exactly these, or every one where none is named."""
        author = desk.author(caller, body.why)
        async with desk.database.write() as connection:
            await accept_kinds(connection, list(body.kinds), author)
            return await _kinds(connection)


async def _sources(connection: AsyncConnection) -> list[wire.SourceRuleView]:
    return [
        wire.SourceRuleView(
            source=one.source,
            trusted=one.trusted,
            ruled=one.has_rule,
            certificates=one.certificates,
            unverified=one.unverified,
        )
        for one in await list_sources(connection)
    ]


async def _kinds(connection: AsyncConnection) -> list[wire.KindView]:
    return [
        wire.KindView(kind=one.kind, accepted=one.accepted, certificates=one.certificates)
        for one in await list_kinds(connection)
    ]


def _paper(body: wire.NewCertificate) -> NewPaper:
    return NewPaper(
        kind=body.kind,
        serial=body.number,
        issuer=body.issuer,
        valid_from=body.valid_from,
        valid_until=body.valid_until,
    )


def _number(certificate: str) -> int:
    """Raises: UnknownCertificate."""
    # Longer ones no database could hold.
    if not (certificate.isdecimal() and certificate.isascii() and len(certificate) <= _DIGITS):
        raise UnknownCertificate(f"there is no certificate {certificate!r}: they are numbered from 0")
    return int(certificate)


def _expiring(one: Expiring) -> wire.ExpiringCertificate:
    return wire.ExpiringCertificate(
        rescuer_id=one.rescuer_id,
        certificate=one.number,
        kind=one.kind,
        issuer=one.issuer,
        valid_until=one.valid_until,
        days_left=one.days_left,
        warning_days=one.warning_days,
        nearest_station=(
            None
            if one.nearest_station is None
            else wire.NearestStationView.model_validate(one.nearest_station, from_attributes=True)
        ),
    )


def _written(cursor: Cursor) -> str:
    day, rescuer_id, number = cursor
    return f"{day}/{number}/{rescuer_id}"


def _cursor(text: str) -> Cursor:
    """Raises: BadPersonField."""
    parts = text.split("/", _CURSOR_PARTS - 1)
    try:
        day, number, rescuer_id = parts
        return date.fromisoformat(day), rescuer_id, int(number)
    except ValueError:
        raise BadPersonField("after: give what `next` of the page before said") from None
