"""What a list says of its device and of who may take it: words of nine languages, and what has ended or been locked.

A word that nobody here knows makes it unknown: sent for, it may be broken; called broken, it may be the nearest.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from registry.importers.meanings.dates import find_day
from registry.importers.meanings.fields import Field
from registry.importers.meanings.keys import NO_SIGNS, YES_SIGNS, key, pieces
from registry.importers.meanings.words import vocabulary
from registry.models import AedState

# OSM's own values of `access` stay as they are written.
_OSM_ACCESS = frozenset(
    [
        "yes",
        "public",
        "permissive",
        "designated",
        "customers",
        "destination",
        "no",
        "private",
        "permit",
        "residents",
        "employees",
        "staff",
        "members",
        "delivery",
    ]
)
_LOCKED = "locked"
# Of several words the worst counts.
_WORST_FIRST = (AedState.MISSING, AedState.OUT_OF_SERVICE, AedState.IN_USE, AedState.UNKNOWN, AedState.IN_SERVICE)
_YES_MEANS: Mapping[Field, AedState] = {
    Field.UNAVAILABLE: AedState.OUT_OF_SERVICE,
    Field.DISUSED: AedState.OUT_OF_SERVICE,
    Field.REMOVED: AedState.MISSING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Cells about a device's life by meaning, as written, and what a profile knows of the publisher's words."""

    cells: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    states: Mapping[str, AedState] = field(default_factory=dict)
    access: Mapping[str, str] = field(default_factory=dict)

    def of(self, meaning: Field) -> tuple[str, ...]:
        """The cells of one meaning."""
        return self.cells.get(meaning, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """A text that was not understood. reason: machine-readable; text: the same for every row that says so."""

    reason: str
    text: str


def state_of(said: Said, today: date | None) -> tuple[AedState, list[Unclear]]:
    """The state of a device, and what of its source's words was not understood.

    `today`: an end before it has come; where it is None, any end has.
    """
    told, unclear = [AedState.IN_SERVICE], []
    for text in said.of(Field.STATE):
        state = _state_word(text, said.states)
        told.append(state)
        if state is AedState.UNKNOWN:
            unclear.append(_unclear_state(text))
    for meaning, state_if_so in _YES_MEANS.items():
        for text in said.of(meaning):
            state = _state_of_flag(text, state_if_so, said.states)
            told.append(state)
            if state is AedState.UNKNOWN:
                unclear.append(_unclear_state(text))
    for meaning in (Field.START_DATE, Field.END_DATE):
        for text in said.of(meaning):
            state, remark = _state_of_day(text, meaning, today)
            told.append(state)
            unclear += remark
    return min(told, key=_WORST_FIRST.index), unclear


def access_of(said: Said) -> tuple[str, list[Unclear]]:
    """Who may take it as OSM's `access` says it; a text that is unclear or not understood stays as it is written."""
    value, unclear = "", []
    for text in said.of(Field.ACCESS):
        read = _access_word(text, said.access)
        if read is None:
            unclear.append(_unclear_access(text))
        value = value or read or text.strip()[:64]
    for text in said.of(Field.PUBLIC):
        flag = yes_or_no(text)
        read = {True: "yes", False: "private"}.get(flag) if flag is not None else _access_word(text, said.access)
        if read is None:
            unclear.append(_unclear_access(text))
        # "Not for the public" outweighs a friendlier word beside it.
        value = read if read == "private" else value or read or text.strip()[:64]
    if value != "private" and any(yes_or_no(text) is not False for text in said.of(Field.LOCKED)):
        value = _LOCKED
    return value, unclear


def yes_or_no(text: str) -> bool | None:
    """True or False, None where the text is neither."""
    # "○" and "×" are yes and no in Japan and say nothing to `key`.
    sign = unicodedata.normalize("NFKC", text).strip()
    if sign in YES_SIGNS:
        return True
    return False if sign in NO_SIGNS else vocabulary().yes_no.get(key(text))


def inside_or_not(indoor: str, outdoor: str) -> bool | None:
    """Whether it hangs inside, by a column that asks for the one or for the other; None where neither is understood."""
    for text, is_asked in ((indoor, True), (outdoor, False)):
        word = vocabulary().inside.get(key(text))
        if word is not None:
            return word
        flag = yes_or_no(text)
        if flag is not None:
            return flag is is_asked
    return None


def _state_word(text: str, own: Mapping[str, AedState]) -> AedState:
    word = key(text)
    if (found := _find_state(word, own)) is not None:
        return found
    # "正常（待维修）" is both; what is in it and not known leaves it unknown.
    told = [_find_state(key(piece), own) for piece in pieces(text)]
    if len(told) < 2 or any(state is None for state in told):
        return AedState.UNKNOWN
    return min((state for state in told if state is not None), key=_WORST_FIRST.index)


def _find_state(word: str, own: Mapping[str, AedState]) -> AedState | None:
    if word in own:
        return own[word]
    known = vocabulary()
    if word in known.states:
        return known.states[word]
    # Numbers are codes: 0 is "fine" in one system and "broken" in another.
    if word.isdigit():
        return None
    flag = known.yes_no.get(word)
    return None if flag is None else (AedState.IN_SERVICE if flag else AedState.OUT_OF_SERVICE)


def _state_of_flag(text: str, state_if_so: AedState, own: Mapping[str, AedState]) -> AedState:
    flag = yes_or_no(text)
    if flag is not None:
        return state_if_so if flag else AedState.IN_SERVICE
    # A day on which it was removed, or a word such as "Indisponible".
    if find_day(text) is not None:
        return state_if_so
    return _state_word(text, own)


def _state_of_day(text: str, meaning: Field, today: date | None) -> tuple[AedState, list[Unclear]]:
    day = find_day(text)
    if day is None:
        what = "end" if meaning is Field.END_DATE else "begin"
        told = f"the day {text!r} on which it is said to {what} is not understood; its usability is unknown until it is"
        return AedState.UNKNOWN, [Unclear(reason="date_unclear", text=told)]
    if meaning is Field.START_DATE:
        return (AedState.OUT_OF_SERVICE if today is not None and day > today else AedState.IN_SERVICE), []
    return (AedState.MISSING if today is None or day < today else AedState.IN_SERVICE), []


def _access_word(text: str, own: Mapping[str, str]) -> str | None:
    """OSM's word; "" where the text is known to be unclear; None where it is not known."""
    word = key(text)
    if text.strip().lower() in _OSM_ACCESS:
        return text.strip().lower()
    return own[word] if word in own else vocabulary().access.get(word)


def _unclear_state(text: str) -> Unclear:
    told = f"the state {text!r} is not understood; its usability is unknown until it is"
    return Unclear(reason="state_unclear", text=told)


def _unclear_access(text: str) -> Unclear:
    told = f"who may take it is said as {text!r}, which is not understood; its usability is unknown until it is"
    return Unclear(reason="access_unclear", text=told)
