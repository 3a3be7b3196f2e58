"""Hours in columns of their own: Japan's days, start, end, note; one column for each day."""

import re
from collections.abc import Mapping

from registry.hours.reading import Reading, read_hours

# What a text that names no day is read as: every day alike, or working days and perhaps the others.
_EVERY_DAY = re.compile(r"24/7|Mo-Su ([^;]+)|Mo-Fr ([^;]+); Sa,Su \2 unknown")
_ALL_DAY = "00:00-24:00"


def read_columns(days: str, start: str, end: str, note: str, languages: tuple[str, ...] = ("ja",)) -> Reading:
    """What the four columns of Japan's national list say together.

    The note restricts what the others say: days that are closed, an earlier end, a condition.
    """
    days, start, end, note = (cell.strip() for cell in (days, start, end, note))
    times = f"{start} - {end}" if start and end else start or end
    return read_hours("\n".join(part for part in (f"{days} {times}".strip(), note) if part), languages)


def read_by_day(cells: Mapping[str, str], languages: tuple[str, ...] = ()) -> Reading:
    """What cells under a day each say together. cells: by OSM's word of the day, "Mo" or "Sa-Su"; a day that is missing
    is one without hours. A day that is not understood stays unknown, the others are not lost."""
    rules, questions = [], []
    for day, text in cells.items():
        reading = read_hours(text, languages)
        times = _EVERY_DAY.fullmatch(reading.osm)
        if times is None or reading.reason:
            questions.append(f"{day}: {reading.reason or 'it speaks of other days'}")
            rules.append(f"{day} {_ALL_DAY} unknown")
        else:
            rules.append(f"{day} {times[1] or times[2] or _ALL_DAY}")
    return Reading("; ".join(rules), "; ".join(questions))
