"""Opens what users hand in: finds the format, reads text in its encoding, and says what to do when that fails."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
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


class FileFormat(StrEnum):
    """The formats AEDs and rescuers come in."""

    OSM = "osm"
    OVERPASS = "overpass"
    GEOJSON = "geojson"
    CSV = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvRow:
    """One record; line: where it begins in the file, 1 is the header; cells by normalised header (see `plain`)."""

    line: int
    cells: dict[str, str]


_OSM_SUFFIXES = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2")
_CSV_SUFFIXES = (".csv", ".tsv", ".txt")
_JSON_SUFFIXES = (".json", ".geojson")
_NOT_READ = {
    (".gpkg", ".shp", ".zip", ".kml", ".kmz", ".gml", ".gpx", ".fgb", ".tab", ".mif"): (
        "a map layer is taken as GeoJSON in WGS-84 or as a CSV with lon and lat. Export it, such as with "
        "`ogr2ogr -f GeoJSON -lco RFC7946=YES aeds.geojson FILE LAYER`."
    ),
    (".xlsx", ".xls", ".ods"): "a spreadsheet is taken as CSV. Save the sheet as CSV (UTF-8).",
    (".tif", ".tiff", ".vrt", ".asc", ".img", ".jp2", ".png", ".jpg", ".pdf"): (
        "a raster, a picture or a page lists nothing. Give points as GeoJSON, or as a CSV with lon and lat."
    ),
}
_DELIMITERS = ",;\t"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def find_format(path: Path, encoding: str = "utf-8") -> FileFormat:
    """The format by the file's name; for JSON by what is in it.

    Raises:
        WrongEncoding, UnreadableFile
    """
    name = path.name.lower()
    if not path.is_file():
        raise UnreadableFile(f"there is no file {path}")
    if name.endswith(_OSM_SUFFIXES):
        return FileFormat.OSM
    if name.endswith(_CSV_SUFFIXES):
        return FileFormat.CSV
    if name.endswith(_JSON_SUFFIXES):
        return _json_format(read_json(path, encoding))
    known = ", ".join((*_OSM_SUFFIXES, *_JSON_SUFFIXES, *_CSV_SUFFIXES))
    told = next((text for suffixes, text in _NOT_READ.items() if name.endswith(suffixes)), "what is it?")
    raise UnreadableFile(f"{path.name}: {told} Files are told by their ending: {known}")


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


def read_json(path: Path, encoding: str = "utf-8") -> Any:
    """Raises: WrongEncoding, UnreadableFile."""
    try:
        return json.loads(read_text(path, encoding))
    except (json.JSONDecodeError, RecursionError) as error:
        raise UnreadableFile(f"{path.name} is not whole JSON ({error}): download or export it again") from error


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


def plain(header: str) -> str:
    """A header without what writers disagree on: case, blanks, `_`, `-`, `:`, `#`, brackets."""
    return "".join(character for character in header.lower() if character.isalnum())


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    # A quoted cell may run over several lines; people look for the record where it begins.
    begins = 1
    for cells in reader:
        yield begins, cells
        begins = reader.line_num + 1


def _json_format(document: Any) -> FileFormat:
    if isinstance(document, dict) and isinstance(document.get("elements"), list):
        return FileFormat.OVERPASS
    if isinstance(document, dict) and isinstance(document.get("features"), list):
        return FileFormat.GEOJSON
    raise UnreadableFile("this JSON is neither a GeoJSON FeatureCollection nor an Overpass answer")
