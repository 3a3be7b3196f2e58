"""A service that stops in mid-call goes on where it was when it starts again."""

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
