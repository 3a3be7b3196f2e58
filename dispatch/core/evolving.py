"""From one state of an incident to the next: `evolve` is the only way, and replaying the journal through it gives the
incident back after a crash."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from types import MappingProxyType
from typing import Any

from dispatch.core import events as ev
from dispatch.core.events import Role
from dispatch.core.incident import Alert, AlertStatus, Incident


def evolve(incident: Incident | None, event: ev.Event, at: datetime) -> Incident:
    """The incident after `event`, which happened at `at`."""
    if isinstance(event, ev.IncidentOpened):
        return Incident(
            incident_id=event.incident_id,
            cad_ref=event.cad_ref,
            opened_at=at,
            integration=event.integration,
            references=_reference(event.integration, event.cad_ref),
        )
    if incident is None:
        raise ValueError(f"an incident begins with IncidentOpened, not with {type(event).__name__}")
    changes = _call_changes(event)
    if changes is None:
        changes = _search_changes(incident, event)
    if changes is None:
        changes = _joining_changes(incident, event)
    if changes is None:
        changes = _alert_changes(incident, event, at)
    return replace(incident, version=incident.version + 1, **changes)


def evolve_together(incident: Incident | None, events: Sequence[ev.Event], at: datetime) -> Incident | None:
    """The incident after `events`, all of one moment: as `evolve` one by one, but a wave's alerts enter at once."""
    for is_rung, group in groupby(events, _is_rung_by_search):
        if is_rung and incident is not None:
            rung = [_rung(event, at) for event in group if isinstance(event, ev.RescuerAlerted)]
            alerts = MappingProxyType({**incident.alerts, **{alert.alert_id: alert for alert in rung}})
            incident = replace(incident, version=incident.version + len(rung), alerts=alerts)
        else:
            for event in group:
                incident = evolve(incident, event, at)
    return incident


def evolve_all(incident: Incident | None, events: Iterable[tuple[ev.Event, datetime]]) -> Incident:
    """Replay: the incident after all of `events`, of which there is at least one where `incident` is None."""
    for event, at in events:
        incident = evolve(incident, event, at)
    if incident is None:
        raise ValueError("no events: there is no incident")
    return incident


Changes = dict[str, Any]


def _call_changes(event: ev.Event) -> Changes | None:
    match event:
        case ev.CallConfirmed():
            return {"call_confirmed": True}
        case ev.LocationSet():
            return {
                "location_reported_at": event.reported_at,
                "location_by_arrival": event.by_arrival,
                "search_due": True,
                "search_ended": None,
            }
        case ev.AmbulanceEtaSet():
            return {
                "ambulance_eta_at": event.eta_at,
                "ambulance_eta_reported_at": event.reported_at,
                "ambulance_eta_by_arrival": event.by_arrival,
                "search_due": True,
            }
        case ev.AttentionRaised():
            return {"attention": event.code}
        case ev.AttentionCleared():
            return {"attention": None}
        case ev.AmbulanceArrived():
            return {"ambulance_arrived": True, "search_due": False, "next_search_at": None}
        case ev.IncidentClosed():
            return {
                "closed": event.reason,
                "closed_reported_at": event.reported_at,
                "search_due": False,
                "next_search_at": None,
            }
        case _:
            return None


def _search_changes(incident: Incident, event: ev.Event) -> Changes | None:
    match event:
        case ev.SearchMade():
            return {
                "put_off_until": None,
                "wave": event.wave,
                "search_due": False,
                "next_search_at": event.next_at,
                "nobody_available": incident.nobody_available and event.alerted == 0,
            }
        case ev.WaveEnded():
            return {"wave": event.wave + 1, "search_due": True, "next_search_at": None}
        case ev.NobodyAvailable():
            return {"nobody_available": True}
        case ev.SearchEnded():
            return {"search_ended": event.reason, "search_due": False, "next_search_at": None}
        case _:
            return None


def _joining_changes(incident: Incident, event: ev.Event) -> Changes | None:
    match event:
        case ev.SearchPutOff():
            return {"beside": event.beside, "beside_m": event.distance_m, "put_off_until": event.until}
        case ev.SearchTakenUp():
            return {"put_off_until": None, "search_due": not incident.search_ended}
        case ev.IncidentTakenIn():
            reference = _reference(event.integration, event.cad_ref)
            return {
                "taken_in": incident.taken_in | {event.incident_id},
                "references": incident.references | reference,
                "ended_references": incident.ended_references - reference,
            }
        case ev.JoinedTo():
            return {"joined_to": event.incident_id}
        case ev.ReferenceEnded():
            return {"ended_references": incident.ended_references | _reference(event.integration, event.cad_ref)}
        case _:
            return None


