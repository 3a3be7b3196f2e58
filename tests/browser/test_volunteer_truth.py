"""What the volunteer's phone says while line and session fail it: only what is so, and it goes on by itself."""

import re

from playwright.sync_api import expect

from tests.support.chromium import People
from tests.support.line import line_to
from tests.support.service import Service, call
from tests.support.silent_stream import SilentStream
from tests.support.stories import connected, joined_phone, rings, shows, states_of
from tests.support.town import place

NEAR = place(60, 0)
SOON_MS = 20_000
HAS_ADDRESS = re.compile("地址和路线都在这里")


def test_a_yes_on_a_stream_gone_silent_counts_within_seconds_and_brings_the_address(
    people: People, service: Service
) -> None:
    page = joined_phone(people, service, "r00", NEAR)
    stream = SilentStream(page)
    page.reload()
    connected(page)
    service.post_call(call()).raise_for_status()
    rings(page)

    stream.hush()
    page.get_by_test_id("accept").click()

    expect(page.get_by_test_id("answer-state")).to_have_attribute("data-word", "sending")
    expect(page.get_by_test_id("patient-address")).to_contain_text("502", timeout=SOON_MS)
    assert states_of(service, "r00") == ["accepted"]
    # Nothing on the stream has said so, and the phone knows by now that it is gone.
    expect(page.get_by_test_id("connection")).not_to_have_attribute("data-state", "connected", timeout=SOON_MS)
    expect(page.get_by_test_id("connection")).to_contain_text(HAS_ADDRESS)
    assert page.get_by_test_id("queued-answers").count() == 0
    assert stream.opened >= 1


def test_without_a_line_no_address_is_promised_that_is_not_there(people: People, service: Service) -> None:
    with line_to(service.url) as line:
        page = joined_phone(people, service, "r00", NEAR, origin=line.url)
        service.post_call(call()).raise_for_status()
        rings(page)
        line.cut()
        word = page.get_by_test_id("connection")
        expect(word).to_contain_text("仍可应答")
        page.get_by_test_id("accept").click()
        shows(page, "assignment")
        expect(word).to_contain_text("准确地址还没有收到")
        expect(word).not_to_contain_text(HAS_ADDRESS)
        expect(page.get_by_test_id("answer-state")).to_have_attribute("data-word", "unsent_go")

        line.mend()
        expect(page.get_by_test_id("patient-address")).to_contain_text("502")
        connected(page)
        line.cut()

        expect(word).to_contain_text(HAS_ADDRESS)


def test_an_answer_is_not_being_confirmed_for_ever_when_the_session_is_over(people: People, service: Service) -> None:
    page = joined_phone(people, service, "r00", NEAR)
    stream = SilentStream(page)
    page.reload()
    connected(page)
    service.post_call(call()).raise_for_status()
    rings(page)
    stream.hush()
    refused = '{"code": "no_session", "message": "over"}'
    for path in ("**/api/me/answers", "**/api/session/renew"):
        page.route(path, lambda route: route.fulfill(status=401, content_type="application/json", body=refused))

    page.get_by_test_id("accept").click()

    shows(page, "called-off")
    expect(page.get_by_test_id("called-off")).to_have_attribute("data-reason", "signed_out")
    expect(page.get_by_test_id("called-off")).to_contain_text("没有得到确认")
    page.get_by_test_id("called-off-ok").click()
    shows(page, "welcome")


def test_the_compressions_are_in_sight_after_arrival_wherever_the_page_was_scrolled_to(
    people: People, service: Service
) -> None:
    page = joined_phone(people, service, "r00", NEAR)
    page.set_viewport_size({"width": 360, "height": 600})
    service.post_call(call()).raise_for_status()
    rings(page)
    page.get_by_test_id("accept").click()
    expect(page.get_by_test_id("patient-address")).to_be_visible()
    page.get_by_test_id("give-back").scroll_into_view_if_needed()
    assert page.evaluate("scrollY") > 100

    page.get_by_test_id("arrived").click()

    expect(page.get_by_test_id("metronome")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("heading", level=1)).to_be_in_viewport(ratio=1)
    # On the scene nobody gives the task back; it ends with the hand-over.
    expect(page.get_by_test_id("give-back")).to_have_count(0)


def test_whether_one_can_be_reached_is_the_worst_of_all_checks(people: People, service: Service) -> None:
    page = joined_phone(people, service, "r00", NEAR)
    verdict = page.get_by_test_id("reachability")
    # Never tested yet.
    expect(verdict).to_have_attribute("data-state", "warn")
    page.get_by_test_id("test-alarm").click()
    shows(page, "test")
    page.get_by_test_id("test-alarm-seen").click()
    shows(page, "home")
    expect(page.get_by_test_id("check-proof")).to_have_attribute("data-says", "proven")

    page.context.set_geolocation({"longitude": NEAR[0], "latitude": NEAR[1], "accuracy": 4_000.0})
    expect(page.get_by_test_id("check-place")).to_have_attribute("data-says", "coarse")
    expect(verdict).to_have_attribute("data-state", "warn")
    expect(verdict).not_to_contain_text("能。")
    expect(verdict).to_contain_text("精确位置")

    page.get_by_test_id("duty-switch").click()
    expect(verdict).to_have_attribute("data-topic", "duty")
    expect(verdict).to_contain_text("开始待命")
