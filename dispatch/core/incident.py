"""The incident: what is known of one call after everything that has happened to it.

State is a value; `evolve` is the only way from one to the next, and replaying the journal through it gives the
incident back after a crash.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from types import MappingProxyType
from typing import Any

from dispatch.core import events as ev
from dispatch.core.events import Role


class AlertStatus(StrEnum):
    RINGING = "ringing"
    ACCEPTED = "accepted"
    ARRIVED = "arrived"
    DONE = "done"
    DECLINED = "declined"
    TIMED_OUT = "timed_out"
    WITHDRAWN = "withdrawn"
    HANDED_BACK = "handed_back"
    STOOD_DOWN = "stood_down"


ENGAGED = frozenset({AlertStatus.ACCEPTED, AlertStatus.ARRIVED})
HELD = frozenset({AlertStatus.RINGING, *ENGAGED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One rescuer rung for one incident, and what came of it.

    by_hand: a dispatcher's choice, which the machine does not undo. eta_at: when somebody on the way should be with the
    patient, as far as the events tell; None before and after. undelivered: no phone has it, as far as is known.
    """

    alert_id: str
    rescuer_id: str
    role: Role
    aed_id: str | None
    walk_time_s: float
    to_aed_s: float | None
    straight_line: bool
    wave: int
    alerted_at: datetime
    answer_by: datetime
    status: AlertStatus = AlertStatus.RINGING
    aed_collected: bool = False
    aed_returned: bool = False
    accepted_at: datetime | None = None
    at_door_at: datetime | None = None
    arrived_at: datetime | None = None
    eta_at: datetime | None = None
    by_hand: bool = False
    undelivered: bool = False

    @property
    def carries_aed(self) -> bool:
        return self.aed_collected and not self.aed_returned

    @property
    def holds_place(self) -> bool:
        """Whether it counts among those of whom no more are rung than the policy says."""
        return self.status in HELD and not self.undelivered


NO_ALERTS: Mapping[str, Alert] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """version: number of events so far. `search_due`: something changed that calls for a look at the candidates.

    beside, beside_m: another incident that may have the same patient, and how far off it is. put_off_until: nobody is
    rung before. taken_in: incidents whose calls are this one; joined_to: which one has this one's call.
    references: 120's, by integration, of all its calls; ended_references: of those 120 says nothing more.
    """

    incident_id: str
    cad_ref: str | None
    opened_at: datetime
    integration: str = ev.DEFAULT_INTEGRATION
    version: int = 1
    call_confirmed: bool = False
    location_reported_at: datetime | None = None
    location_by_arrival: bool = False
    ambulance_eta_at: datetime | None = None
    ambulance_eta_reported_at: datetime | None = None
    ambulance_eta_by_arrival: bool = False
    attention: str | None = None
    wave: int = 0
    search_due: bool = False
    next_search_at: datetime | None = None
    nobody_available: bool = False
    search_ended: str | None = None
    beside: str | None = None
    beside_m: float | None = None
    put_off_until: datetime | None = None
    taken_in: frozenset[str] = frozenset()
    joined_to: str | None = None
    references: frozenset[tuple[str, str]] = frozenset()
    ended_references: frozenset[tuple[str, str]] = frozenset()
    ambulance_arrived: bool = False
    closed: str | None = None
    closed_reported_at: datetime | None = None
    alerts: Mapping[str, Alert] = field(default_factory=lambda: NO_ALERTS)

    @property
    def located(self) -> bool:
        return self.location_reported_at is not None

    @property
    def held_alerts(self) -> tuple[Alert, ...]:
        """Alerts whose rescuers are ringing, on the way or there."""
        return tuple(alert for alert in self.alerts.values() if alert.status in HELD)

    @property
    def status(self) -> str:
        """One word for a list: closed, ambulance_there, waiting, nobody_available, on_scene, en_route or alerting."""
        if self.closed:
            return "closed"
        if self.ambulance_arrived:
            return "ambulance_there"
        if not self.located:
            return "waiting"
        statuses = {alert.status for alert in self.held_alerts}
        if AlertStatus.ARRIVED in statuses:
            return "on_scene"
        if AlertStatus.ACCEPTED in statuses:
            return "en_route"
        return "nobody_available" if self.nobody_available else "alerting"


def alert_id_of(incident_id: str, number: int, epoch: str) -> str:
    """The id of an incident's alert; `incident_of` finds the way back."""
    return f"{incident_id}-{number}.{epoch}" if epoch else f"{incident_id}-{number}"


def incident_of(alert_id: str) -> str:
    """The id of the incident that an alert belongs to."""
    return alert_id.rpartition("-")[0]


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
        case ev.AlertUndelivered():
            searches = not incident.search_ended and not incident.closed
            missed = _with_alert(incident, replace(alert, undelivered=True))
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
    )


def _leaves_place(event: ev.Event) -> bool:
    if isinstance(event, ev.AlertWithdrawn | ev.ResponderStoodDown):
        return event.leaves_place
    return isinstance(event, _LEAVES_A_PLACE)


def _answered(alert: Alert, event: ev.Event, at: datetime) -> Alert:
    alert = replace(alert, status=_ANSWERS[type(event)], eta_at=None)
    if isinstance(event, ev.AlertAccepted):
        return replace(alert, accepted_at=at, eta_at=_after(at, alert.walk_time_s), undelivered=False)
    return replace(alert, arrived_at=at) if isinstance(event, ev.ResponderArrived) else alert


def _after(at: datetime, seconds: float) -> datetime:
    return at + timedelta(seconds=seconds)


def _with_alert(incident: Incident, alert: Alert) -> Changes:
    return {"alerts": MappingProxyType({**incident.alerts, alert.alert_id: alert})}
