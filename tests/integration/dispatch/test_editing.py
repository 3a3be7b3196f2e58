"""Registry officers add, move and describe AEDs in a running service: the next call counts it, nobody overwrites
anybody, and each change is told with its name and can be taken back."""

from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from dispatch.access.tokens import Access
from geo.places.datum import Datum, convert
from tests.support.phone import phone_of
from tests.support.service import Service, call
from tests.support.town import place

pytestmark = pytest.mark.both_databases
R = Access.REGISTRY_OFFICER
LON, LAT = place(61.4, 61.4)


def add(service: Service, **fields: Any) -> httpx.Response:
    body = {"lon": LON, "lat": LAT, "name": "River pier", "opening_hours": "24/7", **fields}
    return service.request("POST", "/api/aeds", R, json=body)


def added(service: Service, **fields: Any) -> dict[str, Any]:
    answer = add(service, **fields)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def history(service: Service, path: str = "/api/registry/history") -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = service.get(path, R)["changes"]
    return told


def undo(service: Service, change_id: int) -> httpx.Response:
    return service.request("POST", f"/api/registry/history/{change_id}/undo", R, json={"why": "a slip"})


def listed(service: Service, **query: Any) -> dict[str, Any]:
    answer = service.request("GET", "/api/aeds", R, params=query)
    assert answer.is_success, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def fetched(service: Service, cad_ref: str) -> set[str]:
    """The AEDs that people are sent for on a new call, of five who are on the line."""
    async with AsyncExitStack() as stack:
        for number in range(5):
            await stack.enter_async_context(phone_of(service, f"r{number:02d}"))
        incident_id = service.post_call(call(cad_ref=cad_ref)).json()["incident_id"]
        alerts = service.get(f"/api/incidents/{incident_id}")["alerts"]
    return {alert["aed_id"] for alert in alerts if alert["aed_id"]}


async def test_the_next_call_counts_an_added_aed_and_not_one_whose_addition_was_taken_back(service: Service) -> None:
    for aed in listed(service)["aeds"]:
        assert service.request("POST", f"/api/aeds/{aed['aed_id']}/retire", R, json={"why": "for this test"}).is_success
    aed_id = added(service)["aed_id"]
    assert await fetched(service, "ZZ-1") == {aed_id}
    line = history(service, f"/api/aeds/{aed_id}/history")[0]

    assert undo(service, line["change_id"]).is_success

    assert service.get(f"/api/aeds/{aed_id}")["reason"] == "retired"
    assert await fetched(service, "ZZ-2") == set()


def test_an_added_aed_is_told_with_its_place_in_wgs84_and_who_added_it(service: Service) -> None:
    lon, lat = convert(LON, LAT, source=Datum.WGS84, target=Datum.GCJ02)
    answer = add(service, lon=lon, lat=lat, datum="GCJ-02", floor="2", why="seen on the wall")
    told = answer.json()

    assert (answer.status_code, answer.headers["location"]) == (201, f"/api/aeds/{told['aed_id']}")
    assert (told["lon"], told["lat"]) == (pytest.approx(LON, abs=1e-6), pytest.approx(LAT, abs=1e-6))
    assert (told["floor"], told["source"], told["usable"]) == ("2楼", "registry", "yes")
    (line,) = history(service, f"/api/aeds/{told['aed_id']}/history")
    assert (line["action"], line["by"], line["why"], line["before"]) == ("added", "tests", "seen on the wall", None)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"lon": 2.35, "lat": 48.85}, "outside_service_area"),
        ({"lon": LAT, "lat": LON}, "swapped_coordinates"),
        ({"lon": 0, "lat": 0}, "zero_coordinates"),
        ({"datum": "mars"}, "bad_request"),
        ({"name": ""}, "bad_request"),
        ({"opening_hours": "now and then"}, "bad_request"),
        ({"colour": "red"}, "bad_request"),
    ],
)
def test_an_aed_that_cannot_be_meant_is_refused(standing_service: Service, fields: dict[str, Any], code: str) -> None:
    answer = add(standing_service, **fields)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_moved_and_described_aed_is_where_and_what_it_is_said_to_be_at_once(service: Service) -> None:
    aed_id = added(service)["aed_id"]
    lon, lat = place(200, 100)
    moved = service.request("POST", f"/api/aeds/{aed_id}/move", R, json={"lon": lon, "lat": lat, "why": "renovated"})
    described = service.request(
        "PATCH", f"/api/aeds/{aed_id}", R, json={"name": "Ferry", "access": "permit", "indoor": True}
    )

    assert (moved.json()["lon"], moved.json()["corrected"]) == (pytest.approx(lon), ["position"])
    assert described.json()["corrected"] == ["access", "indoor", "name", "position"]
    box = f"{lon - 1e-5},{lat - 1e-5},{lon + 1e-5},{lat + 1e-5}"
    assert [aed["name"] for aed in listed(service, bbox=box)["aeds"]] == ["Ferry"]
    assert [line["action"] for line in history(service, f"/api/aeds/{aed_id}/history")] == [
        "described",
        "moved",
        "added",
    ]
    away = service.request("POST", f"/api/aeds/{aed_id}/move", R, json={"lon": 2.35, "lat": 48.85})
    assert away.json()["code"] == "outside_service_area"


