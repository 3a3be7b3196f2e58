"""A sender hears answers and callbacks in its own words, signed as it expects; where that cannot be, in ours."""

import json
from datetime import UTC, datetime
from typing import Any

import defusedxml.ElementTree as Xml
import pytest
from standardwebhooks import Webhook

from dispatch.access.hmac_scheme import HmacScheme, Request, get_key
from dispatch.callbacks.targets import CallbackTarget
from dispatch.dialects.dialect import Dialect, parse_dialect
from dispatch.dialects.expressions import BadExpression
from dispatch.dialects.templates import Template
from tests.acceptance.test_documents import block
from tests.unit.dispatch.test_dialects import ALL, PLAIN

AT = datetime(2026, 1, 5, 0, 0, 9, tzinfo=UTC)
SECRET = "tests-only-secret-of-callbacks"
ANSWER = {
    "code": "accepted",
    "message_id": "K1",
    "incident_id": "6f1d4b",
    "attention": None,
    "changed": True,
    "detail": 'a "quoted" <word>',
}
OURS: list[dict[str, Any]] = json.loads(block("docs/callbacks.md", "callbacks"))


def target(dialect: Dialect, secret: str = SECRET) -> CallbackTarget:
    return CallbackTarget(url="https://120.example/back?x=1", secrets=(secret,), wording=dialect.callback)


def test_an_answer_in_json_keeps_the_kinds_of_values_and_echoes_what_was_sent() -> None:
    form = ALL["kangtuo"].answer
    assert form

    told = json.loads(form.render(ANSWER, {"head": {"serial": "S9"}}))

    assert told == {"code": 0, "msg": 'a "quoted" <word>', "data": {"serial": "S9", "incident": "6f1d4b"}}
    assert form.status == 200
    assert json.loads(form.render({**ANSWER, "code": "needs_attention"}, None))["code"] == 201


def test_an_answer_in_xml_is_well_formed_whatever_it_says() -> None:
    form = ALL["ws-t-451"].answer
    assert form

    told = Xml.fromstring(form.render({**ANSWER, "detail": 'x < y & "z"\x00\ud800'}, None))

    assert told.tag == "应答"
    assert told.findtext("代码") == "0"
    assert told.findtext("需人工处理") == ""
    assert told.findtext("说明", "").startswith('x < y & "z"')


def test_a_refusal_has_its_own_code_or_the_one_for_all() -> None:
    form = ALL["kangtuo"].answer
    text = ALL["minghe"].answer
    assert form
    assert text

    codes = [json.loads(form.render_refusal(code, ""))["code"] for code in ("bad_signature", "too_many_messages")]

    assert codes == [401, 500]
    assert text.render_refusal("bad_signature", "The clock.") == b"ERR The clock."


def test_braces_stand_for_themselves_when_doubled() -> None:
    assert Template("{{{code}}}", "text").render({"code": "ok"}) == b"{ok}"


def test_what_cannot_be_said_is_no_answer() -> None:
    with pytest.raises(BadExpression):
        Template({"a": "{sum(detail)}"}, "json").render({"detail": "x"})


@pytest.mark.parametrize("message", OURS, ids=lambda message: str(message["type"]))
@pytest.mark.parametrize("name", [name for name, dialect in ALL.items() if dialect.callback])
def test_every_callback_can_be_said_in_every_dialect(name: str, message: dict[str, Any]) -> None:
    headers, content = target(ALL[name]).request("cb_6f1d4b_2", json.dumps(message), AT)

    assert content
    assert all(value.isascii() for value in headers.values())


def test_a_callback_says_the_vendors_event_times_and_texts() -> None:
    accepted = next(message for message in OURS if message["type"] == "incident.accepted")

    headers, content = target(ALL["kangtuo"]).request("cb_6f1d4b_2", json.dumps(accepted), AT)

    assert json.loads(content) == {
        "head": {"serial": "cb_6f1d4b_2", "event": "ACCEPT", "sentAt": 1767571209000},
        "body": {"eventNo": "ZZ120-20260105-0001", "eta": 1767571380500, "text": "1 on the way, 0 there"},
    }
    assert headers == {"x-app-token": SECRET, "content-type": "application/json"}


