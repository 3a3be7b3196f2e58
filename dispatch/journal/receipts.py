"""Receipts: that an alert has arrived on a phone, and that somebody has looked at it.

They are many and none is worth a transaction of its own, so they are gathered and written in batches; a crash loses
at most one batch, and the phone acknowledges again when it resumes.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Insert, bindparam, func, literal, select, update

from dispatch import tables as t
from dispatch.records import Receipt
from registry.storage.database import Database

_inboxes = t.inboxes.c
_CONFIRM = (
    update(t.inboxes)
    .where(
        _inboxes.recipient == bindparam("who"),
        (_inboxes.acked_seq < bindparam("seq")) & (_inboxes.last_seq >= bindparam("seq")),
    )
    .values(acked_seq=bindparam("seq"))
)


class ReceiptBook:
    """What has been acknowledged since the last `flush`. `on_delivered` hears of each alert that has arrived,
    `on_seen` of each that a person has looked at."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._acked: dict[str, int] = {}
        self._receipts: dict[str, Receipt] = {}
        self._resumed: dict[str, tuple[int, datetime]] = {}
        self.on_delivered: Callable[[str], None] = lambda _alert_id: None
        self.on_seen: Callable[[str], None] = lambda _alert_id: None

    def acknowledged(self, recipient: str, seq: int) -> None:
        self._acked[recipient] = max(seq, self._acked.get(recipient, 0))

    def resumed(self, recipient: str, seq: int, at: datetime) -> None:
        """The recipient is back and holds everything up to `seq`: what a crash has lost of its receipts counts now."""
        self.acknowledged(recipient, seq)
        self._resumed.setdefault(recipient, (seq, at))

    def delivered(self, incident_id: str, alert_id: str, at: datetime) -> None:
        self.on_delivered(alert_id)
        held = self._receipts.get(alert_id) or Receipt(alert_id=alert_id, incident_id=incident_id)
        if held.delivered_at is None:
            self._receipts[alert_id] = Receipt(
                alert_id=alert_id, incident_id=incident_id, delivered_at=at, seen_at=held.seen_at
            )

    def seen(self, incident_id: str, alert_id: str, at: datetime) -> None:
        """Somebody looked at it, so it has also arrived."""
        self.on_delivered(alert_id)
        self.on_seen(alert_id)
        held = self._receipts.get(alert_id) or Receipt(alert_id=alert_id, incident_id=incident_id)
        self._receipts[alert_id] = Receipt(
            alert_id=alert_id,
            incident_id=incident_id,
            delivered_at=held.delivered_at or at,
            seen_at=held.seen_at or at,
        )

    async def flush(self) -> None:
        """Write what was gathered, in one transaction; on failure it is kept for the next time."""
        if not self._acked and not self._receipts:
            return
        acked, self._acked = self._acked, {}
        receipts, self._receipts = self._receipts, {}
        resumed, self._resumed = self._resumed, {}
        try:
            await self._database.transact_aside(
                lambda connection: self._write(connection, acked, list(receipts.values()), resumed)
            )
        except BaseException:
            self._resumed = {**self._resumed, **resumed}
            for recipient, seq in acked.items():
                self.acknowledged(recipient, seq)
            for receipt in receipts.values():
                self._keep(receipt)
            raise

    def _keep(self, older: Receipt) -> None:
        newer = self._receipts.get(older.alert_id, older)
        self._receipts[older.alert_id] = replace(
            older,
            delivered_at=older.delivered_at or newer.delivered_at,
            seen_at=older.seen_at or newer.seen_at,
        )

    def _write(
        self,
        connection: Connection,
        acked: dict[str, int],
        receipts: list[Receipt],
        resumed: dict[str, tuple[int, datetime]],
    ) -> None:
        insert = self._database.insert(t.receipts)
        upsert = insert.on_conflict_do_update(
            index_elements=[t.receipts.c.alert_id],
            set_={
                "delivered_at": func.coalesce(t.receipts.c.delivered_at, insert.excluded.delivered_at),
                "seen_at": func.coalesce(t.receipts.c.seen_at, insert.excluded.seen_at),
            },
        )
        for recipient in sorted(resumed.keys() & acked.keys()):
            connection.execute(self._missing(recipient, *resumed[recipient]))
        if acked:
            # In the journal's order of recipients, so that an append and a flush never wait for each other; and
            # all in one statement, so that a call which comes now does not wait long.
            connection.execute(_CONFIRM, [{"who": who, "seq": seq} for who, seq in sorted(acked.items())])
        if receipts:
            rows = [
                {
                    "alert_id": receipt.alert_id,
                    "incident_id": receipt.incident_id,
                    "delivered_at": receipt.delivered_at,
                    "seen_at": receipt.seen_at,
                }
                for receipt in sorted(receipts, key=lambda receipt: receipt.alert_id)
            ]
            connection.execute(upsert, rows)

    def _missing(self, recipient: str, seq: int, at: datetime) -> Insert:
        """Receipts of the alerts up to `seq` of which nobody has noted that they arrived."""
        unconfirmed = (
            select(t.inbox.c.alert_id, t.inbox.c.incident_id, literal(at, t.receipts.c.delivered_at.type))
            .join(t.inboxes, t.inboxes.c.recipient == t.inbox.c.recipient)
            .where(
                t.inbox.c.recipient == recipient,
                t.inbox.c.kind == "alert",
                t.inbox.c.seq > t.inboxes.c.acked_seq,
                t.inbox.c.seq <= seq,
            )
        )
        insert = self._database.insert(t.receipts).from_select(["alert_id", "incident_id", "delivered_at"], unconfirmed)
        return insert.on_conflict_do_nothing(index_elements=[t.receipts.c.alert_id])
