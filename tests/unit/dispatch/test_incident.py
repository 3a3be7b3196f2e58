"""The life of an incident: waves, answers, replacements, and its end."""

from datetime import timedelta

import pytest

from dispatch.core import commands as cmd
from dispatch.core import events as ev
from dispatch.core.candidates import Way
from dispatch.core.consequences import reserved
from dispatch.core.decisions import decide, next_deadline
from dispatch.core.evolving import evolve_all, evolve_together
from dispatch.core.incident import AlertStatus, incident_of
from dispatch.core.policy import Policy
from dispatch.core.refusals import Refused
from tests.unit.dispatch.incident_story import INCIDENT, NOON, Story, Trip, call, candidates, kinds

TEN = {f"r{number}": 20.0 + 20 * number for number in range(10)}
FETCH: list[Trip] = [("r1", "aed-1", 30, 100), ("r2", "aed-2", 40, 150)]


def end(reason: str = "closed") -> cmd.EndCall:
    return cmd.EndCall(incident_id=INCIDENT, cad_ref="cad-1", reported_at=NOON, reason=reason)


def test_a_call_rings_the_first_wave_at_once() -> None:
    story = Story(candidates(TEN, FETCH))

    events = story.tell(call())

    assert kinds(events)[:4] == ["IncidentOpened", "CallConfirmed", "LocationSet", "SearchMade"]
    assert story.alerted == ["r0", "r1", "r2", "r3", "r4", "r5", "r6"]
    assert story.alert_of("r1").aed_id == "aed-1"


def test_who_declines_is_replaced_at_once_and_not_asked_again() -> None:
    story = Story(candidates(TEN))
    story.tell(call())

    story.answer("r0", "decline")
    story.answer("r1", "decline")

    assert story.alerted[7:] == ["r7", "r8"]


def test_who_stays_silent_is_replaced_at_the_deadline() -> None:
    story = Story(candidates(TEN))
    story.tell(call())
    for rescuer_id in ("r0", "r1", "r2"):
        story.answer(rescuer_id, "accept")

    story.wait(30)

    assert [story.alert_of(f"r{number}").status for number in (3, 4, 5, 6)] == [AlertStatus.TIMED_OUT] * 4
    assert story.alerted[7:] == [], "three direct responders are enough"


def test_the_next_wave_reaches_farther() -> None:
    story = Story(candidates({"near": 100, "far": 300}))
    story.tell(call())
    assert story.alerted == ["near"]

    story.wait(30)

    assert story.alerted == ["near", "far"]


def test_nobody_in_reach_is_said_once_and_looked_for_again() -> None:
    story = Story(candidates({}))

    first = story.tell(call())
    again = story.wait(30)
    story.around = candidates({"newcomer": 90})
    found = story.wait(30)

    assert "NobodyAvailable" in kinds(first)
    assert "NobodyAvailable" not in kinds(again)
    assert "RescuerAlerted" in kinds(found)


def test_the_search_ends_when_nobody_is_left() -> None:
    story = Story(candidates({}))
    story.tell(call())

    while story.incident and story.incident.search_ended is None:
        story.wait(30)

    assert story.incident
    assert story.incident.search_ended == "nobody_left"
    assert story.now - NOON == timedelta(seconds=story.policy.search_limit_s)


def test_enough_hands_and_an_aed_at_the_patient_call_the_others_off() -> None:
    story = Story(candidates(TEN, FETCH))
    story.tell(call())
    for rescuer_id in ("r0", "r1", "r3"):
        story.answer(rescuer_id, "accept")
    story.answer("r1", "aed_collected")
    story.answer("r0", "arrived")

    events = story.answer("r1", "arrived")

    assert story.alert_of("r3").status is AlertStatus.STOOD_DOWN
    assert story.alert_of("r4").status is AlertStatus.WITHDRAWN
    assert kinds(events)[-1] == "SearchEnded"


def test_hands_without_an_aed_keep_the_fetcher_coming() -> None:
    story = Story(candidates(TEN, FETCH))
    story.tell(call())
    for rescuer_id in ("r0", "r1", "r3"):
        story.answer(rescuer_id, "accept")
    story.answer("r0", "arrived")
    story.answer("r3", "arrived")

    assert story.alert_of("r1").status is AlertStatus.ACCEPTED
    assert story.alert_of("r4").status is AlertStatus.WITHDRAWN
    assert story.incident
    assert story.incident.search_ended is None