def _reference(integration: str, cad_ref: str | None) -> frozenset[tuple[str, str]]:
    return frozenset({(integration, cad_ref)} if cad_ref else ())


_ANSWERS: Mapping[type[ev.Event], AlertStatus] = {
    ev.AlertAccepted: AlertStatus.ACCEPTED,
    ev.AlertDeclined: AlertStatus.DECLINED,
    ev.AlertTimedOut: AlertStatus.TIMED_OUT,
    ev.AlertWithdrawn: AlertStatus.WITHDRAWN,
    ev.AssignmentHandedBack: AlertStatus.HANDED_BACK,
    ev.ResponderArrived: AlertStatus.ARRIVED,
    ev.ResponderDone: AlertStatus.DONE,
    ev.ResponderStoodDown: AlertStatus.STOOD_DOWN,
}
_LEAVES_A_PLACE = (ev.AlertDeclined, ev.AlertTimedOut, ev.AssignmentHandedBack)


def _alert_changes(incident: Incident, event: ev.Event, at: datetime) -> Changes:
    if isinstance(event, ev.RescuerAlerted):
        rung = _with_alert(incident, _rung(event, at))
        # A search that rings somebody has said so itself.
        return {**rung, "nobody_available": False} if event.by_hand else rung
    alert = incident.alerts[event.alert_id]  # type: ignore[union-attr]  # all other events name their alert
    match event:
        case ev.AedCollected():
            left_s = alert.walk_time_s - (alert.to_aed_s or 0.0)
            return _with_alert(incident, replace(alert, aed_collected=True, eta_at=_after(at, left_s)))
        case ev.AedReturned():
            return _with_alert(incident, replace(alert, aed_returned=True))
        case ev.DoorReached():
            return _with_alert(incident, replace(alert, at_door_at=at))
        case ev.AlertUndelivered() | ev.AlertOutwaited():
            searches = not incident.search_ended and not incident.closed
            missed = _with_alert(incident, replace(alert, gave_place=True))
            return {**missed, "search_due": incident.search_due or searches}
        case ev.SentStraight():
            sent = replace(
                alert,
                role=Role.DIRECT,
                aed_id=None,
                to_aed_s=None,
                walk_time_s=event.walk_time_s,
                straight_line=event.straight_line,
            )
            return _with_alert(incident, sent)
        case ev.WalkTimeRevised():
            revised = replace(
                alert,
                walk_time_s=event.walk_time_s,
                to_aed_s=event.to_aed_s,
                straight_line=event.straight_line,
                eta_at=_after(at, event.walk_time_s) if alert.eta_at else None,
            )
            return _with_alert(incident, revised)
        case _:
            wanted = _leaves_place(event) and not incident.search_ended and not incident.closed
            answered = _with_alert(incident, _answered(alert, event, at))
            return {**answered, "search_due": incident.search_due or wanted}


def _is_rung_by_search(event: ev.Event) -> bool:
    return isinstance(event, ev.RescuerAlerted) and not event.by_hand


def _rung(event: ev.RescuerAlerted, at: datetime) -> Alert:
    return Alert(
        alert_id=event.alert_id,
        rescuer_id=event.rescuer_id,
        role=event.role,
        aed_id=event.aed_id,
        walk_time_s=event.walk_time_s,
        to_aed_s=event.to_aed_s,
        straight_line=event.straight_line,
        wave=event.wave,
        alerted_at=at,
        answer_by=event.answer_by,
        by_hand=event.by_hand,
        aed_doubles=event.aed_doubles,
    )


def _leaves_place(event: ev.Event) -> bool:
    if isinstance(event, ev.AlertWithdrawn | ev.ResponderStoodDown):
        return event.leaves_place
    return isinstance(event, _LEAVES_A_PLACE)


def _answered(alert: Alert, event: ev.Event, at: datetime) -> Alert:
    alert = replace(alert, status=_ANSWERS[type(event)], eta_at=None)
    if isinstance(event, ev.AlertAccepted):
        return replace(alert, accepted_at=at, eta_at=_after(at, alert.walk_time_s), gave_place=False)
    return replace(alert, arrived_at=at) if isinstance(event, ev.ResponderArrived) else alert


def _after(at: datetime, seconds: float) -> datetime:
    return at + timedelta(seconds=seconds)


def _with_alert(incident: Incident, alert: Alert) -> Changes:
    return {"alerts": MappingProxyType({**incident.alerts, alert.alert_id: alert})}
