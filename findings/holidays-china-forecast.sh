#!/usr/bin/env bash
# What: holidays 0.109 (Python), country CN, beside chinesecalendar 1.11.0.
#
# Expected: China's days off for a year exist only once the State Council has published its notice, in the November before.
# The class for China has labels for guesses (`estimated_label`, "推定"), as other countries use them. So a year without a notice
# should carry that label, or fail.
#
# Seen: 2027, for which this release holds no notice, comes back without the label, an error or a warning, and looks as
# certain as 2026. It is a calculation: unlike every year from 2023 to 2026 no day off is exchanged and no weekend day
# worked, so the long weeks of Spring Festival and National Day cannot come out right. chinesecalendar raises NotImplementedError.
#
# In this field: a duty plan, or the hours of AEDs in schools and offices, for next year rests on days that will not come out so:
# in each of the years 2023-2026 five to eight weekend days were worked.
#
# Instead: ask only for years that are known (a list of your own, or chinesecalendar's error), and say "no notice yet" for
# the rest. A year without a single entry in `weekend_workdays` is a guess.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check holidays==0.109 chinesecalendar==1.11.0
"$work/venv/bin/python" - <<'PY'
import sys
import warnings
from datetime import date
from importlib.metadata import version

import chinese_calendar
import holidays

print("holidays", version("holidays"), "chinesecalendar", version("chinesecalendar"))
seen = {}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for year in (2023, 2024, 2025, 2026, 2027):
        china = holidays.country_holidays("CN", years=year)
        days = {d: name for d, name in china.items() if d.year == year}
        guesses = [name for name in days.values() if "推定" in name or "estimated" in name]
        worked = [d for d in china.weekend_workdays if d.year == year]
        exchanged = [name for name in days.values() if "substituted" in name or "休息日" in name]
        seen[year] = (len(days), len(exchanged), len(worked), len(guesses))
        print(f"{year}: {len(days)} days off, {len(exchanged)} exchanged, {len(worked)} weekend days worked,"
              f" {len(guesses)} marked as estimated")
print("warnings:", len(caught), " label for guesses:", holidays.country_holidays("CN").estimated_label)

try:
    chinese_calendar.is_holiday(date(2027, 10, 1))
except NotImplementedError as error:
    refusal = str(error)
    print("chinesecalendar 2027: NotImplementedError:", refusal)
else:
    sys.exit("CHANGED: chinesecalendar knows 2027; move the years of this script on by one")

as_stated = (
    not caught
    and seen[2027][0] > 0
    and seen[2027][1:] == (0, 0, 0)
    and all(seen[year][1] > 0 and seen[year][2] >= 5 for year in (2023, 2024, 2025, 2026))
)
if not as_stated:
    sys.exit("CHANGED: 2027 has a notice, a label or a warning now")
print("AS STATED: 2027 is a guess that looks like knowledge")
PY
