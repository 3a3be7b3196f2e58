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


class SetLocation(WireModel):
    """A dispatcher's own location for an incident, which answers its need for attention."""

    location: CallLocation


class AlertView(WireModel):
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


class IncidentView(WireModel):
    """`erased_at`: when its personal data was erased; its place, address and notes are gone since."""

    incident_id: str
    cad_ref: str | None
    status: str
    attention: str | None
    attention_detail: str = ""
    opened_at: AwareDatetime
    ambulance_eta_at: AwareDatetime | None
    location: CallLocation | None
    erased_at: AwareDatetime | None = None
    alerts: tuple[AlertView, ...] = ()


class TimelineEntry(WireModel):
    seq: int
    at: AwareDatetime
    type: str
    data: dict[str, object]
