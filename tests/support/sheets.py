"""Small spreadsheets made in a test, byte for byte as the formats want them: XLSX, ODS and the old XLS."""

import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

Cell = str | float | None
Cells = Sequence[Sequence[Cell]]

_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def write_xlsx(
    path: Path, sheets: Mapping[str, Cells], *, merged: str = "", hidden: str = "", time_cells: str = ""
) -> Path:
    """Sheets by name; numbers as numbers. merged: a range of the first sheet. time_cells: columns formatted hh:mm."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        parts = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPES}.worksheet+xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        packed.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>{parts}</Types>',
        )
        packed.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        names = "".join(
            f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"{_state(name == hidden)}/>'
            for n, name in enumerate(sheets, start=1)
        )
        packed.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{names}</sheets></workbook>'
        )
        targets = "".join(
            f'<Relationship Id="rId{n}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        styles = f'<Relationship Id="rId{len(sheets) + 1}" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
        packed.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{_PACKAGE}/relationships">{targets}{styles}</Relationships>',
        )
        packed.writestr(
            "xl/styles.xml",
            f'<styleSheet xmlns="{_MAIN}"><cellXfs count="4"><xf numFmtId="0"/>'
            '<xf numFmtId="20" applyNumberFormat="1"/><xf numFmtId="46" applyNumberFormat="1"/>'
            '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
        )
        for number, rows in enumerate(sheets.values(), start=1):
            merge = f'<mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>' if merged and number == 1 else ""
            packed.writestr(
                f"xl/worksheets/sheet{number}.xml",
                f'<worksheet xmlns="{_MAIN}"><sheetData>{_xlsx_rows(rows, time_cells)}</sheetData>{merge}</worksheet>',
            )
    return path


def write_ods(path: Path, rows: Cells) -> Path:
    """One sheet; a text that begins with "PT" is a time."""
    body = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    names = {"office": "office", "table": "table", "text": "text"}
    spaces = " ".join(
        f'xmlns:{key}="urn:oasis:names:tc:opendocument:xmlns:{value}:1.0"' for key, value in names.items()
    )
    empty = '<table:table-cell table:number-columns-repeated="16384"/>'
    edge = f'<table:table-row table:number-rows-repeated="1048000">{empty}</table:table-row>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        packed.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        packed.writestr(
            "content.xml",
            f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="aeds">'
            f"{body}{edge}</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    return path


def write_xls(path: Path, rows: Cells) -> Path:
    """One sheet of Excel 97: a compound file with the one stream `Workbook`."""
    path.write_bytes(_compound(_biff(rows)))
    return path


def _xlsx_rows(rows: Cells, time_cells: str) -> str:
    written = ""
    for number, row in enumerate(rows, start=1):
        cells = "".join(_xlsx_cell(number, column, cell, time_cells) for column, cell in enumerate(row))
        written += f'<row r="{number}">{cells}</row>' if cells else ""
    return written


def _state(is_hidden: bool) -> str:
    return ' state="hidden"' if is_hidden else ""


def _xlsx_cell(row: int, column: int, cell: Cell, time_cells: str) -> str:
    name = chr(ord("A") + column)
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f'<c r="{name}{row}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
    style = f' s="{1 + time_cells.index(name)}"' if name in time_cells else ""
    return f'<c r="{name}{row}"{style}><v>{cell!r}</v></c>'


def _ods_cell(cell: Cell) -> str:
    if cell is None:
        return "<table:table-cell/>"
    kind = f'"float" office:value="{cell!r}"'
    if isinstance(cell, str):
        kind = f'"time" office:time-value="{cell}"' if cell.startswith("PT") else '"string"'
    return f"<table:table-cell office:value-type={kind}><text:p>{escape(str(cell))}</text:p></table:table-cell>"


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _biff(rows: Cells) -> bytes:
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))
    name = b"aeds"
    length = len(begin) + 4 + 8 + len(name) + 4
    bound = _record(0x0085, struct.pack("<IBBBB", length, 0, 0, len(name), 0) + name)
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            at = struct.pack("<HHH", number, column, 0)
            if isinstance(cell, str):
                raw = cell.encode("utf-16-le")
                sheet += _record(0x0204, at + struct.pack("<HB", len(raw) // 2, 1) + raw)
            elif cell is not None:
                sheet += _record(0x0203, at + struct.pack("<d", cell))
    end = _record(0x000A, b"")
    return begin + bound + end + sheet + end


def _compound(stream: bytes) -> bytes:
    sector, end, free, is_table, mini_from = 512, 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 4096
    stream = stream.ljust(max(-(-len(stream) // sector) * sector, mini_from), b"\0")
    count = len(stream) // sector
    chain = [is_table, end, *range(3, 2 + count), end]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(sector, struct.pack("<B", 0xFF))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, mini_from, end, 0, end, 0) + struct.pack("<I", 0) + b"\xff" * 432
    entries = (
        _entry("Root Entry", 5, 1, end, 0) + _entry("Workbook", 2, free, 2, len(stream)) + _entry("", 0, free, 0, 0) * 2
    )
    return header + table + entries + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    raw = (name + "\0").encode("utf-16-le") if name else b""
    free = 0xFFFFFFFF
    return (
        raw.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(raw), kind, 1, free, free, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
