"""One AED is one AED, for registry officers: what may be double is joined or parted, what left its list is retired, and
an import is taken back. The live picture knows of it before the answer goes out."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, TypedDict

import structlog
from fastapi import APIRouter, Query, Response

from dispatch.access.tokens import Identity
from dispatch.api.access import Caller
from dispatch.contracts.aeds import Reason
from dispatch.contracts.cabinets import (
    AbsentView,
    CabinetView,
    DoubleView,
    FieldView,
    ImportView,
    JoinAeds,
    PartAeds,
    RecordFileView,
    RecordView,
    UndoneImportView,
)
from dispatch.service import DispatchService
from registry.doubles import Double, join, list_doubles, part
from registry.editing.fields import Why
from registry.editing.versions import require_version, versions_in
from registry.importers.import_log import UnknownImport, list_imports, undo_import
from registry.importers.kinds import ImportKind
from registry.lifecycle import Record, get_file, let_go, list_absent, reinstate, retire
from registry.models import Aed
from registry.routes import IfMatch, etag_of
from registry.storage.database import Database
from registry.storage.words import storable

log = structlog.get_logger(__name__)

MAX_LIST = 1_000
_DIGITS = 9
Limit = Annotated[int, Query(ge=1, le=MAX_LIST)]


def build_router(service: DispatchService, database: Database) -> APIRouter:
    """To be included before the registry's, whose `/api/aeds/{aed_id}` would take `doubles` for an AED."""
    router = APIRouter(prefix="/api", tags=["registry"])
    _add_doubles(router, service, database)
    _add_lifecycle(router, service, database)
    _add_imports(router, service, database)
    return router


def _add_doubles(router: APIRouter, service: DispatchService, database: Database) -> None:
    @router.get("/aeds/doubles")
    async def list_all_doubles(
        *,
        open_only: Annotated[bool, Query(alias="open", description="Only those that nobody has decided on.")] = True,
        limit: Limit = 200,
    ) -> list[DoubleView]:
        """AEDs of different lists that may be one, the surest first, and why."""
        async with database.read() as connection:
            found = await list_doubles(connection, open_only=open_only, limit=limit)
        return [_double(one) for one in found]

    @router.post("/aeds/doubles/join")
    async def join_aeds(body: JoinAeds, caller: Caller, response: Response, if_match: IfMatch = None) -> CabinetView:
        """They are one AED from now on; whoever is under way with one of them goes on. If-Match is of `keep`."""
        author = _author(service, caller, body.why)
        async with database.write() as connection:
            await require_version(connection, body.keep, versions_in(if_match))
            changed = await join(connection, body.keep, body.other, **author)
            view = await _cabinet(connection, body.keep, response)
        await service.follower.take(changed, ())
        log.info("aeds_joined", aed_id=body.keep, other=body.other, by=caller.subject)
        return view

    @router.post("/aeds/doubles/part")
    async def part_aeds(body: PartAeds, caller: Caller, response: Response, if_match: IfMatch = None) -> CabinetView:
        """They are two AEDs, also where they were joined before; whoever is under way with one of them goes on.

        If-Match is of `aed_id`.
        """
        author = _author(service, caller, body.why)
        async with database.write() as connection:
            await require_version(connection, body.aed_id, versions_in(if_match))
            changed = await part(connection, body.aed_id, body.other, **author)
            view = await _cabinet(connection, body.aed_id, response)
        await service.follower.take(changed, ())
        log.info("aeds_parted", aed_id=body.aed_id, other=body.other, by=caller.subject)
        return view


