#!/usr/bin/env bash
# What: pyogrio 0.13.0 (its wheel holds GDAL 3.12.4), and so geopandas.read_file, on GeoJSON.
#
# Expected: RFC 7946 has the identifier of a feature as its member "id", a string or a number. The reader's table keeps
# it, in the same way for every file. GDAL's page on the format tells how ids are written (ID_FIELD), not how they are read.
#
# Seen: four ways, without a word.
# - all ids are strings: a column "id";
# - all ids are numbers: no column; they are the feature ids, which are thrown away unless one asks for them;
# - the first id is a number and a later one a string: no column, and the string is gone altogether, replaced by a number;
# - a property is called "id" too: the property wins and the feature's own id is gone; where only some features have that
#   property, the one column mixes both.
#
# In this field: exports of OpenStreetMap have "id": "node/123" or 123; registries have a property "id" for the number on the
# cabinet. A second import then meets other ids, and takes every AED for a new one.
#
# Instead: read GeoJSON with a JSON parser and take feature["id"] yourself. With pyogrio at least ask for fids, and
# refuse a file whose ids are of two kinds.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pyogrio==0.13.0 numpy==2.4.6
"$work/venv/bin/python" - "$work" <<'PY'
import json
import sys
from pathlib import Path

import pyogrio
from pyogrio.raw import read

print("pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__)
path = Path(sys.argv[1]) / "aeds.geojson"


def table(*features):
    collection = [
        {"type": "Feature", "id": number, "properties": properties, "geometry": {"type": "Point", "coordinates": [113.6, 34.7]}}
        for number, properties in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": collection}))
    meta, fids, _, values = read(path, return_fids=True)
    columns = {str(field): list(value) for field, value in zip(meta["fields"], values)}
    return columns.get("id"), [int(fid) for fid in fids]


a, b = {"name": "a"}, {"name": "b"}
seen = {
    "strings": table(("node/1", a), ("node/2", b)),
    "numbers": table((123, a), (124, b)),
    "a number, then a string": table((123, a), ("node/2", b)),
    "strings, and a property id": table(("node/1", a | {"id": "A7"}), ("node/2", b | {"id": "A8"})),
    "strings, one property id": table(("node/1", a), ("node/2", b | {"id": "A8"})),
}
for name, (column, fids) in seen.items():
    print(f"{name:27} column id: {column}, fids: {fids}")
stated = [
    (["node/1", "node/2"], [0, 1]),
    (None, [123, 124]),
    (None, [123, 0]),
    (["A7", "A8"], [0, 1]),
    (["node/1", "A8"], [0, 1]),
]
if list(seen.values()) != stated:
    sys.exit("CHANGED: ids of features are kept otherwise now")
print("AS STATED: whether a feature's id survives depends on its type and on its neighbours")
PY
