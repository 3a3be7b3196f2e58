"""Whether a text is OSM's opening_hours syntax already, and means there what whoever wrote it means."""

import re
from functools import lru_cache

from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]  # its stub forgets ParserError

_WORD = (
    r"Mo|Tu|We|Th|Fr|Sa|Su|PH|SH|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|off|closed|open|unknown|"
    r"sunrise|sunset|dawn|dusk|easter|week|days?"
)
_TIME = r"\d{1,2}:\d{2}"
_WHOLE = re.compile(rf'(?:{_WORD}|{_TIME}|24/7|\[[-\d,]+\]|\d{{1,4}}|"[^"]*"|\|\||[-+,;:/()\s])+')
_DAYS = re.compile(r"\b(?:Mo|Tu|We|Th|Fr|Sa|Su)\b")
_SUN = re.compile(r"sunrise|sunset|dawn|dusk")
_HAS_SELECTOR = re.compile(
    r"\b(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH|week|easter|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b"
)
_SAME_ENDS = re.compile(r"(?<!\d)(\d{1,2}:\d{2})\s*-\s*\1(?!\d)")
_MONTHS_ONLY = re.compile(r"(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[-,\s]*)+")
_FIGURES_ALONE = re.compile(r"[\d\s,;/-]*")


def find_osm(text: str) -> str | None:
    """The expression, where the text is one and needs no reading: None for hours without days, which leave the weekend
    open, for ends that are alike, and for a month alone."""
    text = text.strip().rstrip(";").strip()
    bare = re.sub(r'"[^"]*"', " ", text)
    if text == "24/7":
        return text
    if not _WHOLE.fullmatch(text) or not bare.strip() or _FIGURES_ALONE.fullmatch(bare) or not is_valid(text):
        return None
    if _SAME_ENDS.search(bare):
        return None
    if not _HAS_SELECTOR.search(bare):
        return text if _SUN.search(bare) or "24/7" in bare else None
    first = bare.split(";")[0]
    if re.search(_TIME, first) and not _HAS_SELECTOR.search(first):
        return None
    if _MONTHS_ONLY.fullmatch(bare.strip()):
        return "24/7" if bare.replace(" ", "") == "Jan-Dec" else None
    return text


@lru_cache(maxsize=16_384)
def is_valid(text: str) -> bool:
    """Whether the library that evaluates hours can read it."""
    try:
        OpeningHours(text, auto_country=False, auto_timezone=False)
    except ParserError:
        return False
    return True
