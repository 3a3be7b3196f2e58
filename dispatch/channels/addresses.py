"""Who has a phone number, a browser that takes pushes or an address in another app, in memory: asked for each silent
volunteer near a call.

Whoever sends reads the newest address first; what is held here serves while the database is away.
"""

import asyncio
from typing import Any

import structlog
from sqlalchemy import Connection, func, select

from dispatch.people.channel_addresses import ChannelAddresses
from dispatch.people.reach import PushSubscription, PushSubscriptions
from registry.contacts import ContactBook
from registry.people_tables import channel_addresses, push_subscriptions
from registry.personal.phones import PHONE_COLUMNS, PhoneRow, has_phone, phone_of
from registry.storage.database import Database
from registry.storage.watched_database import DatabaseAway
from registry.tables import history, imports, rescuer_personal

log = structlog.get_logger(__name__)

LOOK_S = 10.0
READ_LIMIT_S = 1.0


class AddressBook:
    """Phones, subscriptions and addresses by rescuer. `run()` until cancelled keeps them up to date."""

    def __init__(self, database: Database, push: PushSubscriptions, given: ChannelAddresses) -> None:
        self._database = database
        self._push = push
        self._given = given
        self._contacts = ContactBook(database)
        # As they stand: whoever is silent near a call has a phone or not, and few of them are read.
        self._phones: dict[str, PhoneRow] = {}
        self._subscriptions: dict[str, PushSubscription] = {}
        self._addresses: dict[tuple[str, str], str] = {}
        self._seen: tuple[Any, ...] = ()

    def has_phone(self, rescuer_id: str) -> bool:
        return rescuer_id in self._phones

    def has_subscription(self, rescuer_id: str) -> bool:
        return rescuer_id in self._subscriptions

    def has_address(self, rescuer_id: str, channel: str) -> bool:
        """In another app, as the settings name its channel."""
        return (rescuer_id, channel) in self._addresses

    def push_service_of(self, rescuer_id: str) -> str:
        """Scheme and host of where this person's pushes go; empty without a subscription."""
        subscription = self._subscriptions.get(rescuer_id)
        return "/".join(subscription.endpoint.split("/", 3)[:3]) if subscription else ""

    async def find_phone(self, rescuer_id: str) -> str | None:
        """As the database has it now; what is remembered while it is away or slow."""
        try:
            async with asyncio.timeout(READ_LIMIT_S):
                found = (await self._contacts.find([rescuer_id])).get(rescuer_id)
        except (TimeoutError, DatabaseAway):
            found = None
        if found is not None:
            return found.phone_e164 or None
        held = self._phones.get(rescuer_id)
        return None if held is None else phone_of(held, self._database.personal_keys) or None

    async def find_subscription(self, rescuer_id: str) -> PushSubscription | None:
        """As `find_phone`."""
        try:
            async with asyncio.timeout(READ_LIMIT_S):
                found = await self._push.find(rescuer_id)
        except (TimeoutError, DatabaseAway):
            return self._subscriptions.get(rescuer_id)
        if found is None:
            self._subscriptions.pop(rescuer_id, None)
        else:
            self._subscriptions[rescuer_id] = found
        return found

    async def forget_subscription(self, rescuer_id: str, endpoint: str) -> None:
        """The push service does not know it any more."""
        self._subscriptions.pop(rescuer_id, None)
        try:
            await self._push.forget(rescuer_id, endpoint)
        except DatabaseAway:
            log.info("subscription_kept_until_next_time")

    async def find_address(self, rescuer_id: str, channel: str) -> str | None:
        """As `find_phone`."""
        try:
            async with asyncio.timeout(READ_LIMIT_S):
                found = await self._given.find(rescuer_id, channel)
        except (TimeoutError, DatabaseAway):
            return self._addresses.get((rescuer_id, channel))
        if found is None:
            self._addresses.pop((rescuer_id, channel), None)
        else:
            self._addresses[rescuer_id, channel] = found
        return found

    async def forget_address(self, rescuer_id: str, channel: str, address: str) -> None:
        """The other app does not know it any more."""
        self._addresses.pop((rescuer_id, channel), None)
        try:
            await self._given.forget(rescuer_id, channel, address)
        except DatabaseAway:
            log.info("address_kept_until_next_time")

    async def run(self) -> None:
        while True:
            try:
                await self.refresh()
            except DatabaseAway:
                log.info("addresses_wait_for_database")
            except Exception:
                log.exception("addresses_not_read")
            await asyncio.sleep(LOOK_S)

    async def refresh(self) -> None:
        """Read all anew if any may have been added, changed or removed since the last time.

        Raises:
            DatabaseAway
        """
        seen = await self._database.consult(_fingerprint)
        if seen == self._seen:
            return
        self._phones, self._subscriptions, self._addresses = await self._database.consult(_read)
        self._seen = seen


def _fingerprint(connection: Connection) -> tuple[Any, ...]:
    # Phones have no time of their change: lists and officers bring them, and each leaves its number.
    phones = (
        select(func.count()).select_from(rescuer_personal),
        select(func.max(imports.c.import_id)),
        select(func.max(history.c.change_id)).where(history.c.kind == "rescuer"),
    )
    given = (select(func.count(), func.max(table.c.created_at)) for table in (push_subscriptions, channel_addresses))
    return tuple(tuple(connection.execute(one).one()) for one in (*phones, *given))


def _read(
    connection: Connection,
) -> tuple[dict[str, PhoneRow], dict[str, PushSubscription], dict[tuple[str, str], str]]:
    phones = connection.execute(select(*PHONE_COLUMNS).where(has_phone()))
    pushes = connection.execute(select(push_subscriptions))
    given = connection.execute(select(channel_addresses))
    return (
        {row.rescuer_id: row for row in phones},
        {row.rescuer_id: PushSubscription(endpoint=row.endpoint, p256dh=row.p256dh, auth=row.auth) for row in pushes},
        {(row.rescuer_id, row.channel): row.address for row in given},
    )
