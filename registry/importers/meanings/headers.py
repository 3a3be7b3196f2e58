"""What a header may mean by its words alone: exactly, in part, in another spelling, or as one of a week's columns."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from registry.importers.meanings.fields import Field
from registry.importers.meanings.keys import bare, is_han, key, parts, tokens
from registry.importers.meanings.words import RISKS, tables, vocabulary

EXACT, IN_PARTS, MISSPELT = 0.95, 0.9, 0.7
# Of a header that only contains a known word, this much must be that word; less than that says something at most.
COVERED, TOUCHED = 0.5, 0.25
# Words of four letters and less have neighbours that mean something else: "lan" is not "lon".
SPELLING_LETTERS, SPELLING_SCORE = 6, 88
# Fewer days in one language may be something else: "Mo", "Sa" and "So" are German days, "Ma" a French and a Dutch one.
DAYS_FOR_A_WEEK = 3
SHORTEST_DAY, SHORTEST_DAY_HAN = 6, 3

# What is said of every row adds nothing: "AED name", "nom_dae"; which datum "gcj_lat" is in is asked elsewhere.
_SUBJECT = frozenset(
    [
        "aed",
        "aeds",
        "dae",
        "daes",
        "desa",
        "dea",
        "defi",
        "defibrillator",
        "defibrillators",
        "defibrillateur",
        "defibrillateurs",
        "defibrillatore",
        "desfibrilador",
        "defibrilador",
        "wgs",
        "wgs84",
        "gps",
        "cgcs",
        "cgcs2000",
        "gcj",
        "gcj02",
        "bd",
        "bd09",
    ]
)
_SUBJECT_HAN = (
    *("自动体外除颤仪", "自动体外除颤器", "自动体外心脏去颤器", "除颤仪", "除颤器", "去颤器", "aed"),
    *("자동심장충격기", "자동제세동기"),
    *("百度", "高德", "腾讯", "火星", "国家2000", "大地2000", "世界测地系"),
)


_UMLAUT = re.compile("([aou])e")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a header may mean, likeliest first, and how sure that is (0 to 1) before its cells are looked at.

    weak: only a small part of it is known, so that nothing is sure unless its cells agree. others: what other words
    in it may mean, where its cells contradict the longest.
    """

    fields: tuple[Field, ...]
    confidence: float
    weak: bool = False
    others: tuple[Field, ...] = ()


NOTHING = Reading((), 0.0)


def language_of(headers: Iterable[str]) -> str:
    """The language most of whose words stand among the headers; English where none does."""
    known = vocabulary().headers
    votes = Counter(language for header in headers for language in known.get(key(header), ()))
    return max(votes, key=lambda language: (votes[language], language == "en"), default="en")


def read_header(header: str, language: str) -> Reading:
    """What the header's words say; where languages disagree, the file's own counts."""
    if found := _fields_of(key(header), language):
        return Reading(found, EXACT)
    said = (*parts(header), _without_subject(header))
    readings = [found for part in said if (found := _fields_of(key(part), language))]
    # "施設名(フリガナ)" is how the name is read, not the name; "Days/Hours" are hours.
    if readings:
        telling = [found for field in (Field.READING, Field.OPENING_HOURS) for found in readings if field in found]
        return Reading((telling or readings)[0], IN_PARTS)
    # Who has no umlauts writes "geraet".
    for part in (header, *said):
        if found := _fields_of(_UMLAUT.sub(r"\1", key(part)), language):
            return Reading(found, IN_PARTS)
        if found := _fields_of(_by_bare_key().get(bare(part), ""), language):
            return Reading(found, IN_PARTS)
    return _in_part(header, language) or _misspelt(key(header), language) or NOTHING


