"""A call from 120 as the people of it see it: on two phones and at the desk."""

import re

from playwright.sync_api import Page, expect

from dispatch.access.tokens import Access
from tests.support.chromium import People, walk_to
from tests.support.line import line_to
from tests.support.service import Service, call
from tests.support.stories import (
    connected,
    console_of,
    drawn_at,
    invitation_path,
    joined_phone,
    rings,
    shows,
    states_of,
)
from tests.support.town import place
from tests.support.waiting import eventually

NEAR, FARTHER = place(60, 0), place(120, 0)


def test_a_call_rings_on_two_phones_and_the_desk_sees_one_of_them_walk_and_arrive(
    people: People, service: Service
) -> None:
    console = console_of(people)
    first = joined_phone(people, service, "r00", NEAR)
    second = joined_phone(people, service, "r01", FARTHER)
    shaken = [_count_shaking(page) for page in (first, second)]

    service.post_call(call()).raise_for_status()

    alarm = rings(first)
    rings(second)
    expect(alarm).to_have_attribute("data-ringing", "true")
    for page, look in zip((first, second), shaken, strict=True):
        assert page.evaluate(look) > 0
    # What is told before somebody accepts does not lead to the door.
    expect(alarm).not_to_contain_text("502")

    alarm_id = alarm.get_attribute("data-alert-id")
    assert alarm_id
    first.get_by_test_id("accept").click()
    shows(first, "assignment")
    expect(first.get_by_test_id("patient-address")).to_contain_text("中原路1号3单元502")
    expect(first.get_by_test_id("route-steps").get_by_role("listitem")).not_to_have_count(0)

    card = console.get_by_test_id("incident")
    expect(card).to_have_count(1)
    card.click()
    responder = console.locator(f"[data-testid=responder][data-alert-id='{alarm_id}']")
    expect(responder).to_have_attribute("data-status", "accepted")
    for east_m in (45, 20):
        here = place(east_m, 0)
        walk_to(first, here)
        eventually(lambda here=here: _is_drawn(console, alarm_id, here), tell=lambda: str(drawn_at(console)))

    first.get_by_test_id("arrived").click()
    expect(responder).to_have_attribute("data-status", "arrived")
    first.get_by_test_id("hand-over").click()
    first.get_by_test_id("hand-over-yes").click()
    shows(first, "home")


def test_whoever_fetches_an_aed_is_told_what_opens_its_cabinet_and_whom_to_ring_and_nobody_else_is(
    people: People, service: Service
) -> None:
    for aed in service.get("/api/aeds")["aeds"]:
        _lock(service, aed["aed_id"])
    pages = [joined_phone(people, service, rescuer, at) for rescuer, at in (("r00", NEAR), ("r01", FARTHER))]
    service.post_call(call()).raise_for_status()

    for page in pages:
        expect(rings(page)).not_to_contain_text("2580")
        page.get_by_test_id("accept").click()
        shows(page, "assignment")
        expect(page.get_by_test_id("patient-address")).to_be_visible()

    roles = {page.get_by_test_id("assignment").get_attribute("data-role"): page for page in pages}
    access = roles["fetch_aed"].get_by_test_id("aed-access")
    expect(access.get_by_test_id("cabinet-code")).to_have_text("2580")
    expect(access).to_contain_text("北门")
    expect(access.get_by_role("link")).to_have_attribute("href", "tel:+8613812345678")
    expect(roles["direct"].get_by_test_id("aed-access")).to_have_count(0)


def _lock(service: Service, aed_id: str) -> None:
    for method, path, body in (
        ("PATCH", "device", {"entrance": "北门"}),
        ("PUT", "cabinet-code", {"code": "2580"}),
        ("PUT", "keepers/keeper", {"name": "王芳", "phone": "13812345678"}),
    ):
        service.request(method, f"/api/aeds/{aed_id}/{path}", Access.REGISTRY_OFFICER, json=body).raise_for_status()


def test_whoever_is_not_needed_is_called_off_as_loudly_as_called(people: People, service: Service) -> None:
    page = joined_phone(people, service, "r00", NEAR)
    service.post_call(call()).raise_for_status()
    rings(page)
    page.get_by_test_id("accept").click()
    shows(page, "assignment")

    service.post_call(call("call.cancelled", reason="false_alarm")).raise_for_status()

    shows(page, "called-off")
    expect(page.get_by_test_id("called-off")).to_have_attribute("data-ringing", "true")
    page.get_by_test_id("called-off-ok").click()
    shows(page, "home")


def test_an_answer_given_without_a_connection_counts_once_it_is_back(people: People, service: Service) -> None:
    with line_to(service.url) as line:
        page = joined_phone(people, service, "r00", NEAR, origin=line.url)
        service.post_call(call()).raise_for_status()
        rings(page)
        line.cut()
        page.get_by_test_id("accept").click()
        # Two where the word that the alarm was seen was still under way.
        expect(page.get_by_test_id("queued-answers")).to_have_attribute("data-count", re.compile("[12]"))
        assert states_of(service, "r00") == ["ringing"]

        line.mend()

        shows(page, "assignment")
        connected(page)
        expect(page.get_by_test_id("patient-address")).to_contain_text("502")
        assert states_of(service, "r00") == ["accepted"]


def test_a_call_off_that_came_while_the_line_was_cut_is_told_when_it_is_back(people: People, service: Service) -> None:
    with line_to(service.url) as line:
        page = joined_phone(people, service, "r00", NEAR, origin=line.url)
        service.post_call(call()).raise_for_status()
        rings(page)
        page.get_by_test_id("accept").click()
        expect(page.get_by_test_id("patient-address")).to_be_visible()
        line.cut()
        expect(page.get_by_test_id("connection")).not_to_have_attribute("data-state", "connected")
        service.post_call(call("call.cancelled", reason="false_alarm")).raise_for_status()

        line.mend()

        shows(page, "called-off")


def test_the_app_opens_without_any_connection_once_it_was_open(people: People, service: Service) -> None:
    page = joined_phone(people, service, "r00", NEAR)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)

    page.reload()

    shows(page, "home")
    expect(page.get_by_test_id("connection")).not_to_have_attribute("data-state", "connected")
    page.get_by_test_id("to-legal").click()
    expect(page.get_by_text("一百八十四条")).not_to_have_count(0)


def test_an_invitation_is_good_for_one_phone_and_does_not_stay_in_the_address(people: People, service: Service) -> None:
    path = invitation_path(service, "r00")
    first = people.phone(path, at=NEAR)
    first.get_by_test_id("consent-accept").click()
    shows(first, "home")
    assert "join" not in first.url
    second = people.phone(path, at=FARTHER)
    second.get_by_test_id("consent-accept").click()
    expect(second.get_by_test_id("error")).to_be_visible()


def _count_shaking(page: Page) -> str:
    """Counts how often the phone is made to vibrate; where to look it up."""
    page.evaluate("window.shaken = 0; navigator.vibrate = pattern => { if (pattern) window.shaken += 1; return true; }")
    return "window.shaken"


def _is_drawn(console: Page, alert_id: str, here: tuple[float, float]) -> bool:
    at = drawn_at(console).get(alert_id)
    return at is not None and abs(at[0] - here[0]) < 1e-4 and abs(at[1] - here[1]) < 1e-4
