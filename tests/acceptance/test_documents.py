"""What the documents promise works as they are written."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from dispatch.contracts.webhook import CallMessage, MessageType
from tests.conftest import PROJECT
from tests.support.service import WEBHOOK_SECRET, Service
from tests.support.town import CENTRE


def block(document: str, name: str) -> str:
    """The code block of a document that is marked as tested under this name."""
    text = (PROJECT / document).read_text(encoding="utf-8")
    found = re.search(rf"<!-- tested: {name} -->\n```\w+\n(.*?)```", text, re.DOTALL)
    assert found, f"{document} has no block marked {name}"
    return found.group(1)


@pytest.mark.parametrize("document", ["README.md", "docs/connect-120.md"])
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
