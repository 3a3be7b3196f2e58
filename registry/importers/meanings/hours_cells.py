"""The cells of a row that speak of hours, whichever columns they stand in, as whoever reads hours takes them."""

from collections.abc import Mapping
from typing import Any

from registry.importers.meanings.fields import DAYS_OF_WEEK, Field
from registry.importers.meanings.states import yes_or_no
from registry.importers.meanings.understanding import Understanding

_OSM_DAYS = {
    **{day: day.capitalize() for day in DAYS_OF_WEEK[:7]},
    "weekdays": "Mo-Fr",
    "weekend": "Sa-Su",
    "holidays": "PH",
}
_BRACES = str.maketrans("", "", "{}")


def hours_values(understanding: Understanding, cells: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a `RawAed` about hours: one text with what restricts it, a text for each day, or days, start, end
    and note in cells of their own, as in Japan's national list."""
    texts, always = _texts(understanding, cells)
    days = understanding.first(cells, Field.DAYS).translate(_BRACES)
    times = " ".join(understanding.values(cells, Field.TIMES)).translate(_BRACES)
    notes = [note.translate(_BRACES) for note in understanding.values(cells, Field.HOURS_NOTE)]
    if times:
        texts.append(f"{days} {times}".strip())
    if texts:
        return {"opening_hours": "; ".join(dict.fromkeys((*texts, *notes)))}
    if by_day := _by_day(understanding, cells):
        return {"hours_by_day": by_day, "opening_hours": ""}
    start, end = (understanding.first(cells, field) for field in (Field.START, Field.END))
    if days or start or end or notes:
        return {"national_hours": (days, start, end, " ".join(dict.fromkeys(notes))), "opening_hours": ""}
    return {"opening_hours": "24/7" if always else ""}


def _texts(understanding: Understanding, cells: Mapping[str, str]) -> tuple[list[str], bool]:
    """(hours in words, whether a column says that it is always open)."""
    texts = list(understanding.values(cells, Field.OPENING_HOURS))
    is_always = False
    for text in understanding.values(cells, Field.ALWAYS_OPEN):
        flag = yes_or_no(text)
        is_always = is_always or flag is True
        texts += [text] if flag is None else []
    return texts, is_always


def _by_day(understanding: Understanding, cells: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for day in understanding.days:
        whole, start, end = (understanding.first(cells, f"{day}{part}") for part in ("", "_start", "_end"))
        if whole or start or end:
            found[_OSM_DAYS[day]] = whole or f"{_clock(start)}-{_clock(end)}"
    return found


def _clock(text: str) -> str:
    # Korea's national list writes 0900.
    return f"{text[:2]}:{text[2:]}" if len(text) == 4 and text.isdigit() else text
