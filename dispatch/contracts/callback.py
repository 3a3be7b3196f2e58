"""What the service tells a 120 system: a Standard Webhooks envelope of type, timestamp and data, signed as 120's own.

`webhook-id` stays the same however often a callback is sent; `docs/callbacks.md` shows each type. Ids and numbers
only: no volunteer's name, phone or position, and nothing of the patient but 120's own reference.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from dispatch.contracts.webhook import WireModel


class Counts(WireModel):
    """How many there are once this change is durable."""

    ringing: int
    on_the_way: int
    on_scene: int
    aeds_on_scene: int


class IncidentData(WireModel):
    """`seq` numbers an incident's callbacks from 1 without gaps: a gap is one that has not arrived (yet).

    cad_ref: 120's reference of the call; null where its message had none that could be read.
    status: waiting, alerting, en_route, on_scene, nobody_available, ambulance_there or closed.
    """

    cad_ref: str | None
    incident_id: str
    seq: Annotated[int, Field(ge=1)]
    status: str
    counts: Counts


class AlertedData(IncidentData):
    """A wave rings: so many go straight to the patient, so many by way of an AED; seconds on foot of the nearest."""

    wave: int
    direct: int
    fetch_aed: int
    nearest_walk_time_s: float


class ResponderData(IncidentData):
    """One responder. `alert_id` is the same from accept to arrival; it stands for the alert, not for a person.

    walk_time_s: from where the responder was alerted (or was when the patient's place changed) to the patient.
    eta_at: when the responder should be with the patient; null once there, or handed back.
    aed_id: the AED the responder is to bring, or brings; carries_aed: it is in the responder's hands.
    straight_line: the walk time is estimated, there is no street network under the way.
    """

    alert_id: str
    role: Literal["direct", "fetch_aed"]
    walk_time_s: float
    straight_line: bool
    eta_at: AwareDatetime | None
    aed_id: str | None
    carries_aed: bool


class StoodDownData(IncidentData):
    """So many who rang, and so many who were on the way or there, are called off for `reason`.

    reason: enough_there, patient_moved, ambulance_there, cancelled, closed, expired, answered_earlier (the first of
    two ringings), or stood_down by a dispatcher; of one person whom a dispatcher called off: called_off, not_needed,
    not_suitable, out_of_touch, unsafe.
    """

    reason: str
    ringing_called_off: int
    responders_called_off: int


class ReasonData(IncidentData):
    reason: str


class _Callback(WireModel):
    """`timestamp`: when it happened, on the service's clock."""

    timestamp: AwareDatetime


class IncidentAlerted(_Callback):
    type: Literal["incident.alerted"] = "incident.alerted"
    data: AlertedData


class IncidentAccepted(_Callback):
    type: Literal["incident.accepted"] = "incident.accepted"
    data: ResponderData


class IncidentHandedBack(_Callback):
    """A responder who had accepted cannot go on."""

    type: Literal["incident.handed_back"] = "incident.handed_back"
    data: ResponderData


class IncidentEtaChanged(_Callback):
    """The patient's place changed, and with it the way of somebody who is walking already."""

    type: Literal["incident.eta_changed"] = "incident.eta_changed"
    data: ResponderData


class IncidentAedCollected(_Callback):
    type: Literal["incident.aed_collected"] = "incident.aed_collected"
    data: ResponderData


class IncidentArrived(_Callback):
    type: Literal["incident.arrived"] = "incident.arrived"
    data: ResponderData


class IncidentStoodDown(_Callback):
    type: Literal["incident.stood_down"] = "incident.stood_down"
    data: StoodDownData


class IncidentNobodyAvailable(_Callback):
    """Nobody can be there in time and nobody is on the way; the search goes on."""

    type: Literal["incident.nobody_available"] = "incident.nobody_available"
    data: IncidentData


class IncidentSearchEnded(_Callback):
    """Nobody more will be rung. reason: enough_there, time_over, or nobody_left where nobody was found at all."""

    type: Literal["incident.search_ended"] = "incident.search_ended"
    data: ReasonData


class IncidentNeedsAttention(_Callback):
    """A dispatcher must look; `reason` is the code of the webhook's answer, call_missing or matching_failed."""

    type: Literal["incident.needs_attention"] = "incident.needs_attention"
    data: ReasonData


class IncidentClosed(_Callback):
    """The last one. reason: cancelled or closed by 120, stood_down by a dispatcher, expired after hours."""

    type: Literal["incident.closed"] = "incident.closed"
    data: ReasonData


CallbackMessage = Annotated[
    IncidentAlerted
    | IncidentAccepted
    | IncidentHandedBack
    | IncidentEtaChanged
    | IncidentAedCollected
    | IncidentArrived
    | IncidentStoodDown
    | IncidentNobodyAvailable
    | IncidentSearchEnded
    | IncidentNeedsAttention
    | IncidentClosed,
    Field(discriminator="type"),
]
CALLBACK_MESSAGE: TypeAdapter[CallbackMessage] = TypeAdapter(CallbackMessage)


CallbackState = Literal["pending", "delivered", "dead"]


class CallbackView(WireModel):
    """One callback and how its delivery stands. Times are real time, whatever the service's clock says.

    incident_id: `operation-centre` of what the city's operation centre is told.
    """

    callback_id: str
    integration: str
    incident_id: str
    seq: int
    type: str
    state: CallbackState
    attempts: int
    written_at: AwareDatetime
    next_attempt_at: AwareDatetime
    delivered_at: AwareDatetime | None
    last_error: str
