"""Tokens that belong together become one: two times a stretch of the day, Monday to Friday a set of days."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from registry.hours.clock_times import Clock, clock_of_number
from registry.hours.tokens import Token
from registry.hours.words.rules import Days, Kind

NOON = 12 * 60
DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a day, in minutes since its midnight; `end` may lie on the day after.

    sure_until: from there on it is not certain, as after "08:00+".
    same: both ends were written alike, which can mean all day, nothing, or a slip.
    """

    start: int
    end: int
    sure_until: int
    same: bool = False


# How long what opens at a time without an end is surely open: nobody opens for less than a morning. Our assumption.
_SURELY_OPEN_MIN = 4 * 60
_QUIET = {Kind.NOISE, Kind.HALF_DAY, Kind.NEXT_DAY}
_ENDS = {Kind.TIME, Kind.NUMBER}
_LONGEST_NUMBER_OF_HOUR = 24


def fold(tokens: list[Token]) -> list[Token]:
    """Tokens whose times, days, months and dates are put together. A stretch comes as `Kind.TIME` with a `Span`."""
    for step in (
        _slashes,
        _dates,
        _full_days_as_ends,
        _half_days,
        _between,
        _spans,
        _days,
        _ranges_of_months,
        _ranges_of_dates,
    ):
        tokens = step(tokens)
    return tokens


def _slashes(tokens: list[Token]) -> list[Token]:
    """8h30/12h - 14h/18h: the slashes join, the dash parts."""
    folded = list(tokens)
    for place in range(len(tokens) - 6):
        seven = tokens[place : place + 7]
        signs = [token.text for token in seven[1::2]]
        if signs == ["/", "-", "/"] and all(token.kind in _ENDS for token in seven[::2]):
            for offset, kind in ((1, Kind.RANGE), (3, Kind.LIST), (5, Kind.RANGE)):
                folded[place + offset] = replace(seven[offset], kind=kind)
    return folded


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
        and tokens[place + 1].kind in _ENDS
        and not (place + 2 < len(tokens) and tokens[place + 2].kind is Kind.MONTH)
    )


def _one_date(at: Token, month: Token, day: Token) -> Token:
    number = _only(month)
    known = number and isinstance(day.value, int) and 1 <= day.value <= 31
    return replace(at, kind=Kind.DATE if known else Kind.UNKNOWN, value=(number, day.value, number, day.value))


def _only(month: Token) -> int:
    return next(iter(month.value)) if isinstance(month.value, frozenset) and len(month.value) == 1 else 0


def _full_days_as_ends(tokens: list[Token]) -> list[Token]:
    """In "8h-24h" the second is a time, where "24h" alone is the whole day."""
    folded = list(tokens)
    for place, token in enumerate(tokens):
        ends_range = place > 1 and tokens[place - 1].kind is Kind.RANGE and tokens[place - 2].kind in _ENDS
        if token.kind is Kind.ALWAYS and token.text.startswith("24") and ends_range and "/" not in token.text:
            folded[place] = replace(token, kind=Kind.TIME, value=Clock(token.text, DAY, possible=True, exact=True))
    return folded


def _half_days(tokens: list[Token]) -> list[Token]:
    """Morning and afternoon, before the time or behind it, as part of the time; what is left of them stays."""
    folded: list[Token] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.kind is Kind.HALF_DAY:
            if folded and folded[-1].kind in _ENDS and token.text.isascii() and not _time_follows(tokens, place):
                folded[-1] = _at_half_day(folded[-1], str(token.value))
                place += 1
                continue
            if _time_follows(tokens, place):
                folded.append(_at_half_day(tokens[place + 1], str(token.value)))
                place += 2
                continue
        folded.append(token)
        place += 1
    return folded


def _time_follows(tokens: list[Token], place: int) -> bool:
    return place + 1 < len(tokens) and tokens[place + 1].kind in _ENDS


def _at_half_day(token: Token, half: str) -> Token:
    clock = _clock(token)
    if clock is None or clock.half_day:
        return token
    minute = clock.minute
    if half == "pm" and minute < NOON:
        minute += NOON
    if half == "am" and NOON <= minute < NOON + 60:
        minute -= NOON
    return replace(token, kind=Kind.TIME, value=replace(clock, minute=minute, half_day=half))


def _clock(token: Token) -> Clock | None:
    if isinstance(token.value, Clock):
        return token.value
    if token.kind is Kind.NUMBER and isinstance(token.value, int):
        clock = clock_of_number(token.value, token.text)
        return clock if clock.possible and (clock.minute <= DAY) else None
    return None


