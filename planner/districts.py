"""Districts of a city: outlines that do not overlap, and names that join although sources write them differently."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.places.antimeridian import beside_area, cut, middle_lon
from geo.places.datum import Datum
from planner.columns import UnclearColumn, find_code, find_unit
from planner.layers import LayerOptions, UnusableLayer, cell_text, read_layer
from planner.plan_model import Bilingual
from registry.importers.files import plain
from registry.importers.positions.checked import read_position
from registry.importers.report import Rejected

# Where none of the usual words heads a column.
_NAMES_IN_OTHER_WORDS = ("nam", "nameen", "namezh")
_WGS84 = "EPSG:4326"
_HALF_TURN, _WHOLE_TURN = 180.0, 360.0
# Outlines drawn by hand overlap by slivers; more than this share of the smaller one is a mistake.
_MOST_OVERLAP = 0.01

_PEOPLES = re.compile(r"(回|满|蒙古|土家|苗|壮|藏|维吾尔|朝鲜|瑶|侗|彝|畲)族")
# What a district is: a county-level city is not the county that bears its name, and a city not its inner district.
_RANKS = {
    **dict.fromkeys(("区", "新区", " district"), "district"),
    **dict.fromkeys(("县", "自治县", " county"), "county"),
    **dict.fromkeys(("市", " city"), "city"),
    "自治州": "prefecture",
}
_LAST = re.compile("(" + "|".join(sorted(_RANKS, key=len, reverse=True)) + ")$")
_CODE = re.compile(r"(?:156)?(\d{6})(?:0{6})?(?:\.0)?")
# The zones have residents in the bulletin but no outline of their own. Assumption: each is counted whole in the
# district where most of it lies (经开区 reaches into 中牟县, 航空港区 into 中牟县 and 尉氏县).
_ZHENGZHOU_ZONES = {
    "经开": "管城区",
    "经济技术": "管城区",
    "高新": "中原区",
    "郑东": "金水区",
    "航空港": "新郑市",
}


class UnusableDistricts(ValueError):
    """The outlines cannot be used; the message says why."""


class OverlappingDistricts(UnusableDistricts):
    """Two districts share ground, so that people in it would be counted twice."""

    def __init__(self, first: str, second: str, km2: float, share: float) -> None:
        super().__init__(
            f"the districts {first} and {second} overlap by {km2:.2f} km2 ({share:.0%} of the smaller one): "
            "people there would be counted twice; give outlines of one level of administration only"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Districts:
    """Names and outlines (WGS-84, longitude first) of the same index, and their codes where the file has them."""

    name: tuple[str, ...]
    area: tuple[shapely.Polygon | shapely.MultiPolygon, ...]
    code: tuple[str, ...] = ()
    notes: tuple[Bilingual, ...] = ()

    def __len__(self) -> int:
        return len(self.name)

    def locate(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
        """(n,) index of the district that holds each point; -1 for none."""
        found = np.full(lon.size, -1, np.int64)
        for index, area in enumerate(self.area):
            shapely.prepare(area)
            found[(found < 0) & shapely.contains_xy(area, lon, lat)] = index
        return found

    def find(self, name: str) -> int | None:
        """The district of this name, however it is written."""
        if name in self.name:
            return self.name.index(name)
        same = [index for index, one in enumerate(self.name) if is_same_name(one, name)]
        return same[0] if len(same) == 1 else None

    def find_code(self, code: str) -> int | None:
        """The district of this code; codes of more or fewer digits are told by their six of the county level."""
        wanted = plain_code(code)
        return self.code.index(wanted) if wanted and self.code.count(wanted) == 1 else None

    def find_around_zone(self, name: str) -> int | None:
        """The district in which one of Zhengzhou's functional zones is counted."""
        bare = name.removeprefix("郑州市").removeprefix("郑州")
        around = next((district for zone, district in _ZHENGZHOU_ZONES.items() if bare.startswith(zone)), None)
        return None if around is None else self.find(around)


def plain_name(name: str) -> str:
    """A district's name without what sources disagree on: 管城回族区 and 管城区 are one."""
    return _LAST.sub("", _without_peoples(name))


def is_same_name(one: str, other: str) -> bool:
    """Whether two sources mean one district: the same plain name, and the same rank where both tell it."""
    ranks = {_RANKS[match.group()] for name in (one, other) if (match := _LAST.search(_without_peoples(name)))}
    return plain_name(one) == plain_name(other) and len(ranks) <= 1


def plain_code(code: str) -> str:
    """The six digits of a district's code: 410102, 410102000000, 156410102 and 410102.0 are one; "" of no code."""
    match = _CODE.fullmatch(code.strip())
    return match.group(1) if match else ""


def _without_peoples(name: str) -> str:
    return _PEOPLES.sub("", name.strip().lower())