def test_of_two_officers_at_once_the_second_is_told_to_look_again(service: Service) -> None:
    aed_id = added(service)["aed_id"]
    path = f"/api/aeds/{aed_id}"
    seen = service.request("GET", path, R).headers["etag"]
    first = service.request("PATCH", path, R, json={"state": "missing"}, headers={"if-match": seen})
    late = {"if-match": f"W/{seen}"}
    second = service.request("PATCH", path, R, json={"state": "out_of_service"}, headers=late)

    assert first.is_success
    assert (second.status_code, second.headers["content-type"]) == (412, "application/problem+json")
    told = second.json()
    assert (told["code"], told["status"], told["title"]) == ("stale", 412, "Precondition Failed")
    assert told["detail"] == told["message"]
    assert f"GET {path}" in told["detail"]
    assert service.get(path)["state"] == "missing"
    for method, way, body in (
        ("POST", f"{path}/move", {"lon": LON, "lat": LAT}),
        ("POST", f"{path}/retire", {}),
        ("POST", f"{path}/reinstate", {}),
        ("DELETE", f"{path}/corrections/state", None),
        ("POST", "/api/aeds/doubles/part", {"aed_id": aed_id, "other": aed_id}),
        ("POST", "/api/aeds/doubles/join", {"keep": aed_id, "other": aed_id}),
        ("POST", f"/api/registry/history/{history(service)[0]['change_id']}/undo", {}),
    ):
        assert service.request(method, way, R, json=body, headers=late).status_code == 412, way
    newest = first
    for method, way, body in (
        ("PATCH", path, {"state": "in_service"}),
        ("POST", f"{path}/retire", {"why": "torn down"}),
        ("POST", f"{path}/reinstate", {}),
        ("DELETE", f"{path}/corrections/state", None),
        ("POST", f"{path}/move", {"lon": LON, "lat": LAT + 1e-4}),
    ):
        newest = service.request(method, way, R, json=body, headers={"if-match": newest.headers["etag"]})
        assert newest.is_success, "with each answer's version it goes on"
    assert service.request("GET", f"{path}/records", R).headers["etag"] == newest.headers["etag"]


def test_a_refusal_is_a_problem_for_whoever_accepts_that_and_as_ever_for_others(standing_service: Service) -> None:
    problem = {"accept": "application/problem+json, application/json"}
    new = standing_service.request("GET", "/api/aeds/none", R, headers=problem)
    old = standing_service.request("GET", "/api/aeds/none", R)

    assert (new.headers["content-type"], new.json()["status"]) == ("application/problem+json", 404)
    assert (old.headers["content-type"], set(old.json())) == ("application/json", {"code", "message"})


def test_a_change_is_taken_back_only_while_it_holds_and_that_is_a_change_too(service: Service) -> None:
    aed_id = added(service)["aed_id"]
    for state in ("missing", "out_of_service"):
        assert service.request("PATCH", f"/api/aeds/{aed_id}", R, json={"state": state}).is_success
    second, first, _ = history(service, f"/api/aeds/{aed_id}/history")

    refused = undo(service, first["change_id"])
    undone = undo(service, second["change_id"])
    lines = history(service, f"/api/aeds/{aed_id}/history")

    assert (refused.status_code, refused.json()["code"]) == (409, "not_taken_back")
    assert f"state of {aed_id} is 'out_of_service' now, set by tests" in refused.json()["message"]
    assert service.get(f"/api/aeds/{aed_id}")["state"] == "missing"
    assert undone.json() == {"change_id": lines[0]["change_id"], "aed_ids": [aed_id]}
    assert (lines[0]["undoes"], lines[0]["why"]) == (second["change_id"], "a slip")
    assert lines[1]["undone_by"] == lines[0]["change_id"]
    assert undo(service, lines[0]["change_id"]).is_success
    assert service.get(f"/api/aeds/{aed_id}")["state"] == "out_of_service"
    for unknown in ("999999", "99999999999", "one"):
        assert service.request("POST", f"/api/registry/history/{unknown}/undo", R, json={}).status_code == 404


def test_the_history_is_read_page_by_page_and_by_whom(service: Service) -> None:
    ids = [added(service, name=f"Pier {number}")["aed_id"] for number in range(3)]
    page = service.get("/api/registry/history?limit=2&kind=aed", R)
    rest = service.get(f"/api/registry/history?limit=2&kind=aed&before={page['next']}", R)

    assert [line["subject_id"] for line in (*page["changes"], *rest["changes"])] == ids[::-1]
    assert rest["next"] is None
    assert history(service, "/api/registry/history?by=nobody") == []
    assert len(history(service, f"/api/registry/history?by=tests&subject_id={ids[0]}")) == 1


