"""From nodes and edges, wherever they come from, to a walk network: private ground, islands, order, arcs, snap grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.places.geodesic import geodesic_m
from geo.streets.fences import LEAST_EFFORT_M, components, fence_ground
from geo.streets.network_assembly import assemble, put_in_morton_order
from geo.streets.network_draft import Draft, shapes
from geo.streets.pace import WALKING, Pace
from geo.streets.walk_network import EdgeFlag, WalkNetwork

Array = NDArray[Any]

DEFAULT_SNAP_LIMIT_M = 200.0
# A part cut off from the main network is kept as an island from this length on; below it is a mapping error, and what
# lies beside it snaps to the main network.
MIN_ISLAND_M = 2_000.0
# A street of an island is taken only where the main network is this much farther: most islands are mapping errors
# beside a street, a few are real.
ISLAND_HANDICAP_M = 50.0
_LEAST_LOOP_M = 0.1


class EmptyNetwork(ValueError):
    """There is no street to make a network of."""

    def __init__(self, source: str) -> None:
        super().__init__(
            f"no street that a walker may use in {source or 'the input'}: is it an extract with streets in it?"
        )


def small_network() -> WalkNetwork:
    """Two streets that meet, for whoever needs a network and cares not which."""
    network, _ = build_network(
        node_lon=np.array([0.0, 0.001, 0.002]),
        node_lat=np.array([0.0, 0.001, 0.0]),
        edge_from=np.array([0, 1]),
        edge_to=np.array([1, 2]),
    )
    return network


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSummary:
    """What a build made, and what it left out.

    islands: parts kept though not connected to the main one; islands_km: their length.
    fragments: parts left out because they are shorter than `MIN_ISLAND_M`; fragments_km: their length.
    opened: edges drawn one-way that lead where no other way leads back: people are let back, or nobody got there.
    with_hours, with_hours_km: edges that are open to walkers at certain hours only, gates among them.
    left_out: reason -> how many ways or points were left out for it, as the reader of the source counted.
    notes: what else the reader could not, or did not have to, take into account -> how many.
    """

    nodes: int
    edges: int
    length_km: float
    islands: int
    islands_km: float
    fragments: int
    fragments_km: float
    opened: int
    with_hours: int = 0
    with_hours_km: float = 0.0
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What is not connected to the main network: kept as islands, dropped as fragments."""

    islands: int
    islands_m: float
    fragments: int
    fragments_m: float


def build_network(
    *,
    node_lon: Array,
    node_lat: Array,
    edge_from: Array,
    edge_to: Array,
    inner_start: Array | None = None,
    inner_lon: Array | None = None,
    inner_lat: Array | None = None,
    length_m: Array | None = None,
    effort: Array | None = None,
    wait_s: Array | None = None,
    flags: Array | None = None,
    handicap_m: Array | None = None,
    street: Array | None = None,
    street_names: Sequence[str] = (),
    hours: Array | None = None,
    hours_texts: Sequence[str] = (),
    name: str = "",
    source: str = "",
    attribution: str = "",
    snap_limit_m: float = DEFAULT_SNAP_LIMIT_M,
    min_island_m: float = MIN_ISLAND_M,
    pace: Pace = WALKING,
    left_out: Mapping[str, int] | None = None,
    notes: Mapping[str, int] | None = None,
) -> tuple[WalkNetwork, BuildSummary]:
    """A walk network of (n,) nodes in WGS-84 degrees and (e,) edges between them.

    inner_start: (e + 1,) offsets of each edge's bends, without its two ends, into inner_lon and inner_lat; without them
        all edges are straight.
    length_m: (e,), measured on the ellipsoid where not given. effort: (e,) factor on the length, by flags and
        `pace` where not given. wait_s: (e,) seconds of waiting on the way along an edge. flags: (e,) `EdgeFlag` of
        steps, private, gates (on which nobody stands) and one-way. handicap_m: (e,) by how much another edge may be
        farther from a place and is taken instead, 0 where not given.
    street: (e,) index into `street_names`, -1 for none. hours: (e,) index into `hours_texts` (see `opening.py`), -1 for
        what is open always, or private.

    Raises:
        EmptyNetwork: no edge is left.
    """
    edges = np.asarray(edge_from).size
    kinds = _given(flags, np.uint8, else_=np.zeros(edges))
    draft = Draft(
        node_lon=np.asarray(node_lon, np.float64),
        node_lat=np.asarray(node_lat, np.float64),
        node_zone=np.zeros(np.asarray(node_lon).size, np.int32),
        node_part=np.zeros(np.asarray(node_lon).size, np.int32),
        edge_from=np.asarray(edge_from, np.int64),
        edge_to=np.asarray(edge_to, np.int64),
        length_m=np.zeros(edges),
        effort_ahead_m=_given(effort, np.float64, else_=_effort_of(kinds, pace)),
        effort_back_m=_given(effort, np.float64, else_=_effort_of(_seen_from_the_end(kinds), pace)),
        flags=kinds,
        handicap_m=_given(handicap_m, np.float64, else_=np.zeros(edges)),
        street=_given(street, np.int64, else_=np.full(edges, -1)),
        hours=_given(hours, np.int64, else_=np.full(edges, -1)),
        inner_start=_given(inner_start, np.int64, else_=np.zeros(edges + 1)),
        inner_lon=_given(inner_lon, np.float64, else_=np.zeros(0)),
        inner_lat=_given(inner_lat, np.float64, else_=np.zeros(0)),
    )
    draft.length_m = _lengths_m(draft) if length_m is None else np.asarray(length_m, np.float64)
    _weigh_edges(draft, _given(wait_s, np.float64, else_=np.zeros(edges)) * pace.speed_m_s)
    if draft.edge_from.size == 0:
        raise EmptyNetwork(source)
    fence_ground(draft, pace.gate_effort_m)
    opened = _open_ways_without_return(draft)
    parts = _settle_islands(draft, min_island_m)
    plane = put_in_morton_order(draft)
    texts = {"name": name, "source": source, "attribution": attribution}
    network = assemble(draft, plane, (street_names, hours_texts), snap_limit_m, texts=texts)
    return network, _summary(network, parts, opened, left_out or {}, notes or {})


