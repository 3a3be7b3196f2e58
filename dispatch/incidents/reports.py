"""From 120's message to a command of the core: what it asks, and what in it is news."""

from dataclasses import replace

from dispatch.core import commands as cmd
from dispatch.incidents.intake import Understood
from dispatch.incidents.scout import Scout
from dispatch.records import Details


def command_of(message: Understood, incident_id: str, integration: str) -> cmd.Command:
    """What a message of 120 asks of its incident."""
    ends = {"call.cancelled": "cancelled", "call.closed": "closed"}
    kind = str(message.type) if message.type else ""
    # Without a reference there is no telling whose call it ends: a dispatcher must look.
    if kind in ends and message.cad_ref:
        return cmd.EndCall(
            incident_id=incident_id,
            cad_ref=message.cad_ref,
            integration=integration,
            reason=ends[kind],
            reported_at=message.reported_at,
        )
    if kind == "ambulance.arrived" and message.cad_ref:
        return cmd.ReportAmbulance(incident_id=incident_id, cad_ref=message.cad_ref, integration=integration)
    return cmd.ReportCall(
        incident_id=incident_id,
        cad_ref=message.cad_ref,
        integration=integration,
        reported_at=message.reported_at,
        created=kind == "call.created",
        has_location=message.details is not None,
        ambulance_eta_at=message.ambulance_eta_at,
        attention=message.attention,
    )


def compared(
    command: cmd.Command, held: Details | None, details: Details | None, scout: Scout
) -> tuple[cmd.Command, Details | None]:
    """The command with how far the patient's place has moved, and without a place that says nothing new."""
    if not isinstance(command, cmd.ReportCall) or held is None or details is None:
        return command, details
    if details == held:
        return replace(command, has_location=False), None
    moved_m = scout.distance_m(held.place, details.place)
    return replace(command, moved_m=round(moved_m, 1)), details
