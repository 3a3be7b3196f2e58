"""What may be asked of an incident. Everything a decision needs comes with the command; nothing is looked up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dispatch.core.candidates import Candidates, Way
from dispatch.core.events import DEFAULT_INTEGRATION, Role


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another open incident. is_served: somebody rings or is on the way for it."""

    incident_id: str
    distance_m: float
    is_served: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportCall:
    """120 (or a dispatcher) tells of a call, for the first time or better than before.

    reported_at: when 120 knew it; older news never overwrite newer ones.
    by_arrival: 120's clock cannot be believed, so that `reported_at` is when it came: it is the newest for that reason.
    created: this is the `call.created` itself, or a dispatcher's own word.
    has_location: a usable place comes with it; `moved_m` is its distance from the one held before.
    attention: why the message could not be understood as a whole, or None.
    near: another open incident that may have the same patient; asked for until somebody is rung.
    """

    incident_id: str
    cad_ref: str | None
    reported_at: datetime
    created: bool
    has_location: bool = False
    moved_m: float | None = None
    integration: str = DEFAULT_INTEGRATION
    ambulance_eta_at: datetime | None = None
    attention: str | None = None
    by_arrival: bool = False
    near: Neighbour | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCall:
    """`cancelled`, `closed` or `stood_down`: everyone is called off and the incident ends."""

    incident_id: str
    cad_ref: str | None
    reported_at: datetime
    reason: str
    integration: str = DEFAULT_INTEGRATION


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAmbulance:
    """The ambulance is at the patient's side."""

    incident_id: str
    cad_ref: str | None
    integration: str = DEFAULT_INTEGRATION


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferCandidates:
    """The answer to a search that the incident wanted; unasked: to a look of which nothing is said if it finds none."""

    candidates: Candidates
    unasked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAgain:
    """Somebody has come within reach, or is free again, while fewer help than are wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseWays:
    """New walking times of those alerted, after the patient's place changed; None: out of reach now."""

    ways: Mapping[str, Way | None] = field(default_factory=dict)


class Answer(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    AED_COLLECTED = "aed_collected"
    AT_DOOR = "at_door"
    ARRIVED = "arrived"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerAlert:
    """A volunteer's word about an alert. promised: keys of who and what is promised now, to this incident or others.
    straight: the way to the patient without an AED, where that may be asked for; None where it is not known.
    building: the kind that the patient is in, "" where it is not known."""

    alert_id: str
    rescuer_id: str
    answer: Answer
    aed_returned: bool = False
    promised: frozenset[str] = frozenset()
    straight: Way | None = None
    building: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmAedReturned:
    """Somebody of the registry has seen the AED in its place again."""

    alert_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachDeadline:
    """Time has passed: answers that are due, the next wave, the end.

    undelivered: alerts that have got through to nobody in seconds, where a phone on the line takes them at once.
    neighbour_over: the other incident, for which this one's search was put off, is closed.
    """

    undelivered: frozenset[str] = frozenset()
    neighbour_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeUpSearch:
    """A dispatcher says of a call that was put off that it is another patient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeIn:
    """Another incident's call is this one."""

    incident_id: str
    cad_ref: str | None
    integration: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinTo:
    """This call is another incident's, which has taken it in."""

    incident_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseAttention:
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddRescuer:
    """A dispatcher rings somebody of their own choice.

    way: None where nobody knows the way, or it is longer than any that is walked.
    objections: codes of why the rule would not ring this person, with this AED, now.
    promised: keys of what is promised already, to this incident or to others.
    aed_doubles: other ids under which the AED may be registered.
    force: the dispatcher knows better than the objections, those excepted that no dispatcher may set aside.
    """

    rescuer_id: str
    role: Role
    aed_id: str | None
    way: Way | None
    objections: tuple[str, ...] = ()
    promised: frozenset[str] = frozenset()
    aed_doubles: tuple[str, ...] = ()
    force: bool = False


class CallOffReason(StrEnum):
    """CALLED_OFF: no more is said. NOT_NEEDED is the only one after which nobody is looked for in their place."""

    CALLED_OFF = "called_off"
    NOT_NEEDED = "not_needed"
    NOT_SUITABLE = "not_suitable"
    OUT_OF_TOUCH = "out_of_touch"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOff:
    """A dispatcher calls one person off."""

    alert_id: str
    reason: CallOffReason = CallOffReason.CALLED_OFF


Command = (
    ReportCall
    | EndCall
    | ReportAmbulance
    | OfferCandidates
    | LookAgain
    | ReviseWays
    | AnswerAlert
    | ConfirmAedReturned
    | ReachDeadline
    | TakeUpSearch
    | TakeIn
    | JoinTo
    | RaiseAttention
    | AddRescuer
    | CallOff
)
