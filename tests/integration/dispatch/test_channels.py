"""Volunteers whose app is closed are rung through a gateway and by Web Push; real service, real far ends."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from dispatch.access.tokens import Access
from registry.people_tables import push_subscriptions
from registry.storage.database import Database
from tests.conftest import PROJECT
from tests.support.gateway import GATEWAY_SECRET, VAPID_KEY, Browser, FarEnd, far_end, proof_of
from tests.support.phone import phone_of
from tests.support.process import running
from tests.support.service import Service, call
from tests.support.town import Town
from tests.support.waiting import eventually, until

ADDRESS = "中原路1号3单元502"


@contextmanager
def service_with(
    town: Town, database: str, folder: Path, *, sms: FarEnd | None = None, push: FarEnd | None = None
) -> Iterator[Service]:
    settings = {}
    if sms is not None:
        settings |= {"RESCUE_SMS_URL": f"{sms.url}/sms", "RESCUE_GATEWAY_SECRET": GATEWAY_SECRET}
    if push is not None:
        settings |= {
            "RESCUE_VAPID_PRIVATE_KEY": VAPID_KEY,
            "RESCUE_VAPID_CONTACT": "mailto:desk@example.org",
            "RESCUE_PUSH_SERVICES": push.url,
        }
    settings["RESCUE_PUBLIC_URL"] = "https://circle.example"
    with running(town, database, folder / "service.log", **settings) as service:
        yield service


def documented() -> dict[str, object]:
    """The message that docs/channels.md shows."""
    text = (PROJECT / "docs/channels.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- tested: gateway-message -->\n```json\n(.*?)```", text, re.DOTALL)
    assert found
    message: dict[str, object] = json.loads(found[1])
    return message


def subscribe(service: Service, rescuer_id: str, browser: Browser) -> None:
    token = service.token(Access.VOLUNTEER, rescuer_id)
    service.request_as(token, "PUT", "/api/me/push", json=browser.subscription()).raise_for_status()


def test_nobody_is_connected_and_the_gateway_rings_those_nearby_without_saying_where(
    town: Town, town_database: str, tmp_path: Path, gateway: FarEnd
) -> None:
    with service_with(town, town_database, tmp_path, sms=gateway) as service:
        incident_id = service.post_call(call()).json()["incident_id"]
        rung = eventually(gateway.messages)
        alerts = service.get(f"/api/incidents/{incident_id}")["alerts"]
        eventually(lambda: len(gateway.messages()) >= len(alerts))
        service.post_call(call("call.cancelled"))
        eventually(lambda: gateway.kinds().count("call_off") >= len(alerts))

    assert alerts
    message = rung[0]
    assert set(message) == set(documented())
    assert {one["to"] for one in gateway.messages()} == {f"+861390000000{int(a['rescuer_id'][1:])}" for a in alerts}
    assert (message["channel"], message["type"], message["language"]) == ("sms", "alarm", "zh")
    assert message["id"] in {f"sms_alarm_{one['alert_id']}" for one in alerts}
    assert "https://circle.example/volunteer/" in message["text"]
    assert message["at"] < message["expires_at"]
    for one in gateway.posted:
        assert ADDRESS not in one.body.decode()
        assert "113.6" not in one.body.decode()


async def test_a_phone_that_is_connected_and_acknowledges_is_not_rung_twice(
    town: Town, town_database: str, tmp_path: Path, gateway: FarEnd
) -> None:
    with service_with(town, town_database, tmp_path, sms=gateway) as service:
        async with phone_of(service, "r00") as phone:
            service.post_call(call())
            alert = await phone.expect("alert")
            await phone.send({"type": "ack", "seq": alert["seq"]})
            # Others were not connected: when they have been rung, r00's turn would have come at once too.
            await until(lambda: len(gateway.posted) >= 2)
            await phone.ask("accept", alert_id=alert["alert_id"])

    assert "+8613900000000" not in {one["to"] for one in gateway.messages()}


async def test_a_phone_that_is_connected_but_stays_silent_is_rung_as_well(
    town: Town, town_database: str, tmp_path: Path, gateway: FarEnd
) -> None:
    with service_with(town, town_database, tmp_path, sms=gateway) as service:
        async with phone_of(service, "r00") as phone:
            service.post_call(call())
            await phone.expect("alert")
            await until(lambda: "+8613900000000" in {one["to"] for one in gateway.messages()})


async def test_a_phone_that_cannot_sound_is_rung_another_way_and_not_said_to_be_seen(
    town: Town, town_database: str, tmp_path: Path, gateway: FarEnd
) -> None:
    with service_with(town, town_database, tmp_path, sms=gateway) as service:
        async with phone_of(service, "r00") as phone:
            incident_id = service.post_call(call()).json()["incident_id"]
            alert = await phone.expect("alert")
            await phone.send({"type": "ack", "seq": alert["seq"]})
            assert (await phone.ask("no_sound", alert_id=alert["alert_id"]))["ok"]
            await until(lambda: "+8613900000000" in {one["to"] for one in gateway.messages()})
            foreign = await phone.ask("no_sound", alert_id=f"{incident_id}-99")
            alerts = service.get(f"/api/incidents/{incident_id}")["alerts"]

    [mine] = [one for one in alerts if one["rescuer_id"] == "r00"]
    assert foreign["code"] == "unknown_alert"
    assert mine["seen_at"] is None


@pytest.mark.both_databases
def test_a_browser_is_woken_by_a_push_that_only_it_can_read(
    town: Town, town_database: str, tmp_path: Path, push_service: FarEnd
) -> None:
    browser = Browser(f"{push_service.url}/send/abc")
    with service_with(town, town_database, tmp_path, push=push_service) as service:
        token = service.token(Access.VOLUNTEER, "r01")
        subscribe(service, "r01", browser)
        public_key = service.request_as(token, "GET", "/api/me/push").json()["public_key"]
        # The address book hears of a new browser within seconds; until then r01 counts as unreachable.
        eventually(lambda: "push" in service.request_as(token, "GET", "/api/me").json()["volunteer"]["channels"])
        incident_id = service.post_call(call()).json()["incident_id"]
        eventually(lambda: push_service.posted)
        alerts = service.get(f"/api/incidents/{incident_id}")["alerts"]

    [alert] = [one for one in alerts if one["rescuer_id"] == "r01"]
    pushed = push_service.posted[0]
    read = browser.read(pushed)
    claims, key = proof_of(pushed)
    assert pushed.path == "/send/abc"
    assert (read["kind"], read["alert_id"]) == ("alarm", alert["alert_id"])
    assert set(read) == {"kind", "alert_id", "at"}
    assert alert["alert_id"].encode() not in pushed.body
    assert (pushed.headers["content-encoding"], pushed.headers["urgency"]) == ("aes128gcm", "high")
    assert int(pushed.headers["ttl"]) > 0
    assert (claims["aud"], claims["sub"], key) == (push_service.url, "mailto:desk@example.org", public_key)


def test_a_failing_gateway_is_asked_again_with_the_same_id(
    town: Town, town_database: str, tmp_path: Path, gateway: FarEnd
) -> None:
    gateway.answers = [503, 500, 429]
    with service_with(town, town_database, tmp_path, sms=gateway) as service:
        service.post_call(call())
        eventually(lambda: len(gateway.posted) > 5)
        eventually(lambda: _metric(service, 'outcome="retried"') == 3)

    ids = [one["id"] for one in gateway.messages()]
    refused = ids[:3]
    assert all(ids.count(one) >= 2 for one in refused)


def test_a_subscription_that_is_over_is_forgotten(
    town: Town, town_database: str, tmp_path: Path, push_service: FarEnd
) -> None:
    push_service.status = 410
    with service_with(town, town_database, tmp_path, push=push_service) as service:
        token = service.token(Access.VOLUNTEER, "r01")
        subscribe(service, "r01", Browser(f"{push_service.url}/send/old"))
        service.request_as(token, "POST", "/api/me/test-alarm").raise_for_status()
        eventually(lambda: not service.request_as(token, "GET", "/api/me/push").json()["subscribed"])

    assert len(push_service.posted) == 1


@pytest.mark.parametrize(
    "answer",
    [
        (400, '{"reason":"VapidPkHashMismatch"}', False),
        (403, "the VAPID credentials in the authorization header do not correspond to the credentials used", False),
        (400, '{"reason":"BadExpirationDate"}', True),
        (403, "", True),
    ],
)
def test_a_subscription_made_with_another_key_is_over_and_no_other(
    town: Town, town_database: str, tmp_path: Path, push_service: FarEnd, answer: tuple[int, str, bool]
) -> None:
    push_service.status, push_service.reason, is_kept = answer
    with service_with(town, town_database, tmp_path, push=push_service) as service:
        token = service.token(Access.VOLUNTEER, "r01")
        subscribe(service, "r01", Browser(f"{push_service.url}/send/old"))
        service.request_as(token, "POST", "/api/me/test-alarm").raise_for_status()
        assert service.request_as(token, "GET", "/api/me/push").json()["subscribed"] == is_kept


def test_five_subscriptions_that_are_refused_leave_those_that_work_to_be_rung(
    town: Town, town_database: str, tmp_path: Path, push_service: FarEnd
) -> None:
    refused, working = [f"r0{number}" for number in range(5)], ["r05", "r06", "r07"]
    push_service.by_path = {f"/send/{one}": 403 for one in refused}
    with service_with(town, town_database, tmp_path, push=push_service) as service:
        tokens = {one: service.token(Access.VOLUNTEER, one) for one in refused + working}
        for one in refused + working:
            subscribe(service, one, Browser(f"{push_service.url}/send/{one}"))
        for one in refused:
            service.request_as(tokens[one], "POST", "/api/me/test-alarm").raise_for_status()
        eventually(
            lambda: all(
                "push" in service.request_as(tokens[one], "GET", "/api/me").json()["volunteer"]["channels"]
                for one in working
            )
        )
        service.post_call(call())
        eventually(lambda: {one.path for one in push_service.posted} >= {f"/send/{one}" for one in working})


async def test_no_push_goes_where_the_settings_do_not_send_it(
    town: Town, town_database: str, tmp_path: Path, push_service: FarEnd
) -> None:
    with far_end() as inside, service_with(town, town_database, tmp_path, push=push_service) as service:
        token = service.token(Access.VOLUNTEER, "r01")
        body = Browser(f"{inside.url}/admin").subscription()
        refused = service.request_as(token, "PUT", "/api/me/push", json=body)
        assert refused.json()["code"] == "bad_subscription"
        await _store(town_database, "r01", body)
        service.request_as(token, "POST", "/api/me/test-alarm").raise_for_status()
        eventually(lambda: _metric(service, 'outcome="dead"') == 1)

    assert inside.posted == []


def test_a_test_alarm_goes_by_the_first_channel_that_takes_it_and_no_person_is_in_the_log(
    town: Town, town_database: str, tmp_path: Path, gateway: FarEnd, push_service: FarEnd
) -> None:
    browser = Browser(f"{push_service.url}/send/xyz")
    with service_with(town, town_database, tmp_path, sms=gateway, push=push_service) as service:
        token = service.token(Access.VOLUNTEER, "r02")
        service.request_as(token, "POST", "/api/me/test-alarm").raise_for_status()
        by_sms = eventually(gateway.messages)[0]
        subscribe(service, "r02", browser)
        service.request_as(token, "POST", "/api/me/test-alarm").raise_for_status()
        eventually(lambda: push_service.posted)
        push_service.status = 500
        service.request_as(token, "POST", "/api/me/test-alarm").raise_for_status()
        eventually(lambda: len(gateway.posted) == 2)

    log = (tmp_path / "service.log").read_text(encoding="utf-8")
    assert (by_sms["type"], by_sms["to"]) == ("test", "+8613900000002")
    assert browser.read(push_service.posted[0])["kind"] == "test"
    assert "+8613900000002" not in log
    assert "/send/xyz" not in log
    assert "channel_message_retried" in log


async def _store(database_url: str, rescuer_id: str, body: dict[str, Any]) -> None:
    """As a subscription that was taken while the settings still named its push service."""
    row = {"endpoint": body["endpoint"], **body["keys"], "created_at": datetime.now(UTC)}
    database = Database(database_url)
    statement = insert(push_subscriptions).values(rescuer_id=rescuer_id, **row)
    await database.transact(lambda connection: connection.execute(statement).rowcount)
    await database.close()


def _metric(service: Service, label: str) -> float:
    text = service.request("GET", "/metrics").text
    lines = [line for line in text.splitlines() if line.startswith("rescue_channel_messages_total{") and label in line]
    return sum(float(line.rpartition(" ")[2]) for line in lines)
