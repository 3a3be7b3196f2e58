"""docs/channels.md tells a gateway's and an app's developer every field, and what it shows is taken as written."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import BaseModel

from dispatch.access.tokens import Access
from dispatch.channels.port import GOOD_FOR_S, Kind
from dispatch.contracts import people as wire
from tests.acceptance.test_documents import block
from tests.conftest import PROJECT
from tests.support.field_tables import Mode, described, documented
from tests.support.gateway import GATEWAY_SECRET, VAPID_KEY, Browser, FarEnd
from tests.support.process import running
from tests.support.service import Service, call
from tests.support.town import Town
from tests.support.waiting import eventually

DOCUMENT = PROJECT / "docs/channels.md"
OURS = "https://fcm.googleapis.com"


@pytest.mark.parametrize(
    ("heading", "model", "mode"),
    [
        ("PUT /api/me/push", wire.PushRequest, "validation"),
        ("keys", wire.PushKeys, "validation"),
        ("GET /api/me/push", wire.PushView, "serialization"),
        ("POST /api/me/test-alarm", wire.TestAlarmView, "serialization"),
    ],
)
def test_every_field_of_the_interface_is_told_with_its_type(heading: str, model: type[BaseModel], mode: Mode) -> None:
    assert documented(DOCUMENT, heading) == described(model, mode=mode, sections={"PushKeys": "keys"})


def test_how_long_each_message_is_worth_something_is_told() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")

    for kind, words in ((Kind.ALARM, "for an alarm"), (Kind.CALL_OFF, "for a call-off"), (Kind.TEST, "for a test")):
        assert f"{GOOD_FOR_S[kind]:.0f} s {words}" in text or f"{GOOD_FOR_S[kind]:.0f} s after `at` {words}" in text


@pytest.fixture
def service(town: Town, town_database: str, tmp_path: Path, gateway: FarEnd, push_service: FarEnd) -> Iterator[Service]:
    settings = {
        "RESCUE_SMS_URL": f"{gateway.url}/sms",
        "RESCUE_GATEWAY_SECRET": GATEWAY_SECRET,
        "RESCUE_VAPID_PRIVATE_KEY": VAPID_KEY,
        "RESCUE_VAPID_CONTACT": "mailto:desk@example.org",
        "RESCUE_PUSH_SERVICES": f"{OURS} {push_service.url}",
        "RESCUE_PUBLIC_URL": "https://circle.example",
    }
    with running(town, town_database, tmp_path / "service.log", **settings) as one:
        yield one


def test_every_field_of_a_message_is_told_and_the_example_is_such_a_message(service: Service, gateway: FarEnd) -> None:
    shown, told = json.loads(block("docs/channels.md", "gateway-message")), documented(DOCUMENT, "The message")

    service.post_call(call())
    sent = eventually(gateway.messages)[0]

    assert set(told) == set(shown) == set(sent)
    for name, kind in told.items():
        assert isinstance(sent[name], dict if kind == "object" else str), name
        if kind == "time":
            assert datetime.fromisoformat(str(sent[name])).tzinfo is not None
    assert set(shown["parameters"]) == set(sent["parameters"]) == {"url"}


def test_the_documented_subscription_is_taken(service: Service) -> None:
    token = service.token(Access.VOLUNTEER, "r01")

    taken = service.request_as(token, "PUT", "/api/me/push", json=json.loads(block("docs/channels.md", "subscription")))

    assert taken.status_code == 204, taken.text
    assert service.request_as(token, "GET", "/api/me/push").json()["subscribed"]
    assert service.request_as(token, "DELETE", "/api/me/push").status_code == 204


def test_every_field_of_a_push_is_told(service: Service, push_service: FarEnd) -> None:
    browser, token = Browser(f"{push_service.url}/send/abc"), service.token(Access.VOLUNTEER, "r01")
    service.request_as(token, "PUT", "/api/me/push", json=browser.subscription()).raise_for_status()

    service.request_as(token, "POST", "/api/me/test-alarm").raise_for_status()
    eventually(lambda: "push" in service.request_as(token, "GET", "/api/me").json()["volunteer"]["channels"])
    service.post_call(call())
    eventually(lambda: len(push_service.posted) >= 2)
    service.post_call(call("call.cancelled"))
    eventually(lambda: len(push_service.posted) >= 3)

    pushes = [browser.read(one) for one in push_service.posted]
    assert {one["kind"] for one in pushes} == {kind.value for kind in Kind}
    assert {name for one in pushes for name in one} == set(documented(DOCUMENT, "What a push holds"))
