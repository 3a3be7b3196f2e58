"""The streets of a map as they are read, way by way: cut at barriers, squares crossed, at last as lines."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.streets.line_network import Lines
from geo.streets.pace import Pace
from geo.streets.plazas import lines_across
from geo.streets.progress import Progress
from geo.streets.ties import Ties, find_ties, spread_out
from geo.streets.walk_network import EdgeFlag
from geo.streets.walkability import Tags, Wait, is_for_walkers, is_on_ground, is_under_the_sky

LACKING = "points that the extract lacks"
# A bridge, a tunnel or a square is taken only where a street on the ground is this much farther (assumption): whoever
# is beside a bridge mostly stands under it, and who is beside a square stands at the street as well.
ASIDE_HANDICAP_M = 25.0


# Nobody steps onto these from beside them.
_NO_WAY_OUT = EdgeFlag.PRIVATE | EdgeFlag.STEPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What the points of a line have in common. for_walkers: it crosses roads, rather than being one. on_ground: no
    bridge and no tunnel. handicap_m: by how much another street may be farther from a place and is taken instead.
    hours: number of those at which it is open, -1 for always. is_open: one steps onto it from beside it.
    is_lift: one waits for it."""

    flags: EdgeFlag
    street: int
    for_walkers: bool
    on_ground: bool
    handicap_m: float
    hours: int = -1
    is_open: bool = False
    is_lift: bool = False


@dataclass(slots=True)
class Area:
    """An area to be crossed: rings of node numbers and of positions (k, 2), the outer one first. is_square: it lies
    open to the streets beside it."""

    rings: list[tuple[list[int], NDArray[np.float64]]]
    kind: Kind
    is_square: bool


class _Corner(NamedTuple):
    """A point of an area's rim. area: which of the areas; is_met: a street meets it there."""

    number: int
    lon: float
    lat: float
    area: int
    is_met: bool


