"""Erasing personal data when its time is over, or when somebody asks for it. The journal stays as it is.

Events, inboxes, receipts and callbacks hold ids and times only; an incident without its details replays, and its
frames are rendered without a place.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Connection, Select, delete, exists, func, select, update

from dispatch import tables as t
from dispatch.incidents.writer import UnknownIncident
from dispatch.people.expiry import clear_expired
from registry.importers.undoing.pruning import prune_imports
from registry.repository import delete_positions
from registry.storage.database import Database
from registry.storage.watched_database import DatabaseAway

log = structlog.get_logger(__name__)

BATCH = 500
"""Incidents of one transaction, so that no call waits long for the writer."""

EVERY_S = 3_600.0
RETRY_S = 60.0
CLOSED = "IncidentClosed"


class IncidentOpen(RuntimeError):
    """The incident is still open and its responders need its place: close it first."""

    code = "incident_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRules:
    """How long personal data is kept: the patient's and 120's own words from the incident's end, positions from when
    they were taken, and from an import on what taking it back needs, of AEDs and of people. PIPL art. 19 and 47: no
    longer than their purpose needs."""

    details: timedelta
    messages: timedelta
    positions: timedelta
    imports: timedelta
    people_imports: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How much a run has erased (or would). `incident_ids`: whose details. expired: invitations and sessions whose time
    is over, notes of settled reports, and rests. imports: that cannot be taken back any more."""

    incident_ids: tuple[str, ...]
    messages: int
    positions: int
    expired: int
    imports: int


