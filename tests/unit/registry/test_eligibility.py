"""Who and what may help at a given time: hours across midnight, clock changes and holidays; certificates to the day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.eligibility import (
    Answer,
    DispatchLimits,
    UnknownTimeZone,
    checked_opening_hours,
    find_standing_answer,
    get_time_zone,
    is_dispatchable,
    is_usable,
    position_of,
    time_zone_at,
    usability,
    verdicts_on,
)
from registry.hours.evaluating import BadHours
from registry.models import Aed, AedState, Certificate, NaiveDatetime, Presence, Rescuer

VADUZ = ZoneInfo("Europe/Vaduz")
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2025, 3, 5, 12, 0, tzinfo=VADUZ)


def aed(opening_hours: str = "24/7", access: str = "yes", state: AedState = AedState.IN_SERVICE) -> Aed:
    return Aed(
        aed_id="a1",
        lon=9.52,
        lat=47.14,
        time_zone="Europe/Vaduz",
        opening_hours=opening_hours,
        access=access,
        state=state,
    )


def vaduz(*when: int) -> datetime:
    return datetime(*when, tzinfo=VADUZ).astimezone(UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("opening_hours", "at", "answer"),
    [
        ("24/7", vaduz(2025, 3, 8, 3, 0), Answer.YES),
        ("Mo-Fr 08:00-17:00", vaduz(2025, 3, 7, 16, 59), Answer.YES),
        ("Mo-Fr 08:00-17:00", vaduz(2025, 3, 7, 17, 0), Answer.NO),
        ("Mo-Fr 08:00-12:00, 13:30-17:00", vaduz(2025, 3, 8, 14, 0), Answer.NO),
        ("Fr 22:00-04:00", vaduz(2025, 3, 8, 3, 59), Answer.YES),
        ("Fr 22:00-04:00", vaduz(2025, 3, 8, 4, 0), Answer.NO),
        ("Fr 22:00-04:00", vaduz(2025, 3, 7, 3, 0), Answer.NO),
        ("Mo-Su 08:00-18:00; PH off", vaduz(2025, 12, 25, 12, 0), Answer.NO),
        ("Mo-Su 08:00-18:00; PH off", vaduz(2025, 12, 24, 12, 0), Answer.YES),
        ("sunrise-sunset", vaduz(2025, 6, 21, 6, 0), Answer.YES),
        ("sunrise-sunset", vaduz(2025, 12, 21, 6, 0), Answer.NO),
    ],
)
def test_an_aed_is_usable_while_its_place_is_open(opening_hours: str, at: datetime, answer: Answer) -> None:
    assert is_usable(aed(opening_hours), at).answer is answer


@pytest.mark.parametrize(
    ("opening_hours", "reason"),
    [
        ("", "hours_unknown"),
        ("   ", "hours_unknown"),
        ("Mo - Fr 7:00 - 17:00", "hours_unparseable"),
        ("Di-So 10-17 Uhr", "hours_unparseable"),
        ('Mo-Fr 08:00-17:00 "by appointment"', "hours_conditional"),
        ("Mo-Fr 08:00-17:00; SH off", "hours_need_school_calendar"),
    ],
)
def test_hours_that_do_not_settle_the_matter_are_unknown_and_never_yes(opening_hours: str, reason: str) -> None:
    verdict = is_usable(aed(opening_hours), NOON)
    assert (verdict.answer, verdict.reason) == (Answer.UNKNOWN, reason)


@pytest.mark.parametrize(
    ("access", "answer", "reason"),
    [
        ("yes", Answer.YES, "open"),
        ("", Answer.YES, "open"),
        ("customers", Answer.YES, "open"),
        ("private", Answer.NO, "access_private"),
        ("no", Answer.NO, "access_private"),
        ("Private", Answer.NO, "access_private"),
        ("nur_für_berechtige", Answer.UNKNOWN, "access_unclear"),
    ],
)
def test_access_decides_whether_a_stranger_may_take_it(access: str, answer: Answer, reason: str) -> None:
    verdict = is_usable(aed(access=access), NOON)
    assert (verdict.answer, verdict.reason) == (answer, reason)


def test_an_aed_of_unclear_access_is_not_usable_while_its_place_is_closed() -> None:
    assert is_usable(aed("Mo-Fr 08:00-09:00", access="unknown"), NOON).reason == "closed"


@pytest.mark.parametrize("state", [AedState.OUT_OF_SERVICE, AedState.MISSING, AedState.IN_USE])
def test_a_device_that_is_broken_gone_or_in_use_is_not_usable_at_any_hour(state: AedState) -> None:
    verdict = is_usable(aed(state=state), NOON)
    assert (verdict.answer, verdict.reason) == (Answer.NO, state.value)


@pytest.mark.parametrize(
    ("hours", "access", "answer", "reason"),
    [
        ("24/7", "yes", Answer.UNKNOWN, "state_unknown"),
        ("", "yes", Answer.UNKNOWN, "state_unknown"),
        ("24/7", "private", Answer.NO, "access_private"),
        ("Mo-Fr 08:00-09:00", "yes", Answer.NO, "closed"),
    ],
)
def test_a_device_whose_state_is_not_understood_is_never_counted_on(
    hours: str, access: str, answer: Answer, reason: str
) -> None:
    unclear = aed(hours, access=access, state=AedState.UNKNOWN)
    verdict = is_usable(unclear, NOON)
    assert (verdict.answer, verdict.reason) == (answer, reason)
    assert usability(unclear)(NOON) is answer
    assert find_standing_answer(unclear) in {None, answer}


def test_hours_are_those_on_the_wall_when_the_clock_changes() -> None:
    office = aed("08:00-17:00")
    for day in (29, 30, 31):
        assert is_usable(office, vaduz(2025, 3, day, 8, 0)).answer is Answer.YES
        assert is_usable(office, vaduz(2025, 3, day, 7, 59)).answer is Answer.NO
    assert vaduz(2025, 3, 31, 8, 0) - vaduz(2025, 3, 29, 8, 0) == timedelta(hours=47)


@given(st.integers(1_577_836_800, 2_051_222_400).map(lambda epoch_s: datetime.fromtimestamp(epoch_s, tz=UTC)))
def test_the_zone_an_instant_is_written_in_does_not_matter(at: datetime) -> None:
    office = aed("Mo-Fr 08:00-12:00,13:30-17:00; PH off")
    assert is_usable(office, at) == is_usable(office, at.astimezone(SHANGHAI))


@given(st.text(max_size=40))
def test_any_text_for_opening_hours_has_an_answer(text: str) -> None:
    assert is_usable(aed(text), NOON).answer in Answer


def test_opening_hours_are_checked_with_an_example_of_the_syntax() -> None:
    assert checked_opening_hours("Mo-Fr 08:00-17:00; PH off") == "Mo-Fr 08:00-17:00; PH off"
    with pytest.raises(BadHours, match="Mo-Fr 08:00-17:00"):
        checked_opening_hours("Mo - Fr 7:00")


def test_an_officer_may_write_hours_in_words() -> None:
    assert checked_opening_hours("周一至周五 8:30-17:30，节假日除外") == "Mo-Fr 08:30-17:30; PH off"
    assert checked_opening_hours("täglich 9-20 Uhr") == "Mo-Su 09:00-20:00"


def test_hours_that_nobody_understood_are_shown_as_they_were_written() -> None:
    verdict = is_usable(replace(aed(""), hours_as_written="芝麻开门"), NOON)
    assert (verdict.answer, verdict.reason) == (Answer.UNKNOWN, "hours_unparseable")
    assert "芝麻开门" in verdict.text


@pytest.mark.parametrize(
    ("lon", "lat", "zone"),
    [
        (9.52, 47.14, "Europe/Vaduz"),
        (113.66, 34.75, "Asia/Shanghai"),
        (134.05, 34.34, "Asia/Tokyo"),
        (-2.35, 53.4, "Europe/London"),
        (-76.0, 36.8, "America/New_York"),
    ],
)
def test_a_place_knows_its_time_zone(lon: float, lat: float, zone: str) -> None:
    assert time_zone_at(lon, lat) == zone


@pytest.mark.parametrize("name", ["Vaduz", "", "../etc/passwd", "Europe/Nowhere"])
def test_a_time_zone_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(UnknownTimeZone, match="Asia/Shanghai"):
        get_time_zone(name)


READY = Rescuer(
    rescuer_id="r1",
    on_duty=True,
    certificates=(Certificate(kind="red_cross", valid_from=date(2024, 5, 1), valid_until=date(2027, 4, 30)),),
    home_lon=113.66,
    home_lat=34.75,
)


def shanghai(*when: int) -> datetime:
    return datetime(*when, tzinfo=SHANGHAI).astimezone(UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (shanghai(2024, 4, 30, 23, 59), "certificate_not_yet_valid"),
        (shanghai(2024, 5, 1, 0, 0), "ready_at_home"),
        (shanghai(2027, 4, 30, 23, 59), "ready_at_home"),
        (shanghai(2027, 5, 1, 0, 0), "certificate_expired"),
    ],
)
def test_a_certificate_counts_on_its_first_and_last_local_day(at: datetime, reason: str) -> None:
    verdict = is_dispatchable(READY, at)
    assert verdict.reason == reason
    assert (verdict.answer is Answer.YES) == (reason == "ready_at_home")


def test_the_local_day_is_that_of_the_service_area() -> None:
    at = shanghai(2027, 5, 1, 0, 30)
    assert is_dispatchable(READY, at, DispatchLimits(time_zone=ZoneInfo("UTC"))).answer is Answer.YES


def test_one_valid_certificate_among_expired_ones_is_enough() -> None:
    expired = Certificate(kind="cpr", valid_until=date(2020, 1, 1))
    both = replace(READY, certificates=(expired, *READY.certificates))
    assert is_dispatchable(both, shanghai(2025, 1, 1)).answer is Answer.YES


@pytest.mark.parametrize(
    ("rescuer", "reason"),
    [
        (replace(READY, on_duty=False), "off_duty"),
        (replace(READY, certificates=()), "no_certificate"),
        (replace(READY, home_lon=None, home_lat=None), "no_position"),
        (replace(READY, off_consent=True), "no_consent"),
        (replace(READY, erased_at=shanghai(2025, 1, 1)), "erased"),
    ],
)
def test_who_may_not_be_alerted_is_told_why(rescuer: Rescuer, reason: str) -> None:
    verdict = is_dispatchable(rescuer, shanghai(2025, 6, 1))
    assert (verdict.answer, verdict.reason) == (Answer.NO, reason)


def test_everything_in_the_way_is_told_at_once() -> None:
    at = shanghai(2027, 6, 1)
    nowhere = replace(READY, home_lon=None, home_lat=None)

    def reasons(rescuer: Rescuer) -> list[str]:
        return [verdict.reason for verdict in verdicts_on(rescuer, at)]

    assert reasons(replace(READY, on_duty=False)) == ["off_duty", "certificate_expired"]
    assert reasons(nowhere) == ["certificate_expired", "no_position"]
    # Off duty no position is kept, and without consent nothing else would help.
    assert reasons(replace(nowhere, on_duty=False)) == ["off_duty", "certificate_expired"]
    assert reasons(replace(nowhere, on_duty=False, off_consent=True)) == ["no_consent", "certificate_expired"]
    assert reasons(replace(READY, erased_at=at)) == ["erased"]
    assert [verdict.reason for verdict in verdicts_on(READY, shanghai(2026, 6, 1))] == ["ready_at_home"]


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(NaiveDatetime):
        is_dispatchable(READY, datetime(2025, 6, 1))  # noqa: DTZ001 -- the naive one is the point
    with pytest.raises(NaiveDatetime):
        is_usable(aed(), datetime(2025, 6, 1))  # noqa: DTZ001 -- the naive one is the point


@given(age_s=st.integers(-3600, 7200), accuracy_m=st.floats(0, 9000))
def test_a_position_is_the_fresh_and_accurate_presence_or_else_home_unless_the_person_is_elsewhere(
    age_s: int, accuracy_m: float
) -> None:
    at = shanghai(2025, 6, 1)
    presence = Presence(lon=113.7, lat=34.8, accuracy_m=accuracy_m, observed_at=at - timedelta(seconds=age_s))
    limits = DispatchLimits()
    is_fresh = -limits.clock_skew_s <= age_s <= limits.presence_max_age_s
    counts = is_fresh and accuracy_m <= limits.presence_max_accuracy_m
    # The home is 6.65 km from there.
    is_elsewhere = is_fresh and not counts and accuracy_m < 3_320
    if 3_310 < accuracy_m < 3_330:
        return

    position = position_of(replace(READY, presence=presence), at, limits)

    assert (position is None) == is_elsewhere
    if position is None:
        return
    assert position.at_home is not counts
    assert (position.lon, position.lat) == ((113.7, 34.8) if counts else (113.66, 34.75))