@dataclass(slots=True)
class DrawnStreets:
    """What has been read so far; lines grow in flat arrays, since a city has millions of points.

    stops: points that nobody passes. gates: points that some pass, by the hours at which all do, "" for never.
    """

    pace: Pace
    point: "array[int]" = field(default_factory=lambda: array("q"))
    lon: "array[float]" = field(default_factory=lambda: array("d"))
    lat: "array[float]" = field(default_factory=lambda: array("d"))
    on_ground: "array[int]" = field(default_factory=lambda: array("B"))
    wait_s: "array[float]" = field(default_factory=lambda: array("d"))
    start: "array[int]" = field(default_factory=lambda: array("q", [0]))
    flags: "array[int]" = field(default_factory=lambda: array("B"))
    handicap_m: "array[float]" = field(default_factory=lambda: array("d"))
    street: "array[int]" = field(default_factory=lambda: array("q"))
    hours: "array[int]" = field(default_factory=lambda: array("q"))
    is_open: "array[int]" = field(default_factory=lambda: array("B"))
    names: dict[str, int] = field(default_factory=dict)
    hours_texts: dict[str, int] = field(default_factory=dict)
    stops: set[int] = field(default_factory=set)
    gates: dict[int, str] = field(default_factory=dict)
    waits: dict[int, Wait] = field(default_factory=dict)
    areas: list[Area] = field(default_factory=list)
    fences: list[list[tuple[float, float]]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    made_up: int = 0

    def add_way(self, nodes: Iterable[Any], kind: Kind) -> None:
        """A way, cut where a barrier stops walkers, at private gates, and where the extract lacks a point."""
        piece: list[tuple[int, float, float]] = []
        for node in nodes:
            if not node.location.valid():
                self.left_out[LACKING] += 1
                self._add_piece(piece, kind)
                piece = []
                continue
            piece.append((node.ref, node.lon, node.lat))
            if node.ref in self.stops or node.ref in self.gates:
                self._add_piece(piece, kind)
                piece = piece[-1:]
        self._add_piece(piece, kind)

    def add_area(self, rings: Sequence[Iterable[Any]], kind: Kind, *, is_square: bool) -> None:
        """An area: its rims are walked now, the lines across when every street that meets it is known."""
        area = Area([], kind, is_square)
        for ring in rings:
            nodes = [(node.ref, node.lon, node.lat) for node in ring if node.location.valid()]
            self._add_line(nodes, kind)
            area.rings.append(([node[0] for node in nodes], np.array([node[1:] for node in nodes]).reshape(-1, 2)))
        if all(len(numbers) > 3 and numbers[0] == numbers[-1] for numbers, _ in area.rings):
            self.areas.append(area)

    def join_squares(self) -> None:
        """Lay a line to the street beside it from every corner of a square at which no street meets it: many squares
        are drawn without, and whoever stands deep inside one would be led out at its far end."""
        number, passes = np.unique(np.asarray(self.point), return_counts=True)
        points: list[_Corner] = []
        for index, square in enumerate(self.areas):
            if not square.is_square or square.kind.hours >= 0 or square.kind.flags & EdgeFlag.PRIVATE:
                continue
            for numbers, xy in square.rings:
                own = np.ones(len(numbers) - 1, int)
                own[0] = 2
                is_met = passes[np.searchsorted(number, numbers[:-1])] > own
                points += map(_Corner, numbers[:-1], *xy[:-1].T.tolist(), [index] * own.size, is_met.tolist())
        corners, doors = ([point for point in points if point.is_met is is_met] for is_met in (False, True))
        for corner, on_street in self._ties(corners, doors):
            self._add_line([(corner.number, corner.lon, corner.lat), on_street], self.areas[corner.area].kind)

    def _ties(self, corners: list[_Corner], doors: list[_Corner]) -> Iterator[tuple[_Corner, tuple[int, float, float]]]:
        """The corners to be joined, and the new points on streets that each is joined to."""
        segment = self._open_segments()
        lon, lat = np.asarray(self.lon), np.asarray(self.lat)
        ends = np.stack([np.column_stack((lon[at], lat[at])) for at in (segment, segment + 1)], axis=1)
        rim, door = (np.array([(one.lon, one.lat) for one in some]).reshape(-1, 2) for some in (corners, doors))
        square, door_of = (np.array([one.area for one in some], np.int64) for some in (corners, doors))
        ties = find_ties(rim, ends, [np.array(fence) for fence in self.fences])
        ties = spread_out(ties, rim, square, door, door_of)
        on_street = self._insert(segment[ties.segment], ties)
        for index, place, *at in zip(ties.rim.tolist(), on_street, ties.lon.tolist(), ties.lat.tolist(), strict=True):
            yield corners[index], (place, at[0], at[1])

    def cross_areas(self, progress: Progress) -> None:
        """Lay the lines across every area."""
        number, first, passes = np.unique(np.asarray(self.point), return_index=True, return_counts=True)
        ground = first[np.asarray(self.on_ground)[first] != 0]
        ground = ground[np.argsort(np.asarray(self.lon)[ground], kind="stable")]
        streets = np.asarray(self.point)[ground], np.asarray(self.lon)[ground], np.asarray(self.lat)[ground]
        for done, area in enumerate(self.areas):
            progress("crossing squares", done, len(self.areas))
            doors = []
            for numbers, _ in area.rings:
                own = np.zeros(len(numbers), int) + 1
                own[[0, -1]] = 2
                doors.append(passes[np.searchsorted(number, numbers)] > own)
            met = [*area.rings, _points_over(streets, area)] if area.kind.on_ground else area.rings
            inside = met[-1][1] if area.kind.on_ground else None
            for ends in lines_across([xy for _, xy in area.rings], doors, inside):
                line = [(met[ring][0][at], *met[ring][1][at].tolist()) for ring, at in ends]
                self._add_line(line, area.kind)

    def kind(self, tags: Tags, flags: EdgeFlag, hours: str = "", *, area: bool = False) -> Kind:
        """Of a way with these tags and hours, or of an area's rim; its street is -1 where it has no name."""
        text = tags.get("name") or tags.get("ref") or ""
        street = self.names.setdefault(text, len(self.names)) if text else -1
        on_ground = is_on_ground(tags)
        return Kind(
            flags=flags,
            street=street,
            for_walkers=is_for_walkers(tags),
            on_ground=on_ground,
            handicap_m=ASIDE_HANDICAP_M if area or not on_ground else 0.0,
            hours=-1 if flags & EdgeFlag.PRIVATE else self._hours_number(hours),
            is_open=not area and not hours and not flags & _NO_WAY_OUT and is_under_the_sky(tags),
            is_lift=not area and tags.get("highway") == "elevator",
        )

    def lines(self) -> Lines:
        """All of it, as arrays."""
        return Lines(
            point=np.asarray(self.point, np.int64),
            lon=np.asarray(self.lon, np.float64),
            lat=np.asarray(self.lat, np.float64),
            start=np.asarray(self.start, np.int64),
            flags=np.asarray(self.flags, np.uint8),
            handicap_m=np.asarray(self.handicap_m, np.float64),
            street=np.asarray(self.street, np.int64),
            street_names=list(self.names),
            wait_s=np.asarray(self.wait_s, np.float64),
            hours=np.asarray(self.hours, np.int64),
            hours_texts=list(self.hours_texts),
        )

    def _open_segments(self) -> NDArray[np.int64]:
        """(s,) the first points of all segments of streets that one steps onto from beside them."""
        line = np.repeat(np.arange(len(self.flags)), np.diff(np.asarray(self.start)))
        within = np.flatnonzero(line[1:] == line[:-1])
        return np.asarray(within[np.asarray(self.is_open)[line[within]] != 0])

    def _insert(self, segment: NDArray[np.int64], ties: Ties) -> list[int]:
        """New points where ties meet segments, which are told by their first points: their numbers."""
        made = np.array([self._made_up_point() for _ in range(segment.size)], np.int64)
        order = np.lexsort((ties.at, segment))
        places = segment[order] + 1
        self.start = array("q", (np.asarray(self.start) + np.searchsorted(places, self.start)).tobytes())
        for name, code, values in (
            ("point", "q", made[order]),
            ("lon", "d", ties.lon[order]),
            ("lat", "d", ties.lat[order]),
            ("on_ground", "B", 1),
            ("wait_s", "d", 0.0),
        ):
            setattr(self, name, array(code, np.insert(np.asarray(getattr(self, name)), places, values).tobytes()))
        return [int(number) for number in made]

    def _gate(self, hours: str) -> Kind:
        return Kind(
            flags=EdgeFlag.GATE if hours else EdgeFlag.GATE | EdgeFlag.PRIVATE,
            street=-1,
            for_walkers=False,
            on_ground=True,
            handicap_m=0.0,
            hours=self._hours_number(hours),
        )

    def _hours_number(self, hours: str) -> int:
        return self.hours_texts.setdefault(hours, len(self.hours_texts)) if hours else -1

    def _add_piece(self, points: list[tuple[int, float, float]], kind: Kind) -> None:
        """A line up to the barriers at its ends."""
        if len(points) < 2:
            return
        points = list(points)
        for end in (0, -1):
            number, lon, lat = points[end]
            if number in self.stops or number in self.gates:
                # One may walk up to the barrier from every side: dead ends, each with a point of its own.
                points[end] = (self._made_up_point(), lon, lat)
            if number in self.gates:
                # A stretch without length: the way through a gate is private ground, or has hours, as any other.
                self._add_line([points[end], (number, lon, lat)], self._gate(self.gates[number]))
        self._add_line(points, kind)

    def _add_line(self, points: list[tuple[int, float, float]], kind: Kind) -> None:
        if len(points) < 2:
            return
        for point, lon, lat in points:
            self.point.append(point)
            self.lon.append(lon)
            self.lat.append(lat)
            self.wait_s.append(self._wait_s(point, kind))
            self.on_ground.append(kind.on_ground)
        if kind.is_lift:
            # Half of the wait at an end is the line's own.
            self.wait_s[-1] += self.pace.lift_wait_s
            self.wait_s[-len(points)] += self.pace.lift_wait_s
        self.start.append(len(self.point))
        self.flags.append(kind.flags)
        self.handicap_m.append(kind.handicap_m)
        self.street.append(kind.street)
        self.hours.append(kind.hours)
        self.is_open.append(kind.is_open)

    def _wait_s(self, point: int, kind: Kind) -> float:
        wait = self.waits.get(point)
        if wait is None or (wait.who_crosses and not kind.for_walkers):
            return 0.0
        if wait.lift:
            return self.pace.lift_wait_s
        return wait.share * (self.pace.signal_wait_s if wait.signal else self.pace.crossing_wait_s)

    def _made_up_point(self) -> int:
        # OSM's own numbers are positive; an editor's not yet uploaded ones are small negative ones.
        self.made_up += 1
        return -(2**62) - self.made_up


def _points_over(
    streets: tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]], area: Area
) -> tuple[list[int], NDArray[np.float64]]:
    """Numbers and positions of the streets' points within the box around an area, its own left out; `streets`: number,
    lon and lat of every point, in the order of lon."""
    number, lon, lat = streets
    (west, south), (east, north) = area.rings[0][1].min(axis=0), area.rings[0][1].max(axis=0)
    rows = slice(int(np.searchsorted(lon, west)), int(np.searchsorted(lon, east, side="right")))
    own = np.concatenate([numbers for numbers, _ in area.rings])
    chosen = (lat[rows] >= south) & (lat[rows] <= north) & ~np.isin(number[rows], own)
    return number[rows][chosen].tolist(), np.column_stack((lon[rows][chosen], lat[rows][chosen]))
