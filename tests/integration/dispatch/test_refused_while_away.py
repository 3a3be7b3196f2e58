"""What cannot be answered without the database says so, says what to do, and when; all else is answered."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from dispatch.access.tokens import Access
from tests.support.outage import LockedSqlite, given_back
from tests.support.phone import phone_of
from tests.support.plain_http import fetch
from tests.support.ports import free_port
from tests.support.process import standing_by
from tests.support.service import Service, call
from tests.support.town import Town, place
from tests.support.waiting import eventually

OLD = "ZZ-old"
LON, LAT = place(0, 0)
LOCATION = {"lon": LON, "lat": LAT, "datum": "wgs84"}

NEEDS_IT: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "/api/incidents/{old}", None),
    ("GET", "/api/incidents/{old}/timeline", None),
    ("POST", "/api/incidents/{old}/stand-down", None),
    ("POST", "/api/incidents/{old}/location", {"location": LOCATION}),
    ("DELETE", "/api/incidents/{old}/personal-data", None),
    ("GET", "/api/callbacks?state=dead", None),
    ("POST", "/api/callbacks/cb_{old}_1/retry", None),
    ("PATCH", "/api/aeds/{aed}", {"state": "out_of_service"}),
    ("DELETE", "/api/rescuers/r11/personal-data", None),
]
DOES_NOT: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "/api/incidents", None),
    ("GET", "/api/incidents/{running}", None),
    ("POST", "/api/incidents/{running}/location", {"location": LOCATION}),
    ("GET", "/api/aeds", None),
    ("GET", "/api/aeds/{aed}", None),
    ("GET", "/api/rescuers/r01/eligibility", None),
    ("POST", "/api/tokens", {"role": "volunteer", "subjects": ["r01"]}),
    ("GET", "/metrics", None),
    ("GET", "/readyz", None),
]


@pytest.fixture(scope="module")
def outage(
    town: Town, filled_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Service, dict[str, str]]]:
    """A service whose database is away; a call that was over before it started, and one that runs."""
    folder = tmp_path_factory.mktemp("outage")
    shutil.copy(filled_database, folder / "town.sqlite3")
    with (
        given_back(LockedSqlite(folder / "town.sqlite3")) as database,
        standing_by(town, database.url, folder / "service.log", free_port()) as process,
    ):
        process.start()
        old = process.service.post_call(call(cad_ref=OLD)).json()["incident_id"]
        process.service.post_call(call("call.closed", cad_ref=OLD))
        process.end()
        process.start()
        database.leave()
        running = process.service.post_call(call(cad_ref="ZZ-new")).json()["incident_id"]
        eventually(lambda: fetch("GET", f"{process.service.url}/readyz").json()["database"] == "away")
        aed = process.service.get("/api/aeds", Access.ADMIN)["aeds"][0]["aed_id"]
        yield process.service, {"old": old, "running": running, "aed": aed}


def ask(outage: tuple[Service, dict[str, str]], method: str, path: str, body: dict[str, Any] | None) -> httpx.Response:
    service, ids = outage
    return service.request(method, path.format(**ids), Access.ADMIN, json=body)


def says_what_to_do(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["code"] == "database_away"
    assert "try again in a moment" in answer.json()["message"]


@pytest.mark.parametrize(("method", "path", "body"), NEEDS_IT)
def test_what_needs_the_database_says_when_to_come_again(
    outage: tuple[Service, dict[str, str]], method: str, path: str, body: dict[str, Any] | None
) -> None:
    says_what_to_do(ask(outage, method, path, body))


def test_a_message_about_a_call_that_was_over_long_ago_is_to_be_sent_again(
    outage: tuple[Service, dict[str, str]],
) -> None:
    service, _ = outage

    says_what_to_do(service.post_call(call("ambulance.arrived", cad_ref=OLD)))


@pytest.mark.parametrize(("method", "path", "body"), DOES_NOT)
def test_what_can_be_told_without_it_is_told(
    outage: tuple[Service, dict[str, str]], method: str, path: str, body: dict[str, Any] | None
) -> None:
    answer = ask(outage, method, path, body)

    assert answer.is_success, answer.text


async def test_a_call_is_taken_and_a_phone_rings(outage: tuple[Service, dict[str, str]]) -> None:
    service, _ = outage
    async with phone_of(service, "r02") as phone:
        taken = await asyncio.to_thread(service.post_call, call(cad_ref="ZZ-newer"))
        await phone.expect("alert")

    assert taken.status_code == 202
