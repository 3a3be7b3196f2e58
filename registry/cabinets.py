"""AEDs in memory, found by place, with what decides whether each may be taken at a time."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.places.projection import LocalPlane
from geo.places.rtree_index import RTreeIndex
from geo.walking.vertical import aeds_added_s
from registry import cabinet_kernels as kernels
from registry.eligibility import Answer, find_standing_answer, usability
from registry.models import Aed
from registry.snapshot import SAME_BUILDING_M, Ids
from registry.storeys import ground_is_first

Int64s = NDArray[np.int64]
Float64s = NDArray[np.float64]

_FIRST_CAPACITY = 64

_STANDING = {Answer.YES: kernels.YES, Answer.NO: kernels.NO, Answer.UNKNOWN: kernels.UNKNOWN}


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
    """All AEDs by id. Each has a key for ever, its place in the columns; who came first are in the order of ids.

    index: where each is.
    """

    def __init__(self, aeds: Iterable[Aed], *, plane: LocalPlane) -> None:
        self._records = {aed.aed_id: aed for aed in aeds}
        self._ids = sorted(self._records)
        self._in_order = len(self._ids)
        self._key = {aed_id: key for key, aed_id in enumerate(self._ids)}
        self._devices = _nothing(max(len(self._ids), _FIRST_CAPACITY))
        # Reading opening hours takes longer than asking them: read at the first question, forgotten with the record.
        self._hours: dict[int, Callable[[datetime], Answer]] = {}
        for aed in self._records.values():
            device = self._devices[self._key[aed.aed_id]]
            device["lon"], device["lat"] = aed.lon, aed.lat
        self.index = RTreeIndex(plane)
        self.recentre(plane)

    @property
    def records(self) -> dict[str, Aed]:
        """By id; only to be read."""
        return self._records

    def ids(self, keys: Int64s) -> Ids:
        """The ids of `keys`, in that order."""
        return Ids(self._ids, keys)

    def recentre(self, plane: LocalPlane) -> None:
        """Find them all on another plane from now on."""
        self._plane = plane
        keys = np.fromiter((self._key[aed_id] for aed_id in self._records), np.int64)
        lon, lat = self._devices["lon"][keys], self._devices["lat"][keys]
        self._devices["x_m"][keys], self._devices["y_m"][keys] = plane.to_plane(lon, lat)
        self.index.load(keys, lon, lat, plane=plane)

    def put(self, aed: Aed) -> None:
        """Take an AED, known or new, as it is now."""
        before = self._records.get(aed.aed_id)
        key = self._key.setdefault(aed.aed_id, len(self._ids))
        if key == len(self._ids):
            self._ids.append(aed.aed_id)
            if key >= self._devices.size:
                self._devices = np.concatenate((self._devices, _nothing(key)))
        self._records[aed.aed_id] = aed
        self._hours.pop(key, None)
        self._devices[key] = (aed.lon, aed.lat, *self._plane.to_plane(aed.lon, aed.lat), 0.0, kernels.UNREAD)
        if before is None or (before.lon, before.lat) != (aed.lon, aed.lat):
            self.index.move(key, aed.lon, aed.lat)

    def remove(self, aed_id: str) -> None:
        """Take an AED out; an unknown id changes nothing."""
        if self._records.pop(aed_id, None) is not None:
            key = self._key[aed_id]
            self._hours.pop(key, None)
            self._devices[key] = _nothing(1)[0]
            self.index.remove(key)

    def inside_s(self, aed: Aed, lon: float, lat: float) -> float:
        """Seconds that a walk by way of the AED to a place spends inside the AED's building: storeys, halls, and back
        out; none to a place that may be in the same building."""
        key = self._key[aed.aed_id]
        self._read(key)
        device = self._devices[key]
        x_m, y_m = self._plane.to_plane(lon, lat)
        is_near = math.hypot(device["x_m"] - x_m, device["y_m"] - y_m) <= SAME_BUILDING_M
        return 0.0 if is_near else float(device["inside_s"])

    def around(self, lon: float, lat: float, radius_m: float, *, throughout: tuple[datetime, datetime]) -> Devices:
        """AEDs within `radius_m` that may be taken at both instants."""
        near = self.index.near(lon, lat, radius_m)
        answer = self._answers(near, throughout)
        x_m, y_m = self._plane.to_plane(lon, lat)
        count = near.size
        keys, unknown, inside_s = np.empty(count, np.int64), np.empty(count, np.bool_), np.empty(count, np.float32)
        lons, lats = np.empty(count), np.empty(count)
        found = kernels.usable(
            self._devices, near, answer, x_m, y_m, SAME_BUILDING_M, keys, lons, lats, unknown, inside_s
        )
        kept: slice | Int64s = slice(found)
        if found and keys[found - 1] >= self._in_order:
            kept = self.ids(keys[:found]).order()
        return Devices(
            key=keys[kept], lon=lons[kept], lat=lats[kept], hours_unknown=unknown[kept], inside_s=inside_s[kept]
        )

    def within(self, west: float, south: float, east: float, north: float) -> list[Aed]:
        """AEDs within a box of WGS-84 degrees, its rim included, whatever their state."""
        return [self._records[self._ids[key]] for key in self.index.within(west, south, east, north).tolist()]

    def nearest(self, lon: float, lat: float, count: int) -> list[tuple[Aed, float]]:
        """The `count` AEDs nearest to this place, whatever their state, with their metres; by metres, then by id."""
        keys, far_m = self.index.nearest(lon, lat, count)
        found = [(self._records[self._ids[key]], far) for key, far in zip(keys.tolist(), far_m.tolist(), strict=True)]
        return sorted(found, key=lambda one: (one[1], one[0].aed_id))[:count]

    def _answers(self, near: Int64s, throughout: tuple[datetime, datetime]) -> NDArray[np.int8]:
        """Of each whether it may be taken at both instants; NO where it may not at one."""
        answers: NDArray[np.int8] = self._devices["answer"][near]
        for place in np.flatnonzero(answers <= kernels.DEPENDS).tolist():
            key = int(near[place])
            self._read(key)
            answers[place] = self._devices[key]["answer"]
            if answers[place] == kernels.DEPENDS:
                first, last = map(self._hours[key], throughout)
                either = first if last is Answer.YES else last
                answers[place] = _STANDING[Answer.NO if first is Answer.NO else either]
        return answers

    def _read(self, key: int) -> None:
        """Look at what an AED's record says of its hours and its building, if nobody has since it was put."""
        if self._devices[key]["answer"] != kernels.UNREAD:
            return
        aed = self._records[self._ids[key]]
        self._devices[key]["inside_s"] = aeds_added_s(
            (aed.floor,), (aed.location_text,), (aed.indoor,), (ground_is_first(aed.time_zone),)
        )[0]
        standing = find_standing_answer(aed)
        if standing is None:
            self._hours[key] = usability(aed)
        self._devices[key]["answer"] = kernels.DEPENDS if standing is None else _STANDING[standing]


def _nothing(count: int) -> NDArray[Any]:
    return np.zeros(count, kernels.DEVICE)
