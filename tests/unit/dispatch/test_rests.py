"""Who is left alone after a no, or after going to a call, and who is rung all the same."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.core import commands as cmd
from dispatch.core.policy import Policy, Wanted, budgets, choose, plan_alerts
from dispatch.core.rests import Rest, RestKind, rests_of
from dispatch.incidents.live import Rests
from tests.unit.dispatch.incident_story import INCIDENT, NOON, Story, call, candidates

POLICY = Policy(decline_rest_s=300, rest_s=3600)
PEOPLE = [f"r{number}" for number in range(8)]
seconds = st.floats(1, 900, width=32)
directs = st.dictionaries(st.sampled_from(PEOPLE), seconds, max_size=len(PEOPLE))
trips = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(["a", "b"]), seconds, seconds).map(
        lambda trip: (trip[0], trip[1], min(trip[2:]), max(trip[2:]))
    ),
    max_size=6,
)


def story() -> Story:
    told = Story(candidates({"r0": 50.0, "r1": 100.0}), policy=POLICY)
    told.tell(call())
    return told


def rests_after(told: Story, command: cmd.Command | None = None, *, answer: str = "") -> dict[str, RestKind]:
    before = told.incident
    events = told.tell(command) if command else told.answer("r0", answer)
    assert told.incident is not None
    return {one.rescuer_id: one.kind for one in rests_of(before, told.incident, events, told.now, POLICY)}


def test_who_says_no_is_left_alone_and_so_is_who_hands_back() -> None:
    assert rests_after(story(), answer="decline") == {"r0": RestKind.DECLINED}

    accepted = story()
    accepted.answer("r0", "accept")
    assert rests_after(accepted, answer="decline") == {"r0": RestKind.DECLINED}


def test_who_was_with_a_patient_rests_and_silence_is_no_answer() -> None:
    told = story()
    told.answer("r0", "accept")
    told.answer("r0", "arrived")
    told.now += timedelta(seconds=31)

    assert rests_after(told, cmd.ReachDeadline()) == {}
    assert rests_after(told, answer="done") == {"r0": RestKind.WENT}


@pytest.mark.parametrize(
    ("reason", "arrived", "rests"),
    [
        ("closed", False, True),
        ("stood_down", False, True),
        ("cancelled", False, False),
        ("duplicate", False, False),
        ("cancelled", True, True),
    ],
)
def test_who_is_called_off_rests_unless_there_was_nothing_to_go_to(reason: str, arrived: bool, rests: bool) -> None:
    told = story()
    told.answer("r0", "accept")
    if arrived:
        told.answer("r0", "arrived")
    end = cmd.EndCall(incident_id=INCIDENT, cad_ref="cad-1", reported_at=NOON, reason=reason)

    assert rests_after(told, end) == ({"r0": RestKind.WENT} if rests else {})


@pytest.mark.parametrize(("arrived", "reason"), [(True, "closed"), (True, "cancelled"), (False, "closed")])
def test_a_city_may_lock_out_whoever_was_with_a_patient(arrived: bool, reason: str) -> None:
    told = story()
    told.answer("r0", "accept")
    if arrived:
        told.answer("r0", "arrived")
    before = told.incident
    events = told.tell(cmd.EndCall(incident_id=INCIDENT, cad_ref="cad-1", reported_at=NOON, reason=reason))

    assert told.incident is not None
    locked = Policy(rest_s=0, lock_out_s=86_400)
    day_later = told.now + timedelta(days=1)
    assert rests_of(before, told.incident, events, told.now, locked) == (
        (Rest(rescuer_id="r0", kind=RestKind.LOCKED_OUT, until=day_later),) if arrived else ()
    )
    assert RestKind.LOCKED_OUT not in {one.kind for one in rests_of(before, told.incident, events, told.now, Policy())}


def test_a_rest_of_no_length_is_none() -> None:
    told = story()
    before = told.incident
    events = told.answer("r0", "decline")

    assert told.incident is not None
    assert rests_of(before, told.incident, events, told.now, Policy(decline_rest_s=0, rest_s=0)) == ()


def test_a_rest_ends_and_a_shorter_one_does_not_cut_a_longer_one_short() -> None:
    rests = Rests()
    for until_s in (60, 20):
        rests.take([Rest(rescuer_id="r0", kind=RestKind.DECLINED, until=NOON + timedelta(seconds=until_s))])

    assert rests.at(RestKind.DECLINED, NOON + timedelta(seconds=59)) == {"r0"}
    assert rests.at(RestKind.WENT, NOON) == frozenset()
    assert rests.at(RestKind.DECLINED, NOON + timedelta(seconds=60)) == frozenset()


def wanted(cap_s: float) -> Wanted:
    return Wanted(wave=0, cap_s=cap_s, direct=3, fetch=2, total=4, excluded_rescuers=frozenset({"r7"}))


@given(directs, trips, st.frozensets(st.sampled_from(PEOPLE)), st.floats(120, 900))
def test_who_rests_is_rung_only_by_a_wave_that_finds_nobody_else_and_never_keeps_anybody_from_being_rung(
    direct: dict[str, float], offered: list[tuple[str, str, float, float]], resting: frozenset[str], cap_s: float
) -> None:
    around, search = candidates(direct, offered), wanted(cap_s)
    plan = plan_alerts(POLICY, search, replace(around, resting=resting))
    as_if_nobody_rested = plan_alerts(POLICY, search, around)

    assert plan.wave == as_if_nobody_rested.wave, "nobody is reached later because somebody rests"
    assert bool(plan.alerts) == bool(as_if_nobody_rested.alerts)
    rung = {alert.rescuer_id for alert in plan.alerts}
    if rung & resting:
        others = replace(search, excluded_rescuers=search.excluded_rescuers | resting)
        assert choose(others, around, *budgets(POLICY, plan.wave, cap_s)) == ()
    assert "r7" not in rung


@given(directs, trips, st.frozensets(st.sampled_from(PEOPLE)))
def test_where_others_can_go_the_plan_is_as_if_those_who_rest_were_not_there(
    direct: dict[str, float], offered: list[tuple[str, str, float, float]], resting: frozenset[str]
) -> None:
    search = wanted(900)
    plan = plan_alerts(POLICY, search, replace(candidates(direct, offered), resting=resting))
    if plan.alerts and not {alert.rescuer_id for alert in plan.alerts} & resting:
        without = candidates(
            {one: walk_s for one, walk_s in direct.items() if one not in resting},
            [trip for trip in offered if trip[0] not in resting],
        )
        assert plan.alerts == plan_alerts(POLICY, search, without).alerts
