"""No serious barrier on any page, in both languages and both themes, as axe-core finds them."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.axe import grave_barriers
from tests.support.chromium import People
from tests.support.service import Service, call
from tests.support.stories import console_of, invitation_path, joined_phone, rings, shows
from tests.support.town import place

LOOKS = [(lang, theme) for lang in ("zh", "en") for theme in ("light", "dark")]
looks = pytest.mark.parametrize(("lang", "theme"), LOOKS)
Check = Callable[[Page, str], None]


@pytest.fixture
def barriers() -> Iterator[Check]:
    """Looks at one page after the other, and tells of all at the end."""
    found: list[str] = []

    def check(page: Page, name: str) -> None:
        found.extend(f"{name}: {barrier}" for barrier in grave_barriers(page))

    yield check
    assert found == [], "\n" + "\n".join(found)


@looks
def test_the_open_pages(people: People, barriers: Check, lang: str, theme: str) -> None:
    landing = people.phone("/", lang=lang, theme=theme)
    expect(landing.get_by_role("heading").first).to_be_visible()
    barriers(landing, "landing")
    page = people.phone("/map/", lang=lang, theme=theme, at=place(60, 0))
    expect(page.get_by_test_id("map")).to_have_attribute("data-map-state", "ready")
    expect(page.get_by_test_id("aed")).not_to_have_count(0)
    barriers(page, "map")
    page.get_by_test_id("aed").first.get_by_role("button").click()
    expect(page.get_by_test_id("walk-steps")).to_be_visible()
    barriers(page, "an AED")
    page.get_by_test_id("report").click()
    page.get_by_test_id("report-kind-broken").click()
    barriers(page, "report")


@looks
def test_the_volunteers_app(people: People, service: Service, barriers: Check, lang: str, theme: str) -> None:
    stranger = people.phone("/volunteer/", lang=lang, theme=theme)
    shows(stranger, "welcome")
    barriers(stranger, "welcome")
    invited = people.phone(invitation_path(service, "r02"), lang=lang, theme=theme)
    expect(invited.get_by_test_id("consent-text")).to_be_visible()
    barriers(invited, "consent")
    page = joined_phone(people, service, "r00", place(60, 0), lang=lang, theme=theme)
    barriers(page, "home")
    for button, view in (
        ("to-legal", "legal"),
        ("to-cpr", "cpr"),
        ("report-aed", "report"),
        ("to-settings", "settings"),
    ):
        page.get_by_test_id(button).click()
        shows(page, view)
        barriers(page, view)
        page.get_by_role("button", name="返回" if lang == "zh" else "Back").first.click()
        shows(page, "home")
    service.post_call(call()).raise_for_status()
    rings(page)
    barriers(page, "alarm")
    page.get_by_test_id("accept").click()
    expect(page.get_by_test_id("patient-address")).to_be_visible()
    barriers(page, "assignment")
    page.get_by_test_id("arrived").click()
    expect(page.get_by_test_id("metronome").first).to_be_visible()
    barriers(page, "arrived")
    service.post_call(call("call.cancelled", reason="false_alarm")).raise_for_status()
    shows(page, "called-off")
    barriers(page, "called off")


@looks
def test_the_console(people: People, service: Service, barriers: Check, lang: str, theme: str) -> None:
    door = people.desk("/console/", lang=lang, theme=theme)
    expect(door.get_by_test_id("sign-in-submit")).to_be_enabled()
    barriers(door, "sign-in")
    phone = joined_phone(people, service, "r00", place(60, 0))
    # Too far for the machine to ring, near enough for a dispatcher to add.
    joined_phone(people, service, "r11", place(720, 0))
    page = console_of(people, lang=lang, theme=theme)
    barriers(page, "no incident")
    service.post_call(call()).raise_for_status()
    rings(phone)
    phone.get_by_test_id("accept").click()
    page.get_by_test_id("incident").click()
    expect(page.locator("[data-testid=responder][data-status=accepted]")).to_have_count(1)
    expect(page.get_by_test_id("map")).to_have_attribute("data-map-state", "ready")
    barriers(page, "incident")
    page.get_by_test_id("add-responder").click()
    expect(page.get_by_test_id("candidate")).not_to_have_count(0)
    barriers(page, "candidates")
    page.get_by_test_id("move-patient").click()
    barriers(page, "patient's place")
    page.get_by_test_id("new-call").click()
    barriers(page, "new call")
    page.get_by_test_id("stand-down").click()
    expect(page.get_by_test_id("confirm")).to_be_visible()
    barriers(page, "stop")
