"""The compiled loops behind coverage: one search from many places at once, and every pair of places within a limit.

Efforts and labels are as in `kernels.py`. Nothing is shared with it, because numba's cache watches only the file a
function stands in: a change over there would leave stale code here.
"""
# ruff: noqa: PLR0917 (numba compiles positional arguments only)

from typing import Any

import numpy as np
from numba import njit

Array = Any
Number = Any


@njit(cache=True, nogil=True)
def _push(heap: Array, size: int, key: Number, node: int) -> int:
    keys, nodes = heap
    place = size
    while place > 0 and keys[(place - 1) >> 1] > key:
        keys[place], nodes[place] = keys[(place - 1) >> 1], nodes[(place - 1) >> 1]
        place = (place - 1) >> 1
    keys[place], nodes[place] = key, node
    return size + 1


@njit(cache=True, nogil=True)
def _pop(heap: Array, size: int) -> int:
    """Take the first away: the size left."""
    keys, nodes = heap
    size -= 1
    key, node = keys[size], nodes[size]
    place, below = 0, 1
    while below < size:
        if below + 1 < size and keys[below + 1] < keys[below]:
            below += 1
        if keys[below] >= key:
            break
        keys[place], nodes[place] = keys[below], nodes[below]
        place, below = below, 2 * below + 1
    keys[place], nodes[place] = key, node
    return size


@njit(cache=True, nogil=True)
def _part(fraction: Number, effort: Number) -> Number:
    """Effort of a part of an edge; at its very end even a forbidden direction costs nothing."""
    return np.float32(0.0) if fraction <= 0.0 else np.float32(fraction * effort)


@njit(cache=True, nogil=True)
def _along(edges: Array, fraction: Number, access: Number, edge: int, to_fraction: Number, to_access: Number) -> Number:
    """Effort between two places on one edge without leaving it."""
    stretch = np.float64(to_fraction) - np.float64(fraction)
    way = _part(stretch, edges[2][edge]) if stretch >= 0.0 else _part(-stretch, edges[3][edge])
    return np.float32(np.float64(access) + way + to_access)


@njit(cache=True, nogil=True)
def _seed(edges: Array, starts: Array, chosen: Array, limit: Number, generation: int, labels: Array) -> int:
    """Label the ends of the chosen starts' edges, and put them on the heap: its size."""
    edge_from, edge_to, ahead, back = edges
    effort, stamp, heap = labels[0], labels[1], labels[2]
    size = 0
    for start in chosen:
        edge, fraction, access = starts[0][start], np.float64(starts[1][start]), np.float64(starts[2][start])
        for side in range(2):
            node = edge_from[edge] if side == 0 else edge_to[edge]
            # Rounded first: two starts at one place would else put the node on the heap twice with one key.
            seed = np.float32(
                access + (_part(fraction, back[edge]) if side == 0 else _part(1.0 - fraction, ahead[edge]))
            )
            if seed <= limit and (stamp[node] != generation or seed < effort[node]):
                effort[node], stamp[node] = seed, generation
                size = _push(heap, size, seed, node)
    return size


@njit(cache=True, nogil=True)
def spread(
    graph: Array, edges: Array, starts: Array, chosen: Array, limit: Number, generation: int, labels: Array
) -> int:
    """Label every node within `limit` of the nearest of the chosen starts; how many, listed in `settled`.

    graph: (arc_start, arc_head, arc_effort, node_zone); edges: (from, to, ahead, back); starts: (edge, fraction,
    access effort), all on a street; chosen: indices of starts that lie in one zone;
    labels: (effort, stamp, (heap key, heap node), settled). A node of the starts' own ground may be listed twice.
    """
    arc_start, arc_head, arc_effort, node_zone = graph
    effort, stamp, heap, settled = labels
    zone = node_zone[edges[0][starts[0][chosen[0]]]]
    size = _seed(edges, starts, chosen, limit, generation, labels)
    # As in `kernels.py`: first the starts' own private ground as far as its gates, the streets behind them set aside
    # at the heap's far end; then everything else, where ground may be entered as a last leg and not left again.
    leaving, streets = zone != 0, heap[0].size
    count = 0
    while size > 0 or leaving:
        if size == 0:
            for place in range(streets, heap[0].size):
                size = _push(heap, size, heap[0][place], heap[1][place])
            leaving = False
            continue
        here, node = heap[0][0], heap[1][0]
        size = _pop(heap, size)
        if here > effort[node]:
            continue
        settled[count] = node
        count += 1
        node_in = node_zone[node]
        for arc in range(arc_start[node], arc_start[node + 1]):
            head = arc_head[arc]
            there = here + arc_effort[arc]
            if there > limit or (stamp[head] == generation and there >= effort[head]):
                continue
            goes_out = node_in != 0 and node_zone[head] != node_in
            if goes_out and not leaving:
                continue
            effort[head], stamp[head] = there, generation
            if goes_out:
                streets -= 1
                heap[0][streets], heap[1][streets] = there, head
            else:
                size = _push(heap, size, there, head)
    return count


