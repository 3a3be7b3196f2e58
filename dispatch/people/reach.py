"""How a volunteer can be reached when the app is closed: the port that channels fill, and whether it works."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy import ColumnElement, Connection, delete, select, update

from dispatch.people.refusals import PushNotOffered
from dispatch.people.transactions import settled
from dispatch.people.volunteers import require_standing
from registry.people_tables import push_subscriptions, test_alarms
from registry.storage.database import Database


class Channels(Protocol):
    """Ways beside the stream. Neither method raises."""

    async def names_of(self, rescuer_id: str) -> list[str]:
        """Those that could reach this person now, such as "push", "sms", "voice"."""
        ...

    async def send_test(self, rescuer_id: str, test_id: str, at: datetime) -> str | None:
        """Send a test alarm; the name of the channel that took it, None where none could."""
        ...


class NoChannels:
    """Only open streams are reached."""

    async def names_of(self, rescuer_id: str) -> list[str]:
        return []

    async def send_test(self, rescuer_id: str, test_id: str, at: datetime) -> str | None:
        return None


def push_not_offered(_subscription: "PushSubscription") -> None:
    """Raises: PushNotOffered: the judge of subscriptions where the service sends no pushes."""
    raise PushNotOffered(PushNotOffered.__doc__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSubscription:
    """Where a browser's push service takes messages, and the keys that encrypt them (RFC 8291)."""

    endpoint: str = field(repr=False)
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)


class PushSubscriptions:
    """One for each volunteer, the newest; a browser rings for one volunteer only, whoever subscribed last."""

    def __init__(self, database: Database, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._now = now

    async def find(self, rescuer_id: str) -> PushSubscription | None:
        return (await self.find_many([rescuer_id])).get(rescuer_id)

    async def find_many(self, rescuer_ids: list[str]) -> dict[str, PushSubscription]:
        """By rescuer, of those who have one."""
        query = select(push_subscriptions).where(push_subscriptions.c.rescuer_id.in_(rescuer_ids))
        rows = await self._database.consult(lambda connection: connection.execute(query).all())
        return {
            row.rescuer_id: PushSubscription(endpoint=row.endpoint, p256dh=row.p256dh, auth=row.auth) for row in rows
        }

    async def put(self, rescuer_id: str, subscription: PushSubscription) -> None:
        """Raises: UnknownRescuer, RescuerErased."""
        row = {
            "endpoint": subscription.endpoint,
            "p256dh": subscription.p256dh,
            "auth": subscription.auth,
            "created_at": self._now(),
        }
        stored = push_subscriptions.c

        def work(connection: Connection) -> None:
            require_standing(connection, rescuer_id)
            of_another = (stored.endpoint == subscription.endpoint) & (stored.rescuer_id != rescuer_id)
            connection.execute(delete(push_subscriptions).where(of_another))
            upsert = self._database.insert(push_subscriptions).values(rescuer_id=rescuer_id, **row)
            connection.execute(upsert.on_conflict_do_update(index_elements=["rescuer_id"], set_=row))

        await settled(self._database, work)

    async def forget(self, rescuer_id: str, endpoint: str | None = None) -> None:
        """The subscription is gone; with `endpoint` only if it is still this one."""
        mine = push_subscriptions.c.rescuer_id == rescuer_id
        if endpoint is not None:
            mine &= push_subscriptions.c.endpoint == endpoint
        await self._database.transact(lambda c: c.execute(delete(push_subscriptions).where(mine)).rowcount)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentTest:
    test_id: str
    sent_at: datetime


class TestAlarms:
    """The last one of each volunteer: written before it is sent, so that a quick answer finds it."""

    __test__ = False  # pytest takes any class whose name begins like this for its own

    def __init__(self, database: Database, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._now = now

    async def begin(self, rescuer_id: str) -> SentTest:
        """Raises: UnknownRescuer, RescuerErased."""
        test = SentTest(test_id=uuid.uuid4().hex, sent_at=self._now())
        row = {"test_id": test.test_id, "sent_at": test.sent_at, "arrived_at": None, "channel": None}

        def work(connection: Connection) -> None:
            require_standing(connection, rescuer_id)
            upsert = self._database.insert(test_alarms).values(rescuer_id=rescuer_id, **row)
            connection.execute(upsert.on_conflict_do_update(index_elements=["rescuer_id"], set_=row))

        await settled(self._database, work)
        return test

    async def sent_by(self, test_id: str, channel: str) -> None:
        await self._set(test_alarms.c.test_id == test_id, {"channel": channel})

    async def arrived(self, rescuer_id: str, test_id: str) -> bool:
        """The phone has shown it. False where it is not this volunteer's last test; only the first time counts."""
        mine = (test_alarms.c.rescuer_id == rescuer_id) & (test_alarms.c.test_id == test_id)
        known = await self._database.consult(lambda c: c.execute(select(test_alarms.c.arrived_at).where(mine)).all())
        if known and known[0].arrived_at is None:
            await self._set(mine & test_alarms.c.arrived_at.is_(None), {"arrived_at": self._now()})
        return bool(known)

    async def _set(self, which: ColumnElement[bool], values: dict[str, object]) -> None:
        change = update(test_alarms).where(which).values(values)
        await self._database.transact(lambda connection: connection.execute(change).rowcount)
