"""One wall gets one person: AEDs that may be one and the same are promised together until somebody has decided."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from dispatch.core import commands as cmd
from dispatch.core.events import Role
from dispatch.core.refusals import Refused
from dispatch.incidents.by_hand import Wish
from tests.integration.dispatch.engines import Desk, aed, desk, rescuer

pytestmark = pytest.mark.both_databases
WALL = (aed("city", 60), aed("osm", 62))
PEOPLE = [rescuer(f"r{number}", 20 + 10 * number) for number in range(6)]


@pytest.fixture
async def town(database_url: str) -> AsyncIterator[Desk]:
    async with desk(database_url, PEOPLE, WALL, undecided=[("city", "osm")]) as held:
        yield held


async def fetched(town: Desk, incident_id: str) -> dict[str, str]:
    return {who: one for who, one in (await town.alerted(incident_id)).items() if one}


async def answer(town: Desk, incident_id: str, rescuer_id: str, *answers: str, aed_returned: bool = False) -> None:
    live = await town.engine.live.find(incident_id)
    assert live
    alert = next(one for one in live.incident.alerts.values() if one.rescuer_id == rescuer_id)
    for said in answers:
        await town.engine.answer(
            cmd.AnswerAlert(
                alert_id=alert.alert_id, rescuer_id=rescuer_id, answer=cmd.Answer(said), aed_returned=aed_returned
            )
        )


async def one_fetching(town: Desk) -> tuple[str, str, str]:
    """A call for which somebody has taken an AED: the incident, who, and the AED."""
    incident_id = (await town.take_call("1")).incident_id
    ((who, taken),) = (await fetched(town, incident_id)).items()
    await answer(town, incident_id, who, "accept")
    return incident_id, who, taken


async def test_two_records_of_one_cabinet_get_one_person(town: Desk) -> None:
    incident_id = (await town.take_call("1")).incident_id
    assert len(await town.alerted(incident_id)) == 6
    assert len(await fetched(town, incident_id)) == 1


async def test_two_cabinets_get_two(database_url: str) -> None:
    async with desk(database_url, PEOPLE, WALL) as town:
        assert len(await fetched(town, (await town.take_call("1")).incident_id)) == 2


async def test_another_call_is_not_promised_the_neighbour(town: Desk) -> None:
    incident_id, *_ = await one_fetching(town)
    await town.engine.stand_down((await town.take_call("2", east_m=5)).incident_id)
    assert await fetched(town, "inc2") == {}
    for name in ("city", "osm"):
        assert town.engine.find_aeds_holder(name) == incident_id


async def test_a_dispatcher_is_told_that_the_neighbour_is_promised(town: Desk) -> None:
    incident_id, who, taken = await one_fetching(town)
    other = next(one.aed_id for one in WALL if one.aed_id != taken)
    free = next(one.rescuer_id for one in PEOPLE if one.rescuer_id != who)
    for alert in (await town.engine.live.find(incident_id)).incident.held_alerts:  # type: ignore[union-attr]
        if alert.rescuer_id == free:
            await town.engine.call_off(incident_id, cmd.CallOff(alert_id=alert.alert_id))
    with pytest.raises(Refused) as refused:
        await town.engine.add_rescuer(incident_id, Wish(rescuer_id=free, role=Role.FETCH_AED, aed_id=other, force=True))
    assert refused.value.code == "aed_promised"


async def test_the_promise_is_the_same_after_a_restart(town: Desk, database_url: str) -> None:
    incident_id, *_ = await one_fetching(town)
    async with desk(database_url, PEOPLE, WALL, name="later") as again:
        for name in ("city", "osm"):
            assert again.engine.find_aeds_holder(name) == incident_id


async def test_a_record_that_comes_in_beside_a_promised_one_is_promised_with_it(town: Desk) -> None:
    await one_fetching(town)
    directory = town.scout.directory
    directory.take_aed("third", aed("third", 61))
    directory.take_undecided(["third"], [("city", "third"), ("osm", "third")])
    assert await fetched(town, (await town.take_call("2", east_m=5)).incident_id) == {}


async def test_who_is_under_way_keeps_the_aed_when_its_records_are_joined(town: Desk) -> None:
    incident_id, who, taken = await one_fetching(town)
    lead = next(one for one in WALL if one.aed_id != taken)
    joined = next(one for one in WALL if one.aed_id == taken)
    directory = town.scout.directory
    directory.take_aed(taken, replace(joined, joined_to=lead.aed_id))
    directory.take_undecided([taken, lead.aed_id], [])

    assert directory.get_aed(taken).aed_id == lead.aed_id
    assert town.engine.find_aeds_holder(lead.aed_id) == town.engine.find_aeds_holder(taken) == incident_id
    assert await fetched(town, (await town.take_call("2", east_m=5)).incident_id) == {}
    await answer(town, incident_id, who, "aed_collected", "arrived", "done")
    await town.engine.aed_returned(lead.aed_id)
    assert town.engine.find_aeds_holder(taken) is None


async def test_two_that_nobody_proposed_are_one_promise_once_they_are_joined(database_url: str) -> None:
    async with desk(database_url, PEOPLE, (aed("a", 60), aed("b", 200))) as town:
        incident_id = (await town.take_call("1")).incident_id
        directory = town.scout.directory
        directory.take_aed("a", replace(aed("a", 60), joined_to="b"))
        directory.take_undecided(["a", "b"], [])
        await answer(town, incident_id, next(who for who, one in (await fetched(town, incident_id)).items()), "accept")
        assert town.engine.find_aeds_holder("b") == incident_id


async def test_who_is_under_way_keeps_the_aed_when_its_records_are_parted(town: Desk) -> None:
    incident_id, who, taken = await one_fetching(town)
    town.scout.directory.take_undecided(["city", "osm"], [])

    assert town.engine.find_aeds_holder(taken) == incident_id
    await answer(town, incident_id, who, "aed_collected", "arrived")
    await answer(town, incident_id, who, "done", aed_returned=True)
    assert town.engine.find_aeds_holder("city") is None
    await town.engine.stand_down(incident_id)
    assert len(await fetched(town, (await town.take_call("2")).incident_id)) == 2


async def test_one_phone_rings_once_whichever_lists_its_owner_is_in(database_url: str) -> None:
    async with desk(database_url, PEOPLE[:3], same_phones=[("r0", "r1")]) as town:
        first = (await town.take_call("1")).incident_id
        assert list(await town.alerted(first)) == ["r0", "r2"]
        second = (await town.take_call("2", east_m=400)).incident_id
        assert await town.alerted(second) == {}


async def test_a_phone_that_said_no_is_not_rung_under_another_name(database_url: str) -> None:
    async with desk(database_url, PEOPLE[:2], same_phones=[("r0", "r1")]) as town:
        incident_id = (await town.take_call("1")).incident_id
        await answer(town, incident_id, "r0", "decline")
        await town.settle()
        assert list(await town.alerted(incident_id)) == ["r0"]
