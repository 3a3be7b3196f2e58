"""Ground that is not open to everybody: fenced off with nodes of its own, so that a search can refuse to cross it.

A *block* is connected ground of one kind: street, private, or open at certain hours. Which *zone* a block is in depends
on what is open: all that is shut and hangs together is one zone, open ground is the street, zone 0.
"""

from dataclasses import dataclass

import numpy as np

from geo.streets.network_draft import Array, Draft
from geo.streets.walk_network import EdgeFlag
from geo.streets.zones import NEVER_OPEN, STREET, zones_of

# No edge is free, or the order of labels along a route would be undecided.
LEAST_EFFORT_M = 0.05
# Kinds of ground; behind them one for each hours.
_STREET, _PRIVATE, _WITH_HOURS = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Gates:
    """Where ground of two kinds meets: (g,) the two nodes, and whether one of the two is private."""

    first: Array
    second: Array
    is_private: Array


def components(nodes: int, edge_from: Array, edge_to: Array, *, strong: bool = False) -> tuple[int, Array]:
    """How many connected parts, and that of each node; strong: with a way there and back along the arrows."""
    # Who only walks over a network does not wait for scipy.
    from scipy.sparse import coo_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    links = coo_array((np.ones(edge_from.size, np.int8), (edge_from, edge_to)), shape=(nodes, nodes))
    count, label = connected_components(links, directed=strong, connection="strong" if strong else "weak")
    return int(count), label


def fence_ground(draft: Draft, gate_effort_m: float) -> None:
    """Give private ground and ground with hours nodes of their own, joined to the street by gates.

    A node where several kinds meet is there once for each of them, with a gate from each to each other. A search moves
    freely in the zone it starts in until it leaves; any other zone it enters as a last leg and does not leave again.
    """
    private = (draft.flags & EdgeFlag.PRIVATE) != 0
    if not (private.any() or (draft.hours >= 0).any()):
        return
    private |= _behind_private_ground(draft, private)
    draft.flags = np.where(private, draft.flags | EdgeFlag.PRIVATE, draft.flags).astype(np.uint8)
    draft.hours = np.where(private, -1, draft.hours)
    kind = np.where(private, _PRIVATE, np.where(draft.hours < 0, _STREET, draft.hours + _WITH_HOURS))
    gates = _split_nodes(draft, kind)
    _, draft.node_block = components(draft.node_lon.size, draft.edge_from, draft.edge_to)
    blocks = int(draft.node_block.max()) + 1
    draft.block_hours = np.full(blocks, STREET)
    draft.block_hours[draft.node_block[draft.edge_from]] = np.select(
        [kind == _STREET, kind == _PRIVATE], [STREET, NEVER_OPEN], draft.hours
    )
    draft.block_length_m = np.bincount(draft.node_block[draft.edge_from], draft.length_m, minlength=blocks)
    _add_gates(draft, gates, gate_effort_m)
    ends = draft.node_block[gates.first], draft.node_block[gates.second]
    all_open = np.ones(int(draft.hours.max()) + 1, np.bool_)
    draft.node_zone = zones_of(draft.block_hours, draft.block_length_m, *ends, all_open)[draft.node_block]


def _behind_private_ground(draft: Draft, private: Array) -> Array:
    """(e,) streets that only private ground joins to the longest streets of their part of the network: they count as
    private too, or nobody got there."""
    nodes = draft.node_lon.size
    _, public_part = components(nodes, draft.edge_from[~private], draft.edge_to[~private])
    count, whole_part = components(nodes, draft.edge_from, draft.edge_to)
    part, whole = public_part[draft.edge_from], whole_part[draft.edge_from]
    metres = np.bincount(part[~private], weights=draft.length_m[~private], minlength=nodes)
    # The longest stands last among those of its whole.
    by_length = np.flatnonzero(~private)[np.argsort(metres[part[~private]], kind="stable")]
    longest = np.full(count, -1)
    longest[whole[by_length]] = part[by_length]
    return np.asarray(~private & (part != longest[whole]))


def _split_nodes(draft: Draft, kind: Array) -> _Gates:
    nodes, kinds = draft.node_lon.size, int(kind.max()) + 1
    pairs = np.unique(np.concatenate((draft.edge_from * kinds + kind, draft.edge_to * kinds + kind)))
    node, of_kind = pairs // kinds, pairs % kinds
    # The first of the kinds at a node keeps its number.
    is_copy = np.concatenate(([False], node[1:] == node[:-1]))
    number = np.where(is_copy, nodes + np.cumsum(is_copy) - 1, node)
    for name in ("edge_from", "edge_to"):
        setattr(draft, name, number[np.searchsorted(pairs, getattr(draft, name) * kinds + kind)])
    draft.node_lon = np.append(draft.node_lon, draft.node_lon[node[is_copy]])
    draft.node_lat = np.append(draft.node_lat, draft.node_lat[node[is_copy]])
    draft.node_part = np.zeros(draft.node_lon.size, np.int32)
    met = [
        np.column_stack((place, place + apart))
        for apart in range(1, int(np.bincount(node).max()))
        if (place := np.flatnonzero(node[:-apart] == node[apart:])).size
    ]
    first, second = np.concatenate((np.zeros((0, 2), np.int64), *met)).T
    is_private = (of_kind[first] == _PRIVATE) | (of_kind[second] == _PRIVATE)
    return _Gates(first=number[first], second=number[second], is_private=is_private)


def _add_gates(draft: Draft, gates: _Gates, gate_effort_m: float) -> None:
    count = gates.first.size
    draft.edge_from, draft.edge_to = np.append(draft.edge_from, gates.first), np.append(draft.edge_to, gates.second)
    draft.length_m = np.append(draft.length_m, np.zeros(count))
    gate_m = np.where(gates.is_private, max(gate_effort_m, LEAST_EFFORT_M), LEAST_EFFORT_M)
    draft.effort_ahead_m = np.append(draft.effort_ahead_m, gate_m)
    draft.effort_back_m = np.append(draft.effort_back_m, gate_m)
    draft.flags = np.append(draft.flags, np.full(count, EdgeFlag.GATE, np.uint8))
    draft.handicap_m = np.append(draft.handicap_m, np.zeros(count))
    draft.street = np.append(draft.street, np.full(count, -1))
    draft.hours = np.append(draft.hours, np.full(count, -1))
    draft.inner_start = np.append(draft.inner_start, np.full(count, draft.inner_start[-1]))
