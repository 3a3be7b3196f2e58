"""Why somebody was rung, told afterwards from the events alone."""

from datetime import timedelta

from dispatch.core import commands as cmd
from dispatch.core import events as ev
from dispatch.core.reasons import Reason, explain
from tests.unit.dispatch.incident_story import NOON, Story, call, candidates


def told(story: Story) -> list[tuple[str, Reason | None]]:
    reasons = explain([(event, NOON) for event in story.events])
    return [(type(event).__name__, reason) for event, reason in zip(story.events, reasons, strict=True)]


def searches(story: Story) -> list[str]:
    return [reason.code for kind, reason in told(story) if kind == "SearchMade" and reason]


def alerts(story: Story) -> dict[str, Reason | None]:
    reasons = explain([(event, NOON) for event in story.events])
    return {
        event.rescuer_id: reason
        for event, reason in zip(story.events, reasons, strict=True)
        if isinstance(event, ev.RescuerAlerted)
    }


def test_each_of_a_wave_has_a_reason_with_its_place_among_those_of_its_role() -> None:
    story = Story(candidates({"near": 30, "next": 60, "far": 90, "fetch": 200}, [("fetch", "aed", 50, 150)]))
    story.tell(call())

    assert alerts(story) == {
        "near": Reason(code="fastest_hands", rank=1, of=3, budget_s=240.0),
        "fetch": Reason(code="quickest_aed", rank=1, of=1, budget_s=360.0),
        "next": Reason(code="more_hands", rank=2, of=3, budget_s=240.0),
        "far": Reason(code="more_hands", rank=3, of=3, budget_s=240.0),
    }
    assert searches(story) == ["first_search"]


def test_who_replaces_hands_that_said_no_is_the_fastest_again() -> None:
    story = Story(candidates({"near": 30}))
    story.tell(call())
    story.around = candidates({"next": 60})
    story.answer("near", "decline")

    assert alerts(story)["next"] == Reason(code="fastest_hands", rank=1, of=1, budget_s=240.0)
    assert searches(story) == ["first_search", "somebody_declined"]


def test_a_search_says_what_set_it_off() -> None:
    story = Story(candidates({}))
    story.tell(call())
    story.wait(30)
    story.tell(call(reported_at=NOON + timedelta(seconds=40), moved_m=80.0, ambulance_eta_at=NOON + timedelta(hours=1)))

    assert searches(story) == ["first_search", "wave_ended", "place_changed"]


def test_a_search_in_place_of_somebody_who_was_not_reached_says_so() -> None:
    story = Story(candidates({"gone": 30}))
    story.tell(call())
    story.around = candidates({"next": 60})
    story.wait(4, gone=["gone"])

    assert searches(story) == ["first_search", "somebody_was_not_reached"]
    assert alerts(story)["next"] == Reason(code="fastest_hands", rank=1, of=1, budget_s=240.0)


def test_a_search_for_somebody_who_came_says_so() -> None:
    story = Story(candidates({}))
    story.tell(call())
    story.around = candidates({"back": 60})
    story.tell(cmd.LookAgain())

    assert searches(story) == ["first_search", "somebody_came"]


def test_what_speaks_for_itself_has_no_reason() -> None:
    story = Story(candidates({"near": 30}))
    story.tell(call())
    story.answer("near", "accept")

    assert {kind for kind, reason in told(story) if reason} == {"SearchMade", "RescuerAlerted"}
