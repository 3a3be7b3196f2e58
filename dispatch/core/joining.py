"""Two calls for one patient: the second waits for a dispatcher before it rings anybody, and is joined to the first.

A bystander and a neighbour call 120 about the same collapse, seconds and metres apart; two patients side by side are
the exception, so the wait is short and ends by itself.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dispatch.core import commands as cmd
from dispatch.core import events as ev
from dispatch.core.incident import Incident
from dispatch.core.policy import Policy
from dispatch.core.refusals import Refused
from dispatch.core.standing_down import call_off_everyone

ANOTHER_NEAR = "another_incident_near"
"""Attention while nobody has said whether two calls are for one patient."""

JOINED = "duplicate"
"""Why an incident is closed that goes on as another one."""


def put_off(near: cmd.Neighbour, now: datetime, policy: Policy) -> Iterator[ev.Event]:
    """What follows from a call beside another one: while people come for that, nobody is rung for this."""
    until = now + timedelta(seconds=policy.put_off_s) if near.is_served else now
    yield ev.SearchPutOff(beside=near.incident_id, distance_m=round(near.distance_m, 1), until=until)


def put_off_late(policy: Policy, now: datetime) -> ev.Event:
    """What follows from a call out of a queue: its end may be right behind it."""
    return ev.SearchPutOff(until=now + timedelta(seconds=policy.outbox_s))


def take_up(incident: Incident, reason: str) -> Iterator[ev.Event]:
    """The search begins after all."""
    if incident.put_off_until is not None:
        yield ev.SearchTakenUp(reason=reason)


def decide_joining(incident: Incident, command: cmd.TakeUpSearch | cmd.TakeIn | cmd.JoinTo) -> Iterator[ev.Event]:
    """Events of what a dispatcher says of two calls.

    Raises:
        Refused: one of them is over.
    """
    if isinstance(command, cmd.JoinTo) and incident.joined_to == command.incident_id:
        return
    if incident.closed:
        raise Refused("incident_closed", "The incident is closed already.")
    match command:
        case cmd.TakeUpSearch():
            yield from take_up(incident, "another_patient")
            if incident.attention == ANOTHER_NEAR:
                yield ev.AttentionCleared()
        case cmd.TakeIn():
            if command.incident_id not in incident.taken_in:
                yield ev.IncidentTakenIn(
                    incident_id=command.incident_id, cad_ref=command.cad_ref, integration=command.integration
                )
        case cmd.JoinTo():
            yield from call_off_everyone(incident, JOINED)
            if incident.attention:
                yield ev.AttentionCleared()
            yield ev.JoinedTo(incident_id=command.incident_id)
            yield ev.IncidentClosed(reason=JOINED, reported_at=command.at)


def ends_one_of_several(incident: Incident, command: cmd.EndCall) -> bool:
    """Whether 120 ends one of the calls that are this incident, and another goes on."""
    return command.cad_ref is not None and bool(
        incident.references - incident.ended_references - {(command.integration, command.cad_ref)}
    )


def end_one(incident: Incident, command: cmd.EndCall) -> Iterator[ev.Event]:
    if (command.integration, command.cad_ref) in incident.references - incident.ended_references:
        yield ev.ReferenceEnded(cad_ref=command.cad_ref or "", integration=command.integration, reason=command.reason)
