"""Wires the ways beside the streams: SMS and voice by a gateway, Web Push, other apps, and the relay that uses them."""

import asyncio
from zoneinfo import ZoneInfo

import httpx

from dispatch.access.secrets import split_secrets
from dispatch.callbacks.targets import CallbackTarget
from dispatch.channels.addresses import AddressBook
from dispatch.channels.gateway import Gateway
from dispatch.channels.port import Channel
from dispatch.channels.posting import http_client
from dispatch.channels.recipe import Recipe
from dispatch.channels.relay import Relay
from dispatch.channels.token_push import TokenPush
from dispatch.core.consequences import rescuer_recipient
from dispatch.operations.metrics import Metrics
from dispatch.people.people import People
from dispatch.streams.hub import Hub
from registry.directory import Directory
from registry.storage.database import Database
from rescue_circle.settings import Settings


async def build_relay(
    settings: Settings, database: Database, people: People, *, directory: Directory, hub: Hub, metrics: Metrics
) -> Relay:
    """A relay over the channels that the settings name; with none of them it does nothing."""
    addresses = AddressBook(database, people.push, people.addresses)
    channels = await _channels(settings, addresses, people)
    if channels:
        await addresses.refresh()

    def may_ring(rescuer_id: str) -> bool:
        rescuer = directory.find_rescuer(rescuer_id)
        return rescuer is not None and rescuer.erased_at is None and not rescuer.off_consent

    relay = Relay(
        channels,
        is_connected=hub.is_connected,
        may_ring=may_ring,
        metrics=metrics,
        keep_addresses=addresses.run if channels else None,
    )
    people.channels = relay
    return relay


async def _channels(settings: Settings, addresses: AddressBook, people: People) -> list[Channel]:
    """The quickest first."""
    channels: list[Channel] = []
    recipes = settings.load_app_channels()
    people.addresses.offered = frozenset(one.name for one in recipes)
    if not (settings.vapid_private_key or settings.sms_url or settings.voice_url or recipes):
        return channels
    http = await asyncio.to_thread(http_client)
    if settings.vapid_private_key:
        channels.append(await asyncio.to_thread(_web_push, settings, addresses, people, http))
    channels += [_by_recipe(one, settings, addresses, http) for one in recipes]
    for name, url in (("sms", settings.sms_url), ("voice", settings.voice_url)):
        if url is not None:
            target = CallbackTarget(url=str(url), secrets=split_secrets(settings.gateway_secret))
            channels.append(
                Gateway(
                    name,
                    target,
                    addresses=addresses,
                    http=http,
                    language=settings.gateway_language,
                    app_url=f"{settings.public_address}/volunteer/",
                )
            )
    return channels


def _by_recipe(recipe: Recipe, settings: Settings, addresses: AddressBook, http: httpx.AsyncClient) -> Channel:
    return TokenPush(
        recipe,
        addresses=addresses,
        http=http,
        language=settings.gateway_language,
        app_url=f"{settings.public_address}/volunteer/",
        zone=ZoneInfo(settings.time_zone),
    )


def _web_push(settings: Settings, addresses: AddressBook, people: People, http: httpx.AsyncClient) -> Channel:
    # Brings a quarter of a second of imports, for those who use it.
    from dispatch.channels.web_push import PushServices, Vapid, WebPush  # noqa: PLC0415

    vapid = Vapid(settings.vapid_private_key, settings.vapid_contact)
    people.push_public_key = vapid.public_key
    push = WebPush(vapid, services=PushServices(settings.push_services.split()), addresses=addresses, http=http)
    people.check_subscription = push.check
    return push


def needs_message(hub: Hub, relay: Relay, rescuer_id: str) -> bool:
    """Whether somebody has no open app, and some other way reaches them."""
    return relay.reaches(rescuer_id) and not hub.is_connected(rescuer_recipient(rescuer_id))


def on_the_line(hub: Hub, relay: Relay, rescuer_id: str) -> bool:
    """Whether somebody can be rung now, by stream or by a channel."""
    return hub.is_connected(rescuer_recipient(rescuer_id)) or relay.reaches(rescuer_id)
