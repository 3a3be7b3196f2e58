"""A walk network while it is being made: parallel arrays of nodes and edges."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


_EDGE_ARRAYS = (
    "edge_from",
    "edge_to",
    "length_m",
    "effort_ahead_m",
    "effort_back_m",
    "flags",
    "handicap_m",
    "street",
    "hours",
)


@dataclass(slots=True, kw_only=True)
class Draft:
    """The network while it is being made; edge arrays stay parallel.

    hours: (e,) index of the hours at which an edge is open, -1 for always. node_block: (n,), empty where all is street;
    block_hours, block_length_m: (b,), see `zones.py`.
    """

    node_lon: Array
    node_lat: Array
    node_zone: Array
    node_part: Array
    edge_from: Array
    edge_to: Array
    length_m: Array
    effort_ahead_m: Array
    effort_back_m: Array
    flags: Array
    handicap_m: Array
    street: Array
    hours: Array
    inner_start: Array
    inner_lon: Array
    inner_lat: Array
    node_block: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    block_hours: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    block_length_m: Array = field(default_factory=lambda: np.zeros(0))

    def keep_edges(self, order: Array) -> None:
        """Only the edges at `order`, in that order."""
        for name in _EDGE_ARRAYS:
            setattr(self, name, getattr(self, name)[order])
        self.inner_start, picked = ragged_take(self.inner_start, order)
        self.inner_lon, self.inner_lat = self.inner_lon[picked], self.inner_lat[picked]

    def keep_nodes(self, order: Array) -> None:
        """Only the nodes at `order`, in that order; every edge must have both its ends among them."""
        place = np.full(self.node_lon.size, -1, np.int64)
        place[order] = np.arange(order.size)
        for name in ("node_lon", "node_lat", "node_zone", "node_part"):
            setattr(self, name, getattr(self, name)[order])
        if self.node_block.size:
            self.node_block = self.node_block[order]
        self.edge_from, self.edge_to = place[self.edge_from], place[self.edge_to]


def shapes(draft: Draft) -> tuple[Array, Array, Array]:
    """Offsets, lon and lat of each edge's whole polyline, its ends included."""
    edges = draft.edge_from.size
    start = draft.inner_start + 2 * np.arange(edges + 1)
    lon, lat = np.empty(start[-1]), np.empty(start[-1])
    inner = np.ones(start[-1], bool)
    inner[start[:-1]] = inner[start[1:] - 1] = False
    for shape, node, bend in ((lon, draft.node_lon, draft.inner_lon), (lat, draft.node_lat, draft.inner_lat)):
        shape[start[:-1]], shape[start[1:] - 1] = node[draft.edge_from], node[draft.edge_to]
        shape[inner] = bend
    return start, lon, lat


def ragged_take(start: Array, order: Array) -> tuple[Array, Array]:
    """Offsets (k + 1,) of the rows at `order` of a ragged array, and the flat indices of their items in that order."""
    sizes = np.diff(start)[order]
    taken = np.concatenate(([0], np.cumsum(sizes)))
    return taken, np.repeat(start[:-1][order] - taken[:-1], sizes) + np.arange(taken[-1])
