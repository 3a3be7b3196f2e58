"""Which days are public holidays where, and which cannot be known yet: China by its notices, elsewhere by law."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

import chinese_calendar
import holidays


class DayKind(StrEnum):
    """PERHAPS_...: nobody has said yet, or only a part of the country keeps the day."""

    ORDINARY = "ordinary"
    HOLIDAY = "holiday"
    PERHAPS_HOLIDAY = "perhaps_holiday"
    MAKE_UP = "make_up_working_day"
    PERHAPS_MAKE_UP = "perhaps_make_up_working_day"


def day_kind(day: date, country: str) -> DayKind:
    """What kind of day it is in a country (ISO 3166 alpha-2); where no calendar is known, every day is ordinary."""
    if country == "CN":
        return _day_in_china(day)
    certain, perhaps = _holidays_of_year(country, day.year)
    if day in certain:
        return DayKind.HOLIDAY
    return DayKind.PERHAPS_HOLIDAY if day in perhaps else DayKind.ORDINARY


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    lines = files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8").splitlines()
    fields = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {zone: country for country, _, zone, *_ in fields}


def find_country(time_zone: str) -> str:
    """The country of an IANA time zone, by the zone database's own table; "" for UTC and other zones of none."""
    return _countries().get(time_zone, "")


@lru_cache(maxsize=4096)
def _day_in_china(day: date) -> DayKind:
    try:
        is_off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return _day_without_notice(day)
    if is_off:
        return DayKind.HOLIDAY if name else DayKind.ORDINARY
    return DayKind.MAKE_UP if name else DayKind.ORDINARY


# Days before and after the statutory ones that a notice has ever made free (2014-2026): a weekend is joined to them by
# moving working days, which then fall on a Saturday or Sunday not farther than `_MAKE_UP_REACH`.
_REACH_OF_FESTIVAL = {"Spring": (2, 9), "National": (3, 8), "Labor": (3, 5)}
_REACH = (2, 3)
_MAKE_UP_REACH = timedelta(days=14)


def _day_without_notice(day: date) -> DayKind:
    """The State Council names next year's free days in November; until then each near a festival could be one."""
    known = {**_statutory(day.year - 1), **_statutory(day.year), **_statutory(day.year + 1)}
    for festival, name in known.items():
        before, after = next((reach for word, reach in _REACH_OF_FESTIVAL.items() if word in name), _REACH)
        if festival - timedelta(days=before) <= day <= festival + timedelta(days=after):
            return DayKind.PERHAPS_HOLIDAY
    if day.weekday() >= 5 and any(abs(day - festival) <= _MAKE_UP_REACH for festival in known):
        return DayKind.PERHAPS_MAKE_UP
    return DayKind.ORDINARY


@lru_cache(maxsize=64)
def _statutory(year: int) -> dict[date, str]:
    return {
        day: name
        for day, name in holidays.country_holidays("CN", years=year, language="en_US").items()
        if "observed" not in name
    }


# A day that fewer of a country's parts keep, such as one town's patron saint, leaves the others as they are: Italy
# has a hundred of them, and every office would be in doubt on a day in four. Our assumption.
_FEWEST_PARTS = 0.05


@lru_cache(maxsize=512)
def _holidays_of_year(country: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """(for certain, perhaps): what only a state keeps, and what hangs on the sight of a moon, is perhaps."""
    try:
        national = holidays.country_holidays(country, years=year, language="en_US")
    except (NotImplementedError, AttributeError):
        return frozenset(), frozenset()
    certain = {day for day, name in national.items() if "estimated" not in name}
    perhaps = set(_near(day for day, name in national.items() if "estimated" in name))
    parts = national.subdivisions
    kept = Counter(day for part in parts for day in holidays.country_holidays(country, subdiv=part, years=year))
    perhaps |= {day for day, count in kept.items() if count >= _FEWEST_PARTS * len(parts)}
    return frozenset(certain), frozenset(perhaps - certain)


def _near(days: Iterable[date]) -> Iterable[date]:
    for day in days:
        yield from (day - timedelta(days=1), day, day + timedelta(days=1))
