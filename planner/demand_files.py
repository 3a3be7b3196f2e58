"""Reads demand: points with weights, recorded calls, residents by district; refuses what would falsify every figure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.places.datum import Datum
from planner.columns import Counted, UnclearColumn, find_code, find_counted, find_unit, rates_of_people
from planner.layers import LayerOptions, UnusableLayer
from planner.plan_model import Bilingual, DemandKind
from planner.point_files import LISTED, NoCoordinates, PointTable, UnusablePoints, read_points
from registry.importers.files import CsvRow, plain, read_csv

# In place of a column: nothing is counted but the rows.
NO_COLUMN = "none"
# No population, and far from what can no longer be added up.
_HEAVIEST = 1e15


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
    """Residents by the names of districts, and by their codes where the file has them ("" where a row has none)."""

    name: tuple[str, ...]
    residents: tuple[float, ...]
    source: str
    code: tuple[str, ...] = ()
    notes: tuple[Bilingual, ...] = ()


def read_demand(
    path: Path,
    *,
    datum: Datum | None,
    weight_column: str | None,
    unit_column: str | None = None,
    layer: str | None = None,
    encoding: str = "utf-8",
) -> DemandPoints | Population:
    """A CSV with coordinates is points (recorded calls where it has no weights), one without is residents by district.

    Any other file is read as a map layer of points. weight_column, unit_column: None where they are found by name.

    Raises:
        UnusableDemandFile, BadWeights, ImportRefused: the message says what to mend.
    """
    if not path.exists():
        raise UnusableDemandFile(f"there is no file {path}")
    options = LayerOptions(option="--demand", layer=layer, datum=datum, encoding=encoding)
    try:
        try:
            table = read_points(path, options)
        except NoCoordinates:
            headers, rows = read_csv(path, encoding)
            return _population(path, headers, rows, weight_column, unit_column)
        return _weighted(path, table, weight_column)
    except (UnclearColumn, UnusableLayer, UnusablePoints) as error:
        raise UnusableDemandFile(str(error)) from error


def _weighted(path: Path, table: PointTable, chosen: str | None) -> DemandPoints:
    counts_rows = chosen == NO_COLUMN and plain(NO_COLUMN) not in map(plain, table.headers)
    column = None if counts_rows else find_counted(table.headers, chosen=chosen, file=path.name)
    if column is None:
        kind, weight = DemandKind.CALLS, np.ones(len(table.where))
        notes = [*table.notes, *_rates_note(path, [] if counts_rows else rates_of_people(table.headers))]
    else:
        kind = DemandKind.PEOPLE if column.is_people else DemandKind.WEIGHT
        texts = list(zip(table.where, table.column(column.header), strict=True))
        weight = column.factor * _checked(texts, path.name) * table.share
        notes = [*table.notes, *_shared_note(path, table), _column_note(path, column)]
    return DemandPoints(
        lon=table.lon,
        lat=table.lat,
        weight=weight,
        kind=kind,
        source=_source(path, column),
        notes=tuple(notes),
    )


def _population(
    path: Path, headers: Sequence[str], rows: Sequence[CsvRow], counted: str | None, unit_column: str | None
) -> Population:
    column = find_counted(headers, chosen=counted, file=path.name)
    unit = find_unit(headers, chosen=unit_column, option="--unit-column", file=path.name)
    code = find_code(headers)
    named = unit or code
    if not rows:
        raise UnusableDemandFile(f"{path.name} has no rows: the demand is empty")
    if column is None or named is None:
        raise UnusableDemandFile(
            f"{path.name} has neither coordinates (lon, lat) nor districts with residents (unit, population); "
            f"found: {', '.join(headers)}"
        )
    texts = [(f"line {row.line}", row.cells.get(plain(column.header), "")) for row in rows]
    residents = column.factor * _checked(texts, path.name)
    names = tuple(row.cells.get(plain(named), "") for row in rows)
    _refuse_twice(path, rows, names)
    said = Bilingual(
        en=f"{path.name}: residents are its column {column.header}{_times(column)}, districts its column {named}",
        zh=f"{path.name}：人口取自“{column.header}”列{_times(column)}，区县取自“{named}”列",
    )
    return Population(
        name=names,
        residents=tuple(residents.tolist()),
        source=path.name,
        code=tuple(row.cells.get(plain(code), "") for row in rows) if code else (),
        notes=(said,),
    )


def _refuse_twice(path: Path, rows: Sequence[CsvRow], names: Sequence[str]) -> None:
    first: dict[str, int] = {}
    for row, name in zip(rows, names, strict=True):
        if name in first:
            raise UnusableDemandFile(
                f"{path.name}: {name or 'a row without a name'} stands in line {first[name]} and in line {row.line}: "
                "a district counts once; leave one of them out, or choose its column of names by --unit-column"
            )
        first[name] = row.line


def _times(column: Counted) -> str:
    return "" if column.factor == 1.0 else f" x {column.factor:,.0f}"


def _checked(texts: Sequence[tuple[str, str]], file: str) -> NDArray[np.float64]:
    values, bad = [], []
    for where, text in texts:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        values.append(value)
        if not 0.0 <= value <= _HEAVIEST:
            bad.append(f"{where}: {text or 'empty'}")
    if bad:
        is_heavy = any(value > _HEAVIEST for value in values)
        limit = f" to {_HEAVIEST:g}" if is_heavy else ""
        more = f" and {len(bad) - LISTED} more" if len(bad) > LISTED else ""
        raise BadWeights(f"{file}: weights must be numbers from 0 up{limit}, not {'; '.join(bad[:LISTED])}{more}")
    return np.array(values)


def _source(path: Path, column: Counted | None) -> Bilingual:
    if column is None:
        return Bilingual(en=f"{path.name}: each row is one recorded call", zh=f"{path.name}：每行为一次呼救记录")
    return Bilingual(
        en=f"{path.name}: points weighted by {column.header}{_times(column)}",
        zh=f"{path.name}：以 {column.header}{_times(column)} 加权的点",
    )


def _column_note(path: Path, column: Counted) -> Bilingual:
    what = ("residents", "人口") if column.is_people else ("weights", "权重")
    return Bilingual(
        en=f"{path.name}: {what[0]} are its column {column.header}{_times(column)}",
        zh=f"{path.name}：{what[1]}取自“{column.header}”列{_times(column)}",
    )


def _rates_note(path: Path, rates: Sequence[str]) -> tuple[Bilingual, ...]:
    if not rates:
        return ()
    listed = ", ".join(rates)
    return (
        Bilingual(
            en=f"{path.name}: {listed} counts nobody (a rate or the like) and is not used",
            zh=f"{path.name}：“{listed}”是比率一类的列，不是人数，未使用",
        ),
    )


def _shared_note(path: Path, table: PointTable) -> tuple[Bilingual, ...]:
    shared = int((table.share < 1.0).sum())
    if not shared:
        return ()
    return (
        Bilingual(
            en=f"{path.name}: {shared} points belong to features of several points, which share their weight evenly "
            "(assumption)",
            zh=f"{path.name}：{shared} 个点属于多点要素，其权重在各点间均分（假设）",
        ),
    )
