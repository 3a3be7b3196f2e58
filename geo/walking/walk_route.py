"""One walk, with its geometry and its steps."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.streets.pace import DEFAULT_WALK_SPEED_M_S
from geo.streets.walk_network import EdgeFlag, Snap, WalkNetwork
from geo.walking.kernels import along_edge, comes_out, part, search

Float64s = NDArray[np.float64]

# Shorter steps, such as from a place on the street to the street, are counted but not told.
_LEAST_STEP_S = 0.1


class NoRoute(ValueError):
    """There is no way on foot between two places within the budget."""

    def __init__(self) -> None:
        super().__init__(
            "no way on foot between the two places: one of them is on an island, or the budget is too small"
        )


class StepKind(StrEnum):
    """What a part of a route is walked on."""

    WALK = "walk"
    STEPS = "steps"
    LAST_LEG = "last leg"
    OFF_STREET = "off street"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStep:
    """A part of a route along one street: its name ("" where it has none), metres, seconds and kind.

    Kind "last leg" is private ground, or what is shut at that time, "off street" the straight line between a place and
    its street. rise: 1 where steps lead up, -1 where they lead down, 0 on the level or where the map does not say.
    first_point: index of the route's point where it begins.
    """

    street: str
    length_m: float
    walk_time_s: float
    kind: StepKind
    rise: int = 0
    first_point: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Route:
    """The quickest walk from one place to another.

    lon, lat: (m,) float64 degrees, from the first place itself to the second. steps: in walking order.
    """

    lon: Float64s
    lat: Float64s
    length_m: float
    walk_time_s: float
    steps: tuple[RouteStep, ...]


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Part of an edge as it is walked: from one fraction to another, backwards where the second is smaller."""

    edge: int
    begin: float
    end: float


def find_route(
    network: WalkNetwork,
    start: Snap,
    end: Snap,
    *,
    budget_s: float | None = None,
    speed_m_s: float = DEFAULT_WALK_SPEED_M_S,
) -> Route | None:
    """The quickest walk from `start` to `end`, None where there is none within `budget_s` (no budget: any length)."""
    stretches = _find_stretches(network, start, end, limit=np.inf if budget_s is None else budget_s * speed_m_s)
    return None if stretches is None else _describe(network, start, end, stretches, speed_m_s)


def _find_stretches(network: WalkNetwork, start: Snap, end: Snap, *, limit: float = np.inf) -> list[_Stretch] | None:
    """The parts of edges on the quickest walk, None where there is none of at most `limit` metres of effort."""
    if start.edge < 0 or end.edge < 0:
        return None
    graph = (network.arc_start, network.arc_head, network.arc_effort_out, network.node_zone)
    edges = (network.edge_from, network.edge_to, network.edge_effort_ahead, network.edge_effort_back)
    begin, goal = ((snap.edge, snap.fraction, snap.distance_m) for snap in (start, end))
    buffers = network.buffers()
    generation = buffers.next_generation()
    straight = float(along_edge(edges, begin, *goal))
    around = float(search(graph, edges, begin, goal, min(limit, straight), generation, buffers.labels))
    if min(straight, around) > limit or min(straight, around) == np.inf:
        return None
    if straight <= around:
        return [_Stretch(start.edge, start.fraction, end.fraction)]
    return _trace(network, start, end, generation)


def get_route(
    network: WalkNetwork,
    start: Snap,
    end: Snap,
    *,
    budget_s: float | None = None,
    speed_m_s: float = DEFAULT_WALK_SPEED_M_S,
) -> Route:
    """The quickest walk from `start` to `end`.

    Raises:
        NoRoute: there is none within `budget_s`.
    """
    route = find_route(network, start, end, budget_s=budget_s, speed_m_s=speed_m_s)
    if route is None:
        raise NoRoute
    return route


def _trace(network: WalkNetwork, start: Snap, end: Snap, generation: int) -> list[_Stretch]:
    """Follow the parents that the search left from the better end of the last edge back to the start."""
    effort, stamp, parent, leaving = network.buffers().labels[:4]
    zone = network.node_zone[network.edge_from[start.edge]]

    def arriving(node: int, rest: float) -> float:
        return float(effort[node]) + rest if stamp[node] == generation else np.inf

    first, last = int(network.edge_from[end.edge]), int(network.edge_to[end.edge])
    by_first = arriving(first, float(part(end.fraction, network.edge_effort_ahead[end.edge])))
    by_last = arriving(last, float(part(1.0 - end.fraction, network.edge_effort_back[end.edge])))
    node, from_end = (first, 0.0) if by_first <= by_last else (last, 1.0)
    stretches = [_Stretch(end.edge, from_end, end.fraction)]
    while (arc := int(parent[node])) >= 0:
        edge = int(network.arc_edge[arc])
        forward = int(network.edge_to[edge]) == node
        stretches.append(_Stretch(edge, 0.0 if forward else 1.0, 1.0 if forward else 0.0))
        before = int(network.edge_from[edge] if forward else network.edge_to[edge])
        if comes_out(network.node_zone, zone, before, node):
            parent = leaving
        node = before
    stretches.append(_Stretch(start.edge, start.fraction, _leaving_end(network, start, node)))
    return stretches[::-1]


