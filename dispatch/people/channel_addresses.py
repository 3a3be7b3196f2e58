"""Where volunteers are reached in other apps: an openid of WeChat's, a token of a phone maker's push."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, select

from dispatch.people.refusals import ChannelNotOffered
from dispatch.people.transactions import settled
from dispatch.people.volunteers import require_standing
from registry.people_tables import channel_addresses
from registry.storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelAddress:
    """channel: the name that the settings give it."""

    rescuer_id: str
    channel: str
    address: str = field(repr=False)


class ChannelAddresses:
    """One for each volunteer and channel, the newest; an address rings for whoever gave it last.

    offered: names of the channels that the service has.
    """

    def __init__(self, database: Database, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._now = now
        self.offered: frozenset[str] = frozenset()

    async def find(self, rescuer_id: str, channel: str) -> str | None:
        stored = channel_addresses.c
        query = select(stored.address).where(stored.rescuer_id == rescuer_id, stored.channel == channel)
        return await self._database.consult(lambda connection: connection.execute(query).scalar_one_or_none())

    async def put(self, given: ChannelAddress) -> None:
        """Raises: ChannelNotOffered, UnknownRescuer, RescuerErased."""
        if given.channel not in self.offered:
            raise ChannelNotOffered(ChannelNotOffered.__doc__)
        stored, row = channel_addresses.c, {"address": given.address, "created_at": self._now()}

        def work(connection: Connection) -> None:
            require_standing(connection, given.rescuer_id)
            of_another = (stored.address == given.address) & (stored.rescuer_id != given.rescuer_id)
            connection.execute(delete(channel_addresses).where(of_another, stored.channel == given.channel))
            upsert = self._database.insert(channel_addresses).values(
                rescuer_id=given.rescuer_id, channel=given.channel, **row
            )
            connection.execute(upsert.on_conflict_do_update(index_elements=["rescuer_id", "channel"], set_=row))

        await settled(self._database, work)

    async def forget(self, rescuer_id: str, channel: str, address: str | None = None) -> None:
        """It is gone; with `address` only if it is still this one."""
        stored = channel_addresses.c
        mine = (stored.rescuer_id == rescuer_id) & (stored.channel == channel)
        if address is not None:
            mine &= stored.address == address
        await self._database.transact(lambda c: c.execute(delete(channel_addresses).where(mine)).rowcount)
