"""Recognises numbers of identity cards, which are stored, shown and logged nowhere, whatever column they stand in.

China: GB 11643 (18 digits) and its forerunner of 15; Taiwan: 統一證號 of citizens and residents; Hong Kong: HKID;
Korea: resident registration number; Japan: My Number; Spain: DNI and NIE; Italy: codice fiscale; France: NIR.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date

_CHINA = re.compile(r"[1-9]\d{5}(\d{8})\d{3}[\dX]")
_CHINA_OLD = re.compile(r"[1-9]\d{5}(\d{6})\d{3}")
_CHINA_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHINA_CHECKS = "10X98765432"
# The first two digits: provinces and their like; 81 to 83 residents from Hong Kong, Macau, Taiwan; 9x foreigners.
_CHINA_PLACES = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|7[12]|8[1-3]|9\d")
_TAIWAN = re.compile(r"[A-Z][1-2A-D89]\d{8}")
_TAIWAN_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
_TAIWAN_WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
_HONG_KONG = re.compile(r"([A-Z]{1,2})(\d{6})\(?([\dA])\)?")
_KOREA = re.compile(r"(\d{6})[1-8]\d{6}")
_KOREA_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_JAPAN = re.compile(r"\d{12}")
_JAPAN_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_SPAIN = re.compile(r"([XYZ]?)(\d{7,8})([A-Z])")
_SPAIN_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_ITALY = re.compile(r"[A-Z]{6}\d{2}[ABCDEHLMPRST]\d{2}[A-Z]\d{3}[A-Z]")
_FRANCE = re.compile(r"([12]\d{4}(?:\d\d|2A|2B)\d{6})(\d{2})")

_KOREA_WRITTEN = re.compile(r"(\d{6})-[1-8]\d{6}")
_ROUNDED = re.compile(r"[1-9]\d*E\+?1[47]")

_OLDEST_YEAR = 1900
_YOUNG = 2015
"""Whoever was born later is a child yet; so late a date is rather the day of a paper that is numbered by it."""

_BETWEEN = re.compile(r"[\s.,\-_/·]")
# Long enough for a card's number among words.
_RUN = re.compile(r"[0-9A-Z](?:[ \-]?[0-9A-Z]){11,21}")

_POINT_ZERO = re.compile(r"\.0+$")
_SHORTEST = 7
_LONG = 15
"""Signs of a card's number; beside cards, so long a number is one with a slip in its date."""

_MOST = 0.75
"""One number in ten passes the weaker check digits by chance, three quarters of a column do not."""

_ENOUGH = 8
"""Of so many numbers one in eleven ends by chance as a Chinese card does: fewer than a third, nearly always."""


class CardColumn:
    """The cells of one column, which together tell whether a short number is a card's or a numbering."""

    def __init__(self, texts: Iterable[str], *, may_be_numbering: bool = False) -> None:
        """may_be_numbering: papers are numbered with places and dates in them as cards are, but end otherwise."""
        self._may_be_numbering = may_be_numbering
        cells = [text for text in texts if text.strip() and not self._is_numbered_by_date(text)]
        self.is_empty = not cells
        sure = sum(map(is_card, cells))
        may_be = sum(not is_card(text) and may_be_card(text) for text in cells)
        self._is_numbering = may_be_numbering and _is_numbering(cells)
        self._holds_cards = sure > 0
        self._are_cards = bool(cells) and (2 * sure >= len(cells) or sure + may_be >= _MOST * len(cells))

    def is_card(self, text: str) -> bool:
        """Whether a cell of this column is a card's number, or most of one."""
        if self._is_numbering or self._is_numbered_by_date(text):
            return False
        is_as_long = self._holds_cards and len(_plain(text)) >= _LONG
        return holds_card(text) or is_as_long or (self._are_cards and may_be_card(text))

    @property
    def are_cards(self) -> bool:
        """Whether the column is meant for them, so that even what is no such number may be a part of one."""
        return self._are_cards and not self._is_numbering

    def _is_numbered_by_date(self, text: str) -> bool:
        found = _CHINA.fullmatch(_plain(text)) if self._may_be_numbering else None
        return found is not None and int(found[1][:4]) >= _YOUNG


def is_card(text: str) -> bool:
    """Whether the text can hardly be anything but the number of a card.

    A Chinese number with a date of birth counts though its check digit is wrong: a slip of the pen is personal as well.
    """
    if len(text) < _SHORTEST:
        return False
    plain = _plain(text)
    written = _KOREA_WRITTEN.fullmatch(_half_width(text).strip())
    return (written is not None and _is_birth_of_century(written[1])) or any(fits(plain) for fits in _SURE)


def may_be_card(text: str) -> bool:
    """Whether its form and check digit are those of a card, as those of one number in ten are by chance."""
    if len(text) < _SHORTEST:
        return False
    plain = _plain(text)
    return any(fits(plain) for fits in _UNSURE)


def holds_card(text: str) -> bool:
    """Whether one of those that can be nothing else stands somewhere in the text."""
    return is_card(text) or any(is_card(run.group()) for run in _RUN.finditer(_half_width(text)))


