"""The words in written dates: months in nine languages, eras, Chinese numerals, "for ever" and "nothing"."""

import re
import unicodedata
from functools import cache

_MONTHS = (
    ("january", "janvier", "januar", "jänner", "januari", "enero", "gennaio"),
    ("february", "février", "februar", "februari", "febrero", "febbraio"),
    ("march", "mars", "märz", "maart", "mrt", "marzo"),
    ("april", "avril", "abril", "aprile"),
    ("may", "mai", "mei", "mayo", "maggio"),
    ("june", "juin", "juni", "junio", "giugno"),
    ("july", "juillet", "juli", "julio", "luglio"),
    ("august", "août", "augustus", "agosto"),
    ("september", "septembre", "septiembre", "setiembre", "settembre"),
    ("october", "octobre", "oktober", "octubre", "ottobre"),
    ("november", "novembre", "noviembre"),
    ("december", "décembre", "dezember", "diciembre", "dicembre"),
)
_LEAST_LETTERS = 3

ERAS = {"令和": 2018, "r": 2018, "平成": 1988, "h": 1988, "昭和": 1925, "s": 1925}
"""The year before the first one of each Japanese era."""

REPUBLIC_OF_CHINA = 1911
"""The year before the first one of 民國."""

FOREVER = frozenset(
    {
        *("长期", "长期有效", "永久", "永久有效", "终身", "终身有效", "无期限", "无限期"),
        *("長期", "長期有效", "終身", "終身有效", "無期限", "無限期", "永續有效", "무기한", "영구", "영구적"),
        *("permanent", "permanently", "lifetime", "for life", "unlimited", "never", "never expires", "no expiry"),
        *("illimité", "illimitée", "permanente", "à vie", "sans limite", "unbefristet", "unbegrenzt", "lebenslang"),
        *("onbeperkt", "levenslang", "onbepaald", "indefinido", "indefinida", "vitalicio", "sin caducidad"),
        *("illimitato", "illimitata", "a vita", "senza scadenza", "indeterminato"),
    }
)
BLANK = frozenset(
    {
        *("", "-", "--", "—", "——", "/", "\\", ".", "*", "?"),
        *("#n/a", "n/a", "na", "n.a.", "null", "none", "nil", "nan"),
        *("无", "無", "暂无", "待定", "未知", "空", "没有", "なし", "無し", "未定", "없음", "미정", "unknown", "tbd"),
        *("néant", "aucun", "aucune", "inconnu", "keine", "kein", "unbekannt", "geen", "onbekend"),
        *("ninguno", "ninguna", "desconocido", "nessuno", "nessuna", "sconosciuto"),
        # What spreadsheets make of an empty date.
        *("0", "0.0", "00:00:00", "1900-01-00", "1900/1/0", "0000-00-00", "0000/0/0"),
        *("1899-12-30", "1899-12-30 00:00:00"),
    }
)

_DIGITS = {"〇": 0, "零": 0, "○": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_TENS = {"十": 10, "廿": 20, "卅": 30, "百": 100}
_NUMERAL = re.compile("[" + "".join((*_DIGITS, *_TENS)) + "]+")


def folded(text: str) -> str:
    """`text` as all spellings of it are compared: full width is half width, no case, no accents, single blanks."""
    if text.isascii():
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    # Only the marks of the Latin alphabet: Japanese and Korean letters have parts of that kind too.
    bare = "".join(letter for letter in plain if not "\u0300" <= letter <= "\u036f")
    return " ".join(unicodedata.normalize("NFC", bare).split())


@cache
def find_month(word: str) -> int | None:
    """1 to 12, of a month's name or of enough of its first letters, in any of the languages; `word` is folded."""
    if len(word) < _LEAST_LETTERS:
        return None
    meant = {n for n, names in enumerate(_MONTHS, start=1) if any(folded(name).startswith(word) for name in names)}
    return meant.pop() if len(meant) == 1 else None


def with_digits(text: str) -> str:
    """`text` with its Chinese numerals written in digits: 二〇二四年十二月 is 2024年12月."""
    return _NUMERAL.sub(lambda found: str(_numeral(found.group())), text)


def is_forever(text: str) -> bool:
    return folded(text) in _FOREVER


def is_blank(text: str) -> bool:
    """Whether a cell says nothing, in whatever way people leave one empty."""
    return folded(text) in _BLANK


def _numeral(signs: str) -> int:
    if not any(sign in _TENS for sign in signs):
        return int("".join(str(_DIGITS[sign]) for sign in signs))
    total = ones = 0
    for sign in signs:
        if sign in _TENS:
            total, ones = total + (ones or 1) * _TENS[sign], 0
        else:
            ones = _DIGITS[sign]
    return total + ones


_FOREVER = frozenset(map(folded, FOREVER))
_BLANK = frozenset(map(folded, BLANK))
