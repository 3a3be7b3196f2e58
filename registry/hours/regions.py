"""Which languages hours are written in where: by the country of a place's time zone, and by the letters of the text."""

import re
from functools import lru_cache

from registry.hours.holidays import find_country
from registry.hours.words.languages import LANGUAGES

_HANGUL = re.compile("[가-힣]")
_KANA = re.compile("[ぁ-ヿ]")
_HAN = re.compile("[一-鿿]")
_LATIN = tuple(code for code in LANGUAGES if code not in {"zh", "ja", "ko"})

_COUNTRIES = {
    "zh": "CN TW HK MO SG MY",
    "ja": "JP",
    "ko": "KR",
    "en": "GB IE US CA AU NZ SG HK MO MY IN ZA MT PH",
    "fr": "FR BE CH LU CA MC RE GP MQ GF YT NC PF PM MF BL",
    "de": "DE AT CH LI LU BE",
    "nl": "NL BE",
    "es": "ES MX AR CL CO PE UY EC BO PY VE CR PA GT HN NI SV DO CU PR",
    "it": "IT SM VA CH",
}


def languages_by_script(text: str) -> tuple[str, ...]:
    """The languages whose letters a text is in; Han characters alone may be Chinese or Japanese."""
    if _HANGUL.search(text):
        return ("ko",)
    if _KANA.search(text):
        return ("ja",)
    return ("zh", "ja") if _HAN.search(text) else _LATIN


def languages_of(text: str, time_zone: str) -> tuple[str, ...]:
    """The languages that hours at a place may be in: those of its country that the letters allow, else by letters."""
    by_script = languages_by_script(text)
    return tuple(code for code in by_script if code in _spoken(find_country(time_zone))) or by_script


@lru_cache(maxsize=512)
def _spoken(country: str) -> frozenset[str]:
    return frozenset(code for code, countries in _COUNTRIES.items() if country in countries.split())