def _between(tokens: list[Token]) -> list[Token]:
    """ "between 8 and 17" is a range, though "and" is written."""
    folded: list[Token] = []
    waiting = False
    for token in tokens:
        if token.kind is Kind.RANGE and token.value == "between":
            waiting = True
            continue
        if waiting and token.kind is Kind.LIST:
            folded.append(replace(token, kind=Kind.RANGE))
            waiting = False
        else:
            folded.append(token)
    return folded


def _spans(tokens: list[Token]) -> list[Token]:
    folded: list[Token] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        found = _span_at(tokens, place) if token.kind in _ENDS else None
        if found is not None:
            folded.append(found[0])
            place = found[1]
            continue
        folded.append(token)
        place += 1
    return _open_ends(folded)


def _span_at(tokens: list[Token], place: int) -> tuple[Token, int] | None:
    first = _clock(tokens[place])
    after = _skip(tokens, place + 1)
    if first is None or after >= len(tokens) or tokens[after].kind is not Kind.RANGE:
        return None
    last = after + 1
    while last < len(tokens) and tokens[last].kind is Kind.RANGE and tokens[last].text != "-":
        last += 1
    end_at = _skip(tokens, last)
    if end_at >= len(tokens) or tokens[end_at].kind not in _ENDS:
        return None
    second = _clock(tokens[end_at])
    if second is None:
        return None
    both_numbers = tokens[place].kind is tokens[end_at].kind is Kind.NUMBER
    if both_numbers and end_at + 1 < len(tokens) and tokens[end_at + 1].kind is Kind.MONTH:
        return None
    next_day = any(one.kind is Kind.NEXT_DAY for one in tokens[place : end_at + 1])
    if end_at + 1 < len(tokens) and tokens[end_at + 1].kind is Kind.NEXT_DAY:
        next_day, end_at = True, end_at + 1
    return replace(tokens[place], kind=Kind.TIME, value=_span(first, second, next_day)), end_at + 1


def _skip(tokens: list[Token], place: int) -> int:
    while place < len(tokens) and tokens[place].kind in _QUIET and tokens[place].kind is not Kind.HALF_DAY:
        place += 1
    return place


def _span(first: Clock, second: Clock, next_day: bool) -> Span:
    start, end = first.minute, second.minute
    if second.half_day == "pm" and not first.half_day and start < NOON and start + NOON < end:
        start += NOON
    if first.half_day == "pm" and not second.half_day and end <= start < end + NOON:
        end += NOON
    if first.minute == second.minute and not next_day:
        return Span(start, start + DAY, start, same=True)
    if end <= start:
        end += DAY
        # 9:00-5:00: the clock on the wall, five in the afternoon, unless somebody works at night.
        by_the_wall = 6 * 60 <= start < NOON and 3 * 60 <= second.minute <= 8 * 60
        if by_the_wall and not (second.exact or second.half_day or next_day):
            return Span(start, second.minute + NOON, second.minute + NOON)
    elif next_day:
        end = min(end + DAY, start + DAY)
    if end % DAY == DAY - 1:
        end += 1
    end = min(end, start + DAY)
    return Span(start, end, end)


def _open_ends(tokens: list[Token]) -> list[Token]:
    """ "from 18:00", "08:00+", "18:00-": open then, nobody says how long."""
    folded: list[Token] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        if token.kind is Kind.ONWARDS and following is not None and following.kind in _ENDS:
            if isinstance(following.value, Span):
                folded.append(following)
                place += 2
                continue
            if (clock := _clock(following)) is not None:
                folded.append(replace(following, kind=Kind.TIME, value=_onwards(clock.minute)))
                place += 2
                continue
        if token.kind in _ENDS and following is not None and following.kind is Kind.ONWARDS:
            folded.append(_with_open_end(token))
            place += 2
            continue
        # "18:00 -" with nothing behind it, or "18:00 till late".
        if token.kind is Kind.TIME and isinstance(token.value, Clock) and following is not None:
            beyond = tokens[place + 2].kind if place + 2 < len(tokens) else Kind.BREAK
            if following.kind is Kind.RANGE and beyond in {Kind.BREAK, Kind.ONWARDS, Kind.LIST, Kind.VAGUE, Kind.DAYS}:
                folded.append(_with_open_end(token))
                place += 3 if beyond in {Kind.ONWARDS, Kind.VAGUE} else 2
                continue
        folded.append(token)
        place += 1
    return folded


def _with_open_end(token: Token) -> Token:
    if isinstance(token.value, Span):
        return replace(token, value=replace(token.value, end=max(token.value.end, DAY + 6 * 60)))
    clock = _clock(token)
    return token if clock is None else replace(token, kind=Kind.TIME, value=_onwards(clock.minute))


def _onwards(start: int) -> Span:
    return Span(start, start + DAY, start + _SURELY_OPEN_MIN)


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
