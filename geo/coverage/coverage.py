"""Who is within how many minutes of what: sources (such as AEDs) that reach points (such as homes), by the hour."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.coverage.coverage_kernels import lower_to_nearest, nearest_in_hours, pairs_within, spread
from geo.places.antimeridian import middle_lon
from geo.places.geodesic import geodesic_m
from geo.places.projection import LocalPlane
from geo.streets.pace import DEFAULT_WALK_SPEED_M_S, DETOUR_FACTOR
from geo.streets.walk_network import Snaps, WalkNetwork

Bools = NDArray[np.bool_]
Float32s = NDArray[np.float32]
Float64s = NDArray[np.float64]
Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
# Called with sources searched from and sources in all.
Progress = Callable[[int, int], None]
_Arrays = tuple[NDArray[np.generic], ...]
# One search's labels: effort, generation stamp, (heap keys, heap nodes), settled nodes.
_Labels = tuple[Float32s, Int32s, tuple[Float32s, Int32s], Int32s]
# Source, point, seconds there, seconds there and back.
_Pairs = tuple[Int32s, Int32s, Float32s, Float32s]

# Sources searched from between two reports of progress; also where Ctrl-C is heard.
_SOURCES_AT_ONCE = 256
# Points of one block of the (points, hours) table: 168 hours of it are 11 MB.
_POINTS_AT_ONCE = 16_384
# Within city distances the plane is true to this; candidates found on it are measured again on the ellipsoid.
_PLANE_SLACK = 1.01


class NoSources(ValueError):
    """A table of hours has another number of rows than there are sources."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reached:
    """Every pair of a source and a point with the walk from the source to the point within a limit, by point.

    first: (points + 1,) int64, the pairs of point i are first[i]:first[i + 1]. source: (k,) int32.
    there_s: (k,) float32 seconds from the source to the point.
    round_s: (k,) float32 seconds from the point to the source and back; inf where the way to it is beyond the limit.
    limit_s: the limit, one way. sources: how many there were.
    """

    first: Int64s
    source: Int32s
    there_s: Float32s
    round_s: Float32s
    limit_s: float
    sources: int

    @property
    def points(self) -> int:
        """How many points there are."""
        return self.first.size - 1


def reach(
    network: WalkNetwork,
    sources: Snaps,
    points: Snaps,
    *,
    limit_s: float,
    speed_m_s: float = DEFAULT_WALK_SPEED_M_S,
    progress: Progress = lambda _done, _total: None,
) -> Reached:
    """Search once from each source, away from it and towards it, and read both at every point.

    The times are those of `walk_times` from and to the source. What is off the network reaches nothing and is reached
    by nothing.
    """
    ways, at_node = (_away(network), _towards(network)), _edges_at_nodes(network)
    starts, by_edge = _starts(sources), _points_by_edge(network, points)
    labels = (_labels(network, 1), _labels(network, 1))
    seen = np.zeros(network.edge_count, np.int32)
    limit = np.float32(limit_s * speed_m_s)
    parts, room = [], 4096
    generation = 1
    for begin in range(0, len(sources), _SOURCES_AT_ONCE):
        stops = (begin, min(begin + _SOURCES_AT_ONCE, len(sources)))
        while True:
            out = (np.empty(room, np.int32), np.empty(room, np.int32), *(np.empty(room, np.float32) for _ in range(2)))
            found = pairs_within(ways, at_node, starts, stops, by_edge, limit, generation, labels, seen, out)
            generation += stops[1] - stops[0]
            if found <= room:
                break
            room = 2 * found
        parts.append(tuple(column[:found].copy() for column in out))
        progress(stops[1], len(sources))
    source, point, there, both = (np.concatenate(column) for column in zip(*parts or [_no_pairs()], strict=True))
    pairs = (source, point, _seconds(there, speed_m_s), _seconds(both, speed_m_s))
    return _by_point(pairs, points=len(points), limit_s=limit_s, sources=len(sources))


