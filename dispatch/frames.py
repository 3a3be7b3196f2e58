"""Inbox rows become frames for a phone or a console, at the moment they are sent.

What is personal is looked up only then, and only for whom it is meant: before acceptance a volunteer is told an area
and the way up to its edge, after it the exact place, and once the alert is over neither.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from dispatch.contracts import stream as wire
from dispatch.core.events import Role
from dispatch.core.incident import Alert, AlertStatus
from dispatch.core.matching import Place
from dispatch.live import LiveIncident, LiveIncidents
from dispatch.records import Details, InboxRow
from dispatch.scout import Scout
from geo.projection import geodesic_m
from geo.walk_network import NotOnNetwork
from geo.walk_time import DETOUR_FACTOR, NoRoute, Route, get_route
from registry.directory import Directory

AREA_CELL_M = 200.0
"""Side of the grid cell that stands for the patient's place before acceptance. It is a fixed grid, so that several
alerts of one call tell no more than one (assumption: about a city block)."""

METRES_PER_DEGREE = 111_320.0

LONGEST_CELL = 1.005
"""A degree of the ellipsoid is up to 0.34 % longer than that, and the circle's centre is rounded: never too small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """Renders any row of the inbox, the newest and the oldest alike."""

    live: LiveIncidents
    directory: Directory
    scout: Scout

    async def render(self, row: InboxRow) -> wire.Frame:
        """The frame of `row` as its recipient may see it now."""
        if row.kind == "incident_changed":
            return wire.IncidentChanged(seq=row.seq, at=row.at, incident_id=row.incident_id, **row.body)
        live = await self.live.find(row.incident_id)
        if live is None or row.alert_id is None:
            raise LookupError(f"the inbox names an incident or alert that the journal does not have: {row}")
        alert = live.incident.alerts[row.alert_id]
        if row.kind == "alert":
            return self._alert(row, live, alert)
        if row.kind == "assignment":
            return self._assignment(row, live, alert)
        return wire.AlertEnded(
            seq=row.seq,
            at=row.at,
            alert_id=alert.alert_id,
            incident_id=row.incident_id,
            reason=row.body["reason"],
            return_aed=alert.carries_aed,
        )

    def _alert(self, row: InboxRow, live: LiveIncident, alert: Alert) -> wire.Alert:
        ringing = alert.status is AlertStatus.RINGING
        area = area_around(live.details) if ringing and live.details else None
        route = self._route(live.details, alert) if ringing and live.details else None
        return wire.Alert(
            seq=row.seq,
            at=row.at,
            alert_id=alert.alert_id,
            incident_id=row.incident_id,
            role=alert.role.value,
            walk_time_s=alert.walk_time_s,
            straight_line=alert.straight_line,
            answer_by=alert.answer_by,
            area=area,
            aed=self._aed(alert),
            route=shortened(route, area) if route and area else None,
        )

    def _assignment(self, row: InboxRow, live: LiveIncident, alert: Alert) -> wire.Assignment:
        engaged = alert.status in {AlertStatus.ACCEPTED, AlertStatus.ARRIVED}
        details = live.details if engaged else None
        reason: Literal["accepted", "patient_moved"] = row.body["reason"]
        return wire.Assignment(
            seq=row.seq,
            at=row.at,
            alert_id=alert.alert_id,
            incident_id=row.incident_id,
            reason=reason,
            role=alert.role.value,
            walk_time_s=alert.walk_time_s,
            straight_line=alert.straight_line,
            patient=_patient(details) if details else None,
            aed=self._aed(alert),
            route=self._route(details, alert) if details else None,
        )

    def _aed(self, alert: Alert) -> wire.AedFrame | None:
        aed = self.directory.find_aed(alert.aed_id) if alert.role is Role.FETCH_AED and alert.aed_id else None
        if aed is None:
            return None
        return wire.AedFrame(
            aed_id=aed.aed_id,
            lon=aed.lon,
            lat=aed.lat,
            name=aed.name,
            location_text=aed.location_text,
            floor=aed.floor,
            walk_time_s=alert.to_aed_s or 0.0,
        )

    def _route(self, details: Details, alert: Alert) -> wire.RouteFrame | None:
        start = self.scout.find_position(alert.rescuer_id)
        if start is None:
            return None
        aed = self._aed(alert)
        through = [Place(lon=aed.lon, lat=aed.lat)] if aed and not alert.aed_collected else []
        stops = [start, *through, details.place]
        legs = [self._leg(a, b) for a, b in pairwise(stops)]
        return wire.RouteFrame(
            lonlat=tuple(point for leg in legs for point in leg.lonlat),
            length_m=sum(leg.length_m for leg in legs),
            steps=tuple(step for leg in legs for step in leg.steps),
            straight_line=any(leg.straight_line for leg in legs),
        )

    def _leg(self, a: Place, b: Place) -> wire.RouteFrame:
        network, speed_m_s = self.scout.network, self.scout.walker.speed_m_s
        if network is not None:
            try:
                start, end = network.snap_one(a.lon, a.lat), network.snap_one(b.lon, b.lat)
                return _route_frame(get_route(network, start, end, speed_m_s=speed_m_s))
            except (NotOnNetwork, NoRoute):
                pass
        crow_m = float(geodesic_m(a.lon, a.lat, b.lon, b.lat))
        return wire.RouteFrame(
            lonlat=((a.lon, a.lat), (b.lon, b.lat)), length_m=round(crow_m * DETOUR_FACTOR, 1), straight_line=True
        )