def bulk(service: Service, *changes: dict[str, Any]) -> httpx.Response:
    return service.request("POST", "/api/aeds/bulk", R, json={"changes": changes})


def test_several_changes_are_made_in_one_go_each_with_its_answer(service: Service) -> None:
    one, other = (added(service, name=name)["aed_id"] for name in ("One", "Other"))
    new = {"action": "add", "lon": LON, "lat": LAT, "name": "Third"}
    answer = bulk(
        service,
        {"action": "describe", "aed_id": one, "state": "missing"},
        {"action": "retire", "aed_id": other, "why": "gone"},
        {"action": "move", "aed_id": one, "lon": LON, "lat": LAT + 1e-4},
        new,
    )

    assert answer.status_code == 200, answer.text
    told = answer.json()["answers"]
    assert [each["outcome"] for each in told] == ["done"] * 4
    assert (told[0]["aed"]["state"], told[1]["aed"]["reason"], told[3]["aed"]["name"]) == (
        "missing",
        "retired",
        "Third",
    )
    assert told[0]["etag"] == service.request("GET", f"/api/aeds/{one}", R).headers["etag"]
    assert len(history(service)) == 6


def test_of_several_changes_none_is_made_where_one_is_refused(service: Service) -> None:
    aed_id = added(service)["aed_id"]
    answer = bulk(
        service,
        {"action": "describe", "aed_id": aed_id, "state": "missing"},
        {"action": "retire", "aed_id": "aed-none"},
        {"action": "reinstate", "aed_id": aed_id, "if_match": '"older"'},
        {"action": "add", "lon": 2.35, "lat": 48.85, "name": "Paris"},
    )

    told = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert (told["code"], [each["outcome"] for each in told["answers"]]) == (
        "changes_refused",
        ["not_done", "refused", "refused", "refused"],
    )
    codes = [each["code"] for each in told["answers"]]
    assert codes == ["", "unknown_aed", "stale", "outside_service_area"]
    assert "number 2, 3, 4" in told["message"]
    assert service.get(f"/api/aeds/{aed_id}")["state"] == "in_service"
    assert len(history(service)) == 1
    assert bulk(service).status_code == 422
    assert bulk(service, {"action": "paint", "aed_id": aed_id}).status_code == 422


def test_aeds_are_listed_page_by_page_and_found_by_what_is_asked(service: Service) -> None:
    first = service.get("/api/clock", R)["now"]
    said = (("Ｐｉｅｒ A", "in_service"), ("Ｐｉｅｒ B", "missing"))
    ids = sorted(added(service, name=name, state=state)["aed_id"] for name, state in said)
    assert service.request("POST", f"/api/aeds/{ids[0]}/retire", R).is_success
    everything = listed(service)
    pages, cursor = [], ""
    while cursor is not None:
        page = service.request("GET", "/api/aeds", R, params={"limit": 1, "cursor": cursor})
        cursor = page.json()["next"]
        assert (cursor is None) == ("link" not in page.headers)
        pages += page.json()["aeds"]

    assert everything["next"] is None
    assert pages == everything["aeds"]
    by_hand = {"source": "registry"}
    assert [aed["aed_id"] for aed in listed(service, **by_hand)["aeds"]] == [ids[1]]
    assert [aed["aed_id"] for aed in listed(service, retired="only")["aeds"]] == [ids[0]]
    assert [aed["aed_id"] for aed in listed(service, **by_hand, retired="any")["aeds"]] == ids
    assert {aed["aed_id"] for aed in listed(service, text="pier", retired="any")["aeds"]} == set(ids)
    assert listed(service, text="pier nowhere", retired="any")["aeds"] == []
    assert {aed["usable"] for aed in listed(service, usable="no")["aeds"]} <= {"no"}
    assert {aed["aed_id"] for aed in listed(service, changed_since=first, retired="any")["aeds"]} == set(ids)
    assert {aed["state"] for aed in listed(service, state="missing")["aeds"]} <= {"missing"}
    for wrong in (
        {"limit": 0},
        {"limit": 1001},
        {"usable": "perhaps"},
        {"retired": "maybe"},
        {"changed_since": "today"},
    ):
        assert service.request("GET", "/api/aeds", R, params=wrong).status_code == 422


def test_the_link_of_a_page_leads_to_the_next_with_the_same_question(service: Service) -> None:
    for number in range(3):
        added(service, name=f"码头 {number}")
    page = service.request("GET", "/api/aeds", R, params={"text": "码头", "limit": 2})
    path = page.headers["link"].removeprefix("<").partition(">")[0]

    rest = service.request("GET", path, R).json()

    assert len(page.json()["aeds"]) == 2
    assert [aed["name"].split()[0] for aed in rest["aeds"]] == ["码头"]
    assert rest["next"] is None
