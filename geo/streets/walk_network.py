"""The pedestrian street network: immutable arrays, one file mapped into memory, points that snap to edges."""

import threading
from dataclasses import dataclass, field, fields, replace
from enum import IntFlag
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.places.projection import LocalPlane
from geo.streets.network_file import CorruptNetwork, ForeignNetworkFile, read_network_file, write_network_file
from geo.streets.snapping import nearest_edges
from geo.streets.zones import zones_of

__all__ = [
    "CorruptNetwork",
    "EdgeFlag",
    "ForeignNetworkFile",
    "NotOnNetwork",
    "Snap",
    "Snaps",
    "WalkNetwork",
]

Float32s = NDArray[np.float32]
Float64s = NDArray[np.float64]
Int32s = NDArray[np.int32]

# Generations are int32; past this the stamps are cleared, once in hours of searching without a pause.
_LAST_GENERATION = 2**31 - 2**20


class EdgeFlag(IntFlag):
    """What is special about an edge."""

    STEPS = 1
    PRIVATE = 2
    FORWARD_ONLY = 4
    BACKWARD_ONLY = 8
    ISLAND = 16
    GATE = 32
    # Of steps: they lead up, or down, from the edge's start to its end.
    RISING = 64
    FALLING = 128


class NotOnNetwork(ValueError):
    """The place lies farther from any street than the limit; ask `straight_walk_times` instead."""

    def __init__(self, lon: float, lat: float, limit_m: float) -> None:
        super().__init__(f"no street within {limit_m:g} m of {lon:.6f},{lat:.6f}: is it inside the network's area?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snap:
    """A place and the nearest point of the nearest edge.

    lon, lat: the place itself, degrees. edge: index. fraction: how far along the edge, 0 at its start, 1 at its end.
    distance_m: from the place to that point; it is walked too.
    """

    lon: float
    lat: float
    edge: int
    fraction: float
    distance_m: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snaps:
    """Many places on the network; arrays of (n,) as in `Snap`. edge is -1 where no street is within the limit."""

    lon: Float64s
    lat: Float64s
    edge: Int32s
    fraction: Float32s
    distance_m: Float32s

    def __len__(self) -> int:
        return self.edge.size

    def __getitem__(self, index: int) -> Snap:
        return Snap(
            lon=float(self.lon[index]),
            lat=float(self.lat[index]),
            edge=int(self.edge[index]),
            fraction=float(self.fraction[index]),
            distance_m=float(self.distance_m[index]),
        )

    def take(self, index: NDArray[Any]) -> "Snaps":
        """Those at `index` (integers or a mask), in that order."""
        return Snaps(**{item.name: np.ascontiguousarray(getattr(self, item.name)[index]) for item in fields(self)})

    @property
    def on_network(self) -> NDArray[np.bool_]:
        """(n,) whether a street is near enough."""
        return self.edge >= 0


@dataclass(slots=True, eq=False)
class SearchBuffers:
    """One thread's scratch arrays for searches, (nodes,) each but the heap; never cleared between searches."""

    labels: tuple[Float32s, Int32s, Int32s, Int32s, Float32s, Int32s]
    generation: int = 0

    def next_generation(self, count: int = 1) -> int:
        """The first of `count` fresh generations."""
        if self.generation + count >= _LAST_GENERATION:
            self.labels[1][:] = 0
            self.generation = 0
        first = self.generation + 1
        self.generation += count
        return first


@dataclass(frozen=True, kw_only=True, eq=False)
class WalkNetwork:
    """The streets a walker may use. Immutable: share one between threads; each gets scratch arrays of its own.

    Nodes and edges are numbered along a Morton curve, so that what is near on the ground is near in memory. Make one
    with `network_builder.build_network`, or load one.

    node_lon, node_lat: (n,) float64 degrees, WGS-84. node_zone: (n,) int32, 0 on public ground, else the private
        zone the node lies in. node_part: (n,) int32, the connected part; within one part every place has a way to every
        other, between two there is none.
    arc_start: (n + 1,) int32, arcs of node i are arc_start[i]:arc_start[i + 1], one per edge and direction.
    arc_head, arc_edge: (m,) int32. arc_effort_out: (m,) float32 effort from the node to the head, arc_effort_in from
        the head to the node; inf where that is forbidden.
    edge_from, edge_to: (e,) int32. edge_length_m, edge_effort_ahead (from -> to), edge_effort_back: (e,) float32.
    edge_flags: (e,) uint8, `EdgeFlag`. edge_street: (e,) int32 index of the street's name.
    shape_start: (e + 1,) int32, the polyline of edge i, both ends included, is shape_start[i]:shape_start[i + 1] of
        shape_x, shape_y: (p,) float32 plane metres. shape_edge: (p,) int32. shape_handicap_m: (p,) uint8, by how much
        another edge may be farther and is taken instead.
    cell_start, cell_segment: the snap grid, segments by cell, a segment named by its first shape point.
    street_start: (s + 1,) int32 offsets into street_text, UTF-8 bytes; street 0 is the nameless one.
    node_block: (n,) int32, block_hours: (b,) int32, block_length_m: (b,) float32: ground of one kind, see `zones.py`;
        hours_start, hours_text: its hours, as `opening.py` reads them. All empty where the time of day does not matter.
        As it is loaded, a network is as by day: everything with hours is open.
    grid: x0, y0, cell metres, columns, rows. bounds: min lon, min lat, max lon, max lat.
    """

    node_lon: Float64s
    node_lat: Float64s
    node_zone: Int32s
    node_part: Int32s
    arc_start: Int32s
    arc_head: Int32s
    arc_edge: Int32s
    arc_effort_out: Float32s
    arc_effort_in: Float32s
    edge_from: Int32s
    edge_to: Int32s
    edge_length_m: Float32s
    edge_effort_ahead: Float32s
    edge_effort_back: Float32s
    edge_flags: NDArray[np.uint8]
    edge_street: Int32s
    shape_start: Int32s
    shape_x: Float32s
    shape_y: Float32s
    shape_edge: Int32s
    shape_handicap_m: NDArray[np.uint8]
    cell_start: Int32s
    cell_segment: Int32s
    street_start: Int32s
    street_text: NDArray[np.uint8]
    node_block: Int32s
    block_hours: Int32s
    block_length_m: Float32s
    hours_start: Int32s
    hours_text: NDArray[np.uint8]
    grid: tuple[float, float, float, int, int]
    plane: LocalPlane
    bounds: tuple[float, float, float, float]
    snap_limit_m: float
    name: str
    source: str
    attribution: str
    _local: threading.local = field(default_factory=threading.local, init=False, repr=False)

    def __post_init__(self) -> None:
        for array in self._arrays().values():
            array.flags.writeable = False

    @property
    def node_count(self) -> int:
        """How many nodes."""
        return self.node_lon.size

    @property
    def edge_count(self) -> int:
        """How many edges, each counted once for both directions."""
        return self.edge_from.size

    @cached_property
    def length_km(self) -> float:
        """Length of all edges."""
        return float(self.edge_length_m.sum(dtype=np.float64)) / 1000.0

    def street_name(self, edge: int) -> str:
        """Name of the edge's street, "" where it has none."""
        street = self.edge_street[edge]
        return self.street_text[self.street_start[street] : self.street_start[street + 1]].tobytes().decode()

    @cached_property
    def hours(self) -> tuple[str, ...]:
        """When parts of the network are open, as `opening.is_open` reads it."""
        text = self.hours_text.tobytes()
        return tuple(text[start:stop].decode() for start, stop in pairwise(self.hours_start.tolist()))

    def edges_with_hours(self) -> NDArray[np.bool_]:
        """(e,) whether an edge is open at certain hours only."""
        if self.node_block.size == 0:
            return np.zeros(self.edge_count, np.bool_)
        first, last = self.node_block[self.edge_from], self.node_block[self.edge_to]
        # Whatever joins two blocks is the fence between them, and no ground.
        return np.asarray((first == last) & (self.block_hours[first] >= 0))

    def with_open(self, is_open: NDArray[np.bool_]) -> "WalkNetwork":
        """The same network, sharing all but `node_zone`, with `hours` open as said: what is shut is private ground."""
        at = np.flatnonzero(self.edge_flags & EdgeFlag.GATE)
        gates = self.node_block[self.edge_from[at]], self.node_block[self.edge_to[at]]
        zones = zones_of(self.block_hours, self.block_length_m, *gates, is_open)
        view = replace(self, node_zone=zones[self.node_block])
        object.__setattr__(view, "_local", self._local)
        return view

    def snap(self, lon: ArrayLike, lat: ArrayLike, *, limit_m: float | None = None) -> Snaps:
        """The nearest edge to each place, in degrees (n,), handicaps counted; -1 where all are farther than `limit_m`
        (snap_limit_m)."""
        lons, lats = np.atleast_1d(np.asarray(lon, np.float64)), np.atleast_1d(np.asarray(lat, np.float64))
        edge = np.empty(lons.size, np.int32)
        fraction, distance_m = np.empty(lons.size, np.float32), np.empty(lons.size, np.float32)
        nearest_edges(
            (self.shape_x, self.shape_y, self.shape_handicap_m),
            self.shape_edge,
            self.shape_start,
            self.grid,
            (self.cell_start, self.cell_segment),
            self.plane.to_plane(lons, lats),
            float(self.snap_limit_m if limit_m is None else limit_m),
            (edge, fraction, distance_m),
        )
        return Snaps(lon=lons, lat=lats, edge=edge, fraction=fraction, distance_m=distance_m)

    def snap_one(self, lon: float, lat: float, *, limit_m: float | None = None) -> Snap:
        """The nearest edge to one place.

        Raises:
            NotOnNetwork: no street within `limit_m` (snap_limit_m).
        """
        found = self.snap(lon, lat, limit_m=limit_m)[0]
        if found.edge < 0:
            raise NotOnNetwork(lon, lat, self.snap_limit_m if limit_m is None else limit_m)
        return found

    def parts(self, edge: Int32s) -> Int32s:
        """(n,) the connected part that each edge belongs to, -1 where the edge is -1."""
        return np.where(edge < 0, np.int32(-1), self.node_part[self.edge_from[edge]])

    def buffers(self) -> SearchBuffers:
        """The calling thread's scratch arrays, made at its first search."""
        found: SearchBuffers | None = getattr(self._local, "buffers", None)
        if found is None:
            n, heap = self.node_count, self.arc_head.size + 2
            found = SearchBuffers(
                labels=(
                    np.empty(n, np.float32),
                    np.zeros(n, np.int32),
                    np.empty(n, np.int32),
                    np.empty(n, np.int32),
                    np.empty(heap, np.float32),
                    np.empty(heap, np.int32),
                )
            )
            self._local.buffers = found
        return found

    def save(self, path: Path | str) -> None:
        """Write the network to one file, all or nothing."""
        meta = {
            "grid": self.grid,
            "plane": (self.plane.lon0, self.plane.lat0),
            "bounds": self.bounds,
            "snap_limit_m": self.snap_limit_m,
            "name": self.name,
            "source": self.source,
            "attribution": self.attribution,
        }
        write_network_file(Path(path), meta, self._arrays())

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Map a network file into memory.

        Raises:
            ForeignNetworkFile, CorruptNetwork: the file is none or damaged; the message says what to do.
            FileNotFoundError: no such file.
        """
        meta, arrays = read_network_file(Path(path))
        values: dict[str, Any] = {**meta, **arrays}
        values["plane"] = LocalPlane(*meta["plane"])
        values["grid"], values["bounds"] = tuple(meta["grid"]), tuple(meta["bounds"])
        return cls(**values)

    def _arrays(self) -> dict[str, NDArray[Any]]:
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
