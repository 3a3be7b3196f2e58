"""How often something may happen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.access.integrations import Integration
from dispatch.access.rate_limit import Rate, RateLimiter
from dispatch.operations.limits import FAILURES, OPEN_DOORS, SIGN_INS, SIGN_INS_OF_ACCOUNT, Limits, TooMany, network_of

rates = st.builds(Rate, per_s=st.floats(0.1, 100), burst=st.integers(1, 20))


@given(rates, st.lists(st.floats(0, 5), min_size=1, max_size=100))
def test_in_no_time_more_passes_than_the_burst_and_what_the_rate_allows(rate: Rate, pauses_s: list[float]) -> None:
    limiter, now_s, passed_at_s = RateLimiter(rate), 1000.0, []
    for pause_s in pauses_s:
        now_s += pause_s
        if limiter.wait_s("k", now_s) == 0:
            passed_at_s.append(now_s)

    for first, began_s in enumerate(passed_at_s):
        for last, ended_s in enumerate(passed_at_s[first:], start=1):
            assert last <= rate.burst + (ended_s - began_s) * rate.per_s + 1e-3


@given(rates, st.integers(0, 50))
def test_who_waits_as_long_as_told_is_let_in(rate: Rate, tries: int) -> None:
    limiter = RateLimiter(rate)
    for _ in range(tries):
        limiter.wait_s("k", 5.0)

    wait_s = limiter.wait_s("k", 5.0)

    assert (wait_s > 0) is (tries >= rate.burst)
    assert wait_s <= 1 / rate.per_s + 1e-6
    assert wait_s == 0 or limiter.wait_s("k", 5.0 + wait_s) == 0


def test_one_key_takes_nothing_from_another_and_memory_stays_bounded() -> None:
    limiter = RateLimiter(Rate(per_s=1, burst=1), max_keys=100)

    assert all(limiter.wait_s(str(number), 0.0) == 0 for number in range(100_000))
    assert len(limiter) == 100
    assert limiter.wait_s("99999", 0.5) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("", "unknown"),
        (None, "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_an_address_counts_by_the_network_that_one_subscriber_has(host: str | None, network: str) -> None:
    assert network_of(host) == network


def limits(now: list[float]) -> Limits:
    centres = [Integration(name=name, secrets=(), messages_per_minute=60) for name in ("120", "zhongmou")]
    return Limits(centres, now_s=lambda: now[0])


def test_an_integration_that_runs_wild_is_told_when_to_go_on_and_takes_nothing_from_others() -> None:
    now = [0.0]
    several = limits(now)
    for _ in range(60):
        several.take_message("120")

    with pytest.raises(TooMany) as refused:
        several.take_message("120")
    several.take_message("zhongmou")
    now[0] += refused.value.retry_after_s
    several.take_message("120")

    assert refused.value.code == "too_many_messages"
    assert refused.value.retry_after_s == 1


def test_a_name_waits_after_many_attempts_until_the_right_password_comes() -> None:
    now = [0.0]
    several = limits(now)
    for _ in range(SIGN_INS.burst):
        several.signs_in("desk-1", "192.0.2.7")

    with pytest.raises(TooMany) as refused:
        several.signs_in("desk-1", "192.0.2.7")
    several.signs_in("desk-2", "192.0.2.7")
    several.signs_in("desk-1", "192.0.2.8")
    now[0] += refused.value.retry_after_s
    several.signs_in("desk-1", "192.0.2.7")
    several.signed_in("desk-1", "192.0.2.7")
    for _ in range(SIGN_INS.burst):
        several.signs_in("desk-1", "192.0.2.7")

    assert refused.value.code == "too_many_sign_ins"


@pytest.mark.parametrize("door", OPEN_DOORS)
def test_an_open_door_is_closed_for_a_while_to_who_comes_too_often(door: str) -> None:
    several = limits([0.0])
    for _ in range(OPEN_DOORS[door].burst):
        several.take(door, "192.0.2.7")

    with pytest.raises(TooMany):
        several.take(door, "192.0.2.7")
    several.take(door, "192.0.2.8")


def test_failures_of_one_address_are_not_held_against_another() -> None:
    several = limits([0.0])
    for _ in range(FAILURES.burst):
        several.authentication_failed("192.0.2.7")

    with pytest.raises(TooMany, match="authentications"):
        several.authentication_failed("192.0.2.7")
    several.authentication_failed("192.0.2.8")


def test_guesses_from_everywhere_at_one_account_are_slowed_and_lock_nobody_out_who_sits_where_they_always_do() -> None:
    several = limits([0.0])
    several.signs_in("desk-1", "192.0.2.7")
    several.signed_in("desk-1", "192.0.2.7")

    def is_refused(number: int) -> bool:
        try:
            several.signs_in("desk-1", f"198.51.100.{number}")
        except TooMany:
            return True
        return False

    refused = [is_refused(number) for number in range(3 * SIGN_INS_OF_ACCOUNT.burst)]

    assert refused.count(False) == SIGN_INS_OF_ACCOUNT.burst - 1
    several.signs_in("desk-1", "192.0.2.7")
    several.signs_in("desk-2", "198.51.100.1")
    with pytest.raises(TooMany):
        several.signs_in("desk-1", "192.0.2.8")
