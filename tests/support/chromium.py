"""Debian's Chromium as people use it: phones and screens in a browser that Playwright drives."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.support.waiting import PATIENCE_S

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    # Several pages are in front at once here; none may fall asleep because another covers it.
    *("--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding"),
    *("--disable-background-timer-throttling", "--autoplay-policy=no-user-gesture-required"),
)
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}

_CHOICES = """
try {
  localStorage["rescue.lang"] ??= "%(lang)s";
  localStorage["rescue.theme"] ??= "%(theme)s";
} catch {}
"""

expect.set_options(timeout=PATIENCE_S * 1000)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of this test's own; where there is none the test skips, and fails in continuous integration."""
    program = shutil.which("chromium")
    if program is None:
        reason = "no chromium: apt-get install chromium fonts-noto-cjk"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Faults:
    """What went wrong in a page without anybody seeing it, and whatever it asked of others than the service."""

    origins: list[str]
    said: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        page.on("request", self._asked)

    def _said(self, message: ConsoleMessage) -> None:
        # That a request was refused, or the line is cut, is the story's own doing.
        if (
            message.type == "error"
            and "Failed to load resource" not in message.text
            and "WebSocket" not in message.text
        ):
            self.said.append(message.text)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((*self.origins, "data:", "blob:")):
            self.strangers.append(request.url)


class People:
    """Opens pages for people of a story: each has a browser profile of their own."""

    def __init__(self, browser: Browser, origin: str) -> None:
        self._browser = browser
        self.origin = origin
        self.faults = Faults([origin])

    def profile(
        self,
        *,
        size: dict[str, int],
        lang: str = "zh",
        theme: str = "light",
        at: tuple[float, float] | None = None,
        origin: str | None = None,
        **options: Any,
    ) -> BrowserContext:
        """A profile with these settings; `at` lon, lat is where its phone is, without it location is refused."""
        where: dict[str, Any] = {}
        if origin is not None:
            self.faults.origins.append(origin)
        if at is not None:
            where = {"geolocation": _geolocation(at), "permissions": ["geolocation"]}
        context = self._browser.new_context(
            base_url=origin or self.origin,
            viewport={"width": size["width"], "height": size["height"]},
            has_touch=size["width"] < 600,
            is_mobile=size["width"] < 600,
            device_scale_factor=1,
            reduced_motion="reduce",
            locale="zh-CN" if lang == "zh" else "en-GB",
            timezone_id="Asia/Shanghai",
            **where,
            **options,
        )
        context.set_default_timeout(PATIENCE_S * 1000)
        context.add_init_script(_CHOICES % {"lang": lang, "theme": theme})
        return context

    def page(self, context: BrowserContext, path: str = "/") -> Page:
        page = context.new_page()
        self.faults.watch(page)
        page.goto(path)
        return page

    def phone(self, path: str = "/", **options: Any) -> Page:
        return self.page(self.profile(size=PHONE, **options), path)

    def desk(self, path: str = "/", **options: Any) -> Page:
        return self.page(self.profile(size=DESK, **options), path)


def walk_to(page: Page, at: tuple[float, float]) -> None:
    """The phone is now there."""
    page.context.set_geolocation(_geolocation(at))  # type: ignore[arg-type]


def _geolocation(at: tuple[float, float]) -> dict[str, float]:
    return {"longitude": at[0], "latitude": at[1], "accuracy": 8.0}
