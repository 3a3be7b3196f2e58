"""Bodies of the HTTP interface for the register of people: who is in it, what officers say of them, what counts."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from dispatch.contracts.webhook import Unshown, WireModel
from geo.places.datum import Datum
from registry.models import PaperStanding
from registry.people.kinds import PersonKind, Transport

Id = Annotated[str, Field(min_length=1, max_length=64)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Why = Annotated[str, Field(max_length=500, description="For the history.")]
Kind = Annotated[str, Field(min_length=1, max_length=64)]
Hours = Annotated[str, Field(max_length=500)]


class Typed(WireModel, Unshown):
    """What somebody types: a field that is misspelt is refused, not passed over."""

    model_config = ConfigDict(extra="forbid")


class Spot(Typed):
    """Degrees in the datum that is named."""

    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(gt=-90, lt=90)]
    datum: Datum


class PersonFields(Typed):
    """What an officer says of a person. phone: with a country code, or as it is dialled in the service's country. home,
    work: null for none. insurance_note: how the person is insured."""

    name: Name | None = None
    phone: Annotated[str, Field(max_length=64)] | None = None
    kind: PersonKind | None = None
    organisation_id: Id | None = None
    team_id: Id | None = None
    transport: Transport | None = None
    insurance_note: Annotated[str, Field(max_length=2000)] | None = None
    home: Spot | None = None
    work: Spot | None = None


class NewPerson(PersonFields):
    """rescuer_id: one is made where none is given. on_duty: to be rung as soon as a certificate counts."""

    name: Name
    rescuer_id: Id | None = None
    kind: PersonKind = PersonKind.VOLUNTEER
    on_duty: bool = True
    why: Why = ""


class PersonChange(PersonFields):
    """Only the fields that are given change; null empties one that may be empty."""

    why: Why = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set - {"why"}:
            raise ValueError("give at least one field that is to change")
        return self


class NewCertificate(Typed):
    """number: printed on it. valid_until: the last day on which it counts. seen: the officer has it before them, and
    so verifies it."""

    kind: Kind
    number: Annotated[str, Field(max_length=128)] = ""
    issuer: Annotated[str, Field(max_length=200)] = ""
    valid_from: date | None = None
    valid_until: date
    seen: bool = False
    why: Why = ""


class PauseRequest(Typed):
    """until: the day from whose beginning the person may be rung again; null: until an officer says so."""

    until: date | None = None
    why: Why = ""


class AvailabilityRequest(Typed):
    """weekly: when the person may be rung, quiet: when not, such as `Mo-Fr 18:00-22:00` or 周一至周五 18:00-22:00;
    empty where nothing is said. time_zone: of the person's clocks, empty for the city's."""

    weekly: Hours = ""
    quiet: Hours = ""
    time_zone: Annotated[str, Field(max_length=64)] = ""
    why: Why = ""


class Reason(Typed):
    why: Why = ""


class RegisteredCertificate(WireModel, Unshown):
    """certificate: its number among its person's. follows: of the one that it renews. standing: `unverified` until an
    officer has seen it where its source is not trusted, `not_accepted` where the city does not take its kind."""

    certificate: int
    kind: str
    number: str
    issuer: str
    valid_from: date | None
    valid_until: date | None
    source: str
    verified_at: AwareDatetime | None
    verified_by: str | None
    follows: int | None
    standing: PaperStanding


class Place(WireModel, Unshown):
    """WGS-84 degrees."""

    lon: float
    lat: float


class PersonView(WireModel, Unshown):
    """A person of the register. The `etag` header goes back as `if-match` with a change. reasons: all that keeps them
    from being rung now. corrected: what an officer set, which lists leave alone. locked_out_until: they were with a
    patient, and are not rung before then."""

    rescuer_id: str
    name: str
    phone: str
    kind: PersonKind
    organisation_id: str | None
    organisation: str
    team_id: str | None
    team: str
    transport: Transport | None
    insurance_note: str
    home: Place | None
    work: Place | None
    source: str
    corrected: tuple[str, ...]
    certificates: tuple[RegisteredCertificate, ...]
    paused_at: AwareDatetime | None
    paused_until: AwareDatetime | None
    locked_out_until: AwareDatetime | None
    weekly: str
    quiet: str
    time_zone: str
    erased_at: AwareDatetime | None
    dispatchable: bool
    reasons: tuple[str, ...]


class PersonLine(WireModel, Unshown):
    """A person of a list. valid_until: the last day of the last of their certificates that end."""

    rescuer_id: str
    name: str
    phone: str
    kind: PersonKind
    organisation: str
    team: str
    source: str
    valid_until: date | None
    paused_until: AwareDatetime | None
    dispatchable: bool
    reasons: tuple[str, ...]


class PersonPage(WireModel):
    """next: what `after` must be for the page behind this one, null behind the last. With `state` a page may hold fewer
    people than were asked for, and none, while there is a next."""

    rescuers: tuple[PersonLine, ...]
    next: str | None


class PersonChangeView(WireModel):
    """before, after: by field; what says who somebody is or where is told as `not shown`."""

    change_id: int
    at: AwareDatetime
    by: str
    why: str
    action: str
    before: dict[str, object] | None
    after: dict[str, object] | None


class PersonHistory(WireModel):
    """The newest first. next: what `before` must be for older ones."""

    changes: tuple[PersonChangeView, ...]
    next: int | None


class DeploymentView(WireModel):
    """An alert that was accepted. service_s: from yes to the end; 0 for what was handed back or is not over."""

    incident_id: str
    accepted_at: AwareDatetime
    arrived_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    end: Literal["under_way", "done", "called_off", "handed_back"]
    service_s: float


class ServiceView(WireModel):
    """incidents: that the person went to, arrived: at how many they were with the patient, service_h: hours, all of
    them since the person was registered. training_h: hours of courses that they attended, none of those service.
    deployments: the newest first, as many as were asked for."""

    incidents: int
    arrived: int
    service_h: float
    training_h: float
    deployments: tuple[DeploymentView, ...]


class NearestStationView(WireModel):
    """A practice station. distance_m: straight line from the person's home, to 100 m."""

    place_id: str
    name: str
    address: str
    distance_m: int


class ExpiringCertificate(WireModel):
    """days_left: -1 and less once it has run out. warning_days: the warning that is due, 60, 30 or 7 days before, 0
    afterwards; null before all of them. nearest_station: by the person's home; null where that is not known."""

    rescuer_id: str
    certificate: int
    kind: str
    issuer: str
    valid_until: date
    days_left: int
    warning_days: int | None
    nearest_station: NearestStationView | None


class ExpiringPage(WireModel):
    """The soonest first. next: what `after` must be for the page behind this one."""

    day: date
    certificates: tuple[ExpiringCertificate, ...]
    next: str | None


class SourceRuleView(WireModel):
    """source: a list, `registry` for what officers type, `*` for lists without a rule. ruled: the city has said so."""

    source: str
    trusted: bool
    ruled: bool
    certificates: int
    unverified: int


class SourceRuleRequest(Typed):
    """trusted: whether certificates of this source count before an officer has looked at each."""

    source: Annotated[str, Field(min_length=1, max_length=128)]
    trusted: bool
    why: Why = ""


class KindView(WireModel):
    kind: str
    accepted: bool
    certificates: int


class KindsRequest(Typed):
    """Exactly these kinds count; none, and every kind does."""

    kinds: Annotated[tuple[Kind, ...], Field(max_length=500)]
    why: Why = ""
