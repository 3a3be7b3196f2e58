"""Why two engines' walks differ: where their lines part, and what OSM says of the ways there."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import osmium
import shapely
from numpy.typing import NDArray

Line = list[tuple[float, float]]
Tags = dict[str, str]
# Metres of a walk, and the tags of the way there.
Parts = list[tuple[float, Tags]]

METRES_PER_DEGREE = 111_320.0
# Lines closer than this run on the same street; ends farther apart are snapped to different streets.
SAME_STREET_M = 3.0
SAME_END_M = 8.0
# A part that is shorter than this is not worth an explanation.
LEAST_PART_M = 6.0
_TOLD = (
    "highway", "access", "foot", "area", "service", "sac_scale", "bridge", "tunnel", "layer", "oneway:foot", "indoor",
    "incline", "conveying", "motorroad", "sidewalk", "footway", "informal", "locked", "man_made", "route", "level",
)  # fmt: skip
# Why one engine uses a way that the other does not; the first rule that fits names the cause.
_RULES: tuple[tuple[Callable[[Tags], bool], str], ...] = (
    (lambda tags: tags.get("area") == "yes" or tags.get("highway") == "none", "line across a square, or its rim"),
    (lambda tags: tags.get("foot", tags.get("access")) in {"agricultural", "forestry"}, "farm or forest way"),
    (lambda tags: tags.get("foot", tags.get("access")) in {"private", "no"}, "private or closed way"),
    (lambda tags: tags.get("foot", tags.get("access")) in {"customers", "permit"}, "customers' or residents' way"),
    (lambda tags: tags.get("highway") == "cycleway" and "foot" not in tags, "cycleway that does not name walkers"),
    (lambda tags: tags.get("highway") == "bridleway" and "foot" not in tags, "bridleway that does not name walkers"),
    (lambda tags: tags.get("highway") in {"trunk", "motorway", "trunk_link"}, "road for cars"),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Causes:
    """All ways of an extract that one might walk, with their tags, for looking up what lies under a line."""

    tree: Any
    ways: list[Any]
    tags: list[dict[str, str]]
    buildings: NDArray[np.float64]
    lon0: float
    lat0: float

    @classmethod
    def read(cls, extract: Path) -> Self:
        """Ways with a highway, railway=platform or route=ferry, and a point in every building."""
        lines: list[Any] = []
        tags: list[dict[str, str]] = []
        buildings: list[tuple[float, float]] = []
        filters = osmium.filter.KeyFilter("highway", "building", "route", "railway", "public_transport", "man_made")
        ways: Any = osmium.FileProcessor(str(extract)).with_locations().with_filter(filters)
        for way in ways:
            if not way.is_way():
                continue
            at = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
            if len(at) < 2:
                continue
            if "building" in way.tags:
                buildings.append(tuple(np.mean(at, axis=0).tolist()))
            else:
                lines.append(at)
                tags.append({tag.k: tag.v for tag in way.tags})
        lon0, lat0 = (float(value) for value in np.mean([line[0] for line in lines], axis=0))
        shapes = [shapely.LineString(_metres(line, lon0, lat0)) for line in lines]
        return cls(
            tree=shapely.STRtree(shapes), ways=shapes, tags=tags, buildings=np.array(buildings), lon0=lon0, lat0=lat0
        )

    def on_ways(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Those places that lie on a way as it is drawn."""
        points = shapely.points(_metres(places.tolist(), self.lon0, self.lat0))
        found, _ = self.tree.query_nearest(points, max_distance=1.0)
        return np.asarray(places[np.unique(found)])

    def explain(self, ours: Line | None, theirs: Line | None) -> tuple[str, str]:
        """(cause, evidence): the cause named by the first rule that fits, the evidence as metres and tags."""
        if ours is None or theirs is None:
            return ("no way for us" if ours is None else "no way for them"), ""
        a, b = (shapely.LineString(_metres(line, self.lon0, self.lat0)) for line in (ours, theirs))
        only_ours, only_theirs = self._only(a, b), self._only(b, a)
        evidence = f"{_told(only_ours)} / {_told(only_theirs)}"
        return self._name(a, b, only_ours, only_theirs), evidence

    def _name(self, a: Any, b: Any, only_ours: Parts, only_theirs: Parts) -> str:
        gaps = [shapely.Point(a.coords[end]).distance(shapely.Point(b.coords[end])) for end in (0, -1)]
        if max(gaps) > SAME_END_M:
            at = shapely.Point(a.coords[0 if gaps[0] >= gaps[1] else -1])
            tags = self.tags[int(self.tree.nearest(at))]
            why = next((cause for rule, cause in _RULES if rule(tags)), "another street")
            return f"begins or ends on: {why} (ours only)"
        for rule, cause in _RULES:
            for parts, whose in ((only_ours, "ours"), (only_theirs, "theirs")):
                if any(rule(tags) for _, tags in parts):
                    return f"{cause} ({whose} only)"
        return "same streets" if not only_ours and not only_theirs else "another way over common streets"

    def _only(self, a: Any, b: Any) -> Parts:
        """Parts of a that are not on b: metres and tags of the way under each."""
        parts = []
        rest = a.difference(b.buffer(SAME_STREET_M))
        for part in getattr(rest, "geoms", [rest]):
            if part.is_empty or part.length < LEAST_PART_M:
                continue
            by_way: dict[int, float] = {}
            for at in np.arange(1.0, part.length, 2.0):
                near = self.tree.query_nearest(part.interpolate(at), max_distance=2.0)
                way = int(near[0]) if near.size else -1
                by_way[way] = by_way.get(way, 0.0) + 2.0
            parts += [(metres, self.tags[way] if way >= 0 else {"highway": "none"}) for way, metres in by_way.items()]
        return sorted(parts, key=lambda part: -part[0])


def decode_line(text: str) -> Line:
    """(lon, lat) of a polyline encoded with six decimals."""
    values, value, shift = [], 0, 0
    for character in text:
        part = ord(character) - 63
        value |= (part & 31) << shift
        shift += 5
        if part < 32:
            values.append(~(value >> 1) if value & 1 else value >> 1)
            value, shift = 0, 0
    places = np.cumsum(np.array(values).reshape(-1, 2), axis=0) / 1e6
    return [(lon, lat) for lat, lon in places.tolist()]


def _metres(line: Line, lon0: float, lat0: float) -> NDArray[np.float64]:
    places = np.array(line, float)
    if len(places) == 1:
        places = np.repeat(places, 2, axis=0)
    scale = METRES_PER_DEGREE * np.array([np.cos(np.radians(lat0)), 1.0])
    return (places - [lon0, lat0]) * scale


def _told(parts: Parts) -> str:
    return (
        "; ".join(
            f"{metres:.0f} m " + ",".join(f"{key}={tags[key]}" for key in _TOLD if key in tags)
            for metres, tags in parts[:4]
        )
        or "-"
    )
