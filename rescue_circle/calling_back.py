"""Wires the callbacks: which integration is told where, and the deliverer that does it."""

from datetime import UTC, datetime
from functools import cache

from dispatch.access.integrations import CENTRE
from dispatch.access.secrets import split_secrets
from dispatch.callbacks.deliverer import CallbackMetrics, Deliverer
from dispatch.callbacks.outbox import Outbox
from dispatch.callbacks.retrying import Retrying
from dispatch.callbacks.targets import CallbackTarget, FindCallbackTarget
from dispatch.core.events import DEFAULT_INTEGRATION
from dispatch.operations.metrics import Metrics
from registry.epoch import get_epoch
from registry.storage.database import Database
from rescue_circle.integrations_file import Configured
from rescue_circle.settings import Settings


def target_finder(settings: Settings, configured: Configured) -> FindCallbackTarget:
    """Finds the receiver of an integration's callbacks: RESCUE_CALLBACK_URL for 120, else what its entry says."""
    integrations = {one.name: one for one in configured.integrations}

    @cache
    def find_callback_target(name: str) -> CallbackTarget | None:
        dialect = configured.dialects.get(name)
        wording = dialect.callback if dialect else None
        if name == CENTRE:
            return _centre(settings)
        if name == DEFAULT_INTEGRATION and settings.callback_url:
            return CallbackTarget(url=str(settings.callback_url), secrets=split_secrets(settings.callback_secret))
        integration = integrations.get(name)
        if integration is None or integration.callback_url is None:
            return None
        secrets = split_secrets(integration.callback_secret or "")
        return CallbackTarget(url=integration.callback_url, secrets=secrets, wording=wording)

    return find_callback_target


def _centre(settings: Settings) -> CallbackTarget | None:
    url = settings.operation_centre_url
    return CallbackTarget(url=str(url), secrets=split_secrets(settings.operation_centre_secret)) if url else None


async def build_outbox(database: Database, find_target: FindCallbackTarget) -> Outbox:
    epoch = await get_epoch(database)
    return Outbox(database, find_target=find_target, now=lambda: datetime.now(UTC), epoch=epoch)


def build_deliverer(settings: Settings, outbox: Outbox, find_target: FindCallbackTarget, metrics: Metrics) -> Deliverer:
    """Woken by what is written to `outbox`."""
    rules = Retrying(
        first_pause_s=settings.callback_retry_s,
        give_up_s=settings.callback_give_up_s,
        timeout_s=settings.callback_timeout_s,
    )
    deliverer = Deliverer(
        outbox=outbox, find_target=find_target, metrics=CallbackMetrics(metrics.registry), rules=rules
    )
    outbox.on_written = deliverer.wake
    return deliverer
