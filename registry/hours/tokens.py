"""Text about hours as tokens: words of a language's table, times of day, numbers, and what stands between them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from registry.hours.clock_times import Clock, find_clock, find_date
from registry.hours.normalising import plain
from registry.hours.words.languages import STAND_INS
from registry.hours.words.rules import Kind, Language, Rule


@dataclass(frozen=True, slots=True)
class Token:
    """One word. value: what its rule or its figures mean; clause: which clause of the text it stands in."""

    kind: Kind
    text: str
    value: object = None
    clause: int = 0


_LATIN = re.compile(r"[a-z][a-z'.]*")
_ORDINAL = re.compile(r"([1-5])(?:\.|st|nd|rd|th|er|ere|ste|de|eme|e|o|a)\s*(?=[a-z])")
_ORDINALS_EAST = re.compile(
    r"第\s*([1-5一二三四五](?:[,/和及と]?\s*第?[1-5一二三四五](?![\d:]))*)\s*[个個週周]*(?:的|の)?"
)
_ORDINALS_KOREA = re.compile(r"([1-5](?:\s*,\s*[1-5])*)\s*(?:번째|째|주)\s*주?")
_EASTERN_FIGURES = dict(zip("一二三四五", range(1, 6), strict=True))
_PHONE = re.compile(
    r"\(\d{2,4}\)\s?\d{5,8}(?:[#*轉转]\d+)?|\(\d{2,4}\)\s?\d{3,4}-?\d{3,4}(?:[#*轉转]\d+)?|\+?\d{2,4}-\d{2,4}-\d{3,4}(?:[#*轉转]\d+)?|\+?\d{2,4}-\d{6,8}(?:[#*轉转]\d+)?|\+?\d{7,}"
)
_NUMBER = re.compile(r"\d+(?![\d:])")
_SEASONAL_MONTHS = re.compile(
    r"(\d{1,2})\s*[月월]?\s*-\s*(?:次年|翌年|翌)?(\d{1,2})\s*[月월](?![\d曜]|\s*\d+\s*[日일])"
)
_ONE_MONTH = re.compile(r"(\d{1,2})\s*[月월](?!\s*\d|曜)")
_YEAR = re.compile(r"(?:19|20|1)\d{2}\s*(?:年度?|년)|(?:令和|平成|民国|r|h)\s*\d+\s*年")
_BREAKS = {"\n": "hard", ";": "hard", "|": "hard", "(": "soft", ")": "soft"}
_SILENT = set(" :'*!·=_<>{}[]。?#~")


def tokenise(text: str, language: Language) -> list[Token]:
    """The tokens of `text`; what no table knows comes as `Kind.UNKNOWN`."""
    prepared = language.prepare(plain(text))
    clause = 0
    tokens = []
    for token in _scan(prepared, language):
        if token.kind is Kind.BREAK:
            clause += 1
        tokens.append(Token(token.kind, token.text, token.value, clause))
    return tokens


def _scan(text: str, language: Language) -> Iterator[Token]:
    words = _vocabulary(language.code, language)
    place = 0
    while place < len(text):
        letter = text[place]
        if letter in _BREAKS:
            yield Token(Kind.BREAK, letter, _BREAKS[letter])
            place += 1
            continue
        found = _figures(text, place, language, words) or _word(text, place, words) or _sign(text, place)
        if found is None:
            found = _unknown(text, place, words)
        token, place = found
        if token is not None:
            yield token


Found = tuple[Token | None, int]


def _figures(  # noqa: PLR0912 -- one line for each form
    text: str, place: int, language: Language, words: "Words"
) -> Found | None:
    """What begins with a figure (or an ordinal sign): a word such as 24/7, a date, an ordinal, a time, a number."""
    letter = text[place]
    if letter == "第" and (east := _ORDINALS_EAST.match(text, place)):
        return Token(Kind.NTH, east[0], _numbers(east[1])), east.end()
    if not (letter.isdigit() or letter in "+("):
        return None
    before = text[place - 1] if place else " "
    date = find_date(text, place, eastern=language.half_day_first) if letter.isdigit() else None
    known = None if before.isdigit() else _word(text, place, words)
    # "1." is "the first", but not in 1.4.
    if known is not None and not (date is not None and known[0] is not None and known[0].kind is Kind.NTH):
        return known
    if phone := _PHONE.match(text, place):
        return Token(Kind.CONTACT, phone[0]), phone.end()
    if not letter.isdigit():
        return None
    if year := _YEAR.match(text, place):
        return Token(Kind.UNKNOWN, year[0]), year.end()
    if span := _SEASONAL_MONTHS.match(text, place):
        return Token(Kind.MONTH, span[0], _months(int(span[1]), int(span[2]))), span.end()
    if month := _ONE_MONTH.match(text, place):
        return Token(Kind.MONTH, month[0], frozenset({int(month[1])})), month.end()
    if date is not None:
        return Token(date.kind, date.text, date.value), place + len(date.text)
    if (korean := _ORDINALS_KOREA.match(text, place)) and language.code == "ko":
        return Token(Kind.NTH, korean[0], _numbers(korean[1])), korean.end()
    if (ordinal := _ORDINAL.match(text, place)) and before != "-" and _is_day(text, ordinal.end(), words):
        return Token(Kind.NTH, ordinal[0], frozenset({int(ordinal[1])})), ordinal.end()
    clock = find_clock(text, place, language.code)
    if clock is not None:
        return Token(Kind.TIME if clock.possible else Kind.IMPOSSIBLE, clock.text, clock), place + len(clock.text)
    number = _NUMBER.match(text, place)
    if number is None or len(number[0]) > 3:
        return Token(Kind.UNKNOWN, letter), place + (number.end() - place if number else 1)
    return Token(Kind.NUMBER, number[0], int(number[0])), number.end()


def _word(text: str, place: int, words: "Words") -> Found | None:
    for word, rule in words.get(text[place], ()):
        end = place + len(word)
        if text.startswith(word, place) and _stands_alone(text, place, end):
            # An abbreviation keeps its point, or it would end the clause.
            if end < len(text) and text[end] == "." and word[-1] != "." and len(word) <= 5 and word[-1].isascii():
                end += 1
            value = rule.value
            if rule.kind is Kind.TIME and isinstance(value, int):
                value = Clock(word, value, possible=True, exact=True)
            return Token(rule.kind, word, value), end
    return None


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Words of letters that are written with spaces end where their letters end; figures where figures do."""
    first, last = text[start], text[end - 1]
    before, after = text[start - 1] if start else " ", text[end] if end < len(text) else " "
    if _is_letter(first) and _is_letter(before):
        return False
    if _is_letter(last) and _is_letter(after):
        return False
    if first.isdigit() and (before.isdigit() or (before in ":." and start > 1 and text[start - 2].isdigit())):
        return False
    return not (last.isdigit() and (after.isdigit() or after == ":"))