def test_the_ambulance_calls_off_those_on_the_way_but_not_those_at_the_patient() -> None:
    story = Story(candidates(TEN))
    story.tell(call())
    story.answer("r0", "accept")
    story.answer("r1", "accept")
    story.answer("r0", "arrived")

    story.tell(cmd.ReportAmbulance(incident_id=INCIDENT, cad_ref="cad-1"))

    assert story.alert_of("r0").status is AlertStatus.ARRIVED
    assert story.alert_of("r1").status is AlertStatus.STOOD_DOWN
    assert story.alert_of("r2").status is AlertStatus.WITHDRAWN


def test_a_cancelled_call_frees_everyone() -> None:
    story = Story(candidates(TEN, FETCH))
    story.tell(call())

    story.tell(end("cancelled"))

    assert story.incident
    assert reserved(story.incident) == frozenset()
    assert next_deadline(story.incident, story.policy) is None
    assert story.tell(end("closed")) == []


def test_a_collected_aed_stays_reserved_until_it_hangs_in_its_place_again() -> None:
    story = Story(candidates(TEN, FETCH))
    story.tell(call())
    story.answer("r1", "accept")
    story.answer("r1", "aed_collected")
    story.tell(end())
    assert story.incident
    assert reserved(story.incident) == {"aed:aed-1"}

    story.answer("r1", "done", aed_returned=True)

    assert reserved(story.incident) == frozenset()


def test_a_fetcher_who_declines_is_replaced_by_one_who_fetches() -> None:
    story = Story(candidates(TEN, [*FETCH, ("r8", "aed-1", 120, 300)]))
    story.tell(call())

    story.answer("r1", "decline")

    assert story.alert_of("r8").role is ev.Role.FETCH_AED


def test_a_responder_who_hands_back_is_replaced() -> None:
    story = Story(candidates(TEN))
    story.tell(call())
    story.answer("r0", "accept")

    events = story.answer("r0", "decline")

    assert kinds(events) == ["AssignmentHandedBack", "SearchMade", "RescuerAlerted"]


@pytest.mark.parametrize(
    ("before", "answer", "code"),
    [
        ([], "arrived", "accept_first"),
        ([], "aed_collected", "accept_first"),
        (["decline"], "accept", "alert_over"),
        (["accept"], "done", "not_arrived"),
        (["accept", "arrived"], "decline", "already_arrived"),
    ],
)
def test_answers_out_of_order_are_refused_and_change_nothing(before: list[str], answer: str, code: str) -> None:
    story = Story(candidates(TEN, FETCH))
    story.tell(call())
    for earlier in before:
        story.answer("r1", earlier)
    held = story.incident

    with pytest.raises(Refused) as refused:
        story.answer("r1", answer)

    assert refused.value.code == code
    assert story.incident == held


def test_an_answer_for_somebody_elses_alert_is_refused() -> None:
    story = Story(candidates(TEN))
    story.tell(call())

    with pytest.raises(Refused) as refused:
        story.tell(
            cmd.AnswerAlert(alert_id=story.alert_of("r0").alert_id, rescuer_id="intruder", answer=cmd.Answer.ACCEPT)
        )

    assert refused.value.code == "not_your_alert"


def test_a_late_yes_counts_while_fewer_go_than_are_wanted() -> None:
    story = Story(candidates({"r0": 20.0, "r1": 40.0}))
    story.tell(call())
    story.wait(31)

    assert "AlertAccepted" in kinds(story.answer("r0", "accept"))
    assert story.alert_of("r0").status == "accepted"


def test_a_late_yes_is_refused_once_enough_others_go() -> None:
    story = Story(candidates(TEN))
    story.tell(call())
    for name in ("r1", "r2", "r3"):
        story.answer(name, "accept")
    story.wait(31)

    with pytest.raises(Refused) as refused:
        story.answer("r0", "accept")

    assert refused.value.code == "too_late"
    assert "others are on their way" in str(refused.value)


@pytest.mark.parametrize(("key", "told"), [("rescuer:r0", "somewhere else"), ("aed:aed0", "that AED")])
def test_a_late_yes_is_refused_where_rescuer_or_aed_is_promised_elsewhere(key: str, told: str) -> None:
    story = Story(candidates({"r1": 10.0}, [("r0", "aed0", 20.0, 60.0)]))
    story.tell(call())
    story.around = candidates({})
    story.wait(31)
    alert = story.alert_of("r0")

    with pytest.raises(Refused) as refused:
        story.tell(
            cmd.AnswerAlert(
                alert_id=alert.alert_id, rescuer_id="r0", answer=cmd.Answer.ACCEPT, promised=frozenset({key})
            )
        )

    assert told in str(refused.value)


