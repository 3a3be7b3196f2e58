"""A dispatcher adds somebody or calls somebody off, and the machine goes on around it."""

import pytest

from dispatch.core import commands as cmd
from dispatch.core import events as ev
from dispatch.core.candidates import Way
from dispatch.core.commands import CallOff, CallOffReason
from dispatch.core.consequences import aed_key, rescuer_key
from dispatch.core.incident import AlertStatus
from dispatch.core.policy import Policy
from dispatch.core.reasons import explain
from dispatch.core.refusals import Refused
from tests.unit.dispatch.incident_story import INCIDENT, NOON, Story, Trip, added, call, candidates, kinds

FETCH = {
    "role": ev.Role.FETCH_AED,
    "aed_id": "aed",
    "way": Way(walk_time_s=200.0, to_aed_s=80.0, straight_line=False),
}


def story_of(direct: dict[str, float], trips: list[Trip] | None = None, **policy: int) -> Story:
    story = Story(candidates(direct, trips or []), policy=Policy(**policy))  # type: ignore[arg-type]
    story.tell(call())
    return story


def status(story: Story, rescuer_id: str) -> AlertStatus:
    return story.alert_of(rescuer_id).status


def refusal(story: Story, command: cmd.Command) -> str:
    before = story.incident
    with pytest.raises(Refused) as refused:
        story.tell(command)
    assert story.incident is before
    return refused.value.code


def test_who_is_added_rings_like_any_other_and_the_timeline_says_by_hand() -> None:
    story = story_of({"near": 30})

    events = story.tell(added("chosen", **FETCH))
    story.answer("chosen", "accept")

    assert kinds(events) == ["RescuerAlerted"]
    assert status(story, "chosen") is AlertStatus.ACCEPTED
    assert story.alert_of("chosen").aed_id == "aed"
    reasons = explain([(event, NOON) for event in story.events])
    assert [one.code for one in reasons if one] == ["first_search", "fastest_hands", "by_hand"]


def test_adding_somebody_ends_the_word_that_nobody_is_available() -> None:
    story = story_of({})
    assert story.incident is not None
    before = story.incident.status

    story.tell(added("chosen"))

    assert before == "nobody_available"
    assert story.incident.status == "alerting"


def test_the_rule_goes_on_with_its_waves_around_who_was_added() -> None:
    story = story_of({"near": 30})
    story.tell(added("chosen"))
    story.around = candidates({"later": 200})
    story.wait(31)

    assert story.alerted == ["near", "chosen", "later"]


def test_the_rule_rings_as_many_fewer_as_a_dispatcher_has_added() -> None:
    story = story_of({}, alerts=2)
    story.wait(20)
    story.tell(added("chosen"))
    story.around = candidates({"near": 30, "next": 60})
    story.wait(10)
    while_it_rings = list(story.alerted)
    story.wait(20)

    assert while_it_rings == ["chosen", "near"]

    # "chosen" stayed silent, so that both places are free again.
    assert story.alerted == ["chosen", "near", "next"]


def test_enough_help_at_the_patients_side_does_not_call_off_whom_a_dispatcher_added() -> None:
    story = story_of({"one": 30, "two": 40, "three": 50}, [("four", "aed1", 20, 60)], hands_wanted=2)
    story.tell(added("chosen"))
    for rescuer_id in ("one", "two", "four", "chosen"):
        story.answer(rescuer_id, "accept")
    for rescuer_id in ("one", "two"):
        story.answer(rescuer_id, "arrived")

    assert status(story, "three") is AlertStatus.WITHDRAWN
    assert status(story, "chosen") is AlertStatus.ACCEPTED


def test_the_ambulance_and_the_end_of_the_call_call_off_whom_a_dispatcher_added() -> None:
    for end in (
        cmd.ReportAmbulance(incident_id=INCIDENT, cad_ref="cad-1"),
        cmd.EndCall(incident_id=INCIDENT, cad_ref="cad-1", reported_at=NOON, reason="closed"),
    ):
        story = story_of({})
        story.tell(added("chosen"))
        story.tell(end)
        assert status(story, "chosen") is AlertStatus.WITHDRAWN


