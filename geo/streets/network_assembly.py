"""The last step of making a walk network: Morton order, arcs of both directions, and the grid that points snap by."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.places.antimeridian import between_lon
from geo.places.projection import LocalPlane
from geo.streets.network_draft import Draft, shapes
from geo.streets.snapping import fill_cells
from geo.streets.walk_network import EdgeFlag, WalkNetwork

Array = NDArray[Any]

_CELL_RANGE_M = (40.0, 2_000.0)


def put_in_morton_order(draft: Draft) -> LocalPlane:
    """Drop unused nodes, and number nodes and edges so that neighbours lie together; the plane they are ordered in."""
    used = np.unique(np.concatenate((draft.edge_from, draft.edge_to)))
    draft.keep_nodes(used)
    plane = LocalPlane(
        between_lon(draft.node_lon),
        float(draft.node_lat.min() + draft.node_lat.max()) / 2.0,
    )
    x, y = plane.to_plane(draft.node_lon, draft.node_lat)
    draft.keep_nodes(np.argsort(_morton(x) | _morton(y) << np.uint64(1), kind="stable"))
    low, high = np.minimum(draft.edge_from, draft.edge_to), np.maximum(draft.edge_from, draft.edge_to)
    draft.keep_edges(np.lexsort((high, low)))
    return plane


def _morton(metres: Array) -> Array:
    """Bits of whole metres spread to every second place."""
    bits = (metres - metres.min()).astype(np.uint64)
    spread = ((16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F), (2, 0x3333333333333333))
    for shift, mask in (*spread, (1, 0x5555555555555555)):
        bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
    return np.asarray(bits)


def assemble(
    draft: Draft,
    plane: LocalPlane,
    named: tuple[Sequence[str], Sequence[str]],
    snap_limit_m: float,
    texts: Mapping[str, str],
) -> WalkNetwork:
    """The finished network of a draft whose nodes and edges are in their final order; named: streets, and hours."""
    ahead = np.where(draft.flags & EdgeFlag.BACKWARD_ONLY, np.inf, draft.effort_ahead_m).astype(np.float32)
    back = np.where(draft.flags & EdgeFlag.FORWARD_ONLY, np.inf, draft.effort_back_m).astype(np.float32)
    start, lon, lat = shapes(draft)
    x, y = (axis.astype(np.float32) for axis in plane.to_plane(lon, lat))
    shape_edge = np.repeat(np.arange(draft.edge_from.size, dtype=np.int32), np.diff(start))
    flags = draft.flags.astype(np.uint8)
    grid, cell_start, cell_segment = _snap_grid(x, y, _snappable(shape_edge, flags))
    arc_start, arc_head, arc_edge, out, inward = _arcs(draft, ahead, back)
    street_start, street_text = _texts(("", *named[0]))
    node_block, block_hours, block_length_m, hours = _blocks(draft, named[1])
    hours_start, hours_text = _texts(hours)
    return WalkNetwork(
        node_lon=draft.node_lon,
        node_lat=draft.node_lat,
        node_zone=draft.node_zone.astype(np.int32),
        node_part=draft.node_part.astype(np.int32),
        arc_start=arc_start,
        arc_head=arc_head,
        arc_edge=arc_edge,
        arc_effort_out=out,
        arc_effort_in=inward,
        edge_from=draft.edge_from.astype(np.int32),
        edge_to=draft.edge_to.astype(np.int32),
        edge_length_m=draft.length_m.astype(np.float32),
        edge_effort_ahead=ahead,
        edge_effort_back=back,
        edge_flags=flags,
        edge_street=(draft.street + 1).astype(np.int32),
        shape_start=start.astype(np.int32),
        shape_x=x,
        shape_y=y,
        shape_edge=shape_edge,
        shape_handicap_m=draft.handicap_m.astype(np.uint8)[shape_edge],
        cell_start=cell_start,
        cell_segment=cell_segment,
        street_start=street_start,
        street_text=street_text,
        node_block=node_block,
        block_hours=block_hours,
        block_length_m=block_length_m,
        hours_start=hours_start,
        hours_text=hours_text,
        grid=grid,
        plane=plane,
        bounds=(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())),
        snap_limit_m=snap_limit_m,
        name=texts["name"],
        source=texts["source"],
        attribution=texts["attribution"],
    )


def _texts(texts: Sequence[str]) -> tuple[Array, Array]:
    """Offsets of each text, and the bytes of all of them."""
    utf8 = [text.encode() for text in texts]
    return np.cumsum([0, *map(len, utf8)], dtype=np.int32), np.frombuffer(b"".join(utf8), np.uint8)


def _blocks(draft: Draft, hours: Sequence[str]) -> tuple[Array, Array, Array, list[str]]:
    """Block of each node, hours and length of each block, the hours in use; empty where nothing has hours."""
    if draft.node_block.size == 0:
        return np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32), []
    used, node_block = np.unique(draft.node_block, return_inverse=True)
    block_hours = draft.block_hours[used]
    with_hours = block_hours >= 0
    if not with_hours.any():
        return np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32), []
    kept, block_hours[with_hours] = np.unique(block_hours[with_hours], return_inverse=True)
    return (
        node_block.astype(np.int32),
        block_hours.astype(np.int32),
        draft.block_length_m[used].astype(np.float32),
        [hours[one] for one in kept.tolist()],
    )


def _arcs(draft: Draft, ahead: Array, back: Array) -> tuple[Array, Array, Array, Array, Array]:
    """CSR offsets, heads, edges, efforts out and in: an arc for each direction of each edge; loops lead nowhere."""
    through = np.flatnonzero(draft.edge_from != draft.edge_to)
    tail = np.concatenate((draft.edge_from[through], draft.edge_to[through]))
    head = np.concatenate((draft.edge_to[through], draft.edge_from[through]))
    order = np.lexsort((head, tail))
    return (
        np.searchsorted(tail[order], np.arange(draft.node_lon.size + 1)).astype(np.int32),
        head[order].astype(np.int32),
        np.concatenate((through, through))[order].astype(np.int32),
        np.concatenate((ahead[through], back[through]))[order],
        np.concatenate((back[through], ahead[through]))[order],
    )


def _snappable(shape_edge: Array, flags: Array) -> Array:
    """Edge of each shape point; gates, which have no length to stand on, get numbers that join no two points."""
    gate = (flags[shape_edge] & EdgeFlag.GATE) != 0
    return np.where(gate, -1 - np.arange(shape_edge.size), shape_edge)


def _snap_grid(x: Array, y: Array, shape_edge: Array) -> tuple[tuple[float, float, float, int, int], Array, Array]:
    """Grid of about one cell for two segments: (x0, y0, cell, columns, rows), offsets by cell, segments."""
    x0, y0 = float(x.min()), float(y.min())
    width, height = float(x.max()) - x0, float(y.max()) - y0
    wanted_m = np.sqrt(2.0 * max(width, 1.0) * max(height, 1.0) / x.size)
    cell_m = float(np.clip(wanted_m, *_CELL_RANGE_M))
    columns, rows = int(width / cell_m) + 1, int(height / cell_m) + 1
    grid = (x0, y0, cell_m, columns, rows)
    place = np.zeros(columns * rows + 1, np.int64)
    fill_cells(x, y, shape_edge, grid, place, np.empty(0, np.int32))
    start = np.concatenate(([0], np.cumsum(place[:-1])))
    segment = np.empty(start[-1], np.int32)
    fill_cells(x, y, shape_edge, grid, start.copy(), segment)
    return grid, start.astype(np.int32), segment
