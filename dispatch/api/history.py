"""Who changed what in the registry, and taking one change back."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch.api.access import Caller
from dispatch.contracts.aeds import ChangeUndone, ChangeView, History, Reason
from dispatch.service import DispatchService
from registry.devices.telling import KIND as DEVICE
from registry.editing.cabinet_versions import Part, require_part
from registry.editing.neighbours import near_in
from registry.editing.versions import require_version, versions_in
from registry.history.aeds import AED
from registry.history.log import Author, Recorded, UnknownChange, get_change, list_changes, load_undoing
from registry.lifecycle import rows_of_cabinet
from registry.routes import IfMatch
from registry.storage.database import Database
from registry.storage.words import storable
from registry.undo.one_change import undo_one

log = structlog.get_logger(__name__)

MOST_LISTED = 500
_MOST_NUMBER = 2**31 - 1
Limit = Annotated[int, Query(ge=1, le=MOST_LISTED)]
Before = Annotated[int | None, Query(ge=0, le=_MOST_NUMBER, description="`next` of the answer before.")]


def build_router(service: DispatchService, database: Database) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["registry"])

    @router.get("/aeds/{aed_id}/history")
    async def get_aed_history(aed_id: str, before: Before = None, limit: Limit = 100) -> History:
        """What was changed of an AED by whom, the newest first."""
        async with database.read() as connection:
            ids = [row.aed_id for row in await rows_of_cabinet(connection, aed_id)]
            found = await list_changes(connection, kind=AED, subject_ids=ids, before_id=before, limit=limit + 1)
            return await _history(connection, found, limit)

    @router.get("/registry/history")
    async def get_registry_history(
        by: Annotated[str | None, Query(max_length=64)] = None,
        kind: Annotated[str | None, Query(max_length=32)] = None,
        subject_id: Annotated[str | None, Query(max_length=128)] = None,
        before: Before = None,
        limit: Limit = 100,
    ) -> History:
        """What was changed in the registry by whom, the newest first."""
        async with database.read() as connection:
            found = await list_changes(
                connection, by=by, kind=kind, subject_id=subject_id, before_id=before, limit=limit + 1
            )
            return await _history(connection, found, limit)

    @router.post("/registry/history/{change_id}/undo")
    async def undo(
        change_id: str, caller: Caller, body: Reason | None = None, if_match: IfMatch = None
    ) -> ChangeUndone:
        """Take one change of an AED, its device or a person back: what it set becomes what it was; an AED that it
        added is retired.

        409 `not_taken_back` where something else stands there now; the message says what, and who set it.
        """
        number, now = _number_of(change_id), service.clock.now()
        author = Author(by=caller.subject, at=now, why=storable(body.why if body else ""))
        async with database.write() as connection:
            expected, one = versions_in(if_match), await get_change(connection, number)
            if expected and one.change.kind == AED:
                await require_version(connection, one.change.subject_id, expected)
            if one.change.kind == DEVICE:
                await require_part(connection, one.change.subject_id, Part.DEVICE, expected)
            undone = await undo_one(connection, database.personal_keys, number, author, near=near_in(service.directory))
        await service.follower.take(undone.aed_ids, undone.rescuer_ids)
        log.info("registry_change_undone", change_id=number, by=caller.subject)
        return ChangeUndone(change_id=undone.change_id, aed_ids=undone.aed_ids)

    return router


async def _history(connection: AsyncConnection, found: list[Recorded], limit: int) -> History:
    shown = found[:limit]
    undoing = await load_undoing(connection, [one.change_id for one in shown])
    following = shown[-1].change_id if len(found) > limit else None
    return History(changes=tuple(_view(one, undoing.get(one.change_id)) for one in shown), next=following)


def _view(one: Recorded, undone_by: int | None) -> ChangeView:
    change, author = one.change, one.author
    return ChangeView(
        change_id=one.change_id,
        at=author.at,
        by=author.by,
        why=author.why,
        kind=change.kind,
        subject_id=change.subject_id,
        action=change.action,
        before=None if change.before is None else dict(change.before),
        after=None if change.after is None else dict(change.after),
        undoes=one.undoes,
        undone_by=undone_by,
    )


def _number_of(change_id: str) -> int:
    if not (change_id.isdecimal() and change_id.isascii() and len(change_id) <= 10 and int(change_id) <= _MOST_NUMBER):
        raise UnknownChange(f"there is no change {change_id!r}: GET /api/registry/history lists them")
    return int(change_id)
