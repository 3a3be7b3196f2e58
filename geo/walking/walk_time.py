"""Walking times over the pedestrian network, bounded by a time budget, and trips that fetch something on the way."""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.places.geodesic import geodesic_m
from geo.streets.network_builder import small_network
from geo.streets.pace import DEFAULT_WALK_SPEED_M_S, DETOUR_FACTOR
from geo.streets.walk_network import Snap, Snaps, WalkNetwork
from geo.walking.kernels import all_in_one_part, efforts_between, efforts_to
from geo.walking.walk_line import find_route_lines
from geo.walking.walk_route import NoRoute, Route, RouteStep, StepKind, find_route, get_route

__all__ = [
    "DEFAULT_WALK_SPEED_M_S",
    "DETOUR_FACTOR",
    "NoRoute",
    "Route",
    "RouteStep",
    "StepKind",
    "TripOptions",
    "find_route",
    "get_route",
    "straight_walk_times",
    "trip_options",
    "walk_times",
    "walk_times_anywhere",
    "warm_up",
]

Bools = NDArray[np.bool_]
Float32s = NDArray[np.float32]
Int32s = NDArray[np.int32]

DEFAULT_MAX_AEDS = 16


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TripOptions:
    """Every way to bring an AED in time; (k,) arrays, ordered by AED (nearest to the patient first), then rescuer.

    rescuer, aed: indices into the places asked about. to_aed_s, to_patient_s: walking seconds of the two legs.
    straight_line: whether one of them has no way over the network and is a straight line times `DETOUR_FACTOR`.
    """

    rescuer: Int32s
    aed: Int32s
    to_aed_s: Float32s
    to_patient_s: Float32s
    straight_line: Bools


def walk_times_anywhere(
    network: WalkNetwork,
    start: Snap,
    targets: Snaps,
    *,
    budget_s: float,
    speed_m_s: float = DEFAULT_WALK_SPEED_M_S,
    to_start: bool = False,
) -> tuple[Float32s, Bools]:
    """As `walk_times`, but a straight line times `DETOUR_FACTOR` where no way leads over the network, however long: off
    the streets, and in an area that the map closes in. (n,) seconds, and whether they are a straight line's.

    Behind a fence there is a gate, if one only knows it, and whoever is at it must be rung.
    """
    seconds = walk_times(network, start, targets, budget_s=budget_s, speed_m_s=speed_m_s, to_start=to_start)
    start_edge = np.array([start.edge], np.int32)
    if all_in_one_part(network.node_part, network.edge_from, start_edge, targets.edge):
        return seconds, np.zeros(len(targets), np.bool_)
    apart = _without_way(network.parts(start_edge), network.parts(targets.edge))[0]
    seconds[apart] = _straight_within(start, targets, apart, budget_s, speed_m_s)
    return seconds, apart


def walk_times(
    network: WalkNetwork,
    start: Snap,
    targets: Snaps,
    *,
    budget_s: float,
    speed_m_s: float = DEFAULT_WALK_SPEED_M_S,
    to_start: bool = False,
) -> Float32s:
    """Seconds from `start` to each target, (n,) float32; inf beyond `budget_s` and for targets off the network.

    With `to_start`, seconds from each target to `start`: who can reach the patient. The two differ only where a way
    is one-way for walkers (`oneway:foot`, escalators); then the search runs against the arrows.
    """
    out = np.empty(len(targets), np.float32)
    if start.edge < 0:
        out.fill(np.inf)
        return out
    graph, edges = _direction(network, inward=to_start)
    place = (start.edge, start.fraction, start.distance_m)
    buffers = network.buffers()
    limit = budget_s * speed_m_s
    efforts_to(graph, edges, place, _arrays(targets), limit, buffers.next_generation(), buffers.labels, out)
    out /= np.float32(speed_m_s)
    return out


def trip_options(
    network: WalkNetwork,
    patient: Snap,
    aeds: Snaps,
    rescuers: Snaps,
    *,
    budget_s: float,
    takeout_s: float,
    speed_m_s: float = DEFAULT_WALK_SPEED_M_S,
    max_aeds: int = DEFAULT_MAX_AEDS,
) -> TripOptions:
    """Every (rescuer, AED) pair with walk to the AED + `takeout_s` + walk to the patient within `budget_s`; a leg
    without a way over the network is a straight line, as in `walk_times_anywhere`.

    Only the `max_aeds` AEDs nearest to the patient by walking time are looked at. One search against the arrows from
    the patient finds them, then one from each of them with what is left of the budget.
    """
    left_s = budget_s - takeout_s
    aed_to_patient_s, aed_apart = walk_times_anywhere(
        network, patient, aeds, budget_s=left_s, speed_m_s=speed_m_s, to_start=True
    )
    near = np.argsort(aed_to_patient_s, kind="stable")[:max_aeds]
    near = near[np.isfinite(aed_to_patient_s[near])]
    to_patient_s = aed_to_patient_s[near]
    near_aeds = aeds.take(near)
    in_one_part = all_in_one_part(network.node_part, network.edge_from, near_aeds.edge, rescuers.edge)
    to_aed = (_by_street if in_one_part else _by_street_or_straight)(
        network, near_aeds, rescuers, left_s - to_patient_s.astype(np.float64), speed_m_s
    )
    aed, rescuer = np.nonzero(np.isfinite(to_aed))
    straight_line = aed_apart[near][aed]
    if not in_one_part:
        straight_line |= _without_way(network.parts(near_aeds.edge), network.parts(rescuers.edge))[aed, rescuer]
    return TripOptions(
        rescuer=rescuer.astype(np.int32),
        aed=near[aed].astype(np.int32),
        to_aed_s=to_aed[aed, rescuer] / np.float32(speed_m_s),
        to_patient_s=to_patient_s[aed],
        straight_line=straight_line,
    )


