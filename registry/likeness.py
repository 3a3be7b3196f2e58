"""How alike two records of AEDs are: their words across scripts and spellings, their floors, the metres in between."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import opencc
from numpy.typing import NDArray
from rapidfuzz import fuzz

from geo.places.geodesic import geodesic_m
from geo.walking.floors import find_floor
from registry.models import Aed
from registry.storeys import ground_is_first

EARTH_M = 6_371_000.0

_SHORT_FORMS = {
    **dict.fromkeys(("st", "str", "straße", "strasse"), "street"),
    **dict.fromkeys(("rd", "ave", "av", "blvd", "pl", "sq"), ""),
    **dict.fromkeys(("bldg", "gebäude", "gebaeude"), "building"),
    **dict.fromkeys(("univ", "uni"), "university"),
    **dict.fromkeys(("hosp", "krankenhaus"), "hospital"),
    **dict.fromkeys(("stn", "sta", "bahnhof", "gare"), "station"),
    **dict.fromkeys(("dept", "dep"), "department"),
    **dict.fromkeys(("ctr", "centre", "zentrum"), "center"),
}
"""Whole words that lists shorten or spell otherwise; what stands for the kind of a street tells nobody which."""

_LEGAL_FORMS = re.compile(r"有限责任公司|股份有限公司|有限公司|株式会社|一般社団法人|公益財団法人|주식회사|\(株\)|㈜")
_HAN = re.compile(r"[㐀-鿿]")
_NUMBERS = re.compile(r"\d+")
_HIRAGANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_SHORTEST_PART = 4
_OTHER_NUMBERS = 0.7
"""Gate 2 is not gate 3, however alike the rest."""


def words_alike(a: str, b: str) -> float | None:
    """From 0 to 1; None where one says nothing."""
    a, b = _plain(a), _plain(b)
    if not a or not b:
        return None
    if a == b:
        return 1.0
    found = max(fuzz.ratio(a, b), fuzz.token_set_ratio(a, b))
    if min(len(a), len(b)) >= _SHORTEST_PART:
        found = max(found, 0.9 * fuzz.partial_ratio(a, b))
    mine, others = set(_NUMBERS.findall(a)), set(_NUMBERS.findall(b))
    return float(found) / 100 * (_OTHER_NUMBERS if mine and others and mine.isdisjoint(others) else 1.0)


def best_words_alike(a: Aed, b: Aed) -> float | None:
    """Of names, of places and of both together the best; lists put a building's name into either."""
    pairs = ((a.name, b.name), (a.location_text, b.location_text), (_all_words(a), _all_words(b)))
    told = [alike for one, other in pairs if (alike := words_alike(one, other)) is not None]
    return max(told, default=None)


def all_words_alike(a: Aed, b: Aed) -> float:
    """Of everything that both say, letter by letter; two that say nothing are alike."""
    mine, others = _plain(_all_words(a)), _plain(_all_words(b))
    return max(fuzz.ratio(mine, others), fuzz.token_sort_ratio(mine, others)) / 100 if mine or others else 1.0


def floors_differ(a: Aed, b: Aed) -> bool:
    """Whether both name their floor, and not the same one."""
    mine, others = floor_of(a), floor_of(b)
    return mine is not None and others is not None and mine != others


def floor_of(aed: Aed) -> int | None:
    """The storey, 0 at street level, as far as floor or place tell it."""
    first = ground_is_first(aed.time_zone)
    floor = _storey_of(aed.floor, first)
    return _storey_of(aed.location_text, first) if floor is None else floor


def metres_apart(a: Aed, b: Aed) -> float:
    return float(geodesic_m(a.lon, a.lat, b.lon, b.lat))


def near_pairs(a: Sequence[Aed], b: Sequence[Aed], within_m: float) -> list[tuple[Aed, Aed, float]]:
    """One of each no farther apart than so, anywhere on Earth, with their metres."""
    if not a or not b:
        return []
    # A quarter of a second that an import without neighbours does not need.
    from scipy.spatial import cKDTree  # noqa: PLC0415

    tree = cKDTree(_on_sphere(b))
    # The sphere's metres and the ellipsoid's differ by half a per cent.
    found = tree.query_ball_point(_on_sphere(a), 1.01 * within_m / EARTH_M)
    near = [(a[i], b[j]) for i, others in enumerate(found) for j in sorted(others)]
    places = np.array([(one.lon, one.lat, other.lon, other.lat) for one, other in near], np.float64).reshape(-1, 4)
    metres = np.atleast_1d(geodesic_m(*places.T)).tolist()
    return [(one, other, far) for (one, other), far in zip(near, metres, strict=True) if far <= within_m]


def _on_sphere(aeds: Sequence[Aed]) -> NDArray[np.float64]:
    lon, lat = np.radians(np.array([(one.lon, one.lat) for one in aeds], np.float64)).T
    return np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))


def _all_words(aed: Aed) -> str:
    return f"{aed.name} {aed.location_text}".strip()


@lru_cache(maxsize=65_536)
def _plain(text: str) -> str:
    """Without what writers disagree on: width, case, kana, traditional or simplified, legal forms, short forms."""
    text = _LEGAL_FORMS.sub("", unicodedata.normalize("NFKC", text)).casefold().translate(_HIRAGANA)
    if _HAN.search(text):
        text = _simplified().convert(text)
    parts = re.findall(r"[^\W_]+", text)
    return " ".join(word for part in parts if (word := _SHORT_FORMS.get(part, part)))


@lru_cache(maxsize=1)
def _simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=65_536)
def _storey_of(text: str, first: bool) -> int | None:
    floor = find_floor(text, ground_is_first=first) if text else None
    return None if floor is None else floor.storey
