"""The frozen arrays that matching reads: who and what near a place can help, at one time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import compress
from typing import overload

import numpy as np
from numpy.typing import NDArray

from geo.streets.walk_network import Snaps

SAME_BUILDING_M = 150.0
"""Nearer than this two places may be in one building, such as a metro station; then nobody goes down to the street
between them, and neither must seem far (assumption: a station's length)."""


class Ids(Sequence[str]):
    """The ids of `keys` in a list that only grows; read one by one, since of hundreds few are asked for."""

    __slots__ = ("_ids", "_keys")

    def __init__(self, ids: Sequence[str], keys: NDArray[np.int64]) -> None:
        self._ids, self._keys = ids, keys

    def __len__(self) -> int:
        return self._keys.size

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> "Ids": ...
    def __getitem__(self, index: int | slice) -> "str | Ids":
        if isinstance(index, slice):
            return Ids(self._ids, self._keys[index])
        return self._ids[int(self._keys[index])]

    def order(self) -> NDArray[np.int64]:
        """(n,) the places of the ids in ascending order."""
        ids = list(self)
        return np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int64)

    def __iter__(self) -> Iterator[str]:
        return map(self._ids.__getitem__, self._keys.tolist())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # as of any sequence that equals a list


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nearby:
    """Dispatchable rescuers and AEDs usable (or perhaps usable) around a place at `at`; WGS-84 degrees.

    rescuer_id: n ids; rescuer_lon, rescuer_lat: (n,) float64; rescuer_at_home: (n,) bool, the home position stands in
    for an unknown one.
    rescuer_snaps, aed_snaps: where they stand on the street network, (n,) and (m,), where that is known.
    aed_id: m ids; aed_lon, aed_lat: (m,) float64; aed_hours_unknown: (m,) bool, whether it can be taken is not known.
    """

    at: datetime
    rescuer_id: Sequence[str]
    rescuer_lon: NDArray[np.float64]
    rescuer_lat: NDArray[np.float64]
    rescuer_at_home: NDArray[np.bool_]
    aed_id: Sequence[str]
    aed_lon: NDArray[np.float64]
    aed_lat: NDArray[np.float64]
    aed_hours_unknown: NDArray[np.bool_]
    rescuer_snaps: Snaps | None = None
    aed_snaps: Snaps | None = None
    aed_inside_s: NDArray[np.float32] | None = None

    def take(self, rescuers: NDArray[np.bool_], aeds: NDArray[np.bool_]) -> "Nearby":
        """Only those, in the same order."""
        if rescuers.all() and aeds.all():
            return self
        return Nearby(
            at=self.at,
            rescuer_id=tuple(compress(self.rescuer_id, rescuers)),
            rescuer_lon=self.rescuer_lon[rescuers],
            rescuer_lat=self.rescuer_lat[rescuers],
            rescuer_at_home=self.rescuer_at_home[rescuers],
            aed_id=tuple(compress(self.aed_id, aeds)),
            aed_lon=self.aed_lon[aeds],
            aed_lat=self.aed_lat[aeds],
            aed_hours_unknown=self.aed_hours_unknown[aeds],
            rescuer_snaps=self.rescuer_snaps.take(rescuers) if self.rescuer_snaps else None,
            aed_snaps=self.aed_snaps.take(aeds) if self.aed_snaps else None,
            aed_inside_s=self.aed_inside_s[aeds] if self.aed_inside_s is not None else None,
        )
