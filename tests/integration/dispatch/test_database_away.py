"""The database goes away in mid-call and comes back: calls, alerts and answers go on, the journal gets it all once."""

import asyncio
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from dispatch import tables as t
from registry.storage.database import Database
from tests.support.outage import Breakable, FrozenPostgres, LockedSqlite, StoppedPostgres, given_back
from tests.support.phone import Phone, console_of, phone_of
from tests.support.plain_http import fetch
from tests.support.ports import free_port
from tests.support.postgres import get_programs, running_cluster
from tests.support.process import ServiceProcess, standing_by
from tests.support.service import Service, call, fill_database
from tests.support.town import Town
from tests.support.waiting import eventually

SPEED = 5
OUTAGE = timedelta(seconds=30)
"""On the service's clock."""


@pytest.fixture(scope="module")
def own_postgres(town: Town) -> Iterator[StoppedPostgres]:
    """A server that no other test minds being stopped."""
    with running_cluster(get_programs()) as cluster:
        server = StoppedPostgres(cluster, cluster.create_database())
        fill_database(server.url, town)
        try:
            yield server
        finally:
            server.leave()


@pytest.fixture
def database(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Breakable]:
    if database_kind == "sqlite":
        path = tmp_path / "town.sqlite3"
        shutil.copy(request.getfixturevalue("filled_database"), path)
        held: Breakable = LockedSqlite(path)
    else:
        server: StoppedPostgres = request.getfixturevalue("own_postgres")
        held = StoppedPostgres(server.cluster, server.cluster.create_database(server.database))
    with given_back(held):
        yield held


@pytest.fixture
def hanging_database(own_postgres: StoppedPostgres) -> Iterator[Breakable]:
    cluster = own_postgres.cluster
    with given_back(FrozenPostgres(cluster, cluster.create_database(own_postgres.database))) as held:
        yield held


@pytest.fixture
def process(town: Town, database: Breakable, tmp_path: Path) -> Iterator[ServiceProcess]:
    with _started(town, database, tmp_path) as process:
        yield process


@contextmanager
def _started(town: Town, database: Breakable, tmp_path: Path) -> Iterator[ServiceProcess]:
    settings = {"RESCUE_SPOOL": str(tmp_path / "calls.spool"), "RESCUE_CLOCK_SPEED": str(SPEED)}
    with standing_by(town, database.url, tmp_path / "service.log", free_port(), **settings) as process:
        process.start()
        yield process


@pytest.mark.both_databases
async def test_calls_and_answers_go_on_and_everything_lands_once(
    process: ServiceProcess, database: Breakable, tmp_path: Path
) -> None:
    service = process.service
    async with phone_of(service, "r00") as first, console_of(service) as console:
        story = await _first_call(service, first)
        database.leave()
        began = _now(service)
        await _answers_while_away(service, first, story)
        async with phone_of(service, "r01") as second:
            await _second_call(service, second, story)
            # A phone that drops off meanwhile gets what it missed from memory.
            async with phone_of(service, "r01", last_seq=1) as again:
                await again.expect("assignment")
                assert (await again.ask("arrived", alert_id=story["second_alert"]))["ok"]
        seen = _readiness(service)
        await asyncio.to_thread(eventually, lambda: _now(service) - began >= OUTAGE)
        still_away = _readiness(service)
        listed = [one["incident_id"] for one in service.get("/api/incidents?open_only=true")]
        database.come_back()
        settled = eventually(lambda: _settled(service))
        frames = [frame["seq"] for frame in console.frames if "seq" in frame]

    assert (seen["status"], seen["database"]) == ("degraded", "away")
    assert still_away["spooled"] > 4
    assert listed == [story["second"]]
    assert settled["spooled"] == 0
    assert frames == list(range(1, len(frames) + 1))
    assert not (tmp_path / "calls.spool").exists()
    await _check_journal(service, database.url, story)


@pytest.mark.both_databases
async def test_a_service_killed_meanwhile_waits_for_the_database_and_loses_nothing(
    process: ServiceProcess, database: Breakable, tmp_path: Path
) -> None:
    service = process.service
    async with phone_of(service, "r00") as first:
        story = await _first_call(service, first)
        database.leave()
        await _answers_while_away(service, first, story)
        async with phone_of(service, "r01") as second:
            await _second_call(service, second, story)
            assert (await second.ask("arrived", alert_id=story["second_alert"]))["ok"]
            seen_frames = [frame["seq"] for frame in second.frames if "seq" in frame]
            process.kill()
    assert (tmp_path / "calls.spool").stat().st_mode & 0o777 == 0o600

    process.launch()
    waiting = eventually(lambda: _waits(service))
    refused = service.post_call(call(cad_ref="ZZ-3"))
    database.come_back()
    eventually(lambda: _settled(service))
    async with phone_of(service, "r01") as second:
        replayed = [(await second.expect("alert"))["seq"], (await second.expect("assignment"))["seq"]]
        assert (await second.ask("done", alert_id=story["second_alert"]))["ok"]

    assert waiting["code"] == "database_away"
    assert waiting["spooled"] > 4
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert replayed == seen_frames
    assert not (tmp_path / "calls.spool").exists()
    await _check_journal(service, database.url, story)


