"""A service that is told to end sends its phones to the next one, finishes what runs, and lets nobody new in."""

import asyncio
import json
import os
import signal
import sqlite3
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from dispatch.access.tokens import Access
from registry.repository import load_rescuers
from registry.storage.database import Database
from tests.support.deaf import DeafPhone
from tests.support.phone import Phone, console_of, phone_of, raw_stream
from tests.support.plain_http import fetch
from tests.support.process import ServiceProcess, standing_by
from tests.support.service import call, signed
from tests.support.town import Town
from tests.support.waiting import eventually

RESTARTING = 1012


@pytest.fixture
def process(town: Town, town_database: str, tmp_path: Path, unused_tcp_port: int) -> Iterator[ServiceProcess]:
    with standing_by(town, town_database, tmp_path / "service.log", unused_tcp_port) as process:
        process.start()
        yield process


@pytest.fixture
def busy_database(town_database: str) -> Iterator[sqlite3.Connection]:
    """Somebody else who may hold the database's write lock, so that what the service writes has to wait."""
    connection = sqlite3.connect(town_database.partition("///")[2], isolation_level=None, check_same_thread=False)
    yield connection
    connection.close()


async def close_code(phone: Phone) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        await phone.expect("nothing that comes")
    return closed.value.rcvd.code if closed.value.rcvd else 0


async def test_a_terminal_that_is_closed_hands_phones_over_too(process: ServiceProcess) -> None:
    async with phone_of(process.service, "r00") as phone:
        os.kill(process.pid, signal.SIGHUP)
        told = await phone.expect("reconnect")
        code = await close_code(phone)

    assert told["after_s"] >= 0
    assert code == RESTARTING
    assert await process.ended() == 0


async def test_phones_are_told_when_to_come_back_and_lose_nothing(process: ServiceProcess) -> None:
    service = process.service
    async with phone_of(service, "r00") as phone, console_of(service) as console:
        service.post_call(call())
        alert = await phone.expect("alert")
        process.tell_to_end()
        told = [(await one.expect("reconnect"))["after_s"] for one in (phone, console)]
        codes = [await close_code(one) for one in (phone, console)]
    code = await process.ended()
    process.start()
    async with phone_of(service, "r00", last_seq=phone.last_seq) as phone:
        accepted = await phone.ask("accept", alert_id=alert["alert_id"])
        assignment = await phone.expect("assignment")

    assert all(0 < after_s < 5 for after_s in told)
    assert codes == [RESTARTING, RESTARTING]
    assert code == 0
    assert accepted["ok"]
    assert assignment["seq"] == alert["seq"] + 1


async def test_a_call_and_an_answer_that_are_being_written_are_finished_first(
    process: ServiceProcess, busy_database: sqlite3.Connection
) -> None:
    service = process.service
    async with phone_of(service, "r00") as phone:
        service.post_call(call(cad_ref="A"))
        alert = await phone.expect("alert")
        busy_database.execute("BEGIN IMMEDIATE")
        await phone.send({"type": "accept", "id": "late", "alert_id": alert["alert_id"]})
        posting = post(process, call(cad_ref="B", north_m=100.0))
        process.tell_to_end()
        await asyncio.to_thread(eventually, lambda: refuses(process))
        busy_database.execute("ROLLBACK")
        answered = await phone.expect("result")
        await phone.expect("reconnect")
        posted = await asyncio.to_thread(answer_of, posting)
    code = await process.ended()
    process.start()

    assert (answered["re"], answered["ok"]) == ("late", True)
    assert posted["code"] == "accepted"
    assert code == 0
    assert {one["cad_ref"] for one in service.get("/api/incidents")} == {"A", "B"}


