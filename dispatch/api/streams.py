"""The websockets of volunteers and dispatchers: authenticate, resume, then send and receive until one side goes."""

import asyncio
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress

import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from dispatch.access.tokens import Access, BadToken, Identity
from dispatch.api.access import host_of
from dispatch.api.frame_desk import Answerer, DispatcherDesk, VolunteerDesk
from dispatch.api.stream_protocol import find_cut, find_send_now
from dispatch.contracts import stream as wire
from dispatch.core.consequences import DISPATCHERS, rescuer_recipient
from dispatch.operations.limits import TooMany
from dispatch.people.refusals import AccountDisabled
from dispatch.records import InboxRow
from dispatch.service import DispatchService
from dispatch.streams.hub import Mailbox
from registry.storage.watched_database import DatabaseAway

log = structlog.get_logger(__name__)

HELLO_TIMEOUT_S = 10.0
SEND_TIMEOUT_S = 5.0
"""A reader that takes nothing for so long is cut; what it missed waits in the journal for when it comes back."""

LAST_ANSWER_S = 3.0
"""How long a service that ends waits for an answer that is being made durable."""

PAGE = 64
SILENT_HEARTBEATS = 3
MAX_UNCONFIRMED = 1024

CLOSE_UNAUTHENTICATED = 4401
CLOSE_FORBIDDEN = 4403
CLOSE_REPLACED = 4409
CLOSE_TOO_SLOW = 1013
CLOSE_SILENT = 4408
CLOSE_TOO_MANY = 4429
CLOSE_RESTARTING = 1012


class _HangUp(Exception):
    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def build_router(service: DispatchService) -> APIRouter:
    router = APIRouter()

    @router.websocket("/streams/volunteer")
    async def volunteer_stream(websocket: WebSocket) -> None:
        await _serve(websocket, service, Access.VOLUNTEER)

    @router.websocket("/streams/dispatcher")
    async def dispatcher_stream(websocket: WebSocket) -> None:
        await _serve(websocket, service, Access.DISPATCHER)

    return router


async def _serve(websocket: WebSocket, service: DispatchService, access: Access) -> None:
    await websocket.accept()
    try:
        hello, identity = await _authenticate(websocket, service, access)
        gauge = service.metrics.sockets.labels(kind=access)
        gauge.inc()
        try:
            await _Stream(websocket, service, hello, identity).run()
        finally:
            gauge.dec()
    except _HangUp as reason:
        service.metrics.refused.labels(code=f"stream_{reason.code}").inc()
        log.info("stream_hung_up", kind=access, code=reason.code, reason=reason.reason)
        await _close(websocket, reason.code, reason.reason)
    except DatabaseAway:
        # What this phone has missed can be read once the database is back; frames must not overtake it.
        log.info("stream_hung_up", kind=access, code=CLOSE_TOO_SLOW, reason="database away")
        await _close(websocket, CLOSE_TOO_SLOW, "database away")
    except (WebSocketDisconnect, TimeoutError):
        await _close(websocket, CLOSE_TOO_SLOW, "gone")


async def _authenticate(websocket: WebSocket, service: DispatchService, access: Access) -> tuple[wire.Hello, Identity]:
    try:
        async with asyncio.timeout(HELLO_TIMEOUT_S):
            text = await _receive_text(websocket)
        hello = wire.Hello.model_validate_json(text)
        identity = service.tokens.check(hello.token).identity
    except TimeoutError as error:
        raise _HangUp(CLOSE_UNAUTHENTICATED, "no hello in time") from error
    except (ValidationError, ValueError) as error:
        _note_failure(service, websocket)
        why = "bad token" if isinstance(error, BadToken) else "the first frame must be a hello with a token"
        raise _HangUp(CLOSE_UNAUTHENTICATED, why) from error
    if identity.access is not access:
        raise _HangUp(CLOSE_FORBIDDEN, f"this stream is for the role {access}")
    await _check_standing(service, identity)
    if access is Access.VOLUNTEER and service.limits.connects_too_often(identity.subject):
        raise _HangUp(CLOSE_TOO_MANY, "connecting too often: try again in a moment")
    return hello, identity


async def _check_standing(service: DispatchService, identity: Identity) -> None:
    if identity.access is Access.VOLUNTEER:
        rescuer = service.directory.find_rescuer(identity.subject)
        if rescuer is None or rescuer.erased_at is not None:
            raise _HangUp(CLOSE_FORBIDDEN, "not in the registry")
    try:
        await service.people.accounts.require_good(identity)
    except AccountDisabled as error:
        raise _HangUp(CLOSE_FORBIDDEN, "this account is disabled") from error


