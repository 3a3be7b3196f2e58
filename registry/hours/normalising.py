"""One spelling for what looks alike (widths, dashes, line breaks, accents), so that tables need each word once."""

import html
import re
import unicodedata

_BREAKS = re.compile(r"<\s*(?:br|/?p|/?li|/?div)\s*/?\s*>|\r\n?", re.IGNORECASE)
_TAGS = re.compile(r"<[^<>]*>")
_DASHES = re.compile("[‐‑‒–—―−~∼〜～⁓]+")
# Japan's lists write the long-vowel mark for a dash too: 8:30ー17:00, 月ー金.
_LONG_VOWEL_DASH = re.compile(r"(?<=[\d日月火水木金土])ー+")
# What holds nothing but separates: quotes of a JSON list, brackets of every kind.
_BRACKETS = str.maketrans(dict.fromkeys("([{「『【〔《（", "(") | dict.fromkeys(")]}」』】〕》）", ")"))
_POINTS = str.maketrans(
    {"、": ",", "，": ",", "。": ";", "；": ";", "：": ":", "︰": ":", "∶": ":", "・": ",", "·": ","}
    | dict.fromkeys("‧•●■◆▪◎", ",")
)
_QUOTES = str.maketrans(dict.fromkeys('“”„«»"', " "))
# Numbers of a list, which normalising would join to the figures behind them: ①9:00 is not 19:00.
_ITEMS = re.compile("[①-⓿❶-➓㈠-㈩]")
_ITEM_NUMBERS = re.compile(r"\([1-9]\)")
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘`´ʼ", "'"))
_TIMES = re.compile(r"(?<=\d)\s?[*xX×]\s?(?=\d)")
_LATIN = [chr(code) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))]
_UNACCENTED = str.maketrans(
    {
        letter: base
        for letter in _LATIN
        if (base := unicodedata.normalize("NFD", letter)[0]).isascii() and base.isalpha() and base != letter
    }
)
_SPACES = re.compile(r"[^\S\n]+")


def plain(text: str) -> str:
    """`text` in lower case, without tags, accents and typographic variants; its line breaks stay.

    Accents are dropped from Latin letters only: a kana's voicing mark makes another letter of it.
    """
    text = _ITEMS.sub(";", html.unescape(_BREAKS.sub("\n", text)))
    text = unicodedata.normalize("NFKC", _TAGS.sub(" ", text))
    text = _ITEM_NUMBERS.sub(";", text)
    text = text.translate(_APOSTROPHES).translate(_QUOTES).translate(_POINTS).translate(_BRACKETS)
    text = _TIMES.sub("×", text)
    text = _LONG_VOWEL_DASH.sub("-", _DASHES.sub("-", text))
    text = text.casefold().translate(_UNACCENTED)
    return "\n".join(_SPACES.sub(" ", line).strip() for line in text.split("\n"))
