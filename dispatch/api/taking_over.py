"""Taking over when the machine is wrong or was not asked: calls by hand, people added and called off."""

import json
import uuid
from datetime import UTC, datetime

import structlog
from fastapi import APIRouter

from dispatch.access.integrations import CONSOLE
from dispatch.api.access import Caller
from dispatch.api.incident_views import IncidentViews
from dispatch.contracts.api import IncidentView, SetLocation
from dispatch.contracts.taking_over import AddAlert, CallOffAlert, JoinIncident, NewCall, OpenedCall
from dispatch.contracts.webhook import CallLocation, MessageType
from dispatch.core.commands import CallOff, CallOffReason
from dispatch.core.events import Role
from dispatch.incidents.by_hand import Wish
from dispatch.incidents.intake import MAX_PHONE, Understood, storable
from dispatch.incidents.service_area import get_place
from dispatch.records import CallRecord, Details
from dispatch.service import DispatchService

log = structlog.get_logger(__name__)


def add_taking_over(router: APIRouter, service: DispatchService, views: IncidentViews) -> None:
    """Its routes, beside those that show incidents."""
    _add_calls(router, service, views)
    _add_joining(router, service, views)
    _add_people(router, service, views)


def _add_calls(router: APIRouter, service: DispatchService, views: IncidentViews) -> None:
    @router.post("/incidents", status_code=201)
    async def open_call(body: NewCall, caller: Caller) -> OpenedCall:
        """Take a call by hand: it rings like any other. Durable when this answers."""
        message = Understood(
            type=MessageType.CALL_CREATED,
            cad_ref=_new_reference(service),
            reported_at=service.clock.now(),
            details=_details(service, body),
            ambulance_eta_at=None,
            attention=None,
            detail="",
        )
        record = CallRecord(
            message_id=_message_id(caller.subject, body.request_id),
            integration=CONSOLE,
            received_at=datetime.now(UTC),
            type=str(MessageType.CALL_CREATED),
            attention=None,
            detail="",
            body=body.model_dump_json().encode(),
        )
        taken = await service.engine.take_call(message, record)
        log.info("call_taken_by_hand", incident_id=taken.incident_id, by=caller.subject, duplicate=taken.duplicate)
        return OpenedCall(incident_id=taken.incident_id)

    @router.post("/incidents/{incident_id}/location")
    async def set_location(incident_id: str, body: SetLocation) -> IncidentView:
        """Say where the patient is; answers an incident's need for attention and starts its search."""
        await service.engine.set_location(incident_id, _details(service, body))
        return await views.for_dispatcher(incident_id)

    @router.post("/incidents/{incident_id}/stand-down")
    async def stand_down(incident_id: str) -> IncidentView:
        """Call everyone off and close the incident."""
        await service.engine.stand_down(incident_id)
        return await views.for_dispatcher(incident_id)


def _add_joining(router: APIRouter, service: DispatchService, views: IncidentViews) -> None:
    @router.post("/incidents/{incident_id}/join")
    async def join(incident_id: str, body: JoinIncident, caller: Caller) -> IncidentView:
        """Two calls, one patient: this one is closed, and what 120 says of either counts for the other from now on."""
        await service.engine.join(incident_id, body.into)
        log.info("joined_by_hand", incident_id=incident_id, into=body.into, by=caller.subject)
        return await views.for_dispatcher(incident_id)

    @router.post("/incidents/{incident_id}/another-patient")
    async def another_patient(incident_id: str, caller: Caller) -> IncidentView:
        """Two calls, two patients: ring for this one now, although another incident is beside it."""
        await service.engine.take_up_search(incident_id)
        log.info("told_apart_by_hand", incident_id=incident_id, by=caller.subject)
        return await views.for_dispatcher(incident_id)


def _add_people(router: APIRouter, service: DispatchService, views: IncidentViews) -> None:
    @router.post("/incidents/{incident_id}/alerts")
    async def add_alert(incident_id: str, body: AddAlert, caller: Caller) -> IncidentView:
        """Ring somebody of the dispatcher's own choice, beside whom the rule rings.

        409 with the reason where it cannot be, or where the rule would not and `force` is not said.
        """
        role = Role(body.role) if body.role else Role.FETCH_AED if body.aed_id else Role.DIRECT
        wish = Wish(rescuer_id=body.rescuer_id, role=role, aed_id=body.aed_id, force=body.force)
        await service.engine.add_rescuer(incident_id, wish)
        log.info("added_by_hand", incident_id=incident_id, role=role, force=body.force, by=caller.subject)
        return await views.for_dispatcher(incident_id)

    @router.post("/incidents/{incident_id}/alerts/{alert_id}/call-off")
    async def call_off(
        incident_id: str, alert_id: str, caller: Caller, body: CallOffAlert | None = None
    ) -> IncidentView:
        """Call one person off; unless they were not needed, the rule looks for somebody in their place."""
        reason = CallOffReason(body.reason) if body else CallOffReason.CALLED_OFF
        await service.engine.call_off(incident_id, CallOff(alert_id=alert_id, reason=reason))
        log.info("called_off_by_hand", incident_id=incident_id, alert_id=alert_id, by=caller.subject)
        return await views.for_dispatcher(incident_id)

    @router.post("/aeds/{aed_id}/returned", status_code=204)
    async def aed_returned(aed_id: str) -> None:
        """The AED hangs in its place again: it may be promised to the next call."""
        await service.engine.aed_returned(aed_id)


def _message_id(subject: str, request_id: str | None) -> str:
    """The same for what one dispatcher sends twice. It stays in the journal, so it does not say who that is."""
    if request_id is None:
        return uuid.uuid4().hex
    return uuid.uuid5(uuid.NAMESPACE_OID, json.dumps([subject, request_id])).hex


def _new_reference(service: DispatchService) -> str:
    """As a dispatcher reads it out; unique for practical purposes, and refused where it is not."""
    return f"BY-HAND-{service.clock.now():%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:6]}"


def _details(service: DispatchService, body: NewCall | SetLocation) -> Details:
    """Raises: BadLocation."""
    location: CallLocation = body.location
    said = body if isinstance(body, NewCall) else location
    return Details(
        place=get_place(location, service.area),
        accuracy_m=location.accuracy_m,
        address=storable(said.address or location.address),
        floor=storable(said.floor or location.floor),
        note=storable(said.note or location.note),
        caller_phone=storable(body.caller_phone)[:MAX_PHONE] if isinstance(body, NewCall) else "",
    )
