"""The ways that phones are shown: whole to a responder, up to the edge of the patient's area to whom is only alerted.

The ways of a whole wave are found together, while the journal makes the wave durable: the phones ring that much sooner.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from dispatch.contracts import stream as wire
from dispatch.core.events import Role
from dispatch.core.incident import Alert
from dispatch.core.matching import Place
from dispatch.incidents.scout import Scout
from dispatch.incidents.way_kernels import kept_points, up_to_the_area
from dispatch.records import Details
from geo.places.geodesic import geodesic_m
from geo.streets.walk_network import NotOnNetwork, WalkNetwork
from geo.walking.walk_line import RouteLines, find_route_lines
from geo.walking.walk_time import DETOUR_FACTOR, NoRoute, Route, get_route
from registry.directory import Directory

LonLat = tuple[float, float]

AREA_CELL_M = 200.0
"""Side of the grid cell that stands for the patient's place before acceptance. It is a fixed grid, so that several
alerts of one call tell no more than one (assumption: about a city block)."""

METRES_PER_DEGREE = 111_320.0

LONGEST_CELL = 1.005
"""A degree of the ellipsoid is up to 0.34 % longer than that, and the circle's centre is rounded: never too small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Finds ways for alerts from where their rescuers are now."""

    directory: Directory
    scout: Scout

    def approaches(self, details: Details, alerts: Sequence[Alert]) -> dict[str, wire.RouteFrame]:
        """By alert: the way up to the area's edge, of all whose whole way is on streets. The others are found later,
        one by one, by `approach`."""
        network = self.scout.network
        stops_of = {alert.alert_id: stops for alert in alerts if (stops := self.stops(details, alert))}
        if network is None or not stops_of:
            return {}
        return _approaches(network, stops_of, area_around(details))

    def approach(self, details: Details, alert: Alert) -> wire.RouteFrame | None:
        """The way up to the area's edge; None where nobody knows where the rescuer is."""
        route = self.route(details, alert)
        return shortened(route, area_around(details)) if route else None

    def route(self, details: Details, alert: Alert) -> wire.RouteFrame | None:
        """The whole way, by way of the AED where one is to be fetched; None where the rescuer's place is not known."""
        stops = self.stops(details, alert)
        return self.along(stops) if stops else None

    def along(self, stops: Sequence[Place]) -> wire.RouteFrame:
        """The way from stop to stop. It looks at the streets only, so that any thread may ask."""
        legs = [self._leg(a, b) for a, b in pairwise(stops)]
        return wire.RouteFrame(
            lonlat=tuple(point for leg in legs for point in leg.lonlat),
            length_m=sum(leg.length_m for leg in legs),
            steps=tuple(step for leg in legs for step in leg.steps),
            straight_line=any(leg.straight_line for leg in legs),
        )

    def stops(self, details: Details, alert: Alert) -> list[Place] | None:
        """Where the rescuer is, the AED where one is yet to be fetched, the patient; None where nobody knows."""
        start = self.scout.find_position(alert.rescuer_id)
        if start is None:
            return None
        fetches = alert.role is Role.FETCH_AED and alert.aed_id and not alert.aed_collected
        aed = self.directory.find_aed(alert.aed_id) if fetches and alert.aed_id else None
        return [start, *([Place(lon=aed.lon, lat=aed.lat)] if aed else []), details.place]

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
    distance_m = geodesic_m(lonlat[:, 0], lonlat[:, 1], area.lon, area.lat)
    return wire.RouteFrame(
        lonlat=route.lonlat[: kept_points(distance_m, area.radius_m)],
        length_m=route.length_m,
        steps=(),
        shortened=True,
        straight_line=route.straight_line,
    )


def _approaches(
    network: WalkNetwork, stops_of: Mapping[str, list[Place]], area: wire.AreaFrame
) -> dict[str, wire.RouteFrame]:
    # Most of these ways end at one place: each place is put on its street once.
    places: dict[Place, int] = {}
    ways = [[places.setdefault(place, len(places)) for place in stops] for stops in stops_of.values()]
    snaps = network.snap([place.lon for place in places], [place.lat for place in places])
    legs = [leg for way in ways for leg in pairwise(way)]
    starts, ends = (snaps.take(np.array(side)) for side in zip(*legs, strict=True))
    lines = find_route_lines(network, starts, ends)
    leg_stop = [0, *accumulate(len(way) - 1 for way in ways)]
    points = _up_to_the_area(network, lines, lines.stop[leg_stop], area)
    legs_m = lines.length_m.tolist()
    lengths_m = [sum(legs_m[first:last]) for first, last in pairwise(leg_stop)]
    return {
        # Nothing of it comes from outside, so there is nothing to validate.
        alert_id: wire.RouteFrame.model_construct(
            lonlat=lonlat, length_m=round(length_m, 1), steps=(), shortened=True, straight_line=False
        )
        for alert_id, lonlat, length_m in zip(stops_of, points, lengths_m, strict=True)
        if math.isfinite(length_m)
    }


def _up_to_the_area(
    network: WalkNetwork, lines: RouteLines, stop: NDArray[np.int64], area: wire.AreaFrame
) -> list[tuple[LonLat, ...]]:
    """The points of each way up to the area's edge. stop: (n + 1,) where in `lines` each begins and ends."""
    plane = network.plane
    lon, lat, stops = np.empty(lines.x_m.size), np.empty(lines.x_m.size), np.empty(stop.size, np.int64)
    centre_m = plane.to_plane(area.lon, area.lat)
    up_to_the_area(plane.lon0, plane.lat0, lines.x_m, lines.y_m, stop, *centre_m, area.radius_m, lon, lat, stops)
    count = stops[-1]
    points = tuple(zip(lon[:count].tolist(), lat[:count].tolist(), strict=True))
    return [points[first:last] for first, last in pairwise(stops.tolist())]


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