def reach_straight(
    source_lon: Float64s,
    source_lat: Float64s,
    lon: Float64s,
    lat: Float64s,
    *,
    limit_s: float,
    speed_m_s: float = DEFAULT_WALK_SPEED_M_S,
) -> Reached:
    """The same without streets: as the crow flies times `DETOUR_FACTOR`, as `straight_walk_times` has it."""
    if lon.size == 0 or source_lon.size == 0:
        return _by_point(_no_pairs(), points=lon.size, limit_s=limit_s, sources=source_lon.size)
    from scipy.spatial import cKDTree  # noqa: PLC0415 - see covered_by_hour

    plane = LocalPlane(middle_lon(lon), float(np.median(lat)))
    tree = cKDTree(np.column_stack(plane.to_plane(lon, lat)))
    around = np.column_stack(plane.to_plane(source_lon, source_lat))
    near = tree.query_ball_point(around, limit_s * speed_m_s / DETOUR_FACTOR * _PLANE_SLACK)
    counts = np.array([len(some) for some in near])
    source = np.repeat(np.arange(source_lon.size, dtype=np.int32), counts)
    point = np.array([one for some in near for one in some], np.int32)
    metres = geodesic_m(source_lon[source], source_lat[source], lon[point], lat[point])
    there_s = np.asarray(metres * (DETOUR_FACTOR / speed_m_s), np.float32)
    within = there_s <= limit_s
    there_s = there_s[within]
    pairs = (source[within], point[within], there_s, there_s * np.float32(2.0))
    return _by_point(pairs, points=lon.size, limit_s=limit_s, sources=source_lon.size)


def nearest_s(
    network: WalkNetwork,
    sources: Snaps,
    points: Snaps,
    *,
    limit_s: float = np.inf,
    speed_m_s: float = DEFAULT_WALK_SPEED_M_S,
) -> Float32s:
    """Seconds from the nearest source to each point, (points,) float32; inf where none is within `limit_s`.

    One search from all sources at once; sources on private ground are searched from zone by zone, since each may cross
    only its own.
    """
    out = np.full(len(points), np.inf, np.float32)
    by_edge = _points_by_edge(network, points)
    for search in search_by_zone(network, sources, limit_s=limit_s, speed_m_s=speed_m_s):
        lower_to_nearest(
            search.edges, search.starts, search.chosen, by_edge, search.limit, search.generation, search.labels, out
        )
    return _seconds(out, speed_m_s)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ZoneSearch:
    """A finished search from all sources of one zone, for the kernels; its labels are overwritten by the next."""

    edges: _Arrays
    starts: _Arrays
    chosen: Int64s
    limit: np.float32
    generation: int
    labels: _Labels


def search_by_zone(network: WalkNetwork, sources: Snaps, *, limit_s: float, speed_m_s: float) -> Iterator[ZoneSearch]:
    """Search away from all sources, once for each zone that has any."""
    graph, edges = _away(network)
    labels, starts = _labels(network, len(sources)), _starts(sources)
    limit = np.float32(min(limit_s * speed_m_s, float(np.finfo(np.float32).max)))
    for generation, chosen in enumerate(_by_zone(network, sources), start=1):
        spread(graph, edges, starts, chosen, limit, generation, labels)
        yield ZoneSearch(edges=edges, starts=starts, chosen=chosen, limit=limit, generation=generation, labels=labels)


def nearest_straight_s(
    source_lon: Float64s,
    source_lat: Float64s,
    lon: Float64s,
    lat: Float64s,
    *,
    speed_m_s: float = DEFAULT_WALK_SPEED_M_S,
) -> Float32s:
    """The same without streets and without limit."""
    if source_lon.size == 0 or lon.size == 0:
        return np.full(lon.size, np.inf, np.float32)
    from scipy.spatial import cKDTree  # noqa: PLC0415 - see covered_by_hour

    plane = LocalPlane(middle_lon(lon), float(np.median(lat)))
    tree = cKDTree(np.column_stack(plane.to_plane(source_lon, source_lat)))
    _, nearest = tree.query(np.column_stack(plane.to_plane(lon, lat)))
    metres = geodesic_m(source_lon[nearest], source_lat[nearest], lon, lat)
    return np.asarray(metres * (DETOUR_FACTOR / speed_m_s), np.float32)


def nearest_of(reached: Reached, time_s: Float32s, is_usable: Bools) -> Float32s:
    """(points,) the least of `time_s` (`there_s` or `round_s`) over each point's usable sources, inf where none."""
    return _one_block(reached, time_s, _hours(reached, is_usable[:, None]), 0, reached.points)[:, 0]


def nearest_by_hour(
    reached: Reached, time_s: Float32s, is_open: Bools, *, points_at_once: int = _POINTS_AT_ONCE
) -> Iterator[tuple[slice, Float32s]]:
    """Blocks (which points, (points, hours) float32 as in `nearest_of`) of a (sources, hours) table of openness.

    Block by block, since a million points by 168 hours would be 672 MB. A block is overwritten by the next.
    """
    hours = _hours(reached, is_open)
    for begin in range(0, reached.points, points_at_once):
        end = min(begin + points_at_once, reached.points)
        yield slice(begin, end), _one_block(reached, time_s, hours, begin, end)


