"""Statements whose days, or whose hours, stand in another: behind their times, or told for several at once."""

from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise

from registry.hours.statements import Statement
from registry.hours.words.rules import DAILY


def hours_beside_closing(statements: list[Statement]) -> list[Statement]:
    """ "Closed on Mondays 9-18": the only hours of a text are those of the other days."""
    timed = [one for one in statements if one.has_hours]
    if len(timed) != 1 or not (timed[0].closed and timed[0].prefix and not timed[0].lunch):
        return statements
    # "Closed November to March 10-17 daily": the days are those of the hours, too.
    is_of_months = bool(timed[0].months or timed[0].season) and (timed[0].days is None or timed[0].days == DAILY)
    if not (timed[0].days or is_of_months):
        return statements
    place = statements.index(timed[0])
    closing = replace(timed[0], spans=[], days=None if is_of_months else timed[0].days)
    hours = Statement(spans=timed[0].spans, days=timed[0].days if is_of_months else None, clauses={*timed[0].clauses})
    return [*statements[:place], closing, hours, *statements[place + 1 :]]


def months_behind_hours(statements: list[Statement], doubts: Collection[int]) -> list[Statement]:
    """ "Mon-Fri 9-17; Sat 9-12; April to October": months, or "in term only", that stand alone are those of
    all hours before them."""
    ordered: list[Statement] = []
    for one in statements:
        alone = (one.months or one.season) and not (one.names_any_day or one.is_complete or one.unsaid)
        before = [other for other in ordered if other.has_hours or other.empty or other.closed]
        if (
            alone
            and before
            and not one.clauses & set(doubts)
            and not any(other.months or other.season for other in before)
        ):
            ordered = [
                replace(other, months=one.months, season=one.season) if other.has_hours else other for other in ordered
            ]
        else:
            ordered.append(one)
    return ordered


def with_siblings(statements: list[Statement]) -> list[Statement]:
    for before, one in reversed(list(pairwise(statements))):
        if one.sibling and not before.is_complete:
            before.closed, before.spans, before.always = one.closed, list(one.spans), one.always
            before.window, before.until, before.clauses = one.window, one.until, before.clauses | one.clauses
    return statements


def days_behind_times(statements: list[Statement]) -> list[Statement]:
    """ "9am-5pm Mon-Fri, 10-2 Sat": days stand behind their times where the last thing said is a day without hours."""
    if not statements:
        return statements
    first, last = statements[0], statements[-1]
    bare = [one for one in statements if one.days is not None and not one.is_complete]
    if not (first.spans or first.always) or first.names_any_day or last not in bare or len(statements) < 2:
        return _pairs(statements)
    chain = statements[1:]
    if any(one.closed or one.days is None for one in chain):
        return _pairs(statements)
    shifted = []
    for hours, days in zip(statements, chain, strict=False):
        shifted.append(
            replace(
                hours,
                days=days.days,
                without=days.without,
                dates_without=days.dates_without,
                nth=days.nth,
                season_without=days.season_without,
                clauses=hours.clauses | days.clauses,
            )
        )
    return shifted


def _pairs(statements: list[Statement]) -> list[Statement]:
    """A day without hours that follows hours without a day is their day."""
    paired: list[Statement] = []
    for one in statements:
        before = paired[-1] if paired else None
        bare = one.days is not None and not one.is_complete and not one.unsaid
        if before and bare and (before.spans or before.always) and not before.names_any_day and not before.closed:
            paired[-1] = replace(
                before,
                days=one.days,
                without=one.without,
                dates_without=one.dates_without,
                nth=one.nth,
                clauses=before.clauses | one.clauses,
            )
        else:
            paired.append(one)
    return paired
