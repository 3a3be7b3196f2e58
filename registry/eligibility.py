"""Who and what can help at a given time: pure rules, each answer with its reason."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours

from geo.places.geodesic import geodesic_m
from registry.hours.evaluating import BadHours, Hours, Openness, hours_of
from registry.hours.reading import read_hours
from registry.models import (
    CLOSED_ACCESS,
    OPEN_ACCESS,
    Aed,
    AedState,
    Certificate,
    NaiveDatetime,
    PaperStanding,
    Presence,
    Rescuer,
)
from registry.people.asking import Against, whats_against

# Where the project runs; another city sets its own in `DispatchLimits`.
ZHENGZHOU_ZONE = ZoneInfo("Asia/Shanghai")


class Answer(StrEnum):
    """Unknown is an answer of its own: an AED behind unknown hours may be offered, but never counted on."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """An answer, the machine-readable reason for it, and the same reason for people."""

    answer: Answer
    reason: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchLimits:
    """When a rescuer's papers and position count.

    time_zone: the zone in which a certificate's days begin and end.
    presence_max_age_s: older positions say nothing about now; 30 minutes is our assumption, phones in a pocket report
        rarely and a grid worker's round takes longer.
    presence_max_accuracy_m: a radius wider than a four-minute walk (336 m at 1.4 m/s) cannot decide one.
    clock_skew_s: phones whose clocks run ahead by this much are still believed.
    """

    time_zone: ZoneInfo = ZHENGZHOU_ZONE
    presence_max_age_s: float = 1800.0
    presence_max_accuracy_m: float = 336.0
    clock_skew_s: float = 60.0


DEFAULT_LIMITS = DispatchLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a rescuer is taken to be; at_home: the registered home stands in for an unknown position."""

    lon: float
    lat: float
    at_home: bool


_BROKEN_STATES = {
    AedState.OUT_OF_SERVICE: Verdict(answer=Answer.NO, reason="out_of_service", text="The AED is out of service."),
    AedState.MISSING: Verdict(answer=Answer.NO, reason="missing", text="The AED is reported missing from its place."),
    AedState.IN_USE: Verdict(answer=Answer.NO, reason="in_use", text="The AED is in use."),
}
_STATE_UNKNOWN = Verdict(
    answer=Answer.UNKNOWN, reason="state_unknown", text="What its source says of the device is not understood."
)
_OPEN = Verdict(answer=Answer.YES, reason="open", text="Its place is open at that time.")
_CLOSED = Verdict(answer=Answer.NO, reason="closed", text="Its place is closed at that time.")
_RETIRED = Verdict(answer=Answer.NO, reason="retired", text="It has left its source and is kept as history only.")
_ERASED = Verdict(answer=Answer.NO, reason="erased", text="The person's data has been erased.")
_NO_CONSENT = Verdict(answer=Answer.NO, reason="no_consent", text="Consent has been withdrawn.")
_OFF_DUTY = Verdict(answer=Answer.NO, reason="off_duty", text="Off duty.")
_NOT_ASKED = {
    Against.PAUSED: Verdict(answer=Answer.NO, reason="paused", text="An officer has given them a pause."),
    Against.NOT_AVAILABLE: Verdict(
        answer=Answer.NO, reason="not_available", text="Outside the hours of the week in which they may be rung."
    ),
    Against.QUIET_HOURS: Verdict(answer=Answer.NO, reason="quiet_hours", text="In their quiet hours."),
}
_NO_POSITION = Verdict(answer=Answer.NO, reason="no_position", text="No fresh position and no home position.")
_READY_AT_HOME = Verdict(answer=Answer.YES, reason="ready_at_home", text="Ready; taken to be at home.")
_READY = Verdict(answer=Answer.YES, reason="ready", text="Ready.")
_NO_HOURS = Verdict(answer=Answer.UNKNOWN, reason="hours_unknown", text="Its opening hours are not known.")
_SCHOOL = Verdict(
    answer=Answer.UNKNOWN,
    reason="hours_need_school_calendar",
    text="Its opening hours depend on school holidays, which are not known here.",
)

_ALWAYS_OPEN = "24/7"
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)

# Only the sun depends on the place itself; holidays go with the country of its time zone.
_NEEDS_PLACE = re.compile(r"sunrise|sunset|dawn|dusk", re.IGNORECASE)
_NEEDS_SCHOOL_CALENDAR = re.compile(r"\bSH\b")


class UnknownTimeZone(ValueError):
    """The name is not an IANA time zone; the message shows what one looks like."""

    code = "unknown_time_zone"


