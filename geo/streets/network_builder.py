"""From nodes and edges, wherever they come from, to a walk network: private ground, islands, order, arcs, snap grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.places.projection import geodesic_m
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
# No edge is free, or the order of labels along a route would be undecided.
_LEAST_EFFORT_M = 0.05
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
    left_out: reason -> how many ways or points were left out for it, as the reader of the source counted.
    """

    nodes: int
    edges: int
    length_km: float
    islands: int
    islands_km: float
    fragments: int
    fragments_km: float
    opened: int
    left_out: Mapping[str, int] = field(default_factory=dict)


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
    name: str = "",
    source: str = "",
    attribution: str = "",
    snap_limit_m: float = DEFAULT_SNAP_LIMIT_M,
    min_island_m: float = MIN_ISLAND_M,
    pace: Pace = WALKING,
    left_out: Mapping[str, int] | None = None,
) -> tuple[WalkNetwork, BuildSummary]:
    """A walk network of (n,) nodes in WGS-84 degrees and (e,) edges between them.

    inner_start: (e + 1,) offsets of each edge's bends, without its two ends, into inner_lon and inner_lat; without them
        all edges are straight.
    length_m: (e,), measured on the ellipsoid where not given. effort: (e,) factor on the length, by flags and
        `pace` where not given. wait_s: (e,) seconds of waiting on the way along an edge. flags: (e,) `EdgeFlag` of
        steps, private, gates (on which nobody stands) and one-way. handicap_m: (e,) by how much another edge may be
        farther from a place and is taken instead, 0 where not given.
    street: (e,) index into `street_names`, -1 for none.

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
        inner_start=_given(inner_start, np.int64, else_=np.zeros(edges + 1)),
        inner_lon=_given(inner_lon, np.float64, else_=np.zeros(0)),
        inner_lat=_given(inner_lat, np.float64, else_=np.zeros(0)),
    )
    draft.length_m = _lengths_m(draft) if length_m is None else np.asarray(length_m, np.float64)
    _weigh_edges(draft, _given(wait_s, np.float64, else_=np.zeros(edges)) * pace.speed_m_s)
    if draft.edge_from.size == 0:
        raise EmptyNetwork(source)
    _fence_private_ground(draft, pace.gate_effort_m)
    opened = _open_ways_without_return(draft)
    parts = _settle_islands(draft, min_island_m)
    plane = put_in_morton_order(draft)
    texts = {"name": name, "source": source, "attribution": attribution}
    network = assemble(draft, plane, street_names, snap_limit_m, texts=texts)
    return network, _summary(network, parts, opened, left_out or {})


def _given(values: Array | None, dtype: type[np.generic], *, else_: Array) -> Array:
    return np.asarray(else_ if values is None else values, dtype)


def _summary(network: WalkNetwork, parts: _Parts, opened: int, left_out: Mapping[str, int]) -> BuildSummary:
    return BuildSummary(
        nodes=network.node_count,
        edges=network.edge_count,
        length_km=network.length_km,
        islands=parts.islands,
        islands_km=parts.islands_m / 1000.0,
        fragments=parts.fragments,
        fragments_km=parts.fragments_m / 1000.0,
        opened=opened,
        left_out=dict(left_out),
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
    draft.effort_ahead_m = np.maximum(draft.effort_ahead_m * draft.length_m + wait_m, _LEAST_EFFORT_M)
    draft.effort_back_m = np.maximum(draft.effort_back_m * draft.length_m + wait_m, _LEAST_EFFORT_M)
    draft.keep_edges(np.flatnonzero((draft.edge_from != draft.edge_to) | (draft.length_m >= _LEAST_LOOP_M)))


def _components(nodes: int, edge_from: Array, edge_to: Array, *, strong: bool = False) -> tuple[int, Array]:
    """How many connected parts, and that of each node; strong: with a way there and back along the arrows."""
    # Who only walks over a network does not wait for scipy.
    from scipy.sparse import coo_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    links = coo_array((np.ones(edge_from.size, np.int8), (edge_from, edge_to)), shape=(nodes, nodes))
    count, label = connected_components(links, directed=strong, connection="strong" if strong else "weak")
    return int(count), label


def _fence_private_ground(draft: Draft, gate_effort_m: float) -> None:
    """Give private edges nodes of their own, joined to the street by gates, so that a search can refuse to cross them.

    A node where private and public edges meet becomes two: the street's and, behind a gate, the zone's. A search moves
    freely in the zone it starts in; any other zone it enters as a last leg and does not leave again.
    """
    private = (draft.flags & EdgeFlag.PRIVATE) != 0
    if not private.any():
        return
    private |= _behind_private_ground(draft, private)
    draft.flags = np.where(private, draft.flags | EdgeFlag.PRIVATE, draft.flags).astype(np.uint8)
    nodes = draft.node_lon.size
    touches = np.zeros((2, nodes), bool)
    for kind, chosen in enumerate((private, ~private)):
        touches[kind, draft.edge_from[chosen]] = touches[kind, draft.edge_to[chosen]] = True
    _, zone = _components(nodes, draft.edge_from[private], draft.edge_to[private])
    gates = np.flatnonzero(touches[0] & touches[1])
    behind = np.arange(nodes)
    behind[gates] = nodes + np.arange(gates.size)
    for name in ("edge_from", "edge_to"):
        ends = getattr(draft, name)
        setattr(draft, name, np.where(private, behind[ends], ends))
    draft.node_zone = np.concatenate((np.where(touches[0] & ~touches[1], zone + 1, 0), zone[gates] + 1)).astype(
        np.int32
    )
    draft.node_part = np.zeros(draft.node_zone.size, np.int32)
    draft.node_lon = np.append(draft.node_lon, draft.node_lon[gates])
    draft.node_lat = np.append(draft.node_lat, draft.node_lat[gates])
    draft.edge_from, draft.edge_to = np.append(draft.edge_from, gates), np.append(draft.edge_to, behind[gates])
    draft.length_m = np.append(draft.length_m, np.zeros(gates.size))
    gate_m = np.full(gates.size, max(gate_effort_m, _LEAST_EFFORT_M))
    draft.effort_ahead_m = np.append(draft.effort_ahead_m, gate_m)
    draft.effort_back_m = np.append(draft.effort_back_m, gate_m)
    draft.flags = np.append(draft.flags, np.full(gates.size, EdgeFlag.GATE, np.uint8))
    draft.handicap_m = np.append(draft.handicap_m, np.zeros(gates.size))
    draft.street = np.append(draft.street, np.full(gates.size, -1))
    draft.inner_start = np.append(draft.inner_start, np.full(gates.size, draft.inner_start[-1]))


def _behind_private_ground(draft: Draft, private: Array) -> Array:
    """(e,) streets that only private ground joins to the longest streets of their part of the network: they count as
    private too, or nobody got there."""
    nodes = draft.node_lon.size
    _, public_part = _components(nodes, draft.edge_from[~private], draft.edge_to[~private])
    count, whole_part = _components(nodes, draft.edge_from, draft.edge_to)
    part, whole = public_part[draft.edge_from], whole_part[draft.edge_from]
    metres = np.bincount(part[~private], weights=draft.length_m[~private], minlength=nodes)
    # The longest stands last among those of its whole.
    by_length = np.flatnonzero(~private)[np.argsort(metres[part[~private]], kind="stable")]
    longest = np.full(count, -1)
    longest[whole[by_length]] = part[by_length]
    return np.asarray(~private & (part != longest[whole]))


def _open_ways_without_return(draft: Draft) -> int:
    """Let walkers back where only one-way streets lead, such as an escalator without stairs beside; how many edges."""
    # The way in left out: nobody crosses private ground, so street and ground must each lead back by themselves.
    within = (draft.flags & (EdgeFlag.GATE | EdgeFlag.PRIVATE)) != EdgeFlag.GATE
    ahead = within & ((draft.flags & EdgeFlag.BACKWARD_ONLY) == 0)
    back = within & ((draft.flags & EdgeFlag.FORWARD_ONLY) == 0)
    begin = np.concatenate((draft.edge_from[ahead], draft.edge_to[back]))
    end = np.concatenate((draft.edge_to[ahead], draft.edge_from[back]))
    _, label = _components(draft.node_lon.size, begin, end, strong=True)
    without_return = within & (label[draft.edge_from] != label[draft.edge_to])
    both_ways = draft.flags & ~np.uint8(EdgeFlag.FORWARD_ONLY | EdgeFlag.BACKWARD_ONLY)
    draft.flags = np.where(without_return, both_ways, draft.flags).astype(np.uint8)
    return int(without_return.sum())


def _settle_islands(draft: Draft, min_island_m: float) -> _Parts:
    """Number the parts, mark islands and drop fragments."""
    count, label = _components(draft.node_lon.size, draft.edge_from, draft.edge_to)
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
