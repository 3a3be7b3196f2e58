"""What can happen to an incident: read this file and you know the business.

Events are the journal's truth. They carry ids, numbers and times, never an address, a phone number, a name or a
position; those live in side tables that can be erased. A changed meaning needs a new `schema_version`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

DEFAULT_INTEGRATION = "120"
"""The name of a city's only 120 system, where nobody has named it otherwise."""


class Role(StrEnum):
    DIRECT = "direct"
    FETCH_AED = "fetch_aed"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentOpened:
    """A call, or something that may be one, has reached us. `cad_ref` is 120's reference where it could be read.

    integration: which 120 system told us; references are unique within one.
    """

    schema_version: ClassVar[int] = 1
    incident_id: str
    cad_ref: str | None
    integration: str = DEFAULT_INTEGRATION


@dataclass(frozen=True, slots=True, kw_only=True)
class CallConfirmed:
    """120's own `call.created` has arrived; until then the incident rests on a message that overtook it."""

    schema_version: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationSet:
    """The patient's place is known, or known better. `moved_m`: metres from the place held before.

    by_arrival: `reported_at` is when it came, since the sender's clock cannot be believed.
    """

    schema_version: ClassVar[int] = 1
    reported_at: datetime
    moved_m: float | None
    by_arrival: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AmbulanceEtaSet:
    schema_version: ClassVar[int] = 1
    reported_at: datetime
    eta_at: datetime
    by_arrival: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionRaised:
    """A dispatcher must look: the machine cannot go on alone. `code` says why."""

    schema_version: ClassVar[int] = 1
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionCleared:
    schema_version: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchMade:
    """Candidates were looked for within these budgets; `alerted` of them ring; the next look is at `next_at`."""

    schema_version: ClassVar[int] = 1
    wave: int
    direct_budget_s: float
    fetch_budget_s: float
    alerted: int
    next_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveEnded:
    """The wave's time for answers is over; the next one reaches farther."""

    schema_version: ClassVar[int] = 1
    wave: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RescuerAlerted:
    """A phone rings. `walk_time_s` is to the patient's side, through the AED where there is one.

    by_hand: a dispatcher chose this person, and the rule did not. aed_doubles: other ids under which the same AED may
    be registered, as was known then: they are promised with it.
    """

    schema_version: ClassVar[int] = 1
    alert_id: str
    rescuer_id: str
    role: Role
    aed_id: str | None
    walk_time_s: float
    to_aed_s: float | None
    straight_line: bool
    wave: int
    answer_by: datetime
    by_hand: bool = False
    aed_doubles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertAccepted:
    schema_version: ClassVar[int] = 1
    alert_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDeclined:
    schema_version: ClassVar[int] = 1
    alert_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertTimedOut:
    schema_version: ClassVar[int] = 1
    alert_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertUndelivered:
    """No phone has it, and nobody has taken it to bring it there: somebody else is rung in its place, and may be asked
    for its AED. It goes on ringing for whoever comes back."""

    schema_version: ClassVar[int] = 1
    alert_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertOutwaited:
    """It was rung by a way that takes longer than an open app: its answer is waited for, and somebody else is rung in
    its place meanwhile."""

    schema_version: ClassVar[int] = 1
    alert_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentStraight:
    """The AED that somebody was asked for is another's by now: they go straight to the patient instead."""

    schema_version: ClassVar[int] = 1
    alert_id: str
    walk_time_s: float
    straight_line: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertWithdrawn:
    """Stop ringing: the answer is no longer needed. leaves_place: somebody else may be rung instead."""

    schema_version: ClassVar[int] = 1
    alert_id: str
    reason: str
    leaves_place: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentHandedBack:
    """A responder who had accepted cannot go on."""

    schema_version: ClassVar[int] = 1
    alert_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkTimeRevised:
    """The patient's place changed: the responder's way is another one."""

    schema_version: ClassVar[int] = 1
    alert_id: str
    walk_time_s: float
    to_aed_s: float | None
    straight_line: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AedCollected:
    schema_version: ClassVar[int] = 1
    alert_id: str
    aed_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorReached:
    """A responder is at the building; what is left is doors, stairs and lifts."""

    schema_version: ClassVar[int] = 1
    alert_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponderArrived:
    """With the patient. from_door_s: since the door was reached, None where nobody said so. building: its kind, "" if
    not known; together they tell what no street network does."""

    schema_version: ClassVar[int] = 1
    alert_id: str
    from_door_s: float | None = None
    building: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponderDone:
    schema_version: ClassVar[int] = 1
    alert_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AedReturned:
    """The AED hangs in its place again and may be promised anew."""

    schema_version: ClassVar[int] = 1
    alert_id: str
    aed_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponderStoodDown:
    """A responder on the way is called off. leaves_place: somebody else may be rung instead."""

    schema_version: ClassVar[int] = 1
    alert_id: str
    reason: str
    leaves_place: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyAvailable:
    """Nobody can be there in time and nobody is on the way; the search goes on."""

    schema_version: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPutOff:
    """Nobody is rung before `until`, unless a dispatcher says so. beside: another open incident so near that both may
    be one patient; None where the call was told late, and its end may be right behind it."""

    schema_version: ClassVar[int] = 1
    until: datetime
    beside: str | None = None
    distance_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchTakenUp:
    """What was put off begins: a dispatcher says that it is another patient, nobody has said anything, the other
    incident is over or the place is another one now."""

    schema_version: ClassVar[int] = 1
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentTakenIn:
    """Another incident's call is this one: what 120 says under its reference counts here."""

    schema_version: ClassVar[int] = 1
    incident_id: str
    cad_ref: str | None
    integration: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedTo:
    """This call goes on as that incident."""

    schema_version: ClassVar[int] = 1
    incident_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceEnded:
    """120 has ended one of the calls that are this incident; another goes on."""

    schema_version: ClassVar[int] = 1
    cad_ref: str
    integration: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchEnded:
    schema_version: ClassVar[int] = 1
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AmbulanceArrived:
    schema_version: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentClosed:
    """cancelled or closed by 120, stood_down by a dispatcher, duplicate of another incident, or expired because nobody
    ever closed it."""

    schema_version: ClassVar[int] = 1
    reason: str
    reported_at: datetime


Event = (
    IncidentOpened
    | CallConfirmed
    | LocationSet
    | AmbulanceEtaSet
    | AttentionRaised
    | AttentionCleared
    | SearchMade
    | WaveEnded
    | RescuerAlerted
    | AlertAccepted
    | AlertDeclined
    | AlertTimedOut
    | AlertUndelivered
    | AlertOutwaited
    | SentStraight
    | AlertWithdrawn
    | AssignmentHandedBack
    | WalkTimeRevised
    | AedCollected
    | DoorReached
    | ResponderArrived
    | ResponderDone
    | AedReturned
    | ResponderStoodDown
    | NobodyAvailable
    | SearchPutOff
    | SearchTakenUp
    | IncidentTakenIn
    | JoinedTo
    | ReferenceEnded
    | SearchEnded
    | AmbulanceArrived
    | IncidentClosed
)
