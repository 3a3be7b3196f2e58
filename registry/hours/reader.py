"""From tokens to statements: goes through a text once, word by word, as a person reads it."""

from dataclasses import replace

from registry.hours.clock_times import Clock
from registry.hours.folding import fold, join_days
from registry.hours.neighbours import is_behind_a_time, is_joined_to_a_time, kind_after, kind_before
from registry.hours.others import days_not_named
from registry.hours.periods import Period, dates_of, is_long, is_season, period_of
from registry.hours.spans import DAY, NOON, Span
from registry.hours.statement_order import days_behind_times, hours_beside_closing, months_behind_hours, with_siblings
from registry.hours.statements import Said, Statement
from registry.hours.tokens import Token
from registry.hours.words.rules import NIGHT, Days, Kind, Window


def read_statements(tokens: list[Token]) -> Said:
    """The statements of a text's tokens."""
    reader = _Reader(_without_contacts(fold(tokens)))
    return reader.read()


# A clause about whom to call says nothing of hours, unless it names some.
_ABOUT_HOURS = {
    Kind.VAGUE,
    Kind.SEASON,
    Kind.CONDITION,
    Kind.DAYS,
    Kind.TIME,
    Kind.CLOSED,
    Kind.EXCEPT,
    Kind.EXCEPT_AFTER,
    Kind.ALWAYS,
    Kind.DATE,
    Kind.MONTH,
}


def _without_contacts(tokens: list[Token]) -> list[Token]:
    clauses: dict[int, set[Kind]] = {}
    for token in tokens:
        clauses.setdefault(token.clause, set()).add(token.kind)
    idle = {clause for clause, kinds in clauses.items() if Kind.CONTACT in kinds and not kinds & _ABOUT_HOURS}
    return [
        token
        for token in tokens
        if token.kind is Kind.BREAK or (token.clause not in idle and token.kind is not Kind.CONTACT)
    ]


_IDLE = {Kind.REMARK, Kind.CONDITION, Kind.UNKNOWN, Kind.NUMBER, Kind.ONWARDS, Kind.HALF_DAY, Kind.NEXT_DAY}
_HALVES = (Span(0, NOON, NOON), Span(NOON, DAY, DAY))
# Words that are "to" between times, and "at" in "closes at 16:30".
_AT = {"a", "a las", "alle", "alle ore"}
# The clause of what is said of the whole text: none of its own.
_OF_ALL = -1
# What no statement holds: each makes its clause doubtful.
_PASSED_OVER = {Kind.NOISE, Kind.BREAK, Kind.LIST, Kind.VAGUE, Kind.INCLUDED}
_SAID_OF_PERIODS = {Kind.DAYS, Kind.TIME, Kind.NTH, Kind.ALWAYS, Kind.HALF_DAY}
_DOUBTS = {Kind.LAST_ENTRY, Kind.CONDITION, Kind.UNKNOWN, Kind.NUMBER, Kind.ONWARDS, Kind.HALF_DAY, Kind.NEXT_DAY}


