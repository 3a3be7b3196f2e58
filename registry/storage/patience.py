"""Waits for a database so long and no longer, and leaves what has not ended by then to end by itself.

The work runs in the task of who waits: a task of its own would cost every call two turns of the event loop.
"""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from functools import partial
from types import coroutine
from typing import Any, TypeVar

SLICE_S = 0.1
"""Of a longer pause than this between two looks only so much counts: an answer that came while this process itself was
not served could not have been heard."""

T = TypeVar("T")
_Step = Callable[[], Any]


class Hangs(TimeoutError):
    """It took longer than it may."""


class Patience:
    """left_behind: given the task in which what was given up on is cancelled, which may take as long as it likes."""

    def __init__(self, left_behind: "Callable[[asyncio.Task[Any]], None]") -> None:
        self._left_behind = left_behind

    async def wait(self, work: Coroutine[Any, Any, T], limit_s: float) -> T:
        """What `work` returns; raises as it does.

        Raises:
            Hangs: nothing after `limit_s` seconds. Who is cancelled waits no longer than that for `work` to clear up.
        """
        limit = _Limit(limit_s)
        try:
            return await self._carried_out(work, partial(work.send, None), limit)
        except asyncio.CancelledError as error:
            if limit.is_over and limit.task.uncancel() <= limit.cancelled_before:
                raise Hangs(f"no answer in {limit_s:g} s") from error
            raise
        finally:
            limit.lift()

    @coroutine
    def _carried_out(self, work: Coroutine[Any, Any, T], step: _Step, limit: "_Limit | None") -> Generator[Any, Any, T]:
        """`work` from `step` on, as the event loop would carry it out, until the limit is reached."""
        while True:
            try:
                awaited = step()
            except StopIteration as done:
                result: T = done.value
                return result
            try:
                step = partial(work.send, (yield awaited))
            except GeneratorExit:
                work.close()
                raise
            except BaseException as error:
                if limit and limit.is_over and isinstance(error, asyncio.CancelledError):
                    # Not awaited: a driver may hang in its own cancellation just as it did in its work.
                    self._left_behind(asyncio.create_task(self._cancelled(work)))
                    raise
                step = partial(work.throw, error)

    async def _cancelled(self, work: Coroutine[Any, Any, T]) -> T:
        return await self._carried_out(work, partial(work.throw, asyncio.CancelledError()), None)


class _Limit:
    """Cancels the task that made it when the time is over."""

    def __init__(self, limit_s: float) -> None:
        self._loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("only a task can be made to wait no longer")
        self.task = task
        self.cancelled_before = task.cancelling()
        self.is_over = False
        self._slices = max(1, round(limit_s / SLICE_S))
        self._timer = self._loop.call_later(SLICE_S, self._look)

    def lift(self) -> None:
        self._timer.cancel()

    def _look(self) -> None:
        self._slices -= 1
        if self._slices:
            self._timer = self._loop.call_later(SLICE_S, self._look)
        else:
            self.is_over = True
            self.task.cancel()
