"""Where a table begins: titles above its header line, or rows at once without any header."""

import re
from collections.abc import Sequence
from statistics import mode

Record = tuple[int, Sequence[str]]

# Titles, dates of issue and notes stand above the header; nobody writes more of them than this.
_LOOKED_AT = 25
_SAMPLE = 200
# What follows in a longer cell does not change what it is.
_LONG = 400
# A cell that is one of these is somebody's data and no name of a column.
_DATA = re.compile(
    r"""[-+(\s]*\d[\d\s.,:/()+-]*\d?[\s)°]*          # numbers, telephones, dates, times, pairs of coordinates
      | \s*(https?://|<a\s|www\.).*                  # links
      | [^@\s]+@[^@\s]+\.[^@\s]+                     # mail
      | \s*(POINT\s*\(|\{\s*").*                     # shapes
      | \d{4}年\d{1,2}月.*
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


def find_header(records: Sequence[Record]) -> int | None:
    """The index of the header line among records that are not blank; None where the first full one is data already.

    A header is the first record about as wide as the table, unless it holds data where the column below does.
    """
    first = _first_full(records)
    below = records[first + 1 : first + 1 + _SAMPLE]
    header = records[first][1]
    if not below:
        return first
    told_against = told_for = 0
    for column, cell in enumerate(header):
        values = [cells[column] for _, cells in below if column < len(cells) and cells[column].strip()]
        share = sum(map(is_data, values)) / len(values) if values else 0.0
        if share < 0.6 or not cell.strip():
            continue
        if is_data(cell):
            told_against += 1
        else:
            told_for += 1
    return None if told_against > told_for else first


def first_of_table(records: Sequence[Record]) -> int:
    """The index of the first record about as wide as the table; titles stand before it."""
    return _first_full(records)


def named(header: Sequence[str] | None, width: int) -> tuple[str, ...]:
    """Names of `width` columns, each once: as written, `column 3` where nothing is, `name (2)` for a second one."""
    names: list[str] = []
    for number in range(width):
        written = header[number].strip() if header is not None and number < len(header) else ""
        name, again = written or f"column {number + 1}", 1
        while name in names:
            again += 1
            name = f"{written} ({again})"
        names.append(name)
    return tuple(names)


def is_data(cell: str) -> bool:
    """Whether a cell is a number, a date, a telephone, a link or the like, as no header is."""
    return _DATA.fullmatch(cell[:_LONG]) is not None


def _first_full(records: Sequence[Record]) -> int:
    widths = [sum(1 for cell in cells if cell.strip()) for _, cells in records[:_SAMPLE]]
    if not widths:
        return 0
    # Rows leave cells empty; of what is usual the wider half tells how wide the table is.
    usual = max(mode(widths), sorted(widths)[len(widths) // 2])
    enough = max(min(usual, 2), round(0.6 * usual))
    return next((index for index, width in enumerate(widths[:_LOOKED_AT]) if width >= enough), 0)
