"""The one place where people's sheets are opened: whatever the file is, rows come out of it with cells as written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from registry.importers.files import plain, read_csv


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


def read_people_sheets(path: Path, encoding: str) -> list[PeopleSheet]:
    """Every table of the file.

    Raises:
        WrongEncoding, UnreadableFile
    """
    headers, rows = read_csv(path, encoding)
    return [
        PeopleSheet(
            name=path.name,
            headers=headers,
            rows=[
                PeopleRow(
                    where=f"line {row.line}", cells={header: row.cells.get(plain(header), "") for header in headers}
                )
                for row in rows
            ],
        )
    ]
