"""Somebody has come within reach, or is free again: an incident that lacks helpers looks around at once, not at the end
of its wave."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from dispatch.core.consequences import find_promised
from dispatch.core.decisions import wanted_search
from dispatch.core.incident import Incident
from dispatch.core.matching import Place
from dispatch.core.policy import Policy
from dispatch.incidents.scout import Scout
from dispatch.records import Details

log = structlog.get_logger(__name__)

PAUSE_S = 1.0
"""After a look an incident takes together whoever comes within so long: after a restart thousands do."""

DEGREE_M = 110_000.0
"""A degree of latitude is longer everywhere, so what is farther off by it is farther off."""


@dataclass(frozen=True, slots=True)
class _Lacking:
    place: Place
    rescuers: frozenset[str]
    """Rung already: that they are back changes nothing."""
    has_nobody: bool


class Newcomers:
    """look: looks around once more for the incident with this id; it may find nobody."""

    def __init__(self, scout: Scout, policy: Policy, look: Callable[[str], Awaitable[object]]) -> None:
        self._scout = scout
        self._policy = policy
        self._look = look
        self._lacking: dict[str, _Lacking] = {}
        self._asked: set[str] = set()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._reach_m = policy.longest_budget_s * scout.walker.speed_m_s

    def track(self, incident: Incident, details: Details | None, now: datetime) -> None:
        """Remember whether it wants more helpers than it has."""
        wants = details is not None and wanted_search(replace(incident, search_due=True), now, self._policy)
        if details is None or not wants:
            self._lacking.pop(incident.incident_id, None)
            return
        rung = frozenset(alert.rescuer_id for alert in incident.alerts.values())
        has_nobody = not any(alert.holds_place for alert in incident.held_alerts)
        self._lacking[incident.incident_id] = _Lacking(details.place, rung, has_nobody)

    def came(self, rescuer_id: str) -> None:
        """Somebody is on the line, on duty, or somewhere else than before."""
        if not self._lacking or self._scout.is_promised(rescuer_id):
            return
        place = self._scout.find_position(rescuer_id)
        for incident_id in self._near(place) if place else ():
            if rescuer_id not in self._lacking[incident_id].rescuers:
                self._ask(incident_id)

    def freed(self, keys: Iterable[str]) -> None:
        """These people and AEDs are promised to nobody any more."""
        for key in keys if self._lacking else ():
            rescuer_id, aed_id = find_promised(key)
            if rescuer_id:
                self.came(rescuer_id)
            aed = self._scout.directory.find_aed(aed_id) if aed_id else None
            for incident_id in self._near(Place(lon=aed.lon, lat=aed.lat)) if aed else ():
                self._ask(incident_id)

    async def run(self) -> None:
        """Until cancelled; then look around no more."""
        try:
            await asyncio.Event().wait()
        finally:
            await self.close()

    async def close(self) -> None:
        """Look around no more."""
        self._lacking.clear()
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _near(self, place: Place) -> list[str]:
        reach_lat = self._reach_m / DEGREE_M
        reach_lon = reach_lat / max(0.01, math.cos(math.radians(place.lat)))
        near = [
            incident_id
            for incident_id, lacking in self._lacking.items()
            if abs(lacking.place.lat - place.lat) <= reach_lat and abs(lacking.place.lon - place.lon) <= reach_lon
        ]
        # Who asks first gets them.
        return sorted(near, key=lambda incident_id: not self._lacking[incident_id].has_nobody)

    def _ask(self, incident_id: str) -> None:
        self._asked.add(incident_id)
        if incident_id not in self._tasks:
            self._tasks[incident_id] = asyncio.create_task(self._look_around(incident_id))

    async def _look_around(self, incident_id: str) -> None:
        try:
            while incident_id in self._asked:
                self._asked.discard(incident_id)
                await self._look_once(incident_id)
                await asyncio.sleep(PAUSE_S)
        finally:
            del self._tasks[incident_id]

    async def _look_once(self, incident_id: str) -> None:
        try:
            await self._look(incident_id)
        except Exception:
            # The end of its wave looks around all the same.
            log.exception("look_around_failed", incident_id=incident_id)