class _Reader:
    """Goes through the tokens once; `_now` is the statement that is being said."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._now = Statement()
        self._done: list[Statement] = []
        self._included: list[Statement] = []
        self._doubts: set[int] = set()
        self._words: list[str] = []
        self._impossible = ""
        self._taking_out = False
        self._separated = False
        self._broken = False
        self._label = False
        self._in_remark = False
        self._time_clause = -1
        self._until_mode = False
        self._months: Period = frozenset()
        self._season = ""
        self._closed_otherwise = False
        self._out_of_use: list[str] = []

    def read(self) -> Said:
        for place, token in enumerate(self._tokens):
            self._place = place
            self._take(token)
            if token.kind not in {Kind.NOISE, Kind.BREAK, Kind.LIST}:
                self._separated = self._broken = False
                if token.kind not in _IDLE and not self._label:
                    self._now.clauses.add(token.clause)
                self._label = False
        self._finish()
        if self._out_of_use and any(one.has_hours and not one.closed for one in self._done):
            # Hours that are told beside it are those of other times.
            self._doubts.add(_OF_ALL)
            self._words += self._out_of_use
        return Said(
            statements=(
                *days_behind_times(with_siblings(hours_beside_closing(months_behind_hours(self._done, self._doubts)))),
                *self._included,
            ),
            doubts=frozenset(self._doubts),
            words=tuple(dict.fromkeys(self._words)),
            impossible=self._impossible,
        )

    def _take(self, token: Token) -> None:  # noqa: PLR0912, PLR0915 -- one line for each kind of word
        match token.kind:
            case Kind.DAYS | Kind.DATE | Kind.NTH | Kind.MONTH | Kind.SEASON:
                self._take_days(token)
            case Kind.TIME:
                self._take_time(token)
            case Kind.ALWAYS:
                self._new_if(self._now.closed or self._now.has_hours or self._now.empty)
                self._now.always = True
                self._taking_out = False
            case Kind.CLOSED:
                self._take_closed(token)
            case Kind.OTHERS:
                self._take_others()
            case Kind.EXCEPT if self._ends_exception():
                self._take_except_after()
            case Kind.EXCEPT:
                self._take_except()
            case Kind.EXCEPT_AFTER:
                self._take_except_after()
            case Kind.INCLUDED:
                self._take_included(token)
            case Kind.HALF_DAY if self._is_about_half_a_day():
                self._now.spans.append(_HALVES[0] if token.value == "am" else _HALVES[1])
                self._time_clause = token.clause
            case Kind.HALF_DAY if self._closes_half_a_day():
                pass
            case Kind.VAGUE:
                self._take_vague(token)
            case Kind.LUNCH:
                self._take_lunch()
            case Kind.UNTIL:
                self._until_mode = True
            case Kind.RANGE:
                self._take_range(token)
            case Kind.BREAK | Kind.LIST:
                self._separated = True
                self._broken = self._broken or token.kind is Kind.BREAK
                self._until_mode = self._until_mode and token.value != "hard"
                if token.value == "hard":
                    self._taking_out = False
            case Kind.REMARK:
                self._in_remark = True
            case Kind.IMPOSSIBLE:
                self._impossible = token.text
            case Kind.NO_HOURS:
                self._doubt(token)
                self._now.unsaid = True
            case Kind.CONDITION if self._is_of_days_just_named():
                self._now.unsaid = True
                self._words.append(token.text)
            case Kind.HALF_DAY if self._is_other_half_on_condition(token):
                pass
            case Kind.CONDITION if self._place and self._is_other_half_on_condition(self._tokens[self._place - 1]):
                self._words.append(token.text)
            case kind if kind in _DOUBTS:
                self._doubt(token)
            case _:
                pass

    def _is_of_days_just_named(self) -> bool:
        """ "Mon-Fri 9-5, weekends by arrangement": a condition of the weekend alone."""
        now = self._now
        following = next((one.kind for one in self._tokens[self._place + 1 :] if one.kind is not Kind.NOISE), None)
        ends = following in {None, Kind.BREAK, Kind.LIST}
        behind_days = kind_before(self._tokens, self._place) is Kind.DAYS
        return ends and behind_days and now.days is not None and not now.is_complete and bool(self._done)

    def _is_other_half_on_condition(self, token: Token) -> bool:
        """ "8-12, in the afternoon by appointment": a condition of hours that none of those told lies in."""
        at = next((place for place, one in enumerate(self._tokens) if one is token), -1)
        if token.kind is not Kind.HALF_DAY or kind_after(self._tokens, at) is not Kind.CONDITION:
            return False
        half = _HALVES[1] if token.value == "am" else _HALVES[0]
        return bool(self._now.spans) and all(half.start <= one.start and one.end <= half.end for one in self._now.spans)

    def _take_days(self, token: Token) -> None:
        token = self._as_period(token)
        now = self._now
        if self._taking_out:
            widens = isinstance(token.value, Days) and len(token.value.days) > 2
            taken = now.without is not None or (
                bool(now.season_without) and kind_after(self._tokens, self._place) is Kind.TIME
            )
            if not (taken and (widens or not self._separated)):
                self._take_out(token)
                return
            self._taking_out = False
        # "On holidays and every last Thursday": the ordinal is the next day's.
        is_next = token.kind is Kind.NTH and now.days is not None and not now.nth and not now.has_hours
        if is_next and self._separated and kind_after(self._tokens, self._place) is Kind.DAYS:
            self._new_sibling()
            now = self._now
        others = token.kind is Kind.NTH or (isinstance(token.value, Days) and bool(token.value.days))
        if others and now.nth and now.days is not None and not now.has_hours:
            self._new_sibling()
            now = self._now
        # "Sundays, holidays (except 31 December)": what stands in brackets is another matter.
        explains = token.kind is Kind.DATE and bool(now.dates)
        if self._broken and not explains and now.days is not None and not (now.closed and now.prefix) and not now.nth:
            self._new()
            now = self._now
        if self._is_taken_by_hours_before(token):
            return
        complete = now.has_hours or now.empty or now.included or now.lunch or (now.closed and not now.prefix)
        ends_list = self._broken or (self._separated and kind_after(self._tokens, self._place) is Kind.TIME)
        again = now.closed and now.prefix and now.names_days and ends_list and token.kind is Kind.DAYS
        opens_scope = token.kind in {Kind.MONTH, Kind.SEASON} and now.days is not None and not now.closed
        if complete or again or (opens_scope and now.is_complete):
            self._new()
        now = self._now
        if token.kind is Kind.DAYS and isinstance(token.value, Days):
            now.days = join_days(now.days, token.value)
        elif token.kind is Kind.DATE:
            now.dates.append(token.value)  # type: ignore[arg-type]
        elif token.kind is Kind.NTH:
            now.nth |= token.value  # type: ignore[operator]
        elif token.kind is Kind.MONTH:
            now.months = self._months = token.value  # type: ignore[assignment]
            now.season = self._season = ""
        elif not (now.months and not now.is_complete):  # months that are named beside a season are more exact
            now.season = self._season = str(token.value)
            now.months = self._months = frozenset()

    def _as_period(self, token: Token) -> Token:
        """Dates that hours are said of, as months are: "1 April to 30 September: weekdays 8:30-17:15"."""
        now = self._now
        if token.kind is not Kind.DATE or not is_long(token.value) or (now.closed and now.prefix):  # type: ignore[arg-type]
            return token
        following = next((one for one in self._tokens[self._place + 1 :] if one.kind not in _PASSED_OVER), None)
        opens = following is not None and following.kind in _SAID_OF_PERIODS
        behind = is_behind_a_time(self._tokens, self._place) and is_season(token.value)  # type: ignore[arg-type]
        if not (opens or (behind and (following is None or following.kind is not Kind.CLOSED))):
            return token
        return replace(token, kind=Kind.MONTH, value=period_of(token.value))  # type: ignore[arg-type]

    def _take_others(self) -> None:
        """ "Closed on Tuesdays, otherwise 11-23", and "Mondays 9-12, otherwise closed", which is so anyway."""
        now = self._now
        if kind_after(self._tokens, self._place) is Kind.CLOSED:
            self._closed_otherwise = True
            return
        if now.names_any_day and not (now.is_complete or now.without):
            return
        self._new_if(now.names_days or now.is_complete or now.without is not None)
        self._now = Statement(days=days_not_named(self._done), others=True)
        self._months, self._season = frozenset(), ""
        self._taking_out = False

    def _is_taken_by_hours_before(self, token: Token) -> bool:
        """Days and months that belong to the hours before them, not to those to come."""
        now = self._now
        if kind_before(self._tokens, self._place) is not Kind.TIME:
            return False
        if now.until is not None and now.days is None and isinstance(token.value, Days):
            now.days = token.value  # "closes at 16:30 on Fridays"
            return kind_after(self._tokens, self._place) is not Kind.TIME
        if not now.spans:
            return False
        if now.exception and now.days is None and isinstance(token.value, Days):
            now.days = token.value  # "except 10-12 on Tuesdays"
            return True
        if (
            token.kind is Kind.MONTH
            and not (now.closed or now.months)
            and kind_after(self._tokens, self._place) is not Kind.TIME
        ):
            now.months = token.value  # type: ignore[assignment]  # "9-17 from April to October"
            return True
        return False

    def _take_out(self, token: Token) -> None:
        now = self._now
        if token.kind is Kind.DAYS and isinstance(token.value, Days):
            now.without = join_days(now.without, token.value)
        elif token.kind is Kind.DATE:
            now.dates_without.append(token.value)  # type: ignore[arg-type]
        elif token.kind is Kind.MONTH:
            now.dates_without += dates_of(token.value)  # type: ignore[arg-type]
        elif token.kind is Kind.SEASON:
            now.season_without = str(token.value)
        else:
            self._doubt(token)

    def _take_time(self, token: Token) -> None:
        now = self._now
        if isinstance(token.value, Clock):
            self._take_one_time(token, token.value)
            return
        span = token.value
        if not isinstance(span, Span):
            return
        self._taking_out = False
        if self._is_excepted(now):
            now.spans.append(span)
            self._time_clause = token.clause
            return
        if now.exception and now.names_days and not self._separated and any(one.has_hours for one in self._done):
            now.closed = False  # "except Friday from 8:30 to 16:00": other hours, not none
        else:
            self._new_if(self._ends_before(span))
        self._now.spans.append(span)
        self._time_clause = token.clause
        self._in_remark = False

    def _is_excepted(self, now: Statement) -> bool:
        """ "9-17 except 12-13, 15-16": the times that stand behind it, as long as commas join them."""
        if not (now.closed and now.exception) or now.names_days:
            return False
        before = kind_before(self._tokens, self._place)
        return before is Kind.EXCEPT or (bool(now.spans) and before is Kind.LIST)

    def _ends_before(self, span: Span) -> bool:
        """Whether hours that come now are no part of the statement: it is closed, complete, or contradicts them."""
        now = self._now
        if now.closed and (not now.prefix or now.exception or (now.names_days and self._separated)):
            return True
        is_label = now.closed and now.prefix and not now.spans  # "remark: closed: 0:00-5:00"
        if now.until is not None or now.empty or now.always or (self._in_remark and now.is_complete and not is_label):
            return True
        return self._separated and any(one.start < span.end and span.start < one.end for one in now.spans)

    def _take_one_time(self, token: Token, clock: Clock) -> None:
        """A single time: until then, or one that says nothing."""
        before = kind_before(self._tokens, self._place)
        after = kind_after(self._tokens, self._place)
        # "9:00-17:30 (16:30 on Fridays)"
        in_brackets = self._place > 0 and self._tokens[self._place - 1].text == "(" and bool(self._now.spans)
        until = self._until_mode or before is Kind.RANGE or after is Kind.UNTIL_AFTER
        until = until or (in_brackets and after is Kind.DAYS)
        if not until:
            self._doubt(token)
            return
        self._new_if(self._now.has_hours or (self._now.closed and not self._now.exception))
        self._now.closed = False
        self._now.until = clock.minute

    def _take_closed(self, token: Token) -> None:  # noqa: PLR0912 -- one line for each thing that "closed" is said of
        if self._closed_otherwise:
            self._closed_otherwise = False
            return
        if token.value == "out of use" and not self._is_about_days():
            self._out_of_use.append(token.text)
        now = self._now
        following = kind_after(self._tokens, self._place)
        if self._names_a_time_next():
            self._until_mode = True
            return
        names_next = following in {Kind.DAYS, Kind.DATE, Kind.NTH, Kind.MONTH, Kind.SEASON, Kind.TIME, Kind.EXCEPT}
        if now.lunch or (now.closed and now.spans):
            return
        if self._closes_hours_before():
            now.closed = True
        elif now.names_days and not now.is_complete and not (names_next and (self._broken or not now.names_any_day)):
            now.closed = True
            before = self._done[-1] if self._done else None
            if (
                before is not None
                and is_joined_to_a_time(self._tokens, self._place)
                and before.cuts_into(self._done[:-1])
            ):
                before.closed = True  # "Monday to Friday 12:00-13:30 and Saturdays closed"
            self._close_nights_before(before)
        elif names_next and following is not Kind.EXCEPT:
            self._new_if(now.is_complete or now.names_days)
            self._now.closed = self._now.prefix = True
            self._now.months = self._now.months if not now.is_complete else frozenset()
        elif now.window is not None and not now.spans:
            # "closed in office hours": when it is open then, nobody says.
            now.window, now.unsaid = None, True
            self._doubts |= now.clauses
        elif now.spans and now.spans[-1] not in _HALVES and self._half_beside() is not None:
            self._close_half_a_day()
        elif now.spans and not now.closed and self._tokens[self._place].clause == self._time_clause:
            self._close_last_span()
        elif now.always and not self._broken:
            # "Sundays all day closed"; without days, "24 hours" and "closed" contradict each other.
            now.always, now.closed = not now.names_days, now.names_days
            self._doubts |= set() if now.names_days else now.clauses
        elif not now.closed:
            self._new_if(now.is_complete)
            self._now.closed = True

    def _close_nights_before(self, before: Statement | None) -> None:
        """ "Nights and holidays closed"."""
        if before is not None and before.window == NIGHT and not before.names_days:
            before.spans, before.window, before.closed = [Span(NIGHT.start, NIGHT.end, NIGHT.end)], None, True

    def _is_about_days(self) -> bool:
        """Whether "closed" is said of days beside it, not of the place."""
        now = self._now
        following = kind_after(self._tokens, self._place)
        return (now.names_any_day and not now.is_complete) or following in {Kind.DAYS, Kind.DATE, Kind.NTH}

    def _names_a_time_next(self) -> bool:
        """ "Closes at 16:30"."""
        for one in self._tokens[self._place + 1 :]:
            if one.kind is Kind.TIME:
                return isinstance(one.value, Clock)
            if one.kind is not Kind.NOISE and one.text not in _AT:
                return False
        return False

    def _closes_hours_before(self) -> bool:
        return is_behind_a_time(self._tokens, self._place) and self._now.cuts_into(self._done)

    def _close_half_a_day(self) -> None:
        """ "9:00-11:30, afternoons closed"."""
        half = self._half_beside()
        days = self._now.days
        self._new()
        self._now.days, self._now.closed = days, True
        self._now.spans = [_HALVES[0] if half == "am" else _HALVES[1]]

    def _half_beside(self) -> object | None:
        """The half of a day beside "closed", before it or behind; None without one."""
        before = next((one for one in reversed(self._tokens[: self._place]) if one.kind is not Kind.NOISE), None)
        behind = next((one for one in self._tokens[self._place + 1 :] if one.kind is not Kind.NOISE), None)
        return next((one.value for one in (before, behind) if one is not None and one.kind is Kind.HALF_DAY), None)

    def _closes_half_a_day(self) -> bool:
        """ "9-12, closed in the afternoon": the half that is closed beside hours without days."""
        beside = (kind_before(self._tokens, self._place), kind_after(self._tokens, self._place))
        return Kind.CLOSED in beside and (bool(self._now.spans) or (self._now.closed and bool(self._done)))

    def _close_last_span(self) -> None:
        now = self._now
        if len(now.spans) == 1:
            now.closed = True
            return
        span = now.spans.pop()
        days, clauses = now.days, set(now.clauses)
        self._new()
        self._now.days, self._now.spans, self._now.closed, self._now.clauses = days, [span], True, clauses

    def _take_except(self) -> None:
        now = self._now
        if now.closed and not now.names_days and not now.spans:
            # "closed except Sundays": what is left is open at hours that nobody says.
            self._doubts |= now.clauses
            return
        if now.is_complete:
            self._new()
            self._now.closed = self._now.prefix = self._now.exception = True
        else:
            self._taking_out = True

    def _ends_exception(self) -> bool:
        """ "Monday to Friday (holidays excepted)": a word that else stands before its days."""
        following = next((one for one in self._tokens[self._place + 1 :] if one.kind is not Kind.NOISE), None)
        before = kind_before(self._tokens, self._place)
        ends = following is None or (following.kind in {Kind.BREAK, Kind.LIST} and following.text != "\n")
        return ends and before in {Kind.DAYS, Kind.DATE, Kind.SEASON} and self._now.names_days

    def _take_except_after(self) -> None:
        now = self._now
        if now.exception and now.names_days and not now.spans:
            # "Apart from New Year's Eve open all year": what follows is no part of the exception.
            self._new()
        elif self._taking_out or now.without is not None or (now.closed and now.prefix):
            self._taking_out = False
        elif (now.names_days and not now.is_complete) or (
            is_behind_a_time(self._tokens, self._place) and now.cuts_into(self._done)
        ):
            now.closed = True
        elif now.spans and not now.closed and is_behind_a_time(self._tokens, self._place):
            self._close_last_span()
        elif not now.closed:
            self._doubts.add(self._tokens[self._place].clause)

    def _is_about_half_a_day(self) -> bool:
        """ "Closed on Wednesday afternoons": the half of a day is what is closed."""
        now = self._now
        if not now.names_any_day or now.spans:
            return False
        is_closed = now.closed and (now.prefix or kind_before(self._tokens, self._place) is Kind.CLOSED)
        return is_closed or (not now.is_complete and kind_after(self._tokens, self._place) is Kind.CLOSED)

    def _take_included(self, token: Token) -> None:
        if isinstance(token.value, Days):
            self._included.append(Statement(days=token.value, included=True, clauses={token.clause}))
            return
        now = self._now
        following = kind_after(self._tokens, self._place)
        if now.days is not None and now.days.holidays and not now.is_complete:
            now.included = True
        elif following is Kind.DAYS and now.is_complete:
            self._new()
            self._now.included = True

    def _take_vague(self, token: Token) -> None:
        now = self._now
        if not isinstance(token.value, Window):
            return
        hours_follow = any(
            one.kind is Kind.ALWAYS or (one.kind is Kind.TIME and isinstance(one.value, Span))
            for one in self._tokens[self._place + 1 :]
        )
        if token.value.holidays_closed and not any(isinstance(one.value, Span) for one in self._tokens):
            hours_follow = False  # "on school days at any time"
        labels = not now.is_complete and hours_follow and not (now.names_days and not self._soon_hours())
        if token.value.now_and_then and self._restricts(token):
            self._doubts |= now.clauses | {token.clause}
            self._words.append(token.text)
            return
        if labels or (now.spans and token.clause == self._time_clause and not self._separated):
            self._label = True
            now.label = token.value
            return
        if now.closed and now.prefix and not now.names_days:
            self._doubts |= now.clauses | {token.clause}
            return
        self._new_if(now.is_complete)
        self._now.window = token.value
        self._taking_out = False

    def _restricts(self, token: Token) -> bool:
        """ "9-17, only during events": the hours hold on some days. In a list in Chinese, Japanese or Korean a remark
        behind hours says so without "only"."""
        now = self._now
        if not now.has_hours or now.always:
            return False
        beside = self._tokens[max(0, self._place - 1) : self._place + 2]
        return not token.text.isascii() or any(one.value == "only" for one in beside)

    def _soon_hours(self) -> bool:
        """Whether the next thing said is a time, so that the words before it are its label."""
        for one in self._tokens[self._place + 1 :]:
            if one.kind is Kind.TIME or one.kind is Kind.ALWAYS:
                return True
            if one.kind not in {Kind.NOISE, Kind.BREAK}:
                return False
        return False

    def _take_lunch(self) -> None:
        now = self._now
        place = self._place + 1
        while place < len(self._tokens) and self._tokens[place].kind in {
            Kind.NOISE,
            Kind.CLOSED,
            Kind.VAGUE,
            Kind.BREAK,
            Kind.RANGE,
        }:
            place += 1
        span_follows = place < len(self._tokens) and isinstance(self._tokens[place].value, Span)
        span_before = bool(now.spans) and self._place > 0 and isinstance(self._tokens[self._place - 1].value, Span)
        if span_follows:
            days = now.days if not now.is_complete else None
            self._new_if(now.is_complete)
            self._now.days, self._now.closed, self._now.prefix = days, True, True
        elif span_before and len(now.spans) == 1 and now.spans[0].end - now.spans[0].start <= 3 * 60:
            now.closed = True
        elif (
            span_before
            and len(now.spans) > 1
            and now.spans[-1].end - now.spans[-1].start <= 3 * 60
            and kind_after(self._tokens, self._place) is Kind.CLOSED
        ):
            self._close_last_span()
        else:
            self._new_if(now.is_complete or now.names_days)
            self._now.lunch = True

    def _take_range(self, token: Token) -> None:
        """A dash that joins nothing: in a table by day, a day without hours."""
        now = self._now
        following = self._tokens[self._place + 1] if self._place + 1 < len(self._tokens) else None
        dangling = following is None or following.kind in {Kind.BREAK, Kind.DAYS, Kind.REMARK}
        if now.days is not None and not now.is_complete and dangling:
            now.empty = True

    def _doubt(self, token: Token) -> None:
        self._doubts.add(token.clause)
        self._words.append(token.text)

    def _new_if(self, wanted: bool) -> None:
        if wanted:
            self._new()

    def _new(self) -> None:
        self._finish()
        ended = self._done and self._done[-1].closed and not self._done[-1].spans
        if ended and (self._done[-1].season or self._done[-1].months):
            self._season, self._months = "", frozenset()
        self._now = Statement(months=self._months, season=self._season)

    def _new_sibling(self) -> None:
        """ "The second Tuesday and Sundays": other days, of which the same is said."""
        now = self._now
        open_closing = now.closed and now.prefix
        self._new()
        self._now.closed, self._now.prefix, self._now.exception = open_closing, open_closing, now.exception
        self._now.sibling = not now.is_complete

    def _finish(self) -> None:
        now = self._now
        if now.names_days or now.is_complete or now.without or now.dates_without or now.season_without or now.unsaid:
            self._done.append(now)
