"""Callbacks in the database: written with the events they tell of, and kept up to what became of them.

The table is the whole state of delivery, so that a process that dies leaves nothing but an attempt nobody has noted.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection, Row, Select, func, or_, select, update

from dispatch import tables as t
from dispatch.callbacks.message import message_type, render
from dispatch.callbacks.targets import FindCallbackTarget
from dispatch.core.callbacks import Callback, callbacks
from dispatch.records import Appended
from registry.storage.database import Database

log = structlog.get_logger(__name__)

PENDING, DELIVERED, DEAD = "pending", "delivered", "dead"
_PREFIX = "cb"
MAX_ERROR = 200


class UnknownCallback(LookupError):
    """There is no callback with this id."""

    code = "unknown_callback"


class CallbackDelivered(RuntimeError):
    """The receiver has taken this callback already: only one that is pending or dead can be sent again."""

    code = "callback_delivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCallback:
    """A row of the table. epoch: part of its id, since after a restore the numbers from the backup on are given to
    other news. tried_since: when it was written or last sent again; written_at and all others real time."""

    incident_id: str
    seq: int
    epoch: str
    integration: str
    type: str
    body: str
    state: str
    attempts: int
    written_at: datetime
    tried_since: datetime
    next_attempt_at: datetime
    delivered_at: datetime | None
    last_error: str

    @property
    def callback_id(self) -> str:
        """The `webhook-id`, the same for every attempt."""
        return f"{_PREFIX}{self.epoch}_{self.incident_id}_{self.seq}"


class Outbox:
    """Reads and writes callbacks. `on_written` is called after each append that wrote some."""

    def __init__(
        self, database: Database, *, find_target: FindCallbackTarget, now: Callable[[], datetime], epoch: str = ""
    ) -> None:
        self._database = database
        self._find_target = find_target
        self._now = now
        self._epoch = epoch
        self.on_written: Callable[[], None] = lambda: None

    def following(self, appended: Appended) -> list[Callback]:
        """What 120 is to be told of an append; nothing where its integration wants no callbacks."""
        target = self._find_target(appended.after.integration) if appended.events else None
        if target is None:
            return []
        told = callbacks(appended.after, appended.events)
        return told if target.wording is None else [one for one in told if target.wants(message_type(one.kind))]

    def write(self, connection: Connection, appended: Appended, told: Sequence[Callback], *, last_seq: int) -> None:
        """Within the transaction of the append; `last_seq` is the number of the last of `told`."""
        if rows := self.rows(appended, told, last_seq=last_seq):
            connection.execute(t.callbacks.insert(), rows)

    def rows(self, appended: Appended, told: Sequence[Callback], *, last_seq: int) -> list[dict[str, Any]]:
        """What `write` writes."""
        now = self._now()
        numbered = enumerate(told, start=last_seq - len(told) + 1)
        return [row for seq, callback in numbered if (row := _row(callback, appended, seq, now, epoch=self._epoch))]

    def put(self, connection: Connection, integration: str, messages: Sequence[tuple[int, str, str]]) -> None:
        """Within somebody's transaction what is no incident's: (seq, type, body) each, in an order of their own.

        Their stream has the receiver's name, where an incident's callbacks have its id.
        """
        now = self._now()
        rows = [
            _pending(integration, integration, seq=seq, kind=kind, body=body, now=now, epoch=self._epoch)
            for seq, kind, body in messages
        ]
        if rows:
            connection.execute(t.callbacks.insert(), rows)

    async def count_waiting(self) -> dict[tuple[str, str], int]:
        """How many are pending or dead, by integration and state."""
        rows_of = t.callbacks.c
        query = (
            select(rows_of.integration, rows_of.state, func.count().label("count"))
            .where(rows_of.state.in_([PENDING, DEAD]))
            .group_by(rows_of.integration, rows_of.state)
        )
        rows = await self._database.consult(lambda connection: connection.execute(query).all())
        return {(row.integration, row.state): row._mapping["count"] for row in rows}

    async def find_due(self, integration: str, *, but_of: Collection[str], limit: int) -> list[StoredCallback]:
        """The first pending callback of each incident, where its time has come; least tried first, then longest due.
        What was written by a clock ahead of this one is due at once.

        A backlog that fails again and again thus never stands before the news of a call that is running now.
        """
        rows_of = t.callbacks.c
        first = (
            select(rows_of.incident_id, func.min(rows_of.seq).label("seq"))
            .where(rows_of.state == PENDING, rows_of.integration == integration, rows_of.incident_id.not_in([*but_of]))
            .group_by(rows_of.incident_id)
            .subquery()
        )
        query = (
            select(t.callbacks)
            .join(first, (rows_of.incident_id == first.c.incident_id) & (rows_of.seq == first.c.seq))
            .where(or_(rows_of.next_attempt_at <= self._now(), rows_of.tried_since > self._now()))
            .order_by(rows_of.attempts, rows_of.next_attempt_at)
            .limit(limit)
        )
        return await self._read(query)

    async def find_first(self, incident_id: str) -> StoredCallback | None:
        """The incident's first pending callback if its time has come."""
        rows_of = t.callbacks.c
        query = (
            select(t.callbacks)
            .where(rows_of.incident_id == incident_id, rows_of.state == PENDING)
            .order_by(rows_of.seq)
            .limit(1)
        )
        found = await self._read(query)
        if not found:
            return None
        return found[0] if found[0].next_attempt_at <= self._now() or found[0].tried_since > self._now() else None

    async def record(
        self, callback: StoredCallback, *, state: str, next_attempt_at: datetime | None = None, error: str = ""
    ) -> None:
        """What became of an attempt."""
        now = self._now()
        rows_of = t.callbacks.c
        change = (
            update(t.callbacks)
            .where(rows_of.incident_id == callback.incident_id, rows_of.seq == callback.seq, rows_of.state == PENDING)
            .values(
                state=state,
                attempts=callback.attempts + 1,
                tried_since=min(callback.tried_since, now),
                next_attempt_at=next_attempt_at or now,
                delivered_at=now if state == DELIVERED else None,
                last_error=error[:MAX_ERROR],
            )
        )
        await self._database.transact(lambda connection: connection.execute(change))

    async def list_callbacks(
        self, *, state: str | None = None, incident_id: str | None = None, limit: int = 100
    ) -> list[StoredCallback]:
        """Newest first; those of one incident in the order in which they are sent."""
        rows_of = t.callbacks.c
        query = select(t.callbacks)
        if state:
            query = query.where(rows_of.state == state)
        if incident_id:
            query = query.where(rows_of.incident_id == incident_id).order_by(rows_of.seq)
        else:
            query = query.order_by(rows_of.written_at.desc(), rows_of.incident_id, rows_of.seq)
        return await self._read(query.limit(limit))

    async def retry(self, callback_id: str) -> StoredCallback:
        """Try it again now, as one that was just written.

        Raises:
            UnknownCallback, CallbackDelivered
        """
        epoch, incident_id, seq = _parse(callback_id)
        rows_of = t.callbacks.c
        this = (rows_of.incident_id == incident_id) & (rows_of.seq == seq) & (rows_of.epoch == epoch)
        now = self._now()
        again = (
            update(t.callbacks)
            .where(this, rows_of.state != DELIVERED)
            .values(state=PENDING, attempts=0, tried_since=now, next_attempt_at=now)
        )

        def work(connection: Connection) -> Row[tuple[object, ...]] | None:
            connection.execute(again)
            return connection.execute(select(t.callbacks).where(this)).one_or_none()

        row = await self._database.transact(work)
        if row is None:
            raise UnknownCallback(f"there is no callback {callback_id!r}")
        stored = StoredCallback(**row._mapping)
        if stored.state == DELIVERED:
            raise CallbackDelivered(CallbackDelivered.__doc__)
        self.on_written()
        return stored

    async def retry_all(self, callback_ids: Iterable[str]) -> None:
        """Each as `retry`, the earlier of an incident first: who looks meanwhile must not begin with a later one.

        Raises:
            UnknownCallback, CallbackDelivered: those before it are to be sent again.
        """
        for callback_id in sorted(callback_ids, key=lambda one: _parse(one)[1:]):
            await self.retry(callback_id)

    async def _read(self, query: Select[tuple[object, ...]]) -> list[StoredCallback]:
        rows = await self._database.consult(lambda connection: connection.execute(query).all())
        return [StoredCallback(**row._mapping) for row in rows]


