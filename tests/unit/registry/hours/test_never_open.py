"""Nothing that a person calls closed is ever open: known weeks, written down in random words and read back."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.hours.evaluating import Openness, hours_of
from registry.hours.holidays import DayKind, day_kind, find_country
from registry.hours.osm_syntax import is_valid
from registry.hours.reading import UnknownLanguage, read_hours
from registry.hours.words.languages import LANGUAGES
from registry.hours.words.rules import Kind

ZONES = {
    "zh": "Asia/Shanghai", "ja": "Asia/Tokyo", "ko": "Asia/Seoul", "en": "Europe/London", "fr": "Europe/Paris",
    "de": "Europe/Berlin", "nl": "Europe/Amsterdam", "es": "Europe/Madrid", "it": "Europe/Rome",
}  # fmt: skip
# How each language names the seven days, in several ways; and "to", "and", "closed".
DAYS = {
    "zh": [[prefix + day for day in "一二三四五六日"] for prefix in ("周", "星期", "週", "礼拜")],
    "ja": [[day + suffix for day in "月火水木金土日"] for suffix in ("曜日", "曜", "")],
    "ko": [[day + suffix for day in "월화수목금토일"] for suffix in ("요일", "")],
    "en": [
        ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    ],
    "fr": [
        ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
        ["Lu", "Ma", "Me", "Je", "Ve", "Sa", "Di"],
    ],
    "de": [
        ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"],
        ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
    ],
    "nl": [
        ["ma", "di", "wo", "do", "vr", "za", "zo"],
        ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"],
    ],
    "es": [
        ["L", "M", "X", "J", "V", "S", "D"],
        ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
    ],
    "it": [
        ["lun", "mar", "mer", "gio", "ven", "sab", "dom"],
        ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"],
    ],
}
TO = {
    "zh": ["至", "到", "-", "~"], "ja": ["～", "から", "-"], "ko": ["~", "-"], "en": [" to ", "-", " - "],
    "fr": [" à ", "-"], "de": [" bis ", "-", " – "], "nl": [" tot ", "-", " t/m "], "es": [" a ", "-"],
    "it": [" a ", "-"],
}  # fmt: skip
AND = {"zh": "、", "ja": "・", "ko": ",", "en": ", ", "fr": ", ", "de": ", ", "nl": ", ", "es": ", ", "it": ", "}
CLOSED = {
    "zh": "休息", "ja": "休み", "ko": "휴무", "en": "closed", "fr": "fermé", "de": "geschlossen", "nl": "gesloten",
    "es": "cerrado", "it": "chiuso",
}  # fmt: skip
CLOCKS = {
    "zh": ["{h}:{m:02}", "{h:02}:{m:02}", "{h}点{m:02}分"],
    "ja": ["{h}:{m:02}", "{h}時{m:02}分"],
    "ko": ["{h:02}:{m:02}", "{h}시 {m:02}분"],
    "en": ["{h:02}:{m:02}", "{h:02}{m:02}"],
    "fr": ["{h}h{m:02}", "{h:02}:{m:02}", "{h}H{m:02}"],
    "de": ["{h}:{m:02}", "{h:02}.{m:02}"],
    "nl": ["{h}u{m:02}", "{h:02}.{m:02}"],
    "es": ["{h}:{m:02}", "{h:02}:{m:02}h"],
    "it": ["{h}:{m:02}", "{h:02}.{m:02}"],
}
# A week in which few of the countries, or parts of them, have a holiday.
MONDAY = datetime(2024, 7, 1)  # noqa: DTZ001 -- the zone is each language's own

Hours = tuple[tuple[int, int], ...]


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    """None, one or two stretches of a day, in quarters of an hour."""
    count = draw(st.sampled_from([0, 1, 1, 1, 2]))
    bounds = sorted(draw(st.lists(st.integers(6 * 4, 23 * 4), min_size=2 * count, max_size=2 * count, unique=True)))
    return tuple((bounds[at] * 15, bounds[at + 1] * 15) for at in range(0, 2 * count, 2))


@st.composite
def written_weeks(draw: st.DrawFn) -> tuple[str, str, list[Hours]]:
    """(language, text, the hours of each day from Monday)."""
    language = draw(st.sampled_from(sorted(ZONES)))
    kinds = draw(st.lists(hours(), min_size=1, max_size=3))
    week = [draw(st.sampled_from(kinds)) for _ in range(7)]
    names, to = draw(st.sampled_from(DAYS[language])), draw(st.sampled_from(TO[language]))
    clock, colon = draw(st.sampled_from(CLOCKS[language])), draw(st.sampled_from([" ", ": "]))
    says_closed = draw(st.booleans())
    parts = []
    for first, last in _runs(week):
        days = names[first] if first == last else names[first] + to + names[last]
        said = AND[language].join(f"{_time(clock, a)}-{_time(clock, b)}" for a, b in week[first])
        if said:
            parts.append(days + colon + said)
        elif says_closed:
            parts.append(f"{days} {CLOSED[language]}")
    return language, draw(st.sampled_from(["; ", "\n", "；", "<br>"])).join(parts), week


def _runs(week: list[Hours]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for number, said in enumerate(week):
        if runs and week[runs[-1][1]] == said:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _time(clock: str, minute: int) -> str:
    return clock.format(h=minute // 60, m=minute % 60)


@settings(max_examples=150, deadline=None)
@given(written_weeks())
def test_a_week_in_any_spelling_is_never_open_when_it_is_closed(written: tuple[str, str, list[Hours]]) -> None:
    language, text, week = written
    reading = read_hours(text, (language,))
    if not any(week):
        assert reading.osm in {"", "Mo-Su off"}
        return
    assert reading.reason == "", text
    zone = ZoneInfo(ZONES[language])
    read = hours_of(reading.osm, zone)
    for number, said in enumerate(week):
        day = (MONDAY + timedelta(days=number)).date()
        if day_kind(day, find_country(zone.key)) is not DayKind.ORDINARY:
            continue
        for quarter in sorted({*range(0, 96, 4), *(minute // 15 for span in said for minute in span)}):
            at = (MONDAY + timedelta(days=number, minutes=15 * quarter + 7)).replace(tzinfo=zone)
            is_open = any(start <= 15 * quarter < end for start, end in said)
            assert (read.at(at).openness is Openness.OPEN) is is_open, (text, reading.osm, at)


def _vocabulary() -> st.SearchStrategy[tuple[str, list[str]]]:
    """A language and words of its table, with times and signs between them."""

    def words_of(code: str) -> st.SearchStrategy[tuple[str, list[str]]]:
        words = [word for rule in LANGUAGES[code].rules for word in rule.words.split("|")]
        figures = [
            "8:00-17:00",
            "9-12",
            "24/7",
            "8:30",
            "12/29",
            "3",
            "1.",
            "-",
            ",",
            ";",
            "(",
            ")",
            "\n",
            "+",
            "xyz",
            "非",
        ]
        return st.tuples(st.just(code), st.lists(st.sampled_from([*words, *figures]), max_size=8))

    return st.sampled_from(sorted(LANGUAGES)).flatmap(words_of)


@settings(max_examples=200, deadline=None)
@given(_vocabulary())
def test_any_words_of_a_language_have_a_reading_that_can_be_evaluated(said: tuple[str, list[str]]) -> None:
    language, words = said
    reading = read_hours(" ".join(words), (language,))
    assert not reading.osm or is_valid(reading.osm), (words, reading.osm)
    assert reading.osm or reading.reason


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_has_a_reading_that_can_be_evaluated(text: str) -> None:
    reading = read_hours(text)
    assert not reading.osm or is_valid(reading.osm), reading.osm


@settings(max_examples=200, deadline=None)
@given(_vocabulary(), st.integers(0, 167))
def test_what_no_table_has_is_never_open(said: tuple[str, list[str]], hour: int) -> None:
    language, words = said
    # The word stands in the same clause as all else.
    words = [word for word in words if word not in {";", "(", ")", "\n", "."} and "." not in word and ";" not in word]
    contacts = {
        word for rule in LANGUAGES[language].rules if rule.kind is Kind.CONTACT for word in rule.words.split("|")
    }
    words = [word for word in words if word not in contacts]
    reading = read_hours(" ".join([*words, "qwrtz"]), (language,))
    if reading.osm:
        zone = ZoneInfo(ZONES[language])
        at = (MONDAY + timedelta(hours=hour, minutes=30)).replace(tzinfo=zone)
        assert hours_of(reading.osm, zone).at(at).openness is not Openness.OPEN, (words, reading.osm)


@pytest.mark.parametrize("code", sorted(LANGUAGES))
def test_each_rule_is_understood_where_its_example_uses_it(code: str) -> None:
    for rule in LANGUAGES[code].rules:
        doubts = {Kind.CONDITION, Kind.NO_HOURS}
        reading = read_hours(rule.example, (code,))
        understood = "not understood" not in reading.reason
        assert understood or rule.kind in doubts, (rule.kind, rule.example, reading)


def test_a_language_that_is_not_read_is_named_with_those_that_are() -> None:
    with pytest.raises(UnknownLanguage, match="zh, ja"):
        read_hours("8-17", ("xx",))
