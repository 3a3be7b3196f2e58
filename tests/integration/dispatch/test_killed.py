"""The service is killed in the middle of hundreds of calls, again and again: nothing is lost, nothing comes twice."""

import asyncio
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from dispatch.core import events as ev
from dispatch.core.incident import AlertStatus
from tests.support.audit import Audit, audit
from tests.support.crowd import crowded
from tests.support.disaster import ANSWERS_OF_A_LIFE, START, Disaster, Life
from tests.support.process import RESTLESS, standing_by
from tests.support.service import fill_database
from tests.support.town import Town

CALLS = 200
KILLS = 5
RESCUERS = 80
AEDS = 24
SEED = 120
COMES_IN = (ev.IncidentOpened, ev.AlertAccepted, ev.AlertDeclined, ev.AmbulanceArrived, ev.IncidentClosed)
ENDS_RINGING = (ev.AlertAccepted, ev.AlertDeclined, ev.AlertTimedOut, ev.AlertWithdrawn)
ANSWERED: dict[str, tuple[type[ev.Event], ...]] = {
    "accept": (ev.AlertAccepted,),
    "decline": (ev.AlertDeclined, ev.AssignmentHandedBack),
    "aed_collected": (ev.AedCollected,),
    "arrived": (ev.ResponderArrived,),
    "done": (ev.ResponderDone, ev.ResponderStoodDown, ev.AssignmentHandedBack),
}


@pytest.mark.both_databases
@pytest.mark.timeout(600)
async def test_a_service_killed_among_200_incidents_loses_nothing_and_rings_nobody_twice(
    town: Town, empty_database_url: str, tmp_path: Path, unused_tcp_port: int
) -> None:
    crowd = crowded(town, tmp_path, rescuers=RESCUERS, aeds=AEDS, seed=SEED)
    await asyncio.to_thread(fill_database, empty_database_url, crowd)
    with standing_by(crowd, empty_database_url, tmp_path / "service.log", unused_tcp_port, **RESTLESS) as process:
        disaster = Disaster(process=process, calls=CALLS, kills=KILLS, seed=SEED, rescuers=RESCUERS)
        await disaster.play()
        process.tell_to_end()
        await process.ended()
    found = await audit(empty_database_url)

    assert found.faults == []
    no_call_is_lost(disaster, found)
    no_answer_is_lost(disaster, found)
    every_frame_arrived_once_and_in_order(disaster, found)
    every_alert_was_answered_or_ended(found)
    deadlines_went_on_after_each_kill(disaster.lives, found)
    assert found.shared() == []


def no_call_is_lost(disaster: Disaster, found: Audit) -> None:
    refs = [incident.cad_ref for incident in found.incidents.values()]
    assert len(refs) == len(set(refs)) == CALLS
    assert all(incident.closed for incident in found.incidents.values())
    assert set(found.messages) == set(disaster.told)
    for message_id, answers in disaster.told.items():
        assert set(answers) == {found.messages[message_id]}


def no_answer_is_lost(disaster: Disaster, found: Audit) -> None:
    counted = [said for phone in disaster.phones.values() for said in phone.said if said.ok]
    # How many are in time is a matter of the machine's speed; that every killed process had taken some is not.
    assert {said.kind for said in counted} == set(ANSWERED)
    assert min(life.answers for life in disaster.lives[:-1]) >= ANSWERS_OF_A_LIFE
    for said in counted:
        assert any(isinstance(event, ANSWERED[said.kind]) for event in found.events_of(said.alert_id)), said
    for said in (said for said in counted if said.kind == "aed_collected"):
        assert any(isinstance(event, ev.AedReturned) for event in found.events_of(said.alert_id)), said


def every_frame_arrived_once_and_in_order(disaster: Disaster, found: Audit) -> None:
    assert max(phone.connections for phone in disaster.phones.values()) > KILLS
    rung: list[str] = []
    for rescuer_id, phone in disaster.phones.items():
        received = [(frame["seq"], frame["type"], frame["alert_id"]) for frame in phone.durable]
        assert received == found.inboxes.get(f"rescuer:{rescuer_id}", []), rescuer_id
        assert phone.out_of_order == []
        rung += phone.rung
    alerted = [one.event.alert_id for one in found.events if isinstance(one.event, ev.RescuerAlerted)]
    assert len(rung) == len(set(rung))
    assert sorted(rung) == sorted(alerted)
    assert set(alerted) == found.delivered


def every_alert_was_answered_or_ended(found: Audit) -> None:
    statuses = {alert.status for incident in found.incidents.values() for alert in incident.alerts.values()}
    assert AlertStatus.RINGING not in statuses
    assert {AlertStatus.TIMED_OUT, AlertStatus.DECLINED, AlertStatus.DONE} <= statuses
    for one in found.events:
        if isinstance(one.event, ev.AlertTimedOut):
            assert one.at >= found.incidents[one.incident_id].alerts[one.event.alert_id].answer_by


def deadlines_went_on_after_each_kill(lives: list[Life], found: Audit) -> None:
    """What fell due while no process ran was ended by the very next one, before a call or an answer came in to it."""
    assert len(lives) == KILLS + 1
    assert lives[0].began_at == START
    # What ended the ringing, and not a late yes after it.
    ended = {one.event.alert_id: one for one in reversed(found.events) if isinstance(one.event, ENDS_RINGING)}
    overtaken: list[str] = []
    for before, after in pairwise(lives):
        assert before.killed_at
        overdue = [
            one.event.alert_id
            for one in found.events
            if isinstance(one.event, ev.RescuerAlerted)
            and one.at < before.killed_at < one.event.answer_by <= after.began_at <= ended[one.event.alert_id].at
        ]
        came_in = [one.at for one in found.events if isinstance(one.event, COMES_IN) and one.at >= after.began_at]
        door_open_at = min([*came_in, after.killed_at or datetime.max.replace(tzinfo=UTC)])
        assert all(isinstance(ended[alert_id].event, ev.AlertTimedOut) for alert_id in overdue)
        assert [alert_id for alert_id in overdue if ended[alert_id].at > door_open_at] == []
        overtaken += overdue
    searched = [one.incident_id for one in found.events if isinstance(one.event, ev.WaveEnded)]
    assert len(overtaken) > KILLS
    assert set(searched) & {alert_id.rpartition("-")[0] for alert_id in overtaken}