def test_a_late_yes_is_refused_when_the_ambulance_is_there() -> None:
    story = Story(candidates({"r0": 20.0}))
    story.tell(call())
    story.around = candidates({})
    story.wait(31)
    story.tell(cmd.ReportAmbulance(incident_id=INCIDENT, cad_ref="cad-1"))

    with pytest.raises(Refused, match="Nobody more is needed"):
        story.answer("r0", "accept")


def test_where_everybody_stays_silent_a_dispatcher_is_asked_until_somebody_accepts() -> None:
    story = Story(candidates({"r0": 20.0}))
    story.tell(call())
    story.wait(31)
    assert story.incident
    silent = story.incident.attention
    story.answer("r0", "accept")

    assert (silent, story.incident.attention) == ("nobody_available", None)


def test_that_nobody_is_there_is_over_when_the_ambulance_is() -> None:
    story = Story(candidates({}))
    story.tell(call())
    assert story.incident
    alone = story.incident.attention
    story.tell(cmd.ReportAmbulance(incident_id=INCIDENT, cad_ref="cad-1"))

    assert (alone, story.incident.attention) == ("nobody_available", None)


def test_a_call_older_than_any_that_is_open_rings_nobody_until_a_dispatcher_says_where_it_is() -> None:
    story = Story(candidates(TEN))
    told = kinds(story.tell(call(reported_at=NOON - timedelta(hours=3))))
    assert story.incident
    asked = story.incident.attention
    story.tell(call(reported_at=NOON, moved_m=0.0))

    assert told == ["IncidentOpened", "CallConfirmed", "LocationSet", "SearchEnded", "AttentionRaised"]
    assert asked == "old_call"
    assert story.alerted


def test_a_place_that_comes_behind_its_old_call_rings_nobody_either() -> None:
    story = Story(candidates(TEN))
    then = NOON - timedelta(hours=3)
    story.tell(call(reported_at=then, has_location=False))
    story.tell(call(created=False, reported_at=then + timedelta(seconds=40)))
    assert story.incident

    assert story.incident.located
    assert story.incident.attention == "old_call"
    assert story.alerted == []


def test_a_yes_after_its_time_and_before_anybody_noticed_is_not_kept_out_by_its_own_promise() -> None:
    story = Story(candidates({"r1": 10.0}, [("r0", "aed0", 20.0, 60.0)]))
    story.tell(call())
    assert story.incident
    alert = story.alert_of("r0")
    story.now += timedelta(seconds=31)

    events = story.tell(
        cmd.AnswerAlert(
            alert_id=alert.alert_id, rescuer_id="r0", answer=cmd.Answer.ACCEPT, promised=reserved(story.incident)
        )
    )

    assert "AlertAccepted" in kinds(events)


def test_where_one_clock_cannot_be_believed_the_order_of_arrival_decides() -> None:
    story = Story(candidates(TEN))
    story.tell(call(by_arrival=True))
    told = story.tell(call(created=False, reported_at=NOON - timedelta(minutes=2), moved_m=40.0))
    older = story.tell(call(created=False, reported_at=NOON - timedelta(minutes=3), moved_m=40.0))

    assert "LocationSet" in kinds(told)
    assert older == []


def test_an_ambulance_that_comes_before_the_call_asks_for_attention_and_the_usual_time_counts() -> None:
    story, usual = Story(candidates(TEN)), Story(candidates(TEN))
    story.tell(call(ambulance_eta_at=NOON - timedelta(minutes=5)))
    usual.tell(call())
    assert story.incident

    assert story.incident.attention == "bad_ambulance_eta"
    assert story.incident.ambulance_eta_at is None
    assert story.alerted == usual.alerted


def test_the_same_answer_twice_counts_once() -> None:
    story = Story(candidates(TEN))
    story.tell(call())
    story.answer("r0", "accept")

    assert story.answer("r0", "accept") == []


def test_an_older_update_that_arrives_late_does_not_move_the_patient_back() -> None:
    story = Story(candidates(TEN))
    story.tell(call())
    story.tell(call(created=False, reported_at=NOON + timedelta(seconds=60), moved_m=80.0))

    events = story.tell(call(created=False, reported_at=NOON + timedelta(seconds=30), moved_m=80.0))

    assert "LocationSet" not in kinds(events)


