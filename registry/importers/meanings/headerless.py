"""Which column means what in a table without a header line: by the cells alone."""

from collections.abc import Sequence
from dataclasses import replace

from registry.importers.meanings.fields import Field
from registry.importers.meanings.guess import DIFFERENT, MOST, SOME, Column, risk_of
from registry.importers.meanings.samples import ColumnCells

# Kinds of places are few; a column in which fewer than one text in ten is new names such a kind.
FEW = 0.1
# Names of places are shorter than what is told about them.
NAME_LENGTH = 40
# A picture of the whole table is needed: half of its rows say something in a column that counts.
FILLED = 0.5

_KINDS: tuple[tuple[str, Field, float], ...] = (
    ("position", Field.POSITION, MOST),
    ("email", Field.EMAIL, MOST),
    ("photo", Field.PHOTO, MOST),
    ("url", Field.URL, MOST),
    ("phone", Field.PHONE, MOST),
    ("hours", Field.OPENING_HOURS, 0.7),
    ("floor", Field.FLOOR, MOST),
)


def guess_without_headers(columns: Sequence[ColumnCells]) -> list[Column]:
    """What each column means: first what has a form of its own, then which of the texts are name, address and place."""
    found = _lon_lat([_by_form(cells) for cells in columns])
    found = _one_address(found)
    found = [_as_place(column) for column in found]
    return _named(found)


def _by_form(cells: ColumnCells) -> Column:
    for kind, field, least in _KINDS:
        if cells.share(kind) >= least:
            return _told(cells, field, cells.share(kind))
    if cells.share("number") >= DIFFERENT and cells.distinct >= DIFFERENT * cells.filled:
        return _told(cells, Field.ROW_NUMBER, cells.share("number"))
    # A moment to the second, another one in nearly every row, is when a record was typed.
    if cells.share("timestamp") >= DIFFERENT and cells.distinct >= DIFFERENT * cells.filled:
        return _told(cells, Field.UPDATED_ON, cells.share("timestamp"))
    return Column(header=cells.header, field="", confidence=0.0, told_by="", cells=cells, risk=risk_of(cells))


def _told(cells: ColumnCells, field: Field, share: float) -> Column:
    return Column(
        header=cells.header, field=field, confidence=round(0.9 * share, 2), told_by="samples", cells=cells, risk=""
    )


def _lon_lat(columns: list[Column]) -> list[Column]:
    """Two columns of degrees side by side: which is which is decided by the range, else latitude comes first."""
    pair = [index for index, column in enumerate(columns) if column.cells.share("degrees") >= DIFFERENT]
    if len(pair) != 2 or pair[1] != pair[0] + 1:
        return columns
    first, second = (columns[index].cells for index in pair)
    fields = (Field.LON, Field.LAT) if _widest(first) > 90 >= _widest(second) else (Field.LAT, Field.LON)
    found = list(columns)
    for index, field in zip(pair, fields, strict=True):
        found[index] = _told(columns[index].cells, field, 1.0)
    return found


def _widest(cells: ColumnCells) -> float:
    return max((abs(float(text.rstrip("°").replace(",", "."))) for text in cells.examples), default=0.0)


def _one_address(columns: list[Column]) -> list[Column]:
    addresses = [column for column in columns if not column.field and column.cells.share("address") >= MOST]
    best = max(addresses, key=lambda column: column.cells.share("address"), default=None)
    several = [column for column in columns if column.field == Field.POSITION]
    detailed = max(several, key=lambda column: (column.cells.distinct, column.cells.filled), default=None)
    found = []
    for column in columns:
        if column is best:
            found.append(_told(column.cells, Field.ADDRESS, column.cells.share("address")))
        elif column in several and column is not detailed:
            found.append(replace(column, field=Field.PRECISION))
        else:
            found.append(column)
    return found


def _as_place(column: Column) -> Column:
    cells = column.cells
    if column.field or cells.filled < FILLED * cells.rows or not cells.filled:
        return column
    if cells.distinct <= FEW * cells.filled and cells.mean_length < NAME_LENGTH:
        return _told(cells, Field.CATEGORY, 0.7)
    return _told(cells, Field.LOCATION_TEXT, cells.share("place")) if cells.share("place") >= SOME else column


def _named(columns: list[Column]) -> list[Column]:
    """The first text that is left names the place; texts in few rows are remarks."""
    found, has_name = [], False
    for column in columns:
        cells = column.cells
        is_text = not column.field and not column.risk and cells.filled
        if is_text and not has_name and cells.filled >= FILLED * cells.rows and cells.mean_length < NAME_LENGTH:
            found.append(_told(cells, Field.NAME, 0.7))
            has_name = True
        else:
            found.append(_told(cells, Field.REMARKS, 0.5) if is_text else column)
    return found
