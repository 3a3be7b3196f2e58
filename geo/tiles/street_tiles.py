"""The walk network as vector tiles: fewer streets and plainer lines the farther away the viewer is.

A network does not say which streets are important. The longest named ones are taken first, so many that what a far
view holds stays within bounds whatever the city.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.streets.walk_network import EdgeFlag, WalkNetwork
from geo.tiles.tile_format import Layer, Shape, Tags
from geo.tiles.tile_grid import BUFFER, EXTENT, TileAddress

LEAST_ZOOM, MOST_ZOOM = 10, 16
SHARES = {10: 0.08, 11: 0.16, 12: 0.32, 13: 0.60}
"""Of the length of all named streets, longest first, what a view shows (by eye). All of them from zoom 14 on."""
ALL_STREETS_ZOOM, EVERYTHING_ZOOM = 14, 15
MAIN_ZOOM = 12
SMALL_KM = 500.0
"""A network no longer than this is drawn whole at every zoom."""

PLAIN_STEPS = 4.0
"""Lines are bent no more than half a pixel at 512 pixels a tile."""
MOST_LINES = 6_000
"""In one tile; the shortest beyond are left out (assumption: no screen shows more)."""
_MARGIN_M = 5.0


class Kind(IntEnum):
    """How a line may be drawn; the name in lower case is the tile's word for it."""

    MAIN = 0
    STREET = 1
    PATH = 2
    STEPS = 3
    PRIVATE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetSheet:
    """A network made ready to be cut into tiles.

    kind: (e,) `Kind` of each edge. least_zoom: (e,) from which on it is drawn. west, south, east, north: (e,) the box
    around it, plane metres.
    """

    network: WalkNetwork
    kind: NDArray[np.uint8]
    least_zoom: NDArray[np.uint8]
    west: NDArray[np.float32]
    south: NDArray[np.float32]
    east: NDArray[np.float32]
    north: NDArray[np.float32]

    def layer(self, tile: TileAddress) -> Layer:
        """The streets of one tile."""
        edges = self._edges_in(tile)
        lines, first = _merged(self.network, self.kind, edges, tile)
        keep = np.argsort(-shapely.length(lines), kind="stable")[:MOST_LINES]
        return Layer(
            name="streets",
            shape=Shape.LINE,
            geometry=lines[keep].tolist(),
            tags=[_tags(self.network, self.kind, edge) for edge in first[keep].tolist()],
        )

    def _edges_in(self, tile: TileAddress) -> NDArray[np.int64]:
        west, south, east, north = tile.bounds(buffered=True)
        # The plane's axes turn a little against the tile's away from its origin: corners and middles hold the box.
        lon = np.array([west, west, west, (west + east) / 2, (west + east) / 2, east, east, east])
        lat = np.array([south, (south + north) / 2, north, south, north, south, (south + north) / 2, north])
        x, y = self.network.plane.to_plane(lon, lat)
        found: NDArray[np.int64] = np.flatnonzero(
            (self.least_zoom <= tile.zoom)
            & (self.west <= x.max() + _MARGIN_M)
            & (self.east >= x.min() - _MARGIN_M)
            & (self.south <= y.max() + _MARGIN_M)
            & (self.north >= y.min() - _MARGIN_M)
        )
        return found


def prepare_streets(network: WalkNetwork) -> StreetSheet:
    """Takes about a tenth of a second for a million edges."""
    start = network.shape_start[:-1]
    least_zoom = _least_zoom(network)
    is_named = network.edge_street > 0
    kind = np.where(is_named, np.where(least_zoom <= MAIN_ZOOM, Kind.MAIN, Kind.STREET), Kind.PATH).astype(np.uint8)
    kind[(network.edge_flags & EdgeFlag.PRIVATE) != 0] = Kind.PRIVATE
    kind[(network.edge_flags & EdgeFlag.STEPS) != 0] = Kind.STEPS
    least_zoom[(kind >= Kind.STEPS) & (least_zoom > LEAST_ZOOM)] = EVERYTHING_ZOOM
    return StreetSheet(
        network=network,
        kind=kind,
        least_zoom=least_zoom,
        west=np.minimum.reduceat(network.shape_x, start),
        south=np.minimum.reduceat(network.shape_y, start),
        east=np.maximum.reduceat(network.shape_x, start),
        north=np.maximum.reduceat(network.shape_y, start),
    )


def _least_zoom(network: WalkNetwork) -> NDArray[np.uint8]:
    """(e,) by the length of the street that the edge is of."""
    if network.length_km <= SMALL_KM:
        return np.full(network.edge_count, LEAST_ZOOM, np.uint8)
    streets = network.street_start.size - 1
    length_m = np.bincount(network.edge_street, weights=network.edge_length_m, minlength=streets)
    length_m[0] = 0.0
    longest = np.argsort(-length_m, kind="stable")
    before = np.empty(streets)
    before[longest] = np.cumsum(length_m[longest]) - length_m[longest]
    of_street = np.full(streets, ALL_STREETS_ZOOM, np.uint8)
    for zoom in sorted(SHARES, reverse=True):
        of_street[before < SHARES[zoom] * length_m.sum()] = zoom
    of_street[0] = ALL_STREETS_ZOOM
    found: NDArray[np.uint8] = of_street[network.edge_street]
    return found


def _merged(
    network: WalkNetwork, kind: NDArray[np.uint8], edges: NDArray[np.int64], tile: TileAddress
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """(n,) lines in the tile's steps, cut at its edge, and (n,) for each an edge that it is of.

    Edges of one street are joined first: a name is then written once along it and not at every crossing.
    """
    if not edges.size:
        return np.empty(0, object), np.empty(0, np.int64)
    group = network.edge_street[edges].astype(np.int64) * len(Kind) + kind[edges]
    order = np.argsort(group, kind="stable")
    edges, group = edges[order], group[order]
    _, first, of_group = np.unique(group, return_index=True, return_inverse=True)
    steps, of_line = _points(network, edges, tile)
    lines = shapely.linestrings(steps, indices=of_line)
    joined = shapely.line_merge(shapely.multilinestrings(lines, indices=of_group))
    plain = shapely.simplify(joined, PLAIN_STEPS, preserve_topology=False)
    cut = shapely.clip_by_rect(plain, -BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    parts, of_part = shapely.get_parts(cut, return_index=True)
    long_enough = shapely.length(parts) >= 1.0
    return parts[long_enough], edges[first[of_part[long_enough]]]


def _points(
    network: WalkNetwork, edges: NDArray[np.int64], tile: TileAddress
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(p, 2) places of the edges' polylines one after the other, in the tile's steps, and (p,) of which line."""
    start = network.shape_start[edges].astype(np.int64)
    count = network.shape_start[edges + 1] - start
    of_line = np.repeat(np.arange(edges.size), count)
    index = np.arange(of_line.size) + np.repeat(start - (np.cumsum(count) - count), count)
    lon, lat = network.plane.to_lonlat(network.shape_x[index], network.shape_y[index])
    return tile.to_steps(lon, lat), of_line


def _tags(network: WalkNetwork, kind: NDArray[np.uint8], edge: int) -> Tags:
    tags: dict[str, str | bool] = {"kind": Kind(kind[edge]).name.lower(), "stairs": bool(kind[edge] == Kind.STEPS)}
    if name := network.street_name(edge):
        tags["name"] = name
    return tags
