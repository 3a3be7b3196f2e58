"""The compiled inner loops: a search bounded by effort, and reading what it reached.

Effort is metres of level street that take as long (steps count double); labels are float32. A label counts only where
its stamp is the running search's generation, so nothing is cleared and the work never grows with the city. All
functions of one call chain stand in this one file, because numba's cache watches only the file a function stands in.
"""
# ruff: noqa: PLR0917 (numba compiles positional arguments only)

from typing import Any

import numpy as np
from numba import njit

# The kernels' arguments are plain arrays; numba infers the types, and `walk_network.py` documents each array.
Array = Any
Number = Any


@njit(cache=True, nogil=True)
def _push(heap_key: Array, heap_node: Array, size: int, key: Number, node: int) -> int:
    place = size
    while place > 0:
        above = (place - 1) >> 1
        if heap_key[above] <= key:
            break
        heap_key[place] = heap_key[above]
        heap_node[place] = heap_node[above]
        place = above
    heap_key[place] = key
    heap_node[place] = node
    return size + 1


@njit(cache=True, nogil=True)
def _pop(heap_key: Array, heap_node: Array, size: int) -> int:
    size -= 1
    key, node = heap_key[size], heap_node[size]
    place = 0
    below = 1
    while below < size:
        if below + 1 < size and heap_key[below + 1] < heap_key[below]:
            below += 1
        if heap_key[below] >= key:
            break
        heap_key[place] = heap_key[below]
        heap_node[place] = heap_node[below]
        place = below
        below = 2 * place + 1
    heap_key[place] = key
    heap_node[place] = node
    return size


@njit(cache=True, nogil=True)
def part(fraction: Number, effort: Number) -> Number:
    """Effort of a part of an edge; at its very end even a forbidden direction costs nothing."""
    return np.float32(0.0) if fraction <= 0.0 else np.float32(fraction * effort)


@njit(cache=True, nogil=True)
def _seed(edges: Array, start: Array, limit: Number, generation: int, labels: Array) -> int:
    """Label the two ends of the start's edge, and put them on the heap: its size."""
    edge_from, edge_to, ahead, back = edges
    effort, stamp, parent, _leaving, heap_key, heap_node = labels
    edge, fraction, access = start
    size = 0
    for side in range(2):
        node = edge_from[edge] if side == 0 else edge_to[edge]
        seed = access + (part(fraction, back[edge]) if side == 0 else part(1.0 - fraction, ahead[edge]))
        if seed <= limit and (stamp[node] != generation or seed < effort[node]):
            effort[node] = seed
            stamp[node] = generation
            parent[node] = -1
            size = _push(heap_key, heap_node, size, seed, node)
    return size


@njit(cache=True, nogil=True)
def _leave(graph: Array, zone: int, limit: Number, generation: int, labels: Array, size: int) -> int:
    """Walk the start's own private ground as far as its gates; the streets behind them are the heap then: its size.

    Ground that has been left is like anybody's when one comes back: it may be entered as a last leg, not crossed. So
    the way to its gates is looked for before all else, and remembered apart (`leaving`) from a way back in.
    """
    arc_start, arc_head, arc_effort, node_zone = graph
    effort, stamp, parent, leaving, heap_key, heap_node = labels
    for place in range(size):
        leaving[heap_node[place]] = -1
    # Streets wait at the heap's far end; both together never hold more than there are arcs.
    streets = heap_key.size
    while size > 0:
        here, node = heap_key[0], heap_node[0]
        size = _pop(heap_key, heap_node, size)
        if here > effort[node]:
            continue
        for arc in range(arc_start[node], arc_start[node + 1]):
            head = arc_head[arc]
            there = here + arc_effort[arc]
            if there > limit or (stamp[head] == generation and there >= effort[head]):
                continue
            effort[head] = there
            stamp[head] = generation
            parent[head] = arc
            if node_zone[head] == zone:
                leaving[head] = arc
                size = _push(heap_key, heap_node, size, there, head)
            else:
                streets -= 1
                heap_key[streets], heap_node[streets] = there, head
    for place in range(streets, heap_key.size):
        size = _push(heap_key, heap_node, size, heap_key[place], heap_node[place])
    return size


