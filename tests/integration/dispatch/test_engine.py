"""The engine on a real file: calls that race for the same people, and promises that hold across processes."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from dispatch.clock import Clock
from dispatch.core.commands import Answer, AnswerAlert
from dispatch.core.consequences import reserved
from dispatch.core.events import ResponderArrived
from dispatch.core.policy import Policy
from dispatch.core.refusals import Refused
from dispatch.event_codec import decode
from dispatch.incidents.engine import NoAedAway
from dispatch.incidents.writer import UnknownIncident
from dispatch.journal.receipts import ReceiptBook
from registry.storage.database import Database
from tests.integration.dispatch.engines import NOON, Desk, aed, desk, rescuer
from tests.support.waiting import until

pytestmark = pytest.mark.both_databases
TWELVE = [rescuer(f"r{number:02d}", 20 * number) for number in range(12)]


@pytest.fixture
def url(database_url: str) -> str:
    return database_url


async def say(at: Desk, incident_id: str, rescuer_id: str, *words: Answer, aed_returned: bool = False) -> None:
    live = await at.engine.live.find(incident_id)
    assert live
    alert_id = next(one.alert_id for one in live.incident.alerts.values() if one.rescuer_id == rescuer_id)
    for word in words:
        await at.engine.answer(
            AnswerAlert(alert_id=alert_id, rescuer_id=rescuer_id, answer=word, aed_returned=aed_returned)
        )


async def until_promised(at: Desk, key: str) -> None:
    """Returns between the promise in memory and its being durable."""
    await until(lambda: at.engine.reservations.find_holder(key) is not None, pause_s=0)


async def test_of_two_calls_at_once_one_gets_the_last_rescuer(url: str) -> None:
    async with desk(url, [rescuer("only", 50)]) as at:
        taken = await asyncio.gather(at.take_call("A"), at.take_call("B"))
        alerted = [await at.alerted(one.incident_id) for one in taken]
        held = await at.reader.read_reservations()
        states = sorted([(await at.reader.find_incident(one.incident_id)).status for one in taken])  # type: ignore[union-attr]

    assert sorted(map(len, alerted)) == [0, 1]
    assert list(held) == ["rescuer:only"]
    assert states == ["alerting", "nobody_available"]


@pytest.mark.parametrize("set_back", [timedelta(hours=1), timedelta(0)])
async def test_a_start_on_a_machine_set_back_goes_on_with_the_wave_that_runs(url: str, set_back: timedelta) -> None:
    with time_machine.travel(NOON):
        before = Clock()
    async with desk(url, [rescuer("near", 50), rescuer("far", 500)], policy=Policy(alerts=1), clock=before) as at:
        incident_id = (await at.take_call("A")).incident_id
        rung_at = at.clock.now()
    with time_machine.travel(NOON - set_back):
        after = Clock()
    async with desk(url, [], policy=Policy(alerts=1), clock=after) as at:
        now = at.clock.now()
        live = at.engine.live.find_held(incident_id)

    assert live
    [alert] = live.incident.alerts.values()
    assert alert.answer_by - now <= timedelta(seconds=Policy().answer_s)
    assert timedelta(0) <= now - rung_at + timedelta(seconds=5) < timedelta(minutes=2)


@pytest.mark.parametrize("floor", ["3F", "3", "三楼"])
async def test_the_floor_that_120_tells_is_part_of_the_way(url: str, floor: str) -> None:
    async with desk(url, [rescuer("only", 160)]) as at:
        below = await at.take_call("A")
        await at.engine.stand_down(below.incident_id)
        above = await at.take_call("B", floor=floor)
        told = [await at.engine.live.find(one.incident_id) for one in (below, above)]
    walk_time_s = [one.walk_time_s for live in told if live for one in live.incident.alerts.values()]

    assert len(walk_time_s) == 2
    # In at the door and two flights up.
    assert 40.0 < walk_time_s[1] - walk_time_s[0] < 60.0


@pytest.mark.parametrize(
    ("more", "seconds"),
    [({}, 0), ({"location.building": "flats"}, 138), ({"location.building": "flats", "location.escort": "true"}, 114)],
)
async def test_the_building_that_120_tells_is_part_of_the_way_and_of_what_is_learned(
    url: str, more: dict[str, str], seconds: float
) -> None:
    async with desk(url, [rescuer("only", 160)]) as at:
        plain = await at.take_call("A")
        await at.engine.stand_down(plain.incident_id)
        told = await at.take_call("B", more=more)
        await say(at, told.incident_id, "only", Answer.ACCEPT, Answer.AT_DOOR, Answer.ARRIVED)
        both = [await at.engine.live.find(one.incident_id) for one in (plain, told)]
        events = [
            decode(row.type, row.schema_version, row.body) for row in await at.reader.read_events(told.incident_id)
        ]
    walk_time_s = [one.walk_time_s for live in both if live for one in live.incident.alerts.values()]
    [arrived] = [event for event in events if isinstance(event, ResponderArrived)]

    assert walk_time_s[1] - walk_time_s[0] == pytest.approx(seconds, abs=0.2)
    assert arrived.building == more.get("location.building", "")
    assert arrived.from_door_s is not None


async def test_of_two_processes_that_both_think_the_rescuer_free_one_gets_him(url: str) -> None:
    people = [rescuer("only", 50)]
    async with desk(url, people, name="north") as north, desk(url, people, name="south") as south:
        first, second = await asyncio.gather(north.take_call("A"), south.take_call("B"))
        alerted = [await north.alerted(first.incident_id), await south.alerted(second.incident_id)]

    assert sorted(map(len, alerted)) == [0, 1]


async def test_who_is_beside_the_patient_rings_after_four_seconds_where_seven_phones_are_gone(url: str) -> None:
    people = [*(rescuer(f"gone{number}", 5 * number) for number in range(7)), rescuer("beside", 40)]
    async with desk(url, people) as at:
        at.gone.update(one.rescuer_id for one in people[:7])
        incident_id = (await at.take_call("A")).incident_id
        assert "beside" not in await at.alerted(incident_id)
        at.clock.advance(at.clock.now() + timedelta(seconds=3))
        await at.engine.reach_deadline(incident_id)
        assert "beside" not in await at.alerted(incident_id), "they may still take it"
        at.clock.advance(at.clock.now() + timedelta(seconds=1))
        await at.engine.reach_deadline(incident_id)

        assert "beside" in await at.alerted(incident_id)


async def test_who_is_reached_by_a_message_may_answer_when_others_ring_already(url: str) -> None:
    people = [rescuer("sms", 38), rescuer("next", 200)]
    async with desk(url, people, policy=Policy(alerts=1)) as at:
        at.slow.add("sms")
        incident_id = (await at.take_call("A")).incident_id
        at.clock.advance(at.clock.now() + timedelta(seconds=31))
        await at.engine.reach_deadline(incident_id)
        assert list(await at.alerted(incident_id)) == ["sms", "next"]
        at.clock.advance(at.clock.now() + timedelta(seconds=4))
        await say(at, incident_id, "sms", Answer.ACCEPT)
        live = await at.engine.live.find(incident_id)

    assert live
    assert live.incident.status == "en_route"


async def test_who_comes_back_beside_an_incident_without_helpers_rings_at_once(url: str) -> None:
    away, far = replace(rescuer("back", 30), on_duty=False), replace(rescuer("far", 5_000), on_duty=False)
    async with desk(url, [away, far]) as at:
        incident_id = (await at.take_call("A")).incident_id
        at.engine.newcomers.came("back")
        at.engine.newcomers.came("far")
        assert await at.alerted(incident_id) == {}
        at.scout.directory.set_duty("back", True, at.clock.now())
        at.engine.newcomers.came("back")
        await until(lambda: at.rung == ["back"])

        assert await at.alerted(incident_id) == {"back": None}


async def test_who_comes_goes_where_nobody_goes_before_where_somebody_does(url: str) -> None:
    people = [rescuer("first", 20), replace(rescuer("back", 50), on_duty=False)]
    async with desk(url, people) as at:
        helped = (await at.take_call("A")).incident_id
        alone = (await at.take_call("B", east_m=90)).incident_id
        at.scout.directory.set_duty("back", True, at.clock.now())
        at.engine.newcomers.came("back")
        await until(lambda: at.rung == ["first", "back"])

        assert list(await at.alerted(helped)) == ["first"]
        assert list(await at.alerted(alone)) == ["back"]


async def test_who_is_free_again_rings_for_the_incident_beside_at_once(url: str) -> None:
    async with desk(url, [rescuer("only", 50)], [aed("aed-1", 40, 5)]) as at:
        first = (await at.take_call("A")).incident_id
        second = (await at.take_call("B", east_m=90)).incident_id
        assert await at.alerted(second) == {}
        await at.engine.stand_down(first)
        await until(lambda: at.rung == ["only", "only"])

        assert list(await at.alerted(second)) == ["only"]


async def test_a_phone_that_has_told_another_process_that_it_rings_keeps_its_place(url: str) -> None:
    people = [rescuer("near", 20), rescuer("far", 200)]
    policy = Policy(alerts=1)
    async with desk(url, people, policy=policy) as at:
        at.gone.add("near")
        incident_id = (await at.take_call("A")).incident_id
        database = Database(url)
        receipts = ReceiptBook(database)
        receipts.delivered(incident_id, f"{incident_id}-1", at.clock.now())
        await receipts.flush()
        await database.close()
        at.clock.advance(at.clock.now() + timedelta(seconds=5))
        await at.engine.reach_deadline(incident_id)

        assert list(await at.alerted(incident_id)) == ["near"]


async def test_who_loses_the_race_for_some_is_given_others(url: str) -> None:
    async with desk(url, TWELVE, name="north") as north, desk(url, TWELVE, name="south") as south:
        first, second = await asyncio.gather(north.take_call("A"), south.take_call("B"))
        one, other = await north.alerted(first.incident_id), await south.alerted(second.incident_id)

    assert not set(one) & set(other)
    assert sorted([len(one), len(other)]) == [5, 7]


async def test_many_calls_at_once_promise_nobody_and_nothing_twice(url: str) -> None:
    aeds = [aed("aed-1", 30, 30), aed("aed-2", 60, 30)]
    async with desk(url, [rescuer(f"r{number:02d}", 10 * number) for number in range(40)], aeds) as at:
        taken = await asyncio.gather(*(at.take_call(f"call-{number}") for number in range(8)))
        alerted = [await at.alerted(one.incident_id) for one in taken]

    people = [name for one in alerted for name in one]
    fetched = [name for one in alerted for name in one.values() if name]
    assert len(people) == len(set(people)) == 40
    assert len(fetched) == len(set(fetched)) <= 2


async def test_the_same_call_many_times_at_once_is_one_incident(url: str) -> None:
    async with desk(url, TWELVE) as at:
        taken = await asyncio.gather(*(at.take_call("A", message_id=f"m{number % 3}") for number in range(9)))

    assert len({one.incident_id for one in taken}) == 1
    assert sum(not one.duplicate for one in taken) == 3


async def test_an_answer_and_the_deadline_at_once_never_decide_on_the_same_state(url: str) -> None:
    async with desk(url, TWELVE) as at:
        incident_id = (await at.take_call("A")).incident_id
        at.clock.advance(at.clock.now() + timedelta(seconds=31))
        results = await asyncio.gather(
            at.engine.reach_deadline(incident_id),
            say(at, incident_id, "r00", Answer.ACCEPT),
            return_exceptions=True,
        )
        held = await at.reader.find_incident(incident_id)

    assert results == [None, None]
    assert held
    assert held.alerts[f"{incident_id}-1"].status == "accepted", "late, and yet fewer go than are wanted"


async def test_an_aed_whose_fetcher_declines_goes_to_another_at_once(url: str) -> None:
    policy = Policy(direct_wanted=1)
    async with desk(url, TWELVE, [aed("aed-1", 30)], policy=policy) as at:
        incident_id = (await at.take_call("A")).incident_id
        fetcher = next(name for name, fetched in (await at.alerted(incident_id)).items() if fetched)
        await say(at, incident_id, next(iter(await at.alerted(incident_id))), Answer.ACCEPT)
        await say(at, incident_id, fetcher, Answer.DECLINE)
        alerted = await at.alerted(incident_id)
        held = await at.reader.read_reservations()

    replacement = list(alerted)[-1]
    assert replacement != fetcher
    assert alerted[replacement] == "aed-1"
    assert held["aed:aed-1"] == incident_id


async def test_what_the_engine_remembers_is_what_the_journal_holds(url: str) -> None:
    async with desk(url, TWELVE, [aed("aed-1", 30)]) as at:
        incident_id = (await at.take_call("A")).incident_id
        for number, word in enumerate([Answer.ACCEPT, Answer.DECLINE, Answer.ACCEPT]):
            await say(at, incident_id, f"r{number:02d}", word)
        live = await at.engine.live.find(incident_id)
        stored = await at.reader.find_incident(incident_id)
        held = await at.reader.read_reservations()

    assert live
    assert stored == live.incident
    assert set(held) == reserved(live.incident)


async def test_an_engine_that_starts_again_goes_on_where_the_other_stopped(url: str) -> None:
    async with desk(url, TWELVE, [aed("aed-1", 30)]) as at:
        incident_id = (await at.take_call("A")).incident_id
        fetcher = next(name for name, fetched in (await at.alerted(incident_id)).items() if fetched)
        await say(at, incident_id, fetcher, Answer.ACCEPT, Answer.AED_COLLECTED)
        await at.engine.stand_down(incident_id)

    async with desk(url, TWELVE, [aed("aed-1", 30)], name="again") as at:
        second = await at.take_call("B")
        fetched_while_away = [one for one in (await at.alerted(second.incident_id)).values() if one]
        await at.engine.stand_down(second.incident_id)
        await at.engine.aed_returned("aed-1")
        third = await at.take_call("C")
        fetched_when_back = [one for one in (await at.alerted(third.incident_id)).values() if one]

    assert fetched_while_away == []
    assert fetched_when_back == ["aed-1"]


async def test_an_aed_that_nobody_took_cannot_be_returned(url: str) -> None:
    async with desk(url, TWELVE, [aed("aed-1", 30)]) as at:
        await at.take_call("A")
        for aed_id in ("aed-1", "no such thing"):
            with pytest.raises(NoAedAway):
                await at.engine.aed_returned(aed_id)


async def test_what_nobody_knows_is_refused(url: str) -> None:
    async with desk(url, TWELVE) as at:
        with pytest.raises(UnknownIncident):
            await at.engine.stand_down("nothing")
        with pytest.raises(Refused):
            await at.engine.answer(AnswerAlert(alert_id="nothing-1", rescuer_id="r00", answer=Answer.ACCEPT))
        rows = await at.reader.list_incidents(limit=10, open_only=False)

    assert rows == []


async def test_every_row_written_is_published_once_and_in_order(url: str) -> None:
    async with desk(url, TWELVE) as at:
        taken = await asyncio.gather(*(at.take_call(f"call-{number}") for number in range(5)))
        await asyncio.gather(*(at.engine.stand_down(one.incident_id) for one in taken))
        names = {row.recipient for row in at.published}
        stored = {name: await at.reader.read_inbox(name, after=0, limit=100) for name in names}

    for name, rows in stored.items():
        assert [row for row in at.published if row.recipient == name] == rows


async def test_a_caller_that_goes_away_does_not_undo_what_it_asked(url: str) -> None:
    async with desk(url, TWELVE) as at:
        asking = asyncio.create_task(at.take_call("A"))
        await until_promised(at, "rescuer:r00")
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        again = await at.take_call("A", message_id="another")
        alerted = await at.alerted(again.incident_id)
        events = await at.reader.read_events(again.incident_id)

    assert again.incident_id == "inc1"
    assert len(alerted) == 7
    assert len([row for row in events if row.type == "IncidentOpened"]) == 1


async def test_one_call_that_reaches_two_processes_at_once_is_one_incident(url: str) -> None:
    async with desk(url, TWELVE, name="north") as north, desk(url, TWELVE, name="south") as south:
        taken = await asyncio.gather(
            north.take_call("A", message_id="m1"), south.take_call("A", message_id="m2"), south.take_call("A")
        )
        rows = await north.reader.list_incidents(limit=10, open_only=False)

    assert {one.incident_id for one in taken} == set(rows)
    assert len(rows) == 1


async def test_one_message_that_reaches_two_processes_at_once_is_taken_once(url: str) -> None:
    async with desk(url, TWELVE, name="north") as north, desk(url, TWELVE, name="south") as south:
        taken = await asyncio.gather(north.take_call("A", message_id="m1"), south.take_call("A", message_id="m1"))

    assert sorted(one.duplicate for one in taken) == [False, True]
    assert len({one.incident_id for one in taken}) == 1


async def test_news_of_a_known_call_that_reach_two_processes_at_once_are_taken_once(url: str) -> None:
    async with desk(url, TWELVE, name="north") as north, desk(url, TWELVE, name="south") as south:
        first = await north.take_call("A")
        taken = await asyncio.gather(north.take_call("A", message_id="m2"), south.take_call("A", message_id="m2"))

    assert sorted(one.duplicate for one in taken) == [False, True]
    assert {one.incident_id for one in taken} == {first.incident_id}
