"""What a word about hours can mean, and how a language's table says so."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a word does. The text is for the page of documents that lists every word."""

    DAYS = "names days"
    RANGE = "from ... to"
    LIST = "and"
    HALF_DAY = "before or after noon"
    NEXT_DAY = "on the day after"
    TIME = "a time of day"
    ALWAYS = "24 hours"
    CLOSED = "closed"
    EXCEPT = "except what follows"
    EXCEPT_AFTER = "except what stands before"
    INCLUDED = "holidays too"
    UNTIL = "until the time that follows"
    UNTIL_AFTER = "until the time before it"
    ONWARDS = "from a time on, without an end"
    NTH = "which one of the month"
    MONTH = "a month"
    DATE = "a day of the year"
    SEASON = "a season whose days are not known"
    VAGUE = "hours that the place keeps, without figures"
    CONDITION = "only on a condition: unknown"
    LUNCH = "a break at noon"
    LAST_ENTRY = "when the last visitor is let in: who is inside stays"
    OTHERS = "the days that were not named before"
    NO_HOURS = "nobody said: unknown"
    CONTACT = "the clause is about whom to ask or where it hangs"
    REMARK = "a remark follows"
    NOISE = "changes nothing"
    # Below: no words of a table, but what the scanner finds.
    NUMBER = "a number"
    BREAK = "a new clause"
    IMPOSSIBLE = "no time of day"
    UNKNOWN = "not understood"


WEEKDAYS = frozenset(range(5))
WEEKEND = frozenset({5, 6})
ALL_DAYS = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Days:
    """Days of the week (Monday is 0).

    doubtful: days that some people mean and others do not (Saturday in "jours ouvrables").
    holidays: public holidays are named with them; not_holidays: they are excluded (工作日).
    some_holidays: only some of them are, on days that move (除夕).
    """

    days: frozenset[int] = frozenset()
    doubtful: frozenset[int] = frozenset()
    holidays: bool = False
    not_holidays: bool = False
    some_holidays: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """When hours without figures may be: unknown within it, closed outside. Minutes of the day.

    days: on which, where the text names none; holidays_closed: offices and schools close then.
    now_and_then: on some days only, such as those of matches, which no figures beside the word change.
    """

    start: int
    end: int
    days: frozenset[int] = ALL_DAYS
    holidays_closed: bool = False
    now_and_then: bool = False


# Nobody runs a shop or a hall between midnight and six without saying so; offices and schools keep shorter days.
# Both are our assumptions: hours that may be are never counted as open.
BUSINESS = Window(6 * 60, 24 * 60)
OFFICE = Window(6 * 60, 22 * 60, days=WEEKDAYS, holidays_closed=True)
NIGHT = Window(18 * 60, 32 * 60)
# Trains run from about five until after midnight (our assumption).
TRANSPORT = Window(5 * 60, 26 * 60)
EVENTS = Window(6 * 60, 24 * 60, now_and_then=True)

PUBLIC_HOLIDAYS = Days(holidays=True)
SOME_HOLIDAYS = Days(holidays=True, some_holidays=True)
# "Festivos", "festivi": Sundays too, for many who write so.
HOLIDAYS_PERHAPS_SUNDAY = Days(doubtful=frozenset({6}), holidays=True)
WORKING_DAYS = Days(WEEKDAYS, not_holidays=True)
# By law Saturday is a working day in Germany, France, Italy and Spain; most people who write so do not mean it.
WORKING_DAYS_PERHAPS_SATURDAY = Days(WEEKDAYS, doubtful=frozenset({5}), not_holidays=True)
DAILY = Days(ALL_DAYS)
DAILY_WITH_HOLIDAYS = Days(ALL_DAYS, holidays=True)


@dataclass(frozen=True, slots=True)
class Rule:
    """Words that mean the same. words: separated by "|"; example: how a list writes it."""

    kind: Kind
    words: str
    example: str
    value: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A table of rules. prepare: writes out what stands shortened, such as 周一至五, before the words are looked up.

    half_day_first: "下午 2:00", not "2:00 in the afternoon".
    moved_closing: how it says that another day is closed where the usual one is a holiday, in plain letters.
    moved_example: such a sentence, for the page of words.
    """

    code: str
    name: str
    rules: tuple[Rule, ...]
    prepare: Callable[[str], str] = field(default=str)
    half_day_first: bool = False
    moved_closing: re.Pattern[str] = re.compile(r"(?!)")
    moved_example: str = ""


def moved_closing(*, if_: str, holiday: str, instead: str, closed: str) -> re.Pattern[str]:
    """ "If Monday is a holiday, closed the next day": words separated by "|", in this order."""
    between = r"[^.;()\d]"
    return re.compile(
        rf"[(,;]?\s?\b(?:{if_})\b{between}{{0,50}}?\b(?:{holiday})\b{between}{{0,40}}?\b(?:{instead})\b"
        rf"(?:\s*(?:{closed})\b)*\s*\)?"
    )


def one_day_each(*words: str) -> tuple[tuple[str, Days], ...]:
    """(words, day) for seven alternatives, from Monday."""
    return tuple((names, Days(frozenset({number}))) for number, names in enumerate(words))


def week(example: str, *words: str) -> tuple[Rule, ...]:
    """The rules of a language's seven days, from Monday."""
    return tuple(Rule(Kind.DAYS, names, example, day) for names, day in one_day_each(*words))


def months(example: str, *words: str) -> tuple[Rule, ...]:
    """The rules of a language's twelve months, from January."""
    return tuple(Rule(Kind.MONTH, names, example, frozenset({number})) for number, names in enumerate(words, start=1))


def ordinals(example: str, *words: str) -> tuple[Rule, ...]:
    """The rules of "first" to "fifth", and "last" as the sixth."""
    numbers = (1, 2, 3, 4, 5, -1)
    return tuple(
        Rule(Kind.NTH, names, example, frozenset({number})) for number, names in zip(numbers, words, strict=False)
    )