@njit(cache=True, nogil=True)
def _by_end(node: int, rest: Number, generation: int, labels: Array) -> Number:
    return labels[0][node] + rest if labels[1][node] == generation else np.float32(np.inf)


@njit(cache=True, nogil=True)
def search(
    graph: Array, edges: Array, start: Array, goal: Array, limit: Number, generation: int, labels: Array
) -> Number:
    """Label every node within `limit` of `start`; stop as soon as `goal` cannot be reached any cheaper.

    A way leads over the start's own private ground, then over streets, then over the goal's ground, whichever of the
    two is searched from: nobody crosses private ground.

    graph: (arc_start, arc_head, arc_effort, node_zone); edges: (from, to, ahead, back);
    start, goal: (edge, fraction, access effort), goal edge -1 for none;
    labels: (effort, stamp, parent arc, parent arc of who has not left the start's ground, heap key, heap node).
    Returns the effort to `goal` by way of a node, inf if none.
    """
    arc_start, arc_head, arc_effort, node_zone = graph
    edge_from, edge_to, ahead, back = edges
    effort, stamp, parent, _leaving, heap_key, heap_node = labels
    zone = node_zone[edge_from[start[0]]]
    goal_from, goal_to = -1, -1
    goal_from_effort, goal_to_effort = np.float32(np.inf), np.float32(np.inf)
    if goal[0] >= 0:
        goal_from, goal_to = edge_from[goal[0]], edge_to[goal[0]]
        goal_from_effort = part(goal[1], ahead[goal[0]]) + goal[2]
        goal_to_effort = part(1.0 - goal[1], back[goal[0]]) + goal[2]
    best = np.float32(np.inf)
    size = _seed(edges, start, limit, generation, labels)
    if zone != 0:
        size = _leave(graph, zone, limit, generation, labels, size)
        if goal[0] >= 0:
            best = min(best, _by_end(goal_from, goal_from_effort, generation, labels))
            best = min(best, _by_end(goal_to, goal_to_effort, generation, labels))
            limit = min(limit, best)
    while size > 0:
        here, node = heap_key[0], heap_node[0]
        size = _pop(heap_key, heap_node, size)
        if here > effort[node]:
            continue
        if here > limit:
            break
        if node == goal_from:
            best = min(best, here + goal_from_effort)
        if node == goal_to:
            best = min(best, here + goal_to_effort)
        limit = min(limit, best)
        # Private ground may be entered as a last leg, never left again.
        node_in = node_zone[node]
        for arc in range(arc_start[node], arc_start[node + 1]):
            head = arc_head[arc]
            there = here + arc_effort[arc]
            if there > limit or (stamp[head] == generation and there >= effort[head]):
                continue
            if node_in != 0 and node_zone[head] != node_in:
                continue
            effort[head] = there
            stamp[head] = generation
            parent[head] = arc
            size = _push(heap_key, heap_node, size, there, head)
    return best


@njit(cache=True, nogil=True)
def along_edge(edges: Array, start: Array, edge: int, fraction: Number, access: Number) -> Number:
    """Effort from `start` straight along its own edge to another point of it, inf for a point elsewhere."""
    if edge != start[0]:
        return np.float32(np.inf)
    stretch = fraction - start[1]
    way = part(stretch, edges[2][edge]) if stretch >= 0.0 else part(-stretch, edges[3][edge])
    return np.float32(start[2] + way + access)


@njit(cache=True, nogil=True)
def read_targets(
    edges: Array, start: Array, targets: Array, limit: Number, generation: int, labels: Array, out: Array
) -> None:
    """Write the effort from `start` to each target into `out`, inf beyond `limit` and where a target's edge is -1."""
    edge_from, edge_to, ahead, back = edges
    effort, stamp = labels[0], labels[1]
    target_edge, target_fraction, target_access = targets
    for index in range(target_edge.size):
        edge, fraction, access = target_edge[index], target_fraction[index], target_access[index]
        best = np.float32(np.inf)
        if edge >= 0:
            best = along_edge(edges, start, edge, fraction, access)
            node = edge_from[edge]
            if stamp[node] == generation:
                best = min(best, effort[node] + part(fraction, ahead[edge]) + access)
            node = edge_to[edge]
            if stamp[node] == generation:
                best = min(best, effort[node] + part(1.0 - fraction, back[edge]) + access)
        out[index] = best if best <= limit else np.float32(np.inf)


