"""docs/connect-120.md tells 120's developer every field of every message, answer and callback, as the code has them."""

import json
import re
from typing import get_args

import pytest
from pydantic import BaseModel

from dispatch.contracts import callback as callbacks
from dispatch.contracts import webhook as wire
from dispatch.incidents.attention import SENTENCES
from tests.acceptance.test_documents import block
from tests.conftest import PROJECT
from tests.support.field_tables import Mode, described, documented
from tests.support.service import Service

DOCUMENT = PROJECT / "docs/connect-120.md"
SECTIONS = {"CallData": "data", "ToldLocation": "location", "Counts": "counts"}


@pytest.mark.parametrize(
    ("heading", "model", "mode"),
    [
        ("message", wire.CallMessage, "validation"),
        ("data", wire.CallData, "validation"),
        ("location", wire.ToldLocation, "validation"),
        ("answer", wire.WebhookAnswer, "serialization"),
        ("refusal", wire.Refusal, "serialization"),
        ("counts", callbacks.Counts, "serialization"),
    ],
)
def test_every_field_is_told_with_its_type(heading: str, model: type[BaseModel], mode: Mode) -> None:
    assert documented(DOCUMENT, heading) == described(model, mode=mode, sections=SECTIONS)


def test_every_field_of_every_callback_is_told_with_its_type() -> None:
    envelopes = get_args(get_args(callbacks.CallbackMessage)[0])
    told: dict[str, str] = {}
    for envelope in envelopes:
        assert set(envelope.model_fields) == set(documented(DOCUMENT, "callback"))
        told |= described(envelope.model_fields["data"].annotation, mode="serialization", sections=SECTIONS)

    assert documented(DOCUMENT, "callback data") == told


def test_every_reason_for_which_a_dispatcher_is_asked_is_told() -> None:
    read = "".join(
        (PROJECT / "dispatch" / file).read_text(encoding="utf-8")
        for file in ("incidents/intake.py", "incidents/service_area.py", "core/decisions.py", "core/reporting.py")
    )
    codes = set(re.findall(r'(?:problems\.add|BadLocation|AttentionRaised)\((?:code=)?"(\w+)"', read))
    of_fields = {f"bad_{name}" for name in ("timestamp", "ambulance_eta", "address", "floor", "note")}
    table = DOCUMENT.read_text(encoding="utf-8").partition("### attention")[2].partition("\n## ")[0]

    rows = "".join(re.findall(r"^\| (`.+?) \|", table, re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", rows)) == codes | of_fields | set(SENTENCES) | {"matching_failed"}


def test_each_documented_message_is_taken_and_answered_as_it_is_told(service: Service) -> None:
    told = documented(DOCUMENT, "answer")

    for message in json.loads(block("docs/connect-120.md", "contract")):
        answer = service.post_call(message)
        assert answer.status_code == 202
        assert set(answer.json()) == set(told)
    refused = service.post_signed(b"{}", {"webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": "v1,x"})
    assert refused.status_code == 401
    assert set(refused.json()) == set(documented(DOCUMENT, "refusal"))