def test_somebody_who_stayed_silent_can_be_rung_again_by_hand_and_only_so_while_others_come() -> None:
    story = story_of({"silent": 30, "coming": 40})
    story.answer("coming", "accept")
    story.wait(31)
    by_the_rule = story.alerted.count("silent")
    story.tell(added("silent"))

    assert by_the_rule == 1
    assert story.alerted.count("silent") == 2
    assert status(story, "silent") is AlertStatus.RINGING


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"rescuer_id": "near"}, "already_alerted"),
        ({"promised": frozenset({rescuer_key("chosen")})}, "promised_elsewhere"),
        ({**FETCH, "promised": frozenset({aed_key("aed")})}, "aed_promised"),
        ({**FETCH, "aed_id": "aed1"}, "aed_promised"),
        ({**FETCH, "aed_id": None}, "no_aed_in_reach"),
        ({"way": None}, "no_way"),
        ({"objections": ("erased", "off_duty")}, "erased"),
        ({"objections": ("off_duty", "no_consent")}, "no_consent"),
    ],
)
def test_what_not_even_force_makes_possible(changes: dict[str, object], code: str) -> None:
    story = story_of({"near": 30}, [("fetcher", "aed1", 20, 60)])

    assert refusal(story, added(**{"rescuer_id": "chosen", **changes})) == code  # type: ignore[arg-type]
    assert refusal(story, added(**{"rescuer_id": "chosen", **changes, "force": True})) == code  # type: ignore[arg-type]


def test_what_the_rule_objects_to_needs_force() -> None:
    story = story_of({})

    assert refusal(story, added("chosen", objections=("off_duty", "not_reachable"))) == "off_duty"
    story.tell(added("chosen", objections=("off_duty", "not_reachable"), force=True))
    assert status(story, "chosen") is AlertStatus.RINGING


def test_nobody_is_added_where_there_is_no_place_an_ambulance_or_an_end() -> None:
    unlocated = Story(candidates({}))
    unlocated.tell(call(has_location=False))
    there, closed = story_of({}), story_of({})
    there.tell(cmd.ReportAmbulance(incident_id=INCIDENT, cad_ref="cad-1"))
    closed.tell(cmd.EndCall(incident_id=INCIDENT, cad_ref="cad-1", reported_at=NOON, reason="closed"))

    assert refusal(unlocated, added("chosen")) == "no_location"
    assert refusal(there, added("chosen")) == "ambulance_there"
    assert refusal(closed, added("chosen")) == "incident_closed"


@pytest.mark.parametrize("answered", [False, True])
def test_who_is_called_off_is_replaced_unless_nobody_was_needed(answered: bool) -> None:
    for reason in CallOffReason:
        story = story_of({"near": 30})
        if answered:
            story.answer("near", "accept")
        story.around = candidates({"next": 60})
        events = story.tell(CallOff(alert_id=story.alert_of("near").alert_id, reason=reason))

        assert kinds(events)[0] == ("ResponderStoodDown" if answered else "AlertWithdrawn")
        assert ("next" in story.alerted) is (reason is not CallOffReason.NOT_NEEDED)


def test_called_off_twice_counts_once_and_what_is_over_is_refused() -> None:
    story = story_of({"near": 30, "next": 60})
    off = CallOff(alert_id=story.alert_of("near").alert_id)
    story.answer("next", "decline")

    assert story.tell(off)
    assert story.tell(off) == []
    assert refusal(story, CallOff(alert_id=story.alert_of("next").alert_id)) == "alert_over"
    assert refusal(story, CallOff(alert_id="nothing")) == "unknown_alert"


def test_somebody_at_the_patients_side_can_be_called_off_too_and_their_aed_stays_theirs_until_it_hangs_again() -> None:
    story = story_of({}, [("fetcher", "aed", 20, 60)])
    for word in ("accept", "aed_collected", "arrived"):
        story.answer("fetcher", word)
    story.tell(CallOff(alert_id=story.alert_of("fetcher").alert_id, reason=CallOffReason.UNSAFE))

    assert status(story, "fetcher") is AlertStatus.STOOD_DOWN
    assert refusal(story, added("chosen", **FETCH)) == "aed_promised"
