#!/usr/bin/env bash
# What: opening-hours-py 2.1.4 (Python) with `country=...`, beside chinesecalendar 1.11.0, which follows the notices of
# China's State Council.
#
# Expected: "Embedded public holidays database for many countries"; `country` "will be used to load a calendar of local
# public holidays". So `Mo-Fr 08:00-18:00; PH off` is closed on the public holidays of that country.
#
# Seen: of China's days off that fall on Monday to Friday in 2024-2026, most are unknown: one single day stands for
# Spring Festival and one for National Day, and Qingming is missing. The United Kingdom has no New Year's Day
# (Christmas Day it has), Turkey no Eid, Vietnam no third day of Tet.
# Other countries (TW, IN, TH, MY) raise UnknownCountryError, which is the honest answer.
# The days that China works on a Saturday or Sunday in exchange cannot be written in the format at all.
#
# In this field: an office building, a school or a bank with an AED inside counts as open through the whole Spring
# Festival. In a city of ten million that is a large part of all AEDs for a week.
#
# Instead: evaluate `PH` with a calendar of your own per country (chinesecalendar, holidays), which also knows the exchanged
# working days; use the library for the rest of the expression only.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check opening-hours-py==2.1.4 chinesecalendar==1.11.0
"$work/venv/bin/python" - <<'PY'
import sys
from datetime import date, datetime, time, timedelta
from importlib.metadata import version

import chinese_calendar
from opening_hours import OpeningHours, UnknownCountryError

print("opening-hours-py", version("opening-hours-py"), "chinesecalendar", version("chinesecalendar"))


def open_at_noon(hours, day):
    return hours.is_open(datetime.combine(day, time(12)))


china = OpeningHours("Mo-Fr 08:00-18:00; PH off", country="CN")
counts = {}
for year in (2024, 2025, 2026):
    days = [date(year, 1, 1) + timedelta(n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    off = [d for d in days if d.weekday() < 5 and chinese_calendar.is_holiday(d)]
    worked = [d for d in days if d.weekday() >= 5 and chinese_calendar.is_workday(d)]
    missed = [d for d in off if open_at_noon(china, d)]
    counts[year] = (len(off), len(missed), len(worked))
    print(f"CN {year}: {len(off)} weekdays off by notice, {len(missed)} of them open all the same,"
          f" {len(worked)} weekend days worked in exchange")

others = {}
for country, name, day in (
    ("GB", "New Year's Day 2025", date(2025, 1, 1)),
    ("GB", "New Year's Day 2026", date(2026, 1, 1)),
    ("GB", "Christmas Day", date(2025, 12, 25)),
    ("TR", "Eid al-Fitr", date(2026, 3, 20)),
    ("VN", "third day of Tet", date(2026, 2, 19)),
):
    others[name] = open_at_noon(OpeningHours("Mo-Fr 08:00-18:00; PH off", country=country), day)
    print(country, day, name, "open" if others[name] else "closed")

refused = []
for country in ("TW", "IN", "TH", "MY"):
    try:
        OpeningHours("PH off", country=country)
    except UnknownCountryError:
        refused.append(country)
print("UnknownCountryError for", refused)

as_stated = (
    counts == {2024: (19, 14, 8), 2025: (18, 13, 5), 2026: (19, 13, 6)}
    and [name for name, is_open in others.items() if not is_open] == ["Christmas Day"]
    and refused == ["TW", "IN", "TH", "MY"]
)
if not as_stated:
    sys.exit("CHANGED: other holidays are known now")
total, missed = (sum(c[n] for c in counts.values()) for n in (0, 1))
print(f"AS STATED: {missed} of {total} weekdays off in China are open; New Year's Day is open in Britain")
PY