class Retention:
    """The only one that erases incidents' personal data. real_now: what bounds secrets is real time, whatever clock a
    run goes by."""

    def __init__(
        self,
        database: Database,
        rules: RetentionRules,
        *,
        real_now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._rules = rules
        self._real_now = real_now

    async def run(self, now: datetime) -> Erased:
        """Erase everything whose time is over, in batches.

        Raises:
            DatabaseAway: what has been erased so far stays erased; the rest is for the next time.
        """
        incident_ids: list[str] = []
        ended_before = now - self._rules.details
        while batch := await self._database.transact(lambda c: _erase_details_before(c, ended_before, now)):
            incident_ids += batch
        messages = 0
        while count := await self._database.transact(lambda c: _erase_messages_before(c, now - self._rules.messages)):
            messages += count
        positions = await self._database.transact(lambda c: delete_positions(c, now - self._rules.positions))
        expired = await self._database.transact(lambda connection: self._clear_expired(connection, now))
        imports = 0
        while count := await self._database.transact(self._prune_imports):
            imports += count
        await self._database.checkpoint()
        return Erased(
            incident_ids=tuple(incident_ids), messages=messages, positions=positions, expired=expired, imports=imports
        )

    async def preview(self, now: datetime) -> Erased:
        """What `run` would erase."""

        def look(connection: Connection) -> Erased:
            details = connection.execute(_details_due(now - self._rules.details)).scalars().all()
            messages = _count(connection, _messages_due(now - self._rules.messages))
            old = delete_positions(connection, now - self._rules.positions, dry_run=True)
            expired = self._clear_expired(connection, now, dry_run=True)
            imports = self._prune_imports(connection, dry_run=True)
            return Erased(
                incident_ids=tuple(details), messages=messages, positions=old, expired=expired, imports=imports
            )

        return await self._database.consult(look)

    async def erase_incident(self, incident_id: str, now: datetime) -> None:
        """Erase a closed incident's details and messages at once, because somebody asked for it.

        Raises:
            UnknownIncident, IncidentOpen
        """
        await self._database.transact(lambda connection: _erase_one(connection, incident_id, now))
        await self._database.checkpoint()

    async def keep_running(self, now: Callable[[], datetime], on_erased: Callable[[Erased, datetime], None]) -> None:
        """Run every hour until cancelled; `on_erased` takes what was erased out of memory, too."""
        while True:
            at = now()
            try:
                erased = await self.run(at)
            except DatabaseAway:
                await asyncio.sleep(RETRY_S)
                continue
            except Exception:
                log.exception("retention_failed", retry_s=EVERY_S)
            else:
                on_erased(erased, at - self._rules.positions)
                log.info(
                    "retention_ran",
                    incidents=len(erased.incident_ids),
                    messages=erased.messages,
                    positions=erased.positions,
                    expired=erased.expired,
                    imports=erased.imports,
                )
            await asyncio.sleep(EVERY_S)

    def _clear_expired(self, connection: Connection, at: datetime, *, dry_run: bool = False) -> int:
        now = self._real_now()
        expired = clear_expired(connection, now, notes_before=now - self._rules.details, dry_run=dry_run)
        return expired + _clear_rests(connection, at, dry_run=dry_run)

    def _prune_imports(self, connection: Connection, *, dry_run: bool = False) -> int:
        now = self._real_now()
        return prune_imports(
            connection,
            aeds_before=now - self._rules.imports,
            people_before=now - self._rules.people_imports,
            now=now,
            dry_run=dry_run,
        )


def _closed_before(incident_id: ColumnElement[str], before: datetime) -> ColumnElement[bool]:
    events = t.events.c
    return exists().where(events.incident_id == incident_id, events.type == CLOSED, events.at <= before)


def _details_due(before: datetime) -> Select[Any]:
    incident_id = t.incident_details.c.incident_id
    return select(incident_id).where(_closed_before(incident_id, before)).order_by(incident_id)


def _messages_due(before: datetime) -> Select[Any]:
    messages = t.call_messages.c
    told = (func.length(messages.body) > 0) | (messages.detail != "")
    return select(messages.integration, messages.message_id).where(told, _closed_before(messages.incident_id, before))


def _erase_details_before(connection: Connection, before: datetime, now: datetime) -> Sequence[str]:
    due: Sequence[str] = connection.execute(_details_due(before).limit(BATCH)).scalars().all()
    if due:
        connection.execute(delete(t.incident_details).where(t.incident_details.c.incident_id.in_(due)))
        connection.execute(update(t.incidents).where(t.incidents.c.incident_id.in_(due)).values(erased_at=now))
    return due


def _erase_messages_before(connection: Connection, before: datetime) -> int:
    messages = t.call_messages.c
    due = connection.execute(_messages_due(before).limit(BATCH)).all()
    for integration, message_id in due:
        mine = (messages.integration == integration) & (messages.message_id == message_id)
        connection.execute(update(t.call_messages).where(mine).values(body=b"", detail=""))
    return len(due)


def _clear_rests(connection: Connection, at: datetime, *, dry_run: bool) -> int:
    """Who said no, or went, is nobody's business once the rest is over. at: by the service's clock."""
    over = t.rests.c.until <= at
    if dry_run:
        return _count(connection, select(t.rests.c.rescuer_id).where(over))
    return connection.execute(delete(t.rests).where(over)).rowcount


def _erase_one(connection: Connection, incident_id: str, now: datetime) -> None:
    incidents = t.incidents.c
    row = connection.execute(
        select(incidents.status, incidents.erased_at).where(incidents.incident_id == incident_id)
    ).one_or_none()
    if row is None:
        raise UnknownIncident(f"there is no incident {incident_id!r}")
    if row.status != "closed":
        raise IncidentOpen(IncidentOpen.__doc__)
    connection.execute(delete(t.incident_details).where(t.incident_details.c.incident_id == incident_id))
    # The id of a message stays: the same message must not open a second incident.
    connection.execute(
        update(t.call_messages).where(t.call_messages.c.incident_id == incident_id).values(body=b"", detail="")
    )
    connection.execute(
        update(t.incidents).where(incidents.incident_id == incident_id).values(erased_at=row.erased_at or now)
    )


def _count(connection: Connection, query: Select[Any]) -> int:
    return connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