def _given(values: Array | None, dtype: type[np.generic], *, else_: Array) -> Array:
    return np.asarray(else_ if values is None else values, dtype)


def _summary(
    network: WalkNetwork, parts: _Parts, opened: int, left_out: Mapping[str, int], notes: Mapping[str, int]
) -> BuildSummary:
    has_hours = network.edges_with_hours()
    return BuildSummary(
        nodes=network.node_count,
        edges=network.edge_count,
        length_km=network.length_km,
        islands=parts.islands,
        islands_km=parts.islands_m / 1000.0,
        fragments=parts.fragments,
        fragments_km=parts.fragments_m / 1000.0,
        opened=opened,
        with_hours=int(has_hours.sum()),
        with_hours_km=float(network.edge_length_m[has_hours].sum(dtype=np.float64)) / 1000.0,
        left_out=dict(left_out),
        notes=dict(notes),
    )


def _effort_of(flags: Array, pace: Pace) -> Array:
    """Factor on the length of each edge, walked from its start to its end."""
    rises, falls = (flags & EdgeFlag.RISING) != 0, (flags & EdgeFlag.FALLING) != 0
    on_steps = np.select([rises, falls], [pace.steps_up_effort, pace.steps_down_effort], pace.steps_effort)
    steps = np.where(flags & EdgeFlag.STEPS, on_steps, 1.0)
    return steps * np.where(flags & EdgeFlag.PRIVATE, pace.private_effort, 1.0)


def _seen_from_the_end(flags: Array) -> Array:
    rises, falls = (flags & EdgeFlag.RISING) != 0, (flags & EdgeFlag.FALLING) != 0
    turned = np.where(rises | falls, flags ^ (EdgeFlag.RISING | EdgeFlag.FALLING), flags)
    return np.asarray(turned, np.uint8)


def _lengths_m(draft: Draft) -> Array:
    start, lon, lat = shapes(draft)
    if start[-1] == 0:
        return np.zeros(0)
    steps_m = geodesic_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    steps_m[start[1:-1] - 1] = 0.0
    return np.add.reduceat(np.append(steps_m, 0.0), start[:-1])


def _weigh_edges(draft: Draft, wait_m: Array) -> None:
    """From factors to metres of effort; loops too short to stand on are dropped."""
    draft.effort_ahead_m = np.maximum(draft.effort_ahead_m * draft.length_m + wait_m, LEAST_EFFORT_M)
    draft.effort_back_m = np.maximum(draft.effort_back_m * draft.length_m + wait_m, LEAST_EFFORT_M)
    draft.keep_edges(np.flatnonzero((draft.edge_from != draft.edge_to) | (draft.length_m >= _LEAST_LOOP_M)))


def _open_ways_without_return(draft: Draft) -> int:
    """Let walkers back where only one-way streets lead, such as an escalator without stairs beside; how many edges."""
    # The way in left out: nobody crosses private ground, so street and ground must each lead back by themselves.
    within = (draft.flags & (EdgeFlag.GATE | EdgeFlag.PRIVATE)) != EdgeFlag.GATE
    ahead = within & ((draft.flags & EdgeFlag.BACKWARD_ONLY) == 0)
    back = within & ((draft.flags & EdgeFlag.FORWARD_ONLY) == 0)
    begin = np.concatenate((draft.edge_from[ahead], draft.edge_to[back]))
    end = np.concatenate((draft.edge_to[ahead], draft.edge_from[back]))
    _, label = components(draft.node_lon.size, begin, end, strong=True)
    without_return = within & (label[draft.edge_from] != label[draft.edge_to])
    both_ways = draft.flags & ~np.uint8(EdgeFlag.FORWARD_ONLY | EdgeFlag.BACKWARD_ONLY)
    draft.flags = np.where(without_return, both_ways, draft.flags).astype(np.uint8)
    return int(without_return.sum())


def _settle_islands(draft: Draft, min_island_m: float) -> _Parts:
    """Number the parts, mark islands and drop fragments."""
    count, label = components(draft.node_lon.size, draft.edge_from, draft.edge_to)
    draft.node_part = label.astype(np.int32)
    part = label[draft.edge_from]
    metres = np.bincount(part, weights=draft.length_m, minlength=count)
    used = np.bincount(part, minlength=count) > 0
    main = int(np.argmax(np.where(used, metres, -1.0)))
    island = used & (metres >= min_island_m)
    island[main] = False
    fragment = used & ~island
    fragment[main] = False
    draft.flags = np.where(island[part], draft.flags | EdgeFlag.ISLAND, draft.flags).astype(np.uint8)
    draft.handicap_m = np.where(island[part], draft.handicap_m + ISLAND_HANDICAP_M, draft.handicap_m)
    draft.keep_edges(np.flatnonzero(~fragment[part]))
    return _Parts(
        islands=int(island.sum()),
        islands_m=float(metres[island].sum()),
        fragments=int(fragment.sum()),
        fragments_m=float(metres[fragment].sum()),
    )
