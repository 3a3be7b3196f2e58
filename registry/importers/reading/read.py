"""Reads a file into sheets, whatever it is: told by what is in it, never by what it is called."""

import bz2
import gzip
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from registry.importers.files import UnreadableFile, read_bytes
from registry.importers.reading.archives import check_office_file, opened, unpack
from registry.importers.reading.delimited import sheet_of_text
from registry.importers.reading.json_tables import sheets_of_json
from registry.importers.reading.limits import MAX_UNPACKED_BYTES, TooLarge, refuse_large_text
from registry.importers.reading.osm_objects import read_osm
from registry.importers.reading.parquet import read_parquet
from registry.importers.reading.sheet import Sheet
from registry.importers.reading.spreadsheets import read_spreadsheet
from registry.importers.reading.text_encoding import decoded, shown_encoding
from registry.importers.reading.web_tables import sheets_of_page
from registry.importers.reading.xml_tables import root_name, sheet_of_xml

_HEAD_BYTES = 4096
_CHUNK = 1 << 20
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SQLITE = b"SQLite format 3\0"
_SHAPEFILE = b"\0\0\x27\x0a"
_FLATGEOBUF = b"fgb\x03fgb"
_PARQUET = b"PAR1"
_GZIP, _BZIP2 = b"\x1f\x8b", b"BZh"
_NOT_LISTS = (
    ((b"%PDF",), "a PDF is a page and no table. Ask its publisher for the table, or copy it into a sheet"),
    ((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"RIFF"), "a picture or a raster lists nothing"),
    ((b"7z\xbc\xaf", b"Rar!", b"\xfd7zXZ"), "this kind of archive is not read: unpack it, or pack it as zip"),
)
_XML_NOT_READ = {
    "workbook": "a spreadsheet in Excel's XML of 2003: save it as XLSX",
    "document": "a flat OpenDocument file: save it as ODS",
    "featurecollection": "GML: export it as GeoJSON or GeoPackage",
}
# Beside a list in an archive: parts of a shapefile, and what tells of the list.
_PARTS = (".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qmd", ".qpj", ".xml", ".qml", ".sld", ".lyr")
_ABOUT = (".txt", ".md", ".html", ".htm", ".pdf", ".png", ".jpg", ".jpeg", ".docx", ".doc", ".rtf", ".url")


def read_sheets(path: Path, encoding: str | None = None) -> list[Sheet]:
    """Every table of the file, cells and headers as written.

    encoding: of its text; None finds it, and refuses where several fit.

    Raises:
        UnreadableFile: it is missing, empty, damaged, or of a kind that is no list; the message says what to do.
        WrongEncoding, UnclearEncoding, TooLarge, ForeignDatum
    """
    if not path.is_file():
        raise UnreadableFile(f"there is no file {path}")
    with tempfile.TemporaryDirectory(prefix="list-") as folder:
        return _read(path, path.name, encoding, Path(folder), is_packed=False)


def _read(path: Path, file: str, encoding: str | None, folder: Path, *, is_packed: bool) -> list[Sheet]:
    head = _head(path)
    if not head:
        raise UnreadableFile(f"{file} is empty: it needs a header line and rows")
    for marks, words in _NOT_LISTS:
        if head.startswith(marks):
            raise UnreadableFile(f"{file}: {words}")
    if head.startswith(_ZIP):
        return _read_zip(path, file, encoding, folder, is_packed=is_packed)
    if head.startswith(_OLD_OFFICE):
        return read_spreadsheet(path, file)
    if head.startswith((_SQLITE, _FLATGEOBUF, _SHAPEFILE)):
        # GDAL and what it brings take two seconds to load, and most lists are tables.
        from registry.importers.reading.layers import read_layers  # noqa: PLC0415

        return read_layers(_called_so(path, head, folder), file, encoding)
    if head.startswith(_PARQUET):
        return [read_parquet(path, file)]
    if head[4:15].startswith(b"\x0a\x09OSMHeader"):
        return [read_osm(path, file, ".osm.pbf")]
    if head.startswith((_GZIP, _BZIP2)):
        return _read_packed(path, head, file, encoding, folder)
    if path.suffix.lower() in {".dbf", ".shx", ".prj", ".cpg"} and path.with_suffix(".shp").is_file():
        raise UnreadableFile(f"{file} is a part of a shapefile: give {path.stem}.shp, or all parts in one zip")
    return _read_text(path, head, file, encoding)


def _read_text(path: Path, head: bytes, file: str, encoding: str | None) -> list[Sheet]:
    if _looks_like_osm_xml(head):
        return [read_osm(path, file, ".osm")]
    if _is_binary(head):
        raise UnreadableFile(
            f"{file} is nothing that a list is saved as: give CSV, XLSX, GeoJSON, KML, GeoPackage or OSM data"
        )
    if path.suffix.lower() == ".pbf":
        raise UnreadableFile(f"{file} is not a whole OSM file: download it again")
    refuse_large_text(path, path.stat().st_size)
    data = read_bytes(path)
    text, found = decoded(data, file, _declared(head) if encoding is None else encoding)
    first = text.lstrip()[:1]
    if first in {"{", "["}:
        return sheets_of_json(text, file=file, encoding=found.name)
    if first == "<":
        kind = root_name(text[:20_000])
        if kind in {"html", "table"}:
            return sheets_of_page(text, file=file, encoding=found.name)
        if kind in _XML_NOT_READ:
            raise UnreadableFile(f"{file} is {_XML_NOT_READ[kind]}")
        return [sheet_of_xml(text, file=file)]
    if text.lstrip("\ufeff").lower().startswith("!table"):
        raise UnreadableFile(f"{file} is a MapInfo table: export it as GeoPackage or GeoJSON")
    sheet = sheet_of_text(text, file=file, encoding=found.name)
    how = "" if found.is_sure else ", the likeliest of several: look at a name with special letters"
    is_plain = found.name.startswith("utf-8")
    told = () if is_plain or encoding is not None else (f"its text was read as {shown_encoding(found.name)}{how}",)
    return [replace(sheet, notes=(*told, *sheet.notes))]


