"""Times that belong together as stretches of a day: 8:00 to 12:00, from 18:00 on, nine in the morning to five."""

from dataclasses import dataclass, replace

from registry.hours.clock_times import Clock, clock_of_number
from registry.hours.tokens import Token
from registry.hours.words.rules import Kind

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
ENDS = {Kind.TIME, Kind.NUMBER}
_EARLIEST_MORNING = 6 * 60


def fold_times(tokens: list[Token]) -> list[Token]:
    """Tokens whose times are put together; a stretch comes as `Kind.TIME` with a `Span`."""
    for step in (_full_days_as_ends, _half_days, _between, _spans):
        tokens = step(tokens)
    return tokens


def part_by_slashes(tokens: list[Token]) -> list[Token]:
    """8h30/12h - 14h/18h: the slashes join, the dash parts; 8.00/17.00 without a dash is a stretch."""
    folded = list(tokens)
    if not any(token.kind is Kind.RANGE and token.text == "-" for token in tokens):
        for place in range(len(tokens) - 2):
            first, sign, last = tokens[place : place + 3]
            if sign.text == "/" and first.kind is last.kind is Kind.TIME:
                folded[place + 1] = replace(sign, kind=Kind.RANGE)
    for place in range(len(tokens) - 6):
        seven = tokens[place : place + 7]
        signs = [token.text for token in seven[1::2]]
        if signs == ["/", "-", "/"] and all(token.kind in ENDS for token in seven[::2]):
            for offset, kind in ((1, Kind.RANGE), (3, Kind.LIST), (5, Kind.RANGE)):
                folded[place + offset] = replace(seven[offset], kind=kind)
    return folded


def _full_days_as_ends(tokens: list[Token]) -> list[Token]:
    """In "8h-24h" the second is a time, where "24h" alone is the whole day."""
    folded = list(tokens)
    for place, token in enumerate(tokens):
        ends_range = place > 1 and tokens[place - 1].kind is Kind.RANGE and tokens[place - 2].kind in ENDS
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
            if folded and folded[-1].kind in ENDS and token.text.isascii() and not _time_follows(tokens, place):
                folded[-1] = _at_half_day(folded[-1], str(token.value))
                place += 1
                continue
            if _time_follows(tokens, place):
                folded.append(_at_half_day(tokens[place + 1], str(token.value)))
                place += 2
                continue
            # "tardes de 16 a 20", "mornings from 9 to 12".
            if token.text.isascii() and _is_noise(tokens, place + 1) and _time_follows(tokens, place + 1):
                folded.append(_at_half_day(tokens[place + 2], str(token.value)))
                place += 3
                continue
        folded.append(token)
        place += 1
    return folded


def _time_follows(tokens: list[Token], place: int) -> bool:
    return place + 1 < len(tokens) and tokens[place + 1].kind in ENDS


def _is_noise(tokens: list[Token], place: int) -> bool:
    return place < len(tokens) and tokens[place].kind is Kind.NOISE


def _at_half_day(token: Token, half: str) -> Token:
    clock = _clock(token)
    if clock is None or clock.half_day:
        return token
    minute = clock.minute
    if half == "pm" and minute > NOON + 59:
        return token  # "下午 23:00" is told twice, and says nothing of the time before it
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
        found = _span_at(tokens, place) if token.kind in ENDS else None
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
    if end_at >= len(tokens) or tokens[end_at].kind not in ENDS:
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
    if both_numbers and first.minute == second.minute and _EARLIEST_MORNING <= first.minute < NOON:
        second = replace(second, minute=second.minute + NOON)  # "8-8" is told by the clock on the wall
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
    plain = not (first.exact or second.exact or first.half_day or second.half_day or next_day)
    if plain and 0 < start < 6 * 60 and start < end <= 8 * 60:
        # "Tuesday 1-5": after noon, unless a half of the day is named or the figures are a clock's.
        return Span(start + NOON, end + NOON, end + NOON)
    if first.minute == second.minute and not next_day:
        return Span(start, start + DAY, start, same=True)
    if end <= start:
        end += DAY
        # 9:00-5:00: the clock on the wall, five in the afternoon, unless somebody works at night.
        by_the_wall = (6 * 60 <= start < NOON and 3 * 60 <= second.minute <= 8 * 60) or (
            NOON <= start < NOON + 60 and 60 <= second.minute <= 8 * 60
        )
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
        if token.kind is Kind.ONWARDS and following is not None and following.kind in ENDS:
            if isinstance(following.value, Span):
                folded.append(following)
                place += 2
                continue
            if (clock := _clock(following)) is not None:
                folded.append(replace(following, kind=Kind.TIME, value=_onwards(clock.minute)))
                place += 2
                continue
        if token.kind in ENDS and following is not None and following.kind is Kind.ONWARDS:
            beyond = tokens[place + 2].kind if place + 2 < len(tokens) else Kind.BREAK
            # "9-17 from April on": it is the months that begin.
            is_of_days = beyond in {Kind.MONTH, Kind.DATE, Kind.DAYS, Kind.SEASON, Kind.NTH}
            folded.append(token if is_of_days else _with_open_end(token))
            place += 2
            continue
        # "18:00 -" with nothing behind it, or "18:00 till late".
        if token.kind is Kind.TIME and isinstance(token.value, Clock) and following is not None:
            beyond = tokens[place + 2].kind if place + 2 < len(tokens) else Kind.BREAK
            ends = place > 0 and tokens[place - 1].kind in {Kind.RANGE, Kind.UNTIL}
            if following.kind is Kind.RANGE and ends:
                folded.append(token)
                place += 2
                continue
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
