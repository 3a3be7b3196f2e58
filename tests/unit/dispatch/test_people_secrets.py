"""How a session's secret gives way to the next, and which words the version of the consent stands for."""

import hashlib
import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import pytest

from dispatch.people.consent import CHINESE, CONSENT_VERSION, ENGLISH
from dispatch.people.passwords import Passwords, hash_password
from dispatch.people.refusals import BadAccount
from dispatch.people.secrets import GRACE, HeldSession, SessionKeys, Shown, Turn, digest, new_code

NOON = datetime(2026, 1, 5, 4, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
OLD, NEW = "a secret that signs tokens, of some length", "another secret that signs tokens"
KEYS = SessionKeys(OLD)
HELD = HeldSession(
    session_id="s",
    generation=5,
    secret_digest=digest(KEYS.make("s", 5).secret),
    previous_digest=digest(KEYS.make("s", 4).secret),
    rotated_at=NOON,
    expires_at=NOON + timedelta(hours=16),
)


@pytest.mark.parametrize(
    ("shown", "at", "turn"),
    [
        (KEYS.make("s", 5), NOON, Turn.ROTATE),
        (KEYS.make("s", 5), HELD.expires_at - MOMENT, Turn.ROTATE),
        (KEYS.make("s", 5), HELD.expires_at, Turn.END),
        (KEYS.make("s", 4), NOON + GRACE, Turn.REPEAT),
        (KEYS.make("s", 4), NOON + GRACE + MOMENT, Turn.END),
        (KEYS.make("s", 3), NOON, Turn.END),
        (KEYS.make("s", 9), NOON, Turn.RESTORED),
        (KEYS.make("t", 9), NOON, Turn.END),
        (Shown(session_id="s", generation=9, secret=KEYS.make("s", 3).secret), NOON, Turn.END),
        (Shown(session_id="s", generation=9, secret="\ud800"), NOON, Turn.END),
        (SessionKeys(NEW).make("s", 9), NOON, Turn.END),
    ],
)
def test_what_becomes_of_a_session_when_a_secret_is_shown(shown: Shown, at: datetime, turn: Turn) -> None:
    assert KEYS.judge(HELD, replace(shown, session_id="s"), at) is turn


def test_a_new_session_has_no_secret_before_its_first() -> None:
    nothing = Shown(session_id="s", generation=0, secret="")

    assert KEYS.judge(replace(HELD, previous_digest=""), nothing, NOON) is Turn.END


def test_sessions_outlive_a_change_of_the_secret_that_signs_tokens() -> None:
    while_both_hold, later = SessionKeys(NEW, OLD), SessionKeys(NEW)

    assert later.judge(HELD, KEYS.make("s", 5), NOON) is Turn.ROTATE
    assert while_both_hold.judge(HELD, KEYS.make("s", 9), NOON) is Turn.RESTORED
    assert while_both_hold.make("s", 6) == later.make("s", 6) != KEYS.make("s", 6)


def test_a_cookie_is_read_as_it_was_written_and_nothing_else_is() -> None:
    shown = KEYS.make(new_code(), 12)

    assert Shown.read(shown.cookie) == shown
    for other in ("", "x", "x.y", "x.y.z", "..", "x.1.", ".1.z", "x.-1.z", "x.²4.z", f"x.{'9' * 10}.z"):
        assert Shown.read(other) is None
    assert shown.secret not in repr(shown)


def test_codes_are_random_and_fit_into_an_address() -> None:
    made = {new_code() for _ in range(100)}

    assert len(made) == 100
    assert all(len(one) >= 22 and one.replace("-", "").replace("_", "").isascii() for one in made)


WORDS = {"2026-11": "89c4c427b4df7150", "2026-12": "85b19cb528236eee"}


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
