"""What registry officers must see to by a day: pads, batteries, checks, and keepers who should confirm again."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AfterValidator

from dispatch.api.cabinets import Limit
from dispatch.contracts.devices import DueView, ExpiringList
from dispatch.service import DispatchService
from registry.devices.expiring import Cursor, Due, What, list_due
from registry.storage.database import Database


def _checked(text: str | None) -> str | None:
    if text is not None:
        Cursor.read(text)
    return text


# A text to the outside, so that the interface's description shows one parameter and not three.
After = Annotated[
    str | None, AfterValidator(_checked), Query(max_length=128, description="`next` of the answer before.")
]


def build_router(service: DispatchService, database: Database) -> APIRouter:
    router = APIRouter(prefix="/api/registry", tags=["registry"])

    @router.get("/expiring")
    async def list_expiring(
        within_days: Annotated[int, Query(ge=0, le=3_650)] = 60,
        what: Annotated[list[What] | None, Query(description="Only these; all of them unless told.")] = None,
        after: After = None,
        limit: Limit = 200,
    ) -> ExpiringList:
        """What is due from long ago until so many days from today, the oldest first."""
        today = service.clock.now().astimezone(service.directory.limits.time_zone).date()
        until, cursor = today + timedelta(days=within_days), Cursor.read(after) if after else None
        async with database.read() as connection:
            found = await list_due(connection, until=until, what=what or tuple(What), after=cursor, limit=limit)
        due = tuple(_view(service, one, overdue=one.due_on < today) for one in found)
        more = str(Cursor.of(found[-1])) if len(found) == limit else None
        return ExpiringList(today=today, until=until, due=due, next=more)

    return router


def _view(service: DispatchService, due: Due, *, overdue: bool) -> DueView:
    # Another process may have added it a moment ago.
    aed = service.directory.find_aed(due.aed_id)
    return DueView(
        aed_id=due.aed_id,
        what=due.what,
        due_on=due.due_on,
        overdue=overdue,
        name=aed.name if aed else "",
        location_text=aed.location_text if aed else "",
        floor=aed.floor if aed else "",
    )
