"""Columns that are not understood: named in the report, and refused where they may say how long something holds."""

from collections.abc import Collection, Iterable, Sequence

from registry.importers.files import ImportRefused
from registry.importers.people.columns import PeopleColumns, header_key, looks_telling
from registry.importers.people.date_words import is_blank
from registry.importers.people.dates import read_date
from registry.importers.people.sheets import PeopleSheet
from registry.importers.report import Remark


class DateColumnNotUnderstood(ImportRefused):
    """A column that looks as if it said how long something holds has a header that nobody knows."""

    code = "date_column_not_understood"


_MOST = 0.5
# Five to seven digits are a postcode or a number of something as easily as a date.
_SHORT_NUMBERS = range(5, 8)


def refuse_unread_dates(sheet: PeopleSheet, columns: PeopleColumns, ignored: Collection[str]) -> None:
    """Stop at a column of dates, or of words on validity, that would be left out without a word.

    Raises:
        DateColumnNotUnderstood: with its name and what to do about it.
    """
    waved = {header_key(header) for header in ignored}
    for header in columns.unused:
        cells = [cell for row in sheet.rows if not is_blank(cell := row.cells.get(header, ""))]
        if header_key(header) not in waved and cells and (looks_telling(header) or _are_dates(cells)):
            raise DateColumnNotUnderstood(
                f"{sheet.name}: the column {header!r} looks like a date or a validity, and is not understood. Say what "
                f'it means: --map "{header}=valid_until" where certificates end in it, --map "{header}=issued" where '
                f'they begin, or --ignore "{header}" if it says nothing of use'
            )


def remarks_on_unused(columns: PeopleColumns) -> Iterable[Remark]:
    """One remark for all columns that were left out, and one for those that are never read."""
    if left_out := (*columns.unused, *columns.other_dates):
        yield Remark(where="header", reason="columns_not_used", text=f"columns that are not used: {_named(left_out)}")
    if columns.cards:
        text = f"columns of identity cards, which are never stored: {_named(columns.cards)}"
        yield Remark(where="header", reason="identity_cards_not_read", text=text)


def _are_dates(cells: Sequence[str]) -> bool:
    dates = sum(read_date(cell) is not None and not _is_short_number(cell) for cell in cells)
    return dates >= _MOST * len(cells)


def _is_short_number(cell: str) -> bool:
    return cell.strip().isdecimal() and len(cell.strip()) in _SHORT_NUMBERS


def _named(headers: Iterable[str]) -> str:
    return ", ".join(header or "(without a name)" for header in headers)