@njit(cache=True, nogil=True)
def _from_ends(edges: Array, edge: int, fraction: Number, access: Number, generation: int, labels: Array) -> Number:
    """Effort to a place on an edge by way of the edge's ends, inf where neither is labelled."""
    edge_from, edge_to, ahead, back = edges
    effort, stamp = labels[0], labels[1]
    best = np.float32(np.inf)
    node = edge_from[edge]
    if stamp[node] == generation:
        best = np.float32(effort[node] + _part(fraction, ahead[edge]) + access)
    node = edge_to[edge]
    if stamp[node] == generation:
        best = min(best, np.float32(effort[node] + _part(1.0 - fraction, back[edge]) + access))
    return best


@njit(cache=True, nogil=True)
def lower_to_nearest(
    edges: Array, starts: Array, chosen: Array, points: Array, limit: Number, generation: int, labels: Array, out: Array
) -> None:
    """After `spread`: lower `out` to the effort to each point wherever that is less and within `limit`.

    points: (place of each edge's first point (e + 1,), point, fraction, access), the last three grouped by edge.
    """
    first, point, fraction, access = points
    for edge in range(first.size - 1):
        for place in range(first[edge], first[edge + 1]):
            found = _from_ends(edges, edge, fraction[place], access[place], generation, labels)
            if found <= limit:
                out[point[place]] = min(out[point[place]], found)
    for start in chosen:
        edge = starts[0][start]
        for place in range(first[edge], first[edge + 1]):
            found = _along(edges, starts[1][start], starts[2][start], edge, fraction[place], access[place])
            if found <= limit:
                out[point[place]] = min(out[point[place]], found)


@njit(cache=True, nogil=True)
def pairs_within(
    ways: Array, at_node: Array, starts: Array, stops: Array, points: Array, limit: Number, generation: int,
    labels: Array, seen: Array, out: Array,
) -> int:  # fmt: skip
    """Write every (start, point, effort there, effort there and back) within `limit` there; how many there are.

    ways: ((graph, edges) away from the starts, (graph, edges) towards them); labels: one set for each;
    at_node: (place of each node's first edge (n + 1,), edge), loops among them;
    stops: (first, end) of the starts to search from; points: as in `lower_to_nearest`; seen: (e,) generations.
    Where there are more pairs than `out` holds, only their number counts. Uses a generation for each start.
    """
    away, towards = ways
    first, point, fraction, access = points
    size = 0
    own = np.empty(1, np.int64)
    for start in range(stops[0], stops[1]):
        if starts[0][start] < 0:
            continue
        own[0] = start
        now = generation + start - stops[0]
        reached = spread(away[0], away[1], starts, own, limit, now, labels[0])
        spread(towards[0], towards[1], starts, own, limit, now, labels[1])
        settled, edge_start = labels[0][3], at_node[0]
        for number in range(-1, reached):
            # The start's own edge comes first: its ends may lie beyond the limit.
            low = edge_start[settled[number]] if number >= 0 else 0
            high = edge_start[settled[number] + 1] if number >= 0 else 1
            for place_at_node in range(low, high):
                edge = at_node[1][place_at_node] if number >= 0 else starts[0][start]
                if seen[edge] == now:
                    continue
                seen[edge] = now
                for place in range(first[edge], first[edge + 1]):
                    there = _from_ends(away[1], edge, fraction[place], access[place], now, labels[0])
                    back = _from_ends(towards[1], edge, fraction[place], access[place], now, labels[1])
                    if edge == starts[0][start]:
                        begin, off = starts[1][start], starts[2][start]
                        there = min(there, _along(away[1], begin, off, edge, fraction[place], access[place]))
                        back = min(back, _along(towards[1], begin, off, edge, fraction[place], access[place]))
                    if there > limit:
                        continue
                    if back > limit:
                        back = np.float32(np.inf)
                    if size < out[0].size:
                        out[0][size], out[1][size] = start, point[place]
                        out[2][size], out[3][size] = there, there + back
                    size += 1
    return size


@njit(cache=True, nogil=True)
def nearest_in_hours(first: Array, source: Array, time_s: Array, is_open: Array, start: int, out: Array) -> None:
    """`out` (points from `start` on, hours): the least time of a pair whose source is open in that hour, else inf."""
    for row in range(out.shape[0]):
        best = out[row]
        best[:] = np.inf
        for pair in range(first[start + row], first[start + row + 1]):
            open_then, time = is_open[source[pair]], time_s[pair]
            for hour in range(best.size):
                if open_then[hour] and time < best[hour]:
                    best[hour] = time


@njit(cache=True, nogil=True)
def covered_stretches(edges: Array, limit: Number, generation: int, labels: Array, out: Array) -> int:
    """The parts of edges that `spread` reached from their ends, as (edge, begin, end) in fractions; how many."""
    edge_from, edge_to, ahead, back = edges
    effort, stamp = labels[0], labels[1]
    size = 0
    for edge in range(edge_from.size):
        head, tail = 0.0, 1.0
        if stamp[edge_from[edge]] == generation and ahead[edge] < np.inf:
            head = min(1.0, (limit - effort[edge_from[edge]]) / ahead[edge])
        if stamp[edge_to[edge]] == generation and back[edge] < np.inf:
            tail = max(0.0, 1.0 - (limit - effort[edge_to[edge]]) / back[edge])
        if head >= tail:
            head, tail = 1.0, 1.0
        if head > 0.0:
            out[0][size], out[1][size], out[2][size] = edge, 0.0, head
            size += 1
        if tail < 1.0:
            out[0][size], out[1][size], out[2][size] = edge, tail, 1.0
            size += 1
    return size
