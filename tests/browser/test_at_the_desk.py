"""The dispatcher's console: getting in, seeing, and taking over from the machine."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from playwright.sync_api import Locator, Page, expect

from dispatch.people.second_factors import SecondFactors
from geo.places.datum import Datum, convert
from registry.storage.database import Database
from tests.support.chromium import People
from tests.support.service import Service, call
from tests.support.stories import DESK_NAME, console_of, incident_of, joined_phone, rings, shows, sign_in
from tests.support.town import EAST_STREET, EAST_STREET_M, place


def test_a_wrong_password_lets_nobody_in_and_says_so(people: People) -> None:
    page = people.desk("/console/")
    sign_in(page, password="not that one")
    expect(page.get_by_test_id("error")).to_contain_text("不对")
    expect(page.get_by_test_id("console")).to_have_count(0)

    sign_in(page)
    expect(page.get_by_test_id("console")).to_have_attribute("data-ready", "true")


@pytest.fixture
def app(staffed_database: str) -> pyotp.TOTP:
    """The authenticator app of whoever sits at the desk."""

    async def add() -> pyotp.TOTP:
        database = Database(staffed_database)
        factors = SecondFactors(database)
        app = pyotp.TOTP((await factors.begin(DESK_NAME)).secret)
        await factors.confirm(DESK_NAME, app.now(), by=DESK_NAME)
        await database.close()
        return app

    return asyncio.run(add())


@pytest.mark.parametrize(("lang", "said"), [("zh", "动态口令不对"), ("en", "The code is wrong")])
def test_an_account_with_an_authenticator_app_is_asked_for_its_code(
    app: pyotp.TOTP, people: People, *, lang: str, said: str
) -> None:
    page = people.desk("/console/", lang=lang)
    sign_in(page)
    code = page.locator("input[name=code]")
    expect(code).to_be_focused()
    code.fill("not the code")
    page.get_by_test_id("sign-in-submit").click()
    expect(page.get_by_test_id("error")).to_contain_text(said)
    expect(code).to_have_value("")
    expect(code).to_be_focused()

    # Of the next half minute, which is good for a minute yet.
    code.fill(app.at(time.time() + 30))
    page.get_by_test_id("sign-in-submit").click()

    expect(page.get_by_test_id("console")).to_have_attribute("data-ready", "true")


def test_whoever_opens_the_console_again_is_still_signed_in_until_they_sign_out(people: People) -> None:
    page = console_of(people)
    page.reload()
    expect(page.get_by_test_id("console")).to_have_attribute("data-ready", "true")
    assert "token" not in page.evaluate("JSON.stringify({...localStorage, ...sessionStorage}).toLowerCase()")

    page.get_by_test_id("sign-out").click()

    expect(page.get_by_test_id("sign-in")).to_be_visible()
    page.reload()
    expect(page.get_by_test_id("sign-in-submit")).to_be_enabled()


def test_a_call_taken_by_hand_is_dispatched_and_stopped_from_the_desk(people: People, service: Service) -> None:
    phone = joined_phone(people, service, "r00", place(60, 0))
    console = console_of(people, lang="en")
    lon, lat = place(0, 0)

    console.get_by_test_id("new-call").click()
    console.locator("input[name=lon]").fill(f"{lon:.6f}")
    console.locator("input[name=lat]").fill(f"{lat:.6f}")
    console.locator("select[name=datum]").select_option("wgs84")
    console.locator("input[name=address]").fill("中原路1号3单元502")
    expect(console.get_by_test_id("place-seen")).to_be_visible()
    console.get_by_test_id("new-call-submit").click()

    rings(phone)
    detail = console.get_by_test_id("incident-detail")
    expect(detail).to_contain_text("中原路1号3单元502")
    phone.get_by_test_id("accept").click()
    shows(phone, "assignment")
    expect(_row(console, "r00")).to_have_attribute("data-status", "accepted")
    console.get_by_test_id("stand-down").click()
    console.get_by_test_id("confirm").click()

    shows(phone, "called-off")


def test_coordinates_from_another_map_ring_nobody_before_their_datum_is_said_and_their_street_is_seen(
    people: People, service: Service
) -> None:
    meant = place(EAST_STREET_M - 30, 90)
    lon, lat = convert(*meant, source=Datum.WGS84, target=Datum.GCJ02)
    console = console_of(people)
    console.get_by_test_id("new-call").click()
    submit = console.get_by_test_id("new-call-submit")

    console.locator("input[name=lon]").fill(f"{lon:.6f}, {lat:.6f}")
    submit.click()
    expect(console.locator(".field-error")).to_contain_text("请先选择坐标系")
    assert service.get("/api/incidents") == []

    console.locator("select[name=datum]").select_option("gcj02")
    seen = console.get_by_test_id("place-seen")
    expect(seen).to_contain_text(f"在{EAST_STREET}附近（30 米）")
    expect(seen).to_contain_text(f"WGS-84 {meant[0]:.4f}")
    assert service.get("/api/incidents") == []
    submit.click()
    expect(console.get_by_test_id("incident-detail")).to_be_visible()
    held = service.get("/api/incidents")[0]["location"]
    assert (held["lon"], held["lat"]) == pytest.approx(meant, abs=1e-5)

    console.reload()
    console.get_by_test_id("new-call").click()
    expect(console.locator("select[name=datum]")).to_have_value("gcj02")
    console.get_by_test_id("map").click(position={"x": 200, "y": 200})
    expect(console.locator("select[name=datum]")).to_have_value("wgs84")
    console.locator("input[name=lat]").fill("34.7")
    expect(console.locator("select[name=datum]")).to_have_value("")


def test_the_dispatcher_calls_one_off_adds_another_and_moves_the_patient(people: People, service: Service) -> None:
    first = joined_phone(people, service, "r00", place(60, 0))
    console = console_of(people)
    # The rule rings nobody who would come after the ambulance.
    eta = (datetime.now(UTC) + timedelta(seconds=400)).isoformat()
    service.post_call(call(ambulance_eta=eta)).raise_for_status()
    rings(first)
    first.get_by_test_id("accept").click()
    shows(first, "assignment")
    console.get_by_test_id("incident").click()
    _row(console, "r00").get_by_test_id("call-off").click()
    console.get_by_test_id("confirm").click()
    shows(first, "called-off")

    far = joined_phone(people, service, "r11", place(720, 0))
    console.get_by_test_id("add-responder").click()
    # Who is farther away than the machine would ring: that is for the dispatcher to say.
    console.locator("[data-testid=candidate][data-rescuer-id=r11]").get_by_test_id("candidate-add").click()
    rings(far)
    far.get_by_test_id("accept").click()
    shows(far, "assignment")

    lon, lat = place(120, 120)
    console.get_by_test_id("move-patient").click()
    console.locator("input[name=lon]").fill(f"{lon:.6f}")
    console.locator("input[name=lat]").fill(f"{lat:.6f}")
    console.locator("select[name=datum]").select_option("wgs84")
    expect(console.get_by_test_id("place-seen")).to_be_visible()
    console.get_by_test_id("move-patient-submit").click()
    console.get_by_test_id("confirm").click()

    expect(far.get_by_test_id("assignment")).to_contain_text("患者位置变了")
    expect(console.get_by_test_id("timeline-entry")).not_to_have_count(0)
    moved = incident_of(service)["location"]
    assert (round(moved["lon"], 4), round(moved["lat"], 4)) == (round(lon, 4), round(lat, 4))


def test_the_whole_console_works_by_keyboard_alone(people: People, service: Service) -> None:
    phone = joined_phone(people, service, "r00", place(60, 0))
    page = people.desk("/console/", lang="en")
    expect(page.locator("input[name=name]")).to_be_focused()
    page.keyboard.type("desk-1")
    page.keyboard.press("Tab")
    page.keyboard.type("a long night at the desk")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("console")).to_have_attribute("data-ready", "true")

    page.keyboard.press("n")
    expect(page.locator("input[name=lon]")).to_be_focused()
    lon, lat = place(0, 0)
    page.keyboard.type(f"{lon:.6f}")
    page.keyboard.press("Tab")
    page.keyboard.type(f"{lat:.6f}")
    page.keyboard.press("Tab")
    page.keyboard.type("WGS")
    expect(page.get_by_test_id("place-seen")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    rings(phone)
    expect(page.get_by_test_id("incident-detail")).to_be_visible()

    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.get_by_test_id("incident")).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_test_id("confirm")).to_be_visible()
    _tab_to(page, "confirm")
    page.keyboard.press("Enter")

    shows(phone, "called-off")
    for test_id in ("new-call", "sound-switch", "lang-switch", "sign-out"):
        _tab_to(page, test_id)


def test_the_links_to_120_to_phones_and_to_the_database_are_shown(people: People, service: Service) -> None:
    console = console_of(people)
    service.post_call(call()).raise_for_status()
    for link in ("link-120", "link-streams", "link-database"):
        expect(console.get_by_test_id(link)).to_have_attribute("data-state", "ok")


def _row(console: Page, rescuer_id: str) -> Locator:
    return console.locator(f"[data-testid=responder][data-rescuer-id={rescuer_id}]")


def _tab_to(page: Page, test_id: str) -> None:
    """With the Tab key alone, as somebody without a mouse does."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.dataset.testid") == test_id:
            return
    raise AssertionError(f"the Tab key does not lead to {test_id}")
