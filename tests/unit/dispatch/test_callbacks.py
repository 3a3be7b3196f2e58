"""What 120 is told of an incident's events, and in which words."""

import json
from datetime import timedelta
from typing import Any

import pytest

from dispatch.callbacks.message import render
from dispatch.contracts.callback import CALLBACK_MESSAGE
from dispatch.core import commands as cmd
from dispatch.core import events as ev
from dispatch.core.callbacks import Callback, callbacks
from dispatch.core.candidates import Way
from tests.unit.dispatch.incident_story import INCIDENT, NOON, Story, Trip, call, candidates

NEAR = {"r0": 20.0, "r1": 140.0, "r2": 60.0}
FETCH: list[Trip] = [("r1", "aed-1", 30, 100)]


def ringing() -> Story:
    story = Story(candidates(NEAR, FETCH))
    story.tell(call())
    return story


def told(story: Story, events: list[ev.Event]) -> list[tuple[str, str]]:
    """(kind, reason) of every callback."""
    return [(one.kind.value, one.reason) for one in following(story, events)]


def following(story: Story, events: list[ev.Event]) -> list[Callback]:
    assert story.incident
    return callbacks(story.incident, events)


def data(story: Story, callback: Callback) -> dict[str, Any]:
    assert story.incident
    text = render(callback, story.incident, seq=1, at=story.now)
    CALLBACK_MESSAGE.validate_json(text)
    found: dict[str, Any] = json.loads(text)["data"]
    return found


def test_a_wave_is_one_callback_with_how_many_ring_and_how_near_they_are() -> None:
    story = Story(candidates(NEAR, FETCH))

    wave = following(story, story.tell(call()))

    assert [one.kind for one in wave] == ["alerted"]
    assert data(story, wave[0]) == {
        "cad_ref": "cad-1",
        "incident_id": INCIDENT,
        "seq": 1,
        "status": "alerting",
        "counts": {"ringing": 3, "on_the_way": 0, "on_scene": 0, "aeds_on_scene": 0},
        "wave": 0,
        "direct": 2,
        "fetch_aed": 1,
        "nearest_walk_time_s": 20.0,
    }


def test_a_fetcher_is_followed_from_accept_to_arrival_under_one_alert_id() -> None:
    story = ringing()
    steps = [following(story, story.answer("r1", answer))[0] for answer in ("accept", "aed_collected", "arrived")]

    assert [one.kind for one in steps] == ["accepted", "aed_collected", "arrived"]
    assert {one.alert_ids for one in steps} == {(story.alert_of("r1").alert_id,)}


def test_an_accept_says_when_the_responder_should_be_there() -> None:
    story = ringing()
    [accepted] = following(story, story.answer("r1", "accept"))

    said = data(story, accepted)

    assert said["eta_at"] == "2026-01-05T12:01:40Z"
    assert (said["role"], said["walk_time_s"], said["aed_id"]) == ("fetch_aed", 100.0, "aed-1")
    assert said["counts"] == {"ringing": 2, "on_the_way": 1, "on_scene": 0, "aeds_on_scene": 0}


def test_who_has_the_aed_in_hand_has_the_way_to_it_behind() -> None:
    story = ringing()
    story.answer("r1", "accept")
    story.now += timedelta(seconds=40)
    [collected] = following(story, story.answer("r1", "aed_collected"))

    said = data(story, collected)

    assert said["eta_at"] == "2026-01-05T12:01:50Z"
    assert said["carries_aed"] is True


def test_who_has_arrived_is_counted_at_the_scene_and_has_no_time_of_arrival_ahead() -> None:
    story = ringing()
    for answer in ("accept", "aed_collected"):
        story.answer("r1", answer)
    arrived = following(story, story.answer("r1", "arrived"))[0]

    said = data(story, arrived)

    assert said["eta_at"] is None
    assert said["counts"]["on_scene"] == said["counts"]["aeds_on_scene"] == 1


def test_a_responder_who_cannot_go_on_is_told() -> None:
    story = ringing()
    story.answer("r0", "accept")

    assert ("handed_back", "") in told(story, story.answer("r0", "decline"))


@pytest.mark.parametrize("answer", ["decline", "silence"])
def test_a_phone_that_does_not_help_is_not_told(answer: str) -> None:
    story = Story(candidates({"r0": 20.0, "r1": 30.0}))
    story.tell(call())
    story.answer("r1", "accept")

    events = story.answer("r0", "decline") if answer == "decline" else story.wait(30)

    assert told(story, events) == []


def test_nobody_near_is_told_once_while_the_search_goes_on_and_so_is_its_end() -> None:
    story = Story(candidates({}))

    assert told(story, story.tell(call())) == [("nobody_available", "")]
    assert told(story, story.wait(30)) == []
    assert told(story, story.wait(story.policy.search_limit_s)) == [("search_ended", "nobody_left")]


def test_everybody_called_off_for_one_reason_is_one_callback_that_parts_who_rang_from_who_was_on_the_way() -> None:
    story = ringing()
    story.answer("r0", "accept")

    off = following(story, story.tell(cmd.ReportAmbulance(incident_id=INCIDENT, cad_ref="cad-1")))

    assert [(one.kind, one.reason) for one in off] == [("stood_down", "ambulance_there")]
    said = data(story, off[0])
    assert (said["ringing_called_off"], said["responders_called_off"]) == (2, 1)
    assert said["status"] == "ambulance_there"


@pytest.mark.parametrize("near", [NEAR, {}])
def test_a_dispatchers_stand_down_is_told_as_one_whoever_was_left_and_closes_the_incident(
    near: dict[str, float],
) -> None:
    story = Story(candidates(near))
    story.tell(call())

    ended = following(
        story, story.tell(cmd.EndCall(incident_id=INCIDENT, cad_ref=None, reason="stood_down", reported_at=NOON))
    )

    assert [(one.kind, one.reason) for one in ended] == [("stood_down", "stood_down"), ("closed", "stood_down")]
    assert data(story, ended[0])["ringing_called_off"] == len(near)


def test_a_moved_patient_changes_the_time_of_arrival_of_those_on_the_way_only() -> None:
    story = ringing()
    story.answer("r0", "accept")
    ways = {
        story.alert_of(one).alert_id: way
        for one in ("r0", "r2")
        for way in [Way(walk_time_s=50.0, to_aed_s=None, straight_line=False)]
    }

    revised = following(story, story.tell(cmd.ReviseWays(ways=ways)))

    assert [(one.kind, one.alert_ids) for one in revised] == [("eta_changed", (story.alert_of("r0").alert_id,))]
    assert data(story, revised[0])["eta_at"] == "2026-01-05T12:00:50Z"


def test_a_need_for_attention_is_told_with_its_code() -> None:
    story = Story(candidates(NEAR))

    asked = following(story, story.tell(call(has_location=False, attention="bad_location")))

    assert [(one.kind, one.reason) for one in asked] == [("needs_attention", "bad_location")]
    assert data(story, asked[0])["reason"] == "bad_location"


def test_no_callback_names_a_rescuer() -> None:
    story = ringing()
    for rescuer_id, answer in (("r0", "accept"), ("r1", "accept"), ("r1", "aed_collected"), ("r0", "arrived")):
        story.answer(rescuer_id, answer)
    story.tell(cmd.EndCall(incident_id=INCIDENT, cad_ref=None, reason="cancelled", reported_at=NOON))

    texts = [json.dumps(data(story, one)) for one in following(story, story.events)]

    assert len(texts) > 5
    assert not [text for text in texts for rescuer_id in NEAR if f'"{rescuer_id}"' in text]
