"""A week as a text describes it, with the days that are unlike the others."""

from dataclasses import dataclass, field

from registry.hours.day import Day
from registry.hours.periods import Date, Period


@dataclass(frozen=True, slots=True)
class Special:
    """Hours of some days only: the first Thursday, 24 December, Tuesdays in August. Each field as in `Statement`."""

    hours: Day
    days: frozenset[int] = frozenset()
    nth: frozenset[int] = frozenset()
    months: Period = frozenset()
    date: Date | None = None


@dataclass(slots=True)
class Week:
    """The hours of seven days, from Monday; None where nothing is said.

    holidays: None where nothing is said of them. specials: what overrides the week, the last one most.
    """

    days: list[Day | None] = field(default_factory=lambda: [None] * 7)
    holidays: Day | None = None
    specials: list[Special] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Season:
    """A week, and the months it holds in; none for all the others."""

    months: Period
    week: Week