def test_an_update_that_overtakes_its_call_is_kept_and_rings_at_once() -> None:
    story = Story(candidates(TEN))

    story.tell(call(created=False, reported_at=NOON + timedelta(seconds=5)))
    ringing = list(story.alerted)
    events = story.tell(call())

    assert len(ringing) == 7
    assert kinds(events) == ["CallConfirmed"]


def test_a_cancellation_that_overtakes_its_call_lets_nobody_ring() -> None:
    story = Story(candidates(TEN))

    story.tell(end("cancelled"))
    story.tell(call())

    assert story.alerted == []
    assert story.incident
    assert story.incident.closed == "cancelled"


def test_an_update_whose_call_never_comes_gets_a_dispatchers_attention() -> None:
    story = Story(candidates(TEN))
    story.tell(call(created=False, has_location=False))

    story.wait(story.policy.overtake_s)

    assert story.incident
    assert story.incident.attention == "call_missing"


def test_a_location_answers_the_need_for_attention_and_starts_the_search() -> None:
    story = Story(candidates(TEN))
    story.tell(call(has_location=False, attention="no_datum"))
    assert story.alerted == []

    story.tell(call(created=False, reported_at=NOON + timedelta(seconds=20)))

    assert story.incident
    assert story.incident.attention is None
    assert len(story.alerted) == 7


def test_a_moved_patient_withdraws_alerts_that_are_out_of_reach_now() -> None:
    story = Story(candidates(TEN))
    story.tell(call())
    story.answer("r0", "accept")
    ways = {alert.alert_id: None for alert in story.incident.alerts.values()} if story.incident else {}

    story.tell(cmd.ReviseWays(ways=ways))

    assert story.alert_of("r0").status is AlertStatus.ACCEPTED
    assert story.alert_of("r1").status is AlertStatus.WITHDRAWN


def test_a_call_that_120_never_closes_is_closed() -> None:
    story = Story(candidates({}))
    story.tell(call())

    story.wait(story.policy.open_limit_s)

    assert story.incident
    assert story.incident.closed == "expired"


def test_replaying_the_events_gives_the_same_incident() -> None:
    story = Story(candidates(TEN, FETCH))
    log: list[tuple[ev.Event, object]] = []
    for step in (
        lambda: story.tell(call()),
        lambda: story.answer("r1", "accept"),
        lambda: story.wait(30),
        lambda: story.answer("r1", "aed_collected"),
        lambda: story.tell(end()),
    ):
        log += [(event, story.now) for event in step()]

    assert evolve_all(None, log) == story.incident  # type: ignore[arg-type]


def test_news_after_the_end_is_answered_by_ending_it_again() -> None:
    story = Story(candidates(TEN))
    story.tell(call())
    story.tell(end())
    story.tell(call(created=False, reported_at=NOON + timedelta(minutes=5), moved_m=80.0))
    assert story.incident
    assert story.incident.attention == "news_after_end"

    story.tell(end("stood_down"))

    assert story.incident.attention is None


def test_alerts_of_two_epochs_never_have_one_id() -> None:
    policy = Policy()
    incident = evolve_together(None, decide(None, call(), NOON, policy), NOON)
    assert incident is not None
    offer = cmd.OfferCandidates(candidates=candidates({"r0": 20.0}))
    ids = {
        event.alert_id
        for epoch in ("", "before00", "after000")
        for event in decide(incident, offer, NOON, policy, epoch=epoch)
        if isinstance(event, ev.RescuerAlerted)
    }

    assert len(ids) == 3
    assert {incident_of(one) for one in ids} == {incident.incident_id}


def test_an_alert_that_no_phone_has_holds_no_place_and_no_aed() -> None:
    """FAULTS B1: seven phones gone 3 s before the call held all places for 30 s."""
    seven = {f"gone{number}": 10.0 + number for number in range(7)}
    story = Story(candidates(seven, [("gone1", "aed-1", 20, 60)]))
    story.tell(call())
    assert story.alerted == list(seven)
    story.around = candidates({"beside": 27.0, "next": 50.0}, [("next", "aed-1", 30, 90)])

    events = story.wait(4, gone=list(seven))

    assert story.alerted[7:] == ["beside", "next"]
    assert story.alert_of("next").aed_id == "aed-1"
    assert kinds(events).count("AlertUndelivered") == 7
    assert all(story.alert_of(one).status is AlertStatus.RINGING for one in seven), "whoever comes back may answer"
    assert story.incident
    assert "aed:aed-1" in reserved(story.incident)
    assert story.wait(1, gone=list(seven)) == [], "said once"