def area_around(details: Details) -> wire.AreaFrame:
    """The circle around the fixed grid cell that holds the patient: it tells the block, not the door."""
    step_lat = AREA_CELL_M / METRES_PER_DEGREE
    row = math.floor(details.place.lat / step_lat)
    lat = (row + 0.5) * step_lat
    step_lon = step_lat / max(math.cos(math.radians(lat)), 0.01)
    lon = (math.floor(details.place.lon / step_lon) + 0.5) * step_lon
    radius_m = AREA_CELL_M / math.sqrt(2) * LONGEST_CELL + (details.accuracy_m or 0.0)
    return wire.AreaFrame(lon=round(lon, 6), lat=round(lat, 6), radius_m=math.ceil(radius_m))


def shortened(route: wire.RouteFrame, area: wire.AreaFrame) -> wire.RouteFrame:
    """The way up to where it last enters the area; without its steps, which name the street and the door."""
    lonlat = np.array(route.lonlat, dtype=np.float64)
    inside = np.asarray(geodesic_m(lonlat[:, 0], lonlat[:, 1], area.lon, area.lat)) <= area.radius_m
    outside = np.flatnonzero(~inside)
    kept = 0 if outside.size == 0 else int(outside[-1]) + 1
    points = route.lonlat[:kept]
    return wire.RouteFrame(
        lonlat=points, length_m=route.length_m, steps=(), shortened=True, straight_line=route.straight_line
    )


def _patient(details: Details) -> wire.PatientFrame:
    return wire.PatientFrame(
        lon=details.place.lon,
        lat=details.place.lat,
        accuracy_m=details.accuracy_m,
        address=details.address,
        floor=details.floor,
        note=details.note,
    )


def _route_frame(route: Route) -> wire.RouteFrame:
    lonlat = zip(np.round(route.lon, 6).tolist(), np.round(route.lat, 6).tolist(), strict=True)
    return wire.RouteFrame(
        lonlat=tuple(lonlat),
        length_m=round(float(route.length_m), 1),
        steps=tuple(
            wire.RouteStepFrame(
                kind=str(step.kind),
                street=step.street,
                length_m=round(float(step.length_m), 1),
                walk_time_s=round(float(step.walk_time_s), 1),
            )
            for step in route.steps
        ),
    )