def is_usable(aed: Aed, at: datetime) -> Verdict:
    """Whether a stranger could take the AED from its place at that time.

    Without opening hours the answer is unknown, for an AED on an outside wall too: gates and school yards close, and a
    registry that means "always" can say 24/7.
    """
    _require_aware(at)
    if aed.retired:
        return _RETIRED
    broken = _BROKEN_STATES.get(aed.state)
    if broken is not None:
        return broken
    access = aed.access.strip().lower()
    if access in CLOSED_ACCESS:
        return Verdict(answer=Answer.NO, reason="access_private", text=f"Not open to the public (access: {access}).")
    hours = _hours_verdict(aed, at)
    if aed.state is AedState.UNKNOWN and hours.answer is not Answer.NO:
        return _STATE_UNKNOWN
    if hours.answer is Answer.YES and access and access not in OPEN_ACCESS:
        return Verdict(
            answer=Answer.UNKNOWN, reason="access_unclear", text=f"Who may take it is not clear (access: {access})."
        )
    return hours


def checked_opening_hours(text: str) -> str:
    """Opening hours as an officer writes them, in OSM's syntax or in words, in OSM's syntax.

    Raises:
        BadHours: a part of them is not understood, so that the AED's usability would be unknown then.
    """
    reading = read_hours(text)
    if not reading.osm or reading.reason:
        why = reading.reason or "they say nothing certain"
        raise BadHours(f'{text!r}: {why}; write them as OSM opening_hours, such as "Mo-Fr 08:00-17:00; PH off"')
    return reading.osm