def _leaving_end(network: WalkNetwork, start: Snap, node: int) -> float:
    """The end of its edge at which the walk from `start` reaches `node`; of a loop, the cheaper one."""
    first, last = int(network.edge_from[start.edge]), int(network.edge_to[start.edge])
    if first != last:
        return 0.0 if node == first else 1.0
    back = part(start.fraction, network.edge_effort_back[start.edge])
    return 0.0 if back <= part(1.0 - start.fraction, network.edge_effort_ahead[start.edge]) else 1.0


def _describe(network: WalkNetwork, start: Snap, end: Snap, stretches: list[_Stretch], speed_m_s: float) -> Route:
    lines = [_stretch_line(network, stretch) for stretch in stretches]
    lon, lat = network.plane.to_lonlat(*np.concatenate(lines, axis=1))
    lon, lat = np.concatenate(([start.lon], lon, [end.lon])), np.concatenate(([start.lat], lat, [end.lat]))
    moved = np.concatenate(([True], (np.diff(lon) != 0) | (np.diff(lat) != 0)))
    # Where each stretch begins among all points, and then among those that are kept.
    begins = 1 + np.cumsum([0, *(line.shape[1] for line in lines)])
    kept = (np.cumsum(moved) - 1)[np.append(begins[:-1], begins[-1] - 1)].tolist()
    steps = [_off_street(start, speed_m_s, 0)]
    for stretch, first_point in zip(stretches, kept, strict=False):
        step = _step_along(network, stretch, speed_m_s, first_point)
        # An open gate is passed without a word, and the street goes on behind it.
        is_passed = network.edge_flags[stretch.edge] & EdgeFlag.GATE and step.walk_time_s <= _LEAST_STEP_S
        steps.append(_joined(steps.pop(), step) if is_passed or _alike(steps[-1], step) else step)
    steps.append(_off_street(end, speed_m_s, kept[-1]))
    return Route(
        lon=lon[moved],
        lat=lat[moved],
        length_m=sum(step.length_m for step in steps),
        walk_time_s=sum(step.walk_time_s for step in steps),
        steps=tuple(step for step in steps if step.walk_time_s > _LEAST_STEP_S),
    )


def _stretch_line(network: WalkNetwork, stretch: _Stretch) -> NDArray[Any]:
    """(2, m) plane metres along a stretch."""
    rows = slice(network.shape_start[stretch.edge], network.shape_start[stretch.edge + 1])
    x, y = network.shape_x[rows].astype(np.float64), network.shape_y[rows].astype(np.float64)
    if (stretch.begin, stretch.end) == (0.0, 1.0):
        return np.stack((x, y))
    if (stretch.begin, stretch.end) == (1.0, 0.0):
        return np.stack((x, y))[:, ::-1]
    along = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))))
    low, high = sorted((stretch.begin * along[-1], stretch.end * along[-1]))
    at = np.concatenate(([low], along[(along > low) & (along < high)], [high]))
    line = np.stack((np.interp(at, along, x), np.interp(at, along, y)))
    return line if stretch.begin <= stretch.end else line[:, ::-1]


def _step_along(network: WalkNetwork, stretch: _Stretch, speed_m_s: float, first_point: int) -> RouteStep:
    flags, share = network.edge_flags[stretch.edge], abs(stretch.end - stretch.begin)
    kind = StepKind.WALK
    if network.node_zone[network.edge_from[stretch.edge]] or network.node_zone[network.edge_to[stretch.edge]]:
        kind = StepKind.LAST_LEG
    elif flags & EdgeFlag.STEPS:
        kind = StepKind.STEPS
    ahead = stretch.end >= stretch.begin
    effort = (network.edge_effort_ahead if ahead else network.edge_effort_back)[stretch.edge]
    return RouteStep(
        street=network.street_name(stretch.edge),
        length_m=share * float(network.edge_length_m[stretch.edge]),
        walk_time_s=float(part(share, effort)) / speed_m_s,
        kind=kind,
        rise=_rise(int(flags), ahead=ahead) if kind is StepKind.STEPS else 0,
        first_point=first_point,
    )


def _rise(flags: int, *, ahead: bool) -> int:
    rise = bool(flags & EdgeFlag.RISING) - bool(flags & EdgeFlag.FALLING)
    return rise if ahead else -rise


def _off_street(snap: Snap, speed_m_s: float, first_point: int) -> RouteStep:
    return RouteStep(
        street="",
        length_m=snap.distance_m,
        walk_time_s=snap.distance_m / speed_m_s,
        kind=StepKind.OFF_STREET,
        first_point=first_point,
    )


def _alike(first: RouteStep, second: RouteStep) -> bool:
    return (first.street, first.kind, first.rise) == (second.street, second.kind, second.rise)


def _joined(first: RouteStep, second: RouteStep) -> RouteStep:
    return replace(first, length_m=first.length_m + second.length_m, walk_time_s=first.walk_time_s + second.walk_time_s)