def _sign(text: str, place: int) -> Found | None:
    letter = text[place]
    if letter in _SILENT:
        return None, place + 1
    if letter == "-":
        return Token(Kind.RANGE, letter), place + 1
    if letter == "+":
        before = text[place - 1] if place else " "
        return Token(Kind.ONWARDS if before.isdigit() else Kind.LIST, letter), place + 1
    if letter in ",/&":
        return Token(Kind.LIST, letter), place + 1
    if letter == ".":
        ends = place + 1 == len(text) or text[place + 1] in " \n"
        return (Token(Kind.BREAK, letter, "hard") if ends else Token(Kind.LIST, letter)), place + 1
    return None


def _unknown(text: str, place: int, words: "Words") -> Found:
    latin = _LATIN.match(text, place)
    if latin is not None:
        return Token(Kind.UNKNOWN, latin[0]), latin.end()
    end = place + 1
    while end < len(text) and text[end].isalpha() and not text[end].isascii() and _word(text, end, words) is None:
        end += 1
    return Token(Kind.UNKNOWN, text[place:end]), end


Words = dict[str, tuple[tuple[str, Rule], ...]]


@lru_cache(maxsize=32)
def _vocabulary(_code: str, language: Language) -> Words:
    """Words by their first letter, the longest first."""
    known: dict[str, Rule] = {}
    for table in (language, *STAND_INS):
        for rule in table.rules:
            for word in rule.words.split("|"):
                known.setdefault(_spelt(word, language), rule)
    by_letter: dict[str, list[tuple[str, Rule]]] = {}
    for word, rule in sorted(known.items(), key=lambda item: (-len(item[0]), item[0])):
        if word:
            by_letter.setdefault(word[0], []).append((word, rule))
    return {letter: tuple(found) for letter, found in by_letter.items()}


def _spelt(word: str, language: Language) -> str:
    """A word of a table as it stands in a text that has been prepared."""
    spelt = plain(word).strip()
    return (
        spelt
        if language.code == "ja"
        else " ".join(language.prepare(spelt).split())
        if language.code == "zh"
        else spelt
    )


def _is_letter(letter: str) -> bool:
    """Of a script that is written with spaces. Hangul is, but its particles stick to the word before them."""
    return letter.isascii() and letter.isalpha()


def _is_day(text: str, place: int, words: Words) -> bool:
    found = _word(text, place, words) if place < len(text) else None
    return found is not None and found[0] is not None and found[0].kind is Kind.DAYS


def _numbers(text: str) -> frozenset[int]:
    return frozenset(_EASTERN_FIGURES.get(letter) or int(letter) for letter in text if letter in "12345一二三四五")


def _months(first: int, last: int) -> frozenset[int]:
    if not (1 <= first <= 12 and 1 <= last <= 12):
        return frozenset()
    return frozenset((first - 1 + step) % 12 + 1 for step in range((last - first) % 12 + 1))
