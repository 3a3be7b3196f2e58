"""Who can be at the patient's side, and how soon: candidates with walking times over the street network.

Where no way leads over the streets, off them or in an area that the map closes in, the time is a straight line times a
detour factor, and says so.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dispatch.core.candidates import Candidates, Way
from geo.streets.walk_network import WalkNetwork
from geo.walking.walk_time import DEFAULT_WALK_SPEED_M_S, straight_walk_times, trip_options, walk_times_anywhere
from registry.snapshot import SAME_BUILDING_M, Nearby

MAX_AEDS = 16
"""AEDs tried for one patient, nearest on foot first; waves of three fetchers never look past the first few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Degrees, WGS-84."""

    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Walker:
    """How walking is reckoned: metres a second, and seconds to take an AED out of its cabinet."""

    speed_m_s: float = DEFAULT_WALK_SPEED_M_S
    takeout_s: float

    @property
    def near_s(self) -> float:
        """Who walks no longer than this may be in the same building."""
        return SAME_BUILDING_M / self.speed_m_s


def find_candidates(
    network: WalkNetwork | None,
    patient: Place,
    nearby: Nearby,
    *,
    budget_s: float,
    walker: Walker,
    climb_s: float = 0.0,
) -> Candidates:
    """Everybody in `nearby` who can be at the patient's door within `budget_s` seconds, directly or by way of an AED.

    climb_s: seconds from the street to the patient's floor.
    """
    if network is None:
        return _straight(patient, nearby, budget_s, walker, climb_s)
    start = network.snap(patient.lon, patient.lat)[0]
    rescuers = nearby.rescuer_snaps or network.snap(nearby.rescuer_lon, nearby.rescuer_lat)
    aeds = nearby.aed_snaps or network.snap(nearby.aed_lon, nearby.aed_lat)
    direct_s, straight_line = walk_times_anywhere(
        network, start, rescuers, budget_s=budget_s, speed_m_s=walker.speed_m_s, to_start=True
    )
    trips = trip_options(
        network,
        start,
        aeds,
        rescuers,
        budget_s=budget_s,
        takeout_s=walker.takeout_s,
        speed_m_s=walker.speed_m_s,
        max_aeds=MAX_AEDS,
    )
    return Candidates(
        rescuer_id=nearby.rescuer_id,
        direct_s=direct_s,
        straight_line=straight_line,
        aed_id=nearby.aed_id,
        trip_rescuer=trips.rescuer,
        trip_aed=trips.aed,
        trip_to_aed_s=trips.to_aed_s,
        trip_s=trips.to_aed_s + np.float32(walker.takeout_s) + _inside_s(nearby, trips.aed) + trips.to_patient_s,
        trip_straight_line=trips.straight_line,
        climb_s=climb_s,
        near_s=walker.near_s,
    )


def find_way(
    network: WalkNetwork | None,
    patient: Place,
    rescuer: Place,
    aed: Place | None,
    *,
    budget_s: float,
    walker: Walker,
    aed_inside_s: float = 0.0,
    climb_s: float = 0.0,
) -> Way | None:
    """One rescuer's way, by `aed` where it is still to be fetched; None beyond `budget_s` to the patient's door."""
    stops = [rescuer, patient] if aed is None else [rescuer, aed, patient]
    legs = [_leg(network, a, b, budget_s, walker) for a, b in pairwise(stops)]
    total_s = sum(seconds for seconds, _ in legs) + (walker.takeout_s + aed_inside_s if aed else 0.0)
    if not total_s <= budget_s:
        return None
    whole_s = total_s + climb_s if total_s > walker.near_s else total_s
    return Way(
        walk_time_s=whole_s,
        to_aed_s=legs[0][0] if aed else None,
        straight_line=any(straight_line for _, straight_line in legs),
    )


def _leg(network: WalkNetwork | None, a: Place, b: Place, budget_s: float, walker: Walker) -> tuple[float, bool]:
    """Seconds from `a` to `b`, inf beyond the budget, and whether they are a straight line's."""
    lon, lat = np.array([a.lon]), np.array([a.lat])
    if network is None:
        return float(straight_walk_times(b.lon, b.lat, lon, lat, speed_m_s=walker.speed_m_s)[0]), True
    end, starts = network.snap(b.lon, b.lat)[0], network.snap(lon, lat)
    seconds, straight_line = walk_times_anywhere(
        network, end, starts, budget_s=budget_s, speed_m_s=walker.speed_m_s, to_start=True
    )
    return float(seconds[0]), bool(straight_line[0])


def _straight(patient: Place, nearby: Nearby, budget_s: float, walker: Walker, climb_s: float) -> Candidates:
    def to_patient_s(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float32]:
        return straight_walk_times(patient.lon, patient.lat, lon, lat, speed_m_s=walker.speed_m_s).astype(np.float32)

    direct_s = to_patient_s(nearby.rescuer_lon, nearby.rescuer_lat)
    aed_to_patient_s = to_patient_s(nearby.aed_lon, nearby.aed_lat)
    nearest = np.argsort(aed_to_patient_s, kind="stable")[:MAX_AEDS]
    rescuer, aed, to_aed = [], [], []
    for index in nearest:
        to_aed_s = straight_walk_times(
            float(nearby.aed_lon[index]),
            float(nearby.aed_lat[index]),
            nearby.rescuer_lon,
            nearby.rescuer_lat,
            speed_m_s=walker.speed_m_s,
        ).astype(np.float32)
        within = np.flatnonzero(to_aed_s + walker.takeout_s + aed_to_patient_s[index] <= budget_s)
        rescuer.append(within.astype(np.int32))
        aed.append(np.full(len(within), index, np.int32))
        to_aed.append(to_aed_s[within])
    trip_aed = np.concatenate([*aed, np.empty(0, np.int32)])
    trip_to_aed_s = np.concatenate([*to_aed, np.empty(0, np.float32)])
    return Candidates(
        rescuer_id=nearby.rescuer_id,
        direct_s=np.where(direct_s <= budget_s, direct_s, np.float32(np.inf)),
        straight_line=np.ones(len(nearby.rescuer_id), np.bool_),
        aed_id=nearby.aed_id,
        trip_rescuer=np.concatenate([*rescuer, np.empty(0, np.int32)]),
        trip_aed=trip_aed,
        trip_to_aed_s=trip_to_aed_s,
        trip_s=trip_to_aed_s + np.float32(walker.takeout_s) + _inside_s(nearby, trip_aed) + aed_to_patient_s[trip_aed],
        trip_straight_line=np.ones(trip_aed.size, np.bool_),
        climb_s=climb_s,
        near_s=walker.near_s,
    )


def _inside_s(nearby: Nearby, trip_aed: NDArray[np.int32]) -> NDArray[np.float32] | np.float32:
    return np.float32(0.0) if nearby.aed_inside_s is None else nearby.aed_inside_s[trip_aed]
