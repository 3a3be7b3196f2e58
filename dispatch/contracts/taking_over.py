"""What a dispatcher says to take over: a call by hand, somebody added, somebody called off."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from dispatch.contracts.webhook import CallLocation, Unshown, WireModel


class NewCall(WireModel, Unshown):
    """A call that reached the dispatcher by another way than a 120 system. `address`, `floor` and `note` may stand here
    or in the location.

    request_id: made by the console for each call; the same one sent again opens no second incident.
    """

    location: CallLocation
    address: Annotated[str, Field(max_length=500)] = ""
    floor: Annotated[str, Field(max_length=50)] = ""
    note: Annotated[str, Field(max_length=1000)] = ""
    caller_phone: Annotated[str, Field(max_length=40)] = ""
    request_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None


class OpenedCall(WireModel):
    incident_id: str


class JoinIncident(WireModel):
    """into: the incident that goes on, of the same patient."""

    into: Annotated[str, Field(min_length=1, max_length=200)]


class AddAlert(WireModel):
    """Ring this rescuer now. Without `aed_id` a fetch_aed goes for the AED that is there soonest.

    force: although the rule would not: off_duty, paused, not_available, quiet_hours, no_certificate,
    certificate_expired, certificate_not_yet_valid, certificate_unverified, certificate_not_accepted, no_position,
    not_reachable, aed_not_usable, and no_way up to twice as far. Never forced: erased, no_consent, and whatever is
    promised already.
    """

    rescuer_id: Annotated[str, Field(min_length=1, max_length=200)]
    role: Literal["direct", "fetch_aed"] | None = None
    aed_id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    force: bool = False

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.aed_id is not None and self.role == "direct":
            raise ValueError("who goes straight to the patient fetches no AED: leave out aed_id, or say fetch_aed")
        return self


class CallOffAlert(WireModel):
    """Why, for the phone and the timeline. After not_needed nobody is looked for in this one's place."""

    reason: Literal["called_off", "not_needed", "not_suitable", "out_of_touch", "unsafe"] = "called_off"


class CandidateView(WireModel):
    """Somebody who could be added; seconds on foot to the patient's door.

    walk_time_s: straight there; null where only the way by an AED was looked at. aed_id, to_aed_s, fetch_time_s: the
    AED with which this person is there soonest, the way to it, and the whole way with it; null where there is none.
    straight_line: estimated, there is no street network under the way. before: what came of an earlier alert here.
    """

    rescuer_id: str
    walk_time_s: float | None
    straight_line: bool
    aed_id: str | None
    to_aed_s: float | None
    fetch_time_s: float | None
    before: str | None