async def test_who_comes_while_the_service_ends_is_sent_away(
    process: ServiceProcess, busy_database: sqlite3.Connection
) -> None:
    service = process.service
    async with phone_of(service, "r00") as phone:
        service.post_call(call())
        alert = await phone.expect("alert")
        busy_database.execute("BEGIN IMMEDIATE")
        await phone.send({"type": "accept", "id": "late", "alert_id": alert["alert_id"]})
        posting = post(process, call(cad_ref="B"))
        process.tell_to_end()
        await asyncio.to_thread(eventually, lambda: refuses(process))
        late = await asyncio.to_thread(service.post_call, call(cad_ref="C"))
        with pytest.raises(ConnectionClosed) as closed:
            async with raw_stream(service) as socket:
                await socket.recv()
        busy_database.execute("ROLLBACK")
        await asyncio.to_thread(answer_of, posting)
    await process.ended()

    assert late.status_code == 503
    assert late.json()["code"] == "stopping"
    assert int(late.headers["retry-after"]) > 0
    assert closed.value.rcvd
    assert closed.value.rcvd.code == RESTARTING
    with pytest.raises(ConnectionRefusedError):
        await connect(f"{service.websocket_url}/streams/volunteer", proxy=None)


async def test_what_was_gathered_is_written_though_a_phone_never_reads(
    process: ServiceProcess, town_database: str
) -> None:
    service = process.service
    async with phone_of(service, "r00") as phone:
        deaf = DeafPhone(service, "volunteer", service.token(Access.VOLUNTEER, "r05"))
        incident_id = service.post_call(call()).json()["incident_id"]
        alert = await phone.expect("alert")
        await phone.send({"type": "ack", "seq": alert["seq"]})
        await phone.ask("seen", alert_id=alert["alert_id"])
        await phone.ask("duty", on=False)
        process.tell_to_end()
        code = await process.ended()
        deaf.socket.close()
    database = Database(town_database)
    try:
        async with database.read() as connection:
            on_duty = {one.rescuer_id: one.on_duty for one in await load_rescuers(connection)}
    finally:
        await database.close()
    process.start()
    told = next(one for one in service.get(f"/api/incidents/{incident_id}")["alerts"] if one["rescuer_id"] == "r00")

    assert code == 0
    assert told["delivered_at"]
    assert told["seen_at"]
    assert not on_duty["r00"]


async def test_receipts_that_are_being_written_when_the_service_ends_are_kept(
    process: ServiceProcess, busy_database: sqlite3.Connection
) -> None:
    service = process.service
    async with phone_of(service, "r00") as phone:
        incident_id = service.post_call(call()).json()["incident_id"]
        alert = await phone.expect("alert")
        busy_database.execute("BEGIN IMMEDIATE")
        await phone.ask("seen", alert_id=alert["alert_id"])
    process.tell_to_end()
    await asyncio.to_thread(eventually, lambda: not listens(process))
    busy_database.execute("ROLLBACK")
    code = await process.ended()
    process.start()
    told = next(one for one in service.get(f"/api/incidents/{incident_id}")["alerts"] if one["rescuer_id"] == "r00")

    assert code == 0
    assert told["seen_at"]


def post(process: ServiceProcess, message: dict[str, Any]) -> HTTPConnection:
    """Send a call, and return when the service has it in hand."""
    raw = json.dumps(message).encode()
    connection = HTTPConnection(process.service.url.removeprefix("http://"), timeout=30)
    connection.request("POST", "/webhooks/120", raw, signed(raw))
    # It takes what comes in order: the call came before this.
    assert not refuses(process)
    return connection


def answer_of(connection: HTTPConnection) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(connection.getresponse().read())
    connection.close()
    return answer


def listens(process: ServiceProcess) -> bool:
    try:
        return fetch("GET", f"{process.service.url}/healthz").is_success
    except httpx.ConnectError:
        return False
    except httpx.TransportError:
        # It stopped listening while this request was on its way: the next one finds nobody.
        return True


def refuses(process: ServiceProcess) -> bool:
    return fetch("GET", f"{process.service.url}/readyz").status_code == 503
