"""Incidents for dispatchers: the list, and one with its alerts and timeline."""

from typing import Annotated

from fastapi import APIRouter, Query

from dispatch.api.access import Caller
from dispatch.api.taking_over import add_taking_over
from dispatch.contracts.api import IncidentView, TimelineEntry
from dispatch.incident_views import IncidentViews
from dispatch.service import DispatchService
from dispatch.tokens import Access
from registry.contacts import ContactBook
from registry.watched_database import DatabaseAway

MAX_LIST = 500
SEES_PEOPLE = frozenset({Access.DISPATCHER, Access.ADMIN})
"""A simulator reads incidents, and none of those who are called to them by name or place."""


def build_router(service: DispatchService, contacts: ContactBook) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["incidents"])
    views = IncidentViews(service=service, contacts=contacts)
    _add_reading(router, service, views)
    add_taking_over(router, service, views)
    return router


def _add_reading(router: APIRouter, service: DispatchService, views: IncidentViews) -> None:
    @router.get("/incidents")
    async def list_incidents(
        identity: Caller,
        *,
        open_only: bool = False,
        with_alerts: bool = False,
        limit: Annotated[int, Query(ge=1, le=MAX_LIST)] = 100,
    ) -> list[IncidentView]:
        """Incidents, newest first, without their alerts unless asked; only the open ones while the database is away."""
        try:
            ids = await service.reader.list_incidents(limit=limit, open_only=open_only)
        except DatabaseAway:
            ids = service.engine.live.open_ids[:limit]
        sees_people = identity.access in SEES_PEOPLE
        return [await views.view(one, with_alerts=with_alerts, with_people=sees_people) for one in ids]

    @router.get("/incidents/{incident_id}")
    async def get_incident(incident_id: str, identity: Caller) -> IncidentView:
        """One incident with every alert: whom, in which role, what came of it, where they are and how they walk."""
        sees_people = identity.access in SEES_PEOPLE
        return await views.view(incident_id, with_alerts=True, with_people=sees_people, with_walks=sees_people)

    @router.get("/incidents/{incident_id}/timeline")
    async def get_timeline(incident_id: str) -> list[TimelineEntry]:
        """Everything that happened, in order, as the journal has it: ids and times, no personal data; and why."""
        return await views.timeline(incident_id)