def _add_lifecycle(router: APIRouter, service: DispatchService, database: Database) -> None:
    @router.get("/aeds/absent")
    async def list_all_absent(
        source: Annotated[str | None, Query(max_length=128)] = None, limit: Limit = 200
    ) -> list[AbsentView]:
        """AEDs that their lists do not name any more, the newest first."""
        async with database.read() as connection:
            found = await list_absent(connection, source=source, limit=limit)
        return [
            AbsentView(record=_record(one.aed), absent_since=one.absent_since, retired_at=one.retired_at)
            for one in found
        ]

    @router.get("/aeds/{aed_id}/records")
    async def get_records(aed_id: str, response: Response) -> CabinetView:
        """What each list says of an AED, and where the value of each field comes from."""
        async with database.read() as connection:
            return await _cabinet(connection, aed_id, response)

    @router.post("/aeds/{aed_id}/retire")
    async def retire_aed(
        aed_id: str, caller: Caller, response: Response, body: Reason | None = None, if_match: IfMatch = None
    ) -> CabinetView:
        """Fetch an AED no more; its history stays, and it comes back when a list that had lost it names it again."""
        async with database.write() as connection:
            await require_version(connection, aed_id, versions_in(if_match))
            changed = await retire(connection, aed_id, **_author(service, caller, _why(body)))
            view = await _cabinet(connection, aed_id, response)
        await service.follower.take(changed, ())
        log.info("aed_retired", aed_id=aed_id, by=caller.subject)
        return view

    @router.post("/aeds/{aed_id}/reinstate")
    async def reinstate_aed(
        aed_id: str, caller: Caller, response: Response, body: Reason | None = None, if_match: IfMatch = None
    ) -> CabinetView:
        """Fetch a retired AED again."""
        async with database.write() as connection:
            await require_version(connection, aed_id, versions_in(if_match))
            changed = await reinstate(connection, aed_id, **_author(service, caller, _why(body)))
            view = await _cabinet(connection, aed_id, response)
        await service.follower.take(changed, ())
        log.info("aed_reinstated", aed_id=aed_id, by=caller.subject)
        return view

    @router.delete("/aeds/{aed_id}/corrections/{field}")
    async def let_field_go(
        *,
        aed_id: str,
        field: str,
        caller: Caller,
        response: Response,
        why: Annotated[Why, Query()] = "",
        if_match: IfMatch = None,
    ) -> CabinetView:
        """Let the list decide again what a person had set."""
        async with database.write() as connection:
            await require_version(connection, aed_id, versions_in(if_match))
            changed = await let_go(connection, aed_id, field, **_author(service, caller, why))
            view = await _cabinet(connection, aed_id, response)
        await service.follower.take(changed, ())
        log.info("aed_correction_let_go", aed_id=aed_id, field=field, by=caller.subject)
        return view


def _add_imports(router: APIRouter, service: DispatchService, database: Database) -> None:
    @router.get("/imports")
    async def list_all_imports(limit: Limit = 100) -> list[ImportView]:
        """What was imported, the newest first."""
        async with database.read() as connection:
            found = await list_imports(connection, limit=limit)
        return [ImportView.model_validate(one, from_attributes=True) for one in found]

    @router.post("/imports/{import_id}/undo")
    async def undo(import_id: str, caller: Caller, body: Reason | None = None) -> UndoneImportView:
        """Take an import back: what it changed becomes what it was. AEDs that it brought are retired, people whom it
        brought are not in the register any more.

        Of people what somebody has set since stays, and is named. 409 `not_undone` where somebody has changed the same
        AEDs since, where a later import changed the same ones, or where it is too long ago; the message says which.
        """
        number = _number_of(import_id)
        author = _author(service, caller, _why(body))
        done = await undo_import(database, number, now=author["at"], by=author["by"], why=author["why"])
        of_people = done.kind == ImportKind.RESCUERS
        await service.follower.take(*(((), done.ids) if of_people else (done.ids, ())))
        log.info("import_undone", import_id=import_id, by=caller.subject)
        async with database.read() as connection:
            (past,) = await list_imports(connection, limit=1, import_id=number)
        return UndoneImportView(**asdict(past), ids=list(done.ids), gone=list(done.gone), stays=list(done.stays))


class _Author(TypedDict):
    by: str
    at: datetime
    why: str


def _author(service: DispatchService, caller: Identity, why: str) -> _Author:
    return {"by": caller.subject, "at": service.clock.now(), "why": storable(why)}


def _why(body: Reason | None) -> str:
    return body.why if body else ""


def _number_of(import_id: str) -> int:
    # Longer ones no database could hold.
    if not (import_id.isdecimal() and import_id.isascii() and len(import_id) <= _DIGITS):
        raise UnknownImport(f"there is no import {import_id!r}: GET /api/imports lists them")
    return int(import_id)


async def _cabinet(connection: Any, aed_id: str, response: Response) -> CabinetView:
    file = await get_file(connection, aed_id)
    response.headers["etag"] = etag_of(file.aed)
    return CabinetView(
        aed_id=file.aed.aed_id,
        records=tuple(_record_file(one) for one in file.records),
        fields={name: FieldView(source=told.source, at=told.at, by=told.by) for name, told in file.fields.items()},
    )


def _double(one: Double) -> DoubleView:
    why = one.evidence
    return DoubleView(
        first=_record(one.first),
        second=_record(one.second),
        score=one.score,
        metres=why.get("metres"),
        words=why.get("words"),
        same_floor=why.get("same_floor", False),
        shared_id=why.get("shared_id", False),
        found_at=one.found_at,
        decision=one.decision,
        decided_at=one.decided_at,
        decided_by=one.decided_by,
    )


def _record(aed: Aed) -> RecordView:
    return RecordView.model_validate(aed, from_attributes=True)


def _record_file(one: Record) -> RecordFileView:
    return RecordFileView(
        **_record(one.aed).model_dump(),
        file=one.file,
        imported_at=one.imported_at,
        absent_since=one.absent_since,
        retired_at=one.retired_at,
        retired_by=one.retired_by,
    )
