"""Whatever happens to an incident, and in whatever order, these things hold."""

from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dispatch.core import commands as cmd
from dispatch.core import events as ev
from dispatch.core.candidates import Way
from dispatch.core.consequences import aed_key, notices, rescuer_key, reserved
from dispatch.core.decisions import next_deadline, wanted_search
from dispatch.core.evolving import evolve_all
from dispatch.core.incident import AlertStatus, Incident
from dispatch.core.policy import Policy
from dispatch.core.refusals import Refused
from tests.unit.dispatch.incident_story import INCIDENT, Story, Trip, call, candidates

RESCUERS = [f"r{number}" for number in range(14)]
AEDS = [f"aed{number}" for number in range(5)]
OVER = {
    AlertStatus.DONE,
    AlertStatus.DECLINED,
    AlertStatus.TIMED_OUT,
    AlertStatus.WITHDRAWN,
    AlertStatus.HANDED_BACK,
    AlertStatus.STOOD_DOWN,
}
seconds = st.floats(1, 300) | st.floats(1, 1_000)
rarely = st.integers(0, 7).map(lambda dice: dice == 0)
reported = st.integers(-120, 120) | st.sampled_from([-172_800, -10_800, -600, 600, 28_800, 200_000])
"""Seconds by which the word of a sender, or its clock, is ahead; most are about right."""
remarks = st.none() | st.sampled_from(
    ["no_datum", "not_utf8", "vague_place", "reference_used_again", "message_id_used_again"]
)
directs = st.lists(seconds, max_size=len(RESCUERS)).map(lambda walks: dict(zip(RESCUERS, walks, strict=False)))
trips = st.lists(
    st.tuples(st.sampled_from(RESCUERS), st.sampled_from(AEDS), seconds, seconds).map(
        lambda trip: (trip[0], trip[1], min(trip[2:]), max(trip[2:]))
    ),
    max_size=12,
)


