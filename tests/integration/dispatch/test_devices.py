"""Officers keep devices and cabinets over HTTP; who may see what of them, and that a code is told to nobody else."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from dispatch.access.tokens import Access
from tests.support.phone import console_of, phone_of
from tests.support.plain_http import fetch
from tests.support.service import Service, call

pytestmark = pytest.mark.both_databases
R, D, V = Access.REGISTRY_OFFICER, Access.DISPATCHER, Access.VOLUNTEER
CODE = "4711-2580"


def aed_id_of(service: Service, ref: str = "aed-open") -> str:
    return next(str(aed["aed_id"]) for aed in service.get("/api/aeds")["aeds"] if aed["source_ref"] == ref)


def ask(service: Service, method: str, what: str, access: Access = R, **options: Any) -> httpx.Response:
    return service.request(method, f"/api/aeds/{aed_id_of(service)}/{what}", access, **options)


def test_a_device_is_described_field_by_field(standing_service: Service) -> None:
    first = ask(standing_service, "PATCH", "device", json={"maker": "Mindray", "battery_expires_on": "2031-06"})
    second = ask(standing_service, "PATCH", "device", json={"maker": None, "lock": "keeper", "why": "seen"})

    assert (first.status_code, second.status_code) == (200, 200), first.text + second.text
    told = ask(standing_service, "GET", "device", D).json()
    assert told["aed_id"] == aed_id_of(standing_service)
    assert {name: value for name, value in told["device"].items() if value is not None} == {
        "battery_expires_on": "2031-06-30",
        "lock": "keeper",
    }


@pytest.mark.parametrize(
    "body", [{"lock": "chain"}, {"battery_expires_on": "soon"}, {"code": CODE}, {"names": {"x": 1}}]
)
def test_what_cannot_be_meant_is_refused(standing_service: Service, body: dict[str, Any]) -> None:
    refused = ask(standing_service, "PATCH", "device", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_request")


def test_the_code_is_for_officers_alone(standing_service: Service) -> None:
    assert ask(standing_service, "PUT", "cabinet-code", json={"code": CODE}).status_code == 204
    assert ask(standing_service, "GET", "cabinet-code").json() == {"code": CODE}
    for access in (D, V):
        assert ask(standing_service, "GET", "cabinet-code", access).status_code == 403
    lookers = (
        ask(standing_service, "GET", "device", D).text,
        str(standing_service.get("/api/aeds")),
        str(standing_service.get("/api/public/aeds?west=113.66&south=34.75&east=113.67&north=34.76")),
        str(standing_service.get("/api/console/aeds")),
    )
    assert not any(CODE in text for text in lookers)
    assert ask(standing_service, "GET", "device", D).json()["has_cabinet_code"]

    assert ask(standing_service, "DELETE", "cabinet-code").status_code == 204
    gone = ask(standing_service, "GET", "cabinet-code")
    assert (gone.status_code, gone.json()["code"]) == (404, "no_cabinet_code")


def test_two_cabinets_do_not_share_a_qr_code(standing_service: Service) -> None:
    other = next(aed["aed_id"] for aed in standing_service.get("/api/aeds")["aeds"] if aed["source_ref"] != "aed-open")
    assert ask(standing_service, "PATCH", "device", json={"cabinet_qr": "QR-1"}).is_success
    refused = standing_service.request("PATCH", f"/api/aeds/{other}/device", R, json={"cabinet_qr": "QR-1"})
    assert (refused.status_code, refused.json()["code"]) == (409, "cabinet_qr_taken")


def test_who_is_no_officer_describes_nothing_and_what_is_unknown_is_not_found(standing_service: Service) -> None:
    assert ask(standing_service, "PATCH", "device", D, json={"maker": "x"}).status_code == 403
    assert ask(standing_service, "GET", "device", V).status_code == 403
    assert standing_service.request("GET", "/api/aeds/a9/device", R).status_code == 404
    assert standing_service.request("PATCH", "/api/aeds/a9/device", R, json={"maker": "x"}).status_code == 404


KEEPER = {"name": "王芳", "phone": "138 1234 5678", "position": "值班站长", "why": "on the plate"}


def name_keeper(service: Service, role: str = "keeper") -> None:
    named = ask(service, "PUT", f"keepers/{role}", json=KEEPER)
    assert named.status_code == 204, named.text


def link_of(service: Service) -> dict[str, str]:
    name_keeper(service)
    link: dict[str, str] = ask(service, "POST", "keepers/keeper/link").json()
    return link


def test_keepers_are_for_officers_and_erased_on_request(standing_service: Service) -> None:
    name_keeper(standing_service)
    (told,) = ask(standing_service, "GET", "keepers").json()
    assert (told["role"], told["name"], told["phone_e164"]) == ("keeper", "王芳", "+8613812345678")
    assert ask(standing_service, "GET", "keepers", D).status_code == 403
    assert ask(standing_service, "PUT", "keepers/boss", json=KEEPER).status_code == 404
    refused = ask(standing_service, "PUT", "keepers/deputy", json={**KEEPER, "phone": "12"})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_phone")

    erased = standing_service.request("POST", "/api/keepers/erase", R, json={"phone": "13812345678"})
    assert erased.json() == {"aeds": 1}
    assert ask(standing_service, "GET", "keepers").json() == []
    assert ask(standing_service, "DELETE", "keepers/keeper").json()["code"] == "no_keeper"


def test_a_keeper_confirms_by_link_without_an_account(standing_service: Service) -> None:
    link = link_of(standing_service)
    before = len(ask(standing_service, "GET", "confirmations", D).json())
    said = [fetch("POST", f"{standing_service.url}/api/confirmations", json={"code": link["code"]}) for _ in range(2)]
    by_officer = ask(standing_service, "POST", "confirmations")

    assert [one.status_code for one in said] == [200, 200]
    assert said[0].json() == said[1].json()
    assert by_officer.json()["by"] == "tests"
    told = ask(standing_service, "GET", "confirmations", D).json()
    assert [one["by"] for one in told[:2]] == ["tests", "keeper"]
    assert len(told) == before + 2


def test_whose_word_is_due_is_asked_all_at_once(standing_service: Service) -> None:
    path = f"/api/aeds/{aed_id_of(standing_service, 'aed-night')}"
    assert standing_service.request("PUT", f"{path}/keepers/keeper", R, json=KEEPER).is_success
    assert standing_service.request("POST", f"{path}/confirmations", R).is_success
    now = standing_service.request("POST", "/api/keepers/reminders", R, json={}).json()["reminders"]
    later = standing_service.request("POST", "/api/keepers/reminders", R, json={"within_days": 200}).json()["reminders"]
    (mine,) = (one for one in later if path.endswith(one["aed_id"]))

    assert mine not in now
    assert (mine["role"], mine["name"], mine["phone_e164"]) == ("keeper", "王芳", "+8613812345678")
    assert fetch("GET", f"{standing_service.url}/confirm/{mine['url'].rsplit('/', 1)[1]}").status_code == 200
    assert standing_service.request("POST", "/api/keepers/reminders", D, json={}).status_code == 403


def test_the_page_behind_the_link_names_the_aed_and_takes_the_answer(standing_service: Service) -> None:
    link = link_of(standing_service)
    page = f"{standing_service.url}/confirm/{link['code']}"
    assert link["url"].endswith(f"/confirm/{link['code']}")

    asked = fetch("GET", page)
    problem = fetch("POST", page, content="answer=1&problem=missing&note=%E6%B2%A1%E6%9C%89")
    silent = fetch("POST", page, content="problem=")
    yes = fetch("POST", page, content="answer=1&problem=&note=")
    after = fetch("GET", page)
    unknown = fetch("GET", f"{standing_service.url}/confirm/nothing")

    assert asked.headers["content-type"].startswith("text/html")
    assert "一楼大厅服务台" in asked.text
    assert "<form" in asked.text
    assert (problem.status_code, silent.status_code, yes.status_code, unknown.status_code) == (200, 422, 200, 404)
    assert "<form" not in after.text
    assert "王芳" not in asked.text
    reported = standing_service.get("/api/aeds/problems?open=true", R)
    assert any((one["kind"], one["note"]) == ("missing", "没有") for one in reported)


async def test_who_has_accepted_to_fetch_the_aed_is_told_how_to_get_at_it_and_nobody_else(
    service: Service, tmp_path: Path
) -> None:
    for aed in service.get("/api/aeds")["aeds"]:
        path = f"/api/aeds/{aed['aed_id']}"
        assert service.request("PATCH", f"{path}/device", R, json={"entrance": "东门"}).is_success
        assert service.request("PUT", f"{path}/cabinet-code", R, json={"code": CODE}).is_success
        assert service.request("PUT", f"{path}/keepers/keeper", R, json=KEEPER).is_success
    async with AsyncExitStack() as stack:
        phones = [await stack.enter_async_context(phone_of(service, f"r{number:02d}")) for number in range(3)]
        console = await stack.enter_async_context(console_of(service))
        incident_id = service.post_call(call()).json()["incident_id"]
        assigned = {}
        for phone in phones:
            alert = await phone.expect("alert")
            await phone.ask("accept", alert_id=alert["alert_id"])
            assigned[alert["role"]] = await phone.expect("assignment")
        over = {frame["type"] for phone in phones for frame in phone.frames}
        others = [frame for phone in phones for frame in phone.frames if frame["type"] != "assignment"]
        timeline = service.get(f"/api/incidents/{incident_id}/timeline")

    assert {"alert", "assignment"} <= over
    assert assigned["fetch_aed"]["aed_access"] == {
        "entrance": "东门",
        "lock": "code",
        "code": CODE,
        "keeper_phone": "+8613812345678",
        "deputy_phone": None,
        "emergency_phone": None,
    }
    assert assigned["direct"]["aed_access"] is None
    log = (tmp_path / "service.log").read_text(encoding="utf-8")
    told = repr((others, console.frames, timeline)) + log
    assert not any(secret in told for secret in (CODE, "13812345678", "王芳"))


def test_an_inspection_counts_for_the_next_call_at_once(standing_service: Service) -> None:
    aed_id = aed_id_of(standing_service, "aed-night")
    path = f"/api/aeds/{aed_id}/inspections"
    bad = {"result": "unusable", "points": {"indicator": "bad"}, "note": "red light"}
    found = standing_service.request("POST", path, R, json=bad)
    state = standing_service.get(f"/api/aeds/{aed_id}")["state"]
    ready = standing_service.request("POST", path, R, json={"result": "ready", "points": {"indicator": "ok"}})
    again = standing_service.get(f"/api/aeds/{aed_id}")["state"]
    refused = standing_service.request("POST", path, R, json={"result": "ready"})

    assert (found.status_code, ready.status_code) == (200, 200), found.text + ready.text
    assert (state, again) == ("out_of_service", "in_service")
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_inspection")
    assert standing_service.request("POST", path, D, json=bad).status_code == 403
    newest = standing_service.get(path, D)[0]
    assert (newest["result"], newest["points"]["indicator"], newest["points"]["sign"]) == ("ready", "ok", "not_looked")

    number = found.json()["inspection_id"]
    assert standing_service.request("DELETE", f"{path}/{number}/note", R).status_code == 204
    (older,) = standing_service.get(f"{path}?before={newest['inspection_id']}&limit=1", D)
    assert (older["inspection_id"], older["note"]) == (number, "")
    assert standing_service.request("DELETE", f"{path}/x/note", R).json()["code"] == "unknown_inspection"


def test_what_expires_is_listed_with_its_place_and_how_likely_it_is_usable_is_shown(standing_service: Service) -> None:
    aed_id = aed_id_of(standing_service, "aed-unknown")
    path = f"/api/aeds/{aed_id}/device"
    days = {"battery_expires_on": "2001-01-31", "adult_pads_expire_on": "2001-02"}
    shown = standing_service.request("PATCH", path, R, json=days).json()
    first = standing_service.get("/api/registry/expiring?what=battery&what=adult_pads&limit=1", R)
    second = standing_service.get(f"/api/registry/expiring?what=battery&what=adult_pads&after={first['next']}", R)
    standing_service.request("PATCH", path, R, json=dict.fromkeys(days))

    assert shown["usable_chance"]["warnings"] == ["pads_expired", "battery_expired"]
    assert 0 < shown["usable_chance"]["value"] < 0.5
    assert [one["code"] for one in shown["usable_chance"]["factors"]] == [
        "nobody_lately",
        "pads_expired",
        "battery_expired",
    ]
    (battery,), pads = first["due"], second["due"][0]
    assert (battery["what"], battery["due_on"], battery["overdue"]) == ("battery", "2001-01-31", True)
    assert (battery["aed_id"], battery["location_text"]) == (aed_id, "开放时间不详")
    assert (pads["aed_id"], pads["what"], pads["due_on"]) == (aed_id, "adult_pads", "2001-02-28")
    refused = standing_service.request("GET", "/api/registry/expiring?after=nonsense", R)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_request")
    assert standing_service.request("GET", "/api/registry/expiring", D).status_code == 403
