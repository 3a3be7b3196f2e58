"""What a cell about a certificate's validity says: a date, a span, a length, for ever, or nothing."""

import re
from dataclasses import dataclass
from enum import StrEnum

from registry.importers.people.date_words import folded, is_blank, is_forever, with_digits
from registry.importers.people.dates import Written, read_date


class Says(StrEnum):
    """The kinds of what such a cell says."""

    NOTHING = "nothing"
    DATE = "date"
    SPAN = "span"
    LENGTH = "length"
    FOREVER = "for ever"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class ValidityCell:
    """dates: one, the two of a span, or the one from which something holds for ever. months: of a length."""

    says: Says
    dates: tuple[Written, ...] = ()
    months: int = 0


MOST_MONTHS = 30 * 12
"""A longer validity is a slip: no certificate of first aid lasts longer."""

_YEARS = r"(?:年|년|周年|years?|yrs?|ans?|annees?|jahre?|jaar|jaren|anos?|anni|anno)"
_MONTHS = r"(?:个月|個月|か月|ヶ月|ヵ月|カ月|箇月|개월|months?|mois|monate?|maand|maanden|mes|meses|mese|mesi)"
_LENGTH = re.compile(
    rf"(?:有效期|有効期間|유효기간)?\s*[::]?\s*(\d{{1,3}})\s*(?:({_YEARS})|({_MONTHS}))(?:间|間|有效|有効)?"
)
_WORDS_BETWEEN = re.compile(
    r"\s*(?:至|到|~|～|〜|—|–|--+|→|から|부터|\s(?:to|until|till|through|bis|au|jusqu'?au|t/m|tot|hasta|al|a)\s)\s*"
)
_SIGNS_BETWEEN = re.compile(r"\s*[-/]\s*|\s+")


def read_validity(text: str) -> ValidityCell:
    """What the text says; two dates of a span stand in their order, whatever parts them."""
    if is_blank(text):
        return ValidityCell(Says.NOTHING)
    if is_forever(text):
        return ValidityCell(Says.FOREVER)
    if (one := read_date(text)) is not None:
        return ValidityCell(Says.DATE, (one,))
    bare = folded(text)
    if (months := _length(bare)) is not None:
        return ValidityCell(Says.LENGTH, months=months)
    if spans := [*_spans(bare, _WORDS_BETWEEN)] or [*_spans(bare, _SIGNS_BETWEEN)]:
        return ValidityCell(Says.SPAN, spans[0]) if len(spans) == 1 else ValidityCell(Says.UNREADABLE)
    return _begun(bare)


def _length(bare: str) -> int | None:
    found = _LENGTH.fullmatch(with_digits(bare))
    if found is None:
        return None
    months = int(found[1]) * (12 if found[2] else 1)
    return months if 0 < months <= MOST_MONTHS else None


def _spans(bare: str, between: re.Pattern[str]) -> list[tuple[Written, ...]]:
    """Every way to part the text into two dates. A dash parts the days of one date as well, hence all are tried."""
    found = []
    for sign in between.finditer(bare):
        ends = bare[: sign.start()], bare[sign.end() :]
        dates = tuple(one for end in ends if (one := read_date(end)) is not None)
        if len(dates) == len(ends):
            found.append(dates)
    return found


def _begun(bare: str) -> ValidityCell:
    """2024年5月1日至长期: a beginning, and no end."""
    sign = _WORDS_BETWEEN.search(bare)
    if sign is not None and is_forever(bare[sign.end() :]):
        begins = read_date(bare[: sign.start()])
        if begins is not None:
            return ValidityCell(Says.FOREVER, (begins,))
    return ValidityCell(Says.UNREADABLE)
