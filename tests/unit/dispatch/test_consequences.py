"""Who is told what of an incident's events, and what stays promised."""

from datetime import timedelta

import pytest

from dispatch.core import commands as cmd
from dispatch.core import events as ev
from dispatch.core.consequences import DISPATCHERS, Notice, notices, rescuer_recipient, reserved
from tests.unit.dispatch.incident_story import INCIDENT, NOON, Story, Trip, call, candidates

NEAR = {"r0": 20.0, "r1": 40.0, "r2": 60.0}
FETCH: list[Trip] = [("r1", "aed-1", 30, 100)]
EVERYONE = {"rescuer:r0", "rescuer:r1", "rescuer:r2", "aed:aed-1"}


def ringing() -> Story:
    story = Story(candidates(NEAR, FETCH))
    story.tell(call())
    return story


def told(story: Story, events: list[ev.Event]) -> list[tuple[str, str, str]]:
    """(recipient, kind, reason) of every notice but the dispatchers'."""
    assert story.incident
    found = notices(story.incident, events)
    assert found[-1] == Notice(recipient=DISPATCHERS, kind="incident_changed")
    return [(notice.recipient, notice.kind, notice.reason) for notice in found[:-1]]


def held(story: Story) -> frozenset[str]:
    assert story.incident
    return reserved(story.incident)


def end() -> cmd.EndCall:
    return cmd.EndCall(incident_id=INCIDENT, cad_ref="cad-1", reported_at=NOON, reason="cancelled")


def test_everyone_alerted_is_rung_once_and_dispatchers_are_told_last() -> None:
    story = Story(candidates(NEAR, FETCH))

    events = story.tell(call())

    assert told(story, events) == [(rescuer_recipient(one), "alert", "") for one in ("r0", "r1", "r2")]
    assert held(story) == EVERYONE


def test_who_accepts_is_given_the_assignment() -> None:
    story = ringing()

    assert told(story, story.answer("r1", "accept")) == [("rescuer:r1", "assignment", "accepted")]
    assert held(story) == EVERYONE


def test_who_declines_is_told_nothing_more_and_is_free_with_the_aed() -> None:
    story = ringing()

    assert told(story, story.answer("r1", "decline")) == []
    assert held(story) == {"rescuer:r0", "rescuer:r2"}


def test_who_stays_silent_is_told_that_the_ringing_is_over() -> None:
    story = ringing()
    story.around = candidates({})

    events = story.wait(30)

    assert set(told(story, events)) == {(rescuer_recipient(one), "alert_ended", "timed_out") for one in NEAR}
    assert held(story) == frozenset()


def test_the_end_of_a_call_is_told_to_all_who_ring_or_walk_with_its_reason() -> None:
    story = ringing()
    story.answer("r0", "accept")
    story.answer("r2", "decline")

    events = story.tell(end())

    assert set(told(story, events)) == {(rescuer_recipient(one), "alert_ended", "cancelled") for one in ("r0", "r1")}
    assert held(story) == frozenset()


def test_a_moved_patient_is_told_to_those_on_the_way_and_not_to_phones_that_ring() -> None:
    story = ringing()
    story.answer("r0", "accept")

    events = story.tell(call(created=False, reported_at=NOON + timedelta(seconds=9), moved_m=50.0))

    assert told(story, events) == [("rescuer:r0", "assignment", "patient_moved")]


def test_an_aed_is_promised_from_the_ringing_until_it_hangs_again_and_its_carrier_only_until_done() -> None:
    story = ringing()
    for answer in ("accept", "aed_collected", "arrived", "done"):
        story.answer("r1", answer)
    after_done = held(story)
    story.tell(end())
    after_end = held(story)
    story.tell(cmd.ConfirmAedReturned(alert_id=story.alert_of("r1").alert_id))

    assert "rescuer:r1" not in after_done
    assert "aed:aed-1" in after_done
    assert after_end == {"aed:aed-1"}
    assert held(story) == frozenset()


@pytest.mark.parametrize("answers", [[], ["accept"]])
def test_an_aed_that_was_never_taken_is_free_when_its_fetcher_is_called_off(answers: list[str]) -> None:
    story = ringing()
    for answer in answers:
        story.answer("r1", answer)

    story.tell(cmd.ReportAmbulance(incident_id=INCIDENT, cad_ref="cad-1"))

    assert "aed:aed-1" not in held(story)


def test_dispatchers_are_told_of_every_change_even_where_no_volunteer_is() -> None:
    story = Story(candidates({}))

    assert told(story, story.tell(call())) == []
