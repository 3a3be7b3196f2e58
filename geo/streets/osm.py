"""The streets of an OSM extract as a walk network."""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from numpy.typing import NDArray

from geo.streets.line_network import Lines, build_from_shared_points
from geo.streets.network_builder import DEFAULT_SNAP_LIMIT_M, BuildSummary
from geo.streets.pace import WALKING, Pace
from geo.streets.plazas import lines_across
from geo.streets.progress import Progress, no_progress
from geo.streets.walk_network import EdgeFlag, WalkNetwork
from geo.streets.walkability import (
    LeftOut,
    Tags,
    Wait,
    find_wait,
    is_for_walkers,
    is_on_ground,
    judge_way,
    stops_walkers,
)

OSM_ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
OSM_SUFFIXES = (".osm.pbf", ".osm.gz", ".osm.bz2", ".osm", ".pbf")

_REPORT_EVERY = 2_000
# A bridge, a tunnel or a square is taken only where a street on the ground is this much farther (assumption): whoever
# is beside a bridge mostly stands under it, and who is beside a square stands at the street as well.
ASIDE_HANDICAP_M = 25.0


class UnreadableExtract(ValueError):
    """The file cannot be read as an OSM extract."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"cannot read {path} as an OSM extract ({why}): give an unbroken .osm.pbf, .osm.gz or .osm file, "
            "or a road layer by --lines"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """What the points of a line have in common. for_walkers: it crosses roads, rather than being one. on_ground: no
    bridge and no tunnel. handicap_m: by how much another street may be farther from a place and is taken instead."""

    flags: EdgeFlag
    street: int
    for_walkers: bool
    on_ground: bool
    handicap_m: float


@dataclass(slots=True)
class _Area:
    """An area to be crossed: rings of node numbers and of positions (k, 2), the outer one first."""

    rings: list[tuple[list[int], NDArray[np.float64]]]
    kind: _Kind


@dataclass(slots=True)
class _Streets:
    """What has been read so far; lines grow in flat arrays, since a city has millions of points."""

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
    names: dict[str, int] = field(default_factory=dict)
    stops: set[int] = field(default_factory=set)
    waits: dict[int, Wait] = field(default_factory=dict)
    areas: list[_Area] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    made_up: int = 0

    def add_way(self, nodes: Iterable[Any], kind: _Kind) -> None:
        """A way, cut where a barrier stops walkers and where the extract lacks a point."""
        piece: list[tuple[int, float, float]] = []
        for node in nodes:
            if not node.location.valid():
                self.left_out["points that the extract lacks"] += 1
                self._add_line(piece, kind)
                piece = []
            elif node.ref in self.stops:
                # One may walk up to the barrier from either side: two dead ends, each with a point of its own.
                self._add_line([*piece, (self._made_up_point(), node.lon, node.lat)], kind)
                piece = [(self._made_up_point(), node.lon, node.lat)]
            else:
                piece.append((node.ref, node.lon, node.lat))
        self._add_line(piece, kind)

    def add_area(self, rings: Sequence[Iterable[Any]], kind: _Kind) -> None:
        """An area: its rims are walked now, the lines across when every street that meets it is known."""
        area = _Area([], kind)
        for ring in rings:
            nodes = [(node.ref, node.lon, node.lat) for node in ring if node.location.valid()]
            self._add_line(nodes, kind)
            area.rings.append(([node[0] for node in nodes], np.array([node[1:] for node in nodes]).reshape(-1, 2)))
        if all(len(numbers) > 3 and numbers[0] == numbers[-1] for numbers, _ in area.rings):
            self.areas.append(area)

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

    def kind(self, tags: Tags, flags: EdgeFlag, *, area: bool = False) -> _Kind:
        """Of a way with these tags, or of an area's rim; its street is -1 where it has no name."""
        text = tags.get("name") or tags.get("ref") or ""
        street = self.names.setdefault(text, len(self.names)) if text else -1
        on_ground = is_on_ground(tags)
        return _Kind(
            flags=flags,
            street=street,
            for_walkers=is_for_walkers(tags),
            on_ground=on_ground,
            handicap_m=ASIDE_HANDICAP_M if area or not on_ground else 0.0,
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
        )

    def _add_line(self, points: list[tuple[int, float, float]], kind: _Kind) -> None:
        if len(points) < 2:
            return
        for point, lon, lat in points:
            self.point.append(point)
            self.lon.append(lon)
            self.lat.append(lat)
            self.wait_s.append(self._wait_s(point, kind))
            self.on_ground.append(kind.on_ground)
        self.start.append(len(self.point))
        self.flags.append(kind.flags)
        self.handicap_m.append(kind.handicap_m)
        self.street.append(kind.street)

    def _wait_s(self, point: int, kind: _Kind) -> float:
        wait = self.waits.get(point)
        if wait is None or (wait.who_crosses and not kind.for_walkers):
            return 0.0
        return wait.share * (self.pace.signal_wait_s if wait.signal else self.pace.crossing_wait_s)

    def _made_up_point(self) -> int:
        # OSM's own numbers are positive; an editor's not yet uploaded ones are small negative ones.
        self.made_up += 1
        return -(2**62) - self.made_up


