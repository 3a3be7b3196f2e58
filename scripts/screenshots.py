"""Every page in both languages, on a phone and on a desk, as pictures in build/screenshots: `make screenshots`.

A call is played on the synthetic Zhengzhou, with three volunteers whose phones are photographed, and the console.
"""

import csv
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect

from geo.places.projection import LocalPlane
from simulators.city_files import CityFiles, write_city
from tests.support.chromium import DESK, PHONE, People, chromium, walk_to
from tests.support.process import running
from tests.support.service import Service, call, fill_database
from tests.support.stories import console_of, hire, invitation_path, joined_phone, rings, shows
from tests.support.town import Town
from tests.support.web_build import build_web_pages

FOLDER = Path("build") / "screenshots"
CENTRE = (113.665, 34.757)
# The dark theme is shown in one language: it says the same.
LOOKS = (("zh", "light"), ("en", "light"), ("zh", "dark"))
VOLUNTEERS = {"v-direct": (-70.0, 60.0), "v-aed": (0.0, 0.0), "v-late": (180.0, -140.0)}
"""Metres east and north of the patient; the second stands beside the AED instead."""


class Album:
    """Pictures of one look, each on a phone and on a desk."""

    def __init__(self, lang: str, theme: str) -> None:
        self._look = f"{lang}-{theme}"
        FOLDER.mkdir(parents=True, exist_ok=True)

    def take(self, page: Page, name: str, *, sizes: tuple[str, ...] = ("phone", "desk")) -> None:
        before = page.viewport_size
        for size in sizes:
            page.set_viewport_size(PHONE if size == "phone" else DESK)  # type: ignore[arg-type]
            page.evaluate("scrollTo(0, 0)")
            # Two frames, so that what follows the size has been drawn; maps also need their tiles.
            page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(700)
            page.screenshot(path=FOLDER / f"{name}-{size}-{self._look}.png")
        if before:
            page.set_viewport_size(before)


@contextmanager
def stage(files: CityFiles, patient: tuple[float, float], beside_aed: tuple[float, float]) -> Iterator[Service]:
    """A service of its own for each look, with three volunteers near the patient."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rescuers = folder / "rescuers.csv"
        _write_volunteers(rescuers, patient, beside_aed)
        town = Town(network=files.network, aeds=files.aeds, rescuers=rescuers)
        fill_database(f"sqlite:///{folder / 'city.sqlite3'}", town)
        url = f"sqlite+aiosqlite:///{folder / 'city.sqlite3'}"
        hire(url)
        with running(town, url, folder / "service.log") as service:
            yield service


def open_pages(album: Album, people: People, patient: tuple[float, float], lang: str, theme: str) -> None:
    """What anybody sees."""
    page = people.phone("/", lang=lang, theme=theme)
    album.take(page, "landing")
    page = people.phone("/map/", lang=lang, theme=theme, at=patient)
    expect(page.get_by_test_id("map")).to_have_attribute("data-map-state", "ready")
    expect(page.get_by_test_id("aed")).not_to_have_count(0)
    album.take(page, "public-map")
    page.get_by_test_id("aed").first.get_by_role("button").click()
    expect(page.get_by_test_id("walk-steps")).to_be_visible()
    album.take(page, "public-aed")
    page.get_by_test_id("report").click()
    page.get_by_test_id("report-kind-locked").click()
    album.take(page, "public-report")
    page.context.close()


def quiet_phone(
    album: Album, people: People, service: Service, at: tuple[float, float], *, lang: str, theme: str
) -> Page:
    """A volunteer's phone before a call."""
    stranger = people.phone("/volunteer/", lang=lang, theme=theme)
    shows(stranger, "welcome")
    album.take(stranger, "volunteer-welcome")
    invited = people.phone(invitation_path(service, "v-direct"), lang=lang, theme=theme)
    expect(invited.get_by_test_id("consent-accept")).to_be_visible()
    album.take(invited, "volunteer-consent")
    for page in (stranger, invited):
        page.context.close()
    page = joined_phone(people, service, "v-direct", at, lang=lang, theme=theme)
    album.take(page, "volunteer-home")
    back = "返回" if lang == "zh" else "Back"
    for button, view in (
        ("to-legal", "legal"),
        ("to-cpr", "cpr"),
        ("report-aed", "report"),
        ("to-settings", "settings"),
    ):
        page.get_by_test_id(button).click()
        shows(page, view)
        album.take(page, f"volunteer-{view}")
        page.get_by_role("button", name=back).first.click()
        shows(page, "home")
    return page


