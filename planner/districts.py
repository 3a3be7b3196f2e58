"""Districts of a city: outlines that do not overlap, and names that join although sources write them differently."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio.errors
import shapely
from numpy.typing import NDArray

from geo.places.datum import Datum, convert

_NAME_COLUMNS = ("name", "district", "unit", "名称", "区县", "区", "nam", "name_en")
_WGS84 = "EPSG:4326"
# Outlines drawn by hand overlap by slivers; more than this share of the smaller one is a mistake.
_MOST_OVERLAP = 0.01

_PEOPLES = re.compile(r"(回|满|蒙古|土家|苗|壮|藏|维吾尔|朝鲜|瑶|侗|彝|畲)族")
_LAST = re.compile(r"(自治县|自治州|新区|区|县|市| district| county)$")
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
    """Names and outlines (WGS-84, longitude first) of the same index."""

    name: tuple[str, ...]
    area: tuple[shapely.Polygon | shapely.MultiPolygon, ...]

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
        same = [index for index, one in enumerate(self.name) if plain_name(one) == plain_name(name)]
        return same[0] if len(same) == 1 else None

    def find_around_zone(self, name: str) -> int | None:
        """The district in which one of Zhengzhou's functional zones is counted."""
        bare = name.removeprefix("郑州市").removeprefix("郑州")
        around = next((district for zone, district in _ZHENGZHOU_ZONES.items() if bare.startswith(zone)), None)
        return None if around is None else self.find(around)


def plain_name(name: str) -> str:
    """A district's name without what sources disagree on: 管城回族区 and 管城区 are one."""
    return _LAST.sub("", _PEOPLES.sub("", name.strip().lower()))


def read_districts(path: Path, *, name_column: str | None = None, datum: Datum = Datum.WGS84) -> Districts:
    """Polygons of any file that GeoPandas reads.

    Raises:
        UnusableDistricts, OverlappingDistricts
    """
    table = read_layer(path)
    table = table[table.geometry.notna() & ~table.geometry.is_empty]
    if table.empty or not set(table.geometry.geom_type) <= {"Polygon", "MultiPolygon"}:
        raise UnusableDistricts(f"{path.name} holds no polygons only: districts are outlines")
    names = _names(table, path, name_column)
    areas = [shapely.make_valid(area) for area in in_wgs84(table, datum)]
    _refuse_overlaps(names, areas)
    return Districts(name=names, area=tuple(areas))


def read_layer(path: Path) -> gpd.GeoDataFrame:
    """Raises: UnusableDistricts: no file, or none that GeoPandas reads."""
    if not path.is_file():
        raise UnusableDistricts(f"there is no file {path}")
    try:
        return gpd.read_file(path)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise UnusableDistricts(f"{path.name} cannot be read as a map layer: {error}") from error


def in_wgs84(table: gpd.GeoDataFrame, datum: Datum) -> NDArray[np.object_]:
    """The geometries in WGS-84 degrees; `datum` says what their degrees are in."""
    degrees = table if table.crs is None else table.to_crs(_WGS84)
    geometries = np.asarray(degrees.geometry.values, object)
    if datum is Datum.WGS84:
        return geometries
    moved: NDArray[np.object_] = shapely.transform(
        geometries,
        lambda xy: np.column_stack(convert(xy[:, 0].copy(), xy[:, 1].copy(), source=datum, target=Datum.WGS84)),
    )
    return moved


def _names(table: gpd.GeoDataFrame, path: Path, column: str | None) -> tuple[str, ...]:
    columns = {str(one).lower(): one for one in table.columns if one != table.geometry.name}
    if column is None:
        column = next((columns[one] for one in _NAME_COLUMNS if one in columns), None)
    if column is None or column not in table.columns:
        raise UnusableDistricts(
            f"{path.name} has no column of names (found: {', '.join(map(str, columns.values()))}): "
            "say which with --district-name COLUMN"
        )
    names = tuple(str(value).strip() for value in table[column])
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UnusableDistricts(
            f"{path.name} has several districts named {', '.join(twice)}: join their outlines first"
        )
    return names


def _refuse_overlaps(names: Sequence[str], areas: Sequence[shapely.Geometry]) -> None:
    if not areas:
        return
    middle = shapely.MultiPoint([area.representative_point() for area in areas]).centroid
    frame = gpd.GeoSeries(list(areas), crs=_WGS84).to_crs(
        f"+proj=aea +lat_1={middle.y - 1} +lat_2={middle.y + 1} +lat_0={middle.y} +lon_0={middle.x} +datum=WGS84"
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
