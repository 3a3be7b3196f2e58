"""Who has said no, or gone to a call, is left alone by the next ones: across calls, restarts and outages."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from dispatch import tables as t
from dispatch.clock import Clock
from dispatch.core.commands import Answer, AnswerAlert
from dispatch.core.policy import Policy
from dispatch.core.rests import RestKind
from dispatch.records import Appended
from dispatch.retention.retention import Retention, RetentionRules
from registry.storage.database import Database
from tests.integration.dispatch.engines import NOON, Desk, desk, desk_with_spool, rescuer
from tests.integration.dispatch.journal_story import answer, decided, report
from tests.integration.dispatch.test_spool import fill
from tests.unit.dispatch.incident_story import candidates

pytestmark = pytest.mark.both_databases
ONE_PHONE = Policy(alerts=1, direct_wanted=1, put_off_s=0)
"""All calls are told from one place: none waits for the one before."""
CROWD = [rescuer("no", 20), *(rescuer(f"r{number}", 100 + 10 * number) for number in range(8))]
DAY = timedelta(days=1)


@pytest.fixture
def url(database_url: str) -> str:
    return database_url


def at_second(number: float) -> Clock:
    return Clock(start=NOON + timedelta(seconds=number), speed=0.001)


async def say(at: Desk, incident_id: str, rescuer_id: str, *words: Answer) -> None:
    live = await at.engine.live.find(incident_id)
    assert live
    alert_id = next(one.alert_id for one in live.incident.alerts.values() if one.rescuer_id == rescuer_id)
    for word in words:
        await at.engine.answer(AnswerAlert(alert_id=alert_id, rescuer_id=rescuer_id, answer=word))


async def rung(at: Desk, cad_ref: str, *, end: bool = False) -> list[str]:
    """Whom a new call rings first."""
    incident_id = (await at.take_call(cad_ref)).incident_id
    alerted = list(await at.alerted(incident_id))
    if end:
        await at.engine.close_duplicate(incident_id)
    return alerted


async def test_six_calls_in_six_seconds_ring_somebody_who_says_no_once(url: str) -> None:
    async with desk(url, CROWD, policy=ONE_PHONE) as at:
        rung_for = []
        for number in range(6):
            incident_id = (await at.take_call(f"C{number}")).incident_id
            first = list(await at.alerted(incident_id))
            rung_for.append(first)
            if "no" in first:
                await say(at, incident_id, "no", Answer.DECLINE)
            at.clock.advance(NOON + timedelta(seconds=number + 1))

    assert rung_for[0] == ["no"]
    assert all(len(one) == 1 and "no" not in one for one in rung_for[1:])


async def test_a_no_counts_for_its_while_and_after_a_restart_too(url: str) -> None:
    async with desk(url, CROWD, policy=ONE_PHONE) as at:
        incident_id = (await at.take_call("A")).incident_id
        await say(at, incident_id, "no", Answer.DECLINE)

    async with desk(url, CROWD, policy=ONE_PHONE, name="second", clock=at_second(200)) as at:
        soon = await rung(at, "B", end=True)
    async with desk(url, CROWD, policy=ONE_PHONE, name="third", clock=at_second(301)) as at:
        later = await rung(at, "C")

    assert soon == ["r1"]
    assert later == ["no"]


async def test_a_no_is_a_no_though_nobody_else_is_left(url: str) -> None:
    async with desk(url, CROWD[:1], policy=ONE_PHONE) as at:
        await say(at, (await at.take_call("A")).incident_id, "no", Answer.DECLINE)

        assert await rung(at, "B") == []


async def test_who_was_with_a_patient_is_rung_next_only_where_nobody_else_is_left(url: str) -> None:
    async with desk(url, CROWD[:2], policy=ONE_PHONE) as at:
        first = (await at.take_call("A")).incident_id
        await say(at, first, "no", Answer.ACCEPT, Answer.ARRIVED, Answer.DONE)
        second = await rung(at, "B")
    async with desk(url, CROWD[:2], policy=ONE_PHONE, name="again", clock=at_second(60)) as at:
        third = await rung(at, "C")

    assert second == ["r0"]
    assert third == ["no"], "r0 is on the way to another"


async def test_a_no_said_while_the_database_was_away_counts_once_it_has_landed(url: str, tmp_path: Path) -> None:
    opened = decided(None, report("a"), candidates({"no": 20.0, "r0": 40.0}))
    declined = decided(opened.after, answer(opened.after, "no", Answer.DECLINE))
    path = tmp_path / "calls.spool"
    fill(path, [opened, Appended(before=opened.after, after=declined.after, events=declined.events, at=declined.at)])

    async with desk_with_spool(url, path, CROWD) as at:
        (kept,) = await at.reader.read_rests(declined.at)

    assert (kept.rescuer_id, kept.kind) == ("no", RestKind.DECLINED)
    assert kept.until == declined.at + timedelta(seconds=Policy().decline_rest_s)


async def test_who_was_with_a_patient_is_locked_out_where_a_city_wants_it_and_after_a_restart_too(url: str) -> None:
    locking = replace(ONE_PHONE, lock_out_s=600)
    async with desk(url, CROWD[:1], policy=locking) as at:
        incident_id = (await at.take_call("A")).incident_id
        await say(at, incident_id, "no", Answer.ACCEPT, Answer.ARRIVED, Answer.DONE)
        until = at.engine.locked_out_until("no")

    async with desk(url, CROWD[:1], policy=locking, name="second", clock=at_second(500)) as at:
        during = await rung(at, "B", end=True)
        told_during = at.engine.locked_out_until("no")
    async with desk(url, CROWD[:1], policy=locking, name="third", clock=at_second(601)) as at:
        afterwards = await rung(at, "C")
        told_afterwards = at.engine.locked_out_until("no")

    assert during == []
    assert afterwards == ["no"]
    assert until is not None
    assert (told_during, told_afterwards) == (until, None)


async def test_a_rest_that_is_over_is_forgotten(url: str) -> None:
    async with desk(url, CROWD, policy=ONE_PHONE) as at:
        await say(at, (await at.take_call("A")).incident_id, "no", Answer.DECLINE)
    database = Database(url)
    rules = RetentionRules(details=DAY, messages=DAY, positions=DAY, imports=DAY, people_imports=DAY)
    retention = Retention(database, rules)

    async with database.read() as connection:
        before = await connection.scalar(select(func.count()).select_from(t.rests))
    early = await retention.run(NOON + timedelta(seconds=299))
    preview = await retention.preview(NOON + timedelta(seconds=301))
    late = await retention.run(NOON + timedelta(seconds=301))
    async with database.read() as connection:
        after = await connection.scalar(select(func.count()).select_from(t.rests))
    await database.close()

    assert (before, early.expired, preview.expired, late.expired, after) == (1, 0, 1, 1, 0)
