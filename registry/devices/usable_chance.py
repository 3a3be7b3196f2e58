"""How likely somebody who gets to an AED could use it, apart from whether its place is open: a number, and why.

It says what is known, not what is true: an AED of which nobody has spoken for years may be ready. Pads or a battery
whose day is over lower the chance and are warned of; they lock nothing out, since an expired AED is better than none.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from registry.models import AedState

INSPECTED = 0.98
"""On the day on which somebody stood before it and found it ready (assumption)."""

TOLD = 0.95
"""On the day on which its keeper, or its list, said that it is there and was looked at (assumption)."""

AFTER_A_YEAR = 0.85
"""15 % of AEDs were not ready when sites were inspected (Korea, five years of site inspections); that this is so a year
after the last look is an assumption."""

FORGOTTEN_DAYS = 3 * 365
"""Whoever looked longer ago says no more than nobody (assumption)."""

_LOSS_A_DAY = math.log(INSPECTED / AFTER_A_YEAR) / 365

STATE_UNKNOWN = 0.5
"""Its source says something of the device that nobody here understands (assumption)."""

PADS_EXPIRED = 0.8
BATTERY_EXPIRED = 0.7
"""Gel dries, and a battery may fail its own test; both have a reserve that nobody promises (assumptions)."""

REPORTED: Mapping[str, float] = {
    "missing": 0.5,
    "broken": 0.5,
    "locked": 0.7,
    "wrong_place": 0.8,
    "pads_expired": 0.9,
    "other": 0.9,
}
"""By what a stranger has reported and nobody has settled (assumptions); said twice, it counts twice."""

MOST_COUNTED = 2
SOON = timedelta(days=60)
_UNUSABLE = frozenset({AedState.OUT_OF_SERVICE, AedState.MISSING, AedState.IN_USE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known on a day. inspected_on: found ready. told_on: the newest day on which keeper or list spoke for it.

    reports: how often what was reported, of what nobody has settled and nobody has looked at since.
    """

    state: AedState
    retired: bool = False
    inspected_on: date | None = None
    told_on: date | None = None
    adult_pads_expire_on: date | None = None
    child_pads_expire_on: date | None = None
    battery_expires_on: date | None = None
    check_due_on: date | None = None
    confirmation_due_on: date | None = None
    reports: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One reason, by a code, and what it multiplies the chance by."""

    code: str
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """value: 0 to 1, the product of the factors. warnings: codes of what an officer should see to, whatever it is."""

    value: float
    factors: tuple[Factor, ...]
    warnings: tuple[str, ...]


def usable_chance(known: Evidence, today: date) -> Chance:
    """The chance that the device works and is there."""
    factors = (*_of_state(known), _of_last_word(known, today), *_of_days(known, today), *_of_reports(known))
    return Chance(
        value=math.prod(one.factor for one in factors), factors=factors, warnings=tuple(_warnings(known, today))
    )


def is_over(day: date | None, today: date) -> bool:
    """Whether the last day has passed; it counts itself, and what nobody knows does not end."""
    return day is not None and day < today


def _of_state(known: Evidence) -> Iterable[Factor]:
    if known.retired:
        yield Factor(code="retired", factor=0.0)
    if known.state in _UNUSABLE:
        yield Factor(code=known.state.value, factor=0.0)
    if known.state is AedState.UNKNOWN:
        yield Factor(code="state_unknown", factor=STATE_UNKNOWN)


def _of_last_word(known: Evidence, today: date) -> Factor:
    """The word that says most, of an inspection and of a keeper or list; each fades."""
    inspected = _faded(INSPECTED, known.inspected_on, today)
    told = _faded(TOLD, known.told_on, today)
    nobody = _faded(INSPECTED, None, today)
    code, value = max((("inspected", inspected), ("told", told)), key=lambda one: one[1])
    return Factor(code="nobody_lately", factor=nobody) if value <= nobody else Factor(code=code, factor=value)


def _faded(fresh: float, on: date | None, today: date) -> float:
    days = FORGOTTEN_DAYS if on is None else min(max((today - on).days, 0), FORGOTTEN_DAYS)
    return fresh * math.exp(-_LOSS_A_DAY * days)


def _of_days(known: Evidence, today: date) -> Iterable[Factor]:
    if is_over(known.adult_pads_expire_on, today):
        yield Factor(code="pads_expired", factor=PADS_EXPIRED)
    if is_over(known.battery_expires_on, today):
        yield Factor(code="battery_expired", factor=BATTERY_EXPIRED)


def _of_reports(known: Evidence) -> Iterable[Factor]:
    for kind, count in sorted(known.reports.items()):
        if count > 0:
            factor = REPORTED.get(kind, REPORTED["other"]) ** min(count, MOST_COUNTED)
            yield Factor(code=f"reported_{kind}", factor=factor)


def _warnings(known: Evidence, today: date) -> Iterable[str]:
    expiring = {
        "pads": known.adult_pads_expire_on,
        "child_pads": known.child_pads_expire_on,
        "battery": known.battery_expires_on,
    }
    for what, day in expiring.items():
        if is_over(day, today):
            yield f"{what}_expired"
        elif is_over(day, today + SOON):
            yield f"{what}_soon_expired"
    if is_over(known.check_due_on, today):
        yield "check_overdue"
    if is_over(known.confirmation_due_on, today):
        yield "confirmation_overdue"
    if any(known.reports.values()):
        yield "problems_reported"
