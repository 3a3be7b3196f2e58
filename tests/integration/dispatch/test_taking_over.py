"""A dispatcher takes over, through HTTP, and phones and consoles hear of it."""

import asyncio
from typing import Any

import httpx
import pytest
from shapely.geometry import Point, shape

from dispatch.access.tokens import Access
from tests.support.audit import audit
from tests.support.phone import Phone, console_of, phone_of
from tests.support.service import Service, call
from tests.support.town import Town, place

PHONE = "13700000000"


def by_hand(east_m: float = 0, north_m: float = 0, **changes: Any) -> dict[str, Any]:
    lon, lat = place(east_m, north_m)
    return {
        "location": {"lon": lon, "lat": lat, "datum": "wgs84"},
        "address": "嵩山路7号",
        "floor": "3",
        "caller_phone": PHONE,
        **changes,
    }


def open_call(service: Service, **changes: Any) -> str:
    answer = service.request("POST", "/api/incidents", json=by_hand(**changes))
    assert answer.status_code == 201, answer.text
    incident_id: str = answer.json()["incident_id"]
    return incident_id


def add(service: Service, incident_id: str, rescuer_id: str, **changes: Any) -> httpx.Response:
    body = {"rescuer_id": rescuer_id, **changes}
    return service.request("POST", f"/api/incidents/{incident_id}/alerts", json=body)


def call_off(service: Service, incident_id: str, alert_id: str, **body: Any) -> httpx.Response:
    path = f"/api/incidents/{incident_id}/alerts/{alert_id}/call-off"
    return service.request("POST", path, **({"json": body} if body else {}))


async def decline(phone: Phone) -> None:
    """Whoever comes within reach of a call that lacks helpers rings at once; after a no it takes a dispatcher."""
    alert = await phone.expect("alert")
    await phone.ask("decline", alert_id=alert["alert_id"])


def alerts_of(service: Service, incident_id: str) -> dict[str, dict[str, Any]]:
    return {alert["rescuer_id"]: alert for alert in service.get(f"/api/incidents/{incident_id}")["alerts"]}


@pytest.mark.both_databases
async def test_a_call_taken_by_hand_rings_and_tells_its_address_like_any_other(service: Service) -> None:
    async with console_of(service) as console, phone_of(service, "r00") as phone:
        incident_id = open_call(service)
        alert = await phone.expect("alert")
        await phone.ask("accept", alert_id=alert["alert_id"])
        assignment = await phone.expect("assignment")
        opened = await console.expect("incident_changed")
        shown = service.get(f"/api/incidents/{incident_id}")

    assert alert["incident_id"] == opened["incident_id"] == incident_id
    assert assignment["patient"]["address"] == shown["location"]["address"] == "嵩山路7号"
    assert shown["integration"] == "console"
    assert shown["cad_ref"].startswith("BY-HAND-")
    assert shown["caller_phone"] == PHONE


@pytest.mark.both_databases
async def test_a_call_sent_twice_by_one_console_is_one_incident(service: Service) -> None:
    first = open_call(service, request_id="one")
    again = open_call(service, request_id="one")
    other = open_call(service, request_id="two")
    of_another = service.request_as(
        service.token(Access.DISPATCHER, "somebody else"), "POST", "/api/incidents", json=by_hand(request_id="one")
    )

    assert first == again
    assert len({first, other, of_another.json()["incident_id"]}) == 3


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ({"lon": 0, "lat": 0, "datum": "wgs84"}, "zero_coordinates"),
        ({"lon": 113.665, "lat": 34.757}, "no_datum"),
        ({"lon": 34.757, "lat": 113.665, "datum": "wgs84"}, "swapped_coordinates"),
        ({"lon": "here"}, "bad_request"),
    ],
)
def test_a_call_by_hand_at_no_place_opens_nothing(
    standing_service: Service, location: dict[str, Any], code: str
) -> None:
    before = len(standing_service.get("/api/incidents?limit=500"))
    answer = standing_service.request("POST", "/api/incidents", json=by_hand(location=location))

    assert answer.status_code == 422
    assert answer.json()["code"] == code
    assert len(standing_service.get("/api/incidents?limit=500")) == before


