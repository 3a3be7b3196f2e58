"""Lays statements over each other to a week: which says more, what they leave open, what holds on holidays."""

from registry.hours.day import (
    ALL_DAY,
    DAY_MIN,
    NEVER,
    OPEN,
    PERHAPS_ALL_DAY,
    UNKNOWN,
    Day,
    agreed,
    doubted,
    doubted_between,
    overlaps,
    stretch,
    stretches,
    union,
    without,
)
from registry.hours.periods import is_long
from registry.hours.spans import Span
from registry.hours.statements import Said, Statement
from registry.hours.week import Special, Week
from registry.hours.words.rules import ALL_DAYS, BUSINESS, WEEKDAYS, WEEKEND, Window

# Noon breaks begin and end somewhere in these hours (our assumption).
_LUNCH = (11 * 60 + 30, 14 * 60)


class WeekBuilder:
    """Lays statements over each other; later ones win where they speak of the same minutes."""

    def __init__(self, said: Said) -> None:
        self._doubts = said.doubts
        named = frozenset().union(*(one.clauses for one in said.statements if one.names_days or one.without))
        self._general_doubt = bool(said.doubts - named)

    def build(self, statements: list[Statement], below: Week | None = None) -> Week:
        week = Week() if below is None else Week(list(below.days), below.holidays, list(below.specials))
        self._overlay = below is not None and any(day is not None for day in below.days)
        self._breaks: list[Span] = []
        self._statements = statements
        self._closings = _closed_days(statements)
        self._last_start: int | None = None
        self._narrowed = False
        # What holds "on holidays too" is known when all else is.
        for one in _exceptions_last(sorted(statements, key=lambda one: one.included)):
            self._lay(week, one)
        for span in self._breaks:
            week.days = [None if day is None else without(day, span.start, span.end) for day in week.days]
            if week.holidays is not None:
                week.holidays = without(week.holidays, span.start, span.end)
        opens = any(not one.closed and (one.has_hours or one.empty or _names_weekdays(one)) for one in statements)
        for number, day in enumerate(week.days):
            if day is None:
                week.days[number] = NEVER if opens else (PERHAPS_ALL_DAY if statements else None)
        if self._narrowed:
            # A table of whole days that a remark narrows on some of them was filled in for form's sake.
            week.days = [doubted(day) if day == ALL_DAY else day for day in week.days]
        if self._general_doubt:
            self._doubt_all(week)
        return week

    def _doubt_all(self, week: Week) -> None:
        if not any(day is not None and any(day) for day in week.days):
            week.days = [PERHAPS_ALL_DAY] * 7
        week.days = [None if day is None else doubted(day) for day in week.days]
        week.holidays = None if week.holidays is None else doubted(week.holidays)
        week.specials = [
            Special(doubted(item.hours), item.days, item.nth, item.months, item.date) for item in week.specials
        ]

    def _lay(self, week: Week, one: Statement) -> None:
        self._take_out(week, one)
        if one.days and one.days.not_holidays and not one.days.holidays and week.holidays is None and not one.closed:
            week.holidays = NEVER
        if one.lunch:
            week.days = [None if day is None else _with_lunch(day) for day in week.days]
        elif one.included:
            _include_holidays(week, one)
        elif one.closed:
            self._close(week, one)
        elif one.until is not None:
            self._end(week, one)
        elif one.has_hours or one.days is not None or one.nth or one.dates or one.unsaid or one.season or one.months:
            self._open(week, one)

    def _take_out(self, week: Week, one: Statement) -> None:
        if one.without is not None:
            for number in one.without.days:
                week.days[number] = NEVER
            for number in one.without.doubtful:
                week.days[number] = doubted(week.days[number] or NEVER)
            if one.without.holidays:
                week.holidays = PERHAPS_ALL_DAY if one.without.some_holidays else NEVER
        week.specials += [Special(NEVER, date=date) for date in one.dates_without]
        if one.season_without:
            week.days = [doubted(day) if day is not None else None for day in week.days]
            self._general_doubt = True

    def _close(self, week: Week, one: Statement) -> None:
        days = one.days.days if one.days else frozenset()
        doubtful = bool(one.clauses & self._doubts) and not one.exception
        if one.nth or one.months or one.dates:
            self._special(week, one, PERHAPS_ALL_DAY if doubtful and one.dates else NEVER)
            for number in days if doubtful and one.nth else ():
                week.days[number] = None if week.days[number] is None else doubted(week.days[number] or NEVER)
            self._close_holidays(week, one)
            if one.nth or one.months or one.days is None:
                return
        if one.season and one.days is None and not one.spans:
            week.days = [NEVER] * 7
            return
        if one.spans:
            self._close_spans(week, one)
            return
        for number in days:
            week.days[number] = NEVER
        self._close_perhaps(week, one)
        self._close_holidays(week, one)
        if one.days is None and not one.dates:
            week.days = [NEVER if day is None else doubted(day) for day in week.days]

    def _close_perhaps(self, week: Week, one: Statement) -> None:
        """Days that the closing may be meant for: where other days have hours and these have none, they are closed
        anyway."""
        others = any(not other.closed and other.days for other in self._statements)
        for number in one.days.doubtful if one.days else ():
            day = week.days[number]
            if day is not None:
                week.days[number] = doubted(day)
            elif not others:
                week.days[number] = PERHAPS_ALL_DAY

    def _close_holidays(self, week: Week, one: Statement) -> None:
        if one.days and one.days.holidays:
            week.holidays = PERHAPS_ALL_DAY if one.days.some_holidays and week.holidays is None else NEVER

    def _is_only(self, one: Statement) -> bool:
        return self._statements == [one]

    def _close_spans(self, week: Week, one: Statement) -> None:
        if one.days is None:
            self._breaks += one.spans
            if not any(day is not None for day in week.days):
                week.days = [PERHAPS_ALL_DAY] * 7 if self._is_only(one) else week.days
            return
        for span in one.spans:
            for number in one.days.days:
                day = week.days[number]
                if day is None:
                    day = PERHAPS_ALL_DAY
                week.days[number] = without(day, span.start, span.end)
            if one.days.holidays:
                week.holidays = without(week.holidays or PERHAPS_ALL_DAY, span.start, span.end)

    def _end(self, week: Week, one: Statement) -> None:
        """ "On Saturdays until 17:00": what was said before, cut off."""
        until = one.until or 0
        days = one.days.days if one.days else frozenset()
        if not days and not one.nth and not one.dates and not (one.days and one.days.holidays):
            days = frozenset(number for number, day in enumerate(week.days) if day and any(day)) or ALL_DAYS
        start = self._last_start
        for number in days:
            day = week.days[number]
            said = day is not None and any(day)
            # "9:00-21:30 (Sundays until 17:00)" says that it opens on Sundays.
            is_new = one.days is not None and day is not None and doubted(day) == day and start is not None
            if said and day is not None and not (is_new and start is not None and start < until):
                week.days[number] = self._maybe(one, _ending_at(day, until))
            elif start is not None and start < until:
                week.days[number] = self._maybe(one, stretch(start, until))
            else:
                week.days[number] = stretch(BUSINESS.start, until, UNKNOWN)
        if one.days and one.days.holidays:
            known = start is not None and start < until and not one.days.some_holidays
            first = start if start is not None else BUSINESS.start
            week.holidays = self._maybe(one, stretch(first, max(until, start or 0), OPEN if known else UNKNOWN))
        if one.nth or one.dates:
            self._special(week, one, stretch(BUSINESS.start, until, UNKNOWN))

    def _open(self, week: Week, one: Statement) -> None:
        hours = self._maybe(one, self._hours(one))
        if one.spans:
            self._last_start = one.spans[0].start
        if one.nth or one.dates:
            self._special(week, one, hours)
            if not (one.dates and one.days is not None and not one.nth):
                return
        days = one.days
        if one.window is not None and one.window.holidays_closed and not one.spans and week.holidays is None:
            week.holidays = NEVER
        if days is not None and not one.has_hours and any(day is not None and any(day) for day in week.days):
            self._add_days_alone(week, one)
            return
        if days is None:
            self._open_undated(week, one, hours)
            return
        for number in days.days - (one.without.days if one.without else frozenset()):
            week.days[number] = self._laid(week.days[number], hours, one)
        for number in days.doubtful:
            week.days[number] = self._laid(week.days[number], doubted(hours), one)
        if days.holidays:
            week.holidays = doubted(hours) if days.some_holidays else hours
        elif one.others and week.holidays is None:
            week.holidays = doubted(hours)

    def _add_days_alone(self, week: Week, one: Statement) -> None:
        """Days without hours beside others that have some: at hours that nobody says, where they are new."""
        days = one.days
        if days is None or (days.days == ALL_DAYS and not one.unsaid):
            return
        for number in days.days:
            if week.days[number] is None or one.clauses & self._doubts:
                week.days[number] = self._maybe(one, self._hours(one))
        if days.holidays and week.holidays is None:
            week.holidays = self._maybe(one, self._hours(one))

    def _open_undated(self, week: Week, one: Statement, hours: Day) -> None:
        if one.window is not None and not one.spans:
            self._open_window(week, one.window, hours)
            return
        if any(day is not None and any(day) for day in week.days) and not self._overlay:
            perhaps = frozenset().union(*(each.days.doubtful for each in self._statements if each.closed and each.days))
            for number, day in enumerate(week.days):
                if day is not None and any(day):
                    week.days[number] = self._laid(day, doubted(hours) if number in perhaps else hours, one)
            return
        closings = self._closings | (one.without.days if one.without else frozenset()) | _label_closes(one)
        if one.label is not None and one.label.holidays_closed and week.holidays is None:
            week.holidays = NEVER
        everyday = one.always or self._overlay or _runs_like_transport(one.spans)
        if len(closings & WEEKDAYS) > 3:
            hours = doubted(hours)  # rather misread than meant
        weekend_open = _shows_open_weekend(closings - _label_closes(one))
        if weekend_open and week.holidays is None:
            week.holidays = doubted(hours)
        for number in ALL_DAYS - closings:
            certain = everyday or number in WEEKDAYS or number in weekend_open
            week.days[number] = self._laid(week.days[number], hours if certain else doubted(hours), one)
        for number in closings:
            week.days[number] = NEVER

    def _open_window(self, week: Week, window: Window, hours: Day) -> None:
        """Hours without figures add nothing to figures, but "24 hours" beside them is not to be believed."""
        told = [day for day in week.days if day is not None and any(day)]
        if told:
            week.days = [hours if day == ALL_DAY else day for day in week.days]
            return
        for number in range(7):
            if week.days[number] is None:
                week.days[number] = hours if number in window.days else NEVER
        if window.holidays_closed and week.holidays is None:
            week.holidays = NEVER

    def _hours(self, one: Statement) -> Day:
        if one.empty:
            return NEVER
        if one.always:
            return ALL_DAY
        if one.spans:
            return union(_hours_of(span) for span in one.spans)
        if one.window is not None:
            return stretch(one.window.start, one.window.end, UNKNOWN)
        # Days alone: open on them, at hours that nobody says; "all year round" may well mean at night too.
        all_year = one.days is None or (one.days.days == ALL_DAYS and one.days.holidays)
        return PERHAPS_ALL_DAY if one.unsaid or all_year else stretch(BUSINESS.start, BUSINESS.end, UNKNOWN)

    def _maybe(self, one: Statement, hours: Day) -> Day:
        if not one.clauses & self._doubts:
            return hours
        return doubted(hours) if one.has_hours or one.empty else PERHAPS_ALL_DAY

    def _laid(self, below: Day | None, hours: Day, one: Statement) -> Day:
        if below is None or self._overlay or not any(below) or (below == PERHAPS_ALL_DAY and not self._doubts):
            return hours
        if one.always and below != ALL_DAY:
            return agreed(below, hours)
        self._narrowed = self._narrowed or (below == ALL_DAY and hours != ALL_DAY)
        return hours if overlaps(below, hours) else union((below, hours))

    def _special(self, week: Week, one: Statement, hours: Day) -> None:
        days = one.days.days if one.days else frozenset()
        for date in one.dates:
            long = any(hours) and is_long(date)
            week.specials.append(Special(doubted(hours) if long else hours, date=date))
        if one.nth and not days:
            # "The last" of what, nobody says.
            week.days = [None if day is None else doubted(day) for day in week.days]
        elif one.nth or (one.months and not one.dates):
            week.specials.append(Special(hours, days, one.nth, one.months))


