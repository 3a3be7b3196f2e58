"""A dispatcher's own choice of whom to ring, looked up in the live picture: what the core then decides on."""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from dispatch.core.commands import AddRescuer
from dispatch.core.consequences import aed_key, rescuer_key
from dispatch.core.events import Role
from dispatch.core.matching import Place, find_candidates
from dispatch.core.policy import Policy
from dispatch.core.refusals import Refused
from dispatch.incidents.live import LiveIncident
from dispatch.incidents.scout import Scout, climb_s
from dispatch.records import Details
from registry.eligibility import Answer, is_dispatchable, is_usable
from registry.models import Aed, Rescuer
from registry.snapshot import Nearby

FORCED_BUDGET_FACTOR = 2.0
"""Who is forced may walk so many times as long as the rule's longest way; a wider search would keep calls waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Whom a dispatcher wants rung. aed_id None with the role fetch_aed: the one that is there soonest."""

    rescuer_id: str
    role: Role = Role.DIRECT
    aed_id: str | None = None
    force: bool = False


class HandPicker:
    """Looks up what a wish needs. It is asked within the incident's turn, so that nothing is promised meanwhile."""

    def __init__(self, scout: Scout, policy: Policy) -> None:
        self._scout = scout
        self._policy = policy

    def command(self, live: LiveIncident, wish: Wish, now: datetime) -> AddRescuer:
        """The command of the core.

        Raises:
            UnknownRescuer, UnknownAed
            Refused: nobody knows where the patient is.
        """
        rescuer = self._scout.directory.get_rescuer(wish.rescuer_id)
        aed = self._scout.directory.get_aed(wish.aed_id) if wish.aed_id else None
        if live.details is None:
            raise Refused("no_location", "Say first where the patient is.")
        details, budget_s = live.details, self._budget_s(force=wish.force)
        objections = self._objections(rescuer, aed, now)
        start, way = self._find_start(rescuer, force=wish.force), None
        if start is not None:
            if wish.role is Role.FETCH_AED and aed is None:
                aed = self._find_aed(details, start, budget_s, now)
            way = self._scout.way(details, start, aed, budget_s=budget_s)
        if start is None and "no_position" not in objections:
            objections = (*objections, "no_position")
        return AddRescuer(
            rescuer_id=rescuer.rescuer_id,
            role=wish.role,
            aed_id=aed.aed_id if aed else None,
            way=way,
            objections=objections,
            promised=self._promised(rescuer, aed),
            aed_doubles=self._scout.doubles(aed) if aed else (),
            force=wish.force,
        )

    def _objections(self, rescuer: Rescuer, aed: Aed | None, now: datetime) -> tuple[str, ...]:
        verdict = is_dispatchable(rescuer, now, self._scout.directory.limits)
        found = [] if verdict.answer is Answer.YES else [verdict.reason]
        if not self._scout.is_reachable(rescuer.rescuer_id, now):
            found.append("not_reachable")
        if aed is not None and is_usable(aed, now).answer is Answer.NO:
            found.append("aed_not_usable")
        return tuple(found)

    def _find_start(self, rescuer: Rescuer, *, force: bool) -> Place | None:
        place = self._scout.find_position(rescuer.rescuer_id)
        if place is None and force and rescuer.presence:
            # Too old for the rule to count on; a dispatcher who has the person on the phone knows more.
            return Place(lon=rescuer.presence.lon, lat=rescuer.presence.lat)
        return place

    def _find_aed(self, details: Details, start: Place, budget_s: float, now: datetime) -> Aed | None:
        """The AED with which somebody at `start` is at the patient's side soonest, as the rule would choose it."""
        found = find_candidates(
            self._scout.network,
            details.place,
            _only(start, self._scout.around(details.place, budget_s=budget_s, at=now)),
            budget_s=budget_s,
            walker=self._scout.walker,
            climb_s=climb_s(details),
        )
        if not found.trip_s.size:
            return None
        return self._scout.directory.get_aed(found.aed_id[int(found.trip_aed[int(np.argmin(found.trip_s))])])

    def _promised(self, rescuer: Rescuer, aed: Aed | None) -> frozenset[str]:
        aed_ids = (aed.aed_id, *self._scout.doubles(aed)) if aed else ()
        keys = {key for key in map(aed_key, aed_ids) if key in self._scout.reservations}
        if self._scout.is_promised(rescuer.rescuer_id):
            keys.add(rescuer_key(rescuer.rescuer_id))
        return frozenset(keys)

    def _budget_s(self, *, force: bool) -> float:
        return self._policy.longest_budget_s * (FORCED_BUDGET_FACTOR if force else 1.0)


def _only(start: Place, around: Nearby) -> Nearby:
    """The same surroundings with one person in them, at `start`."""
    return replace(
        around,
        rescuer_id=("",),
        rescuer_lon=np.array([start.lon]),
        rescuer_lat=np.array([start.lat]),
        rescuer_at_home=np.zeros(1, np.bool_),
        rescuer_snaps=None,
    )
