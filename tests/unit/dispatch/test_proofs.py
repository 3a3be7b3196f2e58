"""A sender that speaks a dialect proves itself as it is used to; a recording, a forgery or a guess proves nothing."""

import base64
import hashlib
import hmac
import subprocess
from dataclasses import replace
from typing import Any

import pytest

from dispatch.access.hmac_scheme import HmacScheme, Request, get_key
from dispatch.access.proofs import CertificateProof, HmacProof, Proof, TokenProof
from dispatch.access.proxies import TrustedProxies
from dispatch.access.secrets import BadSecret
from dispatch.access.signature import BadSignature

NOW_S = 1767571200.0
KEY, OLD_KEY = b"tests-only-key-of-a-vendor", b"tests-only-key-from-before"
BODY = '{"地址": "中原路1号"}'.encode()
FINGERPRINT = hashlib.sha256(b"tests-only-certificate").hexdigest()


def holds(proof: Proof, request: Request) -> bool:
    try:
        proof.check(request)
    except BadSignature:
        return False
    return True


def by_openssl(digest: str, key: bytes, text: bytes) -> bytes:
    """Somebody else's code, as a vendor's would be."""
    command = ["openssl", "dgst", f"-{digest}", "-mac", "HMAC", "-macopt", f"hexkey:{key.hex()}", "-binary"]
    return subprocess.run(command, input=text, capture_output=True, check=True).stdout


@pytest.mark.parametrize("digest", ["sha256", "sm3"])
def test_a_code_over_the_described_text_is_the_one_that_others_make(digest: Any) -> None:
    scheme = HmacScheme(hash=digest, text="{method}\n{path}\n{header:X-Time}\n{body}")
    request = Request(headers={"x-time": "1767571200"}, body=BODY, path="/webhooks/a")

    assert scheme.sign(KEY, request) == by_openssl(digest, KEY, b"POST\n/webhooks/a\n1767571200\n" + BODY)


def test_the_hashes_of_a_body_may_stand_for_it() -> None:
    request = Request(headers={}, body=BODY)
    sm3 = subprocess.run(["openssl", "dgst", "-sm3", "-binary"], input=BODY, capture_output=True, check=True).stdout

    code = HmacScheme(hash="sha256", text="{body_sha256}|{body_sm3}").sign(KEY, request)

    assert code == hmac.digest(KEY, f"{hashlib.sha256(BODY).hexdigest()}|{sm3.hex()}".encode(), "sha256")


def hmac_proof(**changes: Any) -> HmacProof:
    proof = HmacProof(
        scheme=HmacScheme(hash="sm3", text="{header:x-time}.{body}"),
        keys=(KEY, OLD_KEY),
        signature_header="x-sign",
        signature_prefix="sm3=",
        timestamp_header="x-time",
        now_s=lambda: NOW_S,
    )
    return replace(proof, **changes)


def signed(proof: HmacProof, *, key: bytes = KEY, time: str = "1767571200") -> Request:
    request = Request(headers={"x-time": time}, body=BODY)
    code = proof.scheme.write(proof.scheme.sign(key, request))
    return replace(request, headers={**request.headers, "x-sign": f"{proof.signature_prefix}{code}"})


def test_both_keys_hold_while_they_change() -> None:
    proof = hmac_proof()

    assert [holds(proof, signed(proof, key=key)) for key in (KEY, OLD_KEY, b"somebody-else's-key")] == [
        True,
        True,
        False,
    ]


def test_what_was_changed_after_it_was_signed_does_not_hold() -> None:
    proof = hmac_proof()
    good = signed(proof)

    assert holds(proof, good)
    assert not holds(proof, replace(good, body=BODY + b" "))
    assert not holds(proof, replace(good, headers={**good.headers, "x-time": "1767571201"}))


@pytest.mark.parametrize(
    ("form", "time", "is_good"),
    [
        ("unix_s", "1767571200", True),
        ("unix_s", "1767570901", True),
        ("unix_s", "1767570899", False),
        ("unix_s", "1767571501", False),
        ("unix_s", "", False),
        ("unix_s", "nan", False),
        ("unix_s", "1e9", False),
        ("unix_s", "9" * 400, False),
        ("unix_s", "1767571200000", False),
        ("unix_ms", "1767571200000", True),
        ("iso", "2026-01-05T08:00:00+08:00", True),
        ("iso", "2026-01-05T08:00:00", False),
        ("iso", "today", False),
    ],
)
def test_a_recording_grows_old_and_what_is_no_time_is_old(form: str, time: str, is_good: bool) -> None:
    proof = hmac_proof(timestamp_form=form)

    assert holds(proof, signed(proof, time=time)) is is_good