class IncidentMachine(RuleBasedStateMachine):
    """Plays 120, phones, dispatchers and time against one incident, as the engine would pass their words on."""

    def __init__(self) -> None:
        super().__init__()
        self.story = Story(candidates({}), policy=Policy(alerts=5, fetch_alerts=2))
        self.direct: dict[str, float] = {}
        self.trips: list[Trip] = []
        self.log: list[tuple[ev.Event, datetime]] = []
        self.elsewhere: frozenset[str] = frozenset()

    @property
    def incident(self) -> Incident:
        assert self.story.incident is not None
        return self.story.incident

    def tell(self, command: cmd.Command) -> list[ev.Event]:
        self._look_around()
        before, told = self.story.incident, len(self.story.events)
        try:
            events = self.story.tell(command)
        except Refused:
            assert self.story.incident is before, "a refusal changes nothing"
            assert len(self.story.events) == told
            return []
        self.log += [(event, self.story.now) for event in events]
        if events:
            notices(self.incident, events)
        return events

    def _look_around(self) -> None:
        # Matching offers nobody who is promised already, and no AED either.
        promised = self.elsewhere | (reserved(self.story.incident) if self.story.incident else frozenset())
        self.story.around = candidates(
            {one: walk_s for one, walk_s in self.direct.items() if rescuer_key(one) not in promised},
            [trip for trip in self.trips if rescuer_key(trip[0]) not in promised and aed_key(trip[1]) not in promised],
            slow=RESCUERS[::3],
        )

    @initialize(direct=directs, offered=trips, created=st.booleans(), unlocated=st.booleans())
    def it_begins(self, direct: dict[str, float], offered: list[Trip], created: bool, unlocated: bool) -> None:
        self.direct, self.trips = direct, offered
        self.tell(call(created=created, has_location=not unlocated))

    @rule(direct=directs, offered=trips)
    def people_move(self, direct: dict[str, float], offered: list[Trip]) -> None:
        self.direct, self.trips = direct, offered

    @rule(
        created=st.booleans(),
        has_location=st.booleans(),
        away_s=reported,
        eta_s=st.none() | st.integers(-60, 2_000),
        remark=st.tuples(remarks, st.sampled_from([0.0, 12.0, 3_000.0])),
        near=st.none() | st.booleans(),
    )
    def report(
        self,
        *,
        created: bool,
        has_location: bool,
        away_s: int,
        eta_s: int | None,
        remark: tuple[str | None, float],
        near: bool | None,
    ) -> None:
        attention, moved_m = remark
        # A time ahead of receipt counts as that of receipt; then the order of arrival decides.
        by_arrival = away_s > 0
        at = self.story.now + timedelta(seconds=min(away_s, 0))
        before = self.story.incident
        eta_at = None if eta_s is None else self.story.now + timedelta(seconds=eta_s)
        # A place that is vaguer than the one held changes its words at most: 0 m.
        metres = 0.0 if attention == "vague_place" else moved_m
        events = self.tell(
            call(
                created=created,
                has_location=has_location,
                reported_at=at,
                ambulance_eta_at=eta_at,
                attention=attention,
                moved_m=metres if has_location else None,
                by_arrival=by_arrival,
                near=self._beside(near, has_location=has_location),
            )
        )
        self._no_older_word_counts(before, events, by_arrival=by_arrival, is_placed=has_location)
        if before is not None and not before.closed:
            assert set(before.held_alerts) <= set(self.incident.held_alerts), (
                "telling a place calls nobody off by itself"
            )

    def _no_older_word_counts(
        self, before: Incident | None, events: list[ev.Event], *, by_arrival: bool, is_placed: bool
    ) -> None:
        was = before.location_reported_at if before else None
        if was is None or before is None:
            return
        placed = [event for event in events if isinstance(event, ev.LocationSet)]
        believed = not by_arrival and not before.location_by_arrival
        assert all(event.reported_at >= was for event in placed if believed), "an older word replaces no newer one"
        if by_arrival and is_placed and not before.closed:
            assert placed, "of clocks that cannot be compared the later to arrive counts"

    def _beside(self, served: bool | None, *, has_location: bool) -> cmd.Neighbour | None:
        """As the writer asks for it: of a call for which nobody has been rung yet."""
        incident = self.story.incident
        is_asked = incident is None or not incident.located or incident.put_off_until is not None
        if served is None or not has_location or not is_asked or (incident and incident.alerts):
            return None
        return cmd.Neighbour("other", 9.0, served)

    @precondition(lambda self: self.story.incident is not None and self.incident.put_off_until is not None)
    @rule(say=st.booleans())
    def it_is_put_off_no_longer(self, say: bool) -> None:
        if not self.incident.closed:
            self.tell(cmd.TakeUpSearch() if say else cmd.ReachDeadline(neighbour_over=True))
            assert self.incident.put_off_until is None

    @precondition(lambda self: self.story.incident is not None)
    @rule(cad_ref=st.sampled_from(["cad-2", "cad-3"]))
    def another_call_is_taken_in(self, cad_ref: str) -> None:
        self.tell(cmd.TakeIn(incident_id=f"inc of {cad_ref}", cad_ref=cad_ref, integration="120"))

    @precondition(lambda self: self.story.incident is not None)
    @rule(cad_ref=st.sampled_from(["cad-1", "cad-2", "cad-3"]))
    def one_of_several_calls_ends(self, cad_ref: str) -> None:
        before = self.incident
        goes_on = before.references - before.ended_references - {("120", cad_ref)}
        if not goes_on:
            return
        self.tell(cmd.EndCall(incident_id=INCIDENT, cad_ref=cad_ref, reported_at=self.story.now, reason="closed"))
        assert self.incident.closed == before.closed, "the others go on"

    @precondition(lambda self: self.story.incident is not None)
    @rule(really=rarely)
    def it_is_joined_to_another(self, really: bool) -> None:
        if not really:
            return
        was_closed = self.incident.closed
        self.tell(cmd.JoinTo(incident_id="other", at=self.story.now))
        assert self.incident.closed == (was_closed or "duplicate")

    @rule(reason=st.sampled_from(["cancelled", "closed", "stood_down"]), away_s=reported, really=rarely)
    def end(self, reason: str, away_s: int, really: bool) -> None:
        if not really:
            return
        at = self.story.now + timedelta(seconds=away_s)
        self.tell(cmd.EndCall(incident_id=INCIDENT, cad_ref="cad-1", reported_at=at, reason=reason))

    @rule(really=rarely)
    def ambulance(self, really: bool) -> None:
        if not really:
            return
        self.tell(cmd.ReportAmbulance(incident_id=INCIDENT, cad_ref="cad-1"))

    @precondition(lambda self: self.story.incident is not None)
    @rule(
        waited_s=st.integers(0, 40) | st.integers(0, 90) | st.integers(90, 4_000),
        gone=st.sets(st.sampled_from(RESCUERS)),
    )
    def time_passes(self, waited_s: int, gone: set[str]) -> None:
        self._look_around()
        self.story.now += timedelta(seconds=waited_s)
        self.reach_deadline(gone)

    @precondition(lambda self: self.story.incident is not None)
    @rule()
    def the_next_deadline_is_reached(self) -> None:
        due = next_deadline(self.incident, self.story.policy)
        if due is not None:
            self.story.now = max(self.story.now, due)
            self.reach_deadline()

    def reach_deadline(self, gone: AbstractSet[str] = frozenset()) -> None:
        missed = [alert.alert_id for alert in self.incident.alerts.values() if alert.rescuer_id in gone]
        self.tell(cmd.ReachDeadline(undelivered=frozenset(missed)))
        due = next_deadline(self.incident, self.story.policy)
        assert due is None or due > self.story.now, "a deadline that stays in the past would fire without end"

    @precondition(lambda self: self.story.incident is not None and self.story.incident.alerts)
    @rule(
        data=st.data(),
        answer=st.sampled_from([cmd.Answer.ACCEPT, *cmd.Answer]),
        wrong_person=rarely,
        aed_returned=st.booleans(),
        walks=st.lists(seconds, max_size=1),
    )
    def somebody_answers(
        self, data: st.DataObject, answer: cmd.Answer, wrong_person: bool, aed_returned: bool, walks: list[float]
    ) -> None:
        alert = data.draw(st.sampled_from(list(self.incident.alerts.values())))
        rescuer_id = "intruder" if wrong_person else alert.rescuer_id
        events = self.tell(
            cmd.AnswerAlert(
                alert_id=alert.alert_id,
                rescuer_id=rescuer_id,
                answer=answer,
                aed_returned=aed_returned,
                promised=self.elsewhere | reserved(self.incident),
                straight=Way(walk_time_s=walks[0], to_aed_s=None, straight_line=False) if walks else None,
            )
        )
        assert not (wrong_person and events), "nobody answers for somebody else"

    @precondition(lambda self: self.story.incident is not None and self.story.incident.alerts)
    @rule(data=st.data())
    def somebody_sees_the_aed_in_its_place(self, data: st.DataObject) -> None:
        self.tell(cmd.ConfirmAedReturned(alert_id=data.draw(st.sampled_from(sorted(self.incident.alerts)))))

    @precondition(lambda self: self.story.incident is not None)
    @rule(data=st.data())
    def the_patient_has_moved(self, data: st.DataObject) -> None:
        way = st.none() | st.builds(Way, walk_time_s=seconds, to_aed_s=st.none() | seconds, straight_line=st.booleans())
        ways = {alert.alert_id: data.draw(way) for alert in self.incident.held_alerts}
        self.tell(cmd.ReviseWays(ways=ways))

    @precondition(lambda self: self.story.incident is not None)
    @rule(wanted=st.frozensets(st.sampled_from(RESCUERS[:4] + AEDS[:2])))
    def another_incident_is_promised(self, wanted: frozenset[str]) -> None:
        keys = {aed_key(one) if one in AEDS else rescuer_key(one) for one in wanted}
        # The journal's unique keys: what is promised here nobody else gets.
        self.elsewhere = frozenset(keys - reserved(self.incident))

    @precondition(lambda self: self.story.incident is not None)
    @rule(
        rescuer_id=st.sampled_from(RESCUERS),
        aed_id=st.none() | st.sampled_from(AEDS),
        walks=st.lists(seconds, max_size=2),
        objections=st.sets(st.sampled_from(["off_duty", "not_reachable", "no_consent", "erased"])).map(sorted),
        force=st.booleans(),
    )
    def a_dispatcher_adds_somebody(
        self, rescuer_id: str, aed_id: str | None, walks: list[float], objections: list[str], force: bool
    ) -> None:
        to_aed_s = min(walks, default=None) if aed_id else None
        way = Way(walk_time_s=max(walks), to_aed_s=to_aed_s, straight_line=False) if walks else None
        held = self.incident.held_alerts
        events = self.tell(
            cmd.AddRescuer(
                rescuer_id=rescuer_id,
                role=ev.Role.FETCH_AED if aed_id else ev.Role.DIRECT,
                aed_id=aed_id,
                way=way,
                objections=tuple(objections),
                promised=self.elsewhere,
                force=force,
            )
        )
        rung = [event for event in events if isinstance(event, ev.RescuerAlerted)]
        assert len(rung) <= 1
        if rung:
            assert rung[0].by_hand
            assert rung[0].answer_by > self.story.now
            assert force or not objections
            assert not {"no_consent", "erased"} & set(objections)
            assert {alert.alert_id for alert in held} < {alert.alert_id for alert in self.incident.held_alerts}

    @precondition(lambda self: self.story.incident is not None and self.story.incident.alerts)
    @rule(data=st.data(), reason=st.sampled_from(cmd.CallOffReason))
    def a_dispatcher_calls_somebody_off(self, data: st.DataObject, reason: cmd.CallOffReason) -> None:
        alert = data.draw(st.sampled_from(list(self.incident.alerts.values())))
        others = [one.alert_id for one in self.incident.held_alerts if one != alert]
        self.tell(cmd.CallOff(alert_id=alert.alert_id, reason=reason))
        assert self.incident.alerts[alert.alert_id].status in OVER
        assert set(others) <= {one.alert_id for one in self.incident.held_alerts}, "only this one is called off"

    @precondition(lambda self: self.story.incident is not None)
    @rule()
    def somebody_comes_within_reach(self) -> None:
        due = next_deadline(self.incident, self.story.policy)
        events = self.tell(cmd.LookAgain())
        assert not events or any(isinstance(event, ev.RescuerAlerted) for event in events), "nothing said of nobody"
        if due is not None:
            assert next_deadline(self.incident, self.story.policy) <= due, "no wave is put off"  # type: ignore[operator]

    @precondition(lambda self: self.story.incident is not None)
    @rule()
    def matching_fails(self) -> None:
        self.tell(cmd.RaiseAttention(code="matching_failed"))

    @invariant()
    def the_machine_alerts_again_only_who_stayed_silent_and_only_once(self) -> None:
        rung: Counter[str] = Counter()
        silent: set[str] = set()
        of_alert = {one.alert_id: one.rescuer_id for one in self.story.events if isinstance(one, ev.RescuerAlerted)}
        for event in self.story.events:
            if isinstance(event, ev.AlertTimedOut):
                silent.add(of_alert[event.alert_id])
            if isinstance(event, ev.RescuerAlerted):
                once_more = event.rescuer_id in silent and rung[event.rescuer_id] == 1
                assert event.by_hand or not rung[event.rescuer_id] or once_more
                rung[event.rescuer_id] += 1

    @precondition(lambda self: self.story.incident is not None)
    @invariant()
    def nobody_holds_two_alerts_at_once(self) -> None:
        held = Counter(alert.rescuer_id for alert in self.incident.held_alerts)
        assert all(count == 1 for count in held.values())

    @precondition(lambda self: self.story.incident is not None)
    @invariant()
    def two_incidents_never_share_a_rescuer_or_an_aed(self) -> None:
        assert not self.elsewhere & reserved(self.incident)

    @precondition(lambda self: self.story.incident is not None)
    @invariant()
    def waves_go_on_until_the_search_ends(self) -> None:
        incident = self.incident
        if incident.located and not (incident.closed or incident.ambulance_arrived or incident.search_ended):
            assert next_deadline(incident, self.story.policy) is not None
            looks_again = incident.next_search_at is not None
            is_full = wanted_search(replace(incident, search_due=True), self.story.now, self.story.policy) is None
            assert looks_again or is_full

    @precondition(lambda self: self.story.incident is not None)
    @invariant()
    def no_aed_is_promised_to_two(self) -> None:
        kept = [
            alert.aed_id
            for alert in self.incident.alerts.values()
            if alert.aed_id and (alert.holds_place or alert.carries_aed) and not alert.aed_returned
        ]
        assert len(kept) == len(set(kept))

    @precondition(lambda self: self.story.incident is not None)
    @invariant()
    def reserved_are_those_who_are_held_and_the_aeds_that_are_away(self) -> None:
        alerts = self.incident.alerts.values()
        people = {rescuer_key(alert.rescuer_id) for alert in alerts if alert.status not in OVER}
        away = {event.aed_id for event, _ in self.log if isinstance(event, ev.AedCollected)} - {
            event.aed_id for event, _ in self.log if isinstance(event, ev.AedReturned)
        }
        keys = reserved(self.incident)
        assert {key for key in keys if key.startswith("rescuer:")} == people
        assert {aed_key(aed_id) for aed_id in away} <= keys

    @precondition(lambda self: self.story.incident is not None)
    @invariant()
    def never_more_ring_or_walk_than_the_policy_says(self) -> None:
        moving = [alert for alert in self.incident.held_alerts if alert.status is not AlertStatus.ARRIVED]
        # Who said yes late comes on top: somebody else was rung in their place by then.
        late = {alert.alert_id for alert in moving if alert.accepted_at and alert.accepted_at >= alert.answer_by}
        # And so does who could not be reached, and comes all the same.
        gave_place = ev.AlertUndelivered | ev.AlertOutwaited
        missed = {event.alert_id for event in self.story.events if isinstance(event, gave_place)}
        held = [alert for alert in moving if not alert.by_hand and alert.alert_id not in late | missed]
        assert len(held) <= self.story.policy.alerts

    @precondition(lambda self: self.story.incident is not None and self.story.incident.closed)
    @invariant()
    def a_closed_incident_holds_nobody_and_waits_for_nothing(self) -> None:
        assert self.incident.held_alerts == ()
        assert next_deadline(self.incident, self.story.policy) is None
        assert wanted_search(self.incident, self.story.now, self.story.policy) is None

    @precondition(lambda self: self.story.incident is not None and self.story.incident.ambulance_arrived)
    @invariant()
    def once_the_ambulance_is_there_nobody_rings_or_walks(self) -> None:
        assert all(alert.status is AlertStatus.ARRIVED for alert in self.incident.held_alerts)

    @precondition(lambda self: self.story.incident is not None)
    @invariant()
    def replaying_the_events_gives_the_state(self) -> None:
        assert self.incident.version == len(self.log) == len(self.story.events)
        assert evolve_all(None, self.log) == self.incident


TestIncidentMachine = IncidentMachine.TestCase
TestIncidentMachine.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