def _ending_at(day: Day, until: int) -> Day:
    """The same hours with another end, earlier or later."""
    start, end, certain = stretches(day)[-1]
    longer = union((day, stretch(start, until, OPEN if certain else UNKNOWN))) if until > end else day
    return without(longer, until, 2 * DAY_MIN)


def _closed_days(statements: list[Statement]) -> frozenset[int]:
    """Days of the week that the text says are closed."""
    closed: set[int] = set()
    for one in statements:
        if one.closed and not (one.spans or one.nth or one.months or one.season) and one.days:
            closed |= one.days.days
        if one.without is not None:
            closed |= one.without.days
    return frozenset(closed)


def _exceptions_last(statements: list[Statement]) -> list[Statement]:
    """ "Closed on Tuesday mornings; Monday to Friday 9-18": the exception, though it was said first."""
    exceptions = [
        place
        for place, one in enumerate(statements)
        if one.closed
        and one.days
        and not (one.nth or one.dates or one.months or one.season)
        and any(_is_wider(other, one) for other in statements[place + 1 :])
    ]
    rest = [one for place, one in enumerate(statements) if place not in exceptions]
    return [*rest, *(statements[place] for place in exceptions)]


def _is_wider(hours: Statement, closing: Statement) -> bool:
    if not hours.has_hours or hours.closed or closing.days is None:
        return False
    if hours.days is None:
        return bool(closing.spans) and not hours.names_days
    return closing.days.days < hours.days.days


