"""120's door: what is refused, what is kept, and that nothing opens two incidents."""

import base64
import hmac
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.service import WEBHOOK_SECRET, Service, call, signed
from tests.support.town import place


def counted(service: Service, code: str) -> float:
    lines = service.request("GET", "/metrics").text.splitlines()
    found = [line for line in lines if line.startswith(f'rescue_refused_total{{code="{code}"}}')]
    return float(found[0].split()[1]) if found else 0.0


@pytest.mark.both_databases
def test_a_good_call_is_accepted_and_can_be_seen(service: Service) -> None:
    answer = service.post_call(call())

    assert answer.status_code == 202
    assert answer.json()["code"] == "accepted"
    incident = service.get(f"/api/incidents/{answer.json()['incident_id']}")
    assert incident["cad_ref"] == "ZZ-1"
    assert incident["location"]["address"] == "中原路1号3单元502"


def test_what_is_not_signed_by_120_is_refused_and_counted(service: Service) -> None:
    raw = json.dumps(call()).encode()
    good = signed(raw)
    stale = signed(raw, at=datetime.now(UTC) - timedelta(minutes=10))
    forged: list[dict[str, str]] = [
        {},
        {**good, "webhook-signature": "v1,AAAA"},
        {**good, "webhook-signature": "no comma"},
        {**good, "webhook-signature": "v1,%%%"},
        {**good, "webhook-id": "another"},
        {**good, "webhook-timestamp": "noon"},
        {**good, "webhook-timestamp": "inf"},
        stale,
    ]

    for headers in forged:
        answer = service.post_signed(raw, headers)
        assert answer.status_code == 401, headers
        assert answer.json()["code"] == "bad_signature"

    assert service.post_signed(raw + b" ", good).status_code == 401
    assert counted(service, "bad_signature") == len(forged) + 1
    assert service.get("/api/incidents") == []


def test_a_body_of_ten_megabytes_is_refused_and_counted(service: Service) -> None:
    raw = b"{" + b" " * 10_000_000 + b"}"

    answer = service.post_signed(raw, signed(raw))

    assert answer.status_code == 413
    assert answer.json()["code"] == "body_too_large"
    assert counted(service, "body_too_large") == 1


@pytest.mark.both_databases
def test_the_same_message_and_the_same_call_are_taken_once(service: Service) -> None:
    body = call()
    first = service.post_call(body, message_id="msg_1").json()
    again = service.post_call(body, message_id="msg_1").json()
    resent = service.post_call(call(), message_id="msg_2").json()

    assert again["code"] == "duplicate"
    assert first["incident_id"] == again["incident_id"] == resent["incident_id"]
    assert len(service.get("/api/incidents")) == 1


LON, LAT = place(0, 0)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{broken", "broken_json"),
        (b"\xff\xfe\x00", "not_utf8"),
        (b"[1, 2]", "not_an_object"),
        (json.dumps({**call(), "type": "call.imagined"}).encode(), "unknown_type"),
        (json.dumps({**call(), "data": 7}).encode(), "no_data"),
        (json.dumps(call(cad_ref="")).encode(), "no_cad_ref"),
        (json.dumps({**call(), "timestamp": "noon"}).encode(), "bad_timestamp"),
        (json.dumps(call(location={"lon": LON, "lat": LAT})).encode(), "no_datum"),
        (json.dumps(call(location={"lon": LON, "lat": LAT, "datum": "mars"})).encode(), "unknown_datum"),
        (json.dumps(call(location={"lon": 0, "lat": 0, "datum": "wgs84"})).encode(), "zero_coordinates"),
        (json.dumps(call(location={"lon": LAT, "lat": LON, "datum": "wgs84"})).encode(), "swapped_coordinates"),
        (json.dumps(call(location={"lon": 2.35, "lat": 48.85, "datum": "wgs84"})).encode(), "outside_service_area"),
        (json.dumps(call(location={"lon": "x", "lat": LAT, "datum": "wgs84"})).encode(), "bad_location"),
        (json.dumps(call(location=None)).encode(), None),
    ],
    # The bodies tell the time: as names they would differ between the processes of a run.
    ids=lambda value: "body" if isinstance(value, bytes) else str(value),
)
def test_an_authentic_call_that_cannot_be_understood_is_kept_and_gets_attention(
    standing_service: Service, body: bytes, code: str | None
) -> None:
    body = body.replace(b"ZZ-1", f"ZZ-{uuid.uuid4().hex}".encode())

    answer = standing_service.post_signed(body, signed_bytes(body))

    assert answer.status_code == 202, answer.text
    incident = standing_service.get(f"/api/incidents/{answer.json()['incident_id']}")
    if code is None:
        assert incident["attention"] == "location_missing"
    else:
        assert answer.json()["code"] == "needs_attention"
        assert answer.json()["attention"] == incident["attention"] == code
        assert incident["attention_detail"]


def signed_bytes(raw: bytes) -> dict[str, str]:
    """Signed over the bytes themselves, as a sender that does not write UTF-8 does."""
    at, message_id = str(int(datetime.now(UTC).timestamp())), f"msg_{uuid.uuid4().hex}"
    key = base64.b64decode(WEBHOOK_SECRET.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{message_id}.{at}.".encode() + raw, "sha256")
    return {
        "webhook-id": message_id,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


@pytest.mark.both_databases
def test_a_call_in_an_older_chinese_encoding_still_finds_its_place(service: Service) -> None:
    body = json.dumps(call(), ensure_ascii=False).encode("gb18030")

    answer = service.post_signed(body, signed_bytes(body)).json()

    incident = service.get(f"/api/incidents/{answer['incident_id']}")
    assert answer["attention"] == "not_utf8"
    assert incident["location"]["address"] == "中原路1号3单元502"
    assert incident["status"] != "waiting"


def test_a_dispatcher_answers_an_attention_with_a_location(service: Service) -> None:
    body: dict[str, Any] = call(location={"lon": LON, "lat": LAT})
    incident_id = service.post_call(body).json()["incident_id"]
    assert service.get(f"/api/incidents/{incident_id}")["status"] == "waiting"

    fixed = service.request(
        "POST",
        f"/api/incidents/{incident_id}/location",
        json={"location": {"lon": LON, "lat": LAT, "datum": "wgs84", "address": "中原路1号"}},
    )

    assert fixed.status_code == 200
    assert fixed.json()["attention"] == "nobody_available", "of no phone on the line it is another one now"
    assert fixed.json()["status"] != "waiting"


def test_gcj02_coordinates_are_converted(service: Service) -> None:
    location = {"lon": 113.671, "lat": 34.7557, "datum": "gcj02"}

    incident_id = service.post_call(call(location=location)).json()["incident_id"]

    stored = service.get(f"/api/incidents/{incident_id}")["location"]
    assert stored["datum"] == "wgs84"
    assert 0.004 < location["lon"] - stored["lon"] < 0.008
