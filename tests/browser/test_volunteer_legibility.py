"""The alarm and the way can be read and answered however the phone is held and its type is set."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.chromium import People
from tests.support.service import Service, call
from tests.support.stories import joined_phone, rings, shows
from tests.support.town import place

NEAR = place(60, 0)

SIZES = {
    "portrait": (390, 844, 1),
    "landscape": (844, 390, 1),
    "twice as large": (195, 422, 1),
    "twice as large, landscape": (422, 195, 1),
    "large type": (390, 844, 2),
    "large type, landscape": (844, 390, 2),
}

NOT_LEGIBLE = """
([essential, buttons]) => {
  const wrong = [];
  const [width, height] = [innerWidth + 1, innerHeight + 1];
  const seen = at => at.top >= -1 && at.left >= -1 && at.bottom <= height && at.right <= width;
  const covered = (element, at) => {
    const found = document.elementFromPoint(at.left + at.width / 2, at.top + at.height / 2);
    return !(found && (element.contains(found) || found.contains(element)));
  };
  const whole = document.documentElement.scrollWidth;
  if (whole > width) wrong.push(`the page is ${whole} wide`);
  for (const selector of [...essential, ...buttons]) {
    const element = document.querySelector(selector);
    const at = element?.getBoundingClientRect();
    if (!at) wrong.push(`${selector} is missing`);
    else if (!seen(at)) wrong.push(`${selector} is out of sight, from ${at.top | 0} to ${at.bottom | 0}`);
    else if (covered(element, at)) wrong.push(`${selector} is covered`);
  }
  for (const element of document.querySelectorAll("main *, header *, footer *")) {
    const name = element.dataset.testid || element.className || element.tagName;
    const style = getComputedStyle(element);
    if (element.closest("svg, .route-map, .visually-hidden") || !element.innerText?.trim()) continue;
    if (style.display === "inline") continue;
    const isWider = element.scrollWidth > element.clientWidth + 1;
    if (isWider && style.overflowX !== "visible") wrong.push(`${name} is clipped across`);
    const at = element.getBoundingClientRect();
    if (at.right > width || at.left < -1) wrong.push(`${name} runs out of the side`);
    const isHigher = element.scrollHeight > element.clientHeight + 1;
    if (element.tagName === "BUTTON" && (isHigher || isWider)) wrong.push(`${name} is clipped`);
  }
  return wrong;
}
"""


def _is_legible(page: Page, name: str, essential: list[str], buttons: list[str]) -> list[str]:
    """What cannot be read or reached in each size; buttons by their test ids."""
    wrong = []
    for size, (width, height, type_size) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(f"document.documentElement.style.fontSize = '{100 * type_size}%'")
        page.evaluate("scrollTo(0, 0)")
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        by_id = [f"[data-testid={button}]" for button in buttons]
        wrong += [f"{name}, {size}: {one}" for one in page.evaluate(NOT_LEGIBLE, [essential, by_id])]
    return wrong


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_alarm_can_be_read_and_answered_however_the_phone_is_held_and_set(
    people: People, service: Service, lang: str
) -> None:
    page = joined_phone(people, service, "r00", NEAR, lang=lang)
    service.post_call(call()).raise_for_status()
    rings(page)
    expect(page.locator(".settling")).to_have_count(0)
    wrong = _is_legible(page, "alarm", ["h1", ".alarm-role", ".alarm-walk"], ["accept", "decline"])
    page.get_by_test_id("decline").click()
    shows(page, "declining")
    expect(page.locator(".settling")).to_have_count(0)
    page.get_by_test_id("undo-decline").click()
    rings(page)
    page.get_by_test_id("accept").click()
    expect(page.get_by_test_id("patient-address")).to_be_visible()
    expect(page.locator(".settling")).to_have_count(0)
    wrong += _is_legible(page, "on the way", [], ["arrived"])
    page.get_by_test_id("arrived").click()
    expect(page.get_by_test_id("metronome")).to_be_visible()
    expect(page.locator(".settling")).to_have_count(0)
    wrong += _is_legible(page, "arrived", [], ["hand-over"])
    service.post_call(call("call.cancelled", reason="false_alarm")).raise_for_status()
    shows(page, "called-off")
    expect(page.locator(".settling")).to_have_count(0)
    wrong += _is_legible(page, "called off", ["h1", ".alarm-role"], ["called-off-ok"])

    assert wrong == []
