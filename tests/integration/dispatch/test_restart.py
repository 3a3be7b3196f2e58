"""A service that stops in mid-call goes on where it was when it starts again."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.phone import phone_of
from tests.support.process import running
from tests.support.service import call
from tests.support.town import Town

SPEED = "30"
pytestmark = pytest.mark.both_databases


async def test_a_restart_keeps_alerts_answers_and_deadlines(town: Town, town_database: str, tmp_path: Path) -> None:
    with running(town, town_database, tmp_path / "first.log") as service:
        async with phone_of(service, "r00") as accepting, phone_of(service, "r01") as silent:
            incident_id = service.post_call(call()).json()["incident_id"]
            alert = await accepting.expect("alert")
            await silent.expect("alert")
            await accepting.ask("accept", alert_id=alert["alert_id"])

    with running(town, town_database, tmp_path / "second.log", RESCUE_CLOCK_SPEED=SPEED) as service:
        async with phone_of(service, "r00") as accepting, phone_of(service, "r01", last_seq=1) as silent:
            assignment = await accepting.expect("assignment")
            ended = await silent.expect("alert_ended")
            arrived = await accepting.ask("arrived", alert_id=alert["alert_id"])
        states = {one["rescuer_id"]: one["state"] for one in service.get(f"/api/incidents/{incident_id}")["alerts"]}

    assert assignment["alert_id"] == alert["alert_id"]
    assert ended["reason"] == "timed_out"
    assert arrived["ok"]
    assert states == {"r00": "arrived", "r01": "timed_out"}


async def test_after_a_long_outage_the_next_wave_rings_who_was_there_before_it(
    town: Town, town_database: str, tmp_path: Path
) -> None:
    names = [f"r{number:02d}" for number in range(9)]
    with running(town, town_database, tmp_path / "first.log") as service:
        async with AsyncExitStack() as phones:
            for name in names:
                await phones.enter_async_context(phone_of(service, name))
            incident_id = service.post_call(call()).json()["incident_id"]
            rung_before = {one["rescuer_id"] for one in service.get(f"/api/incidents/{incident_id}")["alerts"]}

    later = (datetime.now(UTC) + timedelta(minutes=3)).isoformat()
    with running(town, town_database, tmp_path / "second.log", RESCUE_CLOCK_START=later) as service:
        alerts = service.get(f"/api/incidents/{incident_id}")["alerts"]
    ringing = {one["rescuer_id"] for one in alerts if one["state"] == "ringing"}

    assert {one["state"] for one in alerts if one["rescuer_id"] in rung_before} == {"timed_out"}
    # No phone is connected yet, and none was in the last two minutes: there was nothing to be connected to.
    assert ringing
    assert ringing <= set(names) - rung_before
