"""The composition root: the only place that wires geo, registry and dispatch together."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import Depends, FastAPI

from dispatch.access.integrations import Integrations
from dispatch.access.tokens import TokenSigner
from dispatch.api import (
    callbacks,
    console,
    erasure,
    errors,
    gauges,
    incidents,
    maps,
    operations,
    streams,
    upgrade,
    webhook,
)
from dispatch.api.access import guard
from dispatch.api.description import describe
from dispatch.api.for_officers import build_officer_routers
from dispatch.api.for_people import build_people_routers
from dispatch.channels.relay import Relay
from dispatch.clock import Clock
from dispatch.core.matching import Walker
from dispatch.core.policy import Policy
from dispatch.incidents.engine import Engine
from dispatch.incidents.scout import Outage, Scout
from dispatch.incidents.service_area import around
from dispatch.incidents.watch import Watch
from dispatch.incidents.ways import Ways
from dispatch.journal.journal import Journal
from dispatch.journal.receipts import ReceiptBook
from dispatch.operations.limits import Limits
from dispatch.operations.metrics import Metrics
from dispatch.people.people import People
from dispatch.records import InboxRow
from dispatch.retention.cli import rules_of
from dispatch.retention.retention import Retention
from dispatch.service import DispatchService
from dispatch.spool.memory import RecentMemory
from dispatch.spool.reader import StandbyReader
from dispatch.spool.spool import Spool, SpooledJournal
from dispatch.streams.frames import AlertFrames, Renderer
from dispatch.streams.hub import Hub
from geo.places import spatial_index
from geo.streets.network_file import NetworkFileError
from geo.streets.streets_by_time import StreetsByTime
from geo.streets.walk_network import WalkNetwork
from geo.walking import walk_area
from geo.walking.walk_time import warm_up
from registry.changes import change_feed
from registry.contacts import ContactBook
from registry.devices.cabinet_book import CabinetBook
from registry.directory import Directory
from registry.eligibility import DispatchLimits
from registry.epoch import get_epoch
from registry.follower import Follower
from registry.personal.standing import look_at_start
from registry.storage.database import Database
from registry.storage.migrating import migrate
from registry.storage.watched_database import WatchedDatabase
from rescue_circle import __version__
from rescue_circle.calling_back import build_deliverer, build_outbox, target_finder
from rescue_circle.channel_ground import build_relay, needs_message, on_the_line
from rescue_circle.city_feed import build_centre, build_feed_files
from rescue_circle.disks import show_disks
from rescue_circle.map_ground import build_maps
from rescue_circle.provider_ground import find_provider
from rescue_circle.settings import Settings
from rescue_circle.settings_loading import BadSettings


async def build_service(settings: Settings, database: WatchedDatabase, spool: Spool) -> DispatchService:
    """Everything loaded and resumed: migrated tables, network, compiled kernels, live picture, open incidents.

    Raises:
        The rooms' own errors, whose messages say what to do.
    """
    clock = Clock(start=settings.clock_start, speed=settings.clock_speed)
    tokens = TokenSigner(*settings.token_secrets)
    configured = settings.load_configured()
    integrations = Integrations(configured.integrations)
    network, directory = await _load_ground(settings, database)
    policy, hub, metrics = _policy_of(settings), Hub(), Metrics()
    find_callback_target = target_finder(settings, configured)
    outbox = await build_outbox(database, find_callback_target)
    people = _build_people(settings, database)
    relay = await build_relay(settings, database, people, directory=directory, hub=hub, metrics=metrics)
    scout = _build_scout(
        settings,
        directory,
        network,
        policy=policy,
        is_on_the_line=partial(on_the_line, hub, relay),
        needs_message=partial(needs_message, hub, relay) if relay.has_channels else None,
        clock=clock,
    )
    alerts = AlertFrames(directory=directory, ways=Ways(directory=directory, scout=scout))
    journal, reader = await _land_journal(Journal(database, policy, outbox), database, spool)
    engine = await _resume_engine(
        journal,
        reader,
        scout=scout,
        alerts=alerts,
        policy=policy,
        clock=clock,
        hub=hub,
        relay=relay,
        metrics=metrics,
        epoch=await get_epoch(database),
    )
    follower = Follower(database, directory, change_feed(database))
    service = DispatchService(
        engine=engine,
        journal=journal,
        reader=reader,
        directory=directory,
        follower=follower,
        renderer=Renderer(live=engine.live, alerts=alerts, cabinets=CabinetBook(database)),
        receipts=_listen_for_phones(ReceiptBook(database), relay, engine),
        hub=hub,
        clock=clock,
        tokens=tokens,
        integrations=integrations,
        limits=Limits(integrations.all, clock_speed=settings.clock_speed),
        area=settings.area or (around(network.bounds) if network else None),
        metrics=metrics,
        outbox=outbox,
        deliverer=build_deliverer(settings, outbox, find_callback_target, metrics),
        retention=_build_retention(settings, database),
        people=people,
        maps=await build_maps(settings, network, directory, metrics),
        relay=relay,
        centre=await asyncio.to_thread(
            build_centre,
            settings,
            database=database,
            outbox=outbox,
            directory=directory,
            follower=follower,
            clock=clock,
            metrics=metrics,
        ),
        feed_files=build_feed_files(settings, database, metrics),
        heartbeat_s=settings.heartbeat_s,
        dialects=configured.dialects,
    )
    gauges.install(service)
    show_disks(settings, metrics)
    return service


def _build_people(settings: Settings, database: WatchedDatabase) -> People:
    newest, *older = settings.token_secrets
    people = People.of(
        database,
        token_secret=newest,
        old_secrets=tuple(older),
        public_url=settings.public_address,
        totp_required_of=settings.totp_required_of,
    )
    people.at_provider = find_provider(settings)
    return people


def _listen_for_phones(receipts: ReceiptBook, relay: Relay, engine: Engine) -> ReceiptBook:
    """What a phone or a channel says of an alert reaches whoever waits for it."""
    receipts.on_delivered, receipts.on_seen = partial(_heard_of, relay, engine), relay.seen
    relay.on_taken = engine.arrivals.note
    return receipts


def _heard_of(relay: Relay, engine: Engine, alert_id: str) -> None:
    relay.acknowledged(alert_id)
    engine.arrivals.note(alert_id)


async def _load_ground(settings: Settings, database: Database) -> tuple[WalkNetwork | None, Directory]:
    """The streets and, once the tables are of this version, the live picture of who and what is on them."""
    await asyncio.to_thread(migrate, settings.database_url)
    await look_at_start(database)
    network = await asyncio.to_thread(_load_network, settings.network) if settings.network else None
    if network is not None:
        await asyncio.to_thread(warm_up, network)
        await asyncio.to_thread(walk_area.warm_up, network)
    await asyncio.to_thread(spatial_index.warm_up)
    limits = DispatchLimits(time_zone=ZoneInfo(settings.time_zone))
    return network, await Directory.load(database, network=network, limits=limits)


def _load_network(file: Path) -> WalkNetwork:
    try:
        return WalkNetwork.load(file)
    except OSError as error:
        raise BadSettings(f"RESCUE_NETWORK: cannot read {file}: {error.strerror or error}") from error
    except NetworkFileError as error:
        raise BadSettings(f"RESCUE_NETWORK: {error}") from error


def _build_scout(
    settings: Settings,
    directory: Directory,
    network: WalkNetwork | None,
    *,
    policy: Policy,
    is_on_the_line: Callable[[str], bool],
    needs_message: Callable[[str], bool] | None,
    clock: Clock,
) -> Scout:
    heard_at = directory.last_heard_at
    return Scout(
        directory=directory,
        streets=StreetsByTime(network, ZoneInfo(settings.time_zone)) if network else None,
        policy=policy,
        walker=Walker(speed_m_s=settings.speed_m_s, takeout_s=policy.takeout_s),
        is_on_the_line=is_on_the_line,
        clock_now=clock.now,
        needs_message=needs_message,
        outage=Outage(since=heard_at, until=clock.now()) if heard_at else None,
    )


async def _land_journal(
    journal: Journal, database: WatchedDatabase, spool: Spool
) -> tuple[SpooledJournal, StandbyReader]:
    """The journal with what a former run could not write: incidents resume with it, and sequences go on behind it."""
    memory = RecentMemory()
    spooled = SpooledJournal(journal=journal, database=database, spool=spool, memory=memory)
    reader = StandbyReader(database, memory, is_settled=lambda: spooled.is_settled)
    await spooled.land()
    await memory.load(database)
    return spooled, reader


async def _resume_engine(
    journal: SpooledJournal,
    reader: StandbyReader,
    *,
    scout: Scout,
    alerts: AlertFrames,
    policy: Policy,
    clock: Clock,
    hub: Hub,
    relay: Relay,
    metrics: Metrics,
    epoch: str,
) -> Engine:
    """An engine whose open incidents go on, and that has closed those which landed beside a twin of theirs."""

    def publish(rows: Sequence[InboxRow]) -> None:
        hub.offer(rows)
        relay.offer(rows)

    engine = Engine(
        journal=journal,
        reader=reader,
        scout=scout,
        policy=policy,
        clock=clock,
        publish=publish,
        new_id=lambda: uuid.uuid4().hex,
        watch=Watch(metrics),
        prepare=alerts.prepare,
        epoch=epoch,
    )
    await engine.resume()
    journal.close_duplicate, journal.forget = engine.close_duplicate, engine.live.forget
    await journal.settle()
    for alert_id, rescuer_id in engine.live.ringing():
        relay.take_up(alert_id, rescuer_id)
    return engine


def _policy_of(settings: Settings) -> Policy:
    return Policy(
        alerts=settings.policy_alerts,
        decline_rest_s=settings.policy_decline_rest_s,
        rest_s=settings.policy_rest_s,
        lock_out_s=settings.policy_lock_out_s,
    )


def _build_retention(settings: Settings, database: Database) -> Retention:
    rules = rules_of(
        details_days=settings.retention_details_days,
        messages_days=settings.retention_messages_days,
        positions_days=settings.retention_positions_days,
        imports_days=settings.retention_imports_days,
        people_imports_days=settings.retention_people_imports_days,
    )
    return Retention(database, rules)


def build_app(service: DispatchService, database: Database) -> FastAPI:
    """The HTTP and websocket interface of all rooms."""
    app = FastAPI(
        title="Rescue Circle",
        version=__version__,
        description="Dispatches certified volunteers and public AEDs to cardiac arrests.",
        # The framework's own pages would load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
    )
    errors.install(app, service.metrics)
    # 120's door knows its callers by their signatures. The table of roles would say no more, and ask time of each call.
    app.include_router(webhook.build_router(service))
    guarded = [Depends(guard(service.tokens, service.limits, service.people.accounts))]
    for router in (
        # First, since each is compared with all before it, and phones come back by the thousand.
        streams.build_router(service),
        incidents.build_router(service, ContactBook(database)),
        console.build_router(service, database),
        erasure.build_router(service),
        callbacks.build_router(service.outbox),
        operations.build_router(service),
        maps.build_router(service.maps),
        upgrade.build_router(service.metrics),
        *build_people_routers(service),
        *build_officer_routers(service, database),
    ):
        app.include_router(router, dependencies=guarded)
    describe(app)
    return app