def without_cards(text: str) -> str:
    """The text without the numbers of cards that stand in it among other words."""
    if not holds_card(text):
        return text
    runs = [run for run in _RUN.finditer(_half_width(text)) if is_card(run.group())]
    rest = _half_width(text)
    for run in reversed(runs):
        rest = rest[: run.start()] + rest[run.end() :]
    return rest.strip(" ()[],;:/-") if runs else ""


def card_number(text: str) -> str:
    """What two spellings of one number have in common."""
    return _plain(text)


def _is_numbering(texts: Iterable[str]) -> bool:
    numbers = [plain for text in texts if _is_chinese(plain := _plain(text))]
    return len(numbers) >= _ENOUGH and 3 * sum(map(_has_chinese_check, numbers)) < len(numbers)


def _half_width(text: str) -> str:
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).upper()


def _plain(text: str) -> str:
    return _BETWEEN.sub("", _POINT_ZERO.sub("", _half_width(text).strip().strip("'\"=")))


def _is_chinese(plain: str) -> bool:
    found = _CHINA.fullmatch(plain)
    if found is None or not _CHINA_PLACES.match(plain) or not _is_birth(found[1]):
        return False
    return int(found[1][:4]) < _YOUNG or _has_chinese_check(plain)


def _is_chinese_of_old(plain: str) -> bool:
    found = _CHINA_OLD.fullmatch(plain)
    return found is not None and bool(_CHINA_PLACES.match(plain)) and _is_birth("19" + found[1])


def _has_chinese_check(plain: str) -> bool:
    return _CHINA_CHECKS[_sum(_CHINA_WEIGHTS, map(int, plain[:-1])) % 11] == plain[-1]


def _is_rounded(plain: str) -> bool:
    """4.10102199001010E+17: what a spreadsheet makes of eighteen digits, or of fifteen."""
    return _ROUNDED.fullmatch(plain) is not None


def _is_taiwanese(plain: str) -> bool:
    if not _TAIWAN.fullmatch(plain):
        return False
    first = _TAIWAN_LETTERS.index(plain[0]) + 10
    # The second letter of older residents' numbers stands for the last digit of its own value.
    second = (_TAIWAN_LETTERS.index(plain[1]) + 10) % 10 if plain[1].isalpha() else int(plain[1])
    return _sum(_TAIWAN_WEIGHTS, (first // 10, first % 10, second, *map(int, plain[2:]))) % 10 == 0


def _is_hong_kong(plain: str) -> bool:
    found = _HONG_KONG.fullmatch(plain)
    if found is None:
        return False
    letters = [ord(letter) - ord("A") + 10 for letter in found[1]]
    values = [36] * (2 - len(letters)) + letters + [int(digit) for digit in found[2]]
    check = 10 if found[3] == "A" else int(found[3])
    return (_sum(range(9, 1, -1), values) + check) % 11 == 0


def _is_korean(plain: str) -> bool:
    """Numbers given since October 2020 have no check digit and are known by their hyphen only."""
    found = _KOREA.fullmatch(plain)
    if found is None or not _is_birth_of_century(found[1]):
        return False
    return (11 - _sum(_KOREA_WEIGHTS, map(int, plain[:-1])) % 11) % 10 == int(plain[-1])


def _is_japanese(plain: str) -> bool:
    if not _JAPAN.fullmatch(plain):
        return False
    rest = _sum(_JAPAN_WEIGHTS, map(int, plain[:-1])) % 11
    return int(plain[-1]) == (0 if rest <= 1 else 11 - rest)


def _is_spanish(plain: str) -> bool:
    found = _SPAIN.fullmatch(plain)
    if found is None or len(found[1] + found[2]) != len("12345678"):
        return False
    first = str("XYZ".index(found[1])) if found[1] else ""
    return _SPAIN_LETTERS[int(first + found[2]) % 23] == found[3]


def _is_italian(plain: str) -> bool:
    return _ITALY.fullmatch(plain) is not None


def _is_french(plain: str) -> bool:
    found = _FRANCE.fullmatch(plain)
    if found is None:
        return False
    number = int(found[1].replace("2A", "19").replace("2B", "18"))
    return 97 - number % 97 == int(found[2])


def _is_birth(digits: str) -> bool:
    try:
        return date.fromisoformat(digits).year >= _OLDEST_YEAR
    except ValueError:
        return False


def _is_birth_of_century(digits: str) -> bool:
    return _is_birth("19" + digits) or _is_birth("20" + digits)


def _sum(weights: Iterable[int], values: Iterable[int]) -> int:
    return sum(weight * value for weight, value in zip(weights, values, strict=True))


_SURE: tuple[Callable[[str], bool], ...] = (_is_chinese, _is_rounded, _is_italian, _is_french)
_UNSURE: tuple[Callable[[str], bool], ...] = (
    _is_chinese_of_old,
    _is_taiwanese,
    _is_hong_kong,
    _is_korean,
    _is_japanese,
    _is_spanish,
)
