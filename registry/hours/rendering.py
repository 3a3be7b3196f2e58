"""Weeks in OSM's opening_hours syntax."""

from registry.hours.day import (
    ALL_DAY,
    DAY_MIN,
    NEVER,
    OPEN,
    PERHAPS_ALL_DAY,
    UNKNOWN,
    Day,
    doubted,
    stretch,
    stretches,
    union,
    without,
)
from registry.hours.periods import Date, Period
from registry.hours.week import Season, Special, Week

_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def osm_of(seasons: list[Season], *, closing_moves: bool = False) -> str:
    """The expression; "" where it would say nothing.

    closing_moves: where the usual closed day is a holiday another is closed, so that neither holidays nor the days
    after them are known.
    """
    if all(_is_silent(season.week) for season in seasons):
        return ""
    rules: list[str] = []
    for season in seasons:
        rules += _week_rules(season.week, _months(season.months))
    first = seasons[0].week
    holidays = first.holidays
    perhaps = doubted(union(day for season in seasons for day in season.week.days if day is not None))
    if closing_moves and any(perhaps):
        holidays = perhaps if holidays is None else doubted(holidays)
        rules.append(_rule("PH +1 day", perhaps))
    if holidays is not None and not (holidays == ALL_DAY and rules == ["24/7"]):
        rules.append(_rule("PH", holidays))
    for special in dict.fromkeys(item for season in seasons for item in season.week.specials):
        rules.append(_rule(_selector(special), special.hours))
    return "; ".join(rules)


def _is_silent(week: Week) -> bool:
    nothing = all(day is None or day == PERHAPS_ALL_DAY for day in week.days)
    return nothing and week.holidays in {None, PERHAPS_ALL_DAY} and not week.specials


def _week_rules(week: Week, months: str) -> list[str]:
    if not months and all(day == ALL_DAY for day in week.days):
        return ["24/7"]
    hours: dict[Day, list[int]] = {}
    for number, day in enumerate(_within_days(week.days)):
        hours.setdefault(day, []).append(number)
    opening = [(days, day) for day, days in hours.items() if any(day)]
    if not opening:
        return [f"{months}Mo-Su off"]
    return [_rule(f"{months}{_days(days)}", day) for days, day in sorted(opening)]


def _within_days(days: list[Day | None]) -> list[Day]:
    """Stretches that begin after a day's midnight belong to the next day; OSM writes only those that began before."""
    whole = [day if day is not None else NEVER for day in days]
    for number in range(7):
        if not whole[number][DAY_MIN:].strip(b"\0"):
            continue
        beyond = [found for found in stretches(whole[number]) if found[0] >= DAY_MIN]
        for start, end, certain in beyond:
            whole[number] = without(whole[number], start, end)
            moved = stretch(start - DAY_MIN, end - DAY_MIN, OPEN if certain else UNKNOWN)
            whole[(number + 1) % 7] = union((whole[(number + 1) % 7], moved))
    return whole


def _rule(selector: str, hours: Day) -> str:
    """One selector's hours; what is open and what may be stand side by side, joined by OSM's additional rule."""
    found = [one for one in stretches(hours) if one[0] < DAY_MIN]
    if not found:
        return f"{selector} off"
    parts = []
    for certain in (True, False):
        spans = [f"{_time(start)}-{_time(end)}" for start, end, sure in found if sure is certain]
        if spans:
            parts.append(f"{selector} {','.join(spans)}{'' if certain else ' unknown'}")
    return ", ".join(parts)


def _time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _days(numbers: list[int]) -> str:
    return ",".join(_run(run, _DAYS) for run in _runs(numbers))


def _months(period: Period) -> str:
    if not period:
        return ""
    numbers = sorted(part for part in period if isinstance(part, int))
    parts = [_run([number - 1 for number in run], _MONTHS) for run in _runs(numbers)]
    parts += [_dates(part) for part in sorted(part for part in period if isinstance(part, tuple))]
    return ",".join(parts) + " "


def _dates(date: Date) -> str:
    month, day, last_month, last_day = date
    first = f"{_MONTHS[month - 1]} {day:02}"
    return first if (month, day) == (last_month, last_day) else f"{first}-{_MONTHS[last_month - 1]} {last_day:02}"


def _runs(numbers: list[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _run(run: list[int], names: tuple[str, ...]) -> str:
    if len(run) == 1:
        return names[run[0]]
    return f"{names[run[0]]}{',' if len(run) == 2 and len(names) == 7 else '-'}{names[run[-1]]}"


def _selector(special: Special) -> str:
    if special.date is not None:
        return _dates(special.date)
    nth = f"[{','.join(str(number) for number in sorted(special.nth))}]" if special.nth else ""
    days = ",".join(_DAYS[number] + nth for number in sorted(special.days)) if nth else _days(sorted(special.days))
    return f"{_months(special.months)}{days}".strip()
