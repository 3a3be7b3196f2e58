"""Whether hours are open at a time: holidays that the calendar knows, and those that nobody knows yet."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.hours.evaluating import BadHours, Openness, hours_of
from registry.hours.holidays import DayKind, day_kind, find_country
from registry.hours.reading import read_hours
from registry.hours.words.languages import LANGUAGES
from registry.hours.words.rules import Language

SHANGHAI, TAIPEI, TOKYO = ZoneInfo("Asia/Shanghai"), ZoneInfo("Asia/Taipei"), ZoneInfo("Asia/Tokyo")
BERLIN, VADUZ = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Vaduz")
OPEN, CLOSED, UNKNOWN = Openness.OPEN, Openness.CLOSED, Openness.UNKNOWN


def at(osm: str, zone: ZoneInfo, *when: int) -> Openness:
    return hours_of(osm, zone).at(datetime(*when, tzinfo=zone).astimezone(UTC)).openness  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("zone", "when", "expected"),
    [
        (SHANGHAI, (2026, 10, 5, 11), CLOSED),  # National Day's week
        (SHANGHAI, (2026, 2, 18, 11), CLOSED),  # Spring Festival
        (SHANGHAI, (2024, 4, 4, 11), CLOSED),  # Qingming
        (SHANGHAI, (2026, 10, 10, 11), UNKNOWN),  # a Saturday that makes up for it
        (SHANGHAI, (2026, 10, 13, 11), OPEN),
        (SHANGHAI, (2027, 10, 5, 11), UNKNOWN),  # no notice yet
        (SHANGHAI, (2027, 8, 17, 11), OPEN),  # far from every festival
        (TAIPEI, (2024, 2, 28, 11), CLOSED),
        (TOKYO, (2024, 5, 6, 11), CLOSED),
        (VADUZ, (2025, 12, 25, 11), CLOSED),
        (BERLIN, (2024, 10, 3, 11), CLOSED),
        (BERLIN, (2024, 11, 1, 11), UNKNOWN),  # kept by some states
    ],
)
def test_places_that_close_on_holidays_are_closed_on_those_of_their_country(
    zone: ZoneInfo, when: tuple[int, ...], expected: Openness
) -> None:
    assert at("Mo-Fr 08:00-17:00; PH off", zone, *when) is expected


@pytest.mark.parametrize(
    ("osm", "expected"),
    [
        ("Mo-Fr 08:00-17:00", UNKNOWN),
        ("Mo-Su 09:00-22:00", OPEN),
        ("24/7", OPEN),
        ("Tu-Su 10:00-17:00", CLOSED),
        ("Mo-Fr 07:30-21:30; Sa 10:30-12:30; Su 11:30-12:30", CLOSED),
        ("Mo-Sa 08:00-20:00; PH 10:00-12:00", OPEN),
        ("PH off; Mo-Fr 08:00-17:00", CLOSED),
        ("Mo-Fr 08:00-17:00; Sa,Su 08:00-17:00 unknown", UNKNOWN),
    ],
)
def test_hours_that_leave_holidays_out_are_those_of_a_sunday_or_unknown(osm: str, expected: Openness) -> None:
    assert at(osm, TOKYO, 2024, 1, 1, 11) is expected


def test_a_night_that_began_before_the_holiday_is_as_any_other() -> None:
    assert at("Mo-Fr 18:00-26:00", TAIPEI, 2024, 2, 28, 1) is OPEN
    assert at("Mo-Fr 18:00-26:00", TAIPEI, 2024, 2, 28, 20) is UNKNOWN
    assert at("Mo-Fr 18:00-26:00", TAIPEI, 2024, 2, 29, 1) is UNKNOWN


@pytest.mark.parametrize(
    ("osm", "hour", "minute", "expected"),
    [
        ('Mo-Fr 08:00-17:00 || "call the guard"', 3, 0, UNKNOWN),
        ('Mo-Fr 08:00-17:00 || "call the guard"', 11, 0, OPEN),
        ("09:00+", 22, 0, UNKNOWN),
        ("09:00+", 11, 0, OPEN),
        ("Mo-Fr 08:00-12:00+", 13, 0, UNKNOWN),
        ("00:00-23:59", 23, 59, OPEN),
        ("Mo-Su 07:00-23:59", 23, 59, OPEN),
        ('24/7 "on request"', 11, 0, UNKNOWN),
        ('"on request"', 11, 0, UNKNOWN),
        ('Mo-Fr 08:00-17:00 "PH off; 23:59"', 11, 0, UNKNOWN),
        ("sunrise-sunset", 11, 0, OPEN),
        ("sunrise-sunset", 3, 0, CLOSED),
    ],
)
def test_what_the_syntax_leaves_open_is_unknown(osm: str, hour: int, minute: int, expected: Openness) -> None:
    assert at(osm, SHANGHAI, 2024, 5, 14, hour, minute) is expected


def test_what_cannot_be_read_is_refused_with_an_example() -> None:
    with pytest.raises(BadHours, match="Mo-Fr 08:00-17:00"):
        hours_of("Mo - Fr 7:00", SHANGHAI)


def test_a_zone_says_which_country_it_is_in() -> None:
    countries = [find_country(name) for name in ("Asia/Shanghai", "Asia/Hong_Kong", "Europe/Vaduz", "UTC")]
    assert countries == ["CN", "HK", "LI", ""]


@given(st.dates(date(2004, 1, 1), date(2026, 12, 31)))
def test_with_a_notice_no_day_in_china_is_in_doubt(day: date) -> None:
    assert day_kind(day, "CN") in {DayKind.ORDINARY, DayKind.HOLIDAY, DayKind.MAKE_UP}


@given(st.integers(2015, 2026), st.integers(0, 365))
def test_without_a_notice_every_day_that_notices_have_moved_would_be_in_doubt(year: int, number: int) -> None:
    from registry.hours import holidays as calendar  # noqa: PLC0415 -- the rule for years without notice, on years with

    day = date(year, 1, 1) + timedelta(days=number)
    told = day_kind(day, "CN")
    # 2020 had its Spring Festival lengthened in January, against an epidemic.
    if told is DayKind.HOLIDAY and day.weekday() < 5 and day.year != 2020:
        assert calendar._day_without_notice(day) is DayKind.PERHAPS_HOLIDAY
    if told is DayKind.MAKE_UP and day.year != 2020:
        assert calendar._day_without_notice(day) in {DayKind.PERHAPS_MAKE_UP, DayKind.PERHAPS_HOLIDAY}


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ((2024, 7, 15, 11), OPEN),  # a holiday of which nothing is said, at a place that opens on Sundays
        ((2024, 5, 7, 11), CLOSED),
        ((2024, 5, 8, 11), OPEN),
        ((2024, 7, 16, 11), CLOSED),
    ],
)
def test_the_day_after_a_holiday_can_have_hours_of_its_own(when: tuple[int, ...], expected: Openness) -> None:
    assert at("Mo-Su 09:00-17:00; PH +1 day off", TOKYO, *when) is expected


def test_so_can_the_day_before_and_a_holiday_that_is_not_known_yet_leaves_both_open() -> None:
    before = "Mo-Su 09:00-17:00; PH -1 day 09:00-12:00; PH off"
    assert at(before, TOKYO, 2024, 7, 14, 14) is CLOSED
    assert at(before, TOKYO, 2024, 7, 13, 14) is OPEN
    assert at(before, TOKYO, 2024, 7, 15, 11) is CLOSED
    # Kept by some states of Germany only.
    assert at("Mo-Su 09:00-17:00; PH +1 day off; PH off", BERLIN, 2024, 11, 2, 11) is UNKNOWN


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=lambda language: language.code)
def test_where_a_holiday_moves_the_closed_day_the_day_after_is_not_counted_on(language: Language) -> None:
    text = f"{language.moved_example} 9:00-17:00"
    reading = read_hours(text, [language.code])
    hours = hours_of(reading.osm, TOKYO)

    def said(*when: int) -> Openness:
        return hours.at(datetime(*when, tzinfo=TOKYO)).openness  # type: ignore[arg-type,misc]

    assert reading.reason == ""
    assert said(2024, 5, 13, 11) is CLOSED  # an ordinary Monday
    assert said(2024, 5, 14, 11) is OPEN
    assert said(2024, 5, 6, 11) is UNKNOWN  # a Monday that is a holiday
    assert said(2024, 5, 7, 11) is UNKNOWN


def test_a_closing_that_moves_without_saying_from_where_opens_nothing() -> None:
    reading = read_hours("毎週月曜日（祝日の場合は開館し、翌日休館） 9:00～21:00")
    assert reading.osm == ""
    assert "which day" in reading.reason


def test_an_expression_that_counts_from_many_days_that_nobody_knows_is_unknown_and_answered_at_once() -> None:
    shifted = "; ".join(f"PH +{days} days off" for days in range(1, 366))
    assert at(f"Mo-Su 09:00-17:00; {shifted}", SHANGHAI, 2028, 10, 8, 11) is UNKNOWN


@pytest.mark.parametrize(
    ("osm", "when", "expected"),
    [
        ("Mo-Fr 09:00-17:00; SH off", (2024, 5, 14, 11), UNKNOWN),
        ("Mo-Fr 09:00-17:00; SH off", (2024, 5, 14, 3), CLOSED),
        ("Mo-Fr 09:00-17:00; SH off", (2024, 5, 12, 11), CLOSED),
        ("Mo-Fr 09:00-17:00; PH,SH off", (2024, 10, 3, 11), CLOSED),
        ("Mo-Fr 08:00-18:00; SH Mo-Fr 10:00-16:00", (2024, 5, 14, 11), OPEN),
        ("Mo-Fr 08:00-18:00; SH Mo-Fr 10:00-16:00", (2024, 5, 14, 17), UNKNOWN),
        ("SH Mo-Fr 10:00-16:00", (2024, 5, 14, 11), UNKNOWN),
        ('Mo-Fr 09:00-17:00 "not in SH"', (2024, 5, 14, 11), UNKNOWN),
        ("SH off", (2024, 5, 14, 11), UNKNOWN),
    ],
)
def test_what_school_holidays_would_not_change_is_known(osm: str, when: tuple[int, ...], expected: Openness) -> None:
    assert at(osm, BERLIN, *when) is expected
