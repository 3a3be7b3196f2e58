"""Exports for spreadsheets and for the web: CSV, XLSX, GeoJSON."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from registry.exporters.columns import LAT, LON, Column, ExportedAed
from registry.exporters.guarding import guarded
from registry.exporters.refused import ExportRefused

SHEET_NAME = "AED"


class TooLongForSheet(ExportRefused):
    """A text is longer than a cell of a workbook may be; the message names it."""

    code = "too_long_for_sheet"


def write_csv(path: Path, rows: Sequence[ExportedAed], columns: Sequence[Column]) -> None:
    """UTF-8 with a byte order mark: without it Excel reads Chinese in the computer's own encoding."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*(column.name for column in columns), LON, LAT])
        for row in rows:
            cells = [guarded(column.text(row), formulas=True) for column in columns]
            writer.writerow([*cells, repr(row.aed.lon), repr(row.aed.lat)])


def write_xlsx(path: Path, rows: Sequence[ExportedAed], columns: Sequence[Column]) -> None:
    """One sheet, its header held in place. Texts are written as texts, so that none is a formula.

    Raises:
        TooLongForSheet
    """
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(SHEET_NAME)
        sheet.freeze_panes(1, 1)
        for place, name in enumerate((*(column.name for column in columns), LON, LAT)):
            sheet.write_string(0, place, name)
        for number, row in enumerate(rows, start=1):
            for place, column in enumerate(columns):
                # It says so by a number, and would cut the text.
                if (text := column.text(row)) and sheet.write_string(number, place, guarded(text, formulas=False)):
                    raise _too_long(row, column)
            sheet.write_number(number, len(columns), row.aed.lon)
            sheet.write_number(number, len(columns) + 1, row.aed.lat)


def write_geojson(path: Path, rows: Sequence[ExportedAed], columns: Sequence[Column]) -> None:
    """RFC 7946, one feature a line; what is not known is null."""
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type": "FeatureCollection", "features": [')
        for number, row in enumerate(rows):
            told = {column.name: guarded(column.text(row), formulas=False) or None for column in columns}
            place = {"type": "Point", "coordinates": [row.aed.lon, row.aed.lat]}
            feature = {"type": "Feature", "id": row.aed.aed_id, "geometry": place, "properties": told}
            file.write((",\n" if number else "\n") + json.dumps(feature, ensure_ascii=False))
        file.write("\n]}\n")


def _too_long(row: ExportedAed, column: Column) -> TooLongForSheet:
    return TooLongForSheet(
        f"{column.name} of {row.aed.aed_id} has more letters than the 32,767 that a cell of a workbook holds: "
        "export it as CSV or GeoPackage"
    )
