"""Incidents for dispatchers: the list, one with its alerts and timeline, and taking over when the machine is wrong."""

from typing import Annotated

from fastapi import APIRouter, Query

from dispatch.contracts.api import AlertView, IncidentView, SetLocation, TimelineEntry
from dispatch.contracts.webhook import CallLocation
from dispatch.core.incident import Incident
from dispatch.engine import UnknownIncident
from dispatch.records import Details, Receipt
from dispatch.service import DispatchService
from dispatch.service_area import get_place
from registry.watched_database import DatabaseAway

MAX_LIST = 500


def build_router(service: DispatchService) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["incidents"])
    _add_reading(router, service)
    _add_taking_over(router, service)
    return router


def _add_reading(router: APIRouter, service: DispatchService) -> None:
    @router.get("/incidents")
    async def list_incidents(
        *, open_only: bool = False, limit: Annotated[int, Query(ge=1, le=MAX_LIST)] = 100
    ) -> list[IncidentView]:
        """Incidents, newest first, without their alerts; only the open ones while the database is away."""
        try:
            ids = await service.reader.list_incidents(limit=limit, open_only=open_only)
        except DatabaseAway:
            ids = service.engine.live.open_ids[:limit]
        return [await _view(service, incident_id, with_alerts=False) for incident_id in ids]

    @router.get("/incidents/{incident_id}")
    async def get_incident(incident_id: str) -> IncidentView:
        """One incident with every alert: whom, in which role, what came of it, and when the phone confirmed it."""
        return await _view(service, incident_id, with_alerts=True)

    @router.get("/incidents/{incident_id}/timeline")
    async def get_timeline(incident_id: str) -> list[TimelineEntry]:
        """Everything that happened, in order, as the journal has it: ids and times, no personal data."""
        rows = await service.reader.read_events(incident_id)
        if not rows:
            raise UnknownIncident(f"there is no incident {incident_id!r}")
        return [TimelineEntry(seq=row.seq, at=row.at, type=row.type, data=row.body) for row in rows]


def _add_taking_over(router: APIRouter, service: DispatchService) -> None:
    @router.post("/incidents/{incident_id}/location")
    async def set_location(incident_id: str, body: SetLocation) -> IncidentView:
        """Say where the patient is; answers an incident's need for attention and starts its search."""
        location = body.location
        details = Details(
            place=get_place(location, service.area),
            accuracy_m=location.accuracy_m,
            address=location.address,
            floor=location.floor,
            note=location.note,
        )
        await service.engine.set_location(incident_id, details)
        return await _view(service, incident_id, with_alerts=True)

    @router.post("/incidents/{incident_id}/stand-down")
    async def stand_down(incident_id: str) -> IncidentView:
        """Call everyone off and close the incident."""
        await service.engine.stand_down(incident_id)
        return await _view(service, incident_id, with_alerts=True)

    @router.post("/aeds/{aed_id}/returned", status_code=204)
    async def aed_returned(aed_id: str) -> None:
        """The AED hangs in its place again: it may be promised to the next call."""
        await service.engine.aed_returned(aed_id)


async def _view(service: DispatchService, incident_id: str, *, with_alerts: bool) -> IncidentView:
    live = await service.engine.live.find(incident_id)
    if live is None:
        raise UnknownIncident(f"there is no incident {incident_id!r}")
    incident = live.incident
    receipts = await service.reader.read_receipts(incident_id) if with_alerts else {}
    detail = await service.reader.find_last_message_detail(incident_id) if incident.attention else ""
    gone = incident.closed and live.details is None
    return IncidentView(
        incident_id=incident.incident_id,
        cad_ref=incident.cad_ref,
        status=incident.status,
        attention=incident.attention,
        attention_detail=detail,
        opened_at=incident.opened_at,
        ambulance_eta_at=incident.ambulance_eta_at,
        location=_location(live.details) if live.details else None,
        erased_at=await service.reader.find_erased_at(incident_id) if gone else None,
        alerts=_alerts(incident, receipts) if with_alerts else (),
    )


def _location(details: Details) -> CallLocation:
    return CallLocation(
        lon=details.place.lon,
        lat=details.place.lat,
        datum="wgs84",
        accuracy_m=details.accuracy_m,
        address=details.address,
        floor=details.floor,
        note=details.note,
    )


def _alerts(incident: Incident, receipts: dict[str, Receipt]) -> tuple[AlertView, ...]:
    return tuple(
        AlertView(
            alert_id=alert.alert_id,
            rescuer_id=alert.rescuer_id,
            role=alert.role,
            aed_id=alert.aed_id,
            state=alert.status,
            wave=alert.wave,
            walk_time_s=alert.walk_time_s,
            straight_line=alert.straight_line,
            alerted_at=alert.alerted_at,
            delivered_at=receipt.delivered_at if receipt else None,
            seen_at=receipt.seen_at if receipt else None,
        )
        for alert in incident.alerts.values()
        for receipt in [receipts.get(alert.alert_id)]
    )