@pytest.mark.both_databases
async def test_who_is_added_rings_and_who_is_called_off_is_told_and_replaced(service: Service) -> None:
    async with phone_of(service, "r00") as first:
        incident_id = open_call(service)
        rung = await first.expect("alert")
        await first.ask("accept", alert_id=rung["alert_id"])
        async with phone_of(service, "r03") as chosen:
            await decline(chosen)
            answer = add(service, incident_id, "r03", role="fetch_aed")
            alert = await chosen.expect("alert")
            off = call_off(service, incident_id, rung["alert_id"], reason="out_of_touch")
            ended = await first.expect("alert_ended")
            async with phone_of(service, "r01") as replacing:
                instead = await replacing.expect("alert")
            twice = call_off(service, incident_id, rung["alert_id"])
    timeline = service.get(f"/api/incidents/{incident_id}/timeline")

    assert answer.status_code == off.status_code == twice.status_code == 200
    assert alerts_of(service, incident_id)["r03"]["by_hand"]
    assert alert["role"] == "fetch_aed"
    assert alert["aed"]["location_text"] == "一楼大厅服务台"
    assert ended["reason"] == "out_of_touch"
    assert instead["role"] == "direct"
    why = {one["data"]["rescuer_id"]: one["reason"]["code"] for one in timeline if one["type"] == "RescuerAlerted"}
    assert why == {"r00": "fastest_hands", "r03": "by_hand", "r01": "fastest_hands"}
    assert [one["type"] for one in timeline].count("ResponderStoodDown") == 1


async def test_somebody_whom_the_rule_would_not_ring_is_rung_only_with_force(service: Service) -> None:
    async with phone_of(service, "r05") as phone:
        await phone.ask("duty", on=False)
        incident_id = open_call(service)
        refused = add(service, incident_id, "r05")
        forced = add(service, incident_id, "r05", force=True)
        alert = await phone.expect("alert")
        again = add(service, incident_id, "r05", force=True)
    away = add(service, incident_id, "r07")

    assert (refused.status_code, refused.json()["code"]) == (409, "off_duty")
    assert forced.status_code == 200
    assert alert["alert_id"] == alerts_of(service, incident_id)["r05"]["alert_id"]
    assert (again.status_code, again.json()["code"]) == (409, "already_alerted")
    assert (away.status_code, away.json()["code"]) == (409, "not_reachable")


async def test_the_aed_that_is_named_is_the_one_that_is_fetched_if_it_can_be_taken(service: Service) -> None:
    aeds = {aed["location_text"]: aed["aed_id"] for aed in service.get("/api/console/aeds")["aeds"]}
    incident_id = open_call(service)
    async with phone_of(service, "r04") as phone:
        await decline(phone)
        closed = add(service, incident_id, "r04", aed_id=aeds["夜间关闭"])
        unknown = add(service, incident_id, "r04", aed_id="no such AED")
        nonsense = add(service, incident_id, "r04", role="direct", aed_id=aeds["开放时间不详"])
        named = add(service, incident_id, "r04", aed_id=aeds["开放时间不详"])
        alert = await phone.expect("alert")

    assert (closed.status_code, closed.json()["code"]) == (409, "aed_not_usable")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_aed")
    assert nonsense.status_code == 422
    assert named.status_code == 200
    assert alert["aed"]["aed_id"] == aeds["开放时间不详"]


@pytest.mark.both_databases
async def test_what_one_incident_is_promised_no_dispatcher_gives_to_another_however_many_try_at_once(
    town: Town, service: Service, town_database: str
) -> None:
    incidents = [open_call(service, north_m=60.0 * number) for number in range(3)]
    async with phone_of(service, "r02"), phone_of(service, "r06"):
        answers = await asyncio.gather(
            *(
                asyncio.to_thread(add, service, incident_id, rescuer_id, role="fetch_aed", force=True)
                for incident_id in incidents
                for rescuer_id in ("r02", "r06")
            )
        )
    found = await audit(town_database)

    codes = [answer.json().get("code", "rung") for answer in answers]
    assert {answer.status_code for answer in answers} == {200, 409}
    assert 1 <= codes.count("rung") <= 2
    assert set(codes) <= {"rung", "promised_elsewhere", "no_aed_in_reach", "aed_promised", "already_alerted"}
    assert not found.shared()
    assert not found.faults


