"""Waiting for a condition instead of for luck."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_S = 20.0
PAUSE_S = 0.02


def eventually(look: Callable[[], T]) -> T:
    """The first true value of `look()`; fails when there is none in good time."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(PAUSE_S)
    raise AssertionError(f"{look} stayed false for {PATIENCE_S:g} s")