def week_of(headers: Sequence[str]) -> Mapping[str, str]:
    """Headers of columns by day ("Montag", "월요일시작시간") with what they mean ("mo", "mo_start").

    Read in the one language that knows most of them: "Ma" and "Di" are Tuesday and Sunday in French, Monday and Tuesday
    in Dutch.
    """
    weeks = []
    for language, days in vocabulary().days.items():
        named = {header: day for header in headers if (day := days.get(key(header)))}
        if len(set(named.values())) == len(named) >= DAYS_FOR_A_WEEK:
            weeks.append((len(named), language, named))
    if not weeks:
        return _days_by_themselves(headers)
    most = max(count for count, _, _ in weeks)
    best = [named for count, _, named in weeks if count == most]
    # Two languages that read the same days differently leave it open.
    return best[0] if all(named == best[0] for named in best) else {}


def _days_by_themselves(headers: Sequence[str]) -> dict[str, str]:
    """Headers of a day that are long enough to mean nothing else, such as "國定假日開放時間"."""
    found = {}
    for header in headers:
        word = key(header)
        named = {days[word] for days in vocabulary().days.values() if word in days}
        is_long = len(word) >= (SHORTEST_DAY_HAN if is_han(word) else SHORTEST_DAY)
        if len(named) == 1 and is_long and word not in vocabulary().headers:
            found[header] = named.pop()
    return found


def risks_of(header: str) -> frozenset[str]:
    """What the header's words suspiciously speak of: of `RISKS`."""
    own = key(header)
    words = set(tokens(header))
    looks = vocabulary().looks
    return frozenset(risk for risk in RISKS if any(_speaks_of(one, own, words) for one in looks[risk]))


def _speaks_of(word: str, own: str, words: set[str]) -> bool:
    if is_han(word):
        return word in own
    # German and Dutch write compounds.
    return word in words or (len(word) >= 5 and word in own)


def _fields_of(word: str, language: str) -> tuple[Field, ...]:
    meanings = vocabulary().headers.get(word)
    if not meanings:
        return ()
    if language in meanings:
        return meanings[language]
    return tuple(dict.fromkeys(field for fields in meanings.values() for field in fields))


def _without_subject(header: str) -> str:
    words = tokens(header)
    left = " ".join(word for word in words if word not in _SUBJECT)
    for subject in _SUBJECT_HAN:
        left = left.replace(subject, " ")
    return left if left.strip() != " ".join(words) else ""


def _in_part(header: str, language: str) -> Reading | None:
    """The longest known word that the header contains, if that is most of it."""
    own = tokens(header)
    length = sum(map(len, own))
    known = vocabulary().headers
    if is_han("".join(own)):
        whole = "".join(own)
        pieces = (whole[start:end] for start in range(len(whole)) for end in range(start + 2, len(whole) + 1))
    else:
        pieces = ("".join(own[start:end]) for start in range(len(own)) for end in range(start + 1, len(own) + 1))
    found = sorted(
        (piece for piece in pieces if piece in known), key=lambda piece: (-len(piece), -("".join(own)).find(piece))
    )
    covered = len(found[0]) / length if found else 0.0
    if covered < TOUCHED:
        return None
    confidence = 0.5 + 0.4 * covered
    fields = tuple(dict.fromkeys(field for piece in found for field in _fields_of(piece, language)))
    if covered >= COVERED:
        return Reading(_fields_of(found[0], language), confidence, others=fields)
    return Reading(fields, confidence, weak=True)


def _misspelt(word: str, language: str) -> Reading | None:
    if len(word) < SPELLING_LETTERS or is_han(word):
        return None
    best = process.extractOne(word, _latin_headers(), scorer=fuzz.ratio, score_cutoff=SPELLING_SCORE)
    return Reading(_fields_of(best[0], language), MISSPELT) if best else None


@lru_cache(maxsize=1)
def _by_bare_key() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for table in tables().values():
        for words in (*table["columns"].values(), table["ambiguous"]):
            for word in words:
                found.setdefault(bare(word), key(word))
    found.pop("", None)
    return found


@lru_cache(maxsize=1)
def _latin_headers() -> tuple[str, ...]:
    return tuple(word for word in vocabulary().headers if len(word) >= SPELLING_LETTERS and not is_han(word))
