"""Finds who could go: the live picture around a patient, less whom others have been promised, given to matching."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dispatch.core.candidates import Candidates, Way
from dispatch.core.consequences import aed_key, rescuer_key
from dispatch.core.incident import Alert, AlertStatus, Incident
from dispatch.core.matching import Place, Walker, find_candidates, find_way
from dispatch.core.policy import Policy
from dispatch.core.rests import RestKind
from dispatch.incidents.live import Reservations, Rests
from dispatch.records import Details
from geo.places.geodesic import geodesic_m
from geo.streets.streets_by_time import StreetsByTime
from geo.streets.walk_network import WalkNetwork
from geo.walking.building import Building, find_building, to_patient_s
from geo.walking.floors import find_floor
from registry.directory import Directory
from registry.eligibility import position_of
from registry.models import Aed
from registry.pairs import Together
from registry.snapshot import Nearby

_YES = re.compile(r"true|yes|1|是|有", re.IGNORECASE)
Bools = NDArray[np.bool_]

REACHABLE_FOR = timedelta(seconds=120)
"""A phone that dropped off the line this short a while ago is most likely reconnecting (assumption)."""

FARTHEST_S = 4 * 3600.0
"""A walk across a city: of who has accepted the way is told even where nobody would be rung for it."""

_DIGITS_OF_A_ROOM = 3

SLACK_M = 1.0
"""The plane's and the geodesic's metres differ by less than this within walking distance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """When no phone could reach the service: since the last was on the line, until this process began to listen."""

    since: datetime
    until: datetime

    def reachable_since(self, at: datetime) -> datetime:
        """Since when a phone must have been on the line to count as reachable: time in which none could be is none."""
        started_lately = self.until <= at <= self.until + REACHABLE_FOR
        return min(at, self.since if started_lately else at) - REACHABLE_FOR