@pytest.mark.parametrize("told", ["", "sm3=", "sm3=zz", "sm3=" + "0" * 64, "sm3=" + "０" * 64, "sha256=abc", "sm3= "])
def test_what_is_no_signature_does_not_hold(told: str) -> None:
    proof = hmac_proof()
    good = signed(proof)

    assert not holds(proof, replace(good, headers={**good.headers, "x-sign": told}))


def test_base64_is_read_strictly() -> None:
    proof = hmac_proof(scheme=HmacScheme(hash="sha256", text="{header:x-time}.{body}", encoding="base64"))
    good = signed(proof)
    code = good.headers["x-sign"]

    assert holds(proof, good)
    assert not holds(proof, replace(good, headers={**good.headers, "x-sign": code[:10] + "\n" + code[10:]}))


def test_a_secret_is_of_its_form_and_long_enough() -> None:
    assert get_key("tests-only-secret", "text") == b"tests-only-secret"
    assert get_key("00" * 16, "hex") == bytes(16)
    assert get_key(base64.b64encode(bytes(16)).decode(), "base64") == bytes(16)
    for secret, form in (("short", "text"), ("xx" * 16, "hex"), ("not base64 at all", "base64"), ("00" * 15, "hex")):
        with pytest.raises(BadSecret) as refused:
            get_key(secret, form)  # type: ignore[arg-type]
        assert secret not in str(refused.value)


def test_a_token_is_the_whole_of_its_header() -> None:
    proof = TokenProof(header="authorization", prefix="Bearer ", tokens=("tests-only-token-1", "tests-only-token-2"))

    def tell(text: str) -> bool:
        return holds(proof, Request(headers={"authorization": text}, body=BODY))

    assert tell("Bearer tests-only-token-1")
    assert tell("Bearer tests-only-token-2")
    for wrong in (
        "",
        "Bearer ",
        "tests-only-token-1",
        "Bearer tests-only-token-3",
        "bearer tests-only-token-1",
        "Bearer \xe9",
    ):
        assert not tell(wrong)


def certificate_proof(**changes: Any) -> CertificateProof:
    proof = CertificateProof(
        header="x-cert",
        certificates=(FINGERPRINT, "CN=120.zhengzhou,O=ZZ120"),
        proxies=TrustedProxies("10.0.0.1, 192.168.0.0/24"),
        verified_header="x-verify",
    )
    return replace(proof, **changes)


def told_by(peer: str | None, certificate: str = FINGERPRINT, verified: str = "SUCCESS") -> Request:
    return Request(headers={"x-cert": certificate, "x-verify": verified}, body=BODY, peer=peer)


def test_only_a_trusted_proxy_tells_a_certificate() -> None:
    proof = certificate_proof()

    for peer in ("10.0.0.1", "192.168.0.77", "::ffff:10.0.0.1"):
        assert holds(proof, told_by(peer))
    for peer in ("10.0.0.2", "127.0.0.1", "", "unix", None):
        assert not holds(proof, told_by(peer))
    assert not holds(certificate_proof(proxies=TrustedProxies("*")), told_by("10.0.0.1"))


def test_a_certificate_is_known_however_its_fingerprint_is_written() -> None:
    proof = certificate_proof()
    with_colons = ":".join(FINGERPRINT[at : at + 2] for at in range(0, 64, 2)).upper()

    for told in (FINGERPRINT, FINGERPRINT.upper(), with_colons, f"sha256:{FINGERPRINT}", "CN=120.zhengzhou,O=ZZ120"):
        assert holds(proof, told_by("10.0.0.1", told))
    for told in ("", "0" * 64, "CN=120.zhengzhou", f"{FINGERPRINT}, {FINGERPRINT}", "cn=120.zhengzhou,o=zz120"):
        assert not holds(proof, told_by("10.0.0.1", told))


def test_a_certificate_that_the_proxy_found_not_to_hold_counts_for_nothing() -> None:
    for verified in ("FAILED:expired", "NONE", "", "SUCCESS, SUCCESS"):
        assert not holds(certificate_proof(), told_by("10.0.0.1", verified=verified))


def test_nothing_that_proves_is_shown() -> None:
    shown = repr([hmac_proof(), TokenProof(header="a", tokens=("tests-only-token-1",))])

    assert "tests-only" not in shown
