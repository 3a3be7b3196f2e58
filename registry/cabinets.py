"""AEDs in memory, found by place, with what decides whether each may be taken at a time."""

from collections.abc import Callable, Iterable
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from geo.projection import LocalPlane
from geo.spatial_index import PointIndex
from geo.vertical import aeds_added_s
from registry.eligibility import Answer, usability
from registry.models import Aed


class Cabinets:
    """All AEDs by id; the index knows each by a key that it keeps for ever."""

    def __init__(self, aeds: Iterable[Aed], *, plane: LocalPlane) -> None:
        self._records = {aed.aed_id: aed for aed in aeds}
        self._ids = sorted(self._records)
        self._key = {aed_id: key for key, aed_id in enumerate(self._ids)}
        # Reading opening hours takes longer than asking them: read at the first question, forgotten with the record.
        self._usability: dict[str, Callable[[datetime], Answer]] = {}
        self._inside_s: dict[str, float] = {}
        self.recentre(plane)

    @property
    def records(self) -> dict[str, Aed]:
        """By id; only to be read."""
        return self._records

    def recentre(self, plane: LocalPlane) -> None:
        """Find them all on another plane from now on."""
        self._index = PointIndex(plane)
        keys = np.fromiter((self._key[aed_id] for aed_id in self._records), np.int64)
        places = np.array([(aed.lon, aed.lat) for aed in self._records.values()], np.float64).reshape(-1, 2)
        self._index.load(keys, places[:, 0], places[:, 1])

    def put(self, aed: Aed) -> None:
        """Take an AED, known or new, as it is now."""
        before = self._records.get(aed.aed_id)
        key = self._key.setdefault(aed.aed_id, len(self._ids))
        if key == len(self._ids):
            self._ids.append(aed.aed_id)
        self._records[aed.aed_id] = aed
        self._forget(aed.aed_id)
        if before is None or (before.lon, before.lat) != (aed.lon, aed.lat):
            self._index.move(key, aed.lon, aed.lat)

    def remove(self, aed_id: str) -> None:
        """Take an AED out; an unknown id changes nothing."""
        if self._records.pop(aed_id, None) is not None:
            self._forget(aed_id)
            self._index.remove(self._key[aed_id])

    def inside_s(self, aed: Aed) -> float:
        """Seconds that a walk by way of the AED spends inside its building: storeys, halls, and back out."""
        found = self._inside_s.get(aed.aed_id)
        if found is None:
            added_s = aeds_added_s((aed.floor,), (aed.location_text,), (aed.indoor,))
            found = self._inside_s[aed.aed_id] = float(added_s[0])
        return found

    def around(
        self, lon: float, lat: float, radius_m: float, *, throughout: tuple[datetime, datetime]
    ) -> tuple[list[Aed], NDArray[np.bool_], NDArray[np.int64]]:
        """AEDs within `radius_m` that may be taken at both instants, ids ascending; whether that is not known; keys."""
        found, unknown = [], []
        for aed_id in sorted([self._ids[key] for key in self._index.near(lon, lat, radius_m).tolist()]):
            is_usable = self._usability.get(aed_id)
            if is_usable is None:
                is_usable = self._usability[aed_id] = usability(self._records[aed_id])
            answers = {is_usable(at) for at in throughout}
            if Answer.NO not in answers:
                found.append(self._records[aed_id])
                unknown.append(Answer.UNKNOWN in answers)
        return found, np.array(unknown, np.bool_), np.array([self._key[aed.aed_id] for aed in found], np.int64)

    def _forget(self, aed_id: str) -> None:
        self._usability.pop(aed_id, None)
        self._inside_s.pop(aed_id, None)
