"""A sign-in that is held in a cookie: known again, for a while, with its own state, by whoever has the key."""

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.oidc.flow import GOOD_FOR, Flows

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
FLOWS = Flows("a secret of this service's own here")


def test_a_flow_is_known_again_with_all_that_went_to_the_provider() -> None:
    flow = FLOWS.begin(NOW)

    assert FLOWS.find(flow.cookie, flow.state, NOW + GOOD_FOR) == flow


def test_two_sign_ins_share_nothing_and_neither_shows_its_verifier() -> None:
    first, second = FLOWS.begin(NOW), FLOWS.begin(NOW)
    parts = [(one.cookie, one.state, one.nonce, one.code_verifier) for one in (first, second)]

    assert len({*parts[0], *parts[1]}) == 8
    # RFC 7636, section 4.1.
    assert re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", first.code_verifier)
    assert first.code_verifier not in repr(first)


def test_it_is_over_after_a_while_with_another_state_and_with_another_key() -> None:
    flow, other = FLOWS.begin(NOW), FLOWS.begin(NOW)

    assert FLOWS.find(flow.cookie, flow.state, NOW + GOOD_FOR + timedelta(seconds=1)) is None
    assert FLOWS.find(flow.cookie, other.state, NOW) is None
    assert Flows("another secret of another service!").find(flow.cookie, flow.state, NOW) is None


def test_a_sign_in_that_was_begun_before_the_secret_changed_goes_on() -> None:
    flow = FLOWS.begin(NOW)
    changed = Flows("the new secret, which signs from now on", "a secret of this service's own here")

    assert changed.find(flow.cookie, flow.state, NOW) == flow


def test_a_cookie_of_one_step_is_none_of_the_other() -> None:
    awaiting, flow = FLOWS.await_code("desk-1", NOW), FLOWS.begin(NOW)

    assert FLOWS.find_awaiting(awaiting, NOW + GOOD_FOR) == "desk-1"
    assert FLOWS.find_awaiting(awaiting, NOW + GOOD_FOR + timedelta(seconds=1)) is None
    assert FLOWS.find_awaiting(flow.cookie, NOW) is None
    assert FLOWS.find(awaiting, flow.state, NOW) is None


def test_another_account_cannot_be_written_into_a_cookie() -> None:
    awaiting = FLOWS.await_code("desk-1", NOW)
    begun, _, mac = awaiting.split(".")
    forged = ".".join((begun, base64.urlsafe_b64encode(b"chief").decode(), mac))

    assert FLOWS.find_awaiting(forged, NOW) is None


@given(cookie=st.text(max_size=600), state=st.text(max_size=60))
def test_whatever_a_stranger_sends_is_no_sign_in(cookie: str, state: str) -> None:
    assert FLOWS.find(cookie, state, NOW) is None
    assert FLOWS.find_awaiting(cookie, NOW) is None


@pytest.mark.parametrize("name", ["li", "李四", "x" * 64, "李" * 64])
def test_every_name_of_an_account_fits_into_the_cookie(name: str) -> None:
    assert FLOWS.find_awaiting(FLOWS.await_code(name, NOW), NOW) == name
