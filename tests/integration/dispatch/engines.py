"""Engines on one real database, wired as the front door wires them, on a clock that tests advance."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from dispatch.clock import Clock
from dispatch.contracts.webhook import MessageType
from dispatch.core.consequences import rescuer_recipient
from dispatch.core.events import DEFAULT_INTEGRATION
from dispatch.core.matching import Place, Walker
from dispatch.core.policy import Policy
from dispatch.incidents.engine import Engine, Taken
from dispatch.incidents.intake import Understood
from dispatch.incidents.scout import Scout
from dispatch.incidents.writer import Appends
from dispatch.journal.journal import Journal
from dispatch.journal.reader import JournalReader
from dispatch.records import CallRecord, Details, InboxRow
from dispatch.spool.memory import RecentMemory
from dispatch.spool.reader import StandbyReader
from dispatch.spool.spool import Spool, SpooledJournal
from geo.places.projection import LocalPlane
from registry.directory import Directory
from registry.models import Aed, Certificate, Presence, Rescuer
from registry.storage.database import Database
from registry.storage.watched_database import WatchedDatabase
from tests.support.waiting import until

NOON = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
PLANE = LocalPlane(113.665, 34.757)


def place(east_m: float, north_m: float) -> Place:
    lon, lat = PLANE.to_lonlat(east_m, north_m)
    return Place(lon=float(lon), lat=float(lat))


def rescuer(name: str, east_m: float, north_m: float = 0) -> Rescuer:
    at = place(east_m, north_m)
    return Rescuer(
        rescuer_id=name,
        certificates=(Certificate(kind="红十字救护员"),),
        on_duty=True,
        presence=Presence(lon=at.lon, lat=at.lat, accuracy_m=5, observed_at=NOON),
        last_seen_at=NOON,
    )


def aed(name: str, east_m: float, north_m: float = 0) -> Aed:
    at = place(east_m, north_m)
    return Aed(aed_id=name, lon=at.lon, lat=at.lat, time_zone="Asia/Shanghai", opening_hours="24/7")


@dataclass
class Desk:
    """One engine with its clock and everything it has published. gone: whose phones take no alert. slow: whom a
    message has to reach."""

    engine: Engine
    reader: JournalReader
    clock: Clock
    published: list[InboxRow]
    gone: set[str]
    slow: set[str]
    scout: Scout

    @property
    def rung(self) -> list[str]:
        """Whose phones were told to ring, in order."""
        prefix = rescuer_recipient("")
        return [row.recipient.removeprefix(prefix) for row in self.published if row.kind == "alert"]

    async def take_call(
        self,
        cad_ref: str,
        *,
        message_id: str | None = None,
        east_m: float = 0,
        floor: str = "",
        more: Mapping[str, str] | None = None,
    ) -> Taken:
        understood = Understood(
            type=MessageType.CALL_CREATED,
            cad_ref=cad_ref,
            reported_at=self.clock.now(),
            details=Details(place=place(east_m, 0), floor=floor, more=more or {}),
            ambulance_eta_at=None,
            attention=None,
            detail="",
        )
        record = CallRecord(
            message_id=message_id or f"m-{cad_ref}",
            integration=DEFAULT_INTEGRATION,
            received_at=NOON,
            type="call.created",
            attention=None,
            detail="",
            body=b"{}",
        )
        return await self.engine.take_call(understood, record)

    async def settle(self) -> None:
        """Nobody looks around for helpers any more, and what had begun is done."""
        await self.engine.newcomers.close()
        await until(lambda: not self.engine.is_at_work)

    async def alerted(self, incident_id: str) -> dict[str, str | None]:
        """Rescuers of the incident with the AED each is to fetch, in the order they were rung."""
        live = await self.engine.live.find(incident_id)
        assert live
        return {alert.rescuer_id: alert.aed_id for alert in live.incident.alerts.values()}


@dataclass(kw_only=True)
class DeskWithSpool(Desk):
    """The same before a database that may go away."""

    journal: SpooledJournal
    database: WatchedDatabase


@asynccontextmanager
async def desk(
    url: str,
    rescuers: Sequence[Rescuer],
    aeds: Sequence[Aed] = (),
    *,
    name: str = "inc",
    policy: Policy | None = None,
    clock: Clock | None = None,
    undecided: Sequence[tuple[str, str]] = (),
    same_phones: Sequence[tuple[str, str]] = (),
) -> AsyncIterator[Desk]:
    """An engine that has resumed what the database holds. undecided: AEDs that may be one; same_phones: of rescuers."""
    rule = policy or Policy()
    database = Database(url)
    try:
        held = _wired(
            rule,
            Journal(database, rule),
            JournalReader(database),
            Directory(aeds, rescuers, plane=PLANE, undecided=undecided, same_phones=same_phones),
            name=name,
            clock=clock,
        )
        await held.engine.resume()
        yield held
        await held.settle()
    finally:
        await database.close()


@asynccontextmanager
async def desk_with_spool(
    url: str,
    path: Path,
    rescuers: Sequence[Rescuer],
    *,
    name: str = "inc",
    limit_bytes: int = 1_000_000,
    kept_calls: int = 1_000,
) -> AsyncIterator[DeskWithSpool]:
    """The same with a spool; what lies in it has landed."""
    rule = Policy()
    database = WatchedDatabase(url)
    spool = Spool.open(path, limit_bytes=limit_bytes)
    memory = RecentMemory(kept_calls=kept_calls)
    journal = SpooledJournal(journal=Journal(database, rule), database=database, spool=spool, memory=memory)
    reader = StandbyReader(database, memory, is_settled=lambda: journal.is_settled)
    try:
        await journal.land()
        await memory.load(database)
        held = _wired(rule, journal, reader, Directory((), rescuers, plane=PLANE), name=name)
        await held.engine.resume()
        journal.close_duplicate = held.engine.close_duplicate
        await journal.settle()
        yield DeskWithSpool(**vars(held), journal=journal, database=database)
        await held.settle()
    finally:
        spool.close()
        await database.close()


def _wired(
    rule: Policy,
    journal: Appends,
    reader: JournalReader,
    directory: Directory,
    *,
    name: str,
    clock: Clock | None = None,
) -> Desk:
    clock = clock or Clock(start=NOON, speed=0.001)
    published: list[InboxRow] = []
    gone: set[str] = set()
    slow: set[str] = set()

    def publish(rows: Sequence[InboxRow]) -> None:
        published.extend(rows)
        there = [row for row in rows if row.recipient.removeprefix(rescuer_recipient("")) not in gone]
        engine.arrivals.note_all(row.alert_id for row in there if row.alert_id)

    numbers = count(1)
    scout = Scout(
        directory=directory,
        streets=None,
        policy=rule,
        walker=Walker(takeout_s=rule.takeout_s),
        is_on_the_line=lambda _rescuer_id: True,
        clock_now=clock.now,
        needs_message=slow.__contains__,
    )
    engine = Engine(
        journal=journal,
        reader=reader,
        scout=scout,
        policy=rule,
        clock=clock,
        publish=publish,
        new_id=lambda: f"{name}{next(numbers)}",
    )
    return Desk(engine=engine, reader=reader, clock=clock, published=published, gone=gone, slow=slow, scout=scout)
