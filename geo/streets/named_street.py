"""The nearest street that has a name: what somebody is told to judge whether a place is the one that was meant."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.streets.walk_network import WalkNetwork

NAMELESS = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedStreet:
    """distance_m: from the place to the street's nearest point."""

    name: str
    distance_m: float


def find_named_street(network: WalkNetwork, lon: float, lat: float, *, limit_m: float) -> NamedStreet | None:
    """The nearest street with a name within `limit_m` of a place in WGS-84 degrees, None where there is none.

    Unlike `snap` it passes over nameless paths: a place in a yard is known by the street it lies on.
    """
    x, y = (float(axis[0]) for axis in network.plane.to_plane(np.array([lon]), np.array([lat])))
    segment = _segments_around(network, x, y, limit_m)
    segment = segment[network.edge_street[network.shape_edge[segment]] != NAMELESS]
    if not segment.size:
        return None
    far_m = _distances_m(network, segment, x, y)
    nearest = int(np.argmin(far_m))
    if far_m[nearest] > limit_m:
        return None
    name = network.street_name(int(network.shape_edge[segment[nearest]]))
    return NamedStreet(name=name, distance_m=float(far_m[nearest]))


def _segments_around(network: WalkNetwork, x: float, y: float, limit_m: float) -> NDArray[np.int32]:
    """Segments of every cell that the square of `limit_m` around a point of the plane touches."""
    x0, y0, cell, columns, rows = network.grid
    first, last = (_clipped((x + side * limit_m - x0) / cell, columns) for side in (-1.0, 1.0))
    bottom, top = (_clipped((y + side * limit_m - y0) / cell, rows) for side in (-1.0, 1.0))
    found = [
        network.cell_segment[network.cell_start[row * columns + first] : network.cell_start[row * columns + last + 1]]
        for row in range(bottom, top + 1)
    ]
    return np.unique(np.concatenate(found))


def _clipped(cell: float, count: int) -> int:
    return int(min(max(np.floor(cell), 0), count - 1))


def _distances_m(network: WalkNetwork, segment: NDArray[np.int32], x: float, y: float) -> NDArray[np.float64]:
    ax, ay = (axis[segment].astype(np.float64) for axis in (network.shape_x, network.shape_y))
    bx, by = (axis[segment + 1].astype(np.float64) for axis in (network.shape_x, network.shape_y))
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy
    along = np.clip(((x - ax) * dx + (y - ay) * dy) / np.where(square > 0.0, square, 1.0), 0.0, 1.0)
    return np.hypot(x - ax - along * dx, y - ay - along * dy)
