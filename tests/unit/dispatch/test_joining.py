"""Two calls for one patient: the second waits, and is joined; two patients are rung for all the same."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch.core import commands as cmd
from dispatch.core.joining import ANOTHER_NEAR
from dispatch.core.refusals import Refused
from tests.unit.dispatch.incident_story import INCIDENT, NOON, Story, call, candidates, kinds

NEAR = cmd.Neighbour("other", 9.04, True)


def story() -> Story:
    return Story(candidates({f"r{number}": 20.0 + number for number in range(9)}))


def ended(cad_ref: str | None, integration: str = "120") -> cmd.EndCall:
    return cmd.EndCall(
        incident_id=INCIDENT, cad_ref=cad_ref, integration=integration, reported_at=NOON, reason="closed"
    )


def test_a_call_beside_one_for_which_people_come_rings_nobody_and_says_so() -> None:
    """FAULTS A8: two callers 9 m and 1 s apart had 5 and 4 people rung."""
    second = story()

    events = second.tell(call(near=NEAR))

    assert second.alerted == []
    assert kinds(events)[-2:] == ["SearchPutOff", "AttentionRaised"]
    assert second.incident
    assert (second.incident.attention, second.incident.beside, second.incident.beside_m) == (ANOTHER_NEAR, "other", 9.0)


def test_it_rings_by_itself_where_no_dispatcher_says_anything_for_a_minute() -> None:
    second = story()
    second.tell(call(near=NEAR))
    second.tell(call(near=NEAR, created=False, reported_at=NOON + timedelta(seconds=30), moved_m=1.0))
    assert second.wait(59) == [], "another word of 120 does not make it wait longer"

    second.wait(1)

    assert len(second.alerted) == 7
    assert second.incident
    assert second.incident.attention == ANOTHER_NEAR, "a dispatcher still has to look"


def test_it_rings_at_once_when_a_dispatcher_says_that_it_is_another_patient() -> None:
    second = story()
    second.tell(call(near=NEAR))

    second.tell(cmd.TakeUpSearch())
    again = second.tell(call(near=NEAR, created=False, reported_at=NOON + timedelta(seconds=30), moved_m=1.0))

    assert len(second.alerted) == 7
    assert second.incident
    assert second.incident.attention is None
    assert "AttentionRaised" not in kinds(again), "said once"


def test_it_rings_at_once_when_the_other_is_over() -> None:
    second = story()
    second.tell(call(near=NEAR))
    second.now += timedelta(seconds=5)

    second.tell(cmd.ReachDeadline(neighbour_over=True))

    assert len(second.alerted) == 7


def test_it_rings_at_once_when_it_turns_out_to_be_elsewhere() -> None:
    second = story()
    second.tell(call(near=NEAR))

    second.tell(call(created=False, reported_at=NOON + timedelta(seconds=5), moved_m=400.0))

    assert len(second.alerted) == 7


def test_beside_a_call_for_which_nobody_comes_it_rings_at_once_and_a_dispatcher_looks_all_the_same() -> None:
    second = story()

    second.tell(call(near=replace(NEAR, is_served=False)))

    assert len(second.alerted) == 7
    assert second.incident
    assert second.incident.attention == ANOTHER_NEAR


def test_a_call_that_is_joined_calls_its_people_off_and_is_over() -> None:
    second = story()
    second.tell(call(near=replace(NEAR, is_served=False)))

    events = second.tell(cmd.JoinTo(incident_id="other", at=NOON))

    assert kinds(events).count("AlertWithdrawn") == 7
    assert second.incident
    assert (second.incident.closed, second.incident.joined_to) == ("duplicate", "other")
    assert second.tell(cmd.JoinTo(incident_id="other", at=NOON)) == [], "said twice it counts once"
    with pytest.raises(Refused, match="closed already"):
        second.tell(cmd.TakeUpSearch())


def test_of_two_calls_that_are_one_120_must_end_both() -> None:
    first = story()
    first.tell(call())
    first.tell(cmd.TakeIn(incident_id="second", cad_ref="cad-2", integration="120"))

    one = first.tell(ended("cad-1"))
    again = first.tell(ended("cad-1"))

    assert kinds(one) == ["ReferenceEnded"]
    assert again == []
    assert first.incident
    assert first.incident.closed is None
    first.tell(ended("cad-2"))
    assert first.incident.closed == "closed"


def test_a_dispatcher_ends_all_calls_of_an_incident() -> None:
    first = story()
    first.tell(call())
    first.tell(cmd.TakeIn(incident_id="second", cad_ref="cad-2", integration="120"))

    first.tell(ended(None))

    assert first.incident
    assert first.incident.closed == "closed"


def test_a_call_out_of_a_queue_whose_end_is_right_behind_it_rings_nobody() -> None:
    """FAULTS A13: a centre that sent its outbox after an outage rang 84 alarms and called them off again."""
    told = story()
    told.tell(call(reported_at=NOON - timedelta(minutes=20)))
    told.now += timedelta(milliseconds=300)
    told.tell(ended("cad-1"))

    assert told.alerted == []
    assert told.incident
    assert told.incident.closed == "closed"


def test_a_call_out_of_a_queue_that_goes_on_rings_after_two_seconds() -> None:
    told = story()
    told.tell(call(reported_at=NOON - timedelta(minutes=20)))
    assert told.wait(1) == []

    events = told.wait(1)

    assert kinds(events)[0] == "SearchTakenUp"
    assert len(told.alerted) == 7
