"""The two numbers of every row, in the order of longitude and latitude, before anything is known of their meaning."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry.importers.columns import MissingColumns
from registry.importers.positions.area import Box, country_at, home_of
from registry.importers.positions.checked import number_of_cell
from registry.importers.positions.position_columns import PositionColumns
from registry.importers.positions.written import Pair, find_pair
from registry.importers.reading.sheet import Sheet
from registry.importers.report import Rejected

Floats = NDArray[np.float64]

_MOST = 0.8


@dataclass(frozen=True, slots=True)
class Numbers:
    """x: (n,) longitude or easting, y: (n,) latitude or northing; NaN where a row has a problem instead.

    has_order: whether the file itself says which is which. epsg: the reference system that cells name.
    """

    x: Floats
    y: Floats
    problems: list[Rejected | None]
    has_order: bool = False
    epsg: int | None = None


def numbers_of_shapes(sheet: Sheet) -> Numbers:
    """Of the format's own geometry."""
    missing = Rejected("no_coordinates", "it has no coordinates")
    x = np.array([np.nan if row.lon is None else row.lon for row in sheet.rows])
    y = np.array([np.nan if row.lat is None else row.lat for row in sheet.rows])
    return Numbers(x, y, [None if known else missing for known in (np.isfinite(x) & np.isfinite(y)).tolist()])


def numbers_of(sheet: Sheet, columns: PositionColumns, *, area: Box | None, country: str | None) -> Numbers:
    """Of two columns, or of one with both.

    Raises:
        MissingColumns: one cell holds both, and nothing tells which comes first.
    """
    if columns.lat is None:
        return _of_pairs(sheet, columns, area=area, country=country)
    x, y = np.full(len(sheet.rows), np.nan), np.full(len(sheet.rows), np.nan)
    problems: list[Rejected | None] = [None] * len(sheet.rows)
    for number, row in enumerate(sheet.rows):
        try:
            x[number], y[number] = number_of_cell(row.cells.get(columns.lon), row.cells.get(columns.lat))
        except Rejected as error:
            problems[number] = error
    return Numbers(x, y, problems)


def _of_pairs(sheet: Sheet, columns: PositionColumns, *, area: Box | None, country: str | None) -> Numbers:
    texts = [row.cells.get(columns.lon, "") for row in sheet.rows]
    pairs = [find_pair(text) for text in texts]
    is_lat_first = columns.order == "lat lon"
    if columns.order is None:
        is_lat_first = _is_lat_first(sheet, columns, pairs, area=area, country=country)
    x, y = np.full(len(pairs), np.nan), np.full(len(pairs), np.nan)
    problems: list[Rejected | None] = [None] * len(pairs)
    for row, (pair, text) in enumerate(zip(pairs, texts, strict=True)):
        if pair is None:
            problems[row] = (
                Rejected("bad_coordinates", f"{text[:60]!r} is no position")
                if text
                else Rejected("no_coordinates", "it has no coordinates")
            )
            continue
        turned = pair.order == "lat lon" if pair.order is not None else is_lat_first
        x[row], y[row] = (pair.second, pair.first) if turned else (pair.first, pair.second)
    known = [pair for pair in pairs if pair is not None]
    epsg = {pair.epsg for pair in known}
    return Numbers(
        x,
        y,
        problems,
        has_order=all(pair.order is not None for pair in known),
        epsg=epsg.pop() if len(epsg) == 1 else None,
    )


def _is_lat_first(
    sheet: Sheet, columns: PositionColumns, pairs: Sequence[Pair | None], *, area: Box | None, country: str | None
) -> bool:
    """By a number that no latitude is, else by the area, else by which of the two readings lies on land."""
    open_ones = [
        pair for pair in pairs if pair is not None and pair.order is None and (pair.first, pair.second) != (0, 0)
    ]
    first = np.array([pair.first for pair in open_ones])
    second = np.array([pair.second for pair in open_ones])
    if not first.size:
        return False
    lon_first, lat_first = int((np.abs(first) > 90).sum()), int((np.abs(second) > 90).sum())
    if lon_first != lat_first:
        return lat_first > lon_first
    if area is not None or country is not None:
        home = home_of(first, second, box=area, country=country)
        assert home is not None  # noqa: S101 -- it was named
        return int(home.holds(second, first).sum()) > int(home.holds(first, second).sum())
    as_written = sum(bool(country_at(x, y)) for x, y in zip(first, second, strict=True))
    turned = sum(bool(country_at(y, x)) for x, y in zip(first, second, strict=True))
    if max(as_written, turned) >= _MOST * first.size and min(as_written, turned) < (1 - _MOST) * first.size:
        return turned > as_written
    raise MissingColumns(
        f"{sheet.name}: in its column {columns.lon} nothing tells which of the two numbers is the latitude: say where "
        "the list belongs by --region, such as --region DE, or by --area WEST,SOUTH,EAST,NORTH"
    )
