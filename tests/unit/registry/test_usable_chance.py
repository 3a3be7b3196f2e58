"""How likely an AED is usable: between nothing and certain, and never more for worse news."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.devices.usable_chance import (
    AFTER_A_YEAR,
    BATTERY_EXPIRED,
    INSPECTED,
    PADS_EXPIRED,
    REPORTED,
    TOLD,
    Evidence,
    usable_chance,
)
from registry.models import AedState

TODAY = date(2026, 4, 5)
FRESH = Evidence(state=AedState.IN_SERVICE, inspected_on=TODAY)
days = st.dates(date(1990, 1, 1), date(2100, 12, 31))
known = st.builds(
    Evidence,
    state=st.sampled_from(AedState),
    retired=st.booleans(),
    inspected_on=st.none() | days,
    told_on=st.none() | days,
    adult_pads_expire_on=st.none() | days,
    child_pads_expire_on=st.none() | days,
    battery_expires_on=st.none() | days,
    check_due_on=st.none() | days,
    confirmation_due_on=st.none() | days,
    reports=st.dictionaries(st.sampled_from([*REPORTED, "new"]), st.integers(0, 9)),
)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def value(evidence: Evidence) -> float:
    return usable_chance(evidence, TODAY).value


def codes(evidence: Evidence) -> list[str]:
    return [one.code for one in usable_chance(evidence, TODAY).factors]


def test_one_that_was_found_ready_today_is_nearly_certain_and_a_year_later_as_good_as_those_that_are_inspected() -> (
    None
):
    assert value(FRESH) == pytest.approx(INSPECTED)
    assert value(replace(FRESH, inspected_on=ago(365))) == pytest.approx(AFTER_A_YEAR)


def test_a_keepers_word_raises_the_chance_again() -> None:
    old = replace(FRESH, inspected_on=ago(400))
    assert value(replace(old, told_on=TODAY)) == pytest.approx(TOLD)
    assert value(old) < TOLD
    assert codes(replace(old, told_on=TODAY)) == ["told"]


def test_of_one_of_which_nobody_has_spoken_least_is_known() -> None:
    silent = Evidence(state=AedState.IN_SERVICE)
    assert codes(silent) == ["nobody_lately"]
    assert value(silent) == pytest.approx(value(replace(FRESH, inspected_on=ago(9_000))))
    assert 0 < value(silent) < AFTER_A_YEAR


@pytest.mark.parametrize("state", [AedState.OUT_OF_SERVICE, AedState.MISSING, AedState.IN_USE])
def test_what_is_known_to_be_unusable_has_no_chance(state: AedState) -> None:
    assert value(replace(FRESH, state=state)) == 0
    assert value(replace(FRESH, retired=True)) == 0


def test_expired_pads_and_battery_are_warned_of_and_lock_nothing_out() -> None:
    expired = replace(FRESH, adult_pads_expire_on=ago(1), battery_expires_on=ago(1), child_pads_expire_on=ago(1))
    assert value(expired) == pytest.approx(INSPECTED * PADS_EXPIRED * BATTERY_EXPIRED)
    assert usable_chance(expired, TODAY).warnings == ("pads_expired", "child_pads_expired", "battery_expired")


def test_the_day_on_the_label_still_counts() -> None:
    last_day = replace(FRESH, adult_pads_expire_on=TODAY, check_due_on=TODAY, confirmation_due_on=TODAY)
    assert value(last_day) == pytest.approx(INSPECTED)
    assert usable_chance(last_day, TODAY).warnings == ("pads_soon_expired",)


def test_what_an_officer_should_see_to_is_warned_of() -> None:
    due = replace(FRESH, check_due_on=ago(1), confirmation_due_on=ago(1), reports={"missing": 1, "other": 0})
    assert usable_chance(due, TODAY).warnings == ("check_overdue", "confirmation_overdue", "problems_reported")
    assert codes(due) == ["inspected", "reported_missing"]


@given(known, days)
def test_a_chance_is_between_nothing_and_certain_and_the_product_of_its_reasons(
    evidence: Evidence, today: date
) -> None:
    chance = usable_chance(evidence, today)
    product = 1.0
    for one in chance.factors:
        product *= one.factor
    assert 0 <= chance.value <= 1
    assert chance.value == pytest.approx(product)
    assert len({one.code for one in chance.factors}) == len(chance.factors)


@given(known, st.integers(0, 5_000), st.integers(0, 5_000))
def test_nothing_gets_likelier_by_waiting(evidence: Evidence, soon: int, later: int) -> None:
    today = max(day for day in (TODAY, evidence.inspected_on, evidence.told_on) if day is not None)
    soon, later = sorted((soon, later))
    first, second = (usable_chance(evidence, today + timedelta(days=days)).value for days in (soon, later))
    assert second <= first + 1e-12


@given(known, st.sampled_from(list(REPORTED)))
def test_one_more_report_never_makes_it_likelier(evidence: Evidence, kind: str) -> None:
    more = {**evidence.reports, kind: evidence.reports.get(kind, 0) + 1}
    assert value(replace(evidence, reports=more)) <= value(evidence)


@given(known, days)
def test_a_look_never_makes_it_less_likely(evidence: Evidence, day: date) -> None:
    looked = max(day, evidence.inspected_on or day)
    assert value(replace(evidence, inspected_on=looked)) >= value(evidence) - 1e-12
