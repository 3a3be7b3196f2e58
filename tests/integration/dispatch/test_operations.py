"""Running the service: its clock, its start and its end, and what it keeps over both."""

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from dispatch.access.tokens import Access
from registry.repository import load_rescuers
from registry.storage.database import Database
from rescue_circle.serve import Gate
from tests.support.phone import phone_of
from tests.support.plain_http import fetch
from tests.support.process import RESTLESS, running, standing_by
from tests.support.service import Service, call
from tests.support.town import Town, place
from tests.support.waiting import eventually

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@pytest.fixture
def simulated(town: Town, town_database: str, tmp_path: Path) -> Iterator[Service]:
    """A service on a clock of its own."""
    with running(town, town_database, tmp_path / "service.log", RESCUE_CLOCK_START=START.isoformat()) as service:
        yield service


def advance(service: Service, to: datetime) -> httpx.Response:
    return service.request("POST", "/api/clock/advance", Access.SIMULATOR, json={"to": to.isoformat()})


def now(service: Service) -> datetime:
    return datetime.fromisoformat(service.get("/api/clock", Access.SIMULATOR)["now"])


def test_the_wall_clock_is_told_and_cannot_be_moved(standing_service: Service) -> None:
    state = standing_service.get("/api/clock")

    answer = advance(standing_service, datetime.now(UTC) + timedelta(hours=1))

    assert not state["simulated"]
    assert state["speed"] == 1.0
    assert answer.status_code == 409
    assert now(standing_service) < datetime.now(UTC) + timedelta(minutes=1)


def test_an_idle_simulated_clock_skips_ahead_and_never_back(simulated: Service) -> None:
    began = now(simulated)
    ahead = advance(simulated, START + timedelta(days=1))
    back = advance(simulated, START)

    assert START <= began < START + timedelta(minutes=5)
    assert ahead.status_code == back.status_code == 200
    assert datetime.fromisoformat(back.json()["now"]) >= START + timedelta(days=1)


def test_time_is_not_skipped_while_an_incident_is_open(simulated: Service) -> None:
    simulated.post_call(call(at=START))
    while_open = advance(simulated, START + timedelta(days=1))
    simulated.post_call(call("call.closed", at=START))
    afterwards = advance(simulated, START + timedelta(days=1))

    assert while_open.status_code == 409
    assert while_open.json()["code"] == "incidents_open"
    assert afterwards.status_code == 200


@pytest.mark.parametrize("to", ["noon", "2026-03-02T04:00:00", None, "9999-12-31T23:59:59-12:00"])
def test_a_time_that_cannot_be_moved_to_is_refused_and_the_clock_goes_on(simulated: Service, to: str | None) -> None:
    answer = simulated.request("POST", "/api/clock/advance", Access.SIMULATOR, json={"to": to})

    assert answer.status_code == 422
    assert START <= now(simulated) < START + timedelta(hours=1)


def run_at(service: Service, speed: object) -> httpx.Response:
    return service.request("POST", "/api/clock/speed", Access.SIMULATOR, json={"speed": speed})


def test_a_simulated_clock_runs_slower_or_faster_from_now_on_even_while_an_incident_is_open(simulated: Service) -> None:
    simulated.post_call(call(at=START))
    before = now(simulated)
    answer = run_at(simulated, 3_000)
    after = eventually(lambda: (at := now(simulated)) > before + timedelta(minutes=10) and at)

    assert answer.status_code == 200
    assert answer.json()["speed"] == 3_000
    assert before <= datetime.fromisoformat(answer.json()["now"]) < before + timedelta(minutes=5)
    assert after > before


@pytest.mark.parametrize("speed", [0, -1, 3_601, "fast", None])
def test_a_speed_that_no_clock_can_have_is_refused(simulated: Service, speed: object) -> None:
    assert run_at(simulated, speed).status_code == 422


def test_the_wall_clock_keeps_its_own_speed(standing_service: Service) -> None:
    assert run_at(standing_service, 2).status_code == 409
    assert standing_service.get("/api/clock")["speed"] == 1.0


async def test_a_dispatcher_calls_everybody_off(service: Service) -> None:
    async with phone_of(service, "r00") as phone:
        incident_id = service.post_call(call()).json()["incident_id"]
        alert = await phone.expect("alert")
        await phone.ask("accept", alert_id=alert["alert_id"])
        answer = service.request("POST", f"/api/incidents/{incident_id}/stand-down")
        ended = await phone.expect("alert_ended")
        again = service.request("POST", f"/api/incidents/{incident_id}/stand-down")

    assert answer.status_code == again.status_code == 200
    assert answer.json()["status"] == "closed"
    assert answer.json()["alerts"][0]["state"] == "stood_down"
    assert ended["reason"] == "stood_down"
    assert not ended["return_aed"]


async def carry_away(service: Service, cad_ref: str) -> str:
    """r01 fetches the AED of a call that then ends; the AED's id."""
    async with phone_of(service, "r00"), phone_of(service, "r01") as fetching:
        service.post_call(call(cad_ref=cad_ref))
        alert = await fetching.expect("alert")
        for word in ("accept", "aed_collected"):
            await fetching.ask(word, alert_id=alert["alert_id"])
        service.post_call(call("call.closed", cad_ref=cad_ref))
        ended = await fetching.expect("alert_ended")
        assert ended["return_aed"]
        aed_id: str = alert["aed"]["aed_id"]
    return aed_id


