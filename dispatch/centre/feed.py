"""Writes the operation centre's messages: what has changed since it was last told, beside all calls and never on their
way.

How things stand is compared with what was told, so that a restart, an import and another process' change are told like
anything else; the messages and what was told are one transaction, and the deliverer of callbacks sends them in order.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge
from sqlalchemy import Connection

from dispatch.access.integrations import CENTRE
from dispatch.callbacks.outbox import Outbox
from dispatch.centre import store
from dispatch.centre.news import FindDistrict, News, StandingAed, news_of_aeds, news_of_incident
from registry.directory import Directory
from registry.models import Aed
from registry.storage.database import Database
from registry.storage.watched_database import DatabaseAway

log = structlog.get_logger(__name__)

LOOK_S = 2.0
KEPT = timedelta(days=30)
"""So long messages that were taken or given up can be looked at, and the latter sent again."""

EVERYWHERE = (-180.0, -90.0, 180.0, 90.0)
AEDS_AT_ONCE = 200
"""Of one transaction, some milliseconds, so that no call waits long for the writer or the event loop."""


class FeedMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.looks = Counter(
            "rescue_operation_centre_looks",
            "Looks for what the operation centre is to be told, by outcome.",
            ["outcome"],
            registry=registry,
        )
        # A rate over a figure that appears only with its first failure misses that one.
        for outcome in ("ok", "failed"):
            self.looks.labels(outcome=outcome)
        self.looked_at = Gauge(
            "rescue_operation_centre_looked_at_seconds",
            "When such a look last succeeded, in seconds since 1970; 0 before the first.",
            registry=registry,
        )


class CentreFeed:
    """`run()` until cancelled; `note_aeds` where AEDs have changed. find_district: None of whatever may not be told.

    now: the service's clock. real_now: by which messages are kept.
    """

    def __init__(
        self,
        *,
        database: Database,
        outbox: Outbox,
        directory: Directory,
        find_district: FindDistrict,
        metrics: FeedMetrics,
        summary_s: float,
        now: Callable[[], datetime],
        real_now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._directory = directory
        self._find_district = find_district
        self._metrics = metrics
        self._summary_s = summary_s
        self._now = now
        self._real_now = real_now
        self._monotonic = monotonic
        self._summary_due_s = 0.0
        self._changed: set[str] = set()
        self._knows_all = False

    def note_aeds(self, aed_ids: Iterable[str]) -> None:
        """These may stand otherwise than before, or not any more."""
        self._changed.update(aed_ids)

    async def run(self) -> None:
        """Look again and again. Whatever fails here is tried again and fails nothing else."""
        while True:
            try:
                await self.look()
            except DatabaseAway:
                # The database's own figures say so; what changed meanwhile is found afterwards.
                self._metrics.looks.labels(outcome="failed").inc()
            except Exception:
                self._metrics.looks.labels(outcome="failed").inc()
                log.exception("operation_centre_not_told", retry_s=LOOK_S)
            else:
                self._metrics.looks.labels(outcome="ok").inc()
                self._metrics.looked_at.set(self._real_now().timestamp())
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Write what there is to be told now, and nothing where there is nothing.

        Raises:
            DatabaseAway, or what the database says: nothing is lost, the next look finds it.
        """
        await self._begin()
        await self._tell_incidents()
        await self._tell_aeds()
        await self._tell_summary()

    async def _begin(self) -> None:
        """Where the feed is new, what stands already is where it begins; else what changed unseen is looked for."""
        if self._knows_all:
            return
        standing, at = [_standing(aed) for aed in self._directory.aeds_in(*EVERYWHERE)], self._now()

        def work(connection: Connection) -> set[str] | None:
            if store.take_turn(connection) is None:
                store.begin(connection, standing, at)
                return None
            return store.read_told_ids(connection)

        told = await self._database.transact_aside(work)
        if told is not None:
            self._changed |= told | {aed.aed_id for aed in standing}
        self._knows_all = True

    async def _tell_incidents(self) -> None:
        while await self._database.consult(lambda connection: len(store.find_changed(connection, self._now()))):
            if await self._write(self._incidents) < store.BATCH:
                return

    def _incidents(self, connection: Connection) -> tuple[list[News], int]:
        rows = store.find_changed(connection, self._now())
        said, news = {row.incident_id: row.said for row in rows}, list[News]()
        for one in store.read_incidents(connection, rows, self._find_district):
            news += news_of_incident(one, said[one.incident_id])
            store.note_incident(self._database, connection, one)
        return news, len(rows)

    async def _tell_aeds(self) -> None:
        while self._changed:
            ids = sorted(self._changed)[:AEDS_AT_ONCE]
            # What changes again while this is written is looked at once more.
            self._changed.difference_update(ids)
            try:
                await self._tell_of(ids)
            except BaseException:
                self._changed.update(ids)
                raise

    async def _tell_of(self, ids: Sequence[str]) -> None:
        now = {aed.aed_id: aed for aed_id in ids if (aed := self._find_standing(aed_id))}
        at = self._now()
        # After a start all are looked at, and nothing has to be written of most.
        told_before = await self._database.consult(lambda connection: store.read_told_aeds(connection, ids))
        if not news_of_aeds(ids, now, told_before, at):
            return

        def work(connection: Connection) -> tuple[list[News], int]:
            told = store.read_told_aeds(connection, ids)
            news = news_of_aeds(ids, now, told, at)
            store.note_aeds(self._database, connection, {str(one.data["aed_id"]) for one in news}, now)
            return news, len(ids)

        await self._write(work)

    def _find_standing(self, aed_id: str) -> StandingAed | None:
        aed = self._directory.find_aed(aed_id)
        # One that was joined to another is found as that one.
        return _standing(aed) if aed and aed.aed_id == aed_id and not aed.retired else None

    async def _tell_summary(self) -> None:
        if self._monotonic() < self._summary_due_s:
            return
        data = {**_of_aeds(self._directory.aeds_in(*EVERYWHERE)), "rescuers_on_duty": self._directory.count_on_duty()}
        at, before = self._now(), self._real_now() - KEPT

        def work(connection: Connection) -> tuple[list[News], int]:
            store.forget(connection, before)
            if store.is_summary_waiting(connection):
                return [], 0
            counted = {"incidents_open": store.count_open(connection), **data}
            return [News(type="summary", at=at, data=counted)], 1

        await self._write(work)
        self._summary_due_s = self._monotonic() + self._summary_s

    async def _write(self, find: Callable[[Connection], tuple[list[News], int]]) -> int:
        """Number and store what `find` finds, with what it notes down; how much it looked at."""

        def work(connection: Connection) -> tuple[int, int]:
            # First, so that of two processes one waits for the other and sees what that has told.
            last_seq = store.take_turn(connection)
            if last_seq is None:
                raise LookupError("the feed's row is gone from the table centre_feed: restart the service")
            news, count = find(connection)
            messages = [(seq, one.type, one.body(seq)) for seq, one in enumerate(news, start=last_seq + 1)]
            if messages:
                self._outbox.put(connection, CENTRE, messages)
                store.advance(connection, last_seq + len(messages))
            return len(messages), count

        written, count = await self._database.transact_aside(work)
        if written:
            self._outbox.on_written()
        return count


def _standing(aed: Aed) -> StandingAed:
    return StandingAed(aed_id=aed.aed_id, lon=aed.lon, lat=aed.lat, state=aed.state.value)


def _of_aeds(aeds: Collection[Aed]) -> dict[str, int]:
    return {"aeds": len(aeds), "aeds_in_service": sum(aed.state.value == "in_service" for aed in aeds)}