def _read_zip(path: Path, file: str, encoding: str | None, folder: Path, *, is_packed: bool) -> list[Sheet]:
    with opened(path, file) as packed:
        names = packed.namelist()
    if any(name.startswith("xl/workbook.") for name in names) or "content.xml" in names:
        check_office_file(path, file)
        return read_spreadsheet(path, file)
    if is_packed:
        raise UnreadableFile(f"{file} is an archive within an archive: unpack it and import the file within")
    members = unpack(path, folder, file)
    wanted = _lists_among(members)
    if not wanted:
        raise UnreadableFile(f"{file} holds no list, only {', '.join(member.name for member in members[:5])}")
    sheets: list[Sheet] = []
    for member in wanted:
        inner = folder / f"of-{len(sheets)}-{member.name}"[:80]
        inner.mkdir()
        for sheet in _read(member, f"{file}/{member.name}", encoding, inner, is_packed=True):
            is_only = len(wanted) == 1
            table = sheet.table if is_only else f"{member.name}, {sheet.table}" if sheet.table else member.name
            sheets.append(replace(sheet, file=file, table=table))
    return sheets


def _lists_among(members: list[Path]) -> list[Path]:
    """Members that may be lists: no other parts of a shapefile, and what tells about a list only if it is alone."""
    shapefiles = {(member.parent, member.stem.lower()) for member in members if member.suffix.lower() == ".shp"}
    candidates = [
        member
        for member in members
        if member.suffix.lower() == ".shp"
        or not (
            member.suffix.lower() in _PARTS and (member.parent, member.name.partition(".")[0].lower()) in shapefiles
        )
    ]
    lists = [member for member in candidates if member.suffix.lower() not in (*_ABOUT, *_PARTS)]
    return lists or [member for member in candidates if member.suffix.lower() in (".txt", ".xml", ".dbf")]


def _read_packed(path: Path, head: bytes, file: str, encoding: str | None, folder: Path) -> list[Sheet]:
    """One file packed by gzip or bzip2."""
    open_it: Callable[[Path], gzip.GzipFile | bz2.BZ2File] = gzip.open if head.startswith(_GZIP) else bz2.open
    suffix = ".osm.gz" if head.startswith(_GZIP) else ".osm.bz2"
    try:
        with open_it(path) as stream:
            inner_head = stream.read(_HEAD_BYTES)
            if _looks_like_osm_xml(inner_head):
                return [read_osm(path, file, suffix)]
            target, size = folder / "unpacked", len(inner_head)
            with target.open("wb") as copy:
                copy.write(inner_head)
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    if size > MAX_UNPACKED_BYTES:
                        raise TooLarge(
                            f"{file} unpacks to more than {MAX_UNPACKED_BYTES / 2**20:.0f} MB: it is not read"
                        )
                    copy.write(chunk)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFile(f"{file} is not whole ({error}): download it again") from error
    if inner_head.startswith((_GZIP, _BZIP2, *_ZIP)) and not zipfile.is_zipfile(target):
        raise UnreadableFile(f"{file} is an archive within an archive: unpack it and import the file within")
    return _read(target, file, encoding, folder, is_packed=True)


def _called_so(path: Path, head: bytes, folder: Path) -> Path:
    """Under a name that the library knows the format by; a shapefile keeps its own, for its parts beside it."""
    if head.startswith(_SHAPEFILE):
        if not any(path.with_suffix(suffix).is_file() for suffix in (".dbf", ".DBF")):
            raise UnreadableFile(
                f"{path.name} is a shapefile without its .dbf, where its words are: give all parts in one zip"
            )
        return path
    if head.startswith(_SQLITE) and head[68:72] not in {b"GPKG", b"GP10", b"GP11"}:
        raise UnreadableFile(f"{path.name} is a database and no GeoPackage: export its table as CSV")
    suffix = ".gpkg" if head.startswith(_SQLITE) else ".fgb"
    if path.suffix.lower() == suffix:
        return path
    link = folder / f"layer{suffix}"
    link.symlink_to(path.resolve())
    return link


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_HEAD_BYTES)
    except OSError as error:
        raise UnreadableFile(f"cannot read {path}: {error.strerror}") from error


def _looks_like_osm_xml(head: bytes) -> bool:
    text = head.decode("utf-8", "replace").lstrip("\ufeff").lstrip()
    return text.startswith("<") and root_name(text) in {"osm", "osmchange"}


def _declared(head: bytes) -> str | None:
    """The encoding that XML declares."""
    start = head[:200].decode("latin-1").lstrip("\xef\xbb\xbf").lstrip()
    if not start.startswith("<?xml") or "encoding=" not in start:
        return None
    name = start.partition("encoding=")[2][1:].partition(start.partition("encoding=")[2][0])[0].lower()
    return {"gb2312": "gb18030", "gbk": "gb18030", "utf-16": None, "utf-8": None}.get(name, name)


def _is_binary(head: bytes) -> bool:
    """Control characters that no text has; of UTF-16 without a mark one of the two bytes is often zero."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    zeros = sorted((head[0::2].count(0), head[1::2].count(0)))
    if 5 * zeros[0] < zeros[1] and zeros[1] > len(head) // 20:
        return False
    return sum(1 for byte in head if byte < 9 or 13 < byte < 27) > 0.02 * len(head)
