"""Sheets of XLSX, XLS and ODS files: every visible one, cells as the person who typed them reads them."""

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    XmlError,
    ZipError,
)

from registry.importers.files import UnreadableFile
from registry.importers.reading.delimited import sheet_of_records
from registry.importers.reading.limits import MAX_CELLS, TooLarge
from registry.importers.reading.sheet import FileFormat, Sheet

# Day 1 of a sheet's calendar, and the last day by which a duration is meant instead of a date.
_DAY_ZERO = datetime(1899, 12, 31)  # noqa: DTZ001 -- a sheet's clock has no zone
_DURATIONS_UNTIL = datetime(1900, 1, 8)  # noqa: DTZ001
_ISO_DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:\.\d+)?S")
# Rows and cells with something in them; what is only formatted is closed at once, and often reaches to the edge.
_PART = re.compile(rb'<(?:\w+:)?(?:(row)|c)(?=[\s>])(?:[^>]*?\br="([A-Z]{0,3})(\d{1,7})")?[^>]*(?<!/)>')
_ODS_PART = re.compile(rb"<table:(?:table-|covered-table-)?(table|row|cell)\b([^>]*)>")
_REPEATED = re.compile(rb'number-(?:rows|columns)-repeated="(\d+)"')
_CHUNK = 1 << 20


def read_spreadsheet(path: Path, file: str) -> list[Sheet]:
    """The sheets that have rows.

    Raises:
        UnreadableFile: it is damaged, under a password or empty.
        TooLarge: it claims more cells than any list has.
    """
    durations = zipfile.is_zipfile(path) and _refuse_bombs(path, file)
    try:
        with CalamineWorkbook.from_path(path) as book:
            shown = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.typ is SheetTypeEnum.WorkSheet and sheet.visible is SheetVisibleEnum.Visible
            ]
            found = [
                _sheet(book.get_sheet_by_name(name), file, name if len(shown) > 1 else "", durations=durations)
                for name in shown
            ]
    except PasswordError as error:
        raise UnreadableFile(f"{file} is under a password: save it without one") from error
    except (CalamineError, ZipError, XmlError, OSError, ValueError) as error:
        raise UnreadableFile(f"{file} is no whole spreadsheet ({error}): save it again as XLSX") from error
    except BaseException as error:
        # Of some damaged files the library's compiled part gives up by an exception that is none of Python's errors.
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableFile(f"{file} is no whole spreadsheet: save it again as XLSX") from error
    sheets = [sheet for sheet in found if sheet is not None]
    if not sheets:
        raise UnreadableFile(f"{file} has no sheet with rows: is it the right file?")
    return sheets


def cell_text(value: Any, *, durations: bool = False) -> str:
    """A cell as a person reads it: a telephone without ".0", a day as 2024-05-01, closing time as 24:00. durations: the
    library gives times of day as texts such as PT24H00M00S, as it does of ODS alone."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # Sheets keep fifteen digits; what stands behind them is rounding.
        return str(int(value)) if value.is_integer() and abs(value) < 1e18 else f"{value:.15g}"
    if isinstance(value, timedelta):
        return _hours(value)
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, date):
        return _moment(datetime(value.year, value.month, value.day))  # noqa: DTZ001
    if isinstance(value, time):
        return value.strftime("%H:%M:%S").removesuffix(":00")
    text = str(value)
    match = _ISO_DURATION.fullmatch(text) if durations else None
    return _hours(timedelta(hours=int(match[1]), minutes=int(match[2]), seconds=int(match[3]))) if match else text


def _sheet(sheet: CalamineSheet, file: str, table: str, *, durations: bool) -> Sheet | None:
    if sheet.total_height * sheet.total_width > MAX_CELLS:
        raise TooLarge(f"{file}, {sheet.name}: {sheet.total_height} rows by {sheet.total_width} columns is no list")
    rows = [[cell_text(value, durations=durations) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in _merged(sheet):
        # One cell over several rows is said of each of them; across columns it is a heading.
        if left == right and top < len(rows) and left < len(rows[top]):
            for number in range(top + 1, min(bottom, len(rows) - 1) + 1):
                rows[number][left] = rows[number][left] or rows[top][left]
    records = [(number, cells) for number, cells in enumerate(rows, start=1) if any(cell.strip() for cell in cells)]
    if len(records) < 2:
        return None
    return sheet_of_records(records, file=file, table=table, file_format=FileFormat.SPREADSHEET, unit="row")


def _merged(sheet: CalamineSheet) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    return list(sheet.merged_cell_ranges or ())


def _moment(value: datetime) -> str:
    if value < _DURATIONS_UNTIL:
        return _hours(value - _DAY_ZERO)
    return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M:%S}".removesuffix(":00")


def _hours(value: timedelta) -> str:
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")


def _refuse_bombs(path: Path, file: str) -> bool:
    """Whether it is ODS. The library keeps every cell up to the last one, so a single cell in the far corner would fill
    the memory."""
    with zipfile.ZipFile(path) as packed:
        names = packed.namelist()
        if any(name.endswith(".bin") and name.startswith("xl/w") for name in names):
            raise UnreadableFile(f"{file} is a binary workbook (XLSB): save it as XLSX")
        for name in names:
            rows, columns = (_last_ods_cell if name == "content.xml" else _last_cell)(packed, name)
            if rows * columns > MAX_CELLS:
                raise TooLarge(
                    f"{file}: a cell in row {rows}, another in column {columns} make a sheet of no list: delete what "
                    "stands alone there, and save it again"
                )
    return "content.xml" in names


def _last_cell(packed: zipfile.ZipFile, name: str) -> tuple[int, int]:
    """The last filled row and column; cells that do not say where they are stand side by side in their row."""
    rows = columns = row = column = 0
    for chunk in _chunks(packed, name):
        for is_row, letters, digits in _PART.findall(chunk):
            if is_row:
                row, column = int(digits or row + 1), 0
                continue
            column = _column_number(letters) if letters else column + 1
            rows, columns = max(rows, int(digits or row)), max(columns, column)
    return rows, columns


def _last_ods_cell(packed: zipfile.ZipFile, name: str) -> tuple[int, int]:
    """The last filled row and column of the widest table; an empty cell or row that repeats to the edge is none."""
    rows = columns = row = column = 0
    for chunk in _chunks(packed, name):
        for kind, told in _ODS_PART.findall(chunk):
            times = int(next(iter(_REPEATED.findall(told)), 1))
            if kind == b"table":
                row = column = 0
            elif kind == b"row":
                row, column = row + times, 0
            else:
                column += times
                if not told.endswith(b"/") or b"office:value" in told:
                    rows, columns = max(rows, row), max(columns, column)
    return rows, columns


def _chunks(packed: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """A member's text in pieces that part no tag."""
    rest = b""
    with packed.open(name) as stream:
        while read := stream.read(_CHUNK):
            piece, mark, begun = (rest + read).rpartition(b"<")
            yield piece
            rest = mark + begun
    yield rest


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