class Scout:
    """Read-only eyes of the engine. `is_on_the_line` tells whether a rescuer's phone is connected now. needs_message:
    who is reached by a message or a call only; None where there are no such ways."""

    def __init__(
        self,
        *,
        directory: Directory,
        streets: StreetsByTime | None,
        policy: Policy,
        walker: Walker,
        is_on_the_line: Callable[[str], bool],
        clock_now: Callable[[], datetime],
        needs_message: Callable[[str], bool] | None = None,
        outage: Outage | None = None,
    ) -> None:
        self.reservations, self.rests = Reservations(), Rests()
        self._streets = streets
        self.walker = walker
        self._directory = directory
        self._policy = policy
        self._is_on_the_line = is_on_the_line
        self._needs_message = needs_message
        self._now = clock_now
        self._outage = outage

    @property
    def network(self) -> WalkNetwork | None:
        """The streets with what is open now: by night nobody is sent through a park that is shut."""
        return self._streets.at(self._now()) if self._streets else None

    @property
    def directory(self) -> Directory:
        """The live picture that it looks at."""
        return self._directory

    def candidates(
        self,
        patient: Place,
        *,
        budget_s: float,
        at: datetime,
        climb_s: float = 0.0,
        released: frozenset[str] = frozenset(),
        rung: frozenset[str] = frozenset(),
    ) -> Candidates:
        """Everybody free and reachable who can be at the patient's door within `budget_s` seconds and has not just said
        no to another call, or is locked out after one.

        climb_s: from there to the patient, see `climb_s`. released: keys that the incident itself gives up in this
        same step. rung: who was rung for it; nobody else is with the same phone.
        """
        nearby = self.around(patient, budget_s=budget_s, at=at, released=released)
        out = self.rests.at(RestKind.DECLINED, at) | self.rests.at(RestKind.LOCKED_OUT, at)
        if left_alone := out | self._with_the_phones_of(out | rung):
            willing = np.fromiter(
                (one not in left_alone for one in nearby.rescuer_id), np.bool_, len(nearby.rescuer_id)
            )
            nearby = nearby.take(willing, np.ones(len(nearby.aed_id), np.bool_))
        found = find_candidates(self.network, patient, nearby, budget_s=budget_s, walker=self.walker, climb_s=climb_s)
        found = replace(found, aed_doubles=self._directory.together) if self._directory.together else found
        resting = self.rests.at(RestKind.WENT, at)
        slow = frozenset(filter(self._needs_message, found.rescuer_id)) if self._needs_message else frozenset()
        return replace(found, resting=resting, slow=slow) if resting or slow else found

    def around(
        self, patient: Place, *, budget_s: float, at: datetime, released: frozenset[str] = frozenset()
    ) -> Nearby:
        """Everybody free and reachable, and every AED that is free, no farther off than `budget_s` goes as the crow
        flies."""
        radius_m = budget_s * self.walker.speed_m_s + SLACK_M
        nearby = self._directory.nearby(
            patient.lon,
            patient.lat,
            radius_m=radius_m,
            at=at,
            reachable_since=self._outage.reachable_since(at) if self._outage else at - REACHABLE_FOR,
            is_on_the_line=self._is_on_the_line,
        )
        return self._free(nearby, released)

    def ways(self, incident: Incident, patient: Details) -> dict[str, Way | None]:
        """By alert: the way to the patient's new place of everybody who is alerted or on the way.

        Who is on the way is told how long it is now, however long; None where nobody knows where they are.
        """
        ways: dict[str, Way | None] = {}
        for alert in incident.held_alerts:
            budget_s = FARTHEST_S if alert.status is AlertStatus.ACCEPTED else self._policy.longest_budget_s
            aed_id = None if alert.aed_collected else alert.aed_id
            ways[alert.alert_id] = self._way(patient, alert.rescuer_id, aed_id, budget_s)
        return ways

    def straight_way(self, patient: Details, alert: Alert) -> Way | None:
        """The way of somebody who is rung without the AED that they were rung for; None where it is not known."""
        return self._way(patient, alert.rescuer_id, None, self._policy.longest_budget_s)

    def is_reachable(self, rescuer_id: str, at: datetime) -> bool:
        """Whether the rescuer's phone is on the line, or was a moment ago."""
        rescuer = self._directory.find_rescuer(rescuer_id)
        seen_at = rescuer.last_seen_at if rescuer else None
        return self._is_on_the_line(rescuer_id) or (seen_at is not None and seen_at >= at - REACHABLE_FOR)

    def is_promised(self, rescuer_id: str) -> bool:
        """Whether somebody rings for an incident or is on the way to one, or another person with the same phone."""
        people = (rescuer_id, *self._directory.same_phone.get(rescuer_id, ()))
        return any(rescuer_key(one) in self.reservations for one in people)

    def _with_the_phones_of(self, rescuer_ids: frozenset[str]) -> frozenset[str]:
        same_phone = self._directory.same_phone
        return frozenset().union(*map(same_phone.__getitem__, rescuer_ids & same_phone.keys()))

    def doubles(self, aed: Aed) -> tuple[str, ...]:
        """Other ids under which the same device may be registered."""
        return tuple(sorted(self._directory.together.get(aed.aed_id, ())))

    def ids_of_aed(self, aed_id: str) -> frozenset[str]:
        """All ids that the AED with this id may be promised under, its former ones included."""
        aed = self._directory.find_aed(aed_id)
        return frozenset({aed_id, *((aed.aed_id, *self.doubles(aed)) if aed else ())})

    def find_aeds_holder(self, aed_id: str) -> str | None:
        """The incident that the AED is promised to."""
        holders = (self.reservations.find_holder(aed_key(one)) for one in sorted(self.ids_of_aed(aed_id)))
        return next((holder for holder in holders if holder), None)

    def find_position(self, rescuer_id: str) -> Place | None:
        """Where a rescuer is, as far as is known."""
        rescuer = self._directory.find_rescuer(rescuer_id)
        position = position_of(rescuer, self._now(), self._directory.limits) if rescuer else None
        return Place(lon=position.lon, lat=position.lat) if position else None

    def distance_m(self, a: Place, b: Place) -> float:
        return float(geodesic_m(a.lon, a.lat, b.lon, b.lat))

    def way(self, patient: Details, start: Place, aed: Aed | None, *, budget_s: float) -> Way | None:
        """The way from `start` to the patient's side, by the AED where there is one; None beyond `budget_s`."""
        return find_way(
            self.network,
            patient.place,
            start,
            Place(lon=aed.lon, lat=aed.lat) if aed else None,
            budget_s=budget_s,
            walker=self.walker,
            aed_inside_s=self._directory.aed_inside_s(aed, patient.place.lon, patient.place.lat) if aed else 0.0,
            climb_s=climb_s(patient),
        )

    def _way(self, patient: Details, rescuer_id: str, aed_id: str | None, budget_s: float) -> Way | None:
        start = self.find_position(rescuer_id)
        if start is None:
            return None
        aed = self._directory.find_aed(aed_id) if aed_id else None
        return self.way(patient, start, aed, budget_s=budget_s)

    def _free(self, nearby: Nearby, released: frozenset[str]) -> Nearby:
        # An AED that may be locked is not worth a detour: whoever would fetch it goes straight to the patient.
        together, same_phone = self._directory.together, self._directory.same_phone
        aeds = self._unpromised(nearby.aed_id, aed_key, released, together) & ~nearby.aed_hours_unknown
        rescuers = self._unpromised(nearby.rescuer_id, rescuer_key, released, same_phone)
        if same_phone:
            rescuers &= _one_for_each_phone(nearby.rescuer_id, rescuers, same_phone)
        return nearby if rescuers.all() and aeds.all() else nearby.take(rescuers, aeds)

    def _unpromised(
        self, ids: Sequence[str], key_of: Callable[[str], str], released: frozenset[str], together: Together
    ) -> Bools:
        """Of each whether neither it nor what belongs together with it is promised."""
        if not self.reservations:
            return np.ones(len(ids), np.bool_)

        def is_free(one: str) -> bool:
            key = key_of(one)
            return key in released or key not in self.reservations

        if not together:
            return np.fromiter(map(is_free, ids), np.bool_, len(ids))
        free = (is_free(one) and all(map(is_free, together.get(one, ()))) for one in ids)
        return np.fromiter(free, np.bool_, len(ids))