def test_a_vendor_is_told_only_what_it_wants() -> None:
    wants = target(ALL["kangtuo"]).wants

    assert [kind for kind in ("incident.accepted", "incident.eta_changed", "incident.arrived") if wants(kind)] == [
        "incident.accepted",
        "incident.arrived",
    ]


@pytest.mark.parametrize(
    ("answer", "took"),
    [
        (b'{"code": 0}', True),
        (b'{"code": 500, "msg": "busy"}', False),
        (b'{"code": "0"}', False),
        (b"", False),
        (b"<html>", False),
        (b"[" * 100_000, False),
    ],
)
def test_a_receivers_answer_says_whether_it_has_taken_a_callback(answer: bytes, took: bool) -> None:
    assert target(ALL["kangtuo"]).reads_answers
    assert target(ALL["kangtuo"]).took(answer) is took
    assert not target(ALL["notruf"]).reads_answers
    assert target(ALL["notruf"]).took(answer)


def test_a_receiver_may_answer_with_a_word_or_in_xml() -> None:
    plain = '[callback]\nformat = "text"\nbody = "{event}"\ntaken = "@ == \'success\'"'
    xml = '[callback]\nformat = "xml"\nbody = {a = "{event}"}\ntaken = "r.ok == \'1\'"'

    assert [target(parse_dialect(PLAIN + plain, "x")).took(told) for told in (b"success\n", b"fail")] == [True, False]
    assert [target(parse_dialect(PLAIN + xml, "x")).took(told) for told in (b"<r><ok>1</ok></r>", b"<r/>")] == [
        True,
        False,
    ]


def test_a_callback_is_signed_as_its_receiver_checks_it() -> None:
    accepted = next(message for message in OURS if message["type"] == "incident.accepted")

    headers, content = target(ALL["notruf"]).request("cb_6f1d4b_2", json.dumps(accepted), AT)

    scheme = HmacScheme(hash="sm3", text="{header:x-time}|{body_sm3}")
    code = scheme.sign(get_key(SECRET, "text"), Request(headers={"x-time": headers["x-time"]}, body=content))
    told = Xml.fromstring(content)
    assert headers["x-signature"] == f"sm3={code.hex()}"
    assert (headers["x-id"], headers["x-time"]) == ("cb_6f1d4b_2", "2026-01-05T00:00:09+00:00")
    assert told.get("art") == "incident.accepted"
    assert told.findtext("Zeit") == "05.01.2026 01:00:09+0100"


def test_a_callback_in_other_words_may_be_signed_as_ours_are() -> None:
    secret = "whsec_dGVzdHMtb25seS1zZWNyZXQtb2YtMTIwLXRlc3Rz"
    dialect = parse_dialect(PLAIN + '[callback]\nbody = {nr = "{data.cad_ref}"}', "plain")
    now = datetime.now(UTC)

    headers, content = target(dialect, secret).request("cb_1_1", json.dumps(OURS[0]), now)

    assert Webhook(secret).verify(content, headers) == {"nr": "ZZ120-20260105-0001"}


def test_without_a_wording_a_callback_is_ours_byte_for_byte() -> None:
    secret = "whsec_dGVzdHMtb25seS1zZWNyZXQtb2YtMTIwLXRlc3Rz"
    ours = CallbackTarget(url="https://120.example/", secrets=(secret,))
    body = json.dumps(OURS[0])

    headers, content = ours.request("cb_1_1", body, AT)

    assert content == body.encode()
    assert headers == ours.headers("cb_1_1", body, AT)


def test_a_header_that_is_not_sent_cannot_be_signed() -> None:
    with pytest.raises(ValueError, match=r"callback\.proof\.text: \{header:x-nonce\} is no header that we send"):
        parse_dialect(
            PLAIN
            + '[callback]\nbody = {}\n[callback.proof]\nkind = "hmac"\nhash = "sm3"\n'
            + 'text = "{header:x-nonce}{body}"\nsignature_header = "x-s"',
            "plain",
        )
