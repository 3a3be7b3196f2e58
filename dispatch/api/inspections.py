"""Inspections of AEDs, for registry officers; what the newest one found counts for the next call."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Response

from dispatch.api.access import Caller
from dispatch.api.cabinets import Limit
from dispatch.api.devices import WhyQuery, author_of
from dispatch.api.part_versions import IfMatchPart, require, tag
from dispatch.contracts.devices import InspectionRequest, InspectionView
from dispatch.service import DispatchService
from registry.devices import inspection_store
from registry.devices.inspecting import Form
from registry.devices.inspection_store import Inspection, UnknownInspection
from registry.editing.cabinet_versions import Part
from registry.storage.database import Database

log = structlog.get_logger(__name__)

_DIGITS = 9
Before = Annotated[int | None, Query(ge=1, le=10**_DIGITS, description="Only those written before this number.")]


def build_router(service: DispatchService, database: Database) -> APIRouter:
    router = APIRouter(prefix="/api/aeds/{aed_id}/inspections", tags=["registry"])

    @router.get("")
    async def list_inspections(
        aed_id: str, response: Response, before: Before = None, limit: Limit = 20
    ) -> list[InspectionView]:
        """What was found at each inspection, the newest first. To read on, ask for those `before` the last number."""
        async with database.read() as connection:
            found = await inspection_store.list_inspections(connection, aed_id, before_id=before, limit=limit)
            await tag(connection, aed_id, Part.INSPECTIONS, response)
        return [_view(one) for one in found]

    @router.post("")
    async def inspect(
        aed_id: str, body: InspectionRequest, caller: Caller, response: Response, if_match: IfMatchPart = None
    ) -> InspectionView:
        """Write an inspection down. The newest one sets the AED's state, and if it found it ready the last check.

        422 `bad_inspection` where the form contradicts itself.
        """
        author = author_of(service, caller, body.why)
        form = Form(
            result=body.result,
            at=body.at or author.at,
            points=body.points,
            note=body.note,
            next_check_on=body.next_check_on,
        )
        async with database.write() as connection:
            await require(connection, aed_id, Part.INSPECTIONS, if_match)
            done = await inspection_store.inspect(connection, aed_id, form, author)
            await tag(connection, aed_id, Part.INSPECTIONS, response)
        if done.changed:
            await service.follower.take(done.changed, ())
        one = done.inspection
        log.info("aed_inspected", aed_id=one.aed_id, result=form.result, by=caller.subject)
        return _view(one)

    @router.delete("/{inspection_id}/note", status_code=204, response_class=Response)
    async def erase_note(
        aed_id: str, inspection_id: str, caller: Caller, why: WhyQuery = "", if_match: IfMatchPart = None
    ) -> None:
        """Empty a note that speaks of a person; what was found stays."""
        number, author = _number_of(inspection_id), author_of(service, caller, why)
        async with database.write() as connection:
            await require(connection, aed_id, Part.INSPECTIONS, if_match)
            await inspection_store.erase_note(connection, aed_id, number, author)
        await database.checkpoint()
        log.info("inspection_note_erased", aed_id=aed_id, inspection_id=number, by=caller.subject)

    return router


def _number_of(text: str) -> int:
    # Longer ones no database could hold.
    if not (text.isdecimal() and text.isascii() and len(text) <= _DIGITS):
        raise UnknownInspection(f"there is no inspection {text!r}: list them first")
    return int(text)


def _view(one: Inspection) -> InspectionView:
    return InspectionView(
        inspection_id=one.inspection_id,
        at=one.form.at,
        by=one.by,
        result=one.form.result,
        points=dict(one.form.points),
        note=one.form.note,
    )
