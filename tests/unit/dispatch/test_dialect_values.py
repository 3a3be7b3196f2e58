"""Times, numbers and coordinates as senders write them; what is of another form is refused, not guessed."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dispatch.dialects.values import BadValue, Coordinates, Decimal, read_coordinate, read_number, read_time, read_wait

ZHENGZHOU = ZoneInfo("Asia/Shanghai")
EIGHT = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "form"),
    [
        ("2026-01-05T08:00:00+08:00", "iso"),
        ("2026-01-05T00:00:00Z", "iso"),
        ("2026-01-05 08:00:00", "iso"),
        ("20260105T080000", "iso"),
        (1767571200, "unix_s"),
        ("1767571200", "unix_s"),
        (1767571200000, "unix_ms"),
        ("2026/01/05 08:00", "%Y/%m/%d %H:%M"),
        ("2026年01月05日08时00分", "%Y年%m月%d日%H时%M分"),
        (20260105080000, "%Y%m%d%H%M%S"),
        ("05.01.2026 01:00:00+0100", "%d.%m.%Y %H:%M:%S%z"),
    ],
)
def test_a_time_is_read_in_its_form(told: Any, form: str) -> None:
    assert read_time(told, (form,), ZHENGZHOU) == EIGHT


@pytest.mark.parametrize(
    ("told", "form"),
    [
        ("2026-01-05", "iso"),
        ("08:00", "iso"),
        (480, "unix_s"),
        (1767571200000, "unix_s"),
        (1767571200, "unix_ms"),
        ("soon", "unix_s"),
        (True, "%Y"),
        ("2026-13-01 08:00", "%Y-%m-%d %H:%M"),
        (["2026"], "iso"),
        (None, "iso"),
    ],
)
def test_what_is_no_time_of_the_form_is_refused(told: Any, form: str) -> None:
    with pytest.raises(BadValue, match="not a time of the form"):
        read_time(told, (form,), ZHENGZHOU)


def test_a_time_without_an_offset_needs_a_zone() -> None:
    with pytest.raises(BadValue, match="offset"):
        read_time("2026-01-05 08:00:00", ("iso",), None)


def test_one_of_several_forms_is_enough() -> None:
    assert read_time("2026/01/05 08:00", ("iso", "unix_s", "%Y/%m/%d %H:%M"), ZHENGZHOU) == EIGHT


@pytest.mark.parametrize(
    ("told", "decimal", "number"),
    [(1.5, ".", 1.5), ("1.5", ".", 1.5), (" -7 ", ".", -7), ("1,5", ",", 1.5), ("3e2", ".", 300), (3, ",", 3)],
)
def test_a_number_may_be_a_text(told: Any, decimal: Decimal, number: float) -> None:
    assert read_number(told, decimal) == number


@pytest.mark.parametrize(
    ("told", "decimal"),
    [
        ("1,5", "."),
        ("1.5", ","),
        ("1.000,5", ","),
        *((told, ".") for told in ("x", True, None, [], "nan", "١", float("nan"), float("inf"), "1e999", 10**400)),
    ],
)
def test_a_number_with_the_other_mark_or_none_is_refused(told: Any, decimal: Decimal) -> None:
    with pytest.raises(BadValue):
        read_number(told, decimal)


@pytest.mark.parametrize(
    ("told", "form", "degrees"),
    [
        ("113.6712", "degrees", 113.6712),
        (113671200, "microdegrees", 113.6712),
        ("113°40'16.32\"E", "dms", 113.6712),
        ("东113度40分16.32秒", "dms", 113.6712),
        ("70°40′16,32″W", "dms", -70.6712),
        ("-70 40 16.32", "dms", -70.6712),
        (11340.272, "nmea", 113.6712),
        ("-7040.272", "nmea", -70.6712),
    ],
)
def test_a_coordinate_is_read_in_its_form(told: Any, form: Coordinates, degrees: float) -> None:
    assert read_coordinate(told, form, ".") == pytest.approx(degrees, abs=1e-9)


@pytest.mark.parametrize(
    ("told", "form"), [("113.67", "dms"), ("113°61'00\"E", "dms"), (11399.0, "nmea"), ({}, "degrees")]
)
def test_what_is_no_coordinate_of_the_form_is_refused(told: Any, form: Coordinates) -> None:
    with pytest.raises(BadValue):
        read_coordinate(told, form, ".")


def test_how_long_an_ambulance_takes() -> None:
    assert read_wait("8", "minutes", ".") == timedelta(minutes=8)
    assert read_wait(480, "seconds", ".") == timedelta(minutes=8)
    for nonsense in (-1, 1767571200, "soon"):
        with pytest.raises(BadValue):
            read_wait(nonsense, "minutes", ".")
