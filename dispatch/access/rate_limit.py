"""How often something may happen: so many at once, and so many a second on the long run.

Ours, because the library at hand (`limits`) knows windows but no token bucket, and its memory of keys has no bound.
"""

from collections import OrderedDict
from dataclasses import dataclass

MAX_KEYS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`burst` at once, `per_s` a second on the long run."""

    per_s: float
    burst: int


class RateLimiter:
    """A token bucket for each key, with the time passed in. Remembers at most `max_keys`, those used last.

    A bucket is one number: when it will be full again (the "generic cell rate algorithm" of ATM networks).
    """

    def __init__(self, rate: Rate, *, max_keys: int = MAX_KEYS) -> None:
        self._pause_s = 1.0 / rate.per_s
        self._slack_s = (rate.burst - 1) * self._pause_s
        self._max_keys = max_keys
        self._full_at_s: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at_s)

    def forget(self, key: str) -> None:
        """What has happened under this key counts no longer."""
        self._full_at_s.pop(key, None)

    def wait_s(self, key: str, now_s: float) -> float:
        """0 where it may happen now, and it is counted; else the seconds until it may, and nothing is counted."""
        full_at_s = max(self._full_at_s.get(key, now_s), now_s)
        wait_s = full_at_s - now_s - self._slack_s
        # The tolerance is for the rounding of sums, so that who waits as told is let in.
        if wait_s > 1e-6:
            return wait_s
        self._full_at_s[key] = full_at_s + self._pause_s
        self._full_at_s.move_to_end(key)
        if len(self._full_at_s) > self._max_keys:
            self._full_at_s.popitem(last=False)
        return 0.0
