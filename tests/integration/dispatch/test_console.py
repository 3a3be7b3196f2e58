"""What a dispatcher's console is shown, and what of it a simulator is not."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dispatch.access.tokens import Access
from geo.places.datum import Datum, convert
from tests.support.phone import Phone, phone_of
from tests.support.plain_http import fetch
from tests.support.service import Service, call, signed
from tests.support.town import EAST_STREET, EAST_STREET_M, place

PERSONAL = ("name", "phone", "position", "walk")


def alert_of(service: Service, incident_id: str, rescuer_id: str, access: Access = Access.DISPATCHER) -> dict[str, Any]:
    alerts = service.get(f"/api/incidents/{incident_id}", access)["alerts"]
    return next(alert for alert in alerts if alert["rescuer_id"] == rescuer_id)


async def stand_at(phone: Phone, east_m: float, north_m: float) -> None:
    lon, lat = place(east_m, north_m)
    where = {"lon": lon, "lat": lat, "datum": "wgs84", "accuracy_m": 5}
    assert (await phone.ask("position", **where, observed_at=datetime.now(UTC).isoformat()))["ok"]


def seconds(later: str, earlier: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


@pytest.mark.both_databases
async def test_who_somebody_is_and_where_is_shown_to_dispatchers_once_they_accept_and_no_longer_than_needed(
    service: Service,
) -> None:
    async with phone_of(service, "r01") as phone:
        await stand_at(phone, 120, 0)
        incident_id = service.post_call(call(caller_phone="13700000000")).json()["incident_id"]
        rung = await phone.expect("alert")
        ringing = alert_of(service, incident_id, "r01")
        await phone.ask("accept", alert_id=rung["alert_id"])
        on_the_way = service.get(f"/api/incidents/{incident_id}")
        replayed = service.get(f"/api/incidents/{incident_id}", Access.SIMULATOR)
        listed = service.get("/api/incidents?open_only=true&with_alerts=true")[0]
        service.request("POST", f"/api/incidents/{incident_id}/stand-down").raise_for_status()
        over = service.get(f"/api/incidents/{incident_id}")

    assert [ringing[name] for name in PERSONAL] == [None] * 4
    shown = on_the_way["alerts"][0]
    assert (shown["name"], shown["phone"]) == ("测试1", "+8613900000001")
    assert (shown["position"]["lon"], shown["position"]["lat"]) == pytest.approx(place(120, 0))
    assert shown["walk"]["lonlat"][0] == pytest.approx(place(120, 0), abs=1e-5)
    assert shown["walk"]["lonlat"][-1] == pytest.approx(place(0, 0), abs=1e-5)
    assert on_the_way["caller_phone"] == "13700000000"
    assert listed["alerts"][0]["name"] == "测试1"
    assert [replayed["alerts"][0][name] for name in PERSONAL] == [None] * 4
    assert replayed["caller_phone"] is None
    assert [over["alerts"][0][name] for name in PERSONAL] == [None] * 4
    assert over["caller_phone"] is None


async def test_the_clocks_of_an_incident_and_of_who_walks_to_it(service: Service) -> None:
    async with phone_of(service, "r00") as phone:
        incident_id = service.post_call(call()).json()["incident_id"]
        rung = await phone.expect("alert")
        ringing = service.get(f"/api/incidents/{incident_id}")
        await phone.ask("accept", alert_id=rung["alert_id"])
        accepted = alert_of(service, incident_id, "r00")
        # Halfway there the way that is left is half as long.
        await stand_at(phone, 30, 0)
        halfway = alert_of(service, incident_id, "r00")
        await phone.ask("arrived", alert_id=rung["alert_id"])
        arrived = alert_of(service, incident_id, "r00")

    assert ringing["next_deadline_at"] == ringing["next_search_at"] == ringing["alerts"][0]["answer_by"]
    assert seconds(ringing["next_search_at"], ringing["opened_at"]) == pytest.approx(30, abs=5)
    assert ringing["alerts"][0]["eta_at"] is ringing["alerts"][0]["accepted_at"] is None
    assert seconds(accepted["eta_at"], accepted["accepted_at"]) == pytest.approx(accepted["walk_time_s"], abs=0.1)
    assert seconds(halfway["eta_at"], halfway["position"]["observed_at"]) == pytest.approx(30 / 1.4, abs=0.5)
    assert arrived["eta_at"] is None
    assert arrived["arrived_at"] > arrived["accepted_at"]


async def test_the_timeline_says_why_each_was_rung(service: Service) -> None:
    async with phone_of(service, "r00") as first, phone_of(service, "r01"), phone_of(service, "r02"):
        incident_id = service.post_call(call()).json()["incident_id"]
        rung = await first.expect("alert")
        await first.ask("decline", alert_id=rung["alert_id"])
        timeline = service.get(f"/api/incidents/{incident_id}/timeline")

    why = {
        one["data"]["rescuer_id"]: (one["reason"]["code"], one["reason"]["rank"], one["reason"]["of"])
        for one in timeline
        if one["type"] == "RescuerAlerted"
    }
    searches = [one["reason"]["code"] for one in timeline if one["type"] == "SearchMade"]
    assert why == {
        "r00": ("fastest_hands", 1, 2),
        "r01": ("quickest_aed", 1, 1),
        "r02": ("more_hands", 2, 2),
    }
    assert searches[0] == "first_search"
    assert set(searches[1:]) <= {"somebody_declined"}
    assert all(one["reason"] is None for one in timeline if one["type"] not in {"RescuerAlerted", "SearchMade"})


@pytest.mark.parametrize("datum", list(Datum))
async def test_a_place_is_shown_by_its_street_before_anybody_is_rung_whatever_its_datum(
    service: Service, datum: Datum
) -> None:
    meant = place(EAST_STREET_M - 25, 130)
    told = convert(*meant, source=Datum.WGS84, target=datum)

    seen = service.get(f"/api/console/place?lon={told[0]}&lat={told[1]}&datum={datum.value}")

    assert (seen["lon"], seen["lat"]) == pytest.approx(meant, abs=1e-6)
    assert seen["datum"] == datum.value
    assert (seen["datum_shift_m"] > 400) == (datum is not Datum.WGS84)
    assert (seen["street"], seen["street_distance_m"]) == (EAST_STREET, pytest.approx(25, abs=0.2))
    assert seen["network_distance_m"] == pytest.approx(10, abs=0.2)
    assert service.get("/api/incidents") == []


async def test_a_place_without_a_datum_or_outside_the_area_is_not_guessed_at(service: Service) -> None:
    lon, lat = place(0, 0)
    far = place(EAST_STREET_M + 2_000, 0)
    codes = [
        service.request("GET", f"/api/console/place?{query}").json()["code"]
        for query in (
            f"lon={lon}&lat={lat}",
            f"lon={lon}&lat={lat}&datum=utm",
            f"lon={lat}&lat={lon}&datum=wgs84",
            "lon=0&lat=0&datum=wgs84",
            "lon=2.35&lat=48.85&datum=wgs84",
            "lon=1e300&lat=1e300&datum=gcj02",
            f"lon=nan&lat={lat}&datum=wgs84",
            f"lon={lon}&lat=inf&datum=gcj02",
        )
    ]
    nowhere = service.get(f"/api/console/place?lon={far[0]}&lat={far[1]}&datum=wgs84")
    nameless = service.get(f"/api/console/place?lon={lon}&lat={lat}&datum=wgs84")

    assert codes == [
        *("no_datum", "unknown_datum", "swapped_coordinates", "zero_coordinates", "outside_service_area"),
        *("bad_coordinates", "bad_request", "bad_request"),
    ]
    assert (nowhere["street"], nowhere["network_distance_m"]) == (None, None)
    assert (nameless["street"], nameless["network_distance_m"]) == (None, pytest.approx(0, abs=0.1))


def aeds_of(service: Service, query: str = "") -> dict[str, dict[str, Any]]:
    return {aed["aed_id"]: aed for aed in service.get(f"/api/console/aeds{query}")["aeds"]}


async def test_the_console_sees_of_every_aed_whether_it_can_be_taken_and_to_whom_it_is_promised(
    service: Service,
) -> None:
    before = aeds_of(service)
    async with phone_of(service, "r00"), phone_of(service, "r01"):
        incident_id = service.post_call(call()).json()["incident_id"]
        during = aeds_of(service)
    lon, lat = place(60, 60)
    one = aeds_of(service, f"?west={lon - 1e-4}&east={lon + 1e-4}&south={lat - 1e-4}&north={lat + 1e-4}")

    by_place = {aed["location_text"]: aed for aed in before.values()}
    assert by_place["一楼大厅服务台"]["usable"] == "yes"
    assert by_place["一楼大厅服务台"]["reasons"] == []
    assert by_place["夜间关闭"]["usable"] == "no"
    assert by_place["夜间关闭"]["reasons"] == ["closed"]
    assert by_place["开放时间不详"]["usable"] == "unknown"
    assert {aed["reserved_by"] for aed in before.values()} == {None}
    promised = [aed["location_text"] for aed in during.values() if aed["reserved_by"] == incident_id]
    assert promised == ["一楼大厅服务台"]
    assert [aed["location_text"] for aed in one.values()] == ["一楼大厅服务台"]


@pytest.mark.both_databases
async def test_the_links_say_how_the_service_stands_with_everybody(service: Service) -> None:
    unheard = service.get("/api/links")
    async with phone_of(service, "r00"):
        service.post_call(call())
        heard = service.get("/api/links")
        service.post_call(call(cad_ref="ZZ-2", location={"lon": 0, "lat": 0, "datum": "wgs84"}))
    forged = {**signed(b"{}"), "webhook-signature": "v1,bm9uc2Vuc2U="}
    fetch("POST", f"{service.url}/webhooks/120", content=b"{}", headers=forged)
    not_understood = service.get("/api/links")

    assert unheard["integrations"] == [
        {"name": "120", "last_message_at": None, "last_message_ok": None, "last_refused_at": None}
    ]
    assert heard["integrations"][0]["last_message_ok"] is True
    assert heard["phones_connected"] == 1
    assert heard["consoles_connected"] == 0
    assert heard["database"] == "here"
    assert heard["callbacks"] == {"waiting": 0, "dead": 0}
    assert not_understood["integrations"][0]["last_message_ok"] is False
    assert not_understood["integrations"][0]["last_refused_at"] is not None
    assert not_understood["integrations"][0]["last_message_at"] > heard["integrations"][0]["last_message_at"]
