"""Which incidents somebody went to, for how long, and what came of it: told from the journal's events."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import get_args

from dispatch.core import events as ev


class DeploymentEnd(StrEnum):
    """UNDER_WAY: not over yet. CALLED_OFF: on the way or there. HANDED_BACK: could not go on."""

    UNDER_WAY = "under_way"
    DONE = "done"
    CALLED_OFF = "called_off"
    HANDED_BACK = "handed_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """An alert that was accepted. arrived_at: with the patient, None where they never came there."""

    incident_id: str
    alert_id: str
    accepted_at: datetime
    arrived_at: datetime | None = None
    ended_at: datetime | None = None
    end: DeploymentEnd = DeploymentEnd.UNDER_WAY

    @property
    def service_s(self) -> float:
        """Seconds from yes to the end; of one that was handed back, or is not over, none."""
        if self.ended_at is None or self.end is DeploymentEnd.HANDED_BACK:
            return 0.0
        return (self.ended_at - self.accepted_at).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What somebody has given. incidents: that they went to. arrived: at how many they were with the patient."""

    incidents: int
    arrived: int
    service: timedelta


Told = tuple[str, ev.Event, datetime]
"""An incident's id, one of its events, and when it happened."""

_ENDS: dict[type[ev.Event], DeploymentEnd] = {
    ev.ResponderDone: DeploymentEnd.DONE,
    ev.ResponderStoodDown: DeploymentEnd.CALLED_OFF,
    ev.AssignmentHandedBack: DeploymentEnd.HANDED_BACK,
}
_Telling = ev.AlertAccepted | ev.ResponderArrived | ev.ResponderDone | ev.ResponderStoodDown | ev.AssignmentHandedBack
EVENTS: tuple[type[ev.Event], ...] = get_args(_Telling)
"""All that tells of a deployment."""


def deployments_of(alert_ids: Iterable[str], told: Iterable[Told]) -> list[Deployment]:
    """Somebody's deployments, the newest first, from events in their order. alert_ids: those of their alerts."""
    mine, found = frozenset(alert_ids), dict[str, Deployment]()
    for incident_id, event, at in told:
        if not isinstance(event, _Telling) or event.alert_id not in mine:
            continue
        if isinstance(event, ev.AlertAccepted):
            found[event.alert_id] = Deployment(incident_id=incident_id, alert_id=event.alert_id, accepted_at=at)
        elif event.alert_id in found:
            found[event.alert_id] = _after(found[event.alert_id], event, at)
    return sorted(found.values(), key=lambda one: (one.accepted_at, one.alert_id), reverse=True)


def service_of(deployments: Iterable[Deployment]) -> Service:
    """What handed-back ones leave out: who could not go on did not go."""
    went = [one for one in deployments if one.end is not DeploymentEnd.HANDED_BACK or one.arrived_at is not None]
    return Service(
        incidents=len({one.incident_id for one in went}),
        arrived=len({one.incident_id for one in went if one.arrived_at is not None}),
        service=timedelta(seconds=sum(one.service_s for one in went)),
    )


def _after(before: Deployment, event: ev.Event, at: datetime) -> Deployment:
    if isinstance(event, ev.ResponderArrived):
        return replace(before, arrived_at=at)
    return replace(before, ended_at=at, end=_ENDS[type(event)])
