"""Rescuers in memory: as records, and as columns in which one call looks at hundreds of them at once.

The columns say the same as `eligibility` says of each record; a test holds the two together.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.places.projection import LocalPlane
from geo.places.rtree_index import RTreeIndex
from geo.places.spatial_index import PointIndex
from registry.eligibility import DispatchLimits, certified_span, is_accurate, is_away_from_home, local_day
from registry.models import Rescuer
from registry.people.asking import steady_from
from registry.roster_kernels import PERSON, who_may_go
from registry.snapshot import Ids

Int64s = NDArray[np.int64]
Float64s = NDArray[np.float64]
Bools = NDArray[np.bool_]
Holds = Callable[[Float64s, Float64s], Bools]
"""Which of these longitudes and latitudes, WGS-84 degrees, lie in an area."""

_Span = tuple[bool, int, int]
"""An answer, and from when to before when it holds."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER_US = np.iinfo(np.int64).min
_FIRST_CAPACITY = 64
_NOWHERE = np.nan, np.nan
_UNREAD = False, 0, 0
"""Papers that cover no day, hours that cover no time: whoever asks reads them."""
_ALWAYS = True, _NEVER_US, np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Helpers:
    """Dispatchable rescuers, (n,) each, ids ascending; WGS-84 degrees; at_home: the home stands in for the position;
    seen: the phone has been on the line since the time that was asked about."""

    key: Int64s
    lon: Float64s
    lat: Float64s
    at_home: Bools
    seen: Bools

    def take(self, chosen: NDArray[Any]) -> "Helpers":
        """Those that `chosen`, a mask or indexes, says."""
        return Helpers(
            key=self.key[chosen],
            lon=self.lon[chosen],
            lat=self.lat[chosen],
            at_home=self.at_home[chosen],
            seen=self.seen[chosen],
        )


class Roster:
    """All rescuers by id. Each has a key for ever, its place in the columns; who came first are in the order of ids.

    home_index: where each lives.
    """

    def __init__(self, rescuers: Iterable[Rescuer], *, plane: LocalPlane, limits: DispatchLimits) -> None:
        self._limits = limits
        self._records = {rescuer.rescuer_id: rescuer for rescuer in rescuers}
        self._ids = sorted(self._records)
        self._in_order = len(self._ids)
        self._key = {rescuer_id: key for key, rescuer_id in enumerate(self._ids)}
        self._columns = _Columns([self._records[rescuer_id] for rescuer_id in self._ids], limits)
        self.home_index = RTreeIndex(plane)
        self.recentre(plane)

    @property
    def records(self) -> dict[str, Rescuer]:
        """By id; only to be read."""
        return self._records

    def ids(self, keys: Int64s) -> Ids:
        """The ids of `keys`, in that order."""
        return Ids(self._ids, keys)

    def living_where(self, holds: Holds) -> list[str]:
        """Ids of those whose home is known and lies in an area."""
        people = self._columns.people[: len(self._ids)]
        home = np.flatnonzero(np.isfinite(people["home_lon"]))
        lives = holds(people["home_lon"][home], people["home_lat"][home])
        return [self._ids[key] for key in home[lives].tolist()]

    def count_on_duty(self) -> int:
        """Those who are on duty, and neither erased nor off consent."""
        return int(np.count_nonzero(self._columns.people[: len(self._ids)]["willing"]))

    def recentre(self, plane: LocalPlane) -> None:
        """Find everyone on another plane from now on."""
        people = self._columns.people[: len(self._ids)]
        self._presence_index = PointIndex(plane)
        out = np.flatnonzero(np.isfinite(people["lon"]))
        self._presence_index.load(out, people["lon"][out], people["lat"][out])
        home = np.flatnonzero(np.isfinite(people["home_lon"]))
        self.home_index.load(home, people["home_lon"][home], people["home_lat"][home], plane=plane)

    def put(self, rescuer: Rescuer) -> None:
        """Take a rescuer, known or new, as they are now."""
        before = self._records.get(rescuer.rescuer_id)
        key = self._key_of(rescuer.rescuer_id)
        self._records[rescuer.rescuer_id] = rescuer
        self._columns.put(key, rescuer)
        if before is None or _what_is_read(before) != _what_is_read(rescuer):
            self._columns.unread(key, rescuer)
        if before is None or before.presence != rescuer.presence:
            presence = rescuer.presence
            lon, lat = (presence.lon, presence.lat) if presence else (None, None)
            _place(self._presence_index, key, lon, lat)
        if before is None or (before.home_lon, before.home_lat) != (rescuer.home_lon, rescuer.home_lat):
            _place(self.home_index, key, rescuer.home_lon, rescuer.home_lat)

    def remove(self, rescuer_id: str) -> None:
        """Take a rescuer out; an unknown id changes nothing."""
        if self._records.pop(rescuer_id, None) is None:
            return
        key = self._key[rescuer_id]
        self._columns.put(key, Rescuer(rescuer_id=rescuer_id))
        self._presence_index.remove(key)
        self.home_index.remove(key)

    def around(self, lon: float, lat: float, radius_m: float, at: datetime, seen_since: datetime) -> Helpers:
        """Dispatchable rescuers within `radius_m`, straight line, each at the position that counts at `at`."""
        out = self._presence_index.near(lon, lat, radius_m)
        home = self.home_index.near(lon, lat, radius_m)
        helpers, unread = self._columns.who_may_go(out, home, at, seen_since)
        if unread.size:
            for key in unread.tolist():
                self._columns.read(key, self._records[self._ids[key]], at)
            helpers, _ = self._columns.who_may_go(out, home, at, seen_since)
        return self._ordered(helpers)

    def _ordered(self, helpers: Helpers) -> Helpers:
        """Those of ascending keys in the order of their ids."""
        if not helpers.key.size or helpers.key[-1] < self._in_order:
            return helpers
        return helpers.take(self.ids(helpers.key).order())

    def _key_of(self, rescuer_id: str) -> int:
        key = self._key.get(rescuer_id)
        if key is None:
            key = self._key[rescuer_id] = len(self._ids)
            self._ids.append(rescuer_id)
        return key


