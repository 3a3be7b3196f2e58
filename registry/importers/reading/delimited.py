"""Text with one record a line: any delimiter, titles above the header, no header at all, quoted line breaks."""

import csv
import io
from collections.abc import Iterator
from statistics import mode
from typing import Any

from registry.importers.files import UnreadableFile
from registry.importers.reading.header_line import find_header, first_of_table, named
from registry.importers.reading.sheet import FileFormat, Row, Sheet

_DELIMITERS = ",;\t|"
_PROBED_CHARACTERS = 60_000
# No cell has so many lines; a quotation mark that nobody closed swallows the rest of the file.
_MAX_LINES_A_RECORD = 200
# A cell may hold a page of text or the outline of a district.
_MAX_CELL = 16 * 2**20
_MAX_SHARED = 20_000


def sheet_of_text(text: str, *, file: str, table: str = "", encoding: str | None = None) -> Sheet:
    """Raises: UnreadableFile: it is empty, or a quotation mark is not closed."""
    records = list(_records(text, file))
    if not records:
        raise UnreadableFile(f"{file} is empty: it needs a header line and rows")
    return sheet_of_records(records, file=file, table=table, file_format=FileFormat.CSV, unit="line", encoding=encoding)


def sheet_of_records(
    records: list[tuple[int, list[str]]],
    *,
    file: str,
    table: str,
    file_format: FileFormat,
    unit: str,
    encoding: str | None = None,
) -> Sheet:
    """A sheet of numbered records that are not blank; `unit` is what people count them in, "line" or "row"."""
    at = find_header(records)
    begin = first_of_table(records) if at is None else at + 1
    header = None if at is None else list(records[at][1])
    body = records[begin:]
    width = max(len(cells) for _, cells in (body or records))
    names = named(header, max(width, len(header or ())))
    shared: dict[str, str] = {}
    rows = [
        Row(where=f"{unit} {number}", cells=_cells(names, cells, shared))
        for number, cells in body
        # A header that is repeated on every printed page.
        if header is None or list(cells) != header
    ]
    return Sheet(
        file=file,
        table=table,
        file_format=file_format,
        headers=_used(names, rows, len(header or ())),
        rows=rows,
        has_header=header is not None,
        encoding=encoding,
        notes=() if header is not None else (f"no header line: columns are called {names[0]} to {names[-1]}",),
    )


def _cells(names: tuple[str, ...], cells: list[str], shared: dict[str, str]) -> dict[str, str]:
    """`shared`: texts met so far, each kept once: towns, hours and states stand in thousands of rows."""
    texts = {name: text for name, cell in zip(names, cells, strict=False) if (text := cell.strip())}
    if len(shared) < _MAX_SHARED:
        return {name: shared.setdefault(text, text) for name, text in texts.items()}
    return {name: shared.get(text, text) for name, text in texts.items()}


def _used(names: tuple[str, ...], rows: list[Row], named_columns: int) -> tuple[str, ...]:
    """Without nameless columns in which nothing stands: a delimiter at the end of every line makes one."""
    used = {header for row in rows for header in row.cells}
    return tuple(
        name for number, name in enumerate(names) if name in used or (number < named_columns and not _is_made(name))
    )


def _is_made(name: str) -> bool:
    return name.startswith("column ") and name.removeprefix("column ").isdigit()


def _records(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Records that are not blank, and the line where each begins."""
    text = text.replace("\0", "")
    told, rest, skipped = _told_delimiter(text)
    reader = csv.reader(io.StringIO(rest, newline=""), delimiter=told or _delimiter_of(rest))
    # The library's limit is the process's own; raised for good, since any thread may be reading a list.
    csv.field_size_limit(max(csv.field_size_limit(), _MAX_CELL))
    begins = 1 + skipped
    try:
        for cells in reader:
            ends = reader.line_num + skipped
            if ends - begins > _MAX_LINES_A_RECORD:
                raise UnreadableFile(
                    f"{file}, line {begins}: a quotation mark is not closed; mend it or export it again"
                )
            if any(cell.strip() for cell in cells):
                yield begins, cells
            begins = ends + 1
    except csv.Error as error:
        raise UnreadableFile(f"{file}, line {begins}: {error}; export it again") from error


def _told_delimiter(text: str) -> tuple[str | None, str, int]:
    """Excel's own first line, `sep=;`: the delimiter, the text below it, lines passed over."""
    first, _, rest = text.partition("\n")
    told = first.strip().removeprefix("sep=")
    return (told, rest, 1) if first.startswith("sep=") and len(told) == 1 else (None, text, 0)


def _delimiter_of(text: str) -> str:
    """The one that cuts most records into equally many cells, and into more than one."""
    probe = text[:_PROBED_CHARACTERS]
    if len(probe) < len(text):
        probe = probe.rpartition("\n")[0] or probe
    return max(_DELIMITERS, key=lambda delimiter: _evenness(probe, delimiter))


def _evenness(probe: str, delimiter: str) -> tuple[float, int]:
    reader: Any = csv.reader(io.StringIO(probe, newline=""), delimiter=delimiter)
    try:
        widths = [len(cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error:
        return 0.0, 0
    cut = [width for width in widths if width > 1]
    if not cut:
        return 0.0, 0
    usual = mode(cut)
    return round(cut.count(usual) / len(widths), 1), usual
