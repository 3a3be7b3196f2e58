"""Where many walks go at once: their lines on the ground, without steps and street names."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.streets.walk_network import Snaps, WalkNetwork
from geo.walking.kernels import lines_between

Float64s = NDArray[np.float64]

# Room for so many points of a walk at first; where that is too little all are looked for once more.
_POINTS_A_WALK = 256


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RouteLines:
    """The quickest walk from each of n places to another.

    x_m, y_m: (p,) metres of the network's plane, walk after walk, each from the first place itself to the second.
    stop: (n + 1,) the points of walk i are stop[i]:stop[i + 1], none where there is no way.
    length_m: (n,) inf where there is no way.
    """

    x_m: Float64s
    y_m: Float64s
    stop: NDArray[np.int64]
    length_m: Float64s


def find_route_lines(network: WalkNetwork, starts: Snaps, ends: Snaps) -> RouteLines:
    """The walk from each start to the end of the same index: the same that `find_route` finds one by one."""
    count = len(starts)
    lines = (
        network.arc_edge,
        network.edge_length_m,
        (network.shape_start, network.shape_x, network.shape_y),
    )
    graph = (network.arc_start, network.arc_head, network.arc_effort_out, network.node_zone)
    edges = (network.edge_from, network.edge_to, network.edge_effort_ahead, network.edge_effort_back)
    places = (*network.plane.to_plane(starts.lon, starts.lat), *network.plane.to_plane(ends.lon, ends.lat))
    first, last = ((snaps.edge, snaps.fraction, snaps.distance_m) for snaps in (starts, ends))
    stop, length_m = np.empty(count + 1, np.int64), np.empty(count)
    buffers = network.buffers()
    room = _POINTS_A_WALK * count
    while True:
        out = (np.empty(room), np.empty(room))
        generation = buffers.next_generation(max(count, 1))
        points = lines_between(
            graph, edges, lines, first, last, places, generation, buffers.labels, out, stop, length_m
        )
        if points <= room:
            return RouteLines(x_m=out[0][:points], y_m=out[1][:points], stop=stop, length_m=length_m)
        room = points
