#!/usr/bin/env bash
# What: opening-hours-py 2.1.4 (Python).
#
# Expected: "input times in other timezones will be converted". A datetime with datetime.timezone.utc is the commonest
# aware datetime in Python: datetime.now(timezone.utc), every timestamptz that a database driver returns.
#
# Seen: such a datetime raises TypeError, in each method and even when the hours have a zone of their own; so does any fixed
# offset, as ISO 8601 text gives it ("+08:00"). The message is about a union of "Naive | Aware", and ends with the true cause:
# the zone has no attribute `key`. Only zoneinfo.ZoneInfo passes, ZoneInfo("UTC") included.
#
# In this field: a test with naive or ZoneInfo times passes, and the first call with an alarm's own time ("...+08:00") fails
# when it matters. Whoever catches the error broadly takes every AED with hours out of the search.
#
# Instead: convert at the border: moment.astimezone(ZoneInfo("UTC")), or to the zone of the place.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check opening-hours-py==2.1.4 tzdata==2026.3
"$work/venv/bin/python" - <<'PY'
import sys
from datetime import datetime, timezone
from importlib.metadata import version
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours

print("opening-hours-py", version("opening-hours-py"))
hours = OpeningHours("08:00-18:00", timezone=ZoneInfo("Asia/Shanghai"))
moments = {
    "timezone.utc": datetime(2026, 5, 5, 2, 0, tzinfo=timezone.utc),
    "ISO 8601 +08:00": datetime.fromisoformat("2026-05-05T10:00:00+08:00"),
    'ZoneInfo("UTC")': datetime(2026, 5, 5, 2, 0, tzinfo=ZoneInfo("UTC")),
}
seen = {}
for name, moment in moments.items():
    try:
        seen[name] = hours.is_open(moment)
    except TypeError as error:
        seen[name] = "TypeError"
        print(f"{name:16} TypeError: {str(error).splitlines()[-1]}")
    else:
        print(f"{name:16} is_open={seen[name]}")
if list(seen.values()) != ["TypeError", "TypeError", True]:
    sys.exit("CHANGED: datetime.timezone is taken now")
print("AS STATED: datetime.timezone.utc and fixed offsets are refused, ZoneInfo is taken")
PY
