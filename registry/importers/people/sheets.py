"""The tables of people's lists, as whoever reads them wants them: every header has a cell in every row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from registry.importers.reading.sheet import Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleRow:
    """where: as people find it in the file, "line 12". cells: by header as written."""

    where: str
    cells: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSheet:
    """name: how a message calls it. headers: as written, without a datum or a meaning yet."""

    name: str
    headers: Sequence[str]
    rows: Sequence[PeopleRow] = field(repr=False)


def people_sheets(sheets: Iterable[Sheet]) -> list[PeopleSheet]:
    """The same tables, row by row."""
    return [
        PeopleSheet(
            name=sheet.name,
            headers=sheet.headers,
            rows=[
                PeopleRow(where=row.where, cells={header: row.cells.get(header, "") for header in sheet.headers})
                for row in sheet.rows
            ],
        )
        for sheet in sheets
    ]
