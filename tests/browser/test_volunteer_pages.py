"""Pages with addresses, Back that stays in a call, and taps that count once."""

from playwright.sync_api import Page, expect

from tests.support.chromium import People
from tests.support.service import Service, call
from tests.support.stories import connected, joined_phone, rings, shows, states_of
from tests.support.town import place
from tests.support.waiting import eventually

NEAR = place(60, 0)


def tapped_twice(page: Page, testid: str) -> None:
    """As a nervous thumb does: the second tap falls on whatever has come there."""
    expect(page.locator(".settling")).to_have_count(0)
    box = page.get_by_test_id(testid).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    # Playwright waits for nothing between the two.
    page.touchscreen.tap(x, y)
    page.touchscreen.tap(x, y)


def test_each_page_has_an_address_and_back_leads_page_by_page(people: People, service: Service) -> None:
    page = joined_phone(people, service, "r00", NEAR)
    for button, view, address in (
        ("to-legal", "legal", "#/legal"),
        ("to-cpr", "cpr", "#/cpr"),
        ("report-aed", "report", "#/report"),
        ("to-settings", "settings", "#/settings"),
    ):
        page.get_by_test_id(button).click()
        shows(page, view)
        assert page.evaluate("location.hash") == address
        page.go_back()
        shows(page, "home")
    page.goto("/volunteer/#/cpr")
    page.reload()
    shows(page, "cpr")
    page.get_by_test_id("back").click()
    shows(page, "home")


def test_back_never_leaves_a_call(people: People, service: Service) -> None:
    page = joined_phone(people, service, "r00", NEAR)
    service.post_call(call()).raise_for_status()
    rings(page)
    assert page.evaluate("location.hash") == "#/call"
    for _ in range(3):
        page.go_back()
        expect(page.get_by_test_id("accept")).to_be_visible()
        shows(page, "alarm")
        # On a screen with keys this is what Back is on a phone for whatever can be closed.
        page.keyboard.press("Escape")
        shows(page, "alarm")
    page.get_by_test_id("accept").click()
    expect(page.get_by_test_id("patient-address")).to_be_visible()
    page.get_by_test_id("to-legal").click()
    shows(page, "legal")
    for _ in range(3):
        page.go_back()
        shows(page, "assignment")
    service.post_call(call("call.cancelled", reason="false_alarm")).raise_for_status()
    shows(page, "called-off")
    page.go_back()
    shows(page, "called-off")
    page.get_by_test_id("called-off-ok").click()
    shows(page, "home")
    expect(page.get_by_test_id("duty-switch")).to_be_visible()


def test_a_no_counts_once_and_can_be_taken_back_for_three_seconds(people: People, service: Service) -> None:
    page = joined_phone(people, service, "r00", NEAR)
    service.post_call(call()).raise_for_status()
    rings(page)

    tapped_twice(page, "decline")
    shows(page, "declining")
    assert states_of(service, "r00") == ["ringing"]
    page.get_by_test_id("undo-decline").click()
    alarm = rings(page)
    expect(alarm).to_have_attribute("data-ringing", "true")

    tapped_twice(page, "decline")
    shows(page, "declining")
    shows(page, "home")
    eventually(lambda: states_of(service, "r00") == ["declined"])
    assert page.evaluate("location.hash") in {"", "#/"}
    connected(page)
