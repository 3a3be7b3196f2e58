"""The public map: where the next AED is that can be used now, for whoever opens it."""

from playwright.sync_api import Locator, Page, expect

from dispatch.access.tokens import Access
from tests.support.chromium import People
from tests.support.service import Service
from tests.support.town import place
from tests.support.waiting import eventually

NEAR = place(-120, -60)


def test_shows_the_nearest_aed_that_can_be_used_now_and_the_way_to_it(people: People) -> None:
    page = people.phone("/map/", at=NEAR)
    row = page.get_by_test_id("aed")
    expect(row).to_have_count(1)
    expect(row).to_have_attribute("data-usable", "yes")
    row.get_by_role("button").click()
    detail = page.get_by_test_id("aed-detail")
    expect(detail).to_contain_text("一楼大厅服务台")
    expect(detail).to_contain_text("全天 24 小时")
    expect(page.get_by_test_id("walk-steps").get_by_role("listitem")).not_to_have_count(0)
    expect(_map(page)).to_have_attribute("data-map-state", "ready")
    expect(_map(page)).to_have_attribute("data-aeds", "3")


def test_an_aed_that_is_closed_or_of_unknown_hours_is_shown_only_when_asked_for_and_says_so(people: People) -> None:
    page = people.phone("/map/", at=NEAR, lang="en")
    expect(page.get_by_test_id("aed")).to_have_count(1)

    page.get_by_role("checkbox", name="Usable now only").uncheck()

    expect(page.get_by_test_id("aed")).to_have_count(3)
    expect(page.locator("[data-usable=no][data-testid=aed]")).to_contain_text("Not usable now: its place is closed")
    expect(page.locator("[data-usable=unknown][data-testid=aed]")).to_contain_text("opening hours not known")


def test_where_nothing_is_near_the_nearest_are_shown_however_far(people: People) -> None:
    page = people.phone("/map/", at=place(-35_000, 0), lang="en")
    expect(page.get_by_test_id("aed")).to_have_count(1)
    expect(page.get_by_test_id("aed")).to_contain_text("35.0 km")


def test_a_problem_is_reported_in_three_taps_and_reaches_the_registry(people: People, service: Service) -> None:
    page = people.phone("/map/", at=NEAR)
    page.get_by_test_id("aed").get_by_role("button").click()

    page.get_by_test_id("report").click()
    page.get_by_test_id("report-kind-locked").click()
    page.get_by_test_id("report-send").click()

    expect(page.get_by_test_id("report-thanks")).to_be_visible()
    problems = service.request("GET", "/api/aeds/problems", Access.REGISTRY_OFFICER).json()
    assert [problem["kind"] for problem in problems] == ["locked"]


def test_without_permission_for_the_location_the_middle_of_the_map_is_where_one_starts(people: People) -> None:
    page = people.phone("/map/", lang="en")
    page.get_by_test_id("locate").click()
    expect(page.get_by_test_id("location-refused")).to_contain_text("not allowed")
    expect(_map(page)).to_have_attribute("data-map-state", "ready")

    page.get_by_role("button", name="Use the middle of the map").click()

    expect(page.get_by_test_id("location-refused")).to_have_count(0)
    page.get_by_test_id("aed").first.get_by_role("button").click()
    expect(page.get_by_test_id("walk-steps")).to_be_visible()


def test_everything_works_by_keyboard_and_where_no_map_can_be_drawn(people: People) -> None:
    context = people.profile(size={"width": 1200, "height": 800}, lang="en", at=NEAR)
    context.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page = people.page(context, "/map/")
    expect(_map(page)).to_have_attribute("data-map-state", "failed")
    expect(page.get_by_test_id("aed")).to_have_count(1)

    page.get_by_test_id("aed").get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("walk-steps")).to_be_visible()
    _tab_to(page, "report")
    page.keyboard.press("Enter")
    _tab_to(page, "report-kind-missing")
    page.keyboard.press("Space")
    _tab_to(page, "report-send")
    page.keyboard.press("Enter")

    expect(page.get_by_test_id("report-thanks")).to_be_visible()


def test_a_tap_on_an_aed_of_the_map_opens_it(people: People) -> None:
    page = people.desk("/map/", at=place(60, 60))
    expect(_map(page)).to_have_attribute("data-map-state", "ready")
    box = _map(page).bounding_box()
    assert box

    def opened() -> bool:
        # Until the symbols are drawn a tap there only sets the start.
        page.mouse.click(box["x"] + box["width"] / 2 + 8, box["y"] + box["height"] / 2)
        return page.get_by_test_id("aed-detail").count() == 1

    eventually(opened)


def _map(page: Page) -> Locator:
    return page.get_by_test_id("map")


def _tab_to(page: Page, test_id: str) -> None:
    """With the Tab key alone, as somebody without a mouse does."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.dataset.testid") == test_id:
            return
    raise AssertionError(f"the Tab key does not lead to {test_id}")
