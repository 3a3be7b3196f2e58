"""What else must be written with an incident's events: who is told, and what stays reserved."""

from collections.abc import Iterable
from dataclasses import dataclass

from dispatch.core import events as ev
from dispatch.core.incident import HELD, AlertStatus, Incident

DISPATCHERS = "dispatchers"


def rescuer_recipient(rescuer_id: str) -> str:
    return f"rescuer:{rescuer_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One durable frame for one recipient. `reason` is a word for the frame, never personal data."""

    recipient: str
    kind: str
    alert_id: str | None = None
    reason: str = ""


def notices(incident: Incident, events: Iterable[ev.Event]) -> list[Notice]:
    """Who is told what of `events`, which have led to `incident`; volunteers first, the dispatchers last."""
    told = [notice for event in events for notice in _volunteers_told(incident, event)]
    return [*told, Notice(recipient=DISPATCHERS, kind="incident_changed")]


def reserved(incident: Incident) -> frozenset[str]:
    """Keys of what no other incident may be promised: rescuers who ring or are engaged, AEDs until they hang again.

    An AED that may be registered twice is promised under all its ids, so that one wall gets one person. Whoever decides
    meanwhile that they are one, or two, changes nothing of a promise that stands.
    """
    keys = set()
    for alert in incident.alerts.values():
        if alert.status in HELD:
            keys.add(rescuer_key(alert.rescuer_id))
        if alert.aed_id is not None and (alert.holds_place or alert.carries_aed) and not alert.aed_returned:
            keys.update(map(aed_key, alert.aed_ids))
    return frozenset(keys)


def rescuer_key(rescuer_id: str) -> str:
    return f"rescuer:{rescuer_id}"


def aed_key(aed_id: str) -> str:
    return f"aed:{aed_id}"


def find_promised(key: str) -> tuple[str | None, str | None]:
    """The rescuer or the AED whose key this is."""
    kind, _, one = key.partition(":")
    return (one, None) if kind == "rescuer" else (None, one)


def _volunteers_told(incident: Incident, event: ev.Event) -> Iterable[Notice]:
    match event:
        case ev.RescuerAlerted():
            yield _to(incident, event.alert_id, "alert")
        case ev.AlertAccepted():
            yield _to(incident, event.alert_id, "assignment", "accepted")
        case ev.AlertTimedOut():
            yield _to(incident, event.alert_id, "alert_ended", "timed_out")
        case ev.AlertWithdrawn() | ev.ResponderStoodDown():
            yield _to(incident, event.alert_id, "alert_ended", event.reason)
        case ev.LocationSet():
            for alert in incident.held_alerts:
                if alert.status is not AlertStatus.RINGING:
                    yield _to(incident, alert.alert_id, "assignment", "patient_moved")


def _to(incident: Incident, alert_id: str, kind: str, reason: str = "") -> Notice:
    recipient = rescuer_recipient(incident.alerts[alert_id].rescuer_id)
    return Notice(recipient=recipient, kind=kind, alert_id=alert_id, reason=reason)
