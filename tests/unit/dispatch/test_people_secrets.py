"""How a session's secret gives way to the next, and which words the version of the consent stands for."""

import hashlib
import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import pytest

from dispatch.people import secrets
from dispatch.people.consent import CHINESE, CONSENT_VERSION, ENGLISH
from dispatch.people.passwords import Passwords, hash_password
from dispatch.people.refusals import BadAccount
from dispatch.people.secrets import GRACE, HeldSession, Turn, judge, successor

NOON = datetime(2026, 1, 5, 4, tzinfo=UTC)
KEY = secrets.session_key("a secret that signs tokens, of some length")
MOMENT = timedelta(microseconds=1)
HELD = HeldSession(
    session_id="s",
    secret_digest=secrets.digest("now"),
    previous_digest=secrets.digest("before"),
    rotated_at=NOON,
    expires_at=NOON + timedelta(hours=16),
)


@pytest.mark.parametrize(
    ("secret", "at", "turn"),
    [
        ("now", NOON, Turn.ROTATE),
        ("now", HELD.expires_at - MOMENT, Turn.ROTATE),
        ("now", HELD.expires_at, Turn.END),
        ("before", NOON + GRACE, Turn.REPEAT),
        ("before", NOON + GRACE + MOMENT, Turn.END),
        ("long before", NOON, Turn.END),
        ("", NOON, Turn.END),
        ("\ud800", NOON, Turn.END),
    ],
)
def test_what_becomes_of_a_session_when_a_secret_is_shown(secret: str, at: datetime, turn: Turn) -> None:
    assert judge(HELD, secret, at) is turn


def test_a_new_session_has_no_secret_before_its_first() -> None:
    assert judge(replace(HELD, previous_digest=""), "", NOON) is Turn.END


def test_the_next_secret_is_always_the_same_and_depends_on_everything() -> None:
    following = successor(KEY, "s", "now")

    assert following == successor(KEY, "s", "now")
    assert len({following, successor(b"x", "s", "now"), successor(KEY, "t", "now"), successor(KEY, "s", "then")}) == 4
    assert len(following) >= 43
    assert secrets.session_key("a") != secrets.session_key("b")


def test_codes_and_secrets_are_random_and_fit_into_a_cookie_and_an_address() -> None:
    made = {make() for make in (secrets.new_code, secrets.new_secret) for _ in range(100)}

    assert len(made) == 200
    assert all(len(one) >= 22 and one.replace("-", "").replace("_", "").isalnum() for one in made)


WORDS = {"2026-11": "89c4c427b4df7150"}


def test_other_words_of_the_consent_have_another_version() -> None:
    words = json.dumps([asdict(CHINESE), asdict(ENGLISH)], ensure_ascii=False)

    assert WORDS.get(CONSENT_VERSION) == hashlib.sha256(words.encode()).hexdigest()[:16], "give it a new version"
    assert len(CHINESE.points) == len(ENGLISH.points)


async def test_only_the_password_fits_and_nobodys_never_does() -> None:
    passwords = Passwords()
    hashed = hash_password("a long night at the desk")

    assert await passwords.fits("a long night at the desk", hashed)
    for wrong, whose in [("another night at the desk", hashed), ("a long night at the desk", "no hash"), ("x", None)]:
        assert not await passwords.fits(wrong, whose)
    assert not await passwords.fits("nobody has this password", None)
    assert not await passwords.fits("\ud800 half a character", hashed)
    assert hashed.startswith("$argon2id$")


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 257])
def test_a_password_that_is_too_short_or_too_long_is_refused(password: str) -> None:
    with pytest.raises(BadAccount):
        hash_password(password)
