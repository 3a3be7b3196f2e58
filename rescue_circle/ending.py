"""How the service ends in time: each step has its share of it, and one that takes longer is named and left behind.

Container engines kill a process ten seconds after SIGTERM. Whatever must not be lost is durable long before; what is
left behind here is at most half a second of receipts and positions.
"""

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger(__name__)

LIMIT_S = 9.5
FORCED = 1
"""The exit code of a process that did not end by itself."""


class Ending:
    """`begin` when the service is told to end; a thread sees to it that it does, whatever then still hangs."""

    def __init__(self, *, limit_s: float = LIMIT_S, leave: Callable[[int], object] = os._exit) -> None:
        self._limit_s = limit_s
        self._leave = leave
        self._began_s: float | None = None
        self._step = "begin"
        self._left_behind: list[str] = []

    def begin(self) -> None:
        """From now on the time counts."""
        if self._began_s is not None:
            return
        self._began_s = time.monotonic()
        threading.Thread(target=self._watch, name="ending", daemon=True).start()

    async def step(self, name: str, work: Awaitable[object], limit_s: float) -> None:
        """Wait for `work` as long as it may take and as time is left; its failure keeps nothing else from ending."""
        self._step = name
        began_s = time.monotonic()
        task = asyncio.ensure_future(work)
        done, _ = await asyncio.wait({task}, timeout=min(limit_s, self._left_s))
        if not done:
            task.cancel()
            self._left_behind.append(name)
            log.warning("shutdown_step_left_behind", step=name, after_s=round(time.monotonic() - began_s, 1))
        elif not task.cancelled() and (error := task.exception()):
            log.error("shutdown_step_failed", step=name, exc_info=error)

    def end(self) -> None:
        """All steps are over. The interpreter would wait for the threads of those that were left behind: do not."""
        self._step = "threads"
        if self._began_s is not None:
            log.info("ended", took_s=round(time.monotonic() - self._began_s, 2), left_behind=self._left_behind)
        if self._left_behind:
            self._leave(0)

    @property
    def _left_s(self) -> float:
        return self._limit_s if self._began_s is None else max(0.0, self._began_s + self._limit_s - time.monotonic())

    def _watch(self) -> None:
        time.sleep(self._limit_s)
        log.error("shutdown_forced", step=self._step, after_s=self._limit_s)
        self._leave(FORCED)
