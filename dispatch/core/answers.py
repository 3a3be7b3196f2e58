"""What a volunteer's answer makes of an alert. Said twice it counts once; out of order it is refused."""

from datetime import datetime

from dispatch.core import commands as cmd
from dispatch.core import events as ev
from dispatch.core.commands import Answer
from dispatch.core.consequences import aed_key, rescuer_key
from dispatch.core.events import Role
from dispatch.core.evolving import evolve
from dispatch.core.incident import ENGAGED, Alert, AlertStatus, Incident
from dispatch.core.policy import Policy
from dispatch.core.refusals import Refused
from dispatch.core.reporting import NOBODY
from dispatch.core.standing_down import call_off_those_not_needed

Events = tuple[ev.Event, ...]


def decide_answer(
    incident: Incident, command: cmd.AnswerAlert | cmd.ConfirmAedReturned, now: datetime, policy: Policy
) -> Events:
    """Events of one answer.

    Raises:
        Refused: unknown or somebody else's alert, too late and not needed any more, or out of order.
    """
    alert = incident.alerts.get(command.alert_id)
    if alert is None:
        raise Refused("unknown_alert", "There is no such alert.")
    if isinstance(command, cmd.ConfirmAedReturned):
        return _returned(alert)
    if alert.rescuer_id != command.rescuer_id:
        raise Refused("not_your_alert", "This alert went to somebody else.")
    match command.answer:
        case Answer.ACCEPT:
            return _accept(incident, alert, command, now, policy)
        case Answer.DECLINE:
            return _decline(incident, alert)
        case Answer.AED_COLLECTED:
            return _collect(alert)
        case Answer.AT_DOOR:
            return _reach_door(alert)
        case Answer.ARRIVED:
            return _arrive(incident, alert, command, now, policy)
        case Answer.DONE:
            return _done(alert, aed_returned=command.aed_returned)


def _accept(incident: Incident, alert: Alert, command: cmd.AnswerAlert, now: datetime, policy: Policy) -> Events:
    if alert.status in {AlertStatus.ACCEPTED, AlertStatus.ARRIVED}:
        return ()
    anew = _rung_anew(incident, alert)
    promised = command.promised - (_held_by(anew) if anew else frozenset())
    if alert.status not in {AlertStatus.RINGING, AlertStatus.TIMED_OUT}:
        _must_be(alert, AlertStatus.RINGING)
    is_late = alert.status is AlertStatus.TIMED_OUT or now > alert.answer_by
    if is_late and (incident.closed or incident.ambulance_arrived or incident.search_ended):
        raise Refused("too_late", "Nobody more is needed there. Thank you.")
    if alert.status is AlertStatus.TIMED_OUT and rescuer_key(alert.rescuer_id) in promised:
        raise Refused("too_late", "You are asked for somewhere else now.")
    instead = _instead_of_fetching(alert, command) if _has_lost_its_aed(alert, promised) else ()
    if is_late:
        # Others have been asked by now, and yet a late yes is better than nobody.
        _must_still_be_wanted(incident, Role.DIRECT if instead else alert.role, policy)
    cleared = (ev.AttentionCleared(),) if incident.attention == NOBODY else ()
    # The phone hears of its task before it hears that the other ringing is over.
    return (*instead, ev.AlertAccepted(alert_id=alert.alert_id), *_end_of(anew), *cleared)


def _rung_anew(incident: Incident, alert: Alert) -> Alert | None:
    """The alert that rings now for somebody who stayed silent at this one, and answers it all the same."""
    if alert.status is not AlertStatus.TIMED_OUT:
        return None
    ringing = (one for one in incident.alerts.values() if one.status is AlertStatus.RINGING)
    return next((one for one in ringing if one.rescuer_id == alert.rescuer_id), None)


def _held_by(alert: Alert) -> frozenset[str]:
    return frozenset({rescuer_key(alert.rescuer_id), *map(aed_key, alert.aed_ids)})


def _end_of(anew: Alert | None) -> Events:
    if anew is None:
        return ()
    return (ev.AlertWithdrawn(alert_id=anew.alert_id, reason="answered_earlier", leaves_place=False),)


