#!/usr/bin/env bash
# What: openpyxl 3.1.5 and pyogrio 0.13.0 (its wheel holds GDAL 3.12.4) beside python-calamine 0.9.1, on dates in XLSX sheets of
# Chinese and Japanese spreadsheets.
#
# Expected: ECMA-376, part 1, 18.8.30 lists formats that a file names by number alone: 14 everywhere, and for Chinese,
# Japanese and Korean 27 to 36 and 50 to 58. Number 31 is yyyy"年"m"月"d"日" for zh-cn. A cell in it is a date.
#
# Seen: under 27, 31 and 57 openpyxl (and so pandas) calls the format "General" and gives the integer 45413; so does GDAL, which
# does not know formats with the year of an era (e) either. Under 14, and where the file writes the very same format out,
# both give 1 May 2024. Nothing says that some dates of a column came as numbers. calamine gives dates throughout.
#
# In this field: 发证日期 and 有效期至 of a list of rescuers are typed as 2024年5月1日, which Chinese Excel stores as number 31. A
# reader that wants dates drops the end of every certificate, or takes 45413 for a number of something.
#
# Instead: read sheets with calamine; elsewhere take whole numbers of five digits in a column of dates as days since
# 30 December 1899.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pyogrio==0.13.0 numpy==2.4.6 python-calamine==0.9.1 \
  openpyxl==3.1.5
"$work/venv/bin/python" - "$work" <<'PY'
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import openpyxl
import pyogrio
from pyogrio.raw import read
from python_calamine import CalamineWorkbook

print("pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__, *(
    f"{name} {version(name)}" for name in ("python-calamine", "openpyxl")))
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
FORMATS = (14, 27, 31, 57, 164, 165)  # the last two are written out
file = Path(sys.argv[1]) / "dates.xlsx"


def relations(*targets):
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/{kind}" Target="{target}"/>' for n, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'


parts = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
    f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{OFFICE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{OFFICE}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{OFFICE}.worksheet+xml"/></Types>',
    "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
    "xl/_rels/workbook.xml.rels": relations(("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml")),
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
    '<sheet name="名单" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/>'
    '<numFmt numFmtId="165" formatCode="[$-411]ggge&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/></font></fonts>'
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs>'
    f'<cellXfs count="{len(FORMATS) + 1}"><xf numFmtId="0" xfId="0"/>'
    + "".join(f'<xf numFmtId="{number}" xfId="0" applyNumberFormat="1"/>' for number in FORMATS)
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
    "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>'
    + "".join(f'<row r="{n}"><c r="A{n}" s="{n}"><v>45413</v></c></row>' for n in range(1, len(FORMATS) + 1))
    + "</sheetData></worksheet>",
}
with zipfile.ZipFile(file, "w") as packed:
    for name, text in parts.items():
        packed.writestr(name, text)

by_calamine = [row[0] for row in CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()]
by_openpyxl = [row[0] for row in openpyxl.load_workbook(file).active.iter_rows(values_only=True)]
by_gdal = [str(cell) for cell in read(file, read_geometry=False)[3][0]]
for number, calamine, cell, gdal in zip(FORMATS, by_calamine, by_openpyxl, by_gdal, strict=True):
    print(f"format {number}: calamine {calamine}, openpyxl {cell!r}, GDAL {gdal!r}")
are_numbers = [cell == 45413 for cell in by_openpyxl], ["45413" in cell for cell in by_gdal]
stated = [False, True, True, True, False, False], [False, True, True, True, False, True]
if are_numbers != stated or {str(cell) for cell in by_calamine} != {"2024-05-01"}:
    sys.exit("CHANGED: other formats are read as dates now")
print("AS STATED: dates in the formats of Chinese and Japanese spreadsheets come as numbers")
PY