def _note_failure(service: DispatchService, websocket: WebSocket) -> None:
    try:
        service.limits.authentication_failed(host_of(websocket))
    except TooMany as too_many:
        raise _HangUp(CLOSE_TOO_MANY, str(too_many)) from too_many


class _Stream:
    """One connection from its hello to its end."""

    def __init__(self, websocket: WebSocket, service: DispatchService, hello: wire.Hello, identity: Identity) -> None:
        self._websocket = websocket
        self._service = service
        self._identity = identity
        self._is_volunteer = identity.access is Access.VOLUNTEER
        self._recipient = rescuer_recipient(identity.subject) if self._is_volunteer else DISPATCHERS
        self._mailbox = Mailbox(self._recipient, hello.last_seq, send_now=self._send_now)
        self._write_now = find_send_now(websocket.scope)
        self._unconfirmed: deque[tuple[int, str, str]] = deque(maxlen=MAX_UNCONFIRMED)
        self._desk: Answerer = (
            VolunteerDesk(service, identity.subject) if self._is_volunteer else DispatcherDesk(service)
        )
        self._heard = asyncio.Event()
        self._limits = service.limits.of_frames()
        self._answering = asyncio.Lock()

    async def run(self) -> None:
        hub = self._service.hub
        hub.open(self._mailbox, alone=self._is_volunteer)
        try:
            await self._resume()
            await self._until_first_ends(
                self._send_all(), self._receive_all(), self._keep_alive(), self._step_aside(), self._hand_over()
            )
        finally:
            hub.close(self._mailbox)
            self._desk.gone()

    async def _resume(self) -> None:
        mailbox, reader = self._mailbox, self._service.reader
        last_seq = await reader.last_seq(self._recipient)
        # A phone that claims more than was ever sent has talked to another database: it starts over with ours.
        mailbox.sent_seq = min(mailbox.sent_seq, last_seq)
        mailbox.newest_seq = max(mailbox.newest_seq, last_seq)
        if self._is_volunteer and mailbox.sent_seq:
            self._service.receipts.resumed(self._recipient, mailbox.sent_seq, self._service.clock.now())
        self._desk.heard()
        self._desk.came()
        welcome = wire.Welcome(
            recipient=self._recipient,
            last_seq=mailbox.newest_seq,
            heartbeat_s=self._service.heartbeat_s,
            now=self._service.clock.now(),
        )
        await self._send(welcome)

    async def _until_first_ends(self, *work: Coroutine[None, None, None]) -> None:
        tasks = [asyncio.create_task(one) for one in work]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _send_all(self) -> None:
        mailbox = self._mailbox
        while True:
            await mailbox.wait()
            for text in mailbox.take_replies():
                await self._send_text(text)
            if mailbox.newest_seq > mailbox.sent_seq:
                row, newest_seq = mailbox.take_next(), mailbox.newest_seq
                rows = [row] if row else await self._missed()
                if not rows:
                    # Numbers whose frames the journal was never to have; see `Journal.skip_frames`.
                    mailbox.sent(newest_seq)
                for one in rows:
                    text = await self._service.renderer.render(one)
                    self._expect_ack(one)
                    await self._send_text(text)
                    mailbox.sent(one.seq)
                    self._service.metrics.frame_written(one)

    def _send_now(self, row: InboxRow) -> bool:
        """An alert that is ready, sent by whoever offers it: twenty phones' tasks would each wait for a turn."""
        text = self._service.renderer.find_ready(row)
        if text is None or self._write_now is None or not self._write_now(text):
            return False
        self._expect_ack(row)
        self._service.metrics.frame_written(row)
        return True

    def _expect_ack(self, row: InboxRow) -> None:
        if row.kind == "alert" and row.alert_id:
            self._unconfirmed.append((row.seq, row.incident_id, row.alert_id))

    async def _missed(self) -> list[InboxRow]:
        return await self._service.reader.read_inbox(self._recipient, after=self._mailbox.sent_seq, limit=PAGE)

    async def _receive_all(self) -> None:
        while True:
            text = await _receive_text(self._websocket)
            self._heard.set()
            self._desk.heard()
            async with self._answering:
                await self._take(self._parse(text))

    async def _take(self, frame: wire.ClientFrame | wire.Result) -> None:
        try:
            refused = await self._limits.find_refusal(frame)
        except TooMany as too_many:
            raise _HangUp(CLOSE_TOO_MANY, str(too_many)) from too_many
        if refused is not None:
            self._reply(refused)
        elif isinstance(frame, wire.Result):
            self._reply(frame)
        elif isinstance(frame, wire.Ack):
            self._take_ack(frame)
        elif not isinstance(frame, wire.Heartbeat):
            result = await self._desk.answer(frame)
            if result is not None:
                self._reply(result)

    def _parse(self, text: str) -> wire.ClientFrame | wire.Result:
        try:
            return wire.CLIENT_FRAME.validate_json(text)
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, part['loc']))}: {part['msg']}" for part in error.errors()[:5])
            return wire.Result(re=_frame_id(text), ok=False, code="malformed", message=wrong)

    def _take_ack(self, ack: wire.Ack) -> None:
        if ack.seq > self._mailbox.sent_seq:
            message = f"nothing beyond {self._mailbox.sent_seq} has been sent"
            self._reply(wire.Result(re=None, ok=False, code="ack_ahead", message=message))
            return
        confirmed = []
        while self._unconfirmed and self._unconfirmed[0][0] <= ack.seq:
            _, incident_id, alert_id = self._unconfirmed.popleft()
            confirmed.append((incident_id, alert_id))
        # All consoles share one sequence, so what one of them acknowledges says nothing of the others.
        if self._is_volunteer:
            self._note(ack.seq, confirmed)

    def _note(self, seq: int, alerts: list[tuple[str, str]]) -> None:
        self._service.receipts.acknowledged(self._recipient, seq)
        for incident_id, alert_id in alerts:
            self._service.receipts.delivered(incident_id, alert_id, self._service.clock.now())

    async def _keep_alive(self) -> None:
        silent = 0
        while silent < SILENT_HEARTBEATS:
            self._heard.clear()
            await asyncio.sleep(self._service.heartbeat_s)
            # While we are slow to answer, nothing more is read: that is not the phone's silence.
            silent = 0 if self._heard.is_set() or self._answering.locked() else silent + 1
            await _check_standing(self._service, self._identity)
            self._reply(wire.Heartbeat())
        raise _HangUp(CLOSE_SILENT, "nothing heard")

    async def _step_aside(self) -> None:
        await self._mailbox.replaced.wait()
        raise _HangUp(CLOSE_REPLACED, "a newer connection took over")

    async def _hand_over(self) -> None:
        hub = self._service.hub
        await hub.leaving.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_ANSWER_S):
                # Never released: what the phone says from now on it says to the next process.
                await self._answering.acquire()
        for text in self._mailbox.take_replies():
            await self._send_text(text)
        await self._send(wire.Reconnect(after_s=hub.draw_away_s()))
        raise _HangUp(CLOSE_RESTARTING, "the service restarts: connect again")

    def _reply(self, frame: wire.Frame) -> None:
        if isinstance(frame, wire.Result) and not frame.ok:
            self._service.metrics.refused.labels(code=frame.code).inc()
        if not self._mailbox.reply(frame.model_dump_json()):
            raise _HangUp(CLOSE_TOO_SLOW, "answers are not read")

    async def _send(self, frame: wire.Frame) -> None:
        await self._send_text(frame.model_dump_json())

    async def _send_text(self, text: str) -> None:
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await self._websocket.send_text(text)
        except TimeoutError as error:
            _cut(self._websocket)
            raise _HangUp(CLOSE_TOO_SLOW, "frames are not read") from error
        except RuntimeError as error:
            # The other side's close has been read, and not yet been taken by whoever receives.
            raise WebSocketDisconnect(1006) from error


async def _receive_text(websocket: WebSocket) -> str:
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code") or 1005, message.get("reason"))
    text = message.get("text")
    return text if isinstance(text, str) else ""


def _frame_id(text: str) -> str | None:
    """The id of a frame that could not be read otherwise, so that the phone knows which one it was."""
    try:
        found = wire.FrameStub.model_validate_json(text).id
    except ValidationError:
        return None
    return found


async def _close(websocket: WebSocket, code: int, reason: str) -> None:
    try:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await websocket.close(code, reason)
    except TimeoutError:
        _cut(websocket)
    except (RuntimeError, WebSocketDisconnect):
        # The other side has closed first.
        log.debug("stream_already_closed", code=code)


def _cut(websocket: WebSocket) -> None:
    """End the connection without a word: to close it properly would wait for a reader that does not read."""
    if cut := find_cut(websocket.scope):
        cut()
