"""Which columns of a list tell where its AEDs are: those that somebody names, else those that look so, else those whose
header means it."""

from collections.abc import Iterator
from dataclasses import replace

from registry.importers.meanings.fields import Field
from registry.importers.meanings.guess import Column
from registry.importers.meanings.understanding import Understanding
from registry.importers.positions.position_columns import PositionColumns, columns_named, find_position_columns
from registry.importers.reading.sheet import Sheet

_POSITION_FIELDS = frozenset({Field.LON, Field.LAT, Field.POSITION})
_BY_SOMEBODY = frozenset({"map", "profile"})


def position_columns_of(sheet: Sheet, understanding: Understanding) -> list[PositionColumns]:
    """The columns to read positions from, likeliest first; none where the format's own geometry tells them, unless
    whoever imports names a column."""
    columns = understanding.columns
    named = [*_pairs(tuple(column for column in columns if column.told_by == "map"), columns)]
    if named or sheet.has_geometry:
        return named
    if by_profile := [*_pairs(tuple(column for column in columns if column.told_by == "profile"), columns)]:
        return by_profile
    told_otherwise = {
        column.header
        for column in columns
        if column.told_by == "ignore" or (column.told_by in _BY_SOMEBODY and column.field not in _POSITION_FIELDS)
    }
    left = tuple(header for header in sheet.headers if header not in told_otherwise)
    return find_position_columns(replace(sheet, headers=left)) or [*_pairs(columns, columns)]


def _pairs(told: tuple[Column, ...], all_columns: tuple[Column, ...]) -> Iterator[PositionColumns]:
    """Longitudes and latitudes in the table's order, the other of a pair looked for among all; then single cells."""
    lons, lats = _named(told, Field.LON), _named(told, Field.LAT)
    if lons or lats:
        both = lons or _named(all_columns, Field.LON), lats or _named(all_columns, Field.LAT)
        yield from (columns_named(lon, lat) for lon, lat in zip(*both, strict=False))
    yield from (columns_named(header, None) for header in _named(told, Field.POSITION))


def _named(columns: tuple[Column, ...], field: Field) -> list[str]:
    return [column.header for column in columns if column.field == field and column.told_by != "ignore"]
