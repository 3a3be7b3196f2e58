"""A token that is over is renewed without anybody noticing, or leads back to the door with a word why."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.support.chromium import People
from tests.support.ports import free_port
from tests.support.process import standing_by
from tests.support.service import Service, call
from tests.support.stories import connected, joined_phone, rings, shows, sign_in
from tests.support.town import Town, place
from tests.support.waiting import eventually

OTHER_SECRET = "another-secret-of-the-tests-for-signing-tokens"


def test_a_phone_whose_token_is_over_gets_a_new_one_and_still_rings(
    town: Town, staffed_database: str, tmp_path: Path, browser: Browser
) -> None:
    with standing_by(town, staffed_database, tmp_path / "service.log", free_port()) as process:
        process.start()
        people = People(browser, process.service.url)
        page = joined_phone(people, process.service, "r00", place(60, 0))
        process.end()
        expect(page.get_by_test_id("connection")).not_to_have_attribute("data-state", "connected")

        # No token that was given before is good from here on.
        process.start(RESCUE_TOKEN_SECRET=OTHER_SECRET)

        connected(page)
        process.service.post_call(call()).raise_for_status()
        rings(page)


def test_a_session_that_is_over_leads_back_to_the_door_and_says_why(people: People, service: Service) -> None:
    console = people.desk("/console/")
    sign_in(console)
    expect(console.get_by_test_id("console")).to_have_attribute("data-ready", "true")
    console.context.clear_cookies()

    console.reload()

    expect(console.get_by_test_id("sign-in-submit")).to_be_enabled()
    expect(console.get_by_test_id("console")).to_have_count(0)


def test_no_token_stands_in_any_address_that_a_page_asks_for(people: People, service: Service) -> None:
    asked: list[str] = []
    page = joined_phone(people, service, "r00", place(60, 0))
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.reload()
    shows(page, "home")
    connected(page)
    eventually(lambda: any("/streams/volunteer" in url for url in asked))
    assert not [url for url in asked if "token" in url.lower() or "eyJ" in url]
