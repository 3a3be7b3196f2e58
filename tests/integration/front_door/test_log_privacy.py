"""The real service's own log, at its most talkative, after a story full of names, places, phones and tokens."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import make_url, text
from websockets.exceptions import ConnectionClosed

from dispatch.access.tokens import Access
from dispatch.people.consent import CONSENT_VERSION
from registry.storage.database import Database
from tests.support.browser_like import Browser
from tests.support.command import command
from tests.support.phone import console_of, phone_of, raw_stream
from tests.support.process import running
from tests.support.service import TOKEN_SECRET, WEBHOOK_SECRET, Service, call, signed
from tests.support.town import Town, place

PHONE = "+8613987654321"
ADDRESS, FLOOR, NOTE = "中原路88号7单元901", "第九层", "门禁密码2580"
PATIENT = place(7, 11)
WALKER = place(-31, 3)


def story_call(cad_ref: str) -> dict[str, Any]:
    lon, lat = PATIENT
    location = {"lon": lon, "lat": lat, "datum": "wgs84", "address": ADDRESS, "floor": FLOOR, "note": NOTE}
    return call(cad_ref=cad_ref, location=location, caller_phone=PHONE)


async def play(service: Service) -> list[str]:
    """A rescue, and then everything that can go wrong with one; the tokens that were used."""
    tokens = [service.token(role, "r00") for role in Access]
    position = {"lon": WALKER[0], "lat": WALKER[1], "datum": "wgs84", "accuracy_m": 5}
    async with phone_of(service, "r00") as phone, console_of(service):
        incident_id = service.post_call(story_call("A")).json()["incident_id"]
        alert = await phone.expect("alert")
        await phone.ask("accept", alert_id=alert["alert_id"])
        await phone.expect("assignment")
        await phone.ask("position", **position, observed_at=datetime.now(UTC).isoformat())
        await phone.ask("position", **position, observed_at="2020-01-01T00:00:00Z")
        await phone.ask("position", **{**position, "datum": ADDRESS}, observed_at=datetime.now(UTC).isoformat())
        await phone.send(json.dumps({"type": "position", "lon": ADDRESS, "lat": PHONE}))
        await phone.expect("result")
    async with raw_stream(service) as stranger:
        await stranger.send(json.dumps({"type": "hello", "token": tokens[1]}))
        with suppress(ConnectionClosed):
            await stranger.recv()
    service.get(f"/api/incidents/{incident_id}")
    take_over(service)
    raw = json.dumps(story_call("B")).encode()
    service.post_signed(raw, {**signed(raw), "webhook-signature": "v1,AAAA"})
    service.post_call(b"{" + raw)
    service.post_call({**story_call("C"), "type": ADDRESS})
    service.post_call(json.dumps(story_call("D")).replace(str(PATIENT[0]), "12.345678901").encode())
    location = {"lon": ADDRESS, "lat": PATIENT[1], "address": ADDRESS}
    service.request("POST", f"/api/incidents/{incident_id}/location", json={"location": location})
    service.request("GET", f"/api/aeds?bbox={ADDRESS}")
    async with httpx.AsyncClient(base_url=service.url, trust_env=False) as client:
        for token in tokens:
            for path in ("/api/incidents", "/api/rescuers/r00/eligibility", f"/api/incidents/{ADDRESS}"):
                await client.get(path, headers={"authorization": f"Bearer {token}"})
    return tokens


def take_over(service: Service) -> None:
    """A call by hand, in which somebody is added and called off, and what cannot be done is refused."""
    where = {**story_call("")["data"]["location"], "accuracy_m": 5}
    by_hand = {"location": where, "address": ADDRESS, "floor": FLOOR, "note": NOTE, "caller_phone": PHONE}
    incident_id = service.request("POST", "/api/incidents", json=by_hand).json()["incident_id"]
    service.request("POST", "/api/incidents", json={**by_hand, "location": {**where, "lon": ADDRESS}})
    add = f"/api/incidents/{incident_id}/alerts"
    for body in ({"rescuer_id": "r01"}, {"rescuer_id": "r01", "force": True}, {"rescuer_id": ADDRESS}):
        service.request("POST", add, json=body)
    alert_id = service.get(f"/api/incidents/{incident_id}")["alerts"][0]["alert_id"]
    service.request("POST", f"{add}/{alert_id}/call-off", json={"reason": "unsafe"}).raise_for_status()
    service.request("POST", f"{add}/{alert_id}/call-off", json={"reason": ADDRESS})
    for asked in ("candidates", "reach", "timeline"):
        service.get(f"/api/incidents/{incident_id}/{asked}")
    service.get("/api/links")


async def break_details(url: str) -> None:
    database = Database(url)
    if database.is_sqlite:
        statement = "CREATE TRIGGER t BEFORE INSERT ON incident_details BEGIN SELECT RAISE(ABORT, 'it is broken'); END"
    else:
        # PostgreSQL's own message then repeats the row.
        statement = "ALTER TABLE incident_details ADD CONSTRAINT broken CHECK (address = '') NOT VALID"
    async with database.write() as connection:
        await connection.execute(text(statement))
    await database.close()


@pytest.mark.both_databases
async def test_the_log_tells_what_happened_and_nothing_personal_or_secret(
    town: Town, town_database: str, tmp_path: Path
) -> None:
    log = tmp_path / "service.log"
    with running(town, town_database, log, RESCUE_LOG_LEVEL="debug") as service:
        tokens = await play(service)
        # From here on what is written fails in the database, with the whole row in the driver's hands.
        await break_details(town_database)
        failed = service.post_call(story_call("E"))

    lines = log.read_text(encoding="utf-8")
    personal = [ADDRESS, "中原路", FLOOR, NOTE, PHONE, PHONE[3:], "测试0", "+86139000000"]
    personal += [f"{degrees:.4f}" for place_ in (PATIENT, WALKER) for degrees in place_] + ["12.3456"]
    secrets = [*tokens, *(token.split(".")[2] for token in tokens), WEBHOOK_SECRET, TOKEN_SECRET]
    secrets += [password] if (password := str(make_url(town_database).password or "")) else []
    assert failed.status_code >= 500
    assert "IntegrityError" in lines
    assert not [found for found in (*personal, *secrets) if found in lines]
    assert "Traceback" not in lines
    events = {json.loads(line)["event"] for line in lines.splitlines() if line.startswith("{")}
    assert {"ready", "refused", "message_taken"} <= events
    assert {"call_taken_by_hand", "added_by_hand", "called_off_by_hand"} <= events


def test_who_joins_and_leaves_is_a_mark_that_leads_to_them_with_the_services_secret_only(
    town: Town, town_database: str, tmp_path: Path
) -> None:
    log = tmp_path / "service.log"
    with running(town, town_database, log, RESCUE_LOG_LEVEL="debug") as service:
        asked = {"rescuer_id": "r00"}
        invited = service.request("POST", "/api/invitations", Access.REGISTRY_OFFICER, json=asked).json()
        browser = Browser(service.url)
        consent = {"code": invited["code"], "consent_version": CONSENT_VERSION}
        token = browser.request("POST", "/api/join", json=consent).raise_for_status().json()["token"]
        service.request_as(token, "DELETE", "/api/me/consent").raise_for_status()

    lines = log.read_text(encoding="utf-8")
    told = [line for text_ in lines.splitlines() if text_.startswith("{") and "who" in (line := json.loads(text_))]
    marks = {line["who"] for line in told}
    mark = next(iter(marks))
    ours = {"RESCUE_DATABASE_URL": town_database, "RESCUE_TOKEN_SECRET": TOKEN_SECRET}
    found = command("whose", mark, folder=tmp_path, **ours)
    later = command("whose", mark, folder=tmp_path, **{**ours, "RESCUE_TOKEN_SECRET": f"{'n' * 40} {TOKEN_SECRET}"})
    strange = command("whose", mark, folder=tmp_path, **{**ours, "RESCUE_TOKEN_SECRET": "n" * 40})

    assert [line["event"] for line in told] == ["invited", "joined", "consent_withdrawn"]
    assert len(marks) == 1
    assert "r00" not in lines
    assert found.stdout == later.stdout == f"{mark} r00\n"
    assert (strange.returncode, strange.stdout) == (2, "")


def test_a_service_that_cannot_start_says_why_without_a_secret(town: Town, tmp_path: Path) -> None:
    database, log = tmp_path / "broken.sqlite3", tmp_path / "service.log"
    database.write_text(f"{ADDRESS} {PHONE}")

    with pytest.raises(AssertionError, match="the service ended with 2"), running(town, f"sqlite:///{database}", log):
        pytest.fail("it started")

    told = log.read_text(encoding="utf-8")
    assert "not a database" in told
    assert not [found for found in (ADDRESS, PHONE, WEBHOOK_SECRET, TOKEN_SECRET) if found in told]
