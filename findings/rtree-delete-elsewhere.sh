#!/usr/bin/env bash
# What: rtree 1.4.1 (Python, libspatialindex).
#
# Expected: its documents say that `delete(id, coordinates)` finds the item by both. They do not say what happens when nothing
# matches; in Python one expects an error, as from list.remove or dict.pop, or at least another return value.
#
# Seen: nothing. A delete that hits and a delete that misses both return None, and the old entry stays. A move written as
# "delete at the position I remember, insert at the new one" then leaves the same id at two places. Float rounding is
# enough to miss: a longitude that went through 32 bits, or was printed with five decimals.
#
# In this field: a volunteer who moves is found at the place left an hour ago, also when nearest() asks for one only.
#
# Instead: keep a dict id -> bounds exactly as inserted and delete with those; compare len(index) before and after.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check rtree==1.4.1
"$work/venv/bin/python" - <<'PY'
import struct
import sys
from importlib.metadata import version

from rtree import index

print("rtree", version("rtree"))
lon, lat = 113.6253, 34.7466
lon32, lat32 = struct.unpack("ff", struct.pack("ff", lon, lat))  # as a float32 column gives it back

tree = index.Index()
tree.insert(7, (lon, lat, lon, lat))
missed = tree.delete(7, (lon32, lat32, lon32, lat32))
print(f"delete with bounds {abs(lon - lon32):.1e} degrees off: returns {missed}, length {len(tree)}")
length_after_miss = len(tree)
tree.insert(7, (113.70, 34.80, 113.70, 34.80))
places = sorted(item.bounds for item in tree.intersection((113, 34, 114, 35), objects=True))
print("after the move id 7 is at", places)
nearest = [item.id for item in tree.nearest((lon, lat, lon, lat), 1, objects=True)]
print("nearest to the place it left:", nearest)
hit = tree.delete(7, (lon, lat, lon, lat))
print(f"delete with the bounds as inserted: returns {hit}, length {len(tree)}")

if not (missed is None and hit is None and length_after_miss == 1 and len(places) == 2 and nearest == [7] and len(tree) == 1):
    sys.exit("CHANGED: a delete that misses is told now")
print("AS STATED: a delete that misses says nothing, and the id is at two places")
PY
