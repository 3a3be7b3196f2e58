"""From statements to the weeks they describe, by months and seasons."""

from collections.abc import Sequence

from registry.hours.day import NEVER, PERHAPS_ALL_DAY, agreed, doubted, union
from registry.hours.laying import WeekBuilder
from registry.hours.statements import Said, Statement
from registry.hours.week import Season, Special, Week
from registry.hours.words.rules import ALL_DAYS

# Months that somebody may mean by a season (our assumption, wide on purpose).
_MAY_BE = {"winter": frozenset({10, 11, 12, 1, 2, 3, 4}), "summer": frozenset(range(4, 11))}


def weeks_of(said: Said) -> list[Season]:
    """The weeks that a text describes, by months."""
    statements = _rid_of_slips(said)
    plain = [one for one in statements if not one.season and not (one.months and not _is_closing(one))]
    seasons = list(dict.fromkeys(one.season for one in statements if one.season))
    by_months = list(dict.fromkeys(one.months for one in statements if one.months and not _is_closing(one)))
    builder = WeekBuilder(said)
    base = builder.build(plain)
    for name in seasons:
        own = [one for one in statements if one.season == name]
        base = _agreed_weeks(base, builder.build(own, base), known=bool(plain) or name == seasons[0])
        if name in _MAY_BE and plain and any(one.unsaid or one.clauses & said.doubts for one in own):
            whole = union(day for day in base.days if day is not None)
            base.specials.append(Special(doubted(whole), ALL_DAYS, months=_MAY_BE[name]))
    if seasons and not plain:
        base = _agree_seasons([builder.build([one for one in statements if one.season == name]) for name in seasons])
        if all(_is_closing(one) for one in statements):
            base.days = [PERHAPS_ALL_DAY] * 7
    found = [Season(frozenset(), base)] if plain or seasons or not by_months else []
    for months in by_months:
        found.append(Season(months, builder.build([one for one in statements if one.months == months], base)))
    return found


def _agree_seasons(weeks: list[Week]) -> Week:
    """One season alone says nothing of the rest of the year."""
    whole = weeks[0]
    for other in weeks[1:]:
        whole = _agreed_weeks(whole, other, known=True)
    if len(weeks) == 1:
        whole.days = [PERHAPS_ALL_DAY if day is None else doubted(day) for day in whole.days]
    return whole


def _agreed_weeks(one: Week, other: Week, *, known: bool) -> Week:
    if not known:
        return one
    days = [
        a if a == b else agreed(a if a is not None else NEVER, b if b is not None else NEVER)
        for a, b in zip(one.days, other.days, strict=True)
    ]
    holidays = one.holidays
    if other.holidays is not None and other.holidays != one.holidays:
        holidays = PERHAPS_ALL_DAY if one.holidays is None else agreed(one.holidays, other.holidays)
    return Week(days, holidays, [*one.specials, *(item for item in other.specials if item not in one.specials)])


def _is_closing(one: Statement) -> bool:
    return one.closed and not one.spans


def _open_where_alike(statements: Sequence[Statement]) -> None:
    timed = [one for one in statements if one.has_hours or one.closed or one.empty]
    alike = bool(timed) and all(one.spans and all(span.same for span in one.spans) for one in timed)
    covered = frozenset().union(*(one.days.days for one in timed if one.days)) if alike else frozenset()
    all_year = any(
        one.days and one.days.days == ALL_DAYS and one.days.holidays for one in statements if one not in timed
    )
    if covered == ALL_DAYS and all_year:
        for one in timed:
            one.spans, one.always = [], True


def _rid_of_slips(said: Said) -> list[Statement]:
    """00:00-00:00 is the whole day where every day says so, and no hours where only some do; other times that are alike
    on every day are it beside "open all year"."""
    _open_where_alike(said.statements)
    zero = [one for one in said.statements if any(span.same and span.start == 0 for span in one.spans)]
    timed = [one for one in said.statements if one.spans]
    days = frozenset().union(*(one.days.days for one in zero if one.days)) if zero else frozenset()
    everywhere = len(zero) == len(timed) and (days == ALL_DAYS or not days)
    # "00:00-00:00; remark: 24 hours" says what the figures mean.
    around_the_clock = len(zero) == len(timed) and any(one.always and not one.names_days for one in said.statements)
    for one in zero:
        one.spans = [span for span in one.spans if not (span.same and span.start == 0)]
        if everywhere or (around_the_clock and not one.spans):
            one.always = True
        elif not one.spans:
            one.empty = True
    return list(said.statements)
