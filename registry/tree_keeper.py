"""Keeps the trees of what is registered true to the live picture, on a thread that does nothing else."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from registry.directory import Directory

EVERY_S = 20.0
"""Until a tree that has changed is built anew: a home that was erased must have left it within 60 s."""


async def keep_trees(directory: Directory, *, every_s: float = EVERY_S) -> None:
    """Build each tree anew that differs from the live picture, until cancelled."""
    with ThreadPoolExecutor(1, thread_name_prefix="trees") as builder:
        while True:
            await asyncio.sleep(every_s)
            for index in directory.trees:
                if index.has_changed:
                    rebuild = index.begin_rebuild()
                    await asyncio.get_running_loop().run_in_executor(builder, rebuild.build)
                    index.adopt(rebuild)
