"""Rescuers in memory: as records, and as columns in which one call looks at hundreds of them at once.

The columns say the same as `eligibility` says of each record; a test holds the two together.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.projection import LocalPlane
from geo.spatial_index import PointIndex
from registry.eligibility import DispatchLimits, certified_span, local_day
from registry.models import Rescuer

Int64s = NDArray[np.int64]
Float64s = NDArray[np.float64]
Bools = NDArray[np.bool_]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER_US = np.iinfo(np.int64).min
_FIRST_CAPACITY = 64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Helpers:
    """Dispatchable rescuers, (n,) each, ids ascending; WGS-84 degrees; at_home: the home stands in for the position."""

    key: Int64s
    lon: Float64s
    lat: Float64s
    at_home: Bools

    def take(self, chosen: Bools) -> "Helpers":
        """Those where `chosen` is true, in the same order."""
        return Helpers(key=self.key[chosen], lon=self.lon[chosen], lat=self.lat[chosen], at_home=self.at_home[chosen])


class Roster:
    """All rescuers by id. Each has a key for ever, its place in the columns; who came first are in the order of ids."""

    def __init__(self, rescuers: Iterable[Rescuer], *, plane: LocalPlane, limits: DispatchLimits) -> None:
        self._limits = limits
        self._records = {rescuer.rescuer_id: rescuer for rescuer in rescuers}
        self._ids = sorted(self._records)
        self._in_order = len(self._ids)
        self._key = {rescuer_id: key for key, rescuer_id in enumerate(self._ids)}
        self._columns = _Columns(len(self._ids), limits)
        for rescuer in self._records.values():
            self._columns.put(self._key[rescuer.rescuer_id], rescuer)
        self.recentre(plane)

    @property
    def records(self) -> dict[str, Rescuer]:
        """By id; only to be read."""
        return self._records

    def ids(self, keys: Int64s) -> tuple[str, ...]:
        """The ids of `keys`, in that order."""
        return tuple([self._ids[key] for key in keys.tolist()])

    def recentre(self, plane: LocalPlane) -> None:
        """Find everyone on another plane from now on."""
        columns, count = self._columns, len(self._ids)
        self._presence_index, self._home_index = PointIndex(plane), PointIndex(plane)
        for index, lon, lat in (
            (self._presence_index, columns.lon, columns.lat),
            (self._home_index, columns.home_lon, columns.home_lat),
        ):
            known = np.flatnonzero(np.isfinite(lon[:count]))
            index.load(known, lon[known], lat[known])

    def put(self, rescuer: Rescuer) -> None:
        """Take a rescuer, known or new, as they are now."""
        before = self._records.get(rescuer.rescuer_id)
        key = self._key_of(rescuer.rescuer_id)
        self._records[rescuer.rescuer_id] = rescuer
        self._columns.put(key, rescuer)
        if before is None or before.certificates != rescuer.certificates:
            self._columns.unread_papers(key)
        if before is None or before.presence != rescuer.presence:
            presence = rescuer.presence
            lon, lat = (presence.lon, presence.lat) if presence else (None, None)
            _place(self._presence_index, key, lon, lat)
        if before is None or (before.home_lon, before.home_lat) != (rescuer.home_lon, rescuer.home_lat):
            _place(self._home_index, key, rescuer.home_lon, rescuer.home_lat)

    def remove(self, rescuer_id: str) -> None:
        """Take a rescuer out; an unknown id changes nothing."""
        if self._records.pop(rescuer_id, None) is None:
            return
        key = self._key[rescuer_id]
        self._columns.put(key, Rescuer(rescuer_id=rescuer_id))
        self._presence_index.remove(key)
        self._home_index.remove(key)

    def around(self, lon: float, lat: float, radius_m: float, at: datetime) -> Helpers:
        """Dispatchable rescuers within `radius_m`, straight line, each at the position that counts at `at`."""
        columns = self._columns
        out = self._presence_index.near(lon, lat, radius_m)
        keys = np.concatenate((out, self._home_index.near(lon, lat, radius_m)))
        at_home = np.arange(keys.size) >= out.size
        # Both indexes may hold a person: who is where their phone says is not at home.
        counts = columns.is_fresh(keys, at) != at_home
        keys, at_home = keys[counts], at_home[counts]
        order = self._order(keys)
        order = order[columns.may_go(keys[order], at, self._records, self._ids)]
        keys, at_home = keys[order], at_home[order]
        return Helpers(
            key=keys,
            lon=np.where(at_home, columns.home_lon[keys], columns.lon[keys]),
            lat=np.where(at_home, columns.home_lat[keys], columns.lat[keys]),
            at_home=at_home,
        )

    def seen_since(self, keys: Int64s, since: datetime) -> Bools:
        """(n,) whether each one's phone has been on the line since then."""
        return self._columns.seen_us[keys] >= _us(since)

    def _order(self, keys: Int64s) -> Int64s:
        """(n,) the places of `keys` in the order of their ids."""
        if (keys < self._in_order).all():
            return np.argsort(keys)
        ids = self.ids(keys)
        return np.array(sorted(range(keys.size), key=ids.__getitem__), np.int64)

    def _key_of(self, rescuer_id: str) -> int:
        key = self._key.get(rescuer_id)
        if key is None:
            key = self._key[rescuer_id] = len(self._ids)
            self._ids.append(rescuer_id)
        return key


