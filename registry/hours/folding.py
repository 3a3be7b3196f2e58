"""Tokens that belong together become one: two times a stretch of the day, Monday to Friday a set of days."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from registry.hours.last_entry import without_last_entry
from registry.hours.spans import ENDS, Span, fold_times, part_by_slashes
from registry.hours.tokens import Token
from registry.hours.words.rules import Days, Kind


def fold(tokens: list[Token]) -> list[Token]:
    """Tokens whose times, days, months and dates are put together."""
    for step in (
        without_last_entry,
        part_by_slashes,
        _dates,
        fold_times,
        _days,
        _ranges_of_months,
        _ranges_of_dates,
        _days_in_brackets,
    ):
        tokens = step(tokens)
    return tokens


def _dates(tokens: list[Token]) -> list[Token]:
    """24 December, December 24, 24 to 26 December."""
    folded: list[Token] = []
    place = 0
    while place < len(tokens):
        found = _date_at(tokens, place)
        if found is None:
            folded.append(tokens[place])
            place += 1
        else:
            folded.append(found[0])
            place = found[1]
    return folded


def _date_at(tokens: list[Token], place: int) -> tuple[Token, int] | None:
    first = tokens[place]
    kinds = [token.kind for token in tokens[place : place + 4]]
    if kinds == [Kind.NUMBER, Kind.RANGE, Kind.NUMBER, Kind.MONTH]:
        month = _only(tokens[place + 3])
        value = (month, first.value, month, tokens[place + 2].value)
        return (replace(first, kind=Kind.DATE, value=value), place + 4) if month else None
    between = place + 1
    while between < len(tokens) and tokens[between].kind is Kind.NOISE and tokens[between].text in {"de", "of", "the"}:
        between += 1
    if first.kind is Kind.NTH and first.value == frozenset({1}) and kinds[1:2] == [Kind.MONTH]:
        return _one_date(first, tokens[place + 1], replace(first, value=1)), place + 2
    if first.kind is Kind.NUMBER and between < len(tokens) and tokens[between].kind is Kind.MONTH:
        return _one_date(first, tokens[between], first), between + 1
    if kinds[:2] == [Kind.MONTH, Kind.NUMBER] and not _is_range_at(tokens, place + 2):
        return _one_date(first, first, tokens[place + 1]), place + 2
    return None


def _is_range_at(tokens: list[Token], place: int) -> bool:
    return (
        place + 1 < len(tokens)
        and tokens[place].kind is Kind.RANGE
        and tokens[place + 1].kind in ENDS
        and not (place + 2 < len(tokens) and tokens[place + 2].kind is Kind.MONTH)
    )


def _one_date(at: Token, month: Token, day: Token) -> Token:
    number = _only(month)
    known = number and isinstance(day.value, int) and 1 <= day.value <= 31
    return replace(at, kind=Kind.DATE if known else Kind.UNKNOWN, value=(number, day.value, number, day.value))


def _only(month: Token) -> int:
    return next(iter(month.value)) if isinstance(month.value, frozenset) and len(month.value) == 1 else 0


def _days(tokens: list[Token]) -> list[Token]:
    """Ranges of days, then lists of them."""
    ranged = _joined(_signs_between_days(tokens), Kind.DAYS, {Kind.RANGE}, _day_range)
    return _joined(ranged, Kind.DAYS, {Kind.LIST}, _both_days, adjacent=True)


def _signs_between_days(tokens: list[Token]) -> list[Token]:
    """Mon-Wed-Fri is a list, and lun/ven a range."""
    folded = list(tokens)
    for place in range(len(tokens) - 2):
        first, sign, last = tokens[place : place + 3]
        if not (_one_day(first) >= 0 and _one_day(last) >= 0):
            continue
        beyond = tokens[place + 3 : place + 5]
        chained = len(beyond) == 2 and beyond[0].kind is Kind.RANGE and _one_day(beyond[1]) >= 0
        if sign.kind is Kind.RANGE and chained:
            folded[place + 1] = replace(sign, kind=Kind.LIST)
            folded[place + 3] = replace(beyond[0], kind=Kind.LIST)
        alone = not (beyond and beyond[0].kind in {Kind.LIST, Kind.DAYS}) and (
            place == 0 or tokens[place - 1].kind not in {Kind.LIST, Kind.DAYS}
        )
        if sign.kind is Kind.LIST and sign.text == "/" and alone and _one_day(first) == 0 and _one_day(last) >= 4:
            folded[place + 1] = replace(sign, kind=Kind.RANGE)
    return folded


def _one_day(token: Token) -> int:
    """The weekday that a token names alone, -1 if it does not."""
    value = token.value
    return min(value.days) if isinstance(value, Days) and len(value.days) == 1 and not value.holidays else -1


def _day_range(one: object, other: object) -> object | None:
    if not (isinstance(one, Days) and isinstance(other, Days)) or len(one.days) != 1 or len(other.days) != 1:
        return _both_days(one, other) if isinstance(other, Days) and other.holidays and not other.days else None
    first, last = min(one.days), min(other.days)
    days = frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))
    return Days(days, holidays=other.holidays)


def _both_days(one: object, other: object) -> object | None:
    """Holidays and a range of weekdays stay apart: "except holidays, Monday to Friday 9-17"."""
    if not (isinstance(one, Days) and isinstance(other, Days)):
        return None
    if (not one.days and len(other.days) > 2) or (not other.days and one.not_holidays):
        return None
    return join_days(one, other)


def join_days(one: Days | None, other: Days) -> Days:
    """The days of both."""
    if one is None:
        return other
    days = one.days | other.days
    return Days(
        days,
        (one.doubtful | other.doubtful) - days,
        one.holidays or other.holidays,
        one.not_holidays or other.not_holidays,
        one.some_holidays or other.some_holidays,
    )


def _ranges_of_months(tokens: list[Token]) -> list[Token]:
    ranged = _joined(tokens, Kind.MONTH, {Kind.RANGE}, _month_range)
    return _joined(ranged, Kind.MONTH, {Kind.LIST}, lambda one, other: one | other)  # type: ignore[operator]


def _month_range(one: object, other: object) -> object | None:
    if not (isinstance(one, frozenset) and isinstance(other, frozenset)):
        return None
    first, last = min(one), min(other)
    return frozenset((first - 1 + step) % 12 + 1 for step in range((last - first) % 12 + 1))


def _ranges_of_dates(tokens: list[Token]) -> list[Token]:
    def whole(one: object, other: object) -> object | None:
        return (*one[:2], *other[2:]) if isinstance(one, tuple) and isinstance(other, tuple) else None

    return _joined(tokens, Kind.DATE, {Kind.RANGE}, whole)


def _joined(
    tokens: list[Token],
    kind: Kind,
    by: set[Kind],
    join: Callable[[object, object], object | None],
    *,
    adjacent: bool = False,
) -> list[Token]:
    """Neighbours of one kind as one, where a token of `by` stands between them (or nothing, if `adjacent`)."""
    folded: list[Token] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.kind is kind and folded:
            back = len(folded) - 1
            signs = 0
            while back >= 0 and (folded[back].kind in by or folded[back].kind is Kind.NOISE):
                signs += folded[back].kind in by
                back -= 1
            # "The second Tuesday, Sundays" are two things; "in the fifth week Thursday and Friday" is one.
            nth = folded[back - 1] if kind is Kind.DAYS and back > 0 else None
            nth_before = nth is not None and nth.kind is Kind.NTH and not set(nth.text) & set("週周")
            if back >= 0 and folded[back].kind is kind and (signs or adjacent) and not nth_before:
                value = join(folded[back].value, token.value)
                if value is not None:
                    folded = [*folded[:back], replace(folded[back], value=value)]
                    place += 1
                    continue
        folded.append(token)
        place += 1
    return folded


def _days_in_brackets(tokens: list[Token]) -> list[Token]:
    """ "7:00-18:00 (weekdays), 8:00-16:00 (Saturdays)": the days before their times, as elsewhere."""
    folded: list[Token] = []
    place = 0
    while place < len(tokens):
        kinds = [token.kind for token in tokens[place : place + 4]]
        brackets = [token.text for token in tokens[place + 1 : place + 4 : 2]]
        first_said = not folded or folded[-1].kind in {Kind.BREAK, Kind.LIST}
        in_brackets = {Kind.DAYS, Kind.SEASON, Kind.MONTH} if first_said else {Kind.DAYS}
        framed = [*kinds[:2], *kinds[3:]] == [Kind.TIME, Kind.BREAK, Kind.BREAK] and brackets == ["(", ")"]
        if framed and kinds[2] in in_brackets:
            time, opening, days, closing = tokens[place : place + 4]
            earlier = _times_joined(folded, time)
            # What was said before is of other days: "Monday to Saturday 7-18; 8-16 (Saturdays)".
            joined = [replace(one, clause=opening.clause) for one in (days, *earlier, time)]
            folded = [*folded[: len(folded) - len(earlier)], opening, *joined, closing]
            place += 4
        else:
            folded.append(tokens[place])
            place += 1
    return folded


def _times_joined(before: list[Token], time: Token) -> list[Token]:
    """ "9:00-13:00 / 14:30-17:45 (Monday to Thursday)": stretches before the last one that are told of the same days,
    as they are where none overlaps another and no day stands before them."""
    start = len(before)
    while start and before[start - 1].kind in {Kind.TIME, Kind.LIST, Kind.NOISE}:
        start -= 1
    if start and before[start - 1].kind is not Kind.BREAK:
        return []
    spans = [token.value for token in (*before[start:], time) if token.kind is Kind.TIME]
    stretches = sorted((one.start, one.end) for one in spans if isinstance(one, Span))
    apart = all(first[1] <= second[0] for first, second in pairwise(stretches))
    return before[start:] if len(stretches) == len(spans) > 1 and apart else []
