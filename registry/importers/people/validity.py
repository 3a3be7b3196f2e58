"""From when until when each row's certificate holds, as a careful reader of the whole sheet would say."""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from registry.importers.people.date_orders import Ambiguous, Orders, Scope, meant, scope_of_region
from registry.importers.people.dates import NO_END_YEARS, Days
from registry.importers.people.privacy import shown
from registry.importers.people.validity_cells import Says, ValidityCell, read_validity
from registry.importers.report import Rejected


class Role(StrEnum):
    """What a column of dates tells of a certificate."""

    BEGINS = "valid_from"
    ISSUED = "issued"
    ENDS = "valid_until"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """Both days count.

    has_end: whether the row says how long, be it for ever: then valid_until is None.
    ends_differ: the row names several ends; the first one counts.
    """

    valid_from: date | None = None
    valid_until: date | None = None
    has_end: bool = False
    ends_differ: bool = False
    is_said: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    header: str
    role: Role
    cell: ValidityCell
    text: str


class ValidityReader:
    """Reads the dates of one sheet; the ones that can be read in one way only tell how the others are meant."""

    def __init__(self, columns: Mapping[str, Role], rows: Iterable[Mapping[str, str]], *, region: str) -> None:
        """columns: by header as written. rows: cells by header as written. region: two letters, such as "CN"."""
        self._columns = columns
        self._region = scope_of_region(region)
        # Whole courses have the same days.
        self._cells: dict[str, ValidityCell] = {}
        self._by_column = {header: Orders() for header in columns}
        sheet = Orders()
        for row in rows:
            for said in self._said(row):
                self._by_column[said.header].learn(said.cell.dates)
                sheet.learn(said.cell.dates)
        self._sheet = sheet.scope

    def read(self, row: Mapping[str, str]) -> Validity:
        """What the row says of its certificate's validity.

        Raises:
            Rejected: a date cannot be read or can be read in two ways, or the end is before the beginning.
        """
        said = [*self._said(row)]
        mine = Orders()
        for one in said:
            if one.cell.says is Says.UNREADABLE:
                raise Rejected("bad_date", f"the date under {one.header}{shown(one.text)} cannot be read: {_HOW}")
            mine.learn(one.cell.dates)
        begins, ends = self._bounds(said, mine.scope)
        return _validity(said, begins, ends)

    def _said(self, row: Mapping[str, str]) -> Iterator[_Said]:
        for header, role in self._columns.items():
            text = row.get(header, "")
            if (cell := self._cells.get(text)) is None:
                cell = self._cells[text] = read_validity(text)
            if cell.says is not Says.NOTHING:
                yield _Said(header=header, role=role, cell=cell, text=text)

    def _bounds(self, said: Sequence[_Said], row: Scope) -> tuple[dict[Role, date], list[date]]:
        begins: dict[Role, date] = {}
        ends: list[date] = []
        for one in said:
            days = [self._meant(one, number, row) for number in range(len(one.cell.dates))]
            if one.cell.says is Says.DATE and one.role is Role.ENDS:
                ends.append(days[0].last)
                continue
            if days:
                begins.setdefault(one.role, days[0].first)
            ends += [end.last for end in days[1:]]
        return begins, ends

    def _meant(self, said: _Said, number: int, row: Scope) -> Days:
        try:
            return meant(said.cell.dates[number], (row, self._by_column[said.header].scope, self._sheet, self._region))
        except Ambiguous as error:
            raise Rejected(
                "ambiguous_date",
                f"the date under {said.header}{shown(said.text)} may be {error}, and no other row of the column tells "
                f"which: {_HOW}",
            ) from None


_HOW = "write it as 2025-12-31"


def after(begins: date, *, months: int) -> date:
    """The last day of so many months that begin on a day: 2027-04-30 for three years from 2024-05-01."""
    years, month = divmod(begins.month - 1 + months, 12)
    year, month = begins.year + years, month + 1
    longest = monthrange(year, month)[1]
    # From the 29th of February on, the last day of a shorter February is the last one already.
    return date(year, month, longest) if begins.day > longest else date(year, month, begins.day) - timedelta(days=1)


def _validity(said: Sequence[_Said], begins: Mapping[Role, date], ends: Sequence[date]) -> Validity:
    # A span that stands in the column of the end begins where the sheet has no other beginning.
    begin = next((begins[role] for role in Role if role in begins), None)
    lengths = [one.cell.months for one in said if one.cell.says is Says.LENGTH]
    bounded = [*(end for end in ends if end.year not in NO_END_YEARS)]
    is_endless = len(bounded) < len(ends) or any(one.cell.says is Says.FOREVER for one in said)
    if lengths and begin is not None:
        bounded += [after(begin, months=months) for months in lengths]
    end = min(bounded, default=None)
    if begin is not None and end is not None and end < begin:
        raise Rejected("certificate_dates_reversed", f"its certificate ends ({end}) before it begins ({begin})")
    return Validity(
        valid_from=begin,
        valid_until=end,
        has_end=end is not None or is_endless,
        ends_differ=end is not None and (len(set(bounded)) > 1 or is_endless),
        is_said=bool(said),
    )