def get_time_zone(name: str) -> ZoneInfo:
    """Raises: UnknownTimeZone."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UnknownTimeZone(f'{name!r} is not an IANA time zone, such as "Asia/Shanghai"') from error


def time_zone_at(lon: float, lat: float) -> str:
    """IANA name of the time zone in force at a place, from the zone map that opening-hours-py carries."""
    noon = OpeningHours("12:00-13:00", coords=(lat, lon)).next_change(datetime(2024, 1, 1))  # noqa: DTZ001 -- its zone is what we ask for
    zone = noon.tzinfo if noon is not None else None
    return zone.key if isinstance(zone, ZoneInfo) else "UTC"


def is_dispatchable(rescuer: Rescuer, at: datetime, limits: DispatchLimits = DEFAULT_LIMITS) -> Verdict:
    """Whether the rescuer may be alerted at that time: consenting, certified, on duty, not to be left alone, and
    somewhere that we know."""
    return verdicts_on(rescuer, at, limits)[0]


def verdicts_on(
    rescuer: Rescuer, at: datetime, limits: DispatchLimits = DEFAULT_LIMITS
) -> tuple[Verdict, *tuple[Verdict, ...]]:
    """Everything that keeps the rescuer from being alerted at that time, or the one verdict that nothing does.

    For whoever is to put it right: somebody off duty with an expired certificate is in the way twice.
    """
    _require_aware(at)
    if rescuer.erased_at is not None:
        return (_ERASED,)
    against = []
    if rescuer.off_consent:
        against.append(_NO_CONSENT)
    elif not rescuer.on_duty:
        against.append(_OFF_DUTY)
    against += [_NOT_ASKED[one] for one in whats_against(rescuer.pause, rescuer.availability, at, limits.time_zone)]
    papers = _certificate_problem(rescuer.certificates, local_day(at, limits.time_zone))
    if papers is not None:
        against.append(papers)
    position = position_of(rescuer, at, limits)
    # Off duty no position is kept, so that its lack says nothing.
    if position is None and rescuer.on_duty and not rescuer.off_consent:
        against.append(_NO_POSITION)
    if against:
        first, *others = against
        return (first, *others)
    return (_READY_AT_HOME if position and position.at_home else _READY,)


def certified_span(certificates: tuple[Certificate, ...], day: date) -> tuple[bool, int, int]:
    """Whether the papers are in order on `day`, and between which days (first, end; as ordinals) that stays so."""
    number = day.toordinal()
    changes = [item.valid_from.toordinal() for item in certificates if item.valid_from is not None]
    changes += [item.valid_until.toordinal() + 1 for item in certificates if item.valid_until is not None]
    return (
        _certificate_problem(certificates, day) is None,
        max((one for one in changes if one <= number), default=0),
        min((one for one in changes if one > number), default=date.max.toordinal() + 1),
    )


def find_standing_answer(aed: Aed) -> Answer | None:
    """`is_usable(aed, at).answer` where it is the same at all times, else None."""
    always = _answer_when_open(aed)
    text = aed.opening_hours.strip()
    if always is Answer.NO or text == _ALWAYS_OPEN:
        return always
    return Answer.UNKNOWN if not text or _NEEDS_SCHOOL_CALENDAR.search(text) else None


def usability(aed: Aed) -> Callable[[datetime], Answer]:
    """`is_usable(aed, at).answer` as a function of the time: for who asks often, since the hours are read only once."""
    standing = find_standing_answer(aed)
    if standing is not None:
        return lambda at: standing
    try:
        hours = _hours_of(aed, aed.opening_hours.strip())
    except (BadHours, UnknownTimeZone):
        return lambda at: Answer.UNKNOWN
    when = {Openness.OPEN: _answer_when_open(aed), Openness.CLOSED: Answer.NO, Openness.UNKNOWN: Answer.UNKNOWN}
    return lambda at: when[hours.at(at).openness]


def depends_on_place(opening_hours: str) -> bool:
    """Whether the hours mean other times elsewhere in the same zone: by the sun."""
    return _NEEDS_PLACE.search(opening_hours) is not None


def position_of(rescuer: Rescuer, at: datetime, limits: DispatchLimits = DEFAULT_LIMITS) -> Position | None:
    """The fresh and accurate presence, else the home position, else None; who has just been somewhere else, however
    roughly that is known, is not taken to be at home."""
    presence = rescuer.presence
    if presence is not None and _is_fresh(presence, at, limits):
        if is_accurate(presence, limits):
            return Position(lon=presence.lon, lat=presence.lat, at_home=False)
        if is_away_from_home(rescuer):
            return None
    if rescuer.home_lon is not None and rescuer.home_lat is not None:
        return Position(lon=rescuer.home_lon, lat=rescuer.home_lat, at_home=True)
    return None


def is_accurate(presence: Presence, limits: DispatchLimits) -> bool:
    """Whether it can decide a walk."""
    return presence.accuracy_m <= limits.presence_max_accuracy_m


def is_away_from_home(rescuer: Rescuer) -> bool:
    """Whether the home lies outside the circle in which the phone was last, with room for a phone that says too little:
    its radius holds two of three positions."""
    presence = rescuer.presence
    if presence is None or rescuer.home_lon is None or rescuer.home_lat is None:
        return False
    away_m = geodesic_m(presence.lon, presence.lat, rescuer.home_lon, rescuer.home_lat)
    return float(away_m) > 2 * presence.accuracy_m


def _answer_when_open(aed: Aed) -> Answer:
    return is_usable(replace(aed, opening_hours=_ALWAYS_OPEN), _ANY_TIME).answer


def _hours_verdict(aed: Aed, at: datetime) -> Verdict:
    text = aed.opening_hours.strip()
    if not text:
        return _unreadable(aed.hours_as_written) if aed.hours_as_written else _NO_HOURS
    if _NEEDS_SCHOOL_CALENDAR.search(text):
        return _SCHOOL
    return _verdict_by(text, aed.time_zone, _place_that_matters(aed, text), at)


@lru_cache(maxsize=4096)
def _verdict_by(text: str, time_zone: str, place: tuple[float, float] | None, at: datetime) -> Verdict:
    """A list of a city asks the same hours of hundreds of AEDs at one moment."""
    try:
        found = hours_of(text, get_time_zone(time_zone), place).at(at)
    except (BadHours, UnknownTimeZone):
        return _unreadable(text)
    if found.openness is Openness.CLOSED:
        return _CLOSED
    if found.openness is Openness.OPEN:
        return _OPEN
    # "by appointment", a holiday that the hours leave out: a condition that nobody can check in four minutes.
    said = found.comment or text
    return Verdict(answer=Answer.UNKNOWN, reason="hours_conditional", text=f"Whether it is open depends: {said}")


def _unreadable(text: str) -> Verdict:
    return Verdict(answer=Answer.UNKNOWN, reason="hours_unparseable", text=f"Its opening hours cannot be read: {text}")


def _hours_of(aed: Aed, text: str) -> Hours:
    return hours_of(text, get_time_zone(aed.time_zone), _place_that_matters(aed, text))


def _place_that_matters(aed: Aed, text: str) -> tuple[float, float] | None:
    return (aed.lat, aed.lon) if depends_on_place(text) else None


@lru_cache(maxsize=16)
def local_day(at: datetime, zone: tzinfo) -> date:
    """The day of the calendar in a zone. A search asks it of hundreds of rescuers at one moment."""
    return at.astimezone(zone).date()


def _certificate_problem(certificates: tuple[Certificate, ...], day: date) -> Verdict | None:
    if not certificates:
        return Verdict(answer=Answer.NO, reason="no_certificate", text="No certificate on record.")
    standings = {item.standing for item in certificates if _holds_on(item, day)}
    if PaperStanding.COUNTS in standings:
        return None
    if PaperStanding.UNVERIFIED in standings:
        return Verdict(
            answer=Answer.NO, reason="certificate_unverified", text="No officer has verified the certificate yet."
        )
    if standings:
        return Verdict(
            answer=Answer.NO,
            reason="certificate_not_accepted",
            text="The city does not accept this kind of paper.",
        )
    if any(item.valid_from is None or item.valid_from <= day for item in certificates):
        return Verdict(answer=Answer.NO, reason="certificate_expired", text="The certificate has expired.")
    return Verdict(answer=Answer.NO, reason="certificate_not_yet_valid", text="The certificate is not valid yet.")


def _holds_on(item: Certificate, day: date) -> bool:
    return (item.valid_from is None or item.valid_from <= day) and (item.valid_until is None or day <= item.valid_until)


def _require_aware(at: datetime) -> None:
    if at.tzinfo is None:
        raise NaiveDatetime(f"{at!r} has no time zone, so its place in the day is not known")


def _is_fresh(presence: Presence, at: datetime, limits: DispatchLimits) -> bool:
    age_s = (at - presence.observed_at).total_seconds()
    return -limits.clock_skew_s <= age_s <= limits.presence_max_age_s
