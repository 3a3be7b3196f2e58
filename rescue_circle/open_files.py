"""As many open files as the system allows, since each stream is one, and one line in the log when they run out."""

import asyncio
import math
import resource
from typing import Any

import structlog

from registry.storage.watched_database import is_out_of_files

log = structlog.get_logger(__name__)

REPEAT_S = 60.0


def allow_all() -> None:
    """Raise this process's own limit up to the one that only an administrator can raise; shells begin with 1,024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def tell_once_when_out(loop: asyncio.AbstractEventLoop) -> None:
    """Instead of asyncio, which then tries to accept two thousand times a second and shows a traceback each time."""
    told_at_s = -math.inf

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        nonlocal told_at_s
        if not is_out_of_files(context.get("exception")):
            loop.default_exception_handler(context)
        elif loop.time() - told_at_s >= REPEAT_S:
            told_at_s = loop.time()
            log.error("out_of_files", limit=resource.getrlimit(resource.RLIMIT_NOFILE)[0])

    loop.set_exception_handler(handle)