class _Columns:
    """What decides whether a rescuer may go, by key: `people`, as `roster_kernels` reads it."""

    def __init__(self, rescuers: Sequence[Rescuer], limits: DispatchLimits) -> None:
        self._limits = limits
        known = np.array([self._told(rescuer, *_unread(rescuer)) for rescuer in rescuers], PERSON)
        self.people = np.concatenate((known, _nobody(max(0, _FIRST_CAPACITY - known.size))))

    def put(self, key: int, rescuer: Rescuer) -> None:
        if key >= self.people.size:
            self.people = np.concatenate((self.people, _nobody(2 * key - self.people.size)))
        *_, free_from_us, free_until_us, _, free, papers, papers_from, papers_until = self.people[key].item()
        self.people[key] = self._told(rescuer, (free, free_from_us, free_until_us), (papers, papers_from, papers_until))

    def _told(self, rescuer: Rescuer, free: _Span, papers: _Span) -> tuple[Any, ...]:
        """A person's fields in the order of `PERSON`."""
        presence = rescuer.presence
        lon, lat = (presence.lon, presence.lat) if presence else _NOWHERE
        home = rescuer.home_lon, rescuer.home_lat
        counts = presence is not None and is_accurate(presence, self._limits)
        is_away = not counts and is_away_from_home(rescuer)
        return (
            lon,
            lat,
            *(_NOWHERE if None in home else home),
            _us(presence.observed_at) if presence and counts else _NEVER_US,
            _us(presence.observed_at) if presence and is_away else _NEVER_US,
            _us(rescuer.last_seen_at) if rescuer.last_seen_at else _NEVER_US,
            *free[1:],
            rescuer.on_duty and rescuer.erased_at is None and not rescuer.off_consent,
            free[0],
            *papers,
        )

    def unread(self, key: int, rescuer: Rescuer) -> None:
        """Papers and hours are looked at when somebody asks."""
        free, papers = _unread(rescuer)
        self._write(key, free, papers)

    def read(self, key: int, rescuer: Rescuer, at: datetime) -> None:
        """See `eligibility.is_dispatchable`."""
        papers = certified_span(rescuer.certificates, local_day(at, self._limits.time_zone))
        steady = steady_from(rescuer.pause, rescuer.availability, at, self._limits.time_zone)
        until = _us(steady.until) if steady.until is not None else _ALWAYS[2]
        free = (steady.may_be_asked, _us(at), until) if _has_hours(rescuer) else _ALWAYS
        self._write(key, free, papers)

    def _write(self, key: int, free: _Span, papers: _Span) -> None:
        person = self.people[key]
        person["free"], person["free_from_us"], person["free_until_us"] = free
        person["papers"], person["papers_from"], person["papers_until"] = papers

    def who_may_go(self, out: Int64s, home: Int64s, at: datetime, seen_since: datetime) -> tuple[Helpers, Int64s]:
        """Of those whose phone (`out`) or home is near who may go, keys ascending, less those of the second answer,
        whose papers or hours must be read before; see `eligibility.position_of` and `eligibility.is_dispatchable`."""
        now_us, room = _us(at), out.size + home.size
        key, unread = np.empty(room, np.int64), np.empty(room, np.int64)
        lon, lat = np.empty(room), np.empty(room)
        at_home, seen = np.empty(room, np.bool_), np.empty(room, np.bool_)
        found, unknown = who_may_go(
            self.people,
            out,
            home,
            now_us - round(self._limits.presence_max_age_s * 1e6),
            now_us + round(self._limits.clock_skew_s * 1e6),
            now_us,
            local_day(at, self._limits.time_zone).toordinal(),
            _us(seen_since),
            key,
            lon,
            lat,
            at_home,
            seen,
            unread,
        )
        kept = slice(found)
        helpers = Helpers(key=key[kept], lon=lon[kept], lat=lat[kept], at_home=at_home[kept], seen=seen[kept])
        return helpers, unread[:unknown]


def _nobody(count: int) -> NDArray[Any]:
    never = _NEVER_US, _NEVER_US, _NEVER_US
    return np.full(count, np.array((*_NOWHERE, *_NOWHERE, *never, *_UNREAD[1:], False, False, *_UNREAD), PERSON))


def _unread(rescuer: Rescuer) -> tuple[_Span, _Span]:
    """Hours and papers that nobody has looked at; who has neither hours nor a pause may be asked at any time."""
    return (_UNREAD if _has_hours(rescuer) else _ALWAYS), _UNREAD


def _has_hours(rescuer: Rescuer) -> bool:
    return rescuer.pause is not None or rescuer.availability is not None


def _what_is_read(rescuer: Rescuer) -> tuple[Any, ...]:
    return rescuer.certificates, rescuer.pause, rescuer.availability


def _us(at: datetime) -> int:
    since: timedelta = at - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _place(index: PointIndex | RTreeIndex, key: int, lon: float | None, lat: float | None) -> None:
    if lon is None or lat is None:
        index.remove(key)
    else:
        index.move(key, lon, lat)
