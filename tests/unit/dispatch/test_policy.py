"""Whom the policy rings, in which role, with which AED."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from dispatch.core.events import Role
from dispatch.core.policy import Policy, Wanted, budgets, plan_alerts
from tests.unit.dispatch.incident_story import Trip, candidates

POLICY = Policy()


def wanted(**changes: object) -> Wanted:
    fields: dict[str, object] = {
        "wave": 0,
        "cap_s": 600.0,
        "direct": 7,
        "fetch": 3,
        "total": 7,
        "excluded_rescuers": frozenset(),
    }
    return Wanted(**{**fields, **changes})  # type: ignore[arg-type]


def test_the_fastest_hands_go_straight_even_where_they_would_also_be_the_fastest_to_fetch() -> None:
    plan = plan_alerts(POLICY, wanted(), candidates({"near": 60, "far": 200}, [("near", "aed", 30, 110)]))

    assert [(alert.rescuer_id, alert.role) for alert in plan.alerts] == [
        ("near", Role.DIRECT),
        ("far", Role.DIRECT),
    ]


def test_the_quickest_trip_brings_an_aed_and_nobody_else_is_sent_to_the_same_one() -> None:
    trips: list[Trip] = [("b", "aed-1", 50, 200), ("c", "aed-1", 40, 190), ("c", "aed-2", 90, 260)]
    plan = plan_alerts(POLICY, wanted(), candidates({"a": 60, "b": 100, "c": 120}, trips))

    fetching = [(alert.rescuer_id, alert.aed_id) for alert in plan.alerts if alert.role is Role.FETCH_AED]

    assert fetching == [("c", "aed-1")]
    assert [alert.rescuer_id for alert in plan.alerts if alert.role is Role.DIRECT] == ["a", "b"]


def test_of_aeds_that_may_be_one_only_one_is_fetched_and_promised_with_the_others() -> None:
    trips: list[Trip] = [("b", "city", 50, 200), ("c", "osm", 40, 210), ("d", "far", 90, 260)]
    around = candidates({"a": 60, "b": 100, "c": 120, "d": 140}, trips)
    doubles = {"city": frozenset({"osm"}), "osm": frozenset({"city"})}
    plan = plan_alerts(POLICY, wanted(), replace(around, aed_doubles=doubles))

    fetching = [(alert.aed_id, alert.aed_doubles) for alert in plan.alerts if alert.role is Role.FETCH_AED]

    assert fetching == [("city", ("osm",)), ("far", ())]


def test_an_empty_wave_costs_no_waiting_but_goes_on_to_the_next() -> None:
    plan = plan_alerts(POLICY, wanted(), candidates({"far": 400}))

    assert plan.wave == 2
    assert plan.direct_budget_s == 480
    assert [alert.rescuer_id for alert in plan.alerts] == ["far"]


def test_nobody_is_rung_who_would_come_after_the_ambulance() -> None:
    plan = plan_alerts(POLICY, wanted(cap_s=300.0), candidates({"late": 310}))

    assert plan.alerts == ()
    assert plan.direct_budget_s == 300


@given(st.integers(0, 20), st.floats(60, 3600))
def test_budgets_widen_by_the_wave_and_never_pass_the_ambulance(wave: int, cap_s: float) -> None:
    now, after = budgets(POLICY, wave, cap_s), budgets(POLICY, wave + 1, cap_s)

    assert all(narrow <= wide <= cap_s for narrow, wide in zip(now, after, strict=True))


names = st.integers(0, 14).map(lambda number: f"r{number}")
seconds = st.floats(1, 900)


@given(
    direct=st.dictionaries(names, seconds),
    trips=st.lists(st.tuples(names, st.integers(0, 5).map(lambda number: f"aed{number}"), seconds, seconds)),
    excluded=st.frozensets(names, max_size=4),
    total=st.integers(1, 8),
)
def test_no_plan_rings_anybody_twice_or_promises_an_aed_twice_or_breaks_a_budget(
    direct: dict[str, float], trips: list[Trip], excluded: frozenset[str], total: int
) -> None:
    plan = plan_alerts(POLICY, wanted(total=total, excluded_rescuers=excluded), candidates(direct, trips))

    rescuers = [alert.rescuer_id for alert in plan.alerts]
    aeds = [alert.aed_id for alert in plan.alerts if alert.aed_id]
    assert len(rescuers) == len(set(rescuers)) <= total
    assert len(aeds) == len(set(aeds)) <= 3
    assert not excluded & set(rescuers)
    for alert in plan.alerts:
        budget_s = plan.direct_budget_s if alert.role is Role.DIRECT else plan.fetch_budget_s
        assert alert.walk_time_s <= budget_s
