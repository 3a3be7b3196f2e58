"""The area that a walk of so many minutes reaches, as an outline for a map: the streets, with what lies beside them."""

from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.coverage.catchment import Stretches, catchment
from geo.places.projection import LocalPlane
from geo.streets.network_builder import small_network
from geo.streets.pace import DEFAULT_WALK_SPEED_M_S, DETOUR_FACTOR
from geo.streets.walk_network import WalkNetwork

# Houses along a street belong to it so far (assumption), and what lies between two streets this near belongs to both.
BESIDE_M = 25.0
BETWEEN_M = 120.0
# Below what a screen shows of a city.
SIMPLER_BY_M = 3.0
# Arcs are drawn as chords, up to 0.7 m inside of them, and degrees are rounded.
_CHORDS_CUT_M = 1.0
# Drawing simpler may cut off as much as it adds. Whoever is reached must not be left out, so it may only add.
_DRAWN_M = BESIDE_M + SIMPLER_BY_M + _CHORDS_CUT_M
# Nothing is drawn farther than this from what is reached, unless it lies between two stretches of street.
FARTHEST_DRAWN_M = _DRAWN_M + SIMPLER_BY_M


def walk_area(
    network: WalkNetwork | None, lon: float, lat: float, *, limit_s: float, speed_m_s: float = DEFAULT_WALK_SPEED_M_S
) -> tuple[shapely.MultiPolygon, bool]:
    """The outline in degrees, and whether it is a circle only because no street is near.

    Whatever lies up to `BESIDE_M` from a stretch of street that is reached lies in it. What lies farther off is left
    out, though a walking time, which adds the straight way from a place to its street, may be within the limit: there
    may be a river between. So a street that no way leads to is left out where it runs farther off, even if its
    places count as places of the street beside it (`ISLAND_HANDICAP_M`).

    Of ways that may be walked in one direction only, the one away from the place counts.
    """
    place = network.snap(lon, lat) if network else None
    if network is None or place is None or not place.on_network[0]:
        return _circle(lon, lat, limit_s * speed_m_s / DETOUR_FACTOR), True
    lines = _lines(network, catchment(network, place, limit_s=limit_s, speed_m_s=speed_m_s))
    x, y = network.plane.to_plane(lon, lat)
    half_m = BETWEEN_M / 2
    # Each by itself and then together: widening them all at once takes thirty times as long (measured).
    wide = shapely.buffer(np.array([*lines, shapely.Point(float(x), float(y))]), half_m, quad_segs=8)
    area = shapely.simplify(shapely.buffer(shapely.union_all(wide), _DRAWN_M - half_m), SIMPLER_BY_M)
    return _in_degrees(network.plane, area), False


def warm_up(network: WalkNetwork | None = None) -> None:
    """Compile what a first area needs (seconds the first time on a machine)."""
    network = network or small_network()
    walk_area(network, float(network.node_lon[0]), float(network.node_lat[0]), limit_s=60.0)


def _lines(network: WalkNetwork, reached: Stretches) -> list[BaseGeometry]:
    """Each stretch as a line in the network's plane; one of no length as a point."""
    lines = []
    for edge, begin, end in zip(reached.edge.tolist(), reached.begin.tolist(), reached.end.tolist(), strict=True):
        shape = slice(int(network.shape_start[edge]), int(network.shape_start[edge + 1]))
        points = np.column_stack((network.shape_x[shape], network.shape_y[shape])).astype(np.float64)
        lines.append(_part(points, begin, end))
    return lines


def _part(points: NDArray[np.float64], begin: float, end: float) -> BaseGeometry:
    if begin > 0.0 or end < 1.0:
        along = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))))
        start, stop = begin * along[-1], end * along[-1]
        ends = [[np.interp(at, along, points[:, axis]) for axis in (0, 1)] for at in (start, stop)]
        points = np.vstack((ends[0], points[(along > start) & (along < stop)], ends[1]))
    if all((a == b).all() for a, b in pairwise(points)):
        return shapely.Point(points[0])
    return shapely.LineString(points)


def _circle(lon: float, lat: float, radius_m: float) -> shapely.MultiPolygon:
    return _in_degrees(LocalPlane(lon, lat), shapely.Point(0.0, 0.0).buffer(radius_m))


def _in_degrees(plane: LocalPlane, area: BaseGeometry) -> shapely.MultiPolygon:
    def degrees(x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        lon, lat = plane.to_lonlat(x_m, y_m)
        return np.round(lon, 6), np.round(lat, 6)

    turned = shapely.transform(area, degrees, interleaved=False)
    parts = [part for part in shapely.get_parts(turned) if isinstance(part, shapely.Polygon)]
    return shapely.MultiPolygon(parts)
