"""Runs the service: the port opens at once, calls are taken as soon as everything is loaded."""

import asyncio
import json
import signal
import sys
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

import structlog
import typer
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from dispatch.access.proxies import PeerNoted
from dispatch.api.hardening import Hardened
from dispatch.api.stream_protocol import StreamProtocol
from dispatch.retention.retention import Erased
from dispatch.service import DispatchService
from dispatch.spool.spool import Spool
from dispatch.streams.hub import Hub
from registry.storage.database import DatabaseUnreachable
from registry.storage.sole_service import sole_service
from registry.storage.watched_database import DatabaseAway, WatchedDatabase, may_come_back
from registry.tree_keeper import keep_trees
from rescue_circle import open_files
from rescue_circle.compose import build_app, build_service
from rescue_circle.emblem import with_emblem
from rescue_circle.ending import Ending
from rescue_circle.forwarded import Forwarded
from rescue_circle.greeting import greeting
from rescue_circle.handover import FINISH_S, HandingOverServer, hand_over_streams
from rescue_circle.listening import open_sockets
from rescue_circle.neighbours import Neighbours
from rescue_circle.pauses import collect_meanwhile, keep_pauses_quiet, set_aside_unseen
from rescue_circle.settings import Settings
from rescue_circle.web_pages import WebPages, load_web_files, page_policy

log = structlog.get_logger(__name__)

RETRY_S = 1.0
FLUSH_S = 0.5
"""Receipts and positions are written this often; a crash loses no more than that of them, and no call or answer."""

TASKS_S, LAST_FLUSH_S, CLOSE_S = 1.0, 1.5, 1.0
WORK_S = TASKS_S + LAST_FLUSH_S + 0.5
"""What the last steps may take; with the hand-over and the requests before them less than `ending.LIMIT_S`."""

THREAD_SWITCH_S = 0.0002
"""The thread that writes to SQLite gives up the interpreter at every step of a statement; with Python's 5 ms it would
get it back so late that a call's way to the phones takes twice as long (measured by `make bench`)."""

OVERDUE_FIRST_S = 5.0
"""What fell due while no process ran is done before the door opens, behind which all phones wait at once and leave it
no turn; but for no longer than this (hundreds of incidents), since calls wait there too."""

MAX_FRAME_BYTES = 16 * 1024
MAX_HEAD_BYTES = 32 * 1024
"""Of a request's line and headers."""


class Gate:
    """Answers alone before the service is ready and when it ends: a call should be sent again in a moment."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        self.hub: Hub | None = None
        self.stopping = False
        self.waits_for: dict[str, Any] | None = None

    async def hand_over(self) -> None:
        """Let nobody new in, and send those who are connected to the next process."""
        self.stopping = True
        if self.hub is not None:
            await hand_over_streams(self.hub)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            # Wherever something can be got; the server leaves the body out.
            scope = {**scope, "method": "GET"}
        if scope["type"] == "http" and scope["path"] == "/healthz":
            await _answer(send, 200, {"status": "alive"})
        elif self.app is not None and not self.stopping:
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            code, what = ("stopping", "restarting") if self.stopping else ("starting", "loading")
            told = {"code": code, "message": f"The service is {what}: try again in a second."}
            await _answer(send, 503, told if self.stopping else self.waits_for or told)
        elif scope["type"] == "websocket":
            await receive()
            # Accepted first, since a refused handshake tells a browser neither code nor reason.
            await send({"type": "websocket.accept"})
            close, why = (1012, "stopping") if self.stopping else (1013, "starting")
            await send({"type": "websocket.close", "code": close, "reason": why})


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; everything gathered is written before this returns.

    Raises:
        The rooms' own errors where something cannot be loaded.
    """
    sockets = open_sockets(settings.host, settings.port)
    gate = Gate()
    sys.setswitchinterval(THREAD_SWITCH_S)
    open_files.allow_all()
    open_files.tell_once_when_out(asyncio.get_running_loop())
    ending = Ending()

    async def hand_over() -> None:
        ending.begin()
        await gate.hand_over()

    # Not by uvicorn's own option, which would put it around everything: whose connection it is must be seen before.
    app = PeerNoted(Forwarded(Hardened(gate), settings.trusted_proxies))
    server = HandingOverServer(_config(settings, app), hand_over)
    # When uvicorn has served its last request it raises the signal that ended it once more, and by default that would
    # kill us before what was gathered is written.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    database = WatchedDatabase(settings.database_url, personal_keys=settings.personal_keys)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        # A terminal that is closed ends it as any other end does; nohup keeps that away.
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, lambda: setattr(server, "should_exit", True))
    work = asyncio.create_task(_work(settings, database, gate, ending))
    work.add_done_callback(lambda _: setattr(server, "should_exit", True))
    try:
        await server.serve(sockets)
    finally:
        ending.begin()
        work.cancel()
        await ending.step("work", asyncio.wait({work}), WORK_S)
        await ending.step("database", database.close(), CLOSE_S)
    if work.done() and not work.cancelled():
        work.result()
    ending.end()