def read_districts(
    path: Path,
    *,
    name_column: str | None = None,
    datum: Datum | None = None,
    layer: str | None = None,
    encoding: str = "utf-8",
) -> Districts:
    """Polygons of any file that GeoPandas reads.

    datum: of its degrees; None where the file has to say. layer: of a file with several.

    Raises:
        UnusableDistricts, OverlappingDistricts
    """
    options = LayerOptions(option="--districts", layer=layer, datum=datum, encoding=encoding)
    try:
        read = read_layer(path, options)
    except UnusableLayer as error:
        raise UnusableDistricts(str(error)) from error
    held = ~(shapely.is_missing(read.shape) | shapely.is_empty(read.shape))
    table, shapes = read.table[held], np.array([_cut(shape) for shape in read.shape[held]], object)
    if table.empty or not {shape.geom_type for shape in shapes} <= {"Polygon", "MultiPolygon"}:
        raise UnusableDistricts(f"{path.name} holds no polygons only: districts are outlines")
    names, column = _names(table, path, name_column)
    _refuse_unearthly(path, names, shapes)
    areas = [shapely.make_valid(shape) for shape in shapes]
    _refuse_overlaps(names, areas)
    said = Bilingual(
        en=f"{path.name}: the districts are named by its column {column}", zh=f"{path.name}：区县名称取自“{column}”列"
    )
    return Districts(name=names, area=tuple(areas), code=_codes(table), notes=(said,))


def _names(table: gpd.GeoDataFrame, path: Path, chosen: str | None) -> tuple[tuple[str, ...], str]:
    """The districts' names, and the column that they are in."""
    headers = [str(one) for one in table.columns if one != table.geometry.name]
    try:
        column = find_unit(
            headers if chosen else _told_apart(table, headers), chosen=chosen, option="--district-name", file=path.name
        )
    except UnclearColumn as error:
        raise UnusableDistricts(str(error)) from error
    column = column or next((one for one in headers if plain(one) in _NAMES_IN_OTHER_WORDS), None)
    if column is None:
        raise UnusableDistricts(
            f"{path.name} has no column of names (found: {', '.join(headers)}): say which with --district-name COLUMN"
        )
    names = tuple(cell_text(value) for value in table[column])
    if nameless := sum(not name for name in names):
        raise UnusableDistricts(
            f"{path.name}: {nameless} districts have no name in its column {column}: name them, or choose another "
            "column with --district-name COLUMN"
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UnusableDistricts(
            f"{path.name} has several districts named {', '.join(twice)}: join their outlines first"
        )
    return names, column


def _told_apart(table: gpd.GeoDataFrame, headers: Sequence[str]) -> list[str]:
    """The headers without columns that say the same as one before them."""
    first: dict[tuple[str, ...], str] = {}
    for header in headers:
        first.setdefault(tuple(cell_text(value) for value in table[header]), header)
    return list(first.values())


def _codes(table: gpd.GeoDataFrame) -> tuple[str, ...]:
    column = find_code([str(one) for one in table.columns if one != table.geometry.name])
    return () if column is None else tuple(plain_code(cell_text(value)) for value in table[column])


def _cut(shape: shapely.Geometry) -> shapely.Geometry:
    """A shape that is drawn on beyond the antimeridian, up to 360, as parts on either side."""
    west, _, east, _ = shape.bounds
    is_beyond = shape.geom_type in {"Polygon", "MultiPolygon"} and west >= -_WHOLE_TURN and east <= _WHOLE_TURN
    return cut(shapely.make_valid(shape)) if is_beyond and max(-west, east) > _HALF_TURN else shape


def _refuse_unearthly(path: Path, names: Sequence[str], shapes: NDArray[np.object_]) -> None:
    for name, (west, south, east, north) in zip(names, shapely.bounds(shapes), strict=True):
        for lon, lat in ((west, south), (east, north)):
            try:
                read_position(float(lon), float(lat), Datum.WGS84)
            except Rejected as error:
                raise UnusableDistricts(f"{path.name}: the outline of {name} cannot be: {error}") from error


def _refuse_overlaps(names: Sequence[str], areas: Sequence[shapely.Geometry]) -> None:
    if not areas:
        return
    middle = [area.representative_point() for area in areas]
    lon, lat = middle_lon(np.array([point.x for point in middle])), float(np.mean([point.y for point in middle]))
    frame = gpd.GeoSeries([beside_area(area, lon) for area in areas], crs=_WGS84).to_crs(
        f"+proj=aea +lat_1={lat - 1} +lat_2={lat + 1} +lat_0={lat} +lon_0={lon} +datum=WGS84"
    )
    flat = np.asarray(frame.values, object)
    first, second = shapely.STRtree(flat).query(flat, predicate="intersects")
    for one, other in zip(first.tolist(), second.tolist(), strict=True):
        if one >= other:
            continue
        shared = shapely.intersection(flat[one], flat[other]).area
        smaller = min(flat[one].area, flat[other].area)
        if smaller > 0 and shared > _MOST_OVERLAP * smaller:
            raise OverlappingDistricts(names[one], names[other], shared / 1e6, shared / smaller)
