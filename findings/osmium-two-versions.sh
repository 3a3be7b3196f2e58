#!/usr/bin/env bash
# What: osmium 4.3.2 (pyosmium), FileProcessor.with_locations() and SimpleHandler.apply_file(locations=True).
#
# Expected: of a file with two versions of one node (a history extract, or an extract with its later change appended), sorted
# as such files are, a way gets the newest location, or the reader says that the file is not for this. The kind of
# index is described as a choice of speed and memory.
#
# Seen: the kind of index decides where the way lies. With the default "flex_mem" and with the sparse arrays the OLDER location
# wins, with the dense ones and "sparse_mem_map" the newer one. No error, no warning.
#
# In this field: a footway, and with it the walk to an AED, lies where a street was before it was moved; the answer
# changes when somebody picks another index to save memory.
#
# Instead: keep one version of each object before locations are asked for (osmium.MergeInputReader with simplify=True for
# changes, the command `osmium time-filter` for histories), and check that no id comes twice.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check osmium==4.3.2
cat >"$work/history.osm" <<'XML'
<osm version="0.6" generator="by hand">
  <node id="1" version="1" timestamp="2025-01-01T00:00:00Z" lat="34.70" lon="113.60"/>
  <node id="1" version="2" timestamp="2026-01-01T00:00:00Z" lat="34.75" lon="113.65"/>
  <node id="2" version="1" timestamp="2025-01-01T00:00:00Z" lat="34.76" lon="113.66"/>
  <way id="3" version="1" timestamp="2026-01-02T00:00:00Z">
    <nd ref="1"/><nd ref="2"/><tag k="highway" v="footway"/>
  </way>
</osm>
XML
"$work/venv/bin/python" - "$work/history.osm" <<'PY'
import sys
from importlib.metadata import version

import osmium

print("osmium", version("osmium"))
path = sys.argv[1]


def first_node(processor):
    return next((o.nodes[0].lon, o.nodes[0].lat) for o in processor if o.is_way())


seen = {"(default)": first_node(osmium.FileProcessor(path).with_locations())}
for kind in ("flex_mem", "sparse_mem_array", "sparse_mem_map", "dense_mem_array", "dense_mmap_array"):
    seen[kind] = first_node(osmium.FileProcessor(path).with_locations(kind))
for kind, place in seen.items():
    print(f"{kind:18} the way begins at {place}")
old, new = (113.60, 34.70), (113.65, 34.75)
if list(seen.values()) != [old, old, old, new, new, new]:
    sys.exit("CHANGED: another version wins now")
print("AS STATED: the default index takes the older location, others take the newer one")
PY
