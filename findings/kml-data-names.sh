#!/usr/bin/env bash
# What: pyogrio 0.13.0 (its wheel holds GDAL 3.12.4 with the LIBKML driver), and so geopandas.read_file, on KML.
#
# Expected: <ExtendedData><Data name="..."> gives one column per name. In KML the name is any text; the same driver keeps Chinese
# names when they stand in a <Schema> with <SimpleData>.
#
# Seen: in <Data name> every byte of UTF-8 that is no ASCII letter or digit becomes "_". Two Chinese names of equal length
# are one column then, and the later value overwrites the earlier one; "opening hours" and "opening-hours" meet likewise.
# No error, no warning.
#
# In this field: lists of AEDs made with map drawing tools come as such KML. Of 地址 (address) and 电话 (telephone) one is
# left, in a column named "______", and which one depends on the order in the file.
#
# Instead: read <Data> with an XML parser (the format is small) and take only the geometry from GDAL; or refuse a KML
# whose column names consist of "_" alone.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pyogrio==0.13.0 numpy==2.4.6
"$work/venv/bin/python" - "$work" <<'PY'
import sys
from pathlib import Path

import pyogrio
from pyogrio.raw import read

print("pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__)


def columns(name, schema, extended):
    path = Path(sys.argv[1]) / f"{name}.kml"
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"{schema}<Placemark><name>A</name><ExtendedData>{extended}</ExtendedData>"
        "<Point><coordinates>113.6,34.7</coordinates></Point></Placemark></Document></kml>",
        encoding="utf-8",
    )
    meta, _, _, values = read(path)
    found = {str(field): value[0] for field, value in zip(meta["fields"], values)}
    return {field: value for field, value in found.items() if value in ("one", "two")}


def data(name, value):
    return f'<Data name="{name}"><value>{value}</value></Data>'


chinese = columns("chinese", "", data("地址", "one") + data("电话", "two"))
english = columns("english", "", data("opening hours", "one") + data("opening-hours", "two"))
simple = columns(
    "simple",
    '<Schema name="s" id="s"><SimpleField type="string" name="地址"/><SimpleField type="string" name="电话"/></Schema>',
    '<SchemaData schemaUrl="#s"><SimpleData name="地址">one</SimpleData><SimpleData name="电话">two</SimpleData></SchemaData>',
)
print('<Data name="地址">one, <Data name="电话">two              ->', chinese)
print('<Data name="opening hours">one, "opening-hours">two     ->', english)
print('<SimpleData name="地址">one, <SimpleData name="电话">two  ->', simple)
if (chinese, english, simple) != ({"______": "two"}, {"opening_hours": "two"}, {"地址": "one", "电话": "two"}):
    sys.exit("CHANGED: names of <Data> are kept now")
print("AS STATED: of two columns with Chinese names one is left")
PY