def test_who_was_not_reached_and_says_yes_goes_straight_where_the_aed_is_another_s_by_now() -> None:
    story = Story(candidates({}, [("gone", "aed-1", 20, 60)]))
    story.tell(call())
    story.around = candidates({}, [("other", "aed-1", 30, 90)])
    story.wait(4, gone=["gone"])
    assert story.incident
    promised = reserved(story.incident)

    with pytest.raises(Refused, match="bring that AED"):
        story.answer("gone", "accept", promised=promised)
    way = Way(walk_time_s=45.04, to_aed_s=None, straight_line=True)
    events = story.answer("gone", "accept", promised=promised, straight=way)

    alert = story.alert_of("gone")
    assert kinds(events) == ["SentStraight", "AlertAccepted"]
    assert (alert.role, alert.aed_id, alert.walk_time_s, alert.straight_line) == (ev.Role.DIRECT, None, 45.0, True)
    assert alert.holds_place
    assert story.alert_of("other").aed_id == "aed-1"


def test_nobody_reached_is_nobody_available_until_somebody_says_yes() -> None:
    story = Story(candidates({"gone": 20.0}))
    story.tell(call())
    story.around = candidates({})

    events = story.wait(4, gone=["gone"])

    assert kinds(events) == ["AlertUndelivered", "NobodyAvailable", "AttentionRaised", "SearchMade"]
    story.answer("gone", "accept")
    assert story.incident
    assert story.incident.attention is None
    assert story.incident.status == "en_route"


def test_who_comes_within_reach_of_an_incident_without_helpers_rings_at_once() -> None:
    """FAULTS B2: phones that came back a second after the search rang half a minute later."""
    story = Story(candidates({}))
    story.tell(call())
    story.now += timedelta(seconds=1)
    assert story.tell(cmd.LookAgain()) == [], "of nobody nothing is said"
    story.around = candidates({"back": 600.0})

    events = story.tell(cmd.LookAgain())

    assert kinds(events)[-1] == "RescuerAlerted"
    assert story.alerted == ["back"], "anybody is better than nobody, however far"


def test_where_somebody_comes_already_a_newcomer_farther_off_waits_for_the_next_wave() -> None:
    story = Story(candidates({"first": 100.0}))
    story.tell(call())
    story.now += timedelta(seconds=10)
    story.around = candidates({"far": 300.0})
    assert story.tell(cmd.LookAgain()) == []
    story.around = candidates({"far": 300.0, "near": 50.0})
    story.tell(cmd.LookAgain())
    assert story.alerted == ["first", "near"]

    story.wait(20)

    assert story.alerted == ["first", "near", "far"], "the next wave comes when it would have come"


def test_nobody_is_looked_for_where_enough_are_on_their_way() -> None:
    story = Story(candidates(dict.fromkeys(("a", "b", "c"), 50.0), [("d", "aed-1", 20, 90), ("e", "aed-2", 20, 95)]))
    story.tell(call())
    for rescuer_id in "abcde":
        story.answer(rescuer_id, "accept")
    story.around = candidates({"near": 10.0}, [("near", "aed-3", 5, 20)])

    assert story.tell(cmd.LookAgain()) == []


def test_at_the_door_and_with_the_patient_are_two_times_and_their_difference_is_kept() -> None:
    story = Story(candidates({"r0": 50.0}))
    story.tell(call())
    with pytest.raises(Refused, match="Accept"):
        story.answer("r0", "at_door")
    story.answer("r0", "accept")

    story.wait(20)
    assert kinds(story.answer("r0", "at_door")) == ["DoorReached"]
    story.wait(1)
    assert story.answer("r0", "at_door") == [], "said twice it counts once"
    assert story.incident
    assert story.incident.status == "en_route"
    story.wait(89.5)
    arrived, *_ = story.answer("r0", "arrived")

    assert arrived == ev.ResponderArrived(alert_id=story.alert_of("r0").alert_id, from_door_s=90.5)
    assert story.answer("r0", "at_door") == [], "out of order it is no news"


