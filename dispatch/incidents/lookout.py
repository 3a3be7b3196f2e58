"""What a dispatcher looks at before deciding: who else could go, and how far a walk reaches; beside the calls' way."""

from collections import OrderedDict
from datetime import datetime

import numpy as np

from dispatch.contracts.console import Area, AreaProperties, WalkArea
from dispatch.contracts.taking_over import CandidateView
from dispatch.core.candidates import Candidates
from dispatch.core.incident import Incident
from dispatch.core.matching import Place, find_candidates
from dispatch.incidents.live import LiveIncident, LiveIncidents
from dispatch.incidents.scout import Scout, climb_s
from dispatch.side_thread import SideThread
from geo.walking.walk_area import walk_area

MOST_CANDIDATES = 50
KEPT_AREAS = 64


class Lookout:
    """Searches on a thread of its own what the event loop has gathered; it keeps areas of open incidents only."""

    def __init__(self, scout: Scout, side: SideThread, incidents: LiveIncidents) -> None:
        self._scout = scout
        self._side = side
        self._incidents = incidents
        self._areas: OrderedDict[tuple[str, Place, float], WalkArea] = OrderedDict()
        incidents.on_let_go = self.forget

    async def candidates(self, live: LiveIncident, *, budget_s: float, at: datetime) -> list[CandidateView]:
        """Everybody free and reachable within `budget_s` who is not ringing or engaged already, soonest first."""
        if live.details is None:
            return []
        place, inside_s, scout = live.details.place, climb_s(live.details), self._scout
        nearby = scout.around(place, budget_s=budget_s, at=at)
        found = await self._side.run(
            lambda: find_candidates(
                scout.network, place, nearby, budget_s=budget_s, walker=scout.walker, climb_s=inside_s
            )
        )
        return _listed(found, live.incident)

    async def area(self, live: LiveIncident, *, minutes: float) -> WalkArea:
        """The streets within so many minutes of the patient, as an outline; none where the place is not known."""
        incident_id = live.incident.incident_id
        if live.details is None:
            return WalkArea(geometry=None, properties=AreaProperties(incident_id=incident_id, minutes=minutes))
        place = live.details.place
        key = (incident_id, place, minutes)
        known = self._areas.get(key)
        if known is not None:
            self._areas.move_to_end(key)
            return known
        network, speed_m_s = self._scout.network, self._scout.walker.speed_m_s
        outline, is_circle = await self._side.run(
            lambda: walk_area(network, place.lon, place.lat, limit_s=minutes * 60.0, speed_m_s=speed_m_s)
        )
        rings = [[ring.coords[:] for ring in (part.exterior, *part.interiors)] for part in outline.geoms]
        made = WalkArea(
            geometry=Area(coordinates=rings),  # type: ignore[arg-type]  # tuples of tuples, as GeoJSON has them
            properties=AreaProperties(incident_id=incident_id, minutes=minutes, straight_line=is_circle),
        )
        # It may have been closed while its area was drawn.
        now = self._incidents.find_held(incident_id)
        if now and not now.incident.closed:
            self._keep(key, made)
        return made

    def forget(self, incident_id: str) -> None:
        """An outline tells where the patient was."""
        for key in [key for key in self._areas if key[0] == incident_id]:
            del self._areas[key]

    def _keep(self, key: tuple[str, Place, float], area: WalkArea) -> None:
        self._areas[key] = area
        while len(self._areas) > KEPT_AREAS:
            self._areas.popitem(last=False)


def _is_straight(found: Candidates, index: int, trip: int | None) -> bool:
    """Of the direct way, or, where only the one by an AED is within the budget, of that."""
    if trip is None or np.isfinite(found.direct_s[index]):
        return bool(found.straight_line[index])
    return bool(found.trip_straight_line[trip])


def _listed(found: Candidates, incident: Incident) -> list[CandidateView]:
    before = {alert.rescuer_id: alert.status.value for alert in incident.alerts.values()}
    best_trip: dict[int, int] = {}
    for trip in np.argsort(found.trip_s, kind="stable").tolist():
        best_trip.setdefault(int(found.trip_rescuer[trip]), trip)
    rows = []
    for index, rescuer_id in enumerate(found.rescuer_id):
        direct_s, trip = float(found.direct_s[index]), best_trip.get(index)
        if not np.isfinite(direct_s) and trip is None:
            continue
        fetch_s = None if trip is None else float(found.trip_s[trip])
        view = CandidateView(
            rescuer_id=rescuer_id,
            walk_time_s=round(found.whole_s(direct_s), 1) if np.isfinite(direct_s) else None,
            straight_line=_is_straight(found, index, trip),
            aed_id=None if trip is None else found.aed_id[int(found.trip_aed[trip])],
            to_aed_s=None if trip is None else round(float(found.trip_to_aed_s[trip]), 1),
            fetch_time_s=None if fetch_s is None else round(found.whole_s(fetch_s), 1),
            before=before.get(rescuer_id),
        )
        rows.append((min(direct_s, fetch_s or np.inf), view))
    rows.sort(key=lambda row: row[0])
    return [view for _, view in rows[:MOST_CANDIDATES]]
