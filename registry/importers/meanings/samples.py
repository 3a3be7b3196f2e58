"""What the cells of a column say it is, whatever its header: times, dates, phones, addresses, words of state."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from registry.importers.meanings.keys import NO_SIGNS, YES_SIGNS, key
from registry.importers.meanings.words import Vocabulary, vocabulary

# As many different texts are looked at: what is rarer than that in a column does not decide its meaning.
LOOKED_AT = 150
SHOWN = 3
SHORTEST_PHONE = 7
_BLANK = {"", "na", "null", "nan", "nil"}
LONGEST_BLANK = 6
_SIGNS = YES_SIGNS | NO_SIGNS

_TIME = r"(?:[01]?\d|2\d)(?:\s?[:.h時点时시u]\s?(?:\d{2})?(?:分|分钟|m|분)?(?::\d{2})?|(?:\s?[ap]\.?m\.?))"
_UNTIL = r"\s*(?:-|–|—|~|〜|～|至|到|から|to|till|until|bis|tot|à|a|al|alle|till|부터)\s*"
_RANGE = re.compile(rf"{_TIME}?{_UNTIL}{_TIME}|\b\d{{1,4}}{_UNTIL}{_TIME}|24\s?/\s?(?:7|24)\b|7\s?x\s?24|7×24", re.I)
_CLOCK = re.compile(r"(?:[01]?\d|2[0-9])\s?[:.h時点时시]\s?(?:[0-5]\d)?(?:分)?(?::[0-5]\d)?")
_YEAR = r"(?:19|20)\d\d"
_DAYS = (
    rf"{_YEAR}[-/.年]\s?\d{{1,2}}(?:[-/.月]\s?\d{{1,2}})?[日월月]?",
    rf"\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:{_YEAR}|\d\d)",
    rf"{_YEAR}[01]\d[0-3]\d",
    rf"{_YEAR}년.*",
    r"(?:令和|平成|民國|民国|[rhs])\s?\d{1,3}[.年/-]\d{1,2}(?:[.月/-]\d{1,2}日?)?",
    rf"\d{{1,2}} [a-zé]{{3,10}} {_YEAR}",
)
_DAY = f"(?:{'|'.join(_DAYS)})"
_DATE = re.compile(
    rf"{_DAY}(?P<time>[t ]\s?\d{{1,2}}:\d{{2}}(?::\d{{2}}(?:[.,]\d+)?)?\s?(?:z|[+-]\d{{2}}:?\d{{2}})?)?", re.I
)
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_DEGREES = re.compile(r"[-+]?\d{1,3}[.,]\d{3,}°?")
# Three decimals and more: "24/7" and "9.00 -17.00" are no places.
_AXIS = r"[-+]?\d{1,3}[.,]\d{3,}"
_POSITION = re.compile(
    rf"(?:srid=\d+;)?\s*(?:point\s*z?)?\s*[\[({{]*\s*{_AXIS}[°\s,;|/]+{_AXIS}\s*[\])}}°]*"
    r'|\{.*"?coordinates"?.*\}|.*\d\s*°.*\d\s*°.*',
    re.I | re.S,
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.I)
_URL = re.compile(r"(?:https?://|www\.|<a\s+href)\S*.*", re.I | re.S)
_PICTURE = re.compile(r".*\.(?:jpe?g|png|webp|gif|heic)(?:\?.*)?$|file:.*", re.I | re.S)
_PHONE = re.compile(r"(?:tel\.?:?\s*)?[+(]?\d[\d\s().\-/#*]{5,22}(?:\s?(?:ext\.?|x|转|轉|分机|內|内)\s?\d{1,6})?")
_LETTERS = re.compile(r"[A-Z]{2,3}")
_FLOOR = re.compile(
    r"(?:b|地下|지하|負|负)?-?\d{1,2}\s?(?:f|/f|楼|樓|层|層|階|층|\.?\s?(?:og|ug|stock|etage|piano|planta|étage|verdieping|floor))"
    r"|(?:ground|first|second|third|\d(?:st|nd|rd|th))(?:\s?floor)?|eg|erdgeschoss|rdc|rez.de.chauss.e|begane grond"
    r"|piano terra|planta baja|[glmb]\d?|b\d",
    re.I,
)


@dataclass(frozen=True, slots=True)
class ColumnCells:
    """A column's cells. filled: cells that say something; distinct: different texts; examples: the commonest.

    shares: by kind, how many of the different texts are of it, 0 to 1; kinds overlap.
    """

    header: str
    rows: int
    filled: int
    distinct: int
    examples: tuple[str, ...]
    mean_length: float
    shares: Mapping[str, float]

    def share(self, kind: str) -> float:
        """0 to 1; 0 where nothing is filled."""
        return self.shares.get(kind, 0.0)


def is_blank(text: str) -> bool:
    """Whether a cell says nothing: empty, a dash, "NA", "null"."""
    # Most cells say something, and most of these in their first letter.
    if not any(map(str.isalnum, text)):
        return text.strip() not in _SIGNS
    return len(text) <= LONGEST_BLANK and key(text) in _BLANK


def look_at(header: str, cells: Iterable[str]) -> ColumnCells:
    """What the cells under a header say."""
    rows, texts = 0, Counter[str]()
    for cell in cells:
        rows += 1
        texts[cell] += 1
    told = [(text, count) for text, count in texts.most_common() if text and not is_blank(text)]
    step = max(1, len(told) // LOOKED_AT)
    looked = [text for text, _ in told[::step]]
    return ColumnCells(
        header=header,
        rows=rows,
        filled=sum(count for _, count in told),
        distinct=len(told),
        examples=tuple(text for text, _ in told[:SHOWN]),
        mean_length=sum(map(len, looked)) / len(looked) if looked else 0.0,
        shares=_shares(looked),
    )


def _shares(texts: Sequence[str]) -> dict[str, float]:
    found = Counter(kind for text in texts for kind in kinds_of(text))
    return {kind: count / len(texts) for kind, count in found.items()}


def kinds_of(text: str) -> set[str]:
    """Every kind that a text may be."""
    folded = unicodedata.normalize("NFKC", text).strip().casefold()
    if (only := next((kind for kind, is_kind in _ALONE if is_kind(folded)), None)) is not None:
        return {only} | ({"timestamp"} if only == "date" and _DATE.fullmatch(folded)["time"] else set())  # type: ignore[index]
    known = vocabulary()
    found = {kind for kind, pattern in known.cells.items() if pattern.search(folded)}
    if _RANGE.search(folded):
        found.add("hours")
    if _FLOOR.fullmatch(folded):
        found.add("floor")
    words = _words(key(text), known)
    if not words and _LETTERS.fullmatch(text.strip()):
        found.add("letters")
    return found | words | ({"number"} if _NUMBER.fullmatch(folded) else set())


def _is_phone(folded: str) -> bool:
    digits = sum(letter.isdigit() for letter in folded)
    return (
        _PHONE.fullmatch(folded) is not None
        and digits >= SHORTEST_PHONE
        and not _DEGREES.fullmatch(folded)
        and not folded.isdigit()
    )


# Texts of these forms are nothing else; the first that fits counts.
_ALONE: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("email", lambda text: _EMAIL.fullmatch(text) is not None),
    ("photo", lambda text: _PICTURE.fullmatch(text) is not None),
    ("url", lambda text: _URL.fullmatch(text) is not None),
    ("date", lambda text: _DATE.fullmatch(text) is not None),
    ("clock", lambda text: _CLOCK.fullmatch(text) is not None),
    ("degrees", lambda text: _DEGREES.fullmatch(text) is not None),
    ("position", lambda text: _POSITION.fullmatch(text) is not None),
    ("phone", _is_phone),
)


def _words(word: str, known: Vocabulary) -> set[str]:
    tables: Mapping[str, Mapping[str, object]] = {
        "state": known.states,
        "access": known.access,
        "yes_no": known.yes_no,
        "inside": known.inside,
    }
    return {kind for kind, table in tables.items() if word in table}
