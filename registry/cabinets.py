"""AEDs in memory, found by place, with what decides whether each may be taken at a time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from geo.projection import LocalPlane
from geo.spatial_index import PointIndex
from geo.vertical import aeds_added_s
from registry.eligibility import Answer, usability
from registry.models import Aed
from registry.snapshot import SAME_BUILDING_M

Int64s = NDArray[np.int64]
Float64s = NDArray[np.float64]

_FIRST_CAPACITY = 64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Devices:
    """AEDs that may be taken, (n,) each, ids ascending; WGS-84 degrees; hours_unknown: perhaps they are locked.

    inside_s: float32, what bringing them to the place that was asked about takes inside their buildings.
    """

    key: Int64s
    lon: Float64s
    lat: Float64s
    hours_unknown: NDArray[np.bool_]
    inside_s: NDArray[np.float32]


class Cabinets:
    """All AEDs by id. Each has a key for ever, its place in the columns; who came first are in the order of ids."""

    def __init__(self, aeds: Iterable[Aed], *, plane: LocalPlane) -> None:
        self._records = {aed.aed_id: aed for aed in aeds}
        self._ids = sorted(self._records)
        self._in_order = len(self._ids)
        self._key = {aed_id: key for key, aed_id in enumerate(self._ids)}
        # Rows: degrees, metres of the plane, and seconds inside the building, NaN until somebody asks.
        self._columns = np.full((5, max(len(self._ids), _FIRST_CAPACITY)), np.nan)
        # Reading opening hours takes longer than asking them: read at the first question, forgotten with the record.
        self._usability: dict[int, Callable[[datetime], Answer]] = {}
        for aed in self._records.values():
            self._columns[:2, self._key[aed.aed_id]] = aed.lon, aed.lat
        self.recentre(plane)

    @property
    def records(self) -> dict[str, Aed]:
        """By id; only to be read."""
        return self._records

    def ids(self, keys: Int64s) -> tuple[str, ...]:
        """The ids of `keys`, in that order."""
        return tuple([self._ids[key] for key in keys.tolist()])

    def recentre(self, plane: LocalPlane) -> None:
        """Find them all on another plane from now on."""
        self._plane, self._index = plane, PointIndex(plane)
        keys = np.fromiter((self._key[aed_id] for aed_id in self._records), np.int64)
        lon, lat = self._columns[:2, keys]
        self._columns[2:4, keys] = plane.to_plane(lon, lat)
        self._index.load(keys, lon, lat)

    def put(self, aed: Aed) -> None:
        """Take an AED, known or new, as it is now."""
        before = self._records.get(aed.aed_id)
        key = self._key.setdefault(aed.aed_id, len(self._ids))
        if key == len(self._ids):
            self._ids.append(aed.aed_id)
            if key >= self._columns.shape[1]:
                self._columns = np.pad(self._columns, ((0, 0), (0, key)), constant_values=np.nan)
        self._records[aed.aed_id] = aed
        self._usability.pop(key, None)
        self._columns[:, key] = aed.lon, aed.lat, *self._plane.to_plane(aed.lon, aed.lat), np.nan
        if before is None or (before.lon, before.lat) != (aed.lon, aed.lat):
            self._index.move(key, aed.lon, aed.lat)

    def remove(self, aed_id: str) -> None:
        """Take an AED out; an unknown id changes nothing."""
        if self._records.pop(aed_id, None) is not None:
            key = self._key[aed_id]
            self._usability.pop(key, None)
            self._columns[:, key] = np.nan
            self._index.remove(key)

    def inside_s(self, aed: Aed, lon: float, lat: float) -> float:
        """Seconds that a walk by way of the AED to a place spends inside the AED's building: storeys, halls, and back
        out; none to a place that may be in the same building."""
        return float(self._inside_s(np.array([self._key[aed.aed_id]]), lon, lat)[0])

    def around(self, lon: float, lat: float, radius_m: float, *, throughout: tuple[datetime, datetime]) -> Devices:
        """AEDs within `radius_m` that may be taken at both instants."""
        near = self._index.near(lon, lat, radius_m)
        answers = [self._answer(key, throughout) for key in near.tolist()]
        usable = np.array([answer is not Answer.NO for answer in answers], np.bool_)
        unknown = np.array([answer is Answer.UNKNOWN for answer in answers], np.bool_)
        order = self._order(near)
        order = order[usable[order]]
        keys = near[order]
        return Devices(
            key=keys,
            lon=self._columns[0, keys],
            lat=self._columns[1, keys],
            hours_unknown=unknown[order],
            inside_s=self._inside_s(keys, lon, lat),
        )

    def _answer(self, key: int, throughout: tuple[datetime, datetime]) -> Answer:
        """Whether the AED may be taken at both instants; NO where it may not at one."""
        is_usable = self._usability.get(key)
        if is_usable is None:
            is_usable = self._usability[key] = usability(self._records[self._ids[key]])
        first, last = map(is_usable, throughout)
        if Answer.NO in (first, last):
            return Answer.NO
        return first if last is Answer.YES else last

    def _inside_s(self, keys: Int64s, lon: float, lat: float) -> NDArray[np.float32]:
        inside_s = self._columns[4, keys]
        for place in np.flatnonzero(np.isnan(inside_s)).tolist():
            aed = self._records[self._ids[keys[place]]]
            added_s = aeds_added_s((aed.floor,), (aed.location_text,), (aed.indoor,))
            inside_s[place] = self._columns[4, keys[place]] = added_s[0]
        x_m, y_m = self._plane.to_plane(lon, lat)
        away_m = np.hypot(self._columns[2, keys] - x_m, self._columns[3, keys] - y_m)
        return np.where(away_m <= SAME_BUILDING_M, 0.0, inside_s).astype(np.float32)

    def _order(self, keys: Int64s) -> Int64s:
        """(n,) the places of `keys`, which ascend, in the order of their ids."""
        if not keys.size or keys[-1] < self._in_order:
            return np.arange(keys.size)
        ids = self.ids(keys)
        return np.array(sorted(range(keys.size), key=ids.__getitem__), np.int64)