def _one_for_each_phone(ids: Sequence[str], free: Bools, same_phone: Together) -> Bools:
    """Of free people with one phone number the first: it rings once."""
    chosen, seen = np.ones(len(ids), np.bool_), set[str]()
    for place, rescuer_id in enumerate(ids):
        if free[place] and (others := same_phone.get(rescuer_id)):
            chosen[place] = seen.isdisjoint(others)
            if chosen[place]:
                seen.add(rescuer_id)
    return chosen


def climb_s(details: Details) -> float:
    """Seconds from the street to the patient's side, by what 120 tells of building and floor; 0 if it tells nothing."""
    return _climb_s(details.floor, building_of(details), bool(_YES.fullmatch(details.more.get("location.escort", ""))))


def building_of(details: Details) -> Building | None:
    """The kind of building that the patient is in, where 120 or the address tells it."""
    return find_building(details.more.get("location.building", ""), details.address)


@lru_cache(maxsize=1024)
def _climb_s(floor: str, building: Building | None, escorted: bool) -> float:
    told = find_floor(_as_said(floor)) if floor else None
    return to_patient_s(building, told, escorted=escorted)


def _as_said(floor: str) -> str:
    # A bare number is a storey as people count them, not OSM's level, and from three digits on the number of a room.
    if not (bare := floor.strip()).isdecimal():
        return floor
    return f"{bare}室" if len(bare) >= _DIGITS_OF_A_ROOM else f"{bare}楼"
