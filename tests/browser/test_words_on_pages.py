"""Words where they are read: lines that end at commas, the map's source behind an i, what a missed call leaves."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.chromium import People
from tests.support.service import Service, call
from tests.support.stories import joined_phone, rings, shows
from tests.support.town import place

TORN_PHRASES = """
() => {
  const ideograph = /\\p{Script=Han}/u, stop = /[^\\p{Script=Han}\\p{L}\\p{N}]/u, torn = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.data, element = node.parentElement;
    if (!element.checkVisibility() || !ideograph.test(text) || element.closest(".visually-hidden")) continue;
    const range = document.createRange();
    const top = (at) => {
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      return range.getBoundingClientRect().top;
    };
    const block = element.closest("p, li, h1, h2, h3, button, a, dd, dt, div, body").getBoundingClientRect().width;
    for (let at = 1; at < text.length; at++) {
      if (!ideograph.test(text[at - 1]) || !ideograph.test(text[at]) || top(at) - top(at - 1) < 8) continue;
      let [from, to] = [at, at];
      while (from > 0 && !stop.test(text[from - 1])) from--;
      while (to < text.length && !stop.test(text[to])) to++;
      // What is longer than its line has to be broken somewhere.
      if ((to - from) * parseFloat(getComputedStyle(element).fontSize) < block * 0.9) torn.push(text.slice(from, to));
    }
  }
  return torn;
}
"""


def narrow(page: Page) -> Page:
    page.set_viewport_size({"width": 320, "height": 640})
    return page


@pytest.mark.parametrize("path", ["/", "/volunteer/", "/map/", "/console/"])
def test_on_a_narrow_phone_no_phrase_is_torn(people: People, path: str) -> None:
    page = narrow(people.phone(path, lang="zh", at=place(60, 0)))
    expect(page.get_by_role("heading").first).to_be_visible()

    assert page.evaluate(TORN_PHRASES) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_where_the_map_is_from_stands_behind_an_i(people: People) -> None:
    page = people.phone("/map/", lang="zh", at=place(60, 0))
    expect(page.get_by_test_id("map")).to_have_attribute("data-map-state", "ready")
    # The test's streets name nobody; then there is nothing to tell.
    expect(page.get_by_test_id("map-credit")).to_have_count(0)

    page.route("**/api/map", lambda route: route.fulfill(json={**route.fetch().json(), "attribution": "PyPI somebody"}))
    page.reload()
    credit = page.get_by_test_id("map-credit")
    expect(credit.get_by_role("button")).to_have_attribute("aria-expanded", "false")
    expect(credit).not_to_contain_text("PyPI")
    credit.get_by_role("button").click()
    expect(credit).to_contain_text("PyPI somebody")


def test_a_call_that_was_over_before_an_answer_leaves_a_trace_on_the_phone(people: People, service: Service) -> None:
    phone = joined_phone(people, service, "r00", place(60, 0))
    expect(phone.get_by_test_id("missed-calls")).to_have_count(0)
    service.post_call(call()).raise_for_status()
    rings(phone)
    service.post_call(call("call.cancelled")).raise_for_status()
    shows(phone, "called-off")

    phone.get_by_test_id("called-off-ok").click()

    missed = phone.get_by_test_id("missed-call")
    expect(missed).to_have_attribute("data-outcome", "ended")
    expect(missed).to_contain_text("120 取消了呼叫")


def test_the_hand_overs_main_button_says_that_it_is_handed_over(people: People, service: Service) -> None:
    joined_phone(people, service, "r00", place(60, 0))
    phone = joined_phone(people, service, "r01", place(120, 0))
    incident_id = service.post_call(call()).json()["incident_id"]
    rings(phone)
    phone.get_by_test_id("accept").click()
    phone.get_by_test_id("aed-collected").click()
    phone.get_by_test_id("arrived").click()
    phone.get_by_test_id("hand-over").click()

    main = phone.get_by_test_id("hand-over-yes")
    expect(main).to_have_text("已移交")
    expect(main).to_have_attribute("data-kind", "go")
    expect(phone.get_by_test_id("hand-over-aed-returned")).not_to_be_checked()
    main.click()

    shows(phone, "home")
    aeds = service.get("/api/console/aeds")["aeds"]
    assert incident_id in {one["reserved_by"] for one in aeds}