def _must_still_be_wanted(incident: Incident, role: Role, policy: Policy) -> None:
    """Raises: Refused: with what is true of the one who came too late."""
    engaged = [one for one in incident.alerts.values() if one.status in ENGAGED and one.role is role]
    if len(engaged) >= (policy.direct_wanted if role is Role.DIRECT else policy.fetch_wanted):
        raise Refused("too_late", "Enough others are on their way. Thank you.")


def _has_lost_its_aed(alert: Alert, promised: frozenset[str]) -> bool:
    """Whether somebody else may have been asked for its AED: what it still holds can be nobody else's."""
    return not alert.holds_place and not promised.isdisjoint(map(aed_key, alert.aed_ids))


def _instead_of_fetching(alert: Alert, command: cmd.AnswerAlert) -> Events:
    """Raises: Refused: where nobody knows the way straight to the patient."""
    way = command.straight
    if way is None:
        raise Refused("too_late", "Somebody else was asked to bring that AED. Thank you.")
    sent = ev.SentStraight(
        alert_id=alert.alert_id, walk_time_s=round(way.walk_time_s, 1), straight_line=way.straight_line
    )
    return (sent,)


def _decline(incident: Incident, alert: Alert) -> Events:
    if alert.status in {AlertStatus.DECLINED, AlertStatus.HANDED_BACK}:
        return ()
    if alert.status is AlertStatus.ACCEPTED:
        return (ev.AssignmentHandedBack(alert_id=alert.alert_id),)
    if alert.status is AlertStatus.ARRIVED:
        raise Refused("already_arrived", "You are with the patient: say done when you leave.")
    anew = _rung_anew(incident, alert)
    if anew is None:
        _must_be(alert, AlertStatus.RINGING)
    return (ev.AlertDeclined(alert_id=alert.alert_id), *_end_of(anew))


def _collect(alert: Alert) -> Events:
    if alert.aed_id is None:
        raise Refused("no_aed_in_this_role", "You were asked to go straight to the patient.")
    if alert.aed_collected:
        return ()
    _must_be(alert, AlertStatus.ACCEPTED)
    return (ev.AedCollected(alert_id=alert.alert_id, aed_id=alert.aed_id),)


def _reach_door(alert: Alert) -> Events:
    if alert.at_door_at or alert.status is AlertStatus.ARRIVED:
        return ()
    _must_be(alert, AlertStatus.ACCEPTED)
    return (ev.DoorReached(alert_id=alert.alert_id),)


def _arrive(incident: Incident, alert: Alert, command: cmd.AnswerAlert, now: datetime, policy: Policy) -> Events:
    if alert.status is AlertStatus.ARRIVED:
        return ()
    _must_be(alert, AlertStatus.ACCEPTED)
    from_door_s = round((now - alert.at_door_at).total_seconds(), 1) if alert.at_door_at else None
    arrived = ev.ResponderArrived(alert_id=alert.alert_id, from_door_s=from_door_s, building=command.building)
    return (arrived, *call_off_those_not_needed(evolve(incident, arrived, now), policy))


def _done(alert: Alert, *, aed_returned: bool) -> Events:
    back = _returned(alert) if aed_returned else ()
    if alert.status is AlertStatus.ARRIVED:
        return (ev.ResponderDone(alert_id=alert.alert_id), *back)
    if alert.status in {AlertStatus.DONE, AlertStatus.STOOD_DOWN, AlertStatus.HANDED_BACK}:
        return back
    if alert.status is AlertStatus.ACCEPTED:
        raise Refused("not_arrived", "Say arrived first, or decline if you cannot go on.")
    _must_be(alert, AlertStatus.ARRIVED)
    return ()


def _returned(alert: Alert) -> Events:
    if alert.aed_id is None or not alert.carries_aed:
        return ()
    return (ev.AedReturned(alert_id=alert.alert_id, aed_id=alert.aed_id),)


def _must_be(alert: Alert, status: AlertStatus) -> None:
    if alert.status is status:
        return
    if alert.status is AlertStatus.RINGING:
        raise Refused("accept_first", "Accept the alert first.")
    raise Refused("alert_over", f"This alert is over ({alert.status}).")
