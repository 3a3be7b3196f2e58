"""Two services on one database: unique keys, not good manners, keep a rescuer and an AED from being promised twice."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import combinations

import pytest

from dispatch.core.commands import Answer, AnswerAlert, CallOff
from dispatch.core.consequences import reserved
from dispatch.core.events import Role
from dispatch.core.policy import Policy
from dispatch.core.refusals import Refused
from dispatch.incidents.by_hand import Wish
from registry.models import Rescuer
from tests.integration.dispatch.engines import Desk, aed, desk, rescuer
from tests.support.waiting import turns

pytestmark = pytest.mark.both_databases
PEOPLE = [rescuer(f"r{number:02d}", 10 * number) for number in range(40)]
SPARE = rescuer("spare", 1_000, 500)
AEDS = [aed("aed-1", 30, 30), aed("aed-2", 60, 30), aed("aed-3", -40, 20)]
CALLS = 6
WORDS = [Answer.ACCEPT, Answer.DECLINE, Answer.DECLINE]


@asynccontextmanager
async def both(database_url: str, people: list[Rescuer]) -> AsyncIterator[tuple[Desk, Desk]]:
    """Two engines that want the same people again at once: nobody rests."""
    rule = Policy(decline_rest_s=0, rest_s=0)
    async with (
        desk(database_url, people, AEDS, name="north", policy=rule) as north,
        desk(database_url, people, AEDS, name="s", policy=rule) as s,
    ):
        yield north, s


async def live_through(at: Desk, cad_ref: str, rng: random.Random) -> str:
    """A call whose phones answer in any order, so that people are promised and set free all the time."""
    incident_id = (await at.take_call(cad_ref)).incident_id
    live = await at.engine.live.find(incident_id)
    assert live
    alerts = list(live.incident.alerts.values())
    rng.shuffle(alerts)
    for alert in alerts:
        await turns()
        with suppress(Refused):
            await at.engine.answer(
                AnswerAlert(alert_id=alert.alert_id, rescuer_id=alert.rescuer_id, answer=rng.choice(WORDS))
            )
    return incident_id


@pytest.mark.parametrize("seed", range(3))
async def test_nobody_and_nothing_is_promised_twice_however_two_processes_race(database_url: str, seed: int) -> None:
    rng = random.Random(seed)
    async with both(database_url, PEOPLE) as (north, s):
        calls = [live_through(at, f"{at is north}-{number}", rng) for number in range(CALLS) for at in (north, s)]
        incident_ids = await asyncio.gather(*calls)
        await asyncio.gather(north.settle(), s.settle())
        incidents = [await north.reader.find_incident(incident_id) for incident_id in incident_ids]
        held = await north.reader.read_reservations()

    promised = [reserved(incident) for incident in incidents if incident is not None]
    assert len(promised) == 2 * CALLS
    assert all(not one & other for one, other in combinations(promised, 2))
    assert set(held) == set().union(*promised)


async def by_hand(at: Desk, cad_ref: str, rng: random.Random) -> str:
    """A call whose dispatcher adds and calls off whoever comes to mind, whatever others are promised."""
    incident_id = (await at.take_call(cad_ref, east_m=2_000)).incident_id
    for _ in range(4):
        role = rng.choice(list(Role))
        wish = Wish(rescuer_id=rng.choice(PEOPLE).rescuer_id, role=role, force=rng.random() < 0.5)
        with suppress(Refused):
            await at.engine.add_rescuer(incident_id, wish)
        live = await at.engine.live.find(incident_id)
        assert live
        for alert in live.incident.held_alerts[:1]:
            if rng.random() < 0.5:
                with suppress(Refused):
                    await at.engine.call_off(incident_id, CallOff(alert_id=alert.alert_id))
    return incident_id


@pytest.mark.parametrize("seed", range(3))
async def test_no_dispatcher_of_one_process_takes_what_another_has_promised(database_url: str, seed: int) -> None:
    rng = random.Random(seed)
    async with both(database_url, [*PEOPLE, SPARE]) as (north, s):
        calls = [one(at, f"{one.__name__}-{at is north}", rng) for one in (by_hand, live_through) for at in (north, s)]
        incident_ids = await asyncio.gather(*calls, *(by_hand(at, f"more-{at is north}", rng) for at in (north, s)))
        # However the race went, whom nobody else has wanted can be had.
        await north.engine.add_rescuer(incident_ids[0], Wish(rescuer_id=SPARE.rescuer_id, force=True))
        await asyncio.gather(north.settle(), s.settle())
        incidents = [await north.reader.find_incident(incident_id) for incident_id in incident_ids]
        held = await north.reader.read_reservations()

    promised = [reserved(incident) for incident in incidents if incident is not None]
    assert incidents[0] is not None
    assert any(alert.by_hand for alert in incidents[0].alerts.values())
    assert all(not one & other for one, other in combinations(promised, 2))
    assert set(held) == set().union(*promised)