def _by_street(
    network: WalkNetwork, aeds: Snaps, rescuers: Snaps, left_s: NDArray[np.float64], speed_m_s: float
) -> Float32s:
    """(AEDs, rescuers) effort from each rescuer to each AED, inf beyond the AED's `left_s`; all AEDs on the network."""
    out = np.empty((len(aeds), len(rescuers)), np.float32)
    graph, edges = _direction(network, inward=True)
    buffers = network.buffers()
    generation = buffers.next_generation(max(len(aeds), 1))
    limits = left_s * speed_m_s
    efforts_between(graph, edges, _arrays(aeds), limits, _arrays(rescuers), generation, buffers.labels, out)
    return out


def _by_street_or_straight(
    network: WalkNetwork, aeds: Snaps, rescuers: Snaps, left_s: NDArray[np.float64], speed_m_s: float
) -> Float32s:
    """As `_by_street`, of pairs without a way the effort of the straight line."""
    out = np.empty((len(aeds), len(rescuers)), np.float32)
    on_network = np.flatnonzero(aeds.on_network)
    out[on_network] = _by_street(network, aeds.take(on_network), rescuers, left_s[on_network], speed_m_s)
    apart = _without_way(network.parts(aeds.edge), network.parts(rescuers.edge))
    for row in np.flatnonzero(apart.any(axis=1)).tolist():
        straight_s = _straight_within(aeds[row], rescuers, apart[row], float(left_s[row]), speed_m_s)
        out[row, apart[row]] = straight_s * np.float32(speed_m_s)
    return out


def _without_way(first: Int32s, second: Int32s) -> Bools:
    """(a, b) of the parts of two lists of places, -1 off the network: whether no way leads from one to the other."""
    return np.asarray((first[:, None] != second) | (first[:, None] < 0))


def _straight_within(start: Snap, targets: Snaps, some: Bools, budget_s: float, speed_m_s: float) -> Float32s:
    seconds = straight_walk_times(
        start.lon, start.lat, targets.lon[some], targets.lat[some], speed_m_s=speed_m_s
    ).astype(np.float32)
    return np.where(seconds <= budget_s, seconds, np.float32(np.inf))


def straight_walk_times(
    lon: float,
    lat: float,
    lons: NDArray[np.float64],
    lats: NDArray[np.float64],
    *,
    speed_m_s: float = DEFAULT_WALK_SPEED_M_S,
) -> NDArray[np.float64]:
    """Seconds as the crow flies times `DETOUR_FACTOR`, (n,): the fallback where there is no street to walk on."""
    return geodesic_m(lon, lat, lons, lats) * (DETOUR_FACTOR / speed_m_s)


def warm_up(network: WalkNetwork | None = None) -> None:
    """Compile every kernel (seconds the first time on a machine, then read from numba's cache) on a street of the
    network, or of a small one made for it."""
    network = network or small_network()
    ends = np.array([network.edge_from[0], network.edge_to[0]])
    places = network.snap(network.node_lon[ends], network.node_lat[ends])
    walk_times(network, places[0], places, budget_s=60.0)
    trip_options(network, places[0], places, places, budget_s=60.0, takeout_s=0.0)
    # A street that may be walked one way only has no route the other way.
    with suppress(NoRoute):
        get_route(network, places[0], places[1])
    find_route_lines(network, places, places)


def _direction(network: WalkNetwork, *, inward: bool) -> tuple[tuple[NDArray[np.generic], ...], ...]:
    """The kernels' (graph, edges): walking away from the start, or towards it."""
    effort, ahead, back = network.arc_effort_out, network.edge_effort_ahead, network.edge_effort_back
    if inward:
        effort, ahead, back = network.arc_effort_in, back, ahead
    graph = (network.arc_start, network.arc_head, effort, network.node_zone)
    return graph, (network.edge_from, network.edge_to, ahead, back)


def _arrays(snaps: Snaps) -> tuple[Int32s, Float32s, Float32s]:
    return snaps.edge, snaps.fraction, snaps.distance_m
