"""What a person sees who starts the service, and what a machine that reads its log."""

import json
import re
from pathlib import Path

from tests.support.plain_http import fetch
from tests.support.process import running
from tests.support.service import Service
from tests.support.town import Town


def test_a_service_that_is_ready_says_where_to_connect_and_what_it_knows(service: Service, tmp_path: Path) -> None:
    text = (tmp_path / "service.log").read_text(encoding="utf-8")
    ready = [json.loads(line) for line in text.splitlines() if '"event": "ready"' in line]

    assert f"120 sends its calls to: {service.url}/webhooks/120" in text
    assert f"{service.websocket_url}/streams/volunteer" in text
    assert "12 rescuers, 3 AEDs" in text
    assert "test town" in text
    pages = [
        part for line in text.splitlines() if "everything else" in line for part in re.findall(r"/[a-z.]+\b", line)
    ]
    named = [part for part in pages if part in {"/openapi.json", "/readyz", "/metrics", "/docs"}]
    assert {fetch("GET", service.url + page).status_code for page in named} == {200}
    assert len(named) == 3
    assert len(ready) == 1
    assert ready[0]["address"] == service.url
    assert (ready[0]["rescuers"], ready[0]["aeds"], ready[0]["open_incidents"]) == (12, 3, 0)


def test_it_says_what_is_missing_and_keeps_its_secrets(town: Town, tmp_path: Path) -> None:
    settings = {"RESCUE_NETWORK": "", "RESCUE_CLOCK_SPEED": "2"}
    log = tmp_path / "service.log"
    with running(town, f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite3'}", log, **settings):
        text = log.read_text(encoding="utf-8")

    assert "nobody can be alerted yet: rescue-circle registry import" in text
    assert "no AED is known yet" in text
    assert "set RESCUE_NETWORK" in text
    assert "set RESCUE_SERVICE_AREA" in text
    assert "simulated, 2 times real time" in text
    assert "whsec_" not in text
