"""Who could go, and how long each would walk: what matching hands to the policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """Rescuers who can be at the patient's side within the widest budgets of a search.

    rescuer_id: n ids, each once.
    direct_s: (n,) float32, seconds to the patient's side; inf beyond the budget.
    straight_line: (n,) bool, no street network under the way: straight line times a detour factor.
    aed_id: m ids of AEDs that may be fetched.
    trip_rescuer, trip_aed: (k,) int32 into the two lists: each pair that is within the fetch budget on the street.
    trip_to_aed_s, trip_s: (k,) float32, seconds to the AED, and to the patient's side with it in hand.
    trip_straight_line: (k,) bool, as `straight_line`, of either leg.
    climb_s: seconds from the street to the patient's floor, which the times above leave out.
    resting: ids of those who are left alone where anybody else can go; see `rests`.
    slow: of them who has no open app: a message or a call has to bring it, and the answer takes longer.
    near_s: whoever is no farther than this may be in the patient's building, and nobody knows on which floor.
    aed_doubles: by id of an AED, the other ids under which the same device may be registered.
    """

    rescuer_id: Sequence[str]
    direct_s: NDArray[np.float32]
    straight_line: NDArray[np.bool_]
    aed_id: Sequence[str]
    trip_rescuer: NDArray[np.int32]
    trip_aed: NDArray[np.int32]
    trip_to_aed_s: NDArray[np.float32]
    trip_s: NDArray[np.float32]
    trip_straight_line: NDArray[np.bool_]
    resting: frozenset[str] = frozenset()
    climb_s: float = 0.0
    slow: frozenset[str] = frozenset()
    near_s: float = 0.0
    aed_doubles: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def whole_s(self, street_s: float) -> float:
        """Seconds to the patient's very side. Budgets ask for the street alone: the ambulance's crew, against whom a
        volunteer is measured, has the same stairs to climb."""
        return street_s + self.climb_s if street_s > self.near_s else street_s


def no_candidates() -> Candidates:
    nobody = np.empty(0, np.float32)
    return Candidates(
        rescuer_id=(),
        direct_s=nobody,
        straight_line=np.empty(0, np.bool_),
        aed_id=(),
        trip_rescuer=np.empty(0, np.int32),
        trip_aed=np.empty(0, np.int32),
        trip_to_aed_s=nobody,
        trip_s=nobody,
        trip_straight_line=np.empty(0, np.bool_),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One rescuer's way to the patient, measured anew. `to_aed_s` is None where there is no AED left to fetch."""

    walk_time_s: float
    to_aed_s: float | None
    straight_line: bool
