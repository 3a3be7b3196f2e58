"""The files for a server say what the service is: settings that it knows, limits that it keeps."""

import base64
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dispatch.api.hardening import LARGER_BODIES
from registry.photos.preparing import MAX_FILE_BYTES
from rescue_circle import ending
from rescue_circle.settings import Settings
from rescue_circle.settings_loading import get_settings
from tests.acceptance.test_documents import block
from tests.conftest import PROJECT
from tests.support.service import TOKEN_SECRET, WEBHOOK_SECRET

UNIT = (PROJECT / "deploy/rescue-circle.service").read_text(encoding="utf-8")
PROXY = (PROJECT / "deploy/nginx.conf").read_text(encoding="utf-8")
BEATS_UNTIL_GIVEN_UP = 3


def of_unit(name: str) -> str:
    found = re.search(rf"^{name}=(.*)$", UNIT, re.MULTILINE)
    assert found, name
    return found.group(1)


def of_proxy(name: str) -> str:
    found = re.search(rf"^\s*{name}\s+(.*);$", PROXY, re.MULTILINE)
    assert found, name
    return found.group(1)


def test_systemd_leaves_the_service_the_time_that_it_takes_to_end_and_starts_it_again() -> None:
    assert float(of_unit("TimeoutStopSec")) > ending.LIMIT_S
    assert of_unit("Restart") == "always"
    assert of_unit("StartLimitIntervalSec") == "0"


def test_the_unit_lets_kernels_be_compiled_and_kept_and_nobody_else_read_the_state() -> None:
    settings = block("docs/install.md", "settings-file")
    state = of_unit("WorkingDirectory")

    assert "\nMemoryDenyWriteExecute" not in UNIT
    assert of_unit("CacheDirectory")
    assert of_unit("UMask") == "0077"
    assert state == f"/var/lib/{of_unit('StateDirectory')}"
    assert f"RESCUE_SPOOL={state}/" in settings
    assert f":///{state}/" in settings


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("no systemd here")
    unit = tmp_path / "rescue-circle.service"
    unit.write_text(UNIT.replace("/opt/rescue-circle/bin/rescue-circle", sys.executable), encoding="utf-8")

    done = subprocess.run([verify, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False)

    assert str(unit) not in done.stderr
    assert "rescue-circle.service:" not in done.stderr


def test_the_settings_of_the_page_are_the_services(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line.partition("=") for line in block("docs/install.md", "settings-file").splitlines()]
    given = {name: value for name, _, value in lines}
    assert set(given) <= {f"RESCUE_{field.upper()}" for field in Settings.model_fields}

    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("RESCUE_WEBHOOK_SECRET", WEBHOOK_SECRET)
    monkeypatch.setenv("RESCUE_TOKEN_SECRET", TOKEN_SECRET)
    monkeypatch.setenv("RESCUE_PERSONAL_KEY", base64.b64encode(bytes(32)).decode())

    assert get_settings().public_address == "https://rescue.example"


def test_the_proxy_passes_streams_and_bodies_on_and_tells_who_calls() -> None:
    silent_s = BEATS_UNTIL_GIVEN_UP * Settings.model_fields["heartbeat_s"].default
    body = re.fullmatch(r"(\d+)m", of_proxy("client_max_body_size"))

    assert of_proxy("proxy_set_header Upgrade") == "$http_upgrade"
    assert of_proxy("proxy_set_header Connection") == "$rescue_connection"
    assert of_proxy("proxy_http_version") == "1.1"
    # Set, not appended to what the caller says.
    assert of_proxy("proxy_set_header X-Forwarded-For") == "$remote_addr"
    assert of_proxy("proxy_set_header X-Forwarded-Proto") == "$scheme"
    assert float(of_proxy("proxy_read_timeout").removesuffix("s")) > silent_s
    assert of_proxy("proxy_pass") == f"http://127.0.0.1:{Settings.model_fields['port'].default}"
    assert body
    assert int(body.group(1)) * 1024 * 1024 >= max(*LARGER_BODIES.values(), MAX_FILE_BYTES + 1)
    assert PROXY.count("{") == PROXY.count("}")