@njit(cache=True, nogil=True)
def _part_of(node_part: Array, edge_from: Array, edge: int) -> int:
    return -1 if edge < 0 else node_part[edge_from[edge]]


@njit(cache=True, nogil=True)
def all_in_one_part(node_part: Array, edge_from: Array, first: Array, second: Array) -> bool:
    """Whether all edges of both lists lie in one connected part of the network, none of them being -1."""
    if first.size == 0 or second.size == 0:
        return True
    part = _part_of(node_part, edge_from, first[0])
    for edges in (first, second):
        for edge in edges:
            if part < 0 or _part_of(node_part, edge_from, edge) != part:
                return False
    return True


@njit(cache=True, nogil=True)
def efforts_to(
    graph: Array, edges: Array, start: Array, targets: Array, limit: Number, generation: int, labels: Array, out: Array
) -> None:
    """One bounded search from `start`, read at every target."""
    search(graph, edges, start, (-1, 0.0, 0.0), limit, generation, labels)
    read_targets(edges, start, targets, limit, generation, labels, out)


@njit(cache=True, nogil=True)
def efforts_between(
    graph: Array, edges: Array, starts: Array, limits: Array, targets: Array, generation: int, labels: Array, out: Array
) -> None:
    """One bounded search from each start, each with its own limit, read at every target: `out` is (starts, targets)."""
    edge, fraction, access = starts
    for index in range(edge.size):
        start = (np.int64(edge[index]), np.float64(fraction[index]), np.float64(access[index]))
        efforts_to(graph, edges, start, targets, limits[index], generation + index, labels, out[index])


@njit(cache=True, nogil=True)
def _put(out: Array, size: int, x: Number, y: Number) -> int:
    """Add a point as far as there is room; how many points there would be."""
    if size < out[0].size:
        out[0][size], out[1][size] = x, y
    return size + 1


@njit(cache=True, nogil=True)
def _reverse(out: Array, first: int, stop: int) -> None:
    last = min(stop, out[0].size) - 1
    while first < last:
        for axis in out:
            axis[first], axis[last] = axis[last], axis[first]
        first += 1
        last -= 1


@njit(cache=True, nogil=True)
def _put_stretch(shape: Array, edge: int, begin: Number, end: Number, out: Array, size: int) -> int:
    """Add the line of an edge from one fraction of its length to another, backwards where the second is smaller."""
    shape_start, shape_x, shape_y = shape
    first, last = shape_start[edge], shape_start[edge + 1] - 1
    whole = 0.0
    for p in range(first, last):
        whole += np.hypot(np.float64(shape_x[p + 1]) - shape_x[p], np.float64(shape_y[p + 1]) - shape_y[p])
    low, high = min(begin, end) * whole, max(begin, end) * whole
    held, along = size, 0.0
    for p in range(first, last):
        x, y = np.float64(shape_x[p]), np.float64(shape_y[p])
        dx, dy = shape_x[p + 1] - x, shape_y[p + 1] - y
        length = np.hypot(dx, dy)
        if size == held and (along + length >= low or p == last - 1):
            share = (low - along) / length if length > 0.0 else 0.0
            size = _put(out, size, x + share * dx, y + share * dy)
        elif size > held and along > low:
            size = _put(out, size, x, y)
        if along + length >= high or p == last - 1:
            share = (high - along) / length if length > 0.0 else 0.0
            size = _put(out, size, x + share * dx, y + share * dy)
            break
        along += length
    if begin > end:
        _reverse(out, held, size)
    return size


@njit(cache=True, nogil=True)
def comes_out(node_zone: Array, zone: int, node: int, head: int) -> bool:
    """Whether a step from `node` to `head` leaves the start's private ground `zone`, 0 for none."""
    return zone != 0 and node_zone[node] == zone and node_zone[head] != zone


