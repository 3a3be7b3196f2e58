"""Debian's Chromium without a window, for looking at a page as a reader's browser shows it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader", "--disable-quic"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--hide-scrollbars", "--virtual-time-budget=5000", "--enable-logging=stderr", "--window-size=1280,2400"),
)


def browse(page: Path, fragment: str, *wish: str, folder: Path) -> tuple[str, list[str]]:
    """What the browser prints for a wish such as --dump-dom, and what the page's console said."""
    chromium = shutil.which("chromium")
    if chromium is None:
        reason = "no chromium: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    profile = folder / "profile"
    shutil.rmtree(profile, ignore_errors=True)
    command = [chromium, *_FLAGS, f"--user-data-dir={profile}", *wish, f"{page.as_uri()}#{fragment}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]
