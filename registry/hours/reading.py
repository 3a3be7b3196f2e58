"""What a text says of opening hours, in OSM's syntax: the readings of the languages it may be in, where they agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from registry.hours.normalising import plain
from registry.hours.osm_syntax import find_osm
from registry.hours.reader import read_statements
from registry.hours.regions import languages_by_script
from registry.hours.rendering import osm_of
from registry.hours.seasons import weeks_of
from registry.hours.tokens import tokenise
from registry.hours.words.languages import LANGUAGES


@dataclass(frozen=True, slots=True)
class Reading:
    """osm: OSM's syntax, "" where the text says nothing certain at all.

    reason: why hours, or a part of them, are not known; "" where all is understood.
    language: the one it was read in, "osm" for OSM's own syntax, "" where none was.
    """

    osm: str
    reason: str = ""
    language: str = ""


class UnknownLanguage(ValueError):
    """The code is none of a language that is read here; the message lists them."""

    code = "unknown_language"


# What begins so belongs to the day before it, which may be the closed one: "Mondays (if a holiday, the day after)".
_ATTACHED = ("(", ",", ";")

NOTHING_SAID = Reading("", "nothing is said of its hours")


def read_hours(text: str, languages: Sequence[str] = ()) -> Reading:
    """`text` in OSM's opening_hours syntax.

    languages: ISO 639-1 codes of what it may be written in; without any, those that its script allows. Readings that
    agree count; where they differ, nothing is known.

    Raises:
        UnknownLanguage
    """
    unknown = [code for code in languages if code not in LANGUAGES]
    if unknown:
        raise UnknownLanguage(f"{', '.join(unknown)}: hours are read in {', '.join(LANGUAGES)}")
    return _read(text.strip(), tuple(languages))


@lru_cache(maxsize=16_384)
def _read(text: str, languages: tuple[str, ...]) -> Reading:
    if not plain(text).strip():
        return NOTHING_SAID
    osm = find_osm(text)
    if osm is not None:
        return Reading(osm, "", "osm")
    readings = [_read_in(text, code) for code in languages or languages_by_script(text)]
    whole = [one for one in readings if not one.reason] or _fewest_questions(readings)
    if len({one.osm for one in whole}) == 1:
        return whole[0]
    told = ", ".join(f"{one.osm or 'unknown'} ({one.language})" for one in whole)
    return Reading("", f"it can be read in several ways: {told}")


def _fewest_questions(readings: list[Reading]) -> list[Reading]:
    """Of languages that all leave a question, those that leave the shortest: the others know fewer of its words."""
    shortest = min(len(one.reason) for one in readings)
    return [one for one in readings if len(one.reason) == shortest]


def _read_in(text: str, code: str) -> Reading:
    language = LANGUAGES[code]
    # Which day is closed instead is for each holiday another question: the days after holidays are unknown.
    text = plain(text)
    moved = language.moved_closing.search(text)
    said = read_statements(tokenise(language.moved_closing.sub(" ", text), language))
    if said.impossible:
        return Reading("", f"{said.impossible!r} is no time of a day of the week", code)
    reason = f"not understood, or only on a condition: {', '.join(said.words)}" if said.words else ""
    if not said.statements:
        return Reading("", reason or "it names no days and no times", code)
    if moved and moved[0].startswith(_ATTACHED) and not any(one.closed or one.without for one in said.statements):
        return Reading("", f"it says that a closing day moves, and not clearly which day that is: {moved[0]}", code)
    osm = osm_of(weeks_of(said), closing_moves=moved is not None)
    if not osm:
        return Reading("", reason or "it says when it is closed or open, but not from when to when", code)
    return Reading(osm, reason, code)
