"""Whether a webhook is really from 120, and of now."""

import base64
import hmac
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dispatch.access.signature import MAX_ID, TOLERANCE_S, BadSignature, SignatureChecker

KEY = b"unit-tests-only-secret-of-120"
CHECKER = SignatureChecker(f"whsec_{base64.b64encode(KEY).decode()}")
UTF8 = '{"data": {"location": {"address": "中原路1号"}}}'.encode()
GB18030 = UTF8.decode().encode("gb18030")
bodies = pytest.mark.parametrize("body", [UTF8, GB18030], ids=["utf-8", "gb18030"])


def signature(body: bytes, message_id: str, at: str, key: bytes = KEY) -> str:
    digest = hmac.digest(key, f"{message_id}.{at}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"


def headers(body: bytes, *, message_id: str = "msg_1", age_s: float = 0) -> dict[str, str]:
    at = str(int(time.time() - age_s))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": at,
        "webhook-signature": signature(body, message_id, at),
    }


def refused(given_headers: dict[str, str], body: bytes) -> bool:
    try:
        CHECKER.get_message_id(given_headers, body)
    except BadSignature:
        return True
    return False


@bodies
def test_an_authentic_message_gives_its_id_whatever_its_encoding(body: bytes) -> None:
    assert CHECKER.get_message_id(headers(body, message_id="msg_7"), body) == "msg_7"


@bodies
def test_an_unpadded_secret_is_the_same_secret(body: bytes) -> None:
    unpadded = SignatureChecker("whsec_" + base64.b64encode(KEY).decode().rstrip("="))

    assert unpadded.get_message_id(headers(body), body) == "msg_1"


@bodies
@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
@pytest.mark.parametrize("empty", [True, False])
def test_a_message_that_lacks_a_header_is_refused(body: bytes, missing: str, empty: bool) -> None:
    good = headers(body)
    if empty:
        good[missing] = ""
    else:
        del good[missing]

    assert refused(good, body)


@bodies
@pytest.mark.parametrize(
    "wrong",
    ["v1", "v1,", ",", "v1,AAAA", "v1,%%%", "v1,A", "v1,ü", "v2,AAAA", "no comma", "v1,a,b", " ", "v1,AAAA v1,AAAA"],
)
def test_a_signature_that_is_malformed_or_wrong_is_refused(body: bytes, wrong: str) -> None:
    assert refused({**headers(body), "webhook-signature": wrong}, body)


@bodies
@pytest.mark.parametrize("at", ["noon", "nan", "inf", "-inf", "1e400", "1e17", "9" * 400, "-1", "0", "0x10", "٣"])
def test_a_timestamp_that_is_no_time_of_now_is_refused_even_if_signed(body: bytes, at: str) -> None:
    signed = {"webhook-id": "msg_1", "webhook-timestamp": at, "webhook-signature": signature(body, "msg_1", at)}

    assert refused(signed, body)


@bodies
@pytest.mark.parametrize("age_s", [TOLERANCE_S + 5, -TOLERANCE_S - 5, 86_400])
def test_an_old_or_early_message_is_refused(body: bytes, age_s: float) -> None:
    assert refused(headers(body, age_s=age_s), body)


@bodies
@pytest.mark.parametrize("age_s", [TOLERANCE_S - 30, 30 - TOLERANCE_S])
def test_a_message_within_the_tolerance_is_taken(body: bytes, age_s: float) -> None:
    assert not refused(headers(body, age_s=age_s), body)


@bodies
@pytest.mark.parametrize("pattern", ["{good} {other}", "{other} {good}", "v2,AAAA {good}", "{other} v1a,AAAA {good}"])
def test_one_good_signature_among_several_is_enough_while_secrets_change(body: bytes, pattern: str) -> None:
    good = headers(body)
    other = signature(body, "msg_1", good["webhook-timestamp"], key=b"the old secret")
    several = pattern.format(good=good["webhook-signature"], other=other)

    assert not refused({**good, "webhook-signature": several}, body)


@bodies
def test_no_byte_of_id_time_or_body_can_be_changed(body: bytes) -> None:
    good = headers(body)

    assert refused({**good, "webhook-id": "msg_2"}, body)
    assert refused({**good, "webhook-timestamp": str(int(good["webhook-timestamp"]) - 1)}, body)
    assert refused(good, body + b" ")
    assert refused(good, body[1:])


@bodies
def test_an_authentic_message_whose_id_is_too_long_to_keep_is_refused(body: bytes) -> None:
    assert CHECKER.get_message_id(headers(body, message_id="m" * MAX_ID), body)

    with pytest.raises(BadSignature, match="webhook-id"):
        CHECKER.get_message_id(headers(body, message_id="m" * (MAX_ID + 1)), body)


header_text = st.text(st.characters(max_codepoint=255), max_size=30)


@given(header_text, header_text | st.floats().map(str), header_text | header_text.map("v1,".__add__), st.binary())
@example("id", "nan", "v1,AAAA", b"\xff")
def test_whatever_the_headers_hold_the_answer_is_a_refusal(
    message_id: str, at: str, given_signature: str, body: bytes
) -> None:
    assert refused({"webhook-id": message_id, "webhook-timestamp": at, "webhook-signature": given_signature}, body)


@bodies
def test_while_the_secret_changes_either_is_good_and_a_third_is_not(body: bytes) -> None:
    new_key = b"another-secret-for-unit-tests"
    both = SignatureChecker(*(f"whsec_{base64.b64encode(key).decode()}" for key in (new_key, KEY)))
    good = headers(body)
    with_new, with_third = (
        {**good, "webhook-signature": signature(body, "msg_1", good["webhook-timestamp"], key=key)}
        for key in (new_key, b"a third one")
    )

    assert both.get_message_id(good, body) == both.get_message_id(with_new, body) == "msg_1"
    with pytest.raises(BadSignature):
        both.get_message_id(with_third, body)