def a_call(
    album: Album, people: People, service: Service, places: dict[str, tuple[float, float]], look: dict[str, str]
) -> None:
    """From the first ring to the hand-over, on phones and at the desk."""
    direct = quiet_phone(album, people, service, places["v-direct"], **look)
    fetching = joined_phone(people, service, "v-aed", places["v-aed"], **look)
    late = joined_phone(people, service, "v-late", places["v-late"], **look)
    door = people.desk("/console/", **look)
    expect(door.get_by_test_id("sign-in-submit")).to_be_enabled()
    album.take(door, "console-sign-in")
    door.context.close()
    console = console_of(people, **look)
    expect(console.get_by_test_id("map")).to_have_attribute("data-map-state", "ready")
    album.take(console, "console-quiet")
    lon, lat = places["patient"]
    where = {"lon": lon, "lat": lat, "datum": "wgs84", "address": "中原路88号2单元301", "floor": "3"}
    service.post_call(call(location=where)).raise_for_status()
    # Nobody waits long for an answer: what is photographed at length is photographed afterwards.
    for page, name in ((fetching, "volunteer-alarm-aed"), (direct, "volunteer-alarm")):
        rings(page)
        album.take(page, name, sizes=("phone",))
        page.get_by_test_id("accept").click()
        expect(page.get_by_test_id("patient-address")).to_be_visible()
    rings(late)
    album.take(late, "volunteer-alarm", sizes=("desk",))
    late.get_by_test_id("decline").click()
    walk_to(direct, places["halfway"])
    expect(direct.get_by_test_id("map")).to_have_attribute("data-map-state", "ready")
    expect(fetching.get_by_test_id("map")).to_have_attribute("data-map-state", "ready")
    album.take(direct, "volunteer-on-the-way")
    album.take(fetching, "volunteer-fetching-aed")
    console.get_by_test_id("incident").click()
    expect(console.get_by_test_id("timeline-entry")).not_to_have_count(0)
    album.take(console, "console-incident")
    console.get_by_test_id("add-responder").click()
    album.take(console, "console-candidates", sizes=("desk",))
    console.get_by_test_id("new-call").click()
    album.take(console, "console-new-call", sizes=("desk",))
    console.keyboard.press("Escape")
    direct.get_by_test_id("arrived").click()
    expect(direct.get_by_test_id("metronome").first).to_be_visible()
    album.take(direct, "volunteer-arrived")
    console.get_by_test_id("stand-down").click()
    album.take(console, "console-stop", sizes=("desk",))
    console.get_by_test_id("confirm").click()
    shows(fetching, "called-off")
    album.take(fetching, "volunteer-called-off")


def main() -> None:
    build_web_pages()
    with tempfile.TemporaryDirectory() as name:
        files = write_city(Path(name), seed=1, volunteers=400)
        places = _places(files)
        for lang, theme in LOOKS:
            with stage(files, places["patient"], places["v-aed"]) as service, chromium() as browser:
                people = People(browser, service.url)
                album = Album(lang, theme)
                open_pages(album, people, places["patient"], lang, theme)
                a_call(album, people, service, places, {"lang": lang, "theme": theme})
                print(f"{lang} {theme}: done", file=sys.stderr)
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}")


def _places(files: CityFiles) -> dict[str, tuple[float, float]]:
    """A patient 150 m from an AED that is open day and night, and where the volunteers stand."""
    aeds = json.loads(files.aeds.read_text(encoding="utf-8"))["features"]
    always = [one["geometry"]["coordinates"] for one in aeds if "24/7" in json.dumps(one["properties"])]
    aed = min(always, key=lambda at: (at[0] - CENTRE[0]) ** 2 + (at[1] - CENTRE[1]) ** 2)
    plane = LocalPlane(aed[0], aed[1])

    def at(east_m: float, north_m: float) -> tuple[float, float]:
        lon, lat = plane.to_lonlat(east_m, north_m)
        return float(lon), float(lat)

    east_m, north_m = 120.0, 90.0
    around = {name: at(east_m + e, north_m + n) for name, (e, n) in VOLUNTEERS.items()}
    return {**around, "patient": at(east_m, north_m), "v-aed": at(-15, -20), "halfway": at(east_m - 35, north_m + 25)}


def _write_volunteers(path: Path, patient: tuple[float, float], beside_aed: tuple[float, float]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["id", "name", "phone", "certificate_kind", "valid_from", "valid_until", "on_duty", "home_lon", "home_lat"]
        )
        for number, name in enumerate(VOLUNTEERS):
            home = beside_aed if name == "v-aed" else patient
            valid = ("2025-01-01", "2030-12-31")
            writer.writerow(
                [name, f"张{'三四五'[number]}", f"+86139000010{number:02d}", "红十字救护员", *valid, "yes", *home]
            )


if __name__ == "__main__":
    main()
