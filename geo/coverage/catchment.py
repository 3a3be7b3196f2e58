"""Catchments: the stretches of street within so many minutes of the nearest source, edges in part where time ends."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.coverage.coverage import search_by_zone
from geo.coverage.coverage_kernels import covered_stretches
from geo.streets.pace import DEFAULT_WALK_SPEED_M_S
from geo.streets.walk_network import Snaps, WalkNetwork


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stretches:
    """Parts of edges, (k,) each, by edge and then along it; no two of one edge overlap or touch.

    edge: index. begin, end: fractions of the edge, 0 <= begin <= end <= 1.
    """

    edge: NDArray[np.int32]
    begin: NDArray[np.float64]
    end: NDArray[np.float64]

    def length_m(self, network: WalkNetwork) -> float:
        """Metres of street in all."""
        return float(((self.end - self.begin) * network.edge_length_m[self.edge]).sum())


def catchment(
    network: WalkNetwork, sources: Snaps, *, limit_s: float, speed_m_s: float = DEFAULT_WALK_SPEED_M_S
) -> Stretches:
    """Every stretch of street to which a walk from some source takes no longer than `limit_s`.

    Where walkers may go both ways everywhere, half the time of a fetch gives the stretches from which a source can be
    fetched there and back.
    """
    parts = []
    room = 2 * network.edge_count
    for search in search_by_zone(network, sources, limit_s=limit_s, speed_m_s=speed_m_s):
        out = (np.empty(room, np.int32), np.empty(room), np.empty(room))
        count = covered_stretches(search.edges, search.limit, search.generation, search.labels, out)
        parts.append(tuple(column[:count] for column in out))
        parts.append(_around(network, sources.take(search.chosen), float(search.limit)))
    if not parts:
        return Stretches(edge=np.empty(0, np.int32), begin=np.empty(0), end=np.empty(0))
    edge, begin, end = (np.concatenate(column) for column in zip(*parts, strict=True))
    return _merged(edge, begin, end)


def _around(
    network: WalkNetwork, sources: Snaps, limit: float
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
    """What the sources reach of their own edges without leaving them."""
    sources = sources.take(sources.distance_m <= limit)
    left = limit - sources.distance_m.astype(np.float64)
    begin = sources.fraction - left / network.edge_effort_back[sources.edge]
    end = sources.fraction + left / network.edge_effort_ahead[sources.edge]
    return sources.edge, np.maximum(begin, 0.0), np.minimum(end, 1.0)


def _merged(edge: NDArray[np.int32], begin: NDArray[np.float64], end: NDArray[np.float64]) -> Stretches:
    """The union. An edge is moved to a stretch of its own on one long axis, so that one pass sees all edges."""
    axis = 2.0 * edge.astype(np.float64)
    order = np.argsort(axis + begin, kind="stable")
    edge, begin, end = edge[order], begin[order], end[order]
    furthest = np.maximum.accumulate(axis[order] + end)
    is_new = np.ones(edge.size, np.bool_)
    is_new[1:] = (axis[order] + begin)[1:] > furthest[:-1]
    first = np.flatnonzero(is_new)
    reached = np.maximum.reduceat(end, first) if first.size else end
    return Stretches(edge=edge[first], begin=begin[first], end=reached)
