"""Streets cut into pieces of about equal length: a network's own demand points, and lines to draw times on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.places.antimeridian import beside, wrapped
from geo.streets.portions import portions
from geo.streets.walk_network import EdgeFlag, Snaps, WalkNetwork

# Short against a four-minute walk (336 m), so that a piece is all but wholly inside or outside.
LONGEST_PIECE_M = 100.0
# On a square of so many metres no more than three lines count as far as they run (assumption: a street and its two
# pavements). A pedestrian square is drawn with a line from every corner to every other; nobody lives on each of them.
_CELL_M = 20.0
_LINES_THAT_COUNT = 3.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pieces:
    """(n,) pieces of street, by edge and then along it.

    middle: of each piece, on its edge. length_m, begin, end: (n,) float64, metres and fractions of the edge.
    """

    middle: Snaps
    length_m: NDArray[np.float64]
    begin: NDArray[np.float64]
    end: NDArray[np.float64]

    def __len__(self) -> int:
        return self.length_m.size


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lines:
    """Polylines: line i has the points first[i]:first[i + 1] of lon, lat (degrees)."""

    first: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]


def street_pieces(network: WalkNetwork, *, longest_m: float = LONGEST_PIECE_M) -> Pieces:
    """Every public street in pieces no longer than `longest_m`; private ground and gates are left out."""
    is_public = (network.edge_flags & (EdgeFlag.PRIVATE | EdgeFlag.GATE)) == 0
    edges = np.flatnonzero(is_public & (network.edge_length_m > 0.0)).astype(np.int32)
    length = network.edge_length_m[edges].astype(np.float64)
    counts = np.maximum(np.ceil(length / longest_m), 1).astype(np.int64)
    edge = np.repeat(edges, counts)
    whole = np.repeat(counts, counts)
    number = np.arange(edge.size) - np.repeat(np.cumsum(counts) - counts, counts)
    begin, end = number / whole, (number + 1) / whole
    fraction = ((begin + end) / 2.0).astype(np.float32)
    lon, lat = _places(network, _Axis.of(network), edge, fraction.astype(np.float64))
    middle = Snaps(lon=wrapped(lon), lat=lat, edge=edge, fraction=fraction, distance_m=np.zeros(edge.size, np.float32))
    return Pieces(middle=middle, length_m=np.repeat(length / counts, counts), begin=begin, end=end)


def counted_m(network: WalkNetwork, pieces: Pieces) -> NDArray[np.float64]:
    """(n,) metres that each piece counts for: its length, less where many lines run over the same ground."""
    axis = _Axis.of(network)
    counts = np.maximum(np.ceil(pieces.length_m / _CELL_M), 1).astype(np.int64)
    piece = np.repeat(np.arange(len(pieces), dtype=np.int32), counts)
    if piece.size == 0:
        return np.zeros(0)
    start = axis.at(network, pieces.middle.edge, pieces.begin)
    span = axis.at(network, pieces.middle.edge, pieces.end) - start
    before = np.cumsum(counts) - counts
    x, y = np.empty(piece.size), np.empty(piece.size)
    for some in portions(piece.size):
        mine = piece[some]
        number = np.arange(some.start, some.stop) - before[mine] + 0.5
        x[some], y[some] = axis.metres(network, start[mine] + number / counts[mine] * span[mine])
    cell = _cells(x, y)
    length_m = (pieces.length_m / counts)[piece]
    room = _LINES_THAT_COUNT * _CELL_M / np.bincount(cell, length_m)
    counted = np.bincount(piece, length_m * np.minimum(room, 1.0)[cell], minlength=len(pieces))
    return np.asarray(counted, np.float64)


def _cells(x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.int64]:
    """(n,) which of the squares in use each place is in."""
    row, column = (np.floor((metres - metres.min()) / _CELL_M).astype(np.int64) for metres in (y_m, x_m))
    _, cell = np.unique(row * (column.max() + 1) + column, return_inverse=True)
    return np.asarray(cell, np.int64)


def piece_lines(network: WalkNetwork, pieces: Pieces) -> Lines:
    """The pieces as they run on the ground, bends included."""
    axis = _Axis.of(network)
    first = np.zeros(len(pieces) + 1, np.int64)
    for some in portions(len(pieces)):
        first[some.start + 1 : some.stop + 1] = axis.bends(network, pieces, some)[3] + 2
    np.cumsum(first, out=first)
    lon, lat = np.empty(first[-1]), np.empty(first[-1])
    for some in portions(len(pieces)):
        mine = slice(first[some.start], first[some.stop])
        place = _stops(axis, *axis.bends(network, pieces, some))
        east, lat[mine] = axis.degrees(network, place)
        # No line runs round the world because its plane lies on the other side of the antimeridian.
        lon[mine] = beside(east, np.repeat(pieces.middle.lon[some], np.diff(first[some.start : some.stop + 1])))
    return Lines(first=first, lon=lon, lat=lat)


def _stops(
    axis: "_Axis",
    start: NDArray[np.float64],
    stop: NDArray[np.float64],
    first_bend: NDArray[np.int64],
    bends: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Both ends of each piece and the bends between, as places on the axis."""
    first = np.concatenate(([0], np.cumsum(bends + 2))).astype(np.int64)
    place = np.empty(first[-1])
    inner = np.ones(place.size, np.bool_)
    inner[first[:-1]] = inner[first[1:] - 1] = False
    # A piece's first bend stands behind its start.
    bend = np.flatnonzero(inner) + np.repeat(first_bend - first[:-1] - 1, bends)
    place[inner] = axis.along_m[bend]
    place[first[:-1]], place[first[1:] - 1] = start, stop
    return place


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Axis:
    """All edges' shapes one behind the other on one axis, a metre between two: along_m (p,), of each shape point."""

    along_m: NDArray[np.float64]

    @classmethod
    def of(cls, network: WalkNetwork) -> "_Axis":
        steps = np.hypot(np.diff(network.shape_x.astype(np.float64)), np.diff(network.shape_y.astype(np.float64)))
        steps[np.diff(network.shape_edge) != 0] = 1.0
        return cls(along_m=np.concatenate(([0.0], np.cumsum(steps))))

    def at(self, network: WalkNetwork, edge: NDArray[np.int32], fraction: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where on the axis a fraction of an edge is."""
        low = self.along_m[network.shape_start[edge]]
        high = self.along_m[network.shape_start[edge + 1] - 1]
        return np.asarray(low + fraction * (high - low))

    def bends(
        self, network: WalkNetwork, pieces: Pieces, some: slice
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
        """Of some pieces: where each starts and stops, the first shape point after its start, how many lie in it."""
        edge = pieces.middle.edge[some]
        start, stop = self.at(network, edge, pieces.begin[some]), self.at(network, edge, pieces.end[some])
        first = np.searchsorted(self.along_m, start, side="right")
        return start, stop, first, np.maximum(np.searchsorted(self.along_m, stop, side="left") - first, 0)

    def degrees(
        self, network: WalkNetwork, place: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """lon, lat of places on the axis."""
        lon, lat = np.empty(place.size), np.empty(place.size)
        for some in portions(place.size):
            lon[some], lat[some] = network.plane.to_lonlat(*self.metres(network, place[some]))
        return lon, lat

    def metres(
        self, network: WalkNetwork, place: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """x, y of places on the axis, in the network's plane."""
        return (
            np.interp(place, self.along_m, network.shape_x),
            np.interp(place, self.along_m, network.shape_y),
        )


def _places(
    network: WalkNetwork, axis: _Axis, edge: NDArray[np.int32], fraction: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return axis.degrees(network, axis.at(network, edge, fraction))
