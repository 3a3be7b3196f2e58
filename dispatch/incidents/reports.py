"""From 120's message to a command of the core: what it asks, and what in it is news."""

from dataclasses import replace

from dispatch.core import commands as cmd
from dispatch.incidents.intake import Understood
from dispatch.incidents.scout import Scout
from dispatch.records import WORDS, Details, Told

COARSE_M = 100.0
"""A phone's own fix is better than this; what is vaguer comes from a mast (assumption)."""

WORDS_HOLD_M = 150.0
"""An address, its floor and the note on it hold for a compound as large as this, and no farther (assumption)."""

OF_A_PLACE = ("address", "floor", "note")


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
        by_arrival=message.by_arrival,
    )


def compared(
    command: cmd.Command, held: Details | None, told: Told | None, scout: Scout
) -> tuple[cmd.Command, Details | None]:
    """The command with how far the patient's place has moved, and the details after it; None where nothing is new.

    What a message leaves out stays, unless the patient is farther off now than those words can have meant. A place that
    is coarser than the one held replaces nothing and calls nobody off.
    """
    details = told.details if told else None
    if not isinstance(command, cmd.ReportCall) or held is None or told is None:
        return command, details
    if details is None and not told.words and not told.more:
        return command, None
    place, accuracy_m, moved_m, attention = held.place, held.accuracy_m, 0.0, command.attention
    if details is not None:
        moved_m = scout.distance_m(held.place, details.place)
        if _is_coarser(details, held):
            attention, moved_m = attention or "vague_place", 0.0
        else:
            place, accuracy_m = details.place, details.accuracy_m
    words = {name: getattr(details if told.words is None else held, name) for name in WORDS} | dict(told.words or {})
    if told.words is not None and moved_m > max(WORDS_HOLD_M, held.accuracy_m or 0.0):
        dropped = [name for name in OF_A_PLACE if name not in told.words and words[name]]
        words |= dict.fromkeys(dropped, "")
        attention = attention or ("address_dropped" if dropped else None)
    more = {name: said for name, said in {**held.more, **told.more}.items() if said is not None}
    if details is not None and told.words is None:
        more = dict(details.more)
    new = Details(place=place, accuracy_m=accuracy_m, more=more, **words)
    command = replace(command, has_location=new != held, attention=attention)
    if new == held:
        return command, None
    return replace(command, moved_m=round(moved_m, 1)), new


def _is_coarser(told: Details, held: Details) -> bool:
    """Whether a place is too vague to put one that is better known aside; one without accuracy is exact."""
    told_m, held_m = told.accuracy_m or 0.0, held.accuracy_m or 0.0
    return told_m > COARSE_M and told_m > held_m
