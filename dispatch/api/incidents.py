"""Incidents for dispatchers: the list, one with its alerts and timeline, and what is around it."""

from typing import Annotated

from fastapi import APIRouter, Query

from dispatch.access.tokens import Access
from dispatch.api.access import Caller
from dispatch.api.incident_views import IncidentViews
from dispatch.api.taking_over import add_taking_over
from dispatch.contracts.api import IncidentView, TimelineEntry
from dispatch.contracts.console import WalkArea
from dispatch.contracts.taking_over import CandidateView
from dispatch.incidents.live import LiveIncident
from dispatch.incidents.lookout import Lookout
from dispatch.incidents.writer import UnknownIncident
from dispatch.service import DispatchService
from registry.contacts import ContactBook
from registry.storage.watched_database import DatabaseAway

MAX_LIST = 500
SEES_PEOPLE = frozenset({Access.DISPATCHER, Access.ADMIN})
"""A simulator reads incidents, and none of those who are called to them by name or place."""


def build_router(service: DispatchService, contacts: ContactBook) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["incidents"])
    views = IncidentViews(service=service, contacts=contacts)
    _add_reading(router, service, views)
    _add_looking(router, service)
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


def _add_looking(router: APIRouter, service: DispatchService) -> None:
    lookout = Lookout(service.renderer.alerts.ways.scout, service.side, service.engine.live)

    async def get_live(incident_id: str) -> LiveIncident:
        live = await service.engine.live.find(incident_id)
        if live is None:
            raise UnknownIncident(f"there is no incident {incident_id!r}")
        return live

    @router.get("/incidents/{incident_id}/candidates")
    async def list_candidates(incident_id: str) -> list[CandidateView]:
        """People who could be added now, best first: free, reachable, and within the longest walk of the rule."""
        budget_s = service.engine.policy.longest_budget_s
        return await lookout.candidates(await get_live(incident_id), budget_s=budget_s, at=service.clock.now())

    @router.get("/incidents/{incident_id}/reach")
    async def get_reach(incident_id: str, *, minutes: Annotated[float, Query(ge=1, le=15)] = 4) -> WalkArea:
        """What lies within so many minutes of the patient on foot, over the streets, as GeoJSON."""
        return await lookout.area(await get_live(incident_id), minutes=minutes)
