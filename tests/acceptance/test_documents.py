"""What the documents promise works as they are written."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dispatch.access.tokens import Access
from dispatch.contracts.webhook import CallMessage, MessageType
from tests.conftest import PROJECT
from tests.support.service import WEBHOOK_SECRET, Service
from tests.support.town import CENTRE
from tests.support.waiting import eventually


def block(document: str, name: str) -> str:
    """The code block of a document that is marked as tested under this name."""
    text = (PROJECT / document).read_text(encoding="utf-8")
    found = re.search(rf"<!-- tested: {name} -->\n```\w+\n(.*?)```", text, re.DOTALL)
    assert found, f"{document} has no block marked {name}"
    return found.group(1)


@pytest.mark.parametrize("document", ["README.md", "README.zh-CN.md", "docs/connect-120.md"])
def test_the_signed_curl_of_the_documents_opens_an_incident(service: Service, document: str, tmp_path: Path) -> None:
    lon, lat = CENTRE
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block(document, "signed-curl")],
        env={
            **os.environ,
            "RESCUE_URL": service.url,
            "RESCUE_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "LON": str(lon),
            "LAT": str(lat),
            "no_proxy": "127.0.0.1",
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    answer = json.loads(done.stdout)
    assert answer["code"] == "accepted"
    assert service.get(f"/api/incidents/{answer['incident_id']}")["cad_ref"] == "ZZ120-0001"


def test_the_documented_messages_are_the_contract() -> None:
    messages = [CallMessage.model_validate(one) for one in json.loads(block("docs/connect-120.md", "contract"))]

    assert {message.type for message in messages} == set(MessageType)


@contextmanager
def python(program: str, log: Path, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A program of the documents, running; what it prints goes to `log`."""
    inherited = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    with log.open("wb") as output:
        child = subprocess.Popen([sys.executable, "-c", program], env={**inherited, **environment}, stdout=output)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def test_the_two_clients_of_ten_lines_report_a_call_and_answer_it(service: Service, tmp_path: Path) -> None:
    lon, lat = CENTRE
    sender, volunteer = (block("docs/client.md", name) for name in ("sender", "volunteer"))
    heard, sent = tmp_path / "volunteer.log", tmp_path / "sender.log"
    place = {"LON": str(lon), "LAT": str(lat)}

    def frames() -> list[str]:
        return [json.loads(line)["type"] for line in heard.read_text(encoding="utf-8").splitlines()]

    with python(volunteer, heard, RESCUE_URL=service.url, TOKEN=service.token(Access.VOLUNTEER, "r00")):
        eventually(lambda: "welcome" in frames())
        with python(sender, sent, RESCUE_URL=service.url, RESCUE_WEBHOOK_SECRET=WEBHOOK_SECRET, **place) as child:
            assert child.wait(30) == 0
        eventually(lambda: "assignment" in frames())
    incident_id = json.loads(sent.read_text(encoding="utf-8"))["incident_id"]

    def alerts() -> list[dict[str, str]]:
        found: list[dict[str, str]] = service.get(f"/api/incidents/{incident_id}")["alerts"]
        return found

    assert all(len([line for line in program.splitlines() if line]) <= 10 for program in (sender, volunteer))
    assert [(alert["rescuer_id"], alert["state"]) for alert in alerts()] == [("r00", "accepted")]
    eventually(lambda: all(alert["delivered_at"] for alert in alerts()))