async def test_there_is_nothing_to_take_over_where_there_is_no_such_thing(service: Service) -> None:
    incident_id = open_call(service)
    answers = [
        add(service, "nothing", "r00"),
        add(service, incident_id, "nobody"),
        call_off(service, "nothing", "nothing-1"),
        call_off(service, incident_id, f"{incident_id}-99"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert [answer.json()["code"] for answer in answers] == [
        "unknown_incident",
        "unknown_rescuer",
        "unknown_incident",
        "unknown_alert",
    ]


async def test_nobody_is_added_to_an_incident_that_is_over(service: Service) -> None:
    async with phone_of(service, "r00"):
        incident_id = service.post_call(call()).json()["incident_id"]
        alert_id = alerts_of(service, incident_id)["r00"]["alert_id"]
        service.request("POST", f"/api/incidents/{incident_id}/stand-down").raise_for_status()
        late = add(service, incident_id, "r01", force=True)
        off = call_off(service, incident_id, alert_id)

    assert (late.status_code, late.json()["code"]) == (409, "incident_closed")
    assert off.status_code == 200


async def test_a_patient_who_is_moved_by_hand_keeps_the_callers_phone(service: Service) -> None:
    incident_id = open_call(service)
    lon, lat = place(100, 0)
    moved = service.request(
        "POST",
        f"/api/incidents/{incident_id}/location",
        json={"location": {"lon": lon, "lat": lat, "datum": "wgs84", "address": "嵩山路9号"}},
    )

    assert moved.json()["location"]["address"] == "嵩山路9号"
    assert moved.json()["caller_phone"] == PHONE


async def test_candidates_are_those_who_are_free_and_reachable_the_soonest_first(service: Service) -> None:
    async with phone_of(service, "r00") as near, phone_of(service, "r02"):
        incident_id = open_call(service, north_m=-300, floor="")
        rung = await near.expect("alert")
        await near.ask("decline", alert_id=rung["alert_id"])
        async with phone_of(service, "r06") as far, phone_of(service, "r04") as off_duty:
            await decline(far)
            await decline(off_duty)
            await off_duty.ask("duty", on=False)
            found = service.get(f"/api/incidents/{incident_id}/candidates")
            added = add(service, incident_id, found[0]["rescuer_id"])
            left = service.get(f"/api/incidents/{incident_id}/candidates")

    assert [one["rescuer_id"] for one in found] == ["r00", "r06"]
    assert [one["before"] for one in found] == ["declined", "declined"]
    assert found[0]["walk_time_s"] == pytest.approx(360 / 1.4, abs=2)
    assert not found[0]["straight_line"]
    assert added.status_code == 200
    assert [one["rescuer_id"] for one in left] == ["r06"]


async def test_a_candidate_comes_with_the_aed_that_is_there_soonest(service: Service) -> None:
    incident_id = open_call(service)
    async with phone_of(service, "r05") as phone:
        await decline(phone)
        found = service.get(f"/api/incidents/{incident_id}/candidates")[0]
        add(service, incident_id, "r05", role="fetch_aed", aed_id=found["aed_id"])
        alert = await phone.expect("alert")

    assert found["to_aed_s"] == pytest.approx((300 + 60) / 1.4, abs=2)
    assert found["fetch_time_s"] > found["walk_time_s"]
    assert alert["aed"]["aed_id"] == found["aed_id"]
    assert alert["walk_time_s"] == pytest.approx(found["fetch_time_s"], abs=0.5)


async def test_the_walk_time_area_is_around_the_patient_and_moves_with_them(service: Service) -> None:
    incident_id = open_call(service)
    path = f"/api/incidents/{incident_id}/reach"
    four, again, one = service.get(path), service.get(f"{path}?minutes=4"), service.get(f"{path}?minutes=1")
    lon, lat = place(300, 0)
    location = {"lon": lon, "lat": lat, "datum": "wgs84"}
    service.request("POST", f"/api/incidents/{incident_id}/location", json={"location": location}).raise_for_status()
    moved = service.get(path)
    too_far = service.request("GET", f"{path}?minutes=60")

    area = {name: shape(view["geometry"]) for name, view in (("four", four), ("one", one), ("moved", moved))}
    assert four == again
    assert four["properties"] == {"incident_id": incident_id, "minutes": 4.0, "straight_line": False}
    # Along the grid of streets, 336 m are 180 east and as much north, but not 300 and 300.
    for inside in (place(0, 0), place(300, 0), place(150, 150)):
        assert area["four"].covers(Point(*inside))
    assert not area["four"].covers(Point(*place(300, 300)))
    assert area["four"].covers(area["one"])
    assert not area["one"].covers(Point(*place(150, 150)))
    assert area["moved"].covers(Point(*place(600, 0)))
    assert too_far.status_code == 422


def test_an_incident_without_a_place_has_no_area_and_no_candidates(service: Service) -> None:
    body = call(location={"lon": 0, "lat": 0, "datum": "wgs84"})
    incident_id = service.post_call(body).json()["incident_id"]

    assert service.get(f"/api/incidents/{incident_id}/reach")["geometry"] is None
    assert service.get(f"/api/incidents/{incident_id}/candidates") == []
    assert service.request("GET", "/api/incidents/nothing/reach").status_code == 404
