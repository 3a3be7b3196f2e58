"""Points of a CSV or a map layer, each with its row: what cannot be a place of this city is left out, and said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.places.antimeridian import middle_lon
from geo.places.datum import Datum
from geo.places.geodesic import geodesic_m
from planner.layers import LayerOptions, cell_text, read_layer
from planner.plan_model import Bilingual
from registry.importers.columns import find_coordinates
from registry.importers.files import plain, read_csv
from registry.importers.positions.checked import read_position
from registry.importers.report import Rejected

_CSV_SUFFIXES = {".csv", ".tsv", ".txt"}
LISTED = 5
# A row this far from the file's middle whose mirror image lies near it has its columns swapped.
_FAR_M = 500_000.0
# What lies apart from all others by such an empty stretch belongs to no city of theirs, nor to their country.
_EMPTY_STRETCH_M = 1_000_000.0


class UnusablePoints(ValueError):
    """The file holds no points; the message says what to mend."""


class NoCoordinates(UnusablePoints):
    """The table has no columns of coordinates."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PointTable:
    """(n,) points, WGS-84 degrees, with their rows.

    where: "line 3", "feature 3". cells: by plain header. share: (n,) float64, of its row that a point stands for: a
    MultiPoint's points share their row. left_out: how many rows have no place, which the notes say.
    """

    headers: tuple[str, ...]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    where: tuple[str, ...]
    cells: tuple[Mapping[str, str], ...]
    share: NDArray[np.float64]
    notes: tuple[Bilingual, ...]

    def column(self, header: str) -> list[str]:
        """The cells of one column, "" where a row has none."""
        return [row.get(plain(header), "") for row in self.cells]


class _Read(NamedTuple):
    """One point as it stands in the file, before it is checked."""

    where: str
    lon: float | str | None
    lat: float | str | None
    datum: Datum
    cells: Mapping[str, str]
    share: float = 1.0


def read_points(path: Path, options: LayerOptions) -> PointTable:
    """The points of a CSV with coordinates or of a map layer.

    Raises:
        UnusablePoints, NoCoordinates, UnusableLayer, ImportRefused: the message says what to mend.
    """
    headers, rows = _csv_points(path, options) if path.suffix.lower() in _CSV_SUFFIXES else _layer_points(path, options)
    if not rows:
        raise UnusablePoints(f"{path.name} has no rows: the {options.option.lstrip('-')} is empty")
    return _checked(path, headers, rows)


def _csv_points(path: Path, options: LayerOptions) -> tuple[list[str], list[_Read]]:
    headers, rows = read_csv(path, options.encoding)
    columns = find_coordinates(headers, datum=options.datum, file=path.name)
    if columns is None:
        raise NoCoordinates(f"{path.name} has no coordinates (lon, lat); found: {', '.join(headers)}")
    return headers, [
        _Read(
            where=f"line {row.line}",
            lon=row.cells.get(columns.lon),
            lat=row.cells.get(columns.lat),
            datum=columns.datum,
            cells=row.cells,
        )
        for row in rows
    ]


def _layer_points(path: Path, options: LayerOptions) -> tuple[list[str], list[_Read]]:
    layer = read_layer(path, options)
    others = {shape.geom_type for shape in layer.shape if shape is not None} - {"Point", "MultiPoint"}
    if others:
        raise UnusablePoints(
            f"{path.name} must hold points only, not {', '.join(sorted(others))}; outlines go with --districts"
        )
    headers = [str(column) for column in layer.table.columns if column != layer.table.geometry.name]
    columns = [layer.table[header] for header in headers]
    names = [plain(header) for header in headers]
    rows: list[_Read] = []
    for number, (shape, *values) in enumerate(zip(layer.shape, *columns, strict=True), start=1):
        cells = {name: cell_text(value) for name, value in zip(names, values, strict=True)}
        rows += _features(f"feature {number}", shape, cells)
    return headers, rows


def _features(where: str, shape: Any, cells: Mapping[str, str]) -> Iterator[_Read]:
    points = [] if shape is None else [point for point in shapely.get_parts(shape) if not point.is_empty]
    for number, point in enumerate(points, start=1):
        named = f"{where}, point {number}" if len(points) > 1 else where
        yield _Read(where=named, lon=point.x, lat=point.y, datum=Datum.WGS84, cells=cells, share=1.0 / len(points))
    if not points:
        yield _Read(where=where, lon=None, lat=None, datum=Datum.WGS84, cells=cells)


def _checked(path: Path, headers: Sequence[str], rows: Sequence[_Read]) -> PointTable:
    kept, places, unreadable = [], [], []
    for row in rows:
        try:
            places.append(read_position(row.lon, row.lat, row.datum))
        except Rejected as error:
            unreadable.append(f"{row.where}: {error}")
            continue
        kept.append(row)
    if not kept:
        raise UnusablePoints(f"{path.name}: no row has a readable position ({'; '.join(unreadable[:LISTED])})")
    lon, lat = np.array(places, np.float64).T.copy()
    near, foreign = _of_one_place(lon, lat, [row.where for row in kept])
    kept = [row for row, is_near in zip(kept, near.tolist(), strict=True) if is_near]
    return PointTable(
        headers=tuple(headers),
        lon=lon[near],
        lat=lat[near],
        where=tuple(row.where for row in kept),
        cells=tuple(row.cells for row in kept),
        share=np.array([row.share for row in kept]),
        notes=_left_out(path, unreadable, foreign),
    )


def _of_one_place(
    lon: NDArray[np.float64], lat: NDArray[np.float64], where: Sequence[str]
) -> tuple[NDArray[np.bool_], list[str]]:
    """(n,) whether a point lies where most do, and what is said of the others."""
    middle = middle_lon(lon), float(np.median(lat))
    away_m = geodesic_m(lon, lat, *middle)
    order = np.argsort(away_m)
    far = np.flatnonzero(np.diff(away_m[order]) > _EMPTY_STRETCH_M)
    beyond = order[far[0] + 1 :] if far.size else order[:0]
    near = np.ones(lon.size, np.bool_)
    # Where half of it lies elsewhere, nobody can tell which half is the mistake.
    if 2 * beyond.size >= lon.size:
        return near, []
    near[beyond] = False
    said = []
    for index in sorted(beyond.tolist()):
        x, y = float(lon[index]), float(lat[index])
        swapped = abs(x) <= 90.0 and float(geodesic_m(y, x, *middle)) < _FAR_M
        text = f"{where[index]}: {x:g}, {y:g} lies {away_m[index] / 1000:,.0f} km from the others"
        said.append(text + ("; latitude and longitude are swapped" if swapped else ""))
    return near, said


def _left_out(path: Path, unreadable: Sequence[str], foreign: Sequence[str]) -> tuple[Bilingual, ...]:
    notes = []
    if unreadable:
        listed = "; ".join(unreadable[:LISTED])
        notes.append(
            Bilingual(
                en=f"{path.name}: rows without a readable position, left out: {len(unreadable)} ({listed})",
                zh=f"{path.name}：{len(unreadable)} 行没有可读的位置，未计入（{listed}）",
            )
        )
    if foreign:
        listed = "; ".join(foreign[:LISTED])
        notes.append(
            Bilingual(
                en=f"{path.name}: points far from all others, left out: {len(foreign)} ({listed})",
                zh=f"{path.name}：{len(foreign)} 个点远离其他各点，未计入（{listed}）",
            )
        )
    return tuple(notes)
