"""Japan's national AED columns (days, start, end, note) as OSM opening hours."""

import re

_DAYS = {"月": "Mo", "火": "Tu", "水": "We", "木": "Th", "金": "Fr", "土": "Sa", "日": "Su"}
_WEEKDAYS_ONLY = {"平日", "土日祝以外"}
# Notes that restrict nothing: "available all day", "available all year".
_ALWAYS_NOTES = {"終日利用可能", "通年利用可能"}
_CLOCK = re.compile(r"(\d{1,2}):?(\d{2})")


def opening_hours_of(days: str, start: str, end: str, note: str) -> str:
    """OSM opening hours, "" where nothing is said.

    A note ("Sundays 9 to 17, closed at New Year") becomes an OSM comment, which makes the open hours conditional.
    Columns that cannot be understood come back as they stand, for the import to list them as unparseable.
    """
    always = note in _ALWAYS_NOTES
    note = "" if always else " ".join(note.replace('"', "'").split())
    comment = f' "{note}"' if note else ""
    if not (days or start or end):
        return comment.strip()
    if days in _WEEKDAYS_ONLY:
        when, holidays = "Mo-Fr", "; PH off"
    else:
        when, holidays = ",".join(_DAYS.get(day, day) for day in days) or "Mo-Su", ""
    if not (start or end) and (always or note):
        return f"{when} 00:00-24:00{comment}{holidays}"
    begins, ends = _clock(start), _clock(end)
    if not (begins and ends):
        return f"{days} {start}-{end}"
    # "until 23:59" means until midnight; one minute a day without an AED is not meant.
    ends = "24:00" if ends == "23:59" else ends
    return f"{when} {begins}-{ends}{comment}{holidays}"


def _clock(text: str) -> str:
    match = _CLOCK.fullmatch(text)
    return f"{int(match[1]):02}:{match[2]}" if match else ""
