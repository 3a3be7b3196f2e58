#!/usr/bin/env bash
# What: pyogrio 0.13.0 (its wheel holds GDAL 3.12.4), python-calamine 0.9.1, openpyxl 3.1.5 and pandas 3.1.1 (odfpy 1.4.1) on one
# cell: a closing time of 24:00 in a sheet, XLSX or ODS.
#
# Expected: 24:00 is a valid cell. In XLSX it is the number 1 with a format of hours, in ODS the ISO 8601 duration PT24H. A
# reader gives 24 hours, and the neighbour 20:00 in the same kind.
#
# Seen: no two agree. XLSX: GDAL says 00:00 (or the number 1.0 under the format [h]:mm); calamine says one day under
# [hh]:mm, but under hh:mm the date 1 January 1900; openpyxl says one day under [hh]:mm and a datetime at 1900 under hh:mm. ODS:
# GDAL and pandas refuse the whole sheet over this one cell, calamine gives the text "PT24H00M00S" beside a proper 20:00.
#
# In this field: "08:00 to 24:00" is what a mall or a station writes for its AED. Read as 08:00 to 00:00 it is never open,
# or open on the wrong day; in ODS a list of a thousand AEDs is lost to one row.
#
# Instead: convert closing times by hand from whatever comes: a time of 00:00 as a closing time, a timedelta of a day, 1.0, a
# date in 1900 and "PT24H..." all mean the end of the day.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pyogrio==0.13.0 numpy==2.4.6 python-calamine==0.9.1 \
  openpyxl==3.1.5 pandas==3.1.1 odfpy==1.4.1
"$work/venv/bin/python" - "$work" <<'PY'
import sys
from importlib.metadata import version
from pathlib import Path

import openpyxl
import pandas
import pyogrio
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from pyogrio.raw import read
from python_calamine import CalamineWorkbook

print("pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__, *(
    f"{name} {version(name)}" for name in ("python-calamine", "openpyxl", "pandas", "odfpy")))
folder = Path(sys.argv[1])


def gdal(path):
    meta, _, _, values = read(path)
    return [str(v) for v in values[list(meta["fields"]).index("closes")]]


def calamine(path):
    return [str(row[1]) for row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[1:]]


def by_openpyxl(path):
    return [str(row[1]) for row in openpyxl.load_workbook(path).active.iter_rows(min_row=2, values_only=True)]


def by_pandas(path):
    return [str(v) for v in pandas.read_excel(path, engine="odf")["closes"]]


seen = {}


def try_out(label, reader, path):
    try:
        seen[label] = reader(path)
    except ValueError as error:
        seen[label] = f"{type(error).__name__}: {error}"
    print(f"{label:22} {seen[label]}")


for number, form in enumerate(("hh:mm", "[hh]:mm", "[h]:mm")):
    book = openpyxl.Workbook()
    book.active.append(["id", "closes"])
    for row, (name, part) in enumerate((("a", 20 / 24), ("b", 1)), 2):
        book.active.append([name, part])
        book.active.cell(row, 2).number_format = form
    path = folder / f"{number}.xlsx"
    book.save(path)
    for label, reader in (("GDAL", gdal), ("calamine", calamine), ("openpyxl", by_openpyxl)):
        try_out(f"XLSX {form} {label}", reader, path)

sheet = OpenDocumentSpreadsheet()
table = Table(name="aeds")
sheet.spreadsheet.addElement(table)
for name, closes in (("id", "closes"), ("a", "20:00"), ("b", "24:00")):
    row = TableRow()
    table.addElement(row)
    first = TableCell(valuetype="string")
    hours = closes.split(":")[0]
    second = TableCell(valuetype="string") if name == "id" else TableCell(valuetype="time", timevalue=f"PT{hours}H00M00S")
    for cell, text in ((first, name), (second, closes)):
        cell.addElement(P(text=text))
        row.addElement(cell)
path = folder / "aeds.ods"
sheet.save(path)
for label, reader in (("GDAL", gdal), ("calamine", calamine), ("pandas", by_pandas)):
    try_out(f"ODS {label}", reader, path)

stated = {
    "XLSX hh:mm GDAL": "00:00:00",
    "XLSX [hh]:mm GDAL": "00:00:00",
    "XLSX [h]:mm GDAL": "1.0",
    "XLSX hh:mm calamine": "1900-01-01",
    "XLSX [hh]:mm calamine": "1 day, 0:00:00",
    "ODS calamine": "PT24H00M00S",
}
as_stated = all(seen[label][1] == value for label, value in stated.items()) and all(
    isinstance(seen[label], str) and "hour must be in 0..23" in seen[label] for label in ("ODS GDAL", "ODS pandas")
)
if not as_stated:
    sys.exit("CHANGED: a closing time of 24:00 is read otherwise now")
print("AS STATED: 24:00 comes as 00:00, as 1.0, as a day, as a date in 1900, as text, or not at all")
PY
