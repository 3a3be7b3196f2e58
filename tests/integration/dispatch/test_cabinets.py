"""Registry officers tell a running service which AEDs are one, which are retired and which import is taken back."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from dispatch.access.tokens import Access
from tests.integration.dispatch.test_live_changes import registry
from tests.support.phone import phone_of
from tests.support.service import Service, call
from tests.support.town import place
from tests.support.waiting import eventually

pytestmark = pytest.mark.both_databases
R = Access.REGISTRY_OFFICER


def aeds_of(service: Service) -> dict[str, dict[str, Any]]:
    return {aed["source_ref"]: aed for aed in service.get("/api/aeds")["aeds"]}


def post(service: Service, path: str, **body: str) -> httpx.Response:
    return service.request("POST", path, R, json=body)


@pytest.fixture
def twice(service: Service, town_database: str, tmp_path: Path) -> dict[str, str]:
    """The town's open AED is in a second list too, two metres off. Their ids by list, once the service knows."""
    lon, lat = place(61.4, 61.4)
    file = tmp_path / "osm.csv"
    file.write_text(f"id,lon,lat,location_text,opening_hours\nnode/7,{lon},{lat},服务台,24/7\n", encoding="utf-8")
    registry(town_database, "import", str(file), "--kind", "aeds", "--datum", "wgs84", "--source", "osm")
    eventually(lambda: "node/7" in aeds_of(service))
    eventually(lambda: service.get("/api/aeds/doubles", R))
    known = aeds_of(service)
    return {"city": known["aed-open"]["aed_id"], "osm": known["node/7"]["aed_id"]}


async def fetchers(service: Service, cad_ref: str) -> int:
    """How many are rung to fetch an AED for a new call, of five who are on the line."""
    async with AsyncExitStack() as stack:
        for number in range(5):
            await stack.enter_async_context(phone_of(service, f"r{number:02d}"))
        incident_id = service.post_call(call(cad_ref=cad_ref)).json()["incident_id"]
        alerts = service.get(f"/api/incidents/{incident_id}")["alerts"]
        assert len(alerts) == 5
    return sum(alert["role"] == "fetch_aed" for alert in alerts)


@pytest.mark.usefixtures("twice")
async def test_two_records_of_one_wall_get_one_person(service: Service) -> None:
    assert await fetchers(service, "ZZ-1") == 1


async def test_two_cabinets_get_two_once_an_officer_has_said_so(service: Service, twice: dict[str, str]) -> None:
    assert post(service, "/api/aeds/doubles/part", aed_id=twice["city"], other=twice["osm"]).is_success
    assert await fetchers(service, "ZZ-1") == 2


async def test_joined_they_are_shown_once_and_the_old_id_is_answered_everywhere(
    service: Service, twice: dict[str, str]
) -> None:
    (pair,) = service.get("/api/aeds/doubles", R)
    joined = post(service, "/api/aeds/doubles/join", keep=twice["city"], other=twice["osm"])
    shown = {aed["aed_id"] for aed in service.get("/api/aeds")["aeds"]}
    public = {
        aed["aed_id"] for aed in service.get("/api/public/aeds?west=113.66&south=34.75&east=113.67&north=34.76")["aeds"]
    }
    reported = service.request("POST", f"/api/aeds/{twice['osm']}/problems", json={"kind": "missing", "note": ""})
    records = service.get(f"/api/aeds/{twice['osm']}/records", R)

    assert pair["metres"] < 3
    assert joined.is_success, joined.text
    assert twice["osm"] not in shown | public
    assert service.get(f"/api/aeds/{twice['osm']}")["aed_id"] == twice["city"]
    assert reported.status_code == 202
    assert [one["source"] for one in records["records"]] == ["unnamed", "osm"]
    assert service.get("/api/aeds/doubles", R) == []
    assert await fetchers(service, "ZZ-1") == 1


async def test_who_carries_the_aed_keeps_it_and_brings_it_back_under_either_id(
    service: Service, twice: dict[str, str]
) -> None:
    async with phone_of(service, "r00") as first, phone_of(service, "r01") as second:
        service.post_call(call())
        alerts = {phone: await phone.expect("alert") for phone in (first, second)}
        phone = next(one for one, alert in alerts.items() if alert["role"] == "fetch_aed")
        alert_id, taken = alerts[phone]["alert_id"], alerts[phone]["aed"]["aed_id"]
        await phone.ask("accept", alert_id=alert_id)
        await phone.ask("aed_collected", alert_id=alert_id)
        kept = next(one for one in twice.values() if one != taken)
        assert post(service, "/api/aeds/doubles/join", keep=kept, other=taken).is_success
        await phone.ask("arrived", alert_id=alert_id)
        away = service.get("/api/console/aeds")["aeds"]
        back = service.request("POST", f"/api/aeds/{kept}/returned", R)

    assert next(one["reserved_by"] for one in away if one["aed_id"] == kept)
    assert back.status_code == 204


