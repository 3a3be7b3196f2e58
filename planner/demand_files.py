"""Reads demand: points with weights, recorded calls, residents by district; refuses what would falsify every figure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.places.datum import Datum
from planner.districts import in_wgs84, read_layer
from planner.plan_model import Bilingual, DemandKind
from registry.importers.aed_rows import read_position
from registry.importers.columns import find_coordinates
from registry.importers.files import CsvRow, plain, read_csv
from registry.importers.report import Rejected

_PEOPLE_COLUMNS = ("population", "residents", "people", "人口", "常住人口")
_WEIGHT_COLUMNS = ("weight", "demand", "权重", "需求")
_UNIT_COLUMNS = ("unit", "district", "name", "区县", "区", "名称", "单位")
_TEN_THOUSANDS = ("10k", "万")
_LISTED = 5


class UnusableDemandFile(ValueError):
    """The file cannot serve as demand; the message says what to mend."""


class BadWeights(UnusableDemandFile):
    """A weight is negative or no number."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DemandPoints:
    """(n,) points, WGS-84 degrees, with weights >= 0."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    weight: NDArray[np.float64]
    kind: DemandKind
    source: Bilingual
    notes: tuple[Bilingual, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Residents by the names of districts."""

    name: tuple[str, ...]
    residents: tuple[float, ...]
    source: str


def read_demand(
    path: Path, *, datum: Datum | None, weight_column: str | None, encoding: str = "utf-8"
) -> DemandPoints | Population:
    """A CSV with coordinates is points (recorded calls where it has no weights), one without is residents by district.

    Any other file is read as a map layer of points.

    Raises:
        UnusableDemandFile, BadWeights, ImportRefused: the message says what to mend.
    """
    if not path.is_file():
        raise UnusableDemandFile(f"there is no file {path}")
    if path.suffix.lower() not in {".csv", ".tsv", ".txt"}:
        return _layer_points(path, datum, weight_column)
    headers, rows = read_csv(path, encoding)
    if not rows:
        raise UnusableDemandFile(f"{path.name} has no rows: the demand is empty")
    columns = find_coordinates(headers, datum=datum or Datum.WGS84, file=path.name)
    if columns is None:
        return _population(path, headers, rows, weight_column)
    columns = find_coordinates(headers, datum=datum, file=path.name)
    assert columns is not None  # noqa: S101 - it was found before, by a datum of our own
    header, kind = _weight_header(headers, weight_column, path.name)
    places, weights, unreadable = [], [], []
    for row in rows:
        try:
            places.append(read_position(row.cells.get(columns.lon), row.cells.get(columns.lat), columns.datum))
        except Rejected as error:
            unreadable.append(f"line {row.line}: {error}")
            continue
        weights.append((f"line {row.line}", row.cells.get(plain(header), "") if header else "1"))
    if not places:
        raise UnusableDemandFile(f"{path.name}: no row has a readable position ({'; '.join(unreadable[:_LISTED])})")
    lon, lat = np.array(places, np.float64).T.copy()
    factor = _factor(header) if header else 1.0
    return DemandPoints(
        lon=lon,
        lat=lat,
        weight=factor * _checked(weights, path.name),
        kind=kind,
        source=_source(path, kind, header),
        notes=_unreadable_note(unreadable),
    )


def _layer_points(path: Path, datum: Datum | None, weight_column: str | None) -> DemandPoints:
    table = read_layer(path)
    table = table[table.geometry.notna() & ~table.geometry.is_empty]
    if table.empty:
        raise UnusableDemandFile(f"{path.name} holds no features: the demand is empty")
    if set(table.geometry.geom_type) != {"Point"}:
        raise UnusableDemandFile(f"{path.name} must hold points only; outlines go with --districts")
    header, kind = _weight_header([str(column) for column in table.columns], weight_column, path.name)
    texts = [str(value) for value in table[header]] if header else ["1"] * len(table)
    points = in_wgs84(table, datum or Datum.WGS84)
    return DemandPoints(
        lon=np.array([point.x for point in points]),
        lat=np.array([point.y for point in points]),
        weight=(_factor(header) if header else 1.0)
        * _checked([(f"feature {number}", text) for number, text in enumerate(texts, start=1)], path.name),
        kind=kind,
        source=_source(path, kind, header),
    )


def _population(path: Path, headers: Sequence[str], rows: Sequence[CsvRow], column: str | None) -> Population:
    header = column or _find(headers, (*_PEOPLE_COLUMNS, *_WEIGHT_COLUMNS))
    unit = _find(headers, _UNIT_COLUMNS)
    if header is None or unit is None:
        raise UnusableDemandFile(
            f"{path.name} has neither coordinates (lon, lat) nor districts with residents (unit, population); "
            f"found: {', '.join(headers)}"
        )
    texts = [(f"line {row.line}", row.cells.get(plain(header), "")) for row in rows]
    residents = _factor(header) * _checked(texts, path.name)
    return Population(
        name=tuple(row.cells.get(plain(unit), "") for row in rows),
        residents=tuple(residents.tolist()),
        source=path.name,
    )


def _weight_header(headers: Sequence[str], column: str | None, file: str) -> tuple[str | None, DemandKind]:
    if column is not None and plain(column) not in map(plain, headers):
        raise UnusableDemandFile(f"{file} has no column {column!r}; found: {', '.join(headers)}")
    people = _find(headers, _PEOPLE_COLUMNS) if column is None else None
    header = column or people or _find(headers, _WEIGHT_COLUMNS)
    if header is None:
        return None, DemandKind.CALLS
    is_people = any(plain(header).startswith(plain(word)) for word in _PEOPLE_COLUMNS)
    return header, DemandKind.PEOPLE if is_people else DemandKind.WEIGHT


def _find(headers: Sequence[str], names: Sequence[str]) -> str | None:
    """The header that is, or begins with, one of the names: population_10k_2019."""
    by_plain: Mapping[str, str] = {plain(header): header for header in headers}
    for name in map(plain, names):
        found = by_plain.get(name) or next((by_plain[one] for one in by_plain if one.startswith(name)), None)
        if found is not None:
            return found
    return None


def _factor(header: str) -> float:
    return 10_000.0 if any(word in header.lower() for word in _TEN_THOUSANDS) else 1.0


def _checked(texts: Sequence[tuple[str, str]], file: str) -> NDArray[np.float64]:
    values, bad = [], []
    for where, text in texts:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        values.append(value)
        if not (math.isfinite(value) and value >= 0.0):
            bad.append(f"{where}: {text or 'empty'}")
    if bad:
        more = f" and {len(bad) - _LISTED} more" if len(bad) > _LISTED else ""
        raise BadWeights(f"{file}: weights must be numbers from 0 up, not {'; '.join(bad[:_LISTED])}{more}")
    return np.array(values)


def _source(path: Path, kind: DemandKind, header: str | None) -> Bilingual:
    if kind is DemandKind.CALLS:
        return Bilingual(en=f"{path.name}: each row is one recorded call", zh=f"{path.name}：每行为一次呼救记录")
    return Bilingual(en=f"{path.name}: points weighted by {header}", zh=f"{path.name}：以 {header} 加权的点")


def _unreadable_note(unreadable: Sequence[str]) -> tuple[Bilingual, ...]:
    if not unreadable:
        return ()
    listed = "; ".join(unreadable[:_LISTED])
    return (
        Bilingual(
            en=f"rows of the demand without a readable position, left out: {len(unreadable)} ({listed})",
            zh=f"需求数据中 {len(unreadable)} 行没有可读的位置，未计入（{listed}）",
        ),
    )
