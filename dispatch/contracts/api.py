"""Bodies of the HTTP interface beside the webhook."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field

from dispatch.contracts.webhook import CallLocation, Unshown, WireModel

LAST_YEAR = 9000
"""A clock beyond it would soon reach the calendar's end, and the service would stand still."""


def _within_calendar(at: datetime) -> datetime:
    if at.year > LAST_YEAR:
        raise ValueError(f"the clock goes no farther than the year {LAST_YEAR}")
    return at


RoleName = Literal["volunteer", "dispatcher", "registry_officer", "admin", "simulator"]


class TokenRequest(WireModel):
    """Tokens for one role; a volunteer's subject is the rescuer_id, which must be in the registry."""

    role: RoleName
    subjects: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], Field(max_length=10_000)]
    ttl_s: Annotated[float, Field(gt=0, le=30 * 86_400)] = 12 * 3600


class IssuedToken(WireModel, Unshown):
    subject: str
    token: str
    expires_at: AwareDatetime


class ClockState(WireModel):
    """`now` runs `speed` times as fast as real time from the start instant the service was given."""

    now: AwareDatetime
    speed: float
    simulated: bool


class ClockAdvance(WireModel):
    """Skip idle time up to `to`; refused while an incident is open."""

    to: Annotated[AwareDatetime, AfterValidator(_within_calendar)]


class ClockSpeed(WireModel):
    """How many times faster than real time the clock is to run from now on."""

    speed: Annotated[float, Field(gt=0, le=3600)]


class SetLocation(WireModel):
    """A dispatcher's own location for an incident, which answers its need for attention."""

    location: CallLocation


LonLat = Annotated[tuple[float, ...], Field(min_length=2, max_length=2)]


class PositionView(WireModel, Unshown):
    """Where somebody's phone last said it was, WGS-84; not a registered home."""

    lon: float
    lat: float
    observed_at: AwareDatetime


class WalkView(WireModel, Unshown):
    """The way still to go, by way of the AED where it is yet to be fetched; longitude first, WGS-84."""

    lonlat: tuple[LonLat, ...]
    length_m: float
    straight_line: bool


class AlertView(WireModel, Unshown):
    """One person rung. `name`, `phone` and `position` are for dispatchers only, of those who have accepted, and end
    with the incident; phone and position end with the assignment, too.

    by_hand: a dispatcher's choice. to_aed_s: seconds to the AED, part of `walk_time_s`. eta_at: when somebody on the
    way should be with the patient, in the view of one incident by the phone's newest position. walk: in that view, of
    those on the way.
    """

    alert_id: str
    rescuer_id: str
    role: str
    aed_id: str | None
    state: str
    wave: int
    walk_time_s: float
    straight_line: bool
    alerted_at: AwareDatetime
    delivered_at: AwareDatetime | None = None
    seen_at: AwareDatetime | None = None
    to_aed_s: float | None = None
    answer_by: AwareDatetime | None = None
    accepted_at: AwareDatetime | None = None
    at_door_at: AwareDatetime | None = None
    arrived_at: AwareDatetime | None = None
    eta_at: AwareDatetime | None = None
    carries_aed: bool = False
    by_hand: bool = False
    name: str | None = None
    phone: str | None = None
    position: PositionView | None = None
    walk: WalkView | None = None


class BesideView(WireModel):
    """put_off_until: before this nobody is rung by itself; null once the search has begun."""

    incident_id: str
    distance_m: float
    put_off_until: AwareDatetime | None = None


class IncidentView(WireModel, Unshown):
    """`erased_at`: when its personal data was erased; its place, address and notes are gone since.

    version: how many events it has; a later state has a higher one. next_search_at: when the next wave looks farther.
    next_deadline_at: when time alone will change anything next. search_ended, closed_reason: why, once they are.
    beside: the open incident that may have the same patient, until a dispatcher has said. joined_to: which incident has
        this one's call; taken_in: whose calls this one has.
    caller_phone: shown to dispatchers only, while the incident is open; and so is `more`, what 120 said beside, by its
        own names.
    """

    incident_id: str
    cad_ref: str | None
    status: str
    attention: str | None
    attention_detail: str = ""
    opened_at: AwareDatetime
    ambulance_eta_at: AwareDatetime | None
    location: CallLocation | None
    erased_at: AwareDatetime | None = None
    integration: str = ""
    version: int = 0
    wave: int = 0
    ambulance_arrived: bool = False
    next_search_at: AwareDatetime | None = None
    next_deadline_at: AwareDatetime | None = None
    search_ended: str | None = None
    closed_reason: str | None = None
    beside: BesideView | None = None
    joined_to: str | None = None
    taken_in: tuple[str, ...] = ()
    caller_phone: str | None = None
    more: dict[str, str] = Field(default_factory=dict)
    alerts: tuple[AlertView, ...] = ()


class ReasonView(WireModel):
    """Why the machine did this, as a code and numbers.

    Of an alert: `fastest_hands` (nobody was on the way straight to the patient, and this is the quickest),
    `quickest_aed`, `more_hands` or `by_hand` (a dispatcher's choice); the `rank`-th quickest of `of` rung in this role
    at once; `budget_s`: whoever walks longer was not rung.
    Of a search: `first_search`, `place_changed`, `ambulance_eta_changed`, `somebody_declined`, `somebody_handed_back`,
    `somebody_stayed_silent`, `somebody_was_not_reached`, `somebody_was_called_off`, `somebody_came`, `taken_up` (after
    it was put off) or `wave_ended`.
    """

    code: str
    rank: int | None = None
    of: int | None = None
    budget_s: float | None = None


class TimelineEntry(WireModel):
    """One event as the journal has it. Of an alert `data` has the role, the walk time, the AED and the wave."""

    seq: int
    at: AwareDatetime
    type: str
    data: dict[str, object]
    reason: ReasonView | None = None
