"""A thread for what a console asks for and a call must not wait behind: ways, areas, long searches."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class SideThread:
    """One thread, so that one set of search buffers serves all of it and a busy console takes one processor at most.

    Its work may read the walk network, which never changes, and nothing that the event loop owns.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="console")

    async def run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)