def _label_closes(one: Statement) -> frozenset[int]:
    """ "Office hours 8:30-17:30", "in term 8-17": not those of a weekend."""
    is_of_offices = one.label is not None and one.label.holidays_closed
    return WEEKEND if is_of_offices or one.season == "term" else frozenset()


def _names_weekdays(one: Statement) -> bool:
    return bool(one.days and (one.days.days or one.days.holidays))


def _shows_open_weekend(closings: frozenset[int]) -> frozenset[int]:
    """Who names Monday as the closed day is open at the weekend; who names Sunday, on Saturday."""
    if closings & {0, 1}:
        return WEEKEND
    return frozenset({5}) if 6 in closings else frozenset()


def _runs_like_transport(spans: list[Span]) -> bool:
    """From before six until after midnight, or all day long: no office, and the same at weekends."""
    return any(
        (span.start <= 6 * 60 and span.end > DAY_MIN and not span.same) or (span.start == 0 and span.end == DAY_MIN)
        for span in spans
    )


def _hours_of(span: Span) -> Day:
    if span.same:
        return PERHAPS_ALL_DAY
    return union((stretch(span.start, min(span.sure_until, span.end)), stretch(span.sure_until, span.end, UNKNOWN)))


def _with_lunch(day: Day) -> Day:
    """A break of unknown length where the hours run through noon."""
    return doubted_between(day, *_LUNCH) if all(day[12 * 60 : 13 * 60]) else day


def _include_holidays(week: Week, one: Statement) -> None:
    """ "Holidays too": as on the days that all agree on, else as nobody can tell."""
    open_days = [day for day in week.days if day is not None and any(day)]
    if open_days:
        whole = open_days[0]
        for day in open_days[1:]:
            whole = agreed(whole, day)
        # Closed on holidays, and open on those that fall on a Sunday: which it is, the calendar alone does not say.
        week.holidays = whole if week.holidays is None or any(week.holidays) else doubted(whole)
    elif one.days is not None:
        week.holidays = PERHAPS_ALL_DAY
