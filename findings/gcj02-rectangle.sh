#!/usr/bin/env bash
# What: eviltransform 0.1.1 and coordTransform 0.2.1 (Python), which turn China's GCJ-02 coordinates into WGS 84.
#
# Expected: maps in GCJ-02 are shifted inside mainland China only. Both packages test "outside China" and then return the
# point as it came; coordTransform's page says that maps of places abroad are WGS 84 anyway.
#
# Seen: "China" is a rectangle: from 72.0 to 137.8 degrees east and 0.8 to 55.8 north in eviltransform, from 73.7 to 135.0 and 3.9
# to 53.5 in coordTransform. Seoul, Pyongyang, Taipei, Hong Kong, Hanoi, Ulaanbaatar, Delhi and Bangkok lie in both, Osaka and
# Singapore in the first; all are moved, by 160 to 600 metres. Tokyo, just east of both, stays.
#
# In this field: one list of AEDs of a provider with branches on both sides of a border, or a worldwide app with such a
# step in its code: four minutes of walking are about 300 metres.
#
# Instead: decide per source, not per point, whether it is GCJ-02; where one must decide per point, test with an
# outline of mainland China.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check eviltransform==0.1.1 coordTransform==0.2.1
"$work/venv/bin/python" - <<'PY'
import math
import sys
from importlib.metadata import version

import coordTransform
import eviltransform

print("eviltransform", version("eviltransform"), "coordTransform", version("coordTransform"))


def metres(a, b):
    lat = math.radians((a[0] + b[0]) / 2)
    return math.hypot(math.radians(a[0] - b[0]), math.radians(a[1] - b[1]) * math.cos(lat)) * 6371000


cities = {
    "Zhengzhou": (34.75, 113.65), "Seoul": (37.566, 126.978), "Pyongyang": (39.02, 125.75), "Osaka": (34.694, 135.502),
    "Taipei": (25.048, 121.517), "Hong Kong": (22.286, 114.158), "Hanoi": (21.028, 105.834), "Ulaanbaatar": (47.919, 106.917),
    "Delhi": (28.614, 77.209), "Bangkok": (13.756, 100.502), "Singapore": (1.29, 103.85), "Tokyo": (35.681, 139.767),
}
moved = {}
for city, place in cities.items():
    one = metres(place, eviltransform.gcj2wgs(*place))
    lon, lat = coordTransform.gcj02_to_wgs84(place[1], place[0])
    two = metres(place, (lat, lon))
    moved[city] = (one, two)
    print(f"{city:12} moved by {one:4.0f} m (eviltransform), {two:4.0f} m (coordTransform)")
abroad = [m for city, m in moved.items() if city not in ("Zhengzhou", "Tokyo")]
spared_by_the_second = sorted(city for city, (one, two) in moved.items() if two == 0)
distances = [metre for pair in abroad for metre in pair if metre]
as_stated = (
    moved["Tokyo"][0] == 0
    and spared_by_the_second == ["Osaka", "Singapore", "Tokyo"]
    and all(one > 0 for one, _ in abroad)
    and all(150 < metre < 620 for metre in distances)
)
if not as_stated:
    sys.exit("CHANGED: places outside China are left alone now, or moved by other distances")
print(f"AS STATED: {len(abroad)} cities outside mainland China are moved by {min(distances):.0f} to"
      f" {max(distances):.0f} m")
PY
