"""Who is left alone for a while, and by what: a no a moment ago, or an alarm that somebody has just gone to.

KATRETTER leaves a volunteer alone after an accepted alarm; who is rung again and again stops answering.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.core import events as ev
from dispatch.core.incident import AlertStatus, Incident
from dispatch.core.policy import Policy

NO_CALL_AT_ALL = frozenset({"cancelled", "duplicate"})
"""Whoever was called off before they came there, because there was nothing to come to, is as ready as before."""


class RestKind(StrEnum):
    """DECLINED: is not rung. WENT: is rung only where nobody else can be there in the same time. LOCKED_OUT: was with a
    patient, and is not rung at all until somebody has had time to talk with them."""

    DECLINED = "declined"
    WENT = "went"
    LOCKED_OUT = "locked_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    rescuer_id: str
    kind: RestKind
    until: datetime


def rests_of(
    before: Incident | None, after: Incident, events: Iterable[ev.Event], at: datetime, policy: Policy
) -> tuple[Rest, ...]:
    """The rests that begin with `events`, which led from `before` to `after` at `at`; each person and kind once."""
    length_s: Mapping[RestKind, float] = {
        RestKind.DECLINED: policy.decline_rest_s,
        RestKind.WENT: policy.rest_s,
        RestKind.LOCKED_OUT: policy.lock_out_s,
    }
    begun = dict.fromkeys(
        (after.alerts[event.alert_id].rescuer_id, kind)
        for event in events
        if isinstance(event, _ENDS)
        for kind in _kinds_of(event, before)
        if length_s[kind] > 0
    )
    return tuple(
        Rest(rescuer_id=rescuer_id, kind=kind, until=at + timedelta(seconds=length_s[kind]))
        for rescuer_id, kind in begun
    )


_ENDS = (ev.AlertDeclined, ev.AssignmentHandedBack, ev.ResponderDone, ev.ResponderStoodDown)


def _kinds_of(event: ev.Event, before: Incident | None) -> tuple[RestKind, ...]:
    match event:
        case ev.AlertDeclined() | ev.AssignmentHandedBack():
            return (RestKind.DECLINED,)
        case ev.ResponderDone():
            return _WAS_THERE
        case ev.ResponderStoodDown():
            was = before.alerts.get(event.alert_id) if before else None
            if was is not None and was.status is AlertStatus.ARRIVED:
                return _WAS_THERE
            return () if event.reason in NO_CALL_AT_ALL else (RestKind.WENT,)
        case _:
            return ()


_WAS_THERE = RestKind.WENT, RestKind.LOCKED_OUT
