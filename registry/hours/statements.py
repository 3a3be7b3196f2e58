"""What a text says, one thing after the other: these days from then to then, those closed, that one perhaps."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from registry.hours.periods import Date, Period
from registry.hours.spans import Span
from registry.hours.words.rules import Days, Window


@dataclass(slots=True, kw_only=True)
class Statement:
    """Days, and what holds on them.

    days: None where none are named. without: days that are taken out of them.
    nth: which of the month (-1 the last). months, season: when at all.
    spans, window, until: the hours. closed: there are none (within `spans`, if there are any).
    prefix: "closed" or "except" stood before its days. empty: a table had no hours for these days.
    label: what the hours were called, such as office hours.
    included: holidays are open as other days are. sibling: what is said next holds for the statement before, too.
    others: its days are those that were not named before.
    clauses: where in the text it was said.
    """

    days: Days | None = None
    without: Days | None = None
    nth: frozenset[int] = frozenset()
    months: Period = frozenset()
    season: str = ""
    dates: list[Date] = field(default_factory=list)
    dates_without: list[Date] = field(default_factory=list)
    season_without: str = ""
    spans: list[Span] = field(default_factory=list)
    always: bool = False
    window: Window | None = None
    label: Window | None = None
    until: int | None = None
    closed: bool = False
    prefix: bool = False
    exception: bool = False
    empty: bool = False
    included: bool = False
    sibling: bool = False
    lunch: bool = False
    others: bool = False
    unsaid: bool = False
    clauses: set[int] = field(default_factory=set)

    @property
    def names_days(self) -> bool:
        """Whether any day, date or month is named."""
        return bool(self.days or self.dates or self.nth or self.season or self.months)

    @property
    def names_any_day(self) -> bool:
        """The same, months and seasons aside."""
        return bool(self.days or self.dates or self.nth)

    @property
    def has_hours(self) -> bool:
        """Whether it says when."""
        return bool(self.spans or self.always or self.window or self.until is not None)

    @property
    def is_complete(self) -> bool:
        """Whether something is said of its days."""
        return self.has_hours or self.closed or self.empty or self.included or self.lunch

    def cuts_into(self, earlier: Iterable["Statement"]) -> bool:
        """Whether its hours lie within longer ones that were said before: "closed" beside them is meant for them."""
        wider = [
            span
            for one in earlier
            if not one.closed and (one.days is None or self.days is None or one.days.days & self.days.days)
            for span in one.spans
        ]
        return bool(self.spans) and not self.closed and all(_lies_in_one(span, wider) for span in self.spans)


def _lies_in_one(span: Span, wider: Iterable[Span]) -> bool:
    return any(
        other.start <= span.start and span.end <= other.end and span.end - span.start < other.end - other.start
        for other in wider
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A text's statements.

    doubts: clauses with words that nobody placed, or with conditions; words: these.
    impossible: figures that no clock shows, which make the rest doubtful.
    """

    statements: tuple[Statement, ...]
    doubts: frozenset[int]
    words: tuple[str, ...]
    impossible: str = ""
