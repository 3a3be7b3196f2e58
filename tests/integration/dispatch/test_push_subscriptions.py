"""Whose browser a push wakes: the volunteer who is signed in there, and nobody else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from dispatch.access.tokens import Access
from dispatch.people.consent import CONSENT_VERSION
from dispatch.people.expiry import clear_expired
from registry import people_tables as t
from registry.storage.database import Database
from tests.support.browser_like import Browser as Page
from tests.support.gateway import VAPID_KEY, Browser
from tests.support.process import running
from tests.support.service import Service
from tests.support.town import Town

pytestmark = pytest.mark.both_databases
PUSH_SERVICE = "https://push.invalid"
HERE, THERE = Browser(f"{PUSH_SERVICE}/here"), Browser(f"{PUSH_SERVICE}/there")


@pytest.fixture
def service(town: Town, town_database: str, tmp_path: Path) -> Iterator[Service]:
    """A service that sends pushes, to a place that there is not."""
    settings = {
        "RESCUE_VAPID_PRIVATE_KEY": VAPID_KEY,
        "RESCUE_VAPID_CONTACT": "mailto:desk@example.org",
        "RESCUE_PUSH_SERVICES": PUSH_SERVICE,
    }
    with running(town, town_database, tmp_path / "service.log", **settings) as one:
        yield one


def joined(service: Service, rescuer_id: str) -> Page:
    body = {"rescuer_id": rescuer_id}
    code = service.request("POST", "/api/invitations", Access.REGISTRY_OFFICER, json=body).json()["code"]
    page = Page(service.url)
    page.request("POST", "/api/join", json={"code": code, "consent_version": CONSENT_VERSION}).raise_for_status()
    return page


def subscribe(page: Page, browser: Browser) -> None:
    page.request("PUT", "/api/me/push", json=browser.subscription()).raise_for_status()


def is_subscribed(service: Service, rescuer_id: str) -> bool:
    token = service.token(Access.VOLUNTEER, rescuer_id)
    subscribed: bool = service.request_as(token, "GET", "/api/me/push").json()["subscribed"]
    return subscribed


def test_a_subscription_is_stored_replaced_and_forgotten(service: Service) -> None:
    page = joined(service, "r00")
    before = page.request("GET", "/api/me/push").json()
    subscribe(page, HERE)
    subscribe(page, THERE)
    stored = page.request("GET", "/api/me/push").json()
    page.request("DELETE", "/api/me/push").raise_for_status()

    assert (before["subscribed"], stored["subscribed"]) == (False, True)
    assert not page.request("GET", "/api/me/push").json()["subscribed"]


def test_whoever_signs_out_is_woken_no_more(service: Service) -> None:
    page = joined(service, "r00")
    subscribe(page, HERE)
    page.request("DELETE", "/api/session").raise_for_status()

    assert not is_subscribed(service, "r00")


def test_the_old_phone_is_woken_no_more_once_another_has_joined(service: Service) -> None:
    subscribe(joined(service, "r00"), HERE)
    joined(service, "r00")

    assert not is_subscribed(service, "r00")


def test_a_copied_session_ends_with_what_woke_its_phone(service: Service, town_database: str) -> None:
    page = joined(service, "r00")
    subscribe(page, HERE)
    old = page.cookie
    for _ in range(2):
        page.request("POST", "/api/session/renew").raise_for_status()
    page.cookie = old

    assert page.request("POST", "/api/session/renew").status_code == 401
    assert not is_subscribed(service, "r00")


async def test_an_expired_session_ends_with_what_woke_its_phone(service: Service, town_database: str) -> None:
    subscribe(joined(service, "r00"), HERE)
    subscribe(joined(service, "r01"), THERE)
    now = datetime.now(UTC)
    database = Database(town_database)
    over = update(t.sessions).where(t.sessions.c.rescuer_id == "r00").values(expires_at=now - timedelta(seconds=1))
    await database.transact(lambda connection: connection.execute(over).rowcount)
    await database.transact(lambda connection: clear_expired(connection, now, notes_before=now))
    await database.close()

    assert (is_subscribed(service, "r00"), is_subscribed(service, "r01")) == (False, True)


def test_one_browser_rings_for_the_volunteer_who_subscribed_last(service: Service) -> None:
    subscribe(joined(service, "r00"), HERE)
    subscribe(joined(service, "r01"), HERE)

    assert (is_subscribed(service, "r00"), is_subscribed(service, "r01")) == (False, True)


def changed(**changes: Any) -> dict[str, Any]:
    good = HERE.subscription()
    return {"endpoint": changes.pop("endpoint", good["endpoint"]), "keys": {**good["keys"], **changes}}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "bad_request"),
        (changed(endpoint="javascript:alert(1)"), "bad_request"),
        (changed(p256dh="?", auth="?"), "bad_request"),
        (changed(endpoint="https://elsewhere.invalid/x"), "bad_subscription"),
        (changed(p256dh="B" * 87), "bad_subscription"),
        (changed(auth="A" * 30), "bad_subscription"),
    ],
)
def test_what_no_push_could_ever_go_to_is_refused(service: Service, body: dict[str, Any], code: str) -> None:
    answer = joined(service, "r00").request("PUT", "/api/me/push", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not is_subscribed(service, "r00")


def test_where_no_pushes_are_sent_nobody_can_subscribe(standing_service: Service) -> None:
    token = standing_service.token(Access.VOLUNTEER, "r09")
    answer = standing_service.request_as(token, "PUT", "/api/me/push", json=HERE.subscription())

    assert (answer.status_code, answer.json()["code"]) == (409, "push_not_offered")
    assert standing_service.request_as(token, "GET", "/api/me/push").json()["public_key"] is None
