"""Headers and words without what writers disagree on: case, width, accents, simplified and traditional characters."""

import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC

YES_SIGNS = frozenset("○〇◯◎●√✓✔☑")
NO_SIGNS = frozenset("×✕✗╳")
_MARKS = re.compile("[\u0300-\u036f]")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PARENTHESES = re.compile(r"[(\[{（【〔「][^)\]}）】〕」]*[)\]}）】〕」]")
_PARTS = re.compile(r"\s*[/|｜／\n\r•·]\s*|\s+-\s+")
# None that turns a meaning round, such as "in", "out" and "not".
_SMALL_WORDS = (
    ("of", "the", "a", "an", "for", "is", "are", "and", "current", "currently", "actual"),
    ("de", "du", "des", "la", "le", "les", "l", "d", "et", "actuel", "actuelle"),
    ("del", "della", "delle", "dei", "di", "da", "e", "y", "attuale"),
    ("der", "die", "das", "dem", "den", "und", "aktuell", "aktueller", "van", "het", "en", "huidige"),
)
_SMALL = frozenset(word for words in _SMALL_WORDS for word in words)
_SMALL_LETTERS = str.maketrans("", "", "の等的")
_TOKEN = re.compile(r"[^\W_]+")
# Traditional characters become simplified ones; a Japanese word stays recognisable, since the tables go the same way.
_simplify = OpenCC("t2s").convert


@lru_cache(maxsize=65_536)
def key(text: str) -> str:
    """What two ways to write a header or a word have in common: letters and digits only."""
    return "".join(tokens(text))


def tokens(text: str) -> list[str]:
    """The words of a header, each as `key` gives it; "addressLine2" has two."""
    folded = unicodedata.normalize("NFKC", _CAMEL.sub(" ", unicodedata.normalize("NFKC", text))).casefold()
    # Only marks above Latin letters: those of kana and Hangul make other letters.
    bare = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", folded)))
    return _TOKEN.findall(bare if bare.isascii() else _simplify(bare))


def bare(text: str) -> str:
    """The key without small words and "の": "Data di rimozione" and "Data rimozione" are one header."""
    return "".join(word for word in tokens(text) if word not in _SMALL).translate(_SMALL_LETTERS)


def parts(header: str) -> list[str]:
    """A header without its parentheses, and its pieces."""
    found = (_PARENTHESES.sub(" ", header).strip(), *pieces(header))
    return [part for part in dict.fromkeys(found) if part and part != header]


def pieces(text: str) -> list[str]:
    """What stands beside strokes and in parentheses: the two languages of a header, a word and its note."""
    inside = [found[1:-1].strip() for found in _PARENTHESES.findall(text)]
    return [part for part in (*_PARTS.split(_PARENTHESES.sub(" ", text).strip()), *inside) if part]


def is_han(text: str) -> bool:
    """Whether a key is of a script without blanks between words."""
    return not text.isascii() and any(
        "\u3040" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7a3" for letter in text
    )
