"""Calling people off: when there is enough help at the patient's side, the ambulance is there, or the call is over."""

from collections.abc import Iterator

from dispatch.core import events as ev
from dispatch.core.events import Role
from dispatch.core.incident import Alert, AlertStatus, Incident
from dispatch.core.policy import Policy


def hands_are_enough(incident: Incident, policy: Policy) -> bool:
    return sum(alert.status is AlertStatus.ARRIVED for alert in incident.alerts.values()) >= policy.hands_wanted


def is_aed_there(incident: Incident) -> bool:
    return any(alert.status is AlertStatus.ARRIVED and alert.carries_aed for alert in incident.alerts.values())


def call_off_everyone(incident: Incident, reason: str) -> Iterator[ev.Event]:
    for alert in incident.held_alerts:
        yield _call_off(alert, reason)


def call_off_those_on_the_way(incident: Incident, reason: str) -> Iterator[ev.Event]:
    """Those at the patient's side stay: they hand over to the crew and say when they are done."""
    for alert in incident.held_alerts:
        if alert.status is not AlertStatus.ARRIVED:
            yield _call_off(alert, reason)


def call_off_those_not_needed(incident: Incident, policy: Policy) -> Iterator[ev.Event]:
    """After an arrival: enough hands end the direct alerts; an AED ends the ringing for others; both end the search.

    Whom a dispatcher added comes all the same: only a dispatcher knows what for.
    """
    if incident.search_ended:
        return
    hands, aed = hands_are_enough(incident, policy), is_aed_there(incident)
    for alert in incident.held_alerts:
        if alert.status is AlertStatus.ARRIVED or alert.by_hand:
            continue
        ringing = alert.status is AlertStatus.RINGING
        not_needed = hands if alert.role is Role.DIRECT else aed and (ringing or hands)
        if not_needed:
            yield _call_off(alert, "enough_there")
    if hands and aed:
        yield ev.SearchEnded(reason="enough_there")


def _call_off(alert: Alert, reason: str) -> ev.Event:
    if alert.status is AlertStatus.RINGING:
        return ev.AlertWithdrawn(alert_id=alert.alert_id, reason=reason)
    return ev.ResponderStoodDown(alert_id=alert.alert_id, reason=reason)
