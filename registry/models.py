"""What can help: AEDs, rescuers and their certificates, as the pure rules and the live picture see them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class NaiveDatetime(ValueError):
    """An instant came without a time zone: give it one, UTC inside the product."""

    code = "naive_datetime"


BY_HAND = "registry"
"""The source of AEDs and certificates that an officer adds here; no list has this name."""
# Values of OSM's `access` key (https://wiki.openstreetmap.org/wiki/Key:access) as they bear on a stranger in a hurry.
OPEN_ACCESS = frozenset({"yes", "public", "permissive", "designated", "customers", "destination"})
CLOSED_ACCESS = frozenset({"no", "private", "permit", "residents", "employees", "staff", "members", "delivery"})


class AedState(StrEnum):
    """What is known about the device itself, apart from whether its place is open."""

    IN_SERVICE = "in_service"
    OUT_OF_SERVICE = "out_of_service"
    MISSING = "missing"
    IN_USE = "in_use"
    # Its source says something about the device that nobody here understands.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aed:
    """A public defibrillator and where it came from: a cabinet, or what one source says of it.

    lon, lat: WGS-84 degrees.
    indoor: None where the source does not say.
    access: OSM's `access` value ("yes", "customers", "private", ...), "" where the source does not say.
    opening_hours: OSM syntax, "" where nothing is known. hours_as_written: what the source wrote, in its own words.
    time_zone: IANA name of the zone that `opening_hours` are meant in.
    corrected: fields that a registry officer set here ("position" for lon and lat); an import leaves them alone.
    joined_to: the id of the cabinet whose record this is, "" where it is one itself.
    retired: it is not fetched any more, and kept for what refers to it.
    """

    aed_id: str
    lon: float
    lat: float
    time_zone: str
    name: str = ""
    location_text: str = ""
    floor: str = ""
    indoor: bool | None = None
    access: str = ""
    opening_hours: str = ""
    hours_as_written: str = ""
    state: AedState = AedState.IN_SERVICE
    source: str = ""
    source_ref: str = ""
    corrected: frozenset[str] = frozenset()
    joined_to: str = ""
    retired: bool = False


class PaperStanding(StrEnum):
    """What a certificate is worth while its days last, by the rules of the city."""

    COUNTS = "counts"
    # No officer has looked at it, and its source is not trusted unseen.
    UNVERIFIED = "unverified"
    # The city does not take its kind.
    NOT_ACCEPTED = "not_accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A first-aid certificate; a date that is None is a bound the issuer did not set. Both days count."""

    kind: str
    number: str = field(default="", repr=False)
    valid_from: date | None = None
    valid_until: date | None = None
    standing: PaperStanding = PaperStanding.COUNTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Nobody rings a person from `since` to before `until`; None: until an officer says so."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """When in a week a person may be rung, on the clocks of their zone.

    weekly, quiet: (first, end) in minutes since Monday 00:00, ascending; no weekly hours: at all hours.
    time_zone: IANA name, "" for the city's.
    """

    weekly: tuple[tuple[int, int], ...] = ()
    quiet: tuple[tuple[int, int], ...] = ()
    time_zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Where a phone last said it was. WGS-84 degrees, accuracy in metres (radius)."""

    lon: float = field(repr=False)
    lat: float = field(repr=False)
    accuracy_m: float
    observed_at: datetime

    def __post_init__(self) -> None:
        if self.observed_at.tzinfo is None:
            raise NaiveDatetime(f"presence observed at {self.observed_at!r} has no time zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescuer:
    """A certified volunteer, grid worker or staff member, without name or phone: those live where they can be erased.

    last_seen_at: when the service last had the rescuer's phone on the line. off_consent: consent was given once and
    withdrawn; who was registered on paper has withdrawn nothing. availability: None where a person set no hours.
    """

    rescuer_id: str
    certificates: tuple[Certificate, ...] = ()
    on_duty: bool = False
    duty_changed_at: datetime | None = None
    presence: Presence | None = field(default=None, repr=False)
    home_lon: float | None = field(default=None, repr=False)
    home_lat: float | None = field(default=None, repr=False)
    last_seen_at: datetime | None = None
    off_consent: bool = False
    erased_at: datetime | None = None
    pause: Pause | None = None
    availability: Availability | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who a rescuer is and how to reach them: personal data, read only where a person needs it.

    phone_unreadable: there is a phone that cannot be read here.
    """

    rescuer_id: str
    name: str = field(repr=False)
    phone_e164: str = field(repr=False)
    phone_unreadable: bool
