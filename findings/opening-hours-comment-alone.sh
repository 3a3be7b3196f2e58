#!/usr/bin/env bash
# What: opening-hours-py 2.1.4 (Python), which evaluates the opening_hours of OpenStreetMap.
#
# Expected: the library names the OpenStreetMap specification as its grammar. There, in the section on rule modifiers, a
# rule whose only modifier is a comment is UNKNOWN; opening_hours.js 3.15.0, which that page names, says so. A comment
# belongs to an open rule only when the word "open" stands before it.
#
# Seen: a comment alone makes the rule OPEN. An object with nothing but "by appointment" is open day and night, and
# normalize() even rewrites hours followed by such a comment to 24/7. is_unknown() says no. `warnings` is empty.
#
# In this field: AEDs carry hours such as "ask at the desk" or "after registration". They count as within reach
# at three in the morning, and somebody runs to a locked door.
#
# Instead: read the state together with its comment, and treat OPEN with a comment as unknown unless the word "open"
# was written; or put "unknown" before a bare comment ahead of parsing.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check opening-hours-py==2.1.4
"$work/venv/bin/python" - <<'PY'
import sys
from datetime import datetime
from importlib.metadata import version

from opening_hours import OpeningHours, State

print("opening-hours-py", version("opening-hours-py"))
night = datetime(2026, 5, 5, 3, 0)  # a Tuesday, three in the morning
seen = {}
for text in ('"by appointment"', 'Mo-Fr "ask at the desk"', '08:00-18:00; "by appointment"', 'unknown "by appointment"'):
    hours = OpeningHours(text)
    state, comment = hours.state(night)
    seen[text] = state
    print(f"{text:32} {state} comment={comment!r} unknown={hours.is_unknown(night)} warnings={hours.warnings}"
          f" normalized={str(hours.normalize())!r}")

as_stated = (
    [state == State.OPEN for state in seen.values()] == [True, True, True, False]
    and seen['unknown "by appointment"'] == State.UNKNOWN
    and str(OpeningHours('08:00-18:00; "by appointment"').normalize()) == '24/7 "by appointment"'
)
if not as_stated:
    sys.exit("CHANGED: a comment alone no longer means open")
print("AS STATED: a comment alone is open at three in the morning")
PY