def covered_by_hour(
    reached: Reached,
    time_s: Float32s,
    is_open: Bools,
    weight: Float64s,
    group: Int64s | None = None,
    *,
    limit_s: float,
    groups: int = 1,
) -> Float64s:
    """(groups, hours) weight of each group's points that are covered within `limit_s` in each hour.

    group: (points,) from 0, such as each point's district; all are of one without.
    """
    # The service asks for areas alone and does not wait for scipy.
    from scipy.sparse import csc_array  # noqa: PLC0415

    row = np.zeros(reached.points, np.int64) if group is None else group
    weights = csc_array((weight, (row, np.arange(reached.points))), shape=(groups, reached.points))
    covered = np.zeros((groups, is_open.shape[1]))
    for points, block in nearest_by_hour(reached, time_s, is_open):
        covered += weights[:, points] @ (block <= np.float32(limit_s))
    return covered


def _by_zone(network: WalkNetwork, sources: Snaps) -> list[Int64s]:
    """Indices of the sources on the network, together where one search may start from all of them."""
    on_network = np.flatnonzero(sources.edge >= 0)
    zone = network.node_zone[network.edge_from[sources.edge[on_network]]]
    return [on_network[zone == one] for one in np.unique(zone)]


def _one_block(reached: Reached, time_s: Float32s, hours: Bools, begin: int, end: int) -> Float32s:
    out = np.empty((end - begin, hours.shape[1]), np.float32)
    nearest_in_hours(reached.first, reached.source, time_s, hours, begin, out)
    return out


def _hours(reached: Reached, is_open: Bools) -> Bools:
    if is_open.shape[0] != reached.sources:
        raise NoSources(f"{is_open.shape[0]} rows of hours for {reached.sources} sources")
    return np.ascontiguousarray(is_open, np.bool_)


def _by_point(pairs: _Pairs, *, points: int, limit_s: float, sources: int) -> Reached:
    source, point, there_s, round_s = pairs
    order = np.argsort(point, kind="stable")
    return Reached(
        first=np.concatenate(([0], np.cumsum(np.bincount(point, minlength=points)))).astype(np.int64),
        source=source[order],
        there_s=there_s[order],
        round_s=round_s[order],
        limit_s=limit_s,
        sources=sources,
    )


def _seconds(effort: Float32s, speed_m_s: float) -> Float32s:
    return np.asarray(effort / np.float32(speed_m_s), np.float32)


def _no_pairs() -> _Pairs:
    return np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.float32), np.empty(0, np.float32)


def _away(network: WalkNetwork) -> tuple[_Arrays, _Arrays]:
    graph = (network.arc_start, network.arc_head, network.arc_effort_out, network.node_zone)
    return graph, (network.edge_from, network.edge_to, network.edge_effort_ahead, network.edge_effort_back)


def _towards(network: WalkNetwork) -> tuple[_Arrays, _Arrays]:
    graph = (network.arc_start, network.arc_head, network.arc_effort_in, network.node_zone)
    return graph, (network.edge_from, network.edge_to, network.edge_effort_back, network.edge_effort_ahead)


def _starts(sources: Snaps) -> tuple[Int32s, Float32s, Float32s]:
    return sources.edge, sources.fraction, sources.distance_m


def _edges_at_nodes(network: WalkNetwork) -> tuple[Int64s, Int32s]:
    """(place of each node's first edge (nodes + 1,), edge): every edge at both its ends, a loop once.

    The network's arcs leave loops out, since they lead nowhere; but people live on them.
    """
    edge = np.arange(network.edge_count, dtype=np.int32)
    through = network.edge_from != network.edge_to
    ends = np.concatenate((network.edge_from, network.edge_to[through]))
    order = np.argsort(ends, kind="stable")
    counts = np.bincount(ends, minlength=network.node_count)
    first = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    return first, np.concatenate((edge, edge[through]))[order]


def _points_by_edge(network: WalkNetwork, points: Snaps) -> tuple[Int64s, Int32s, Float32s, Float32s]:
    """(place of each edge's first point, point, fraction, distance): the points on the network, grouped by edge."""
    order = np.argsort(points.edge, kind="stable")
    order = order[np.searchsorted(points.edge[order], 0) :]
    counts = np.bincount(points.edge[order], minlength=network.edge_count)
    first = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    return first, np.asarray(order, np.int32), points.fraction[order], points.distance_m[order]


def _labels(network: WalkNetwork, sources: int) -> _Labels:
    nodes, heap = network.node_count, network.arc_head.size + 2 * sources + 2
    return (
        np.empty(nodes, np.float32),
        np.zeros(nodes, np.int32),
        (np.empty(heap, np.float32), np.empty(heap, np.int32)),
        np.empty(2 * nodes, np.int32),
    )
