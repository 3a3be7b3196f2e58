"""Phones on real websockets: ring, answer, resume, and what is told to whom."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from dispatch.access.tokens import Access
from geo.places.geodesic import geodesic_m
from tests.support.phone import Phone, console_of, phone_of, raw_stream
from tests.support.service import Service, call
from tests.support.town import place
from tests.support.waiting import eventually

ADDRESS = "中原路1号3单元502"


async def close_code(service: Service, hello: str | None, kind: str = "volunteer") -> int:
    async with raw_stream(service, kind) as socket:
        if hello is not None:
            await socket.send(hello)
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
        return closed.value.rcvd.code if closed.value.rcvd else 0


def hello(token: str) -> str:
    return json.dumps({"type": "hello", "token": token})


async def test_only_a_valid_token_of_the_right_role_opens_a_stream(standing_service: Service) -> None:
    service = standing_service

    assert await close_code(service, "not json") == 4401
    assert await close_code(service, hello("forged")) == 4401
    assert await close_code(service, hello(service.token(Access.VOLUNTEER, "r00", ttl_s=-10))) == 4401
    assert await close_code(service, hello(service.token(Access.DISPATCHER))) == 4403
    assert await close_code(service, hello(service.token(Access.VOLUNTEER, "nobody"))) == 4403
    assert await close_code(service, hello(service.token(Access.VOLUNTEER, "r00")), kind="dispatcher") == 4403


@pytest.mark.both_databases
async def test_a_call_rings_the_phones_and_tells_the_address_only_after_acceptance(service: Service) -> None:
    patient = place(0, 0)
    async with phone_of(service, "r00") as phone:
        incident_id = service.post_call(call()).json()["incident_id"]

        alert = await phone.expect("alert")
        told_before = json.dumps(alert, ensure_ascii=False)
        await phone.ask("accept", alert_id=alert["alert_id"])
        assignment = await phone.expect("assignment")

    assert alert["incident_id"] == incident_id
    assert alert["role"] == "direct"
    assert alert["walk_time_s"] == pytest.approx(60 / 1.4, abs=1)
    assert ADDRESS not in told_before
    assert geodesic_m(*patient, alert["area"]["lon"], alert["area"]["lat"]) <= alert["area"]["radius_m"]
    assert all(geodesic_m(*patient, *point) > 20 for point in alert["route"]["lonlat"])
    assert assignment["patient"]["address"] == ADDRESS
    assert (assignment["patient"]["lon"], assignment["patient"]["lat"]) == pytest.approx(patient)
    assert geodesic_m(*patient, *assignment["route"]["lonlat"][-1]) < 5


@pytest.mark.both_databases
async def test_an_aed_is_fetched_on_the_way_and_only_one_that_is_open(service: Service) -> None:
    async with phone_of(service, "r00") as first, phone_of(service, "r01") as second:
        service.post_call(call())
        await first.expect("alert")
        alert = await second.expect("alert")
        await second.ask("accept", alert_id=alert["alert_id"])
        collected = await second.ask("aed_collected", alert_id=alert["alert_id"])
        arrived = await second.ask("arrived", alert_id=alert["alert_id"])

    assert alert["role"] == "fetch_aed"
    assert alert["aed"]["location_text"] == "一楼大厅服务台"
    assert alert["aed"]["walk_time_s"] < alert["walk_time_s"]
    assert collected["ok"]
    assert arrived["ok"]


@pytest.mark.both_databases
async def test_a_phone_that_was_away_resumes_without_loss_or_repetition(service: Service) -> None:
    async with phone_of(service, "r00"):
        pass
    service.post_call(call(cad_ref="A"))
    service.post_call(call("call.cancelled", cad_ref="A"))

    async with phone_of(service, "r00") as phone:
        await phone.expect("alert")
        received = phone.last_seq
    async with phone_of(service, "r00", last_seq=received) as phone:
        ended = await phone.expect("alert_ended")

    assert received == 1
    assert ended["seq"] == 2
    assert ended["reason"] == "cancelled"
    assert [frame["seq"] for frame in phone.frames if "seq" in frame] == [2]


async def test_an_alert_read_after_its_end_tells_no_place(service: Service) -> None:
    async with phone_of(service, "r00"):
        pass
    service.post_call(call(cad_ref="A"))
    service.post_call(call("call.cancelled", cad_ref="A"))

    async with phone_of(service, "r00") as phone:
        alert = await phone.expect("alert")

    assert alert["area"] is None
    assert alert["route"] is None


@pytest.mark.both_databases
async def test_an_acknowledged_alert_counts_as_delivered(service: Service) -> None:
    async with phone_of(service, "r00") as phone:
        incident_id = service.post_call(call()).json()["incident_id"]
        alert = await phone.expect("alert")
        await phone.send({"type": "ack", "seq": alert["seq"]})
        await phone.ask("seen", alert_id=alert["alert_id"])
        ahead = {"type": "ack", "seq": 99}
        await phone.send(ahead)
        refused = await phone.expect("result", lambda frame: frame["code"] == "ack_ahead")

    def confirmed() -> dict[str, Any] | None:
        first: dict[str, Any] = service.get(f"/api/incidents/{incident_id}")["alerts"][0]
        return first if first["seen_at"] else None

    told = eventually(confirmed)
    assert told["delivered_at"] <= told["seen_at"]
    assert not refused["ok"]


async def test_a_newer_connection_takes_the_place_of_an_older_one(service: Service) -> None:
    async with phone_of(service, "r00") as older, phone_of(service, "r00") as newer:
        with pytest.raises(ConnectionClosed) as closed:
            await older.expect("alert")
        service.post_call(call())
        await newer.expect("alert")

    assert closed.value.rcvd
    assert closed.value.rcvd.code == 4409


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("not json", "malformed"),
        ('{"type": "dance", "id": "f1"}', "malformed"),
        ('{"type": "accept", "id": "f1"}', "malformed"),
        ('{"type": "accept", "id": "f1", "alert_id": "nothing"}', "unknown_incident"),
        ('{"type": "seen", "id": "f1", "alert_id": "nothing-1"}', "unknown_alert"),
        ('{"type": "position", "lon": "x"}', "malformed"),
    ],
)
async def test_a_frame_that_makes_no_sense_is_answered(standing_service: Service, frame: str, code: str) -> None:
    async with phone_of(standing_service, "r07") as phone:
        await phone.send(frame)
        answer = await phone.expect("result")

    assert not answer["ok"]
    assert answer["code"] == code
    assert answer["message"]


async def test_a_reported_position_decides_who_is_near(service: Service) -> None:
    lon, lat = place(-30, 0)
    async with phone_of(service, "r11") as phone:
        await phone.ask(
            "position", lon=lon, lat=lat, datum="wgs84", accuracy_m=10, observed_at=datetime.now(UTC).isoformat()
        )
        service.post_call(call())
        alert = await phone.expect("alert")

    assert alert["walk_time_s"] == pytest.approx(30 / 1.4, abs=1)


async def test_who_is_off_duty_is_left_alone(service: Service) -> None:
    async with phone_of(service, "r00") as resting, phone_of(service, "r01") as ready:
        await resting.ask("duty", on=False)
        service.post_call(call())
        await ready.expect("alert")

    assert not [frame for frame in resting.frames if frame["type"] == "alert"]


async def test_nobody_answers_for_somebody_else(service: Service) -> None:
    async with phone_of(service, "r00") as phone, phone_of(service, "r11") as other:
        service.post_call(call())
        alert = await phone.expect("alert")
        answer = await other.ask("accept", alert_id=alert["alert_id"])

    assert answer["code"] == "not_your_alert"


@pytest.mark.both_databases
async def test_dispatchers_see_what_happens_without_personal_data(service: Service) -> None:
    async with console_of(service) as console, phone_of(service, "r00") as phone:
        service.post_call(call())
        opened = await console.expect("incident_changed")
        alert = await phone.expect("alert")
        await phone.ask("accept", alert_id=alert["alert_id"])
        accepted = await console.expect("incident_changed")
        lon, lat = place(30, 0)
        now = datetime.now(UTC).isoformat()
        await phone.ask("position", lon=lon, lat=lat, datum="wgs84", accuracy_m=5, observed_at=now)
        moving = await console.expect("responder_position")

    assert [event["type"] for event in opened["events"]][:3] == ["IncidentOpened", "CallConfirmed", "LocationSet"]
    assert [event["type"] for event in accepted["events"]] == ["AlertAccepted"]
    assert (opened["seq"], accepted["seq"]) == (1, 2)
    assert ADDRESS not in json.dumps(console.frames, ensure_ascii=False)
    assert moving["alert_id"] == alert["alert_id"]


async def test_a_patient_far_from_any_street_is_reached_in_a_straight_line_and_said_so(service: Service) -> None:
    lon, lat = place(1250, 0)
    location = {"lon": lon, "lat": lat, "datum": "wgs84"}
    async with phone_of(service, "r11") as phone:
        at_lon, at_lat = place(1180, 0)
        now = datetime.now(UTC).isoformat()
        await phone.ask("position", lon=at_lon, lat=at_lat, datum="wgs84", accuracy_m=5, observed_at=now)
        service.post_call(call(location=location))
        alert = await phone.expect("alert")

    assert alert["straight_line"]
    assert alert["walk_time_s"] == pytest.approx(70 * 1.4 / 1.4, abs=2)


@pytest.mark.both_databases
async def test_a_moved_patient_reaches_those_on_the_way(service: Service) -> None:
    moved = place(0, 60)
    async with phone_of(service, "r00") as phone:
        service.post_call(call())
        alert = await phone.expect("alert")
        await phone.ask("accept", alert_id=alert["alert_id"])
        await phone.expect("assignment")
        location = {"lon": moved[0], "lat": moved[1], "datum": "wgs84", "address": "隔壁楼"}
        service.post_call(call("call.updated", location=location))
        again = await phone.expect("assignment")

    assert again["reason"] == "patient_moved"
    assert again["patient"]["address"] == "隔壁楼"
    assert again["walk_time_s"] == pytest.approx(120 / 1.4, abs=1)


@pytest.mark.both_databases
async def test_two_calls_at_once_share_no_rescuer_and_no_aed(service: Service) -> None:
    phones: list[Phone] = []
    async with phone_of(service, "r00") as a, phone_of(service, "r01") as b, phone_of(service, "r02") as c:
        phones += [a, b, c]
        first = service.post_call(call(cad_ref="A")).json()["incident_id"]
        second = service.post_call(call(cad_ref="B")).json()["incident_id"]
        for phone in phones:
            await phone.expect("alert")

    alerts = [alert for one in (first, second) for alert in service.get(f"/api/incidents/{one}")["alerts"]]
    rescuers = [alert["rescuer_id"] for alert in alerts]
    aeds = [alert["aed_id"] for alert in alerts if alert["aed_id"]]
    assert len(rescuers) == len(set(rescuers)) == 3
    assert len(aeds) == len(set(aeds))


async def test_a_ping_is_answered_at_once_and_too_many_of_them_too(standing_service: Service) -> None:
    async with phone_of(standing_service, "r07") as phone:
        answers = [await phone.ask("ping") for _ in range(40)]

    assert answers[0]["ok"]
    assert {answer["code"] for answer in answers} <= {"ok", "too_many_pings"}
