"""The days that a text has not named so far, of which it speaks as "the others"."""

from collections.abc import Iterable

from registry.hours.statements import Statement
from registry.hours.words.rules import ALL_DAYS, Days


def days_not_named(said: Iterable[Statement]) -> Days | None:
    """The other days of the week; None where none was named, or all were: then it is of other times of the year."""
    named: set[int] = set()
    doubtful: set[int] = set()
    for one in said:
        if one.nth or one.months or one.season or (one.spans and one.closed):
            continue
        for days in (one.days, one.without):
            if days is not None:
                named |= days.days
                doubtful |= days.doubtful
    rest = ALL_DAYS - named
    if not rest or not named:
        return None
    return Days(rest - doubtful, doubtful=rest & frozenset(doubtful))
