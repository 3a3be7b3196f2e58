#!/usr/bin/env bash
# What: timezonefinder 9.0.0 and tzfpy 2.1.1 (Python), which give the time zone at a place.
#
# Expected: two finders over the same public outlines (timezone-boundary-builder) agree on land, and the zone is the one in
# which signs at that place give their hours. Official time in all of China is Beijing time, UTC+8.
#
# Seen: in Urumqi and Kashgar the outlines of Asia/Shanghai and Asia/Urumqi overlap. timezone_at of timezonefinder answers
# Asia/Urumqi, UTC+6, without a hint that there is another; get_tz of tzfpy answers Asia/Shanghai, and its get_tzs gives both.
# The two are two hours apart.
#
# In this field: hours "10:00-19:00" of an AED in Urumqi, which the sign means in Beijing time, are moved to 12:00-21:00:
# two hours of the morning are lost, and for two hours in the evening somebody runs to a closed door.
#
# Instead: take Asia/Shanghai for every place in China, before any finder is asked; elsewhere ask for all zones of a
# place (get_tzs) and have a person decide where there is more than one.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check timezonefinder==9.0.0 tzfpy==2.1.1 tzdata==2026.3
"$work/venv/bin/python" - <<'PY'
import sys
from datetime import datetime
from importlib.metadata import version
from zoneinfo import ZoneInfo

import tzfpy
from timezonefinder import TimezoneFinder

print("timezonefinder", version("timezonefinder"), "tzfpy", version("tzfpy"))
finder = TimezoneFinder()
noon = datetime(2026, 5, 5, 12)
seen = {}
for city, lon, lat in (("Urumqi", 87.617, 43.825), ("Kashgar", 75.99, 39.47), ("Zhengzhou", 113.65, 34.75)):
    one, two, both = finder.timezone_at(lng=lon, lat=lat), tzfpy.get_tz(lon, lat), sorted(tzfpy.get_tzs(lon, lat))
    apart = noon.replace(tzinfo=ZoneInfo(one)) - noon.replace(tzinfo=ZoneInfo(two))
    seen[city] = (one, two, both, apart.total_seconds() / 3600)
    print(f"{city:10} timezonefinder {one}, tzfpy {two} of {both}: {seen[city][3]:.0f} hours apart")
west = ("Asia/Urumqi", "Asia/Shanghai", ["Asia/Shanghai", "Asia/Urumqi"], 2)
east = ("Asia/Shanghai", "Asia/Shanghai", ["Asia/Shanghai"], 0)
if seen != {"Urumqi": west, "Kashgar": west, "Zhengzhou": east}:
    sys.exit("CHANGED: other zones are given now")
print("AS STATED: in Urumqi one finder says UTC+6 and the other UTC+8")
PY
