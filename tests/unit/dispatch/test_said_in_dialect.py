"""What is made of a request beside its dialect's reading: whose headers count, and by what it is known again."""

import hashlib

import pytest
from starlette.requests import Request

from dispatch.access.proxies import PEER
from dispatch.api.said_in_dialect import answered, message_id_of, proof_request
from dispatch.contracts.webhook import WebhookAnswer
from dispatch.dialects.dialect import parse_dialect
from dispatch.dialects.translation import Translated
from tests.unit.dispatch.test_dialects import PLAIN

BODY = b'{"ref": "A"}'
OF_BYTES = f"sha256:{hashlib.sha256(BODY).hexdigest()}"
DIALECT = parse_dialect(PLAIN, "plain")
WITH_HEADER = parse_dialect(PLAIN.replace('format = "json"', 'format = "json"\nid_header = "X-Id"'), "plain")


def request(*headers: tuple[str, str], peer: str | None = "10.0.0.1") -> Request:
    return Request(
        {
            "type": "http",
            "method": "POST",
            "path": "/webhooks/a",
            "raw_path": b"/webhooks/a",
            "query_string": b"",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
            PEER: peer,
        }
    )


def test_a_header_that_comes_twice_is_neither() -> None:
    told = proof_request(request(("X-Cert", "a"), ("X-Cert", "b"), ("X-Id", "1")), BODY)

    assert told.headers == {"x-cert": "a, b", "x-id": "1"}
    assert (told.method, told.path, told.peer, told.body) == ("POST", "/webhooks/a", "10.0.0.1", BODY)


def test_a_connection_that_nobody_noted_is_nobodys() -> None:
    bare = request()
    del bare.scope[PEER]

    assert proof_request(bare, BODY).peer is None


def test_a_message_is_known_by_its_own_id_or_else_by_its_bytes() -> None:
    told = Translated(message={}, message_id="M1")

    assert message_id_of(DIALECT, None, told, {}, BODY) == "M1"
    assert message_id_of(DIALECT, "proven", told, {}, BODY) == "proven"
    assert message_id_of(WITH_HEADER, None, Translated(message={}), {"x-id": "H1"}, BODY) == "H1"
    for message_id in (None, "", "x" * 257, "a\x00b", "\ud800"):
        assert message_id_of(DIALECT, None, Translated(message={}, message_id=message_id), {}, BODY) == OF_BYTES
    assert message_id_of(WITH_HEADER, None, told, {}, BODY) == OF_BYTES


def test_an_answer_that_the_dialect_cannot_give_is_ours_and_quotes_nobody_in_the_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    dialect = parse_dialect(PLAIN + "[answer]\nbody = {n = '{sum(message.ages || `[]`)}'}", "plain")
    ours = WebhookAnswer(code="accepted", message_id="M1")

    given = answered(dialect, ours, {"ages": ["Li Si, 67"]})

    assert given is ours
    assert "answer_not_in_dialect" in (told := capsys.readouterr().out)
    assert "Li Si" not in told
