"""What a receiver's answer means for a callback, and when the next attempt is due."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

LONGEST_PAUSE_S = 900.0
"""After an outage the receiver is up to date within this time (assumption)."""


class Outcome(StrEnum):
    DELIVERED = "delivered"
    RETRIED = "retried"
    DEAD = "dead"


PASSING_4XX = frozenset({401, 403, 404, 407, 408, 409, 421, 423, 425, 429})
"""Of the door, not of the message: a secret being changed, a path not yet deployed, a limit. The other 4xx say that
this message will never be taken, 410 that none will."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrying:
    """first_pause_s doubles with each attempt up to 15 minutes; after give_up_s the next failure is the last."""

    first_pause_s: float = 1.0
    give_up_s: float = 86_400.0
    timeout_s: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """status: None where there was no answer; `error` says why, in words without addresses or secrets."""

    status: int | None
    error: str
    retry_after_s: float | None = None


def judge(status: int | None) -> Outcome:
    """2xx delivers; most other 4xx end it at once; all else, a redirect too, is tried again."""
    if status is not None and 200 <= status < 300:
        return Outcome.DELIVERED
    if status is not None and 400 <= status < 500 and status not in PASSING_4XX:
        return Outcome.DEAD
    return Outcome.RETRIED


def next_attempt_at(
    answer: Answer, *, attempts: int, since: datetime, now: datetime, rules: Retrying, rng: random.Random
) -> datetime | None:
    """When to try again after `attempts` failures; None when the day since it was written is over.

    The pause doubles and is shortened at random by up to a half, so that many do not come back in one moment; a
    Retry-After is honoured within the day, whose end brings one last attempt.
    """
    end = since + timedelta(seconds=rules.give_up_s)
    if now >= end:
        return None
    doubled_s = rules.first_pause_s * 2.0 ** min(attempts - 1, 32)
    pause_s = min(doubled_s, LONGEST_PAUSE_S) * rng.uniform(0.5, 1.0)
    pause_s = min(max(pause_s, answer.retry_after_s or 0.0), rules.give_up_s)
    return min(now + timedelta(seconds=pause_s), end)


def find_retry_after_s(header: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, as a number or as a date; None where there is none to read."""
    if not header:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        # More digits than this is no waiting time, and might not be a number a clock can hold.
        return float(text) if len(text) <= 9 else None
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())