async def test_a_database_that_hangs_is_not_waited_for(town: Town, hanging_database: Breakable, tmp_path: Path) -> None:
    with _started(town, hanging_database, tmp_path) as process:
        service = process.service
        async with phone_of(service, "r00") as first:
            story = await _first_call(service, first)
            hanging_database.leave()
            await _answers_while_away(service, first, story)
            async with phone_of(service, "r01") as second:
                await _second_call(service, second, story)
                assert (await second.ask("arrived", alert_id=story["second_alert"]))["ok"]
            hanging_database.come_back()
            eventually(lambda: _settled(service))

        await _check_journal(service, hanging_database.url, story)


async def _first_call(service: Service, phone: Phone) -> dict[str, Any]:
    """A call that is under way when the database goes."""
    taken = service.post_call(call(cad_ref="ZZ-1")).json()
    alert = await phone.expect("alert")
    assert (await phone.ask("accept", alert_id=alert["alert_id"]))["ok"]
    await phone.expect("assignment")
    return {"first": taken["incident_id"], "first_alert": alert["alert_id"]}


async def _answers_while_away(service: Service, phone: Phone, story: dict[str, Any]) -> None:
    """A volunteer arrives, the ambulance too, and the call is closed: nobody notices that the database is away."""
    assert (await phone.ask("arrived", alert_id=story["first_alert"]))["ok"]
    eventually(lambda: _readiness(service)["database"] == "away")
    for kind in ("ambulance.arrived", "call.closed"):
        answer = await asyncio.to_thread(service.post_call, call(kind, cad_ref="ZZ-1"))
        assert (answer.status_code, answer.json()["incident_id"]) == (202, story["first"])
    await phone.expect("alert_ended")


async def _second_call(service: Service, phone: Phone, story: dict[str, Any]) -> None:
    """A call comes in, twice over, and a phone rings and accepts."""
    body = call(cad_ref="ZZ-2")
    answers = [
        await asyncio.to_thread(service.post_call, body, message_id=message_id)
        for message_id in ("msg_b", "msg_b", "msg_b_again")
    ]
    alert = await phone.expect("alert")
    assert (await phone.ask("accept", alert_id=alert["alert_id"]))["ok"]
    assert (await phone.expect("assignment"))["patient"]["address"]
    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert [answer.json()["code"] for answer in answers] == ["accepted", "duplicate", "accepted"]
    assert len({answer.json()["incident_id"] for answer in answers}) == 1
    story |= {"second": answers[0].json()["incident_id"], "second_alert": alert["alert_id"]}


async def _check_journal(service: Service, url: str, story: dict[str, Any]) -> None:
    first = [entry["type"] for entry in service.get(f"/api/incidents/{story['first']}/timeline")]
    second = service.get(f"/api/incidents/{story['second']}/timeline")
    for once in ("IncidentOpened", "AlertAccepted", "ResponderArrived", "AmbulanceArrived", "IncidentClosed"):
        assert first.count(once) == 1
    assert [entry["seq"] for entry in second] == list(range(1, len(second) + 1))
    assert [one["type"] for one in second if one["data"].get("alert_id") == story["second_alert"]][:3] == [
        "RescuerAlerted",
        "AlertAccepted",
        "ResponderArrived",
    ]
    database = Database(url)
    try:
        async with database.read() as connection:
            incidents = (await connection.execute(select(t.incidents.c.cad_ref))).scalars().all()
            messages = (await connection.execute(select(t.call_messages.c.message_id))).scalars().all()
            rows = (await connection.execute(select(t.inbox.c.recipient, t.inbox.c.seq))).all()
            last = dict((await connection.execute(select(t.inboxes.c.recipient, t.inboxes.c.last_seq))).all())
    finally:
        await database.close()
    assert sorted(incidents) == ["ZZ-1", "ZZ-2"]
    assert len(messages) == 5
    numbers = defaultdict(list)
    for recipient, seq in sorted(rows):
        numbers[recipient].append(seq)
    assert numbers == {recipient: list(range(1, seq + 1)) for recipient, seq in last.items()}


def _readiness(service: Service) -> dict[str, Any]:
    answer = fetch("GET", f"{service.url}/readyz")
    answer.raise_for_status()
    body: dict[str, Any] = answer.json()
    return body


def _settled(service: Service) -> dict[str, Any] | None:
    answer = fetch("GET", f"{service.url}/readyz")
    return answer.json() if answer.is_success and answer.json()["status"] == "ready" else None


def _waits(service: Service) -> dict[str, Any] | None:
    try:
        answer = fetch("GET", f"{service.url}/readyz")
    except httpx.TransportError:
        return None
    return answer.json() if answer.status_code == 503 and answer.json()["code"] == "database_away" else None


def _now(service: Service) -> datetime:
    return datetime.fromisoformat(service.get("/api/clock")["now"])
