"""How far a phone's clock is off, as far as what it says tells: its positions are dated by it, and half an hour is the
difference between somebody who is rung and somebody who never is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

TOLERANCE_S = 60.0
"""A clock that is off by less is right enough, and a position that is older by less may be under way (assumption)."""

IN_STEP_S = 5.0
"""Two fixes that are told in step with their making are no kept ones (assumption: how unevenly a line delivers)."""

WATCHED_S = 10.0
"""How long they must have been in step: kept fixes are sent in a moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """When something was observed, by our clock. off_s: seconds by which the phone's clock is ahead of ours, negative
    where it is behind; None where it is right, as far as is known."""

    observed_at: datetime
    off_s: float | None


class PhoneClock:
    """One connection's."""

    def __init__(self) -> None:
        self._scale = 1.0
        self._off_s: float | None = None
        self._late: tuple[datetime, datetime] | None = None

    def date(
        self, observed_at: datetime, *, sent_at: datetime | None, received_at: datetime, speed: float = 1.0
    ) -> Dated:
        """When that was, never later than now. observed_at, sent_at: the phone's word; `sent_at` tells for certain what
        two positions can only suggest. speed: of the service's clock, whose seconds are so much shorter."""
        self._scale = max(1.0, speed)
        if sent_at is not None:
            self._off_s = self._beyond_tolerance((sent_at - received_at).total_seconds())
        else:
            self._off_s = self._suggested_off_s((observed_at - received_at).total_seconds(), observed_at, received_at)
        ours = observed_at - timedelta(seconds=self._off_s or 0.0)
        return Dated(observed_at=min(ours, received_at), off_s=self._off_s)

    def _suggested_off_s(self, ahead_s: float, observed_at: datetime, received_at: datetime) -> float | None:
        if self._beyond_tolerance(ahead_s) is None:
            self._late = None
            return None
        if ahead_s > 0:
            # What was observed is past: the newest of its observations says the least by which the clock is ahead.
            return max(ahead_s, self._off_s or 0.0)
        if self._off_s is not None and self._off_s < 0:
            return max(ahead_s, self._off_s)
        if self._late is not None and self._is_in_step(observed_at, received_at, *self._late):
            return ahead_s
        if self._late is None or not self._may_be_in_step(observed_at, received_at, *self._late):
            self._late = (observed_at, received_at)
        # Older by a good deal: kept while there was no line, or told by a clock that is behind.
        return None

    def _is_in_step(self, observed_at: datetime, received_at: datetime, observed: datetime, received: datetime) -> bool:
        watched = (received_at - received).total_seconds() >= WATCHED_S * self._scale
        return watched and self._may_be_in_step(observed_at, received_at, observed, received)

    def _may_be_in_step(
        self, observed_at: datetime, received_at: datetime, observed: datetime, received: datetime
    ) -> bool:
        apart_s = ((received_at - received) - (observed_at - observed)).total_seconds()
        return abs(apart_s) <= IN_STEP_S * self._scale

    def _beyond_tolerance(self, off_s: float) -> float | None:
        return off_s if abs(off_s) > TOLERANCE_S * self._scale else None
