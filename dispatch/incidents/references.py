"""Whose call a message of 120 speaks of: a centre counts its references anew some day, and its message ids too."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from dispatch.contracts.webhook import MessageType
from dispatch.core import commands as cmd
from dispatch.core.incident import Incident
from dispatch.incidents.intake import Understood
from dispatch.incidents.live import LiveIncident, LiveIncidents
from dispatch.incidents.reports import command_of
from dispatch.incidents.scout import Scout
from dispatch.records import CallRecord, Details, Known

ANOTHER_PLACE_M = 500.0
"""A second `call.created` this far from the first is another patient or a gross correction, which no machine can tell
apart; nearer it is the same call told again (assumption)."""

SAME_PLACE_M = 150.0
"""Nearer than this the call that has no reference of its own is the one that is told again (assumption: a compound)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The incident that a message is for, what it asks of it, and whether it is to be opened."""

    incident_id: str
    command: cmd.Command
    is_new: bool


class References:
    """Reads only. new_id: of an incident that there is not yet."""

    def __init__(self, live: LiveIncidents, scout: Scout, new_id: Callable[[], str]) -> None:
        self._live = live
        self._scout = scout
        self._new_id = new_id

    async def case_of(self, message: Understood, record: CallRecord, known: Known) -> Case:
        """Where a message belongs, as far as can be told; where it cannot, its attention says so.

        Raises:
            DatabaseAway
        """
        if known.is_id_used and message.attention is None:
            message = replace(message, attention="message_id_used_again")
        held = await self._find(known.call_incident_id) if known.call_incident_id else None
        if held is None:
            return self._opened(message, record)
        if message.type is MessageType.CALL_CREATED and message.details is not None:
            is_elsewhere = self._is_elsewhere(message.details, held)
            if held.incident.closed and (
                _is_after_end(message, held.incident) or (is_elsewhere and _is_newer_word(message, held.incident))
            ):
                return self._opened(message, record)
            if is_elsewhere and not held.incident.closed:
                return await self._apart(message, message.details, record)
        return _for(held.incident.incident_id, message, record)

    async def _find(self, incident_id: str) -> LiveIncident | None:
        """The incident of a call, or the one that has taken it in."""
        held = await self._live.find(incident_id)
        seen = {incident_id}
        while held and (joined_to := held.incident.joined_to) and joined_to not in seen:
            seen.add(joined_to)
            held = await self._live.find(joined_to) or held
        return held

    def _opened(self, message: Understood, record: CallRecord) -> Case:
        return replace(_for(self._new_id(), message, record), is_new=True)

    async def _apart(self, message: Understood, details: Details, record: CallRecord) -> Case:
        """Two open calls under one reference: the second has none, and both are rung for."""
        alone = replace(message, cad_ref=None, attention=message.attention or "reference_used_again")
        for incident_id in self._live.open_ids:
            other = self._live.find_held(incident_id)
            is_ours = other and other.incident.cad_ref is None and other.incident.integration == record.integration
            if other and other.details and is_ours and self._distance_m(details, other.details) <= SAME_PLACE_M:
                return _for(incident_id, alone, record)
        return self._opened(alone, record)

    def _is_elsewhere(self, details: Details, held: LiveIncident) -> bool:
        incident = held.incident
        if not incident.call_confirmed or held.details is None:
            return False
        room_m = max(ANOTHER_PLACE_M, details.accuracy_m or 0.0, held.details.accuracy_m or 0.0)
        return self._distance_m(details, held.details) > room_m

    def _distance_m(self, one: Details, other: Details) -> float:
        return self._scout.distance_m(one.place, other.place)


def _for(incident_id: str, message: Understood, record: CallRecord) -> Case:
    return Case(incident_id=incident_id, command=command_of(message, incident_id, record.integration), is_new=False)


def _is_newer_word(message: Understood, incident: Incident) -> bool:
    """Whether it is no old message of the incident that comes again. A sender whose clock is behind has its next call
    begin before the last one's end."""
    told_at = incident.location_reported_at
    return told_at is not None and message.reported_at > told_at


def _is_after_end(message: Understood, incident: Incident) -> bool:
    """Whether the call was made after the one before it under this reference had ended. One that its own cancellation
    overtook was not."""
    ended_at = incident.closed_reported_at
    return ended_at is None or message.reported_at > ended_at
