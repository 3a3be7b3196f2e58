"""What 120 is told of an incident: which callbacks follow from its events, in order, and of whom they speak."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from dispatch.core import events as ev
from dispatch.core.incident import AlertStatus, Incident
from dispatch.core.reporting import NOBODY


class CallbackKind(StrEnum):
    ALERTED = "alerted"
    ACCEPTED = "accepted"
    HANDED_BACK = "handed_back"
    ETA_CHANGED = "eta_changed"
    AED_COLLECTED = "aed_collected"
    ARRIVED = "arrived"
    STOOD_DOWN = "stood_down"
    NOBODY_AVAILABLE = "nobody_available"
    SEARCH_ENDED = "search_ended"
    NEEDS_ATTENTION = "needs_attention"
    CLOSED = "closed"


ABOUT_ONE_RESPONDER = frozenset(
    {
        CallbackKind.ACCEPTED,
        CallbackKind.HANDED_BACK,
        CallbackKind.ETA_CHANGED,
        CallbackKind.AED_COLLECTED,
        CallbackKind.ARRIVED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """One thing that 120 is to hear of. `alert_ids`: of whom it speaks; `reason`: a word, never personal data."""

    kind: CallbackKind
    alert_ids: tuple[str, ...] = ()
    reason: str = ""


def callbacks(incident: Incident, events: Iterable[ev.Event]) -> list[Callback]:
    """What 120 is told of `events`, which have led to `incident`.

    A wave is one callback, and so is everybody called off for one reason. What 120 itself has told us, and an answer
    that changes nothing for the patient (a decline, a silence), is not told back. That nobody is available says itself.
    """
    told: dict[tuple[CallbackKind, str, str], Callback] = {}
    for event in events:
        for new in _following(incident, event):
            one_by_one = new.kind in ABOUT_ONE_RESPONDER
            key = (new.kind, new.reason, new.alert_ids[0] if one_by_one else "")
            held = told.get(key)
            told[key] = replace(held, alert_ids=(*held.alert_ids, *new.alert_ids)) if held and not one_by_one else new
    return list(told.values())


_OF_AN_ALERT: Mapping[type[ev.Event], CallbackKind] = {
    ev.RescuerAlerted: CallbackKind.ALERTED,
    ev.AlertAccepted: CallbackKind.ACCEPTED,
    ev.AssignmentHandedBack: CallbackKind.HANDED_BACK,
    ev.AedCollected: CallbackKind.AED_COLLECTED,
    ev.ResponderArrived: CallbackKind.ARRIVED,
}


def _following(incident: Incident, event: ev.Event) -> Iterator[Callback]:
    if kind := _OF_AN_ALERT.get(type(event)):
        yield Callback(kind=kind, alert_ids=(event.alert_id,))  # type: ignore[union-attr]  # all of these have one
    match event:
        case ev.WalkTimeRevised():
            if incident.alerts[event.alert_id].status is AlertStatus.ACCEPTED:
                yield Callback(kind=CallbackKind.ETA_CHANGED, alert_ids=(event.alert_id,))
        case ev.AlertWithdrawn() | ev.ResponderStoodDown():
            yield Callback(kind=CallbackKind.STOOD_DOWN, alert_ids=(event.alert_id,), reason=event.reason)
        case ev.NobodyAvailable():
            yield Callback(kind=CallbackKind.NOBODY_AVAILABLE)
        case ev.SearchEnded():
            yield Callback(kind=CallbackKind.SEARCH_ENDED, reason=event.reason)
        case ev.AttentionRaised() if event.code != NOBODY:
            yield Callback(kind=CallbackKind.NEEDS_ATTENTION, reason=event.code)
        case ev.IncidentClosed():
            # A dispatcher's stand-down is told as one even where nobody was left to call off.
            if event.reason == "stood_down":
                yield Callback(kind=CallbackKind.STOOD_DOWN, reason=event.reason)
            yield Callback(kind=CallbackKind.CLOSED, reason=event.reason)