def test_whom_a_message_has_to_reach_has_longer_to_answer_and_holds_a_place_no_longer() -> None:
    """FAULTS B10: somebody 27 s away who answered 34 s after an SMS was refused."""
    story = Story(candidates({"sms": 27.0}, slow=["sms"]), policy=Policy(alerts=1))
    story.tell(call())
    story.around = candidates({"next": 60.0})

    events = story.wait(30)
    assert kinds(events)[0] == "AlertOutwaited"
    assert story.alerted == ["sms", "next"], "others are rung at 30 s all the same"
    assert story.incident
    assert next_deadline(story.incident, story.policy) is not None
    story.wait(4)
    story.answer("sms", "accept")

    assert story.alert_of("sms").status is AlertStatus.ACCEPTED


def test_who_does_not_answer_a_message_is_silent_after_a_minute_and_a_half() -> None:
    story = Story(candidates({"sms": 27.0}, slow=["sms"]), policy=Policy(alerts=1))
    story.tell(call())
    story.wait(30)
    story.around = candidates({})

    story.wait(60)

    assert story.alert_of("sms").status is AlertStatus.TIMED_OUT


def test_who_stayed_silent_is_asked_once_more_where_nobody_else_is_left() -> None:
    """FAULTS B10: silent ones may be asked again when nobody is left."""
    story = Story(candidates({"silent": 27.0, "no": 40.0}))
    story.tell(call())
    story.answer("no", "decline")

    for _ in range(5):
        story.wait(30)

    assert story.alerted == ["silent", "no", "silent"], "once, and never who has said no"


def test_a_dispatcher_hears_of_the_silence_before_the_silent_are_asked_once_more() -> None:
    story = Story(candidates({"silent": 27.0}))
    story.tell(call())

    events = story.wait(30)

    told = ["NobodyAvailable", "AttentionRaised", "SearchMade", "RescuerAlerted"]
    assert kinds(events) == ["AlertTimedOut", "WaveEnded", *told]
    assert story.incident
    assert story.incident.attention == "nobody_available"
    assert story.incident.status == "alerting"


def asked_again() -> tuple[Story, str, str]:
    """Somebody who stayed silent is rung anew: with the ids of both alerts."""
    story = Story(candidates({"silent": 27.0}))
    story.tell(call())
    first = story.alert_of("silent").alert_id
    story.wait(30)
    return story, first, story.alert_of("silent").alert_id


def answer_to(story: Story, alert_id: str, answer: cmd.Answer) -> list[ev.Event]:
    assert story.incident
    return story.tell(
        cmd.AnswerAlert(alert_id=alert_id, rescuer_id="silent", answer=answer, promised=reserved(story.incident))
    )


def test_a_late_yes_to_the_first_ringing_counts_as_that_and_ends_the_second() -> None:
    story, first, second = asked_again()

    events = answer_to(story, first, cmd.Answer.ACCEPT)

    assert kinds(events) == ["AlertAccepted", "AlertWithdrawn", "AttentionCleared"]
    assert story.incident
    assert story.incident.alerts[first].status is AlertStatus.ACCEPTED
    assert story.incident.alerts[second].status is AlertStatus.WITHDRAWN


def test_a_late_no_to_the_first_ringing_ends_the_second() -> None:
    story, first, second = asked_again()

    answer_to(story, first, cmd.Answer.DECLINE)
    story.wait(60)

    assert story.incident
    assert story.incident.alerts[first].status is AlertStatus.DECLINED
    assert story.incident.alerts[second].status is AlertStatus.WITHDRAWN
    assert story.alerted == ["silent", "silent"]


def test_a_late_yes_to_the_first_ringing_keeps_the_aed_that_the_second_asked_for() -> None:
    story = Story(candidates({"silent": 27.0, "hands": 20.0}, trips=[("silent", "aed", 60.0, 100.0)]))
    story.tell(call())
    first = story.alert_of("silent")
    story.wait(30)
    assert first.aed_id == story.alert_of("silent").aed_id == "aed"

    events = answer_to(story, first.alert_id, cmd.Answer.ACCEPT)

    assert "SentStraight" not in kinds(events)
    assert story.incident
    assert story.incident.alerts[first.alert_id].aed_id == "aed"


def test_while_somebody_else_can_be_rung_the_silent_are_left_alone() -> None:
    story = Story(candidates({"silent": 27.0, "far": 500.0}), policy=Policy(alerts=1))
    story.tell(call())

    story.wait(30)

    assert story.alerted == ["silent", "far"]
