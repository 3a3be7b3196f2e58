"""Opens text that users hand in, in the encoding they name, and says what to do when that fails."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any


class ImportRefused(ValueError):
    """The file as a whole cannot be imported; the message says what to do."""

    code = "import_refused"


class UnreadableFile(ImportRefused):
    """The file is missing, damaged, empty or of no known format."""

    code = "unreadable_file"


class WrongEncoding(ImportRefused):
    """The file's text is in another encoding than the one named."""

    code = "wrong_encoding"


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvRow:
    """One record; line: where it begins in the file, 1 is the header; cells by normalised header (see `plain`)."""

    line: int
    cells: dict[str, str]


_DELIMITERS = ",;\t"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_text(path: Path, encoding: str = "utf-8") -> str:
    """The file's text; a byte order mark is taken off.

    Raises:
        WrongEncoding, UnreadableFile
    """
    data = read_bytes(path)
    if encoding.lower().replace("_", "-") in {"utf-8", "utf8"}:
        encoding = "utf-8-sig"
        if data.startswith(_UTF16_MARKS):
            raise WrongEncoding(f"{path.name} is UTF-16: import it with --encoding utf-16")
    try:
        return data.decode(encoding)
    except LookupError as error:
        raise WrongEncoding(f"{encoding!r} is no known encoding: try utf-8, gb18030 or cp932") from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        shown = encoding.removesuffix("-sig").upper()
        raise WrongEncoding(
            f"{path.name} is not {shown} (line {line}): name its encoding, --encoding gb18030 for most Chinese files, "
            "--encoding cp932 for Japanese ones, --encoding cp1252 for western ones"
        ) from error


def read_bytes(path: Path) -> bytes:
    """Raises: UnreadableFile."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"cannot read {path}: {error.strerror}") from error


def read_csv(path: Path, encoding: str = "utf-8") -> tuple[list[str], list[CsvRow]]:
    """Headers as written, and the rows that are not blank.

    Raises:
        WrongEncoding, UnreadableFile
    """
    text = read_text(path, encoding)
    first = text.lstrip("\r\n").partition("\n")[0]
    if not first.strip():
        raise UnreadableFile(f"{path.name} is empty: it needs a header line and rows")
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        records = [(line, cells) for line, cells in _numbered(reader) if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise UnreadableFile(f"{path.name}, line {reader.line_num}: {error}; export it again") from error
    headers = [header.strip() for header in records[0][1]]
    names = [plain(header) for header in headers]
    return headers, [
        CsvRow(line=line, cells={name: cell.strip() for name, cell in zip(names, cells, strict=False)})
        for line, cells in records[1:]
    ]


# A list has few headers and asks for each of them in every row.
@lru_cache(maxsize=4096)
def plain(header: str) -> str:
    """A header without what writers disagree on: case, blanks, `_`, `-`, `:`, `#`, brackets."""
    return "".join(character for character in header.lower() if character.isalnum())


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    # A quoted cell may run over several lines; people look for the record where it begins.
    begins = 1
    for cells in reader:
        yield begins, cells
        begins = reader.line_num + 1
