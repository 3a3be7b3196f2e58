"""At the console's door with a provider: there and back across sites, a code of one's own app, and a clear no."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from dispatch.people.linking import Linking
from dispatch.people.second_factors import SecondFactors
from registry.storage.database import Database
from tests.support.chromium import People
from tests.support.oidc_provider import OidcProvider, provided
from tests.support.ports import free_port
from tests.support.process import standing_by
from tests.support.town import Town

SUBJECTS: dict[str, dict[str, Any]] = {"u-li": {}, "u-wang": {}, "u-stranger": {}}


@dataclass(frozen=True)
class Door:
    """codes: recovery codes of the account that has an app."""

    provider: OidcProvider
    url: str
    codes: list[str]


@pytest.fixture
def door(town: Town, staffed_database: str, tmp_path: Path) -> Iterator[Door]:
    """A public client, and the service that knows it; another site than the service's."""
    with standing_by(town, staffed_database, tmp_path / "service.log", free_port()) as process:
        url = process.service.url
        with provided(url, people=SUBJECTS, is_public=True, host="localhost") as provider:
            process.start(**provider.settings())
            # Before there is a browser, whose event loop lets no other run.
            codes = asyncio.run(_invite(staffed_database, provider.issuer))
            yield Door(provider=provider, url=url, codes=codes)


@pytest.fixture
def crowd(door: Door, browser: Browser) -> Iterator[People]:
    people = People(browser, door.url)
    people.faults.origins.append(door.provider.issuer)
    yield people
    assert people.faults.said == []
    assert people.faults.strangers == []


def come_in(page: Page, who: str) -> None:
    page.get_by_test_id("sign-in-provider").click()
    page.get_by_label("Who?").fill(who)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/console/**")


def test_a_dispatcher_comes_in_by_the_provider_and_stays_in(crowd: People, door: Door) -> None:
    console = crowd.desk("/console/", lang="en")
    expect(console.get_by_test_id("sign-in-provider")).to_have_text("Sign in with City")

    come_in(console, "u-li")
    expect(console.get_by_test_id("console")).to_have_attribute("data-ready", "true")
    console.reload()

    expect(console.get_by_test_id("console")).to_have_attribute("data-ready", "true")
    assert console.url == f"{door.url}/console/"


def test_a_stranger_is_told_why_and_the_password_is_still_there(crowd: People, door: Door) -> None:
    console = crowd.desk("/console/")

    come_in(console, "u-stranger")

    expect(console.get_by_test_id("error")).to_contain_text("这里没有您的账号")
    expect(console.locator("input[name=password]")).to_be_visible()
    assert "sign-in" not in console.url
    console.reload()
    expect(console.get_by_test_id("sign-in-submit")).to_be_enabled()
    expect(console.get_by_test_id("error")).to_have_count(0)


def test_an_account_with_an_app_types_its_code_after_the_provider(crowd: People, door: Door) -> None:
    console = crowd.desk("/console/")

    come_in(console, "u-wang")
    expect(console.locator("input[name=password]")).to_have_count(0)
    console.locator("input[name=code]").fill(door.codes[0])
    console.get_by_test_id("sign-in-submit").click()

    expect(console.get_by_test_id("console")).to_have_attribute("data-ready", "true")


async def _invite(url: str, issuer: str) -> list[str]:
    database = Database(url)
    for name in ("li", "wang"):
        await Linking(database).invite(name, issuer=issuer, by="tests", subject=f"u-{name}", role="dispatcher")
    factors = SecondFactors(database)
    begun = await factors.begin("wang")
    codes = await factors.confirm("wang", pyotp.TOTP(begun.secret).now(), by="tests")
    await database.close()
    return codes
