"""What a phone says of where it is: believed, kept behind a better one, or refused with a code that says why."""

from collections.abc import Callable
from datetime import datetime

from dispatch.contracts import stream as wire
from dispatch.core.matching import Place
from dispatch.core.refusals import Refused
from dispatch.incidents.service_area import ServiceArea
from dispatch.service import DispatchService
from dispatch.streams.phone_clock import TOLERANCE_S, Dated, PhoneClock
from geo.places.datum import Datum, UnknownDatum, convert, parse_datum
from registry.fixes import Fate
from registry.models import Presence

CLOCK_WRONG = "clock_wrong"

KEPT = {Fate.TAKEN: "ok", Fate.COARSER: "coarser_position"}
REFUSED = {
    Fate.LATE: ("position_late", "A newer position is known already."),
    Fate.GONE: ("position_late", "No position of yours is kept."),
    Fate.JUMP: (
        "position_jump",
        "Nobody comes so far in the time since the last position: one more from there, five seconds on, is believed.",
    ),
}


class PhonePositions:
    """One connection's. on_taken: told of each position that is in force from now on."""

    def __init__(self, service: DispatchService, rescuer_id: str, on_taken: Callable[[Presence], None]) -> None:
        self._service = service
        self._rescuer_id = rescuer_id
        self._on_taken = on_taken
        self._phone_clock = PhoneClock()
        self._told_off_s: float | None = None

    def take(self, frame: wire.Position) -> wire.Result | None:
        """The answer; None where there is nothing to say to a frame without an id."""
        now, speed = self._service.clock.now(), self._service.clock.speed
        dated = self._phone_clock.date(frame.observed_at, sent_at=frame.sent_at, received_at=now, speed=speed)
        try:
            fate = self._judge(frame, dated, now)
        except Refused as refused:
            return self._result(frame, dated, ok=False, code=refused.code, message=refused.message)
        if dated.off_s is not None:
            # Whoever is told of a better position too would not hear of the clock.
            code, message = CLOCK_WRONG, _clock_words(dated.off_s, now)
        else:
            code, message = KEPT[fate], "" if fate is Fate.TAKEN else "The better position of a moment ago is kept."
        if frame.id is None and not self._is_news(dated, speed):
            return None
        return self._result(frame, dated, ok=True, code=code, message=message)

    def _judge(self, frame: wire.Position, dated: Dated, now: datetime) -> Fate:
        place = _get_place(frame, self._service.area)
        if not frame.accuracy_m > 0:
            raise Refused(
                "bad_accuracy",
                f"accuracy_m {frame.accuracy_m:g} is no radius: phones say that where they know of none.",
            )
        age_s = (now - dated.observed_at).total_seconds()
        if age_s > self._service.directory.limits.presence_max_age_s:
            raise Refused(
                "position_old",
                f"By our clock, {now.isoformat(timespec='seconds')}, this was {age_s:.0f} s ago, too long to count. "
                "If it is of now, the phone's clock is behind: send `sent_at` with it.",
            )
        presence = Presence(lon=place.lon, lat=place.lat, accuracy_m=frame.accuracy_m, observed_at=dated.observed_at)
        fate = self._service.directory.record_presence(self._rescuer_id, presence, now)
        if fate in REFUSED:
            raise Refused(*REFUSED[fate])
        if fate is Fate.TAKEN:
            self._on_taken(presence)
        return fate

    def _is_news(self, dated: Dated, speed: float) -> bool:
        """Whether the phone has not been told yet, or the clock is off by another deal now."""
        if dated.off_s is None:
            self._told_off_s = None
            return False
        is_news = self._told_off_s is None or abs(dated.off_s - self._told_off_s) > TOLERANCE_S * max(1.0, speed)
        if is_news:
            self._told_off_s = dated.off_s
        return is_news

    @staticmethod
    def _result(frame: wire.Position, dated: Dated, *, ok: bool, code: str, message: str) -> wire.Result:
        off_s = None if dated.off_s is None else round(dated.off_s, 1)
        return wire.Result(re=frame.id, ok=ok, code=code, message=message, clock_off_s=off_s)


def _clock_words(off_s: float, now: datetime) -> str:
    way = "ahead" if off_s > 0 else "behind"
    return (
        f"The position counts, but the phone's clock is {abs(off_s):.0f} s {way}; "
        f"here it is {now.isoformat(timespec='seconds')}."
    )


def _get_place(frame: wire.Position, area: ServiceArea | None) -> Place:
    """Where that is in WGS-84.

    Raises:
        Refused: no known datum, or not where anybody can be.
    """
    try:
        datum = parse_datum(frame.datum)
    except UnknownDatum as error:
        raise Refused("unknown_datum", str(error)) from error
    place = _find_place(frame.lon, frame.lat, datum)
    is_near = area is not None and place is not None and place in area
    if place is None or (0 in (frame.lon, frame.lat) and not is_near):
        # An exact 0 is what a failed measurement leaves.
        raise Refused("bad_position", f"lon {frame.lon}, lat {frame.lat} is not where anybody can be.")
    swapped = _find_place(frame.lat, frame.lon, datum)
    if area is not None and not is_near and swapped is not None and swapped in area:
        raise Refused("bad_position", f"lon {frame.lon}, lat {frame.lat} look swapped: longitude comes first.")
    return place


def _find_place(lon: float, lat: float, datum: Datum) -> Place | None:
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return None
    lon, lat = convert(lon, lat, source=datum, target=Datum.WGS84)
    return Place(lon=lon, lat=lat)
