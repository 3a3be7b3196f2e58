#!/usr/bin/env bash
# What: osmium 4.3.2 (pyosmium) reading a .osm file as the editor JOSM saves it.
#
# Expected: in JOSM's file format, described in OpenStreetMap's wiki, action="delete" marks an object that the mapper has
# deleted. osmium's objects have `deleted` and `visible`, and it honours visible="false" and the <delete> section of change files.
#
# Seen: the attribute `action` is skipped. The deleted object comes out with all its tags, deleted=False and visible=True,
# and cannot be told from one that is there; the attribute is not passed on either.
#
# In this field: a mapper walks the town, deletes the AEDs that are gone and hands over the saved file. Read with
# osmium, every one of them hangs on its wall again.
#
# Instead: ask for the file after upload, or as a change file (.osc), or take out elements with action="delete" with an
# XML reader first. Refuse a .osm file that holds any action attribute otherwise.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check osmium==4.3.2
cat >"$work/saved.osm" <<'XML'
<osm version="0.6" generator="JOSM">
  <node id="1" action="delete" version="3" visible="true" lat="34.70" lon="113.60"><tag k="emergency" v="defibrillator"/></node>
  <node id="2" version="3" visible="false" lat="34.71" lon="113.61"><tag k="emergency" v="defibrillator"/></node>
  <node id="3" version="3" visible="true" lat="34.72" lon="113.62"><tag k="emergency" v="defibrillator"/></node>
</osm>
XML
cat >"$work/change.osc" <<'XML'
<osmChange version="0.6" generator="by hand">
  <delete><node id="1" version="4" lat="34.70" lon="113.60"><tag k="emergency" v="defibrillator"/></node></delete>
</osmChange>
XML
"$work/venv/bin/python" - "$work/saved.osm" "$work/change.osc" <<'PY'
import sys
from importlib.metadata import version

import osmium

print("osmium", version("osmium"))
saved = [(o.id, o.deleted, o.visible, dict(o.tags)) for o in osmium.FileProcessor(sys.argv[1])]
change = [(o.id, o.deleted) for o in osmium.FileProcessor(sys.argv[2])]
for (number, deleted, visible, tags), note in zip(saved, ('action="delete"', 'visible="false"', "kept")):
    print(f"saved.osm  node {number} ({note}): deleted={deleted} visible={visible} tags={tags}")
print(f"change.osc node {change[0][0]} (<delete>): deleted={change[0][1]}")
if [row[1] for row in saved] != [False, True, False] or saved[0][3] != saved[2][3] or change != [(1, True)]:
    sys.exit("CHANGED: an object that JOSM marked as deleted is told now")
print("AS STATED: a node that the mapper deleted is read as one that is there")
PY
