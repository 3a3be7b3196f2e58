"""The people of the stories: volunteers who join with their phones, and a dispatcher at the desk."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Locator, Page, expect

from dispatch.access.tokens import Access
from dispatch.people.accounts import Accounts
from registry.storage.database import Database
from tests.support.chromium import People
from tests.support.service import Service

DESK_NAME = "desk-1"
DESK_PASSWORD = "a long night at the desk"


def hire(database_url: str, name: str = DESK_NAME, role: str = "dispatcher", password: str = DESK_PASSWORD) -> None:
    """An account for somebody at a desk."""

    async def add() -> None:
        database = Database(database_url)
        try:
            await Accounts(database).add(name, role, password)
        finally:
            await database.close()

    asyncio.run(add())


def invitation_path(service: Service, rescuer_id: str) -> str:
    """Where an invitation leads, on the pages' own address."""
    body = {"rescuer_id": rescuer_id}
    answer = service.request("POST", "/api/invitations", Access.REGISTRY_OFFICER, json=body)
    answer.raise_for_status()
    return f"/volunteer/#join={answer.json()['code']}"


def joined_phone(people: People, service: Service, rescuer_id: str, at: tuple[float, float], **options: Any) -> Page:
    """A volunteer's phone: joined by invitation, consented, on duty and connected."""
    page = people.phone(invitation_path(service, rescuer_id), at=at, **options)
    with page.expect_response("**/api/me") as told:
        page.get_by_test_id("consent-accept").click()
    shows(page, "home")
    connected(page)
    switch = page.get_by_test_id("duty-switch")
    # The switch shows what the service says only a moment after it has said it: a tap before would be the wrong way.
    is_on_duty = bool(told.value.json()["volunteer"]["on_duty"])
    expect(switch).to_have_attribute("aria-checked", str(is_on_duty).lower())
    if not is_on_duty:
        switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    return page


def shows(page: Page, view: str) -> None:
    expect(page.get_by_test_id("volunteer-app")).to_have_attribute("data-view", view)


def connected(page: Page, state: str = "connected") -> None:
    expect(page.get_by_test_id("connection")).to_have_attribute("data-state", state)


def rings(page: Page) -> Locator:
    """The alarm, as soon as it is on the screen."""
    shows(page, "alarm")
    return page.get_by_test_id("alarm")


def sign_in(page: Page, name: str = DESK_NAME, password: str = DESK_PASSWORD) -> None:
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=password]").fill(password)
    page.get_by_test_id("sign-in-submit").click()


def console_of(people: People, **options: Any) -> Page:
    """The console of a dispatcher who has signed in."""
    page = people.desk("/console/", **options)
    sign_in(page)
    expect(page.get_by_test_id("console")).to_have_attribute("data-ready", "true")
    return page


def drawn_at(page: Page) -> Mapping[str, tuple[float, float]]:
    """Where the map draws each responder."""
    text: str = page.get_by_test_id("map").evaluate("box => JSON.stringify(box.__map ? box.__map.positions() : {})")
    found: dict[str, tuple[float, float]] = {one: (lon, lat) for one, (lon, lat) in json.loads(text).items()}
    return found


def incident_of(service: Service, cad_ref: str = "ZZ-1") -> dict[str, Any]:
    """The incident of a call, as the service tells dispatchers."""
    found = next(one for one in service.get("/api/incidents") if one["cad_ref"] == cad_ref)
    incident: dict[str, Any] = service.get(f"/api/incidents/{found['incident_id']}")
    return incident


def states_of(service: Service, rescuer_id: str) -> list[str]:
    """How the alerts of the one call to this volunteer stand."""
    return [alert["state"] for alert in incident_of(service)["alerts"] if alert["rescuer_id"] == rescuer_id]