class _Columns:
    """What decides whether a rescuer may go, by key; degrees are NaN where there is no position, times in
    microseconds. observed_us: of positions that are accurate enough to count. papers: whether they are in order from
    `papers_from` to before `papers_until`, as day numbers."""

    def __init__(self, count: int, limits: DispatchLimits) -> None:
        size = max(count, _FIRST_CAPACITY)
        self._limits = limits
        self.lon, self.lat, self.home_lon, self.home_lat = (np.full(size, np.nan) for _ in range(4))
        self.observed_us, self.seen_us = (np.full(size, _NEVER_US) for _ in range(2))
        self.willing, self.papers = (np.zeros(size, np.bool_) for _ in range(2))
        self.papers_from, self.papers_until = (np.zeros(size, np.int64) for _ in range(2))

    def put(self, key: int, rescuer: Rescuer) -> None:
        if key >= self.lon.size:
            self._grow(2 * key)
        presence = rescuer.presence
        self.lon[key], self.lat[key] = (presence.lon, presence.lat) if presence else (np.nan, np.nan)
        counts = presence is not None and presence.accuracy_m <= self._limits.presence_max_accuracy_m
        self.observed_us[key] = _us(presence.observed_at) if presence and counts else _NEVER_US
        has_home = rescuer.home_lon is not None and rescuer.home_lat is not None
        self.home_lon[key], self.home_lat[key] = (rescuer.home_lon, rescuer.home_lat) if has_home else (np.nan, np.nan)
        self.seen_us[key] = _us(rescuer.last_seen_at) if rescuer.last_seen_at else _NEVER_US
        self.willing[key] = rescuer.on_duty and rescuer.erased_at is None and not rescuer.off_consent

    def unread_papers(self, key: int) -> None:
        """They are looked at when somebody asks: an empty span of days covers none."""
        self.papers_from[key] = self.papers_until[key] = 0

    def is_fresh(self, keys: Int64s, at: datetime) -> Bools:
        """Whether the phone's position counts; see `eligibility.position_of`."""
        observed_us, now_us = self.observed_us[keys], _us(at)
        oldest_us = now_us - round(self._limits.presence_max_age_s * 1e6)
        newest_us = now_us + round(self._limits.clock_skew_s * 1e6)
        fresh: Bools = (observed_us >= oldest_us) & (observed_us <= newest_us)
        return fresh

    def may_go(self, keys: Int64s, at: datetime, records: dict[str, Rescuer], ids: list[str]) -> Bools:
        """Whether duty and papers allow it; see `eligibility.is_dispatchable`."""
        day = local_day(at, self._limits.time_zone)
        number = day.toordinal()
        unread = (number < self.papers_from[keys]) | (number >= self.papers_until[keys])
        for key in keys[unread].tolist():
            span = certified_span(records[ids[key]].certificates, day)
            self.papers[key], self.papers_from[key], self.papers_until[key] = span
        allowed: Bools = self.willing[keys] & self.papers[keys]
        return allowed

    def _grow(self, size: int) -> None:
        fresh = _Columns(size, self._limits)
        for name, held in vars(self).items():
            if isinstance(held, np.ndarray):
                grown: NDArray[Any] = getattr(fresh, name)
                grown[: held.size] = held
                setattr(self, name, grown)


def _us(at: datetime) -> int:
    since: timedelta = at - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _place(index: PointIndex, key: int, lon: float | None, lat: float | None) -> None:
    if lon is None or lat is None:
        index.remove(key)
    else:
        index.move(key, lon, lat)
