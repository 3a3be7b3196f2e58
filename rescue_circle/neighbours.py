"""Says so when another service is at work on the same database: only the one that took a call rings phones for it."""

import asyncio

import structlog
from prometheus_client import Gauge

from dispatch.operations.metrics import Metrics
from registry.storage.sole_service import SoleService

log = structlog.get_logger(__name__)

LOOK_S = 10.0
START_LIMIT_S = 2.0
"""A start does not wait longer for the answer: it comes later."""


class Neighbours:
    """is_alone: what was seen last."""

    def __init__(self, lock: SoleService) -> None:
        self._lock = lock
        self.is_alone = True

    def show(self, metrics: Metrics) -> None:
        Gauge(
            "rescue_another_service",
            "1 while another service is at work on the same database.",
            registry=metrics.registry,
        ).set_function(lambda: not self.is_alone)

    async def look(self) -> None:
        """Ask once; what cannot be known now is as it was."""
        try:
            async with asyncio.timeout(START_LIMIT_S):
                is_alone = await self._lock.is_alone()
        except Exception as error:
            # No reason to end a service that takes calls.
            log.debug("neighbours_unknown", reason=type(error).__name__)
            return
        if self.is_alone and not is_alone:
            log.warning("another_service")
        elif is_alone and not self.is_alone:
            log.warning("another_service_gone")
        self.is_alone = is_alone

    async def run(self) -> None:
        """Look again and again, until cancelled; then let the next one have it."""
        try:
            while True:
                await asyncio.sleep(LOOK_S)
                await self.look()
        finally:
            await self._lock.close()