def _config(settings: Settings, app: PeerNoted) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        # Ours, since it also says whose word it does not take.
        proxy_headers=False,
        # The parser whose limit on headers the next line sets.
        http="h11",
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
        ws=StreamProtocol,
        # Streams have heartbeats of their own; uvicorn's would cut a phone whose answer the database is slow to take.
        ws_ping_interval=None,
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=FINISH_S,
        server_header=False,
    )


async def _work(settings: Settings, database: WatchedDatabase, gate: Gate, ending: Ending) -> None:
    spool = Spool.open(settings.spool_path, limit_bytes=round(settings.spool_limit_mb * 1_000_000))
    try:
        await _run(settings, await _build(settings, database, spool, gate), database, gate, ending)
    finally:
        spool.close()


async def _build(settings: Settings, database: WatchedDatabase, spool: Spool, gate: Gate) -> DispatchService:
    """The service, as soon as its database can be reached."""
    while True:
        why = await _find_why_away(database)
        if why is None:
            try:
                return await build_service(settings, database, spool)
            except (DatabaseAway, DatabaseUnreachable) as error:
                if not may_come_back(error):
                    raise
                why = error
        collect_meanwhile()
        kind = type(why.__cause__ or why).__name__
        told = f"The service waits for its database ({kind})."
        gate.waits_for = {"code": "database_away", "message": told, "database": "away", "spooled": len(spool.left)}
        log.warning("waiting_for_database", reason=kind, spooled=len(spool.left), retry_s=RETRY_S)
        await asyncio.sleep(RETRY_S)


async def _find_why_away(database: WatchedDatabase) -> Exception | None:
    """Asked before the migrations, which wait long for a database that is locked."""
    try:
        await database.find()
    except DatabaseAway as error:
        return error if may_come_back(error) else None
    except Exception:
        # The migrations say better what is wrong.
        return None
    return None


async def _run(
    settings: Settings, service: DispatchService, database: WatchedDatabase, gate: Gate, ending: Ending
) -> None:
    await service.engine.deadlines.catch_up(within_s=OVERDUE_FIRST_S)
    neighbours = Neighbours(sole_service(settings.database_url))
    neighbours.show(service.metrics)
    await neighbours.look()
    pages = await asyncio.to_thread(lambda: with_emblem(load_web_files(), settings.emblem))
    gate.app, gate.hub = WebPages(build_app(service, database), pages, policy=_policy(settings)), service.hub
    set_aside_unseen()
    log.info(
        "ready",
        address=f"http://{settings.host}:{settings.port}",
        aeds=service.directory.aed_count,
        rescuers=service.directory.rescuer_count,
        open_incidents=service.engine.live.open_count,
    )
    # Nobody may be listening, or the disk be full: the service is none the worse for that.
    with suppress(OSError):
        typer.echo(greeting(settings, service, is_alone=neighbours.is_alone))
    works = (
        service.engine.deadlines.run(),
        service.clock.follow(is_quiet=lambda: service.engine.live.open_count == 0),
        service.deliverer.run(),
        service.journal.run(),
        service.follower.run(),
        neighbours.run(),
        keep_trees(service.directory),
        # A task of its own: one that hangs in a write must not keep us from ending the others.
        _keep_flushing(service, database),
        service.retention.keep_running(service.clock.now, partial(_forget, service)),
        service.relay.run(),
        *(feed.run() for feed in (service.centre, service.feed_files) if feed is not None),
        service.engine.newcomers.run(),
        keep_pauses_quiet(
            is_quiet=lambda: service.engine.live.open_count == 0, is_at_work=lambda: service.engine.is_at_work
        ),
    )
    running = [asyncio.create_task(work) for work in works]
    try:
        ended, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
    finally:
        for task in running:
            task.cancel()
        service.maps.tiles.close()
        await ending.step("tasks", asyncio.gather(*running, return_exceptions=True), TASKS_S)
        await ending.step("flush", _flush(service, database), LAST_FLUSH_S)


def _policy(settings: Settings) -> str:
    tiles = [settings.tile_url] if settings.tile_url else []
    return page_policy(elsewhere=tiles, public_url=settings.public_url)


def _forget(service: DispatchService, erased: Erased, positions_before: datetime) -> None:
    for incident_id in erased.incident_ids:
        service.engine.live.forget(incident_id)
    service.directory.forget_positions(positions_before)


async def _keep_flushing(service: DispatchService, database: WatchedDatabase) -> None:
    while True:
        await asyncio.sleep(FLUSH_S)
        await _flush(service, database)


async def _flush(service: DispatchService, database: WatchedDatabase) -> None:
    if not service.journal.is_settled:
        # Receipts of incidents that the journal does not have yet have nothing to refer to.
        return
    try:
        await service.receipts.flush()
        await service.directory.flush(database)
    except DatabaseAway:
        log.info("flush_waits_for_database")
    except Exception:
        # Both keep what they could not write and offer it again.
        log.exception("flush_failed")


async def _answer(send: Send, status: int, body: dict[str, Any]) -> None:
    headers = [(b"content-type", b"application/json")]
    if status == 503:
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