def _points_over(
    streets: tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]], area: _Area
) -> tuple[list[int], NDArray[np.float64]]:
    """Numbers and positions of the streets' points within the box around an area, its own left out; `streets`: number,
    lon and lat of every point, in the order of lon."""
    number, lon, lat = streets
    (west, south), (east, north) = area.rings[0][1].min(axis=0), area.rings[0][1].max(axis=0)
    rows = slice(int(np.searchsorted(lon, west)), int(np.searchsorted(lon, east, side="right")))
    own = np.concatenate([numbers for numbers, _ in area.rings])
    chosen = (lat[rows] >= south) & (lat[rows] <= north) & ~np.isin(number[rows], own)
    return number[rows][chosen].tolist(), np.column_stack((lon[rows][chosen], lat[rows][chosen]))


def build_from_osm(
    path: Path | str,
    *,
    name: str | None = None,
    snap_limit_m: float = DEFAULT_SNAP_LIMIT_M,
    pace: Pace = WALKING,
    progress: Progress = no_progress,
) -> tuple[WalkNetwork, BuildSummary]:
    """The pedestrian network of an OSM extract (.osm.pbf, .osm.gz, .osm); which ways it takes: `walkability.py`.

    pace: what stairs, private ground and crossings cost; its speed matters only for the waits.

    Raises:
        UnreadableExtract: no OSM file, or a broken one.
        EmptyNetwork: it holds no street for walkers.
    """
    path = Path(path)
    try:
        streets, as_of = _read(path, pace, progress)
    except (RuntimeError, OSError) as error:
        raise UnreadableExtract(path, str(error)) from error
    streets.cross_areas(progress)
    progress("building the network", 0, None)
    return build_from_shared_points(
        streets.lines(),
        name=name or _stem(path),
        source=f"{path.name}, OpenStreetMap{f' as of {as_of}' if as_of else ''}",
        attribution=OSM_ATTRIBUTION,
        snap_limit_m=snap_limit_m,
        pace=pace,
        left_out=dict(streets.left_out.most_common()),
    )


def _read(path: Path, pace: Pace, progress: Progress) -> tuple[_Streets, str]:
    streets = _Streets(pace)
    processor = osmium.FileProcessor(str(path)).with_areas(osmium.filter.KeyFilter("highway"))
    as_of = processor.header.get("osmosis_replication_timestamp")
    items: Iterable[Any] = processor.with_filter(osmium.filter.KeyFilter("highway", "barrier"))
    for count, item in enumerate(items):
        if count % _REPORT_EVERY == 0:
            progress("reading ways", count, None)
        if item.is_node():
            _take_node(streets, item)
        elif item.is_way() and "highway" in item.tags:
            _take_way(streets, item)
        elif item.is_area() and not item.from_way() and "highway" in item.tags:
            _take_multipolygon(streets, item)
    return streets, as_of


def _take_node(streets: _Streets, node: Any) -> None:
    if stops_walkers(node.tags):
        streets.stops.add(node.id)
        streets.left_out["barriers that stop walkers"] += 1
    elif wait := find_wait(node.tags):
        streets.waits[node.id] = wait


def _take_way(streets: _Streets, way: Any) -> None:
    verdict = judge_way(way.tags)
    if isinstance(verdict, LeftOut):
        streets.left_out[verdict.reason] += 1
    elif verdict.area and way.is_closed():
        streets.add_area([way.nodes], streets.kind(way.tags, verdict.flags, area=True))
    else:
        streets.add_way(way.nodes, streets.kind(way.tags, verdict.flags))


def _take_multipolygon(streets: _Streets, area: Any) -> None:
    verdict = judge_way(area.tags, multipolygon=True)
    if isinstance(verdict, LeftOut):
        streets.left_out[verdict.reason] += 1
        return
    for outer in area.outer_rings():
        streets.add_area([outer, *area.inner_rings(outer)], streets.kind(area.tags, verdict.flags, area=True))


def _stem(path: Path) -> str:
    for suffix in OSM_SUFFIXES:
        if path.name.endswith(suffix):
            return path.name.removesuffix(suffix)
    return path.stem
