"""Has work done by another process, which knows nothing that is secret here, while the event loop goes on."""

import asyncio
import os
import sys

REFUSED = 3
"""The process's exit code where what it wrote says what to do."""


class ChildRefused(Exception):
    """It says why, and what to do."""


class ChildFailed(Exception):
    """It ended otherwise, or took too long; `exit_code` as the system tells it."""

    def __init__(self, exit_code: int) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code


async def answer_of(module: str, job: bytes, *, passes_on: tuple[str, ...], limit_s: float) -> bytes:
    """What the module, run as a process of its own, writes when it is given the job.

    passes_on: beginnings of the names of what it is told of this process's environment. limit_s: real seconds.

    Raises:
        ChildRefused, ChildFailed
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", module),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name.startswith(passes_on)},
    )
    try:
        told, _ = await asyncio.wait_for(child.communicate(job), limit_s)
    except TimeoutError:
        told = b""
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode == REFUSED:
        raise ChildRefused(told.decode().strip())
    if child.returncode:
        raise ChildFailed(child.returncode)
    return told
