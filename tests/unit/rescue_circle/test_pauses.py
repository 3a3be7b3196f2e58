"""The collector works between calls, and in the middle of one only where it must."""

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from rescue_circle.pauses import MANY, begin, collect_meanwhile, keep_pauses_quiet, set_aside, set_aside_unseen
from tests.support.waiting import until


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    before = gc.get_threshold()
    set_aside()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


class Ring:
    """Garbage that only the collector can take away."""

    def __init__(self) -> None:
        self.own = self


def litter() -> weakref.ref[Ring]:
    return [weakref.ref(Ring()) for _ in range(2 * MANY)][-1]


async def test_what_calls_leave_behind_is_collected_when_none_is_being_taken() -> None:
    at_work = [True]
    asked: list[bool] = []

    def is_at_work() -> bool:
        asked.append(True)
        return at_work[0]

    keeping = asyncio.create_task(keep_pauses_quiet(is_quiet=lambda: False, is_at_work=is_at_work))
    garbage = litter()
    try:
        await until(lambda: len(asked) >= 2)
        assert garbage() is not None, "a call is being taken"

        at_work[0] = False
        await until(lambda: garbage() is None)
    finally:
        keeping.cancel()


def test_what_a_start_leaves_behind_is_not_looked_at_before_the_first_quiet_minute() -> None:
    begin()
    left = litter()
    assert not gc.isenabled()
    set_aside_unseen()
    gc.collect()
    assert gc.isenabled()
    assert left() is not None

    set_aside()
    assert left() is None


def test_a_start_that_has_to_wait_keeps_nothing_of_its_attempts() -> None:
    begin()
    collect_meanwhile()
    left = litter()
    gc.collect()
    assert left() is None
