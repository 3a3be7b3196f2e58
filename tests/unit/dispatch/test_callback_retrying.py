"""What a receiver's answer means for a callback, and when it is tried again."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from dispatch.callbacks.retrying import (
    LONGEST_PAUSE_S,
    Answer,
    Outcome,
    Retrying,
    find_retry_after_s,
    judge,
    next_attempt_at,
)
from dispatch.callbacks.targets import CallbackTarget

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
RULES = Retrying()
DAY = timedelta(days=1)
FAILED = Answer(status=500, error="HTTP 500")


def due(attempts: int, *, now: datetime = NOON, answer: Answer = FAILED, seed: int = 1) -> datetime | None:
    return next_attempt_at(answer, attempts=attempts, since=NOON, now=now, rules=RULES, rng=random.Random(seed))


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_delivers(status: int) -> None:
    assert judge(status) is Outcome.DELIVERED


@pytest.mark.parametrize("status", [400, 405, 410, 413, 415, 422, 451])
def test_a_refusal_of_the_message_itself_is_final(status: int) -> None:
    assert judge(status) is Outcome.DEAD


@pytest.mark.parametrize("status", [None, 301, 302, 307, 401, 403, 404, 408, 409, 425, 429, 500, 502, 503, 504, 599])
def test_a_fault_that_may_pass_is_tried_again(status: int | None) -> None:
    assert judge(status) is Outcome.RETRIED


@given(st.integers(1, 10_000), st.integers(0, 1000))
def test_the_pause_doubles_up_to_its_limit_and_jitter_takes_at_most_half_of_it(attempts: int, seed: int) -> None:
    at = due(attempts, seed=seed)

    assert at
    full_s = min(2.0 ** min(attempts - 1, 30), LONGEST_PAUSE_S)
    assert timedelta(seconds=full_s / 2) <= at - NOON <= timedelta(seconds=full_s)


def test_a_day_of_failures_has_some_hundred_attempts_and_ends() -> None:
    now, attempts, rng = NOON, 1, random.Random(1)
    while at := next_attempt_at(FAILED, attempts=attempts, since=NOON, now=now, rules=RULES, rng=rng):
        assert at > now
        now, attempts = at, attempts + 1

    assert now == NOON + DAY
    assert 100 < attempts < 250


@given(st.floats(0, 1e9))
def test_retry_after_is_waited_for_but_never_past_the_day(asked_s: float) -> None:
    at = due(1, answer=Answer(status=429, error="HTTP 429", retry_after_s=asked_s))

    assert at
    assert NOON + min(timedelta(seconds=asked_s), DAY) <= at + timedelta(microseconds=1)
    assert at <= NOON + DAY


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 120 ", 120.0),
        ("Mon, 05 Jan 2026 12:00:30 GMT", 30.0),
        ("Mon, 05 Jan 2026 11:00:00 GMT", 0.0),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
        ("٣", None),
        ("9" * 400, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date_and_nonsense_is_ignored(
    header: str | None, seconds: float | None
) -> None:
    assert find_retry_after_s(header, NOON) == seconds


@given(st.text(max_size=60))
def test_no_retry_after_can_break_the_deliverer(header: str) -> None:
    asked_s = find_retry_after_s(header, NOON)

    assert asked_s is None or asked_s >= 0
    assert due(1, answer=Answer(status=503, error="", retry_after_s=asked_s))


def test_a_receiver_in_the_middle_of_a_change_can_check_with_the_old_secret_and_the_new() -> None:
    secrets = ("whsec_bmV3LXNlY3JldC1vZi10aGUtdGVzdHM=", "whsec_b2xkLXNlY3JldC1vZi10aGUtdGVzdHM=")
    target = CallbackTarget(url="http://localhost/", secrets=secrets)
    body = '{"a": "中原路"}'

    headers = target.headers("cb_1_1", body, datetime.now(UTC))

    for secret in secrets:
        Webhook(secret).verify(body, headers)


def test_secrets_are_not_shown() -> None:
    assert "whsec" not in repr(CallbackTarget(url="http://localhost/", secrets=("whsec_abc",)))
