"""The incident: what is known of one call after everything that has happened to it. `evolving` leads from one to the
next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

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
    patient, as far as the events tell; None before and after. gave_place: it rings, and
    somebody else is rung in its place. aed_doubles: other ids that the same AED may have.
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
    gave_place: bool = False
    aed_doubles: tuple[str, ...] = ()

    @property
    def aed_ids(self) -> tuple[str, ...]:
        """All ids that its AED may have."""
        return () if self.aed_id is None else (self.aed_id, *self.aed_doubles)

    @property
    def carries_aed(self) -> bool:
        return self.aed_collected and not self.aed_returned

    @property
    def holds_place(self) -> bool:
        """Whether it counts among those of whom no more are rung than the policy says."""
        return self.status in HELD and not self.gave_place


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
