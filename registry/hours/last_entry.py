"""When the last visitor is let in says nothing of when a place closes, and is passed over."""

from registry.hours.spans import ENDS
from registry.hours.tokens import Token
from registry.hours.words.rules import Kind

_ENDS_CLAUSE = {Kind.BREAK, Kind.LIST}
# Beside any of these the clause is about more than the last visitor.
_SAYS_MORE = {Kind.DAYS, Kind.CLOSED, Kind.ALWAYS, Kind.EXCEPT, Kind.DATE, Kind.MONTH}


def without_last_entry(tokens: list[Token]) -> list[Token]:
    """Tokens without "last admission 16:30" and "16:30 last admission"; what says more stays, and is doubtful."""
    kept: list[Token] = []
    place = 0
    while place < len(tokens):
        if tokens[place].kind is not Kind.LAST_ENTRY:
            kept.append(tokens[place])
            place += 1
            continue
        end = place + 1
        while end < len(tokens) and tokens[end].kind not in _ENDS_CLAUSE:
            end += 1
        behind = tokens[place + 1 : end]
        figures = sum(token.kind in ENDS for token in behind)
        if figures > 1 or any(token.kind in _SAYS_MORE for token in behind):
            kept.append(tokens[place])
            place += 1
            continue
        if not figures:
            _drop_time_before(kept)
        place = end
    return kept


def _drop_time_before(kept: list[Token]) -> None:
    """The time that belongs to a word behind it, if it is not the end of a stretch."""
    place = len(kept) - 1
    while place >= 0 and kept[place].kind is Kind.NOISE:
        place -= 1
    ends_stretch = place > 0 and kept[place - 1].kind is Kind.RANGE
    if place >= 0 and kept[place].kind in ENDS and not ends_stretch:
        del kept[place:]