@njit(cache=True, nogil=True)
def _trace(
    graph: Array, edges: Array, lines: Array, start: Array, goal: Array, generation: int, labels: Array, out: Array,
    size: int,
) -> Array:  # fmt: skip
    """Add the way that `search` left in the labels, from the goal back to the start: (points, metres of edges)."""
    edge_from, edge_to, ahead, back = edges
    effort, stamp, parent = labels[0], labels[1], labels[2]
    node_zone, zone = graph[3], graph[3][edge_from[start[0]]]
    arc_edge, edge_length, shape = lines
    first, last = edge_from[goal[0]], edge_to[goal[0]]
    # Added up as `walk_route` does it, so that of two ways that take equally long both find the same.
    by_first, by_last = np.inf, np.inf
    if stamp[first] == generation:
        by_first = np.float64(effort[first]) + np.float64(part(goal[1], ahead[goal[0]]))
    if stamp[last] == generation:
        by_last = np.float64(effort[last]) + np.float64(part(1.0 - goal[1], back[goal[0]]))
    node, arrival = (first, 0.0) if by_first <= by_last else (last, 1.0)
    size = _put_stretch(shape, goal[0], goal[1], arrival, out, size)
    metres = abs(goal[1] - arrival) * edge_length[goal[0]]
    while parent[node] >= 0:
        edge = arc_edge[parent[node]]
        forward = edge_to[edge] == node
        size = _put_stretch(shape, edge, 1.0 if forward else 0.0, 0.0 if forward else 1.0, out, size)
        metres += edge_length[edge]
        before = edge_from[edge] if forward else edge_to[edge]
        if comes_out(node_zone, zone, before, node):
            parent = labels[3]
        node = before
    edge, fraction = start[0], start[1]
    departure = 0.0 if node == edge_from[edge] else 1.0
    if edge_from[edge] == edge_to[edge]:
        departure = 0.0 if part(fraction, back[edge]) <= part(1.0 - fraction, ahead[edge]) else 1.0
    size = _put_stretch(shape, edge, departure, fraction, out, size)
    return size, metres + abs(departure - fraction) * edge_length[edge]


@njit(cache=True, nogil=True)
def lines_between(
    graph: Array, edges: Array, lines: Array, starts: Array, ends: Array, places: Array, generation: int,
    labels: Array, out: Array, stops: Array, lengths: Array,
) -> int:  # fmt: skip
    """The quickest walk from each start to the end of the same index, as points one after another in `out` (x, y).

    lines: (arc_edge, edge_length, (shape_start, shape_x, shape_y)); places: (start x, start y, end x, end y), (n,).
    stops: (n + 1,) where each walk's points begin and end; lengths: (n,) metres, inf where there is no way.
    Returns how many points there are; where that is more than `out` holds, only `stops` and `lengths` count.
    """
    size = 0
    stops[0] = 0
    for index in range(lengths.size):
        start = (int(starts[0][index]), np.float64(starts[1][index]), np.float64(starts[2][index]))
        goal = (int(ends[0][index]), np.float64(ends[1][index]), np.float64(ends[2][index]))
        lengths[index], stops[index + 1] = np.inf, size
        if start[0] < 0 or goal[0] < 0:
            continue
        straight = along_edge(edges, start, goal[0], goal[1], goal[2])
        around = search(graph, edges, start, goal, np.float64(straight), generation + index, labels)
        if min(straight, around) == np.inf:
            continue
        held = size
        size = _put(out, size, places[2][index], places[3][index])
        if straight <= around:
            size = _put_stretch(lines[2], start[0], goal[1], start[1], out, size)
            metres = abs(goal[1] - start[1]) * lines[1][start[0]]
        else:
            size, metres = _trace(graph, edges, lines, start, goal, generation + index, labels, out, size)
        size = _put(out, size, places[0][index], places[1][index])
        _reverse(out, held, size)
        lengths[index], stops[index + 1] = start[2] + metres + goal[2], size
    return size
