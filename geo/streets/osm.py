"""The streets of an OSM extract as a walk network."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import osmium

from geo.streets.drawn_streets import LACKING, DrawnStreets
from geo.streets.line_network import build_from_shared_points
from geo.streets.network_builder import DEFAULT_SNAP_LIMIT_M, BuildSummary
from geo.streets.opening import Settled, is_not_built_yet, settle
from geo.streets.osm_file import is_twice, osm_as_it_is
from geo.streets.pace import WALKING, Pace
from geo.streets.progress import Progress, no_progress
from geo.streets.walk_network import WalkNetwork
from geo.streets.walkability import (
    LeftOut,
    Passage,
    Walkable,
    find_street_kind,
    find_wait,
    is_fence,
    is_square,
    is_way_through,
    judge_point,
    judge_way,
)

OSM_ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
OSM_SUFFIXES = (".osm.pbf", ".osm.gz", ".osm.bz2", ".osm", ".pbf")

_REPORT_EVERY = 2_000
_GIVE_ANOTHER = "give an unbroken .osm.pbf, .osm.gz or .osm file, or a road layer by --lines"
# A way without any of these is no street.
_STREET_KEYS = ("highway", "man_made", "public_transport", "railway")


class UnreadableExtract(ValueError):
    """The file cannot be read as an OSM extract."""

    def __init__(self, path: Path, why: str, advice: str = _GIVE_ANOTHER) -> None:
        super().__init__(f"cannot read {path} as an OSM extract ({why}): {advice}")


class UnsortedExtract(UnreadableExtract):
    """The file's objects are not in OSM's order: nodes, ways, relations, each by number."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(path, why, f"sort it first, `osmium sort {path.name} -o sorted.osm.pbf`, and give that")


def build_from_osm(
    path: Path | str,
    *,
    name: str | None = None,
    snap_limit_m: float = DEFAULT_SNAP_LIMIT_M,
    pace: Pace = WALKING,
    on: date | None = None,
    progress: Progress = no_progress,
) -> tuple[WalkNetwork, BuildSummary]:
    """The pedestrian network of an OSM extract (.osm.pbf, .osm.gz, .osm); which ways it takes: `walkability.py`.

    pace: what stairs, private ground and crossings cost; its speed matters only for the waits. on: the day on which
    works are looked at that close, or open, a way between two dates; without one none of them counts.

    Raises:
        UnreadableExtract: no OSM file, or a broken one.
        UnsortedExtract: it has to be sorted first.
        EmptyNetwork: it holds no street for walkers.
    """
    path = Path(path)
    try:
        try:
            with osm_as_it_is(path) as current:
                streets = _read(current, pace, on, progress)
        except RuntimeError as error:
            if not is_twice(error):
                raise
            with osm_as_it_is(path, copied=True) as current:
                streets = _read(current, pace, on, progress)
        as_of = _as_of(path)
    except (RuntimeError, OSError) as error:
        kind = UnsortedExtract if "out of order" in str(error) else UnreadableExtract
        raise kind(path, str(error)) from error
    if not streets.point and streets.left_out[LACKING]:
        raise UnsortedExtract(path, "the points of its streets come after them, or are not there")
    streets.join_squares()
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
        notes=dict(streets.notes.most_common()),
    )


def _read(path: Path, pace: Pace, on: date | None, progress: Progress) -> DrawnStreets:
    streets = DrawnStreets(pace)
    processor = osmium.FileProcessor(str(path)).with_areas(osmium.filter.KeyFilter(*_STREET_KEYS))
    items: Iterable[Any] = processor.with_filter(osmium.filter.KeyFilter("barrier", *_STREET_KEYS))
    for count, item in enumerate(items):
        if count % _REPORT_EVERY == 0:
            progress("reading ways", count, None)
        if item.is_node():
            _take_node(streets, item, on)
        elif item.is_way() and find_street_kind(item.tags):
            _take_way(streets, item, on)
        elif item.is_way() and is_fence(item.tags):
            streets.fences.append([(node.lon, node.lat) for node in item.nodes if node.location.valid()])
        elif item.is_area() and not item.from_way() and find_street_kind(item.tags):
            _take_multipolygon(streets, item, on)
    return streets


def _as_of(path: Path) -> str:
    with osmium.io.Reader(str(path), osmium.osm.osm_entity_bits.NOTHING) as reader:
        return reader.header().get("osmosis_replication_timestamp")


def _take_node(streets: DrawnStreets, node: Any, on: date | None) -> None:
    settled = settle(node.tags, on)
    passage = judge_point(settled.tags)
    if passage is Passage.SHUT:
        streets.stops.add(node.id)
        streets.left_out["barriers that stop walkers"] += 1
    elif passage is Passage.PRIVATE:
        streets.gates[node.id] = ""
    elif settled.hours and is_way_through(node.tags):
        streets.gates[node.id] = settled.hours
    elif wait := find_wait(node.tags):
        streets.waits[node.id] = wait
    if is_way_through(node.tags):
        streets.notes.update(settled.notes)


def _take_way(streets: DrawnStreets, way: Any, on: date | None) -> None:
    settled = settle(way.tags, on)
    verdict = _judge(settled, on)
    if isinstance(verdict, LeftOut):
        streets.left_out[verdict.reason] += 1
        return
    streets.notes.update(settled.notes)
    if verdict.area and way.is_closed():
        kind = streets.kind(way.tags, verdict.flags, settled.hours, area=True)
        streets.add_area([way.nodes], kind, is_square=is_square(way.tags))
    else:
        streets.add_way(way.nodes, streets.kind(way.tags, verdict.flags, settled.hours))


def _take_multipolygon(streets: DrawnStreets, area: Any, on: date | None) -> None:
    settled = settle(area.tags, on)
    verdict = _judge(settled, on, multipolygon=True)
    if isinstance(verdict, LeftOut):
        streets.left_out[verdict.reason] += 1
        return
    streets.notes.update(settled.notes)
    for outer in area.outer_rings():
        kind = streets.kind(area.tags, verdict.flags, settled.hours, area=True)
        streets.add_area([outer, *area.inner_rings(outer)], kind, is_square=is_square(area.tags))


def _judge(settled: Settled, on: date | None, *, multipolygon: bool = False) -> Walkable | LeftOut:
    verdict = judge_way(settled.tags, multipolygon=multipolygon)
    if isinstance(verdict, LeftOut):
        return LeftOut(reason="closed on the day of the build") if settled.closed_by_date else verdict
    return LeftOut(reason="not built yet") if is_not_built_yet(settled.tags, on) else verdict


def _stem(path: Path) -> str:
    for suffix in OSM_SUFFIXES:
        if path.name.endswith(suffix):
            return path.name.removesuffix(suffix)
    return path.stem
