"""Finds who could go: the live picture around a patient, less whom others have been promised, given to matching."""

from collections.abc import Callable, Iterable
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.core.candidates import Candidates, Way
from dispatch.core.consequences import aed_key, rescuer_key
from dispatch.core.incident import Incident
from dispatch.core.matching import Place, Walker, find_candidates, find_way
from dispatch.core.policy import Policy
from dispatch.live import Reservations
from geo.projection import geodesic_m
from geo.walk_network import WalkNetwork
from registry.directory import Directory
from registry.eligibility import position_of
from registry.snapshot import Nearby

SLACK_M = 1.0
"""The plane's and the geodesic's metres differ by less than this within walking distance."""


class Scout:
    """Read-only eyes of the engine. `is_reachable` tells whether a rescuer's phone can be rung at a time."""

    def __init__(
        self,
        *,
        directory: Directory,
        network: WalkNetwork | None,
        policy: Policy,
        walker: Walker,
        is_reachable: Callable[[str, datetime], bool],
        clock_now: Callable[[], datetime],
    ) -> None:
        self.reservations = Reservations()
        self.network = network
        self.walker = walker
        self._directory = directory
        self._policy = policy
        self._is_reachable = is_reachable
        self._now = clock_now

    def candidates(
        self, patient: Place, *, budget_s: float, at: datetime, released: frozenset[str] = frozenset()
    ) -> Candidates:
        """Everybody free and reachable who can be with the patient within `budget_s` seconds.

        released: keys that the incident itself gives up in this same step.
        """
        radius_m = budget_s * self.walker.speed_m_s + SLACK_M
        nearby = self._directory.nearby(patient.lon, patient.lat, radius_m=radius_m, at=at)
        return find_candidates(
            self.network, patient, self._free(nearby, at, released), budget_s=budget_s, walker=self.walker
        )

    def ways(self, incident: Incident, patient: Place) -> dict[str, Way | None]:
        """By alert: the way to the patient's new place of everybody who is alerted or on the way."""
        return {
            alert.alert_id: self._way(patient, alert.rescuer_id, None if alert.aed_collected else alert.aed_id)
            for alert in incident.held_alerts
        }

    def find_position(self, rescuer_id: str) -> Place | None:
        """Where a rescuer is, as far as is known."""
        rescuer = self._directory.find_rescuer(rescuer_id)
        position = position_of(rescuer, self._now(), self._directory.limits) if rescuer else None
        return Place(lon=position.lon, lat=position.lat) if position else None

    def distance_m(self, a: Place, b: Place) -> float:
        return float(geodesic_m(a.lon, a.lat, b.lon, b.lat))

    def _way(self, patient: Place, rescuer_id: str, aed_id: str | None) -> Way | None:
        rescuer = self.find_position(rescuer_id)
        aed = self._directory.find_aed(aed_id) if aed_id else None
        if rescuer is None:
            return None
        by_way_of = Place(lon=aed.lon, lat=aed.lat) if aed else None
        return find_way(
            self.network, patient, rescuer, by_way_of, budget_s=self._policy.longest_budget_s, walker=self.walker
        )

    def _free(self, nearby: Nearby, at: datetime, released: frozenset[str]) -> Nearby:
        def is_free(key: str) -> bool:
            return key not in self.reservations or key in released

        rescuers = _mask(
            is_free(rescuer_key(rescuer_id)) and self._is_reachable(rescuer_id, at) for rescuer_id in nearby.rescuer_id
        )
        # An AED that may be locked is not worth a detour: whoever would fetch it goes straight to the patient.
        aeds = _mask(is_free(aed_key(aed_id)) for aed_id in nearby.aed_id) & ~nearby.aed_hours_unknown
        return Nearby(
            at=nearby.at,
            rescuer_id=_chosen(nearby.rescuer_id, rescuers),
            rescuer_lon=nearby.rescuer_lon[rescuers],
            rescuer_lat=nearby.rescuer_lat[rescuers],
            rescuer_at_home=nearby.rescuer_at_home[rescuers],
            aed_id=_chosen(nearby.aed_id, aeds),
            aed_lon=nearby.aed_lon[aeds],
            aed_lat=nearby.aed_lat[aeds],
            aed_hours_unknown=nearby.aed_hours_unknown[aeds],
        )


def _mask(free: Iterable[bool]) -> NDArray[np.bool_]:
    return np.fromiter(free, dtype=np.bool_)


def _chosen(ids: tuple[str, ...], mask: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(one for one, free in zip(ids, mask, strict=True) if free)