async def fetched(service: Service, cad_ref: str) -> list[str]:
    """AEDs that a call sends the phones r00 and r01 for."""
    async with phone_of(service, "r00"), phone_of(service, "r01"):
        incident_id = service.post_call(call(cad_ref=cad_ref)).json()["incident_id"]
        alerts = service.get(f"/api/incidents/{incident_id}")["alerts"]
        service.request("POST", f"/api/incidents/{incident_id}/stand-down").raise_for_status()
    return [alert["aed_id"] for alert in alerts if alert["aed_id"]]


async def test_an_aed_that_was_taken_is_promised_again_only_when_it_is_back_even_over_a_restart(
    town: Town, town_database: str, tmp_path: Path
) -> None:
    with running(town, town_database, tmp_path / "first.log", **RESTLESS) as service:
        aed_id = await carry_away(service, "A")
        before_restart = await fetched(service, "B")
    with running(town, town_database, tmp_path / "second.log", **RESTLESS) as service:
        after_restart = await fetched(service, "C")
        back = service.request("POST", f"/api/aeds/{aed_id}/returned", Access.REGISTRY_OFFICER)
        twice = service.request("POST", f"/api/aeds/{aed_id}/returned", Access.REGISTRY_OFFICER)
        when_back = await fetched(service, "D")

    assert before_restart == after_restart == []
    assert back.status_code == 204
    assert twice.status_code == 409
    assert twice.json()["code"] == "aed_not_away"
    assert when_back == [aed_id]


@pytest.mark.parametrize("claimed", [1, 99, 2**31])
async def test_a_phone_that_claims_more_than_was_sent_is_told_where_it_stands(service: Service, claimed: int) -> None:
    async with phone_of(service, "r00", last_seq=claimed) as phone:
        welcome = phone.frames[0]
        service.post_call(call())
        alert = await phone.expect("alert")

    assert welcome["last_seq"] == 0
    assert alert["seq"] == 1


async def test_a_service_told_to_end_does_so_though_phones_hang_on_and_keeps_their_last_positions(
    town: Town, town_database: str, tmp_path: Path, unused_tcp_port: int
) -> None:
    lon, lat = place(77, 33)
    with standing_by(town, town_database, tmp_path / "service.log", unused_tcp_port) as process:
        process.start()
        async with phone_of(process.service, "r05") as phone:
            position: dict[str, Any] = {"lon": lon, "lat": lat, "datum": "wgs84", "accuracy_m": 5}
            taken = await phone.ask("position", **position, observed_at=datetime.now(UTC).isoformat())
            process.tell_to_end()
            code = await process.ended()
    database = Database(town_database)
    try:
        async with database.read() as connection:
            kept = {one.rescuer_id: one.presence for one in await load_rescuers(connection)}["r05"]
    finally:
        await database.close()

    assert taken["ok"]
    assert code in {0, -signal.SIGTERM}
    assert kept
    assert (kept.lon, kept.lat) == pytest.approx((lon, lat))


async def through_gate(gate: Gate, method: str, path: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=gate), base_url="http://gate") as client:
        return await client.request(method, path)


@pytest.mark.parametrize(("method", "path"), [("GET", "/readyz"), ("POST", "/webhooks/120"), ("GET", "/api/incidents")])
async def test_until_it_is_ready_the_service_asks_to_try_again(method: str, path: str) -> None:
    answer = await through_gate(Gate(), method, path)

    assert answer.status_code == 503
    assert answer.json()["code"] == "starting"
    assert int(answer.headers["retry-after"]) > 0


async def test_a_service_that_is_loading_is_alive() -> None:
    answer = await through_gate(Gate(), "GET", "/healthz")

    assert answer.status_code == 200


async def test_once_it_is_ready_the_service_answers_itself() -> None:
    gate, app = Gate(), FastAPI()

    @app.get("/readyz")
    async def readyz() -> str:
        return "ready"

    gate.app = app

    assert (await through_gate(gate, "GET", "/readyz")).json() == "ready"
    assert (await through_gate(gate, "GET", "/healthz")).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/openapi.json", "/"])
def test_whoever_asks_for_no_more_than_the_head_is_answered_like_one_who_wants_it_all(
    standing_service: Service, path: str
) -> None:
    head, whole = (fetch(method, standing_service.url + path) for method in ("HEAD", "GET"))

    assert head.status_code == whole.status_code == 200
    assert head.headers["content-type"] == whole.headers["content-type"]
    assert head.content == b""
    assert whole.content


def test_nothing_is_changed_by_asking_for_a_head(standing_service: Service) -> None:
    assert fetch("HEAD", f"{standing_service.url}/webhooks/120").status_code == 405


async def test_a_phone_that_comes_before_the_service_is_ready_is_told_to_come_again() -> None:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await Gate()({"type": "websocket", "path": "/streams/volunteer"}, receive, send)

    assert sent == [{"type": "websocket.accept"}, {"type": "websocket.close", "code": 1013, "reason": "starting"}]
