"""A dispatcher takes over: adds somebody, calls somebody off. The machine goes on around it and undoes none of it."""

from datetime import datetime, timedelta

from dispatch.core import commands as cmd
from dispatch.core import events as ev
from dispatch.core.commands import CallOffReason
from dispatch.core.consequences import aed_key, rescuer_key, reserved
from dispatch.core.events import Role
from dispatch.core.incident import HELD, AlertStatus, Incident, alert_id_of
from dispatch.core.policy import Policy
from dispatch.core.refusals import Refused

Events = tuple[ev.Event, ...]

NEVER = frozenset({"erased", "no_consent"})
"""Objections that no dispatcher may set aside: a person who has said no, or is no longer there."""


def decide_taking_over(
    incident: Incident, command: cmd.AddRescuer | cmd.CallOff, now: datetime, policy: Policy, *, epoch: str = ""
) -> Events:
    """Events of one word of a dispatcher.

    Raises:
        Refused: it cannot be done; the code says why.
    """
    if isinstance(command, cmd.CallOff):
        return _call_off(incident, command)
    _check(incident, command)
    if command.way is None:
        raise Refused("no_way", "Where this person is is not known, or it is too far to walk.")
    return (
        ev.RescuerAlerted(
            alert_id=alert_id_of(incident.incident_id, len(incident.alerts) + 1, epoch),
            rescuer_id=command.rescuer_id,
            role=command.role,
            aed_id=command.aed_id,
            walk_time_s=round(command.way.walk_time_s, 1),
            to_aed_s=None if command.way.to_aed_s is None else round(command.way.to_aed_s, 1),
            straight_line=command.way.straight_line,
            wave=incident.wave,
            answer_by=now + timedelta(seconds=policy.answer_s),
            by_hand=True,
            aed_doubles=command.aed_doubles,
        ),
    )


def _check(incident: Incident, command: cmd.AddRescuer) -> None:
    if incident.closed:
        raise Refused("incident_closed", "The incident is closed: open a new call.")
    if incident.ambulance_arrived:
        raise Refused("ambulance_there", "The ambulance is there: nobody is rung any more.")
    if not incident.located:
        raise Refused("no_location", "Say first where the patient is.")
    if any(alert.rescuer_id == command.rescuer_id for alert in incident.held_alerts):
        raise Refused("already_alerted", "This person is ringing, on the way or there already.")
    promised = command.promised | reserved(incident)
    if rescuer_key(command.rescuer_id) in promised:
        raise Refused("promised_elsewhere", "This person is promised to another incident: call them off there first.")
    if command.role is Role.FETCH_AED and command.aed_id is None:
        raise Refused("no_aed_in_reach", "There is no AED that this person could fetch in time.")
    aed_ids = (command.aed_id, *command.aed_doubles) if command.aed_id is not None else ()
    if not promised.isdisjoint(map(aed_key, aed_ids)):
        raise Refused("aed_promised", "This AED is promised already, or away from its place: choose another.")
    _heed(command)


def _heed(command: cmd.AddRescuer) -> None:
    barred = next((code for code in command.objections if code in NEVER), None)
    if barred:
        raise Refused(barred, "This person must not be rung: no dispatcher can set that aside.")
    if command.objections and not command.force:
        said = ", ".join(command.objections)
        raise Refused(command.objections[0], f"The rule would not ring this person ({said}): force it, or not.")


def _call_off(incident: Incident, command: cmd.CallOff) -> Events:
    alert = incident.alerts.get(command.alert_id)
    if alert is None:
        raise Refused("unknown_alert", "There is no such alert.")
    if alert.status in {AlertStatus.WITHDRAWN, AlertStatus.STOOD_DOWN}:
        return ()
    if alert.status not in HELD:
        raise Refused("alert_over", f"This alert is over ({alert.status}).")
    # Called off is called off: whoever takes their place, the rule looks for.
    called_off = ev.AlertWithdrawn if alert.status is AlertStatus.RINGING else ev.ResponderStoodDown
    leaves_place = command.reason is not CallOffReason.NOT_NEEDED
    return (called_off(alert_id=alert.alert_id, reason=command.reason.value, leaves_place=leaves_place),)
