"""What stands before and behind a word of a text, small words aside."""

from collections.abc import Sequence

from registry.hours.spans import Span
from registry.hours.tokens import Token
from registry.hours.words.rules import Kind


def kind_before(tokens: Sequence[Token], place: int) -> Kind | None:
    """The kind of the word before; None at the beginning."""
    return next((token.kind for token in reversed(tokens[:place]) if token.kind is not Kind.NOISE), None)


def kind_after(tokens: Sequence[Token], place: int) -> Kind | None:
    """The kind of the next word, brackets aside too; None at the end."""
    return next((token.kind for token in tokens[place + 1 :] if not _is_passed_over(token)), None)


def is_behind_a_time(tokens: Sequence[Token], place: int) -> bool:
    """Whether the word before is a stretch of the day, brackets aside too."""
    before = next((token for token in reversed(tokens[:place]) if not _is_passed_over(token)), None)
    return before is not None and isinstance(before.value, Span)


def is_joined_to_a_time(tokens: Sequence[Token], place: int) -> bool:
    """Whether "and" joins the days before a word to a stretch of the day before them; a comma parts them."""
    behind: list[Token] = []
    for one in reversed([token for token in tokens[:place] if token.kind is not Kind.NOISE]):
        if one.kind not in {Kind.DAYS, Kind.LIST}:
            joined = bool(behind) and behind[-1].kind is Kind.LIST and behind[-1].text != ","
            return joined and isinstance(one.value, Span)
        behind.append(one)
    return False


def _is_passed_over(token: Token) -> bool:
    return token.kind is Kind.NOISE or (token.kind is Kind.BREAK and token.value == "soft")