def _row(callback: Callback, appended: Appended, seq: int, now: datetime, *, epoch: str) -> dict[str, Any] | None:
    after = appended.after
    try:
        body = render(callback, after, seq=seq, at=appended.at)
    except Exception:
        # A call must not be lost because it cannot be told back; the receiver sees a gap in the numbers.
        log.exception("callback_not_written", incident_id=after.incident_id, seq=seq, kind=callback.kind)
        return None
    kind = message_type(callback.kind)
    return _pending(after.incident_id, after.integration, seq=seq, kind=kind, body=body, now=now, epoch=epoch)


def _pending(
    stream: str, integration: str, *, seq: int, kind: str, body: str, now: datetime, epoch: str
) -> dict[str, Any]:
    return {
        "incident_id": stream,
        "seq": seq,
        "epoch": epoch,
        "integration": integration,
        "type": kind,
        "body": body,
        "state": PENDING,
        "attempts": 0,
        "written_at": now,
        "tried_since": now,
        "next_attempt_at": now,
        "last_error": "",
    }


def _parse(callback_id: str) -> tuple[str, str, int]:
    prefix, _, rest = callback_id.partition("_")
    incident_id, _, seq = rest.rpartition("_")
    if not prefix.startswith(_PREFIX) or not (incident_id and seq.isascii() and seq.isdigit() and len(seq) < 10):
        raise UnknownCallback(f"there is no callback {callback_id!r}")
    return prefix.removeprefix(_PREFIX), incident_id, int(seq)
