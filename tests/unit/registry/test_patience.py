import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from registry.storage.patience import Hangs, Patience


class Left:
    """What was left behind."""

    def __init__(self) -> None:
        self.tasks: list[asyncio.Task[Any]] = []
        self.patience = Patience(self.tasks.append)


def run(story: Callable[[Left], Awaitable[None]]) -> None:
    async def told() -> None:
        await story(Left())

    asyncio.run(told())


def test_what_comes_in_time_is_returned_and_leaves_nothing_behind() -> None:
    async def work() -> tuple[str, object]:
        await asyncio.sleep(0)
        return "done", asyncio.current_task()

    async def story(left: Left) -> None:
        assert await left.patience.wait(work(), 5.0) == ("done", asyncio.current_task())
        assert not left.tasks

    run(story)


def test_a_failure_is_raised_as_it_is() -> None:
    async def work() -> None:
        await asyncio.sleep(0)
        raise ValueError("broken")

    async def story(left: Left) -> None:
        with pytest.raises(ValueError, match="broken"):
            await left.patience.wait(work(), 5.0)
        assert not left.tasks

    run(story)


def test_a_failure_that_is_waited_for_reaches_the_work_first() -> None:
    async def work(answer: asyncio.Future[None]) -> str:
        try:
            await answer
        except OSError:
            return "mended"
        return "unharmed"

    async def story(left: Left) -> None:
        answer = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(answer.set_exception, OSError("cut"))
        assert await left.patience.wait(work(answer), 5.0) == "mended"

    run(story)


def test_what_hangs_is_given_up_and_cancelled_behind_who_waited() -> None:
    async def story(left: Left) -> None:
        was_cancelled, may_end = asyncio.Event(), asyncio.Event()

        async def work() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                # As a driver does that hangs in its own cancellation.
                was_cancelled.set()
                await may_end.wait()

        with pytest.raises(Hangs):
            await left.patience.wait(work(), 0.1)
        task = asyncio.current_task()
        assert task
        assert not task.cancelling()
        await was_cancelled.wait()
        [behind] = left.tasks
        assert not behind.done()
        may_end.set()
        await asyncio.wait([behind])
        assert behind.cancelled()

    run(story)


async def cancelled_midway(left: Left, clear_up: Callable[[], Awaitable[object]], *, limit_s: float) -> None:
    """Somebody waits for work that never ends, and is cancelled; the work then clears up."""
    has_begun = asyncio.Event()

    async def work() -> None:
        try:
            has_begun.set()
            await asyncio.Event().wait()
        finally:
            await clear_up()

    waiting = asyncio.create_task(left.patience.wait(work(), limit_s))
    await has_begun.wait()
    waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled()


def test_who_is_cancelled_lets_the_work_clear_up() -> None:
    async def story(left: Left) -> None:
        cleared = asyncio.Event()

        async def clear_up() -> None:
            await asyncio.sleep(0)
            cleared.set()

        await cancelled_midway(left, clear_up, limit_s=60.0)
        assert cleared.is_set()
        assert not left.tasks

    run(story)


def test_who_is_cancelled_does_not_wait_for_ever() -> None:
    async def story(left: Left) -> None:
        may_end = asyncio.Event()
        await cancelled_midway(left, may_end.wait, limit_s=0.2)
        [behind] = left.tasks
        may_end.set()
        await asyncio.wait([behind])

    run(story)


def test_a_limit_within_the_work_is_the_works_own() -> None:
    async def work() -> str:
        try:
            async with asyncio.timeout(0.01):
                await asyncio.Event().wait()
        except TimeoutError:
            return "tried something else"
        return "never"

    async def story(left: Left) -> None:
        assert await left.patience.wait(work(), 60.0) == "tried something else"
        assert not left.tasks

    run(story)
