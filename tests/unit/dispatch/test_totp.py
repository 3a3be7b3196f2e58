"""One-time codes of an authenticator app: which count when, each once; and what people type."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.people.totp import as_typed, find_step, new_recovery_codes, new_secret, qr_svg, uri_of

# RFC 6238, appendix B: the SHA-1 vectors of the key "12345678901234567890", the last six of their eight digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]
NOON = datetime(2026, 1, 5, 4, tzinfo=UTC)
STEP = timedelta(seconds=30)


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(("seconds", "code"), RFC_VECTORS)
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert find_step(RFC_SECRET, code, at(seconds), after=None) == seconds // 30


@given(seconds=st.integers(1_700_000_000, 2_500_000_000), steps=st.integers(-4, 4))
def test_a_code_counts_in_its_half_minute_and_the_one_on_either_side(seconds: int, steps: int) -> None:
    secret = new_secret()
    code = pyotp.TOTP(secret).at(seconds + 30 * steps)

    step = find_step(secret, code, at(seconds), after=None)

    # One code in a million is also that of another step.
    assert (step is not None and pyotp.TOTP(secret).at(step * 30) == code) or (step is None and abs(steps) > 1)


@given(seconds=st.integers(1_700_000_000, 2_500_000_000))
def test_a_code_that_was_used_and_every_older_one_counts_no_more(seconds: int) -> None:
    totp = pyotp.TOTP(RFC_SECRET)
    step = find_step(RFC_SECRET, totp.at(seconds), at(seconds), after=None)
    assert step is not None

    assert find_step(RFC_SECRET, totp.at(seconds), at(seconds + 29), after=step) in {None, step + 1}
    assert find_step(RFC_SECRET, totp.at(seconds - 30), at(seconds), after=step) in {None, step + 1}


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "密码密码密码", "٠٠٠٠٠٠", "0" * 64])
def test_what_is_no_code_is_none_of_them(code: str) -> None:
    assert find_step(RFC_SECRET, code, NOON, after=None) is None


@pytest.mark.parametrize("typed", ["287082", " 287 082 ", "287-082", "２８７０８２"])
def test_a_code_is_known_however_it_is_typed(typed: str) -> None:
    assert as_typed(typed) == "287082"


def test_recovery_codes_are_ten_and_all_different_and_known_in_capitals_too() -> None:
    codes = new_recovery_codes()

    assert len({*codes, *new_recovery_codes()}) == 20
    assert {len(as_typed(code)) for code in codes} == {16}
    assert as_typed(codes[0].upper().replace("-", " ")) == as_typed(codes[0])


def test_an_app_reads_whose_account_it_is_from_the_picture() -> None:
    secret = new_secret()
    uri = uri_of(secret, "张三@郑州")

    parsed = pyotp.parse_uri(uri)
    assert isinstance(parsed, pyotp.TOTP)
    assert (parsed.secret, parsed.name, parsed.issuer) == (secret, "张三@郑州", "Rescue Circle")
    assert qr_svg(uri).startswith("<svg")
