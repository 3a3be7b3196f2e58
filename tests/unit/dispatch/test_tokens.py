"""Which tokens are believed."""

import base64
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.access.tokens import AUDIENCE, Access, BadToken, Identity, TokenSigner, WeakSecret

SECRET = "unit-tests-only-secret-of-32-bytes-or-more"
SIGNER = TokenSigner(SECRET)


def claims(**changes: object) -> dict[str, object]:
    """Of a good token; a claim that is None is left out."""
    now = datetime.now(UTC)
    times = {"iat": now, "exp": now + timedelta(minutes=5)}
    fields: dict[str, object] = {"sub": "r1", "role": "volunteer", "aud": AUDIENCE, **times, **changes}
    return {name: value for name, value in fields.items() if value is not None}


def unsigned(body: dict[str, object]) -> str:
    parts = ({"alg": "none", "typ": "JWT"}, {**body, "iat": 1, "exp": 9_999_999_999})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, ""])


@given(st.sampled_from(Access), st.text(st.characters(codec="utf-8"), min_size=1))
def test_a_token_says_whose_it_is_and_in_which_role(access: Access, subject: str) -> None:
    token, expires_at = SIGNER.issue(Identity(subject=subject, access=access), ttl_s=60)

    assert SIGNER.check(token).identity == Identity(subject=subject, access=access)
    assert expires_at > datetime.now(UTC)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "forged",
        "a.b.c",
        "\x00",
        "ü.ü.ü",
        SIGNER.issue(Identity(subject="r1", access=Access.ADMIN), ttl_s=-1)[0],
        TokenSigner(SECRET + "!").issue(Identity(subject="r1", access=Access.ADMIN), ttl_s=60)[0],
        unsigned(claims()),
        jwt.encode(claims(), SECRET + "-made-longer-for-hs512-which-wants-64-bytes", algorithm="HS512"),
        jwt.encode(claims(aud="another-service"), SECRET, algorithm="HS256"),
        jwt.encode(claims(aud=None), SECRET, algorithm="HS256"),
        jwt.encode(claims(exp=None), SECRET, algorithm="HS256"),
        jwt.encode(claims(iat=None), SECRET, algorithm="HS256"),
        jwt.encode(claims(exp=10**20), SECRET, algorithm="HS256"),
        jwt.encode(claims(sub=None), SECRET, algorithm="HS256"),
        jwt.encode(claims(role=None), SECRET, algorithm="HS256"),
        jwt.encode(claims(role="emperor"), SECRET, algorithm="HS256"),
        jwt.encode(claims(role=["admin"]), SECRET, algorithm="HS256"),
        jwt.encode(claims(nbf=datetime.now(UTC) + timedelta(hours=1)), SECRET, algorithm="HS256"),
    ],
)
def test_a_token_that_is_expired_forged_or_not_ours_is_not_believed(token: str) -> None:
    with pytest.raises(BadToken):
        SIGNER.check(token)


def test_a_good_token_is_believed_so_that_the_others_are_refused_for_their_fault_alone() -> None:
    assert SIGNER.check(jwt.encode(claims(), SECRET, algorithm="HS256")).identity.subject == "r1"


def test_the_right_secret_with_another_algorithm_is_not_believed() -> None:
    long_secret = SECRET * 2
    token = jwt.encode(claims(), long_secret, algorithm="HS512")

    with pytest.raises(BadToken):
        TokenSigner(long_secret).check(token)


@given(st.integers(0, 200), st.characters(codec="utf-8"))
def test_a_token_with_one_character_changed_or_added_is_not_believed_for_more(place: int, character: str) -> None:
    token, _ = SIGNER.issue(Identity(subject="r1", access=Access.VOLUNTEER), ttl_s=60)
    changed = token[:place] + character + token[place + 1 :]

    try:
        identity = SIGNER.check(changed).identity
    except BadToken:
        return
    # The last character of a base64 text has spare bits; the claims are still those that were signed.
    assert identity == Identity(subject="r1", access=Access.VOLUNTEER)


@pytest.mark.parametrize("secret", ["", "short", "x" * 31])
def test_a_secret_too_short_to_be_one_is_refused(secret: str) -> None:
    with pytest.raises(WeakSecret, match="RESCUE_TOKEN_SECRET"):
        TokenSigner(secret)


def test_a_secret_is_measured_in_bytes() -> None:
    assert TokenSigner("圈" * 11)


def test_while_the_secret_changes_tokens_of_both_are_believed_and_the_new_one_signs() -> None:
    new = SECRET + "-new"
    both = TokenSigner(new, SECRET)
    of_old, _ = SIGNER.issue(Identity(subject="r1", access=Access.VOLUNTEER), ttl_s=60)
    of_both, _ = both.issue(Identity(subject="r1", access=Access.VOLUNTEER), ttl_s=60)

    assert both.check(of_old).identity == both.check(of_both).identity == TokenSigner(new).check(of_both).identity
    with pytest.raises(BadToken):
        SIGNER.check(of_both)


def test_a_token_lasts_no_longer_than_the_one_it_was_asked_for_with() -> None:
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=90)
    somebody = Identity(subject="r1", access=Access.VOLUNTEER)

    token, expires_at = SIGNER.issue(somebody, ttl_s=3600, not_after=soon)
    _, of_itself = SIGNER.issue(somebody, ttl_s=1, not_after=soon)

    assert expires_at == SIGNER.check(token).expires_at == soon
    assert of_itself < soon


def test_a_token_depends_on_the_desk_that_shows_it_and_on_the_one_that_issued_it() -> None:
    def answerable(subject: str, access: Access, issued_by: str = "") -> tuple[str, ...]:
        token, _ = SIGNER.issue(Identity(subject=subject, access=access, issued_by=issued_by), ttl_s=60)
        return SIGNER.check(token).identity.answerable

    assert answerable("desk-1", Access.DISPATCHER) == ("desk-1",)
    assert answerable("ghost", Access.ADMIN, "boss") == ("ghost", "boss")
    assert answerable("r1", Access.VOLUNTEER, "officer") == ("officer",)
    assert answerable("r1", Access.VOLUNTEER) == answerable("day", Access.SIMULATOR) == ()