def test_a_retired_aed_is_gone_from_the_maps_and_its_history_stays(service: Service, twice: dict[str, str]) -> None:
    aed_id = twice["city"]
    assert post(service, f"/api/aeds/{aed_id}/retire").is_success
    assert aed_id not in {aed["aed_id"] for aed in service.get("/api/aeds")["aeds"]}
    assert service.get(f"/api/aeds/{aed_id}")["reason"] == "retired"
    assert post(service, f"/api/aeds/{aed_id}/reinstate").is_success
    assert aed_id in {aed["aed_id"] for aed in service.get("/api/aeds")["aeds"]}


def test_an_officers_word_is_kept_with_its_name_until_it_is_let_go(service: Service, twice: dict[str, str]) -> None:
    aed_id = twice["city"]
    assert service.request("PATCH", f"/api/aeds/{aed_id}", R, json={"state": "missing"}).is_success
    told = service.get(f"/api/aeds/{aed_id}/records", R)["fields"]
    let_go = service.request("DELETE", f"/api/aeds/{aed_id}/corrections/state", R)

    assert (told["state"]["by"], told["name"]["by"]) == ("tests", "")
    assert let_go.is_success
    assert service.get(f"/api/aeds/{aed_id}")["state"] == "in_service"
    assert service.request("DELETE", f"/api/aeds/{aed_id}/corrections/state", R).status_code == 409


def test_an_import_is_taken_back_or_says_what_stands_in_the_way(service: Service, twice: dict[str, str]) -> None:
    (newest, *_) = service.get("/api/imports", R)
    assert (newest["source"], newest["accepted"]) == ("osm", 1)
    path = f"/api/imports/{newest['import_id']}/undo"
    service.request("PATCH", f"/api/aeds/{twice['osm']}", R, json={"state": "missing"})
    refused = post(service, path)
    service.request("DELETE", f"/api/aeds/{twice['osm']}/corrections/state", R)

    assert (refused.status_code, refused.json()["code"]) == (409, "not_undone")
    assert twice["osm"] in refused.json()["message"]
    assert post(service, "/api/imports/999/undo").status_code == 404


def test_what_an_undone_import_brought_is_gone_at_once(service: Service, twice: dict[str, str]) -> None:
    (newest, *_) = service.get("/api/imports", R)
    assert post(service, f"/api/imports/{newest['import_id']}/undo").is_success
    assert twice["osm"] not in {aed["aed_id"] for aed in service.get("/api/aeds")["aeds"]}


def test_whom_an_undone_import_brought_is_gone_at_once_and_what_an_officer_said_stays(
    service: Service, town_database: str, tmp_path: Path
) -> None:
    people = "id,name,phone,certificate_kind,valid_until,on_duty\nn1,王芳,13812345678,rc,2099-01-01,yes\n"
    file = tmp_path / "people.csv"
    file.write_text(people + "n2,李强,13812345679,rc,2099-01-01,yes\n", encoding="utf-8")
    registry(town_database, "import", str(file), "--kind", "rescuers", "--source", "hospital")
    eventually(lambda: service.request("GET", "/api/rescuers/n2", R).is_success)
    service.request("PATCH", "/api/rescuers/n2", R, json={"kind": "professional"}).raise_for_status()
    (newest, *_) = service.get("/api/imports", R)

    undone = post(service, f"/api/imports/{newest['import_id']}/undo", why="not ours").json()

    assert (undone["kind"], undone["ids"], undone["gone"]) == ("rescuers", ["n1"], ["n1"])
    assert undone["stays"][0].startswith("of n2 stays all, though the import brought them: an officer has said more")
    assert "李强" not in str(undone)
    assert service.request("GET", "/api/rescuers/n1", R).status_code == 404
    assert service.request("GET", "/api/rescuers/n2", R).json()["name"] == "李强"
    assert post(service, f"/api/imports/{newest['import_id']}/undo").json()["code"] == "not_undone"
