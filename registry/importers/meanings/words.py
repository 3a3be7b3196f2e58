"""The tables of `languages/` in the form that is looked up: headers, days, words of cells, what tells a cell."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from registry.importers.meanings.fields import DAYS_OF_WEEK, Field, day_columns
from registry.importers.meanings.keys import is_han, key
from registry.models import AedState

Value = TypeVar("Value")

LANGUAGES = ("zh", "ja", "ko", "en", "fr", "de", "nl", "es", "it")
RISKS = ("hours", "state", "access", "date")
"""What a column must not be about and stay unread without anybody knowing."""

# "unclear" stays the text that was written: who may take it is then not clear.
_ACCESS = {"yes": "yes", "permissive": "permissive", "customers": "customers", "private": "private", "unclear": ""}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every language's tables in one.

    headers: by key and language, the meanings a header may have, likeliest first; several need the cells to decide.
    days: by language and key, the column of a day ("mo", "mo_start").
    states, access, yes_no, inside: by key of a cell; access as OSM writes it, "" where it is known to be unclear.
    cells: what gives away an address, a place within one, or hours, in any language.
    looks: by risk, keys that make a header suspicious.
    """

    headers: Mapping[str, Mapping[str, tuple[Field, ...]]]
    days: Mapping[str, Mapping[str, str]]
    states: Mapping[str, AedState]
    access: Mapping[str, str]
    yes_no: Mapping[str, bool]
    inside: Mapping[str, bool]
    cells: Mapping[str, re.Pattern[str]]
    looks: Mapping[str, tuple[str, ...]]


@cache
def tables() -> Mapping[str, Mapping[str, Any]]:
    """Each language's table as it stands in its file."""
    folder = files("registry.importers.meanings") / "languages"
    return {
        language: tomllib.loads((folder / f"{language}.toml").read_text(encoding="utf-8")) for language in LANGUAGES
    }


@cache
def vocabulary() -> Vocabulary:
    """The tables of all languages together, read once."""
    return Vocabulary(
        headers=_headers(),
        days={language: _days(table["days"]) for language, table in tables().items()},
        states=_by_key(
            "states", {name: AedState(name) for name in ("in_service", "out_of_service", "missing", "in_use")}
        ),
        access=_by_key("access_words", _ACCESS),
        yes_no=_by_key("yes_no", {"yes": True, "no": False}),
        inside=_by_key("inside", {"yes": True, "no": False}),
        cells={kind: _pattern(kind) for kind in ("address", "place", "hours")},
        looks={
            risk: tuple(key(word) for table in tables().values() for word in table["looks"][risk]) for risk in RISKS
        },
    )


def _headers() -> dict[str, dict[str, tuple[Field, ...]]]:
    found: dict[str, dict[str, tuple[Field, ...]]] = {}
    for language, table in tables().items():
        for name, words in table["columns"].items():
            for word in words:
                meanings = found.setdefault(key(word), {})
                meanings[language] = tuple(dict.fromkeys((*meanings.get(language, ()), Field(name))))
        # Written on purpose, these outweigh a word that stands under one meaning elsewhere in the file.
        for word, names in table["ambiguous"].items():
            found.setdefault(key(word), {})[language] = tuple(Field(name) for name in names)
    for field in Field:
        found.setdefault(key(field), {}).setdefault("en", (field,))
    # "#" and the like leave nothing to look up.
    found.pop("", None)
    return found


def _days(table: Mapping[str, list[str]]) -> dict[str, str]:
    endings = {
        "": ("", *table["hours"]),
        "_start": table["start"],
        "_end": table["end"],
    }
    found = {key(column): column for column in day_columns()}
    for day in DAYS_OF_WEEK:
        for name in table[day]:
            for part, words in endings.items():
                for word in words:
                    found.setdefault(key(f"{name} {word}"), f"{day}{part}")
                    found.setdefault(key(f"{word} {name}"), f"{day}{part}")
    return found


def _by_key(section: str, values: Mapping[str, Value]) -> dict[str, Value]:
    return {
        key(word): value
        for table in tables().values()
        for name, value in values.items()
        for word in table[section].get(name, ())
        if key(word)
    }


def _pattern(kind: str) -> re.Pattern[str]:
    alternatives: Iterable[str] = (_whole(one) for table in tables().values() for one in table["cells"][kind])
    return re.compile("|".join(alternatives), re.IGNORECASE)


def _whole(pattern: str) -> str:
    """A short word must stand by itself: "hal" is no part of "hall"; long ones, as in compounds, may be a part."""
    is_short_word = pattern.isalpha() and len(pattern) <= 5 and not is_han(pattern)
    return rf"\b{pattern}\b" if is_short_word else f"(?:{pattern})"
