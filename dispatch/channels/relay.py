"""Rings those whom their stream does not: nobody connected, or nothing acknowledged within seconds.

It hears of alerts as streams do, after they are durable, and never holds up the append that told it.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from prometheus_client import Counter, Gauge, Histogram

from dispatch.callbacks.retrying import Outcome
from dispatch.channels.health import Healths
from dispatch.channels.port import Attempt, Channel, Fault, Kind, Message
from dispatch.core.consequences import rescuer_recipient
from dispatch.operations.metrics import Metrics
from dispatch.records import InboxRow

log = structlog.get_logger(__name__)

ACKNOWLEDGED_WITHIN_S = 4.0
"""A phone whose stream is up acknowledges an alert in less than a second; after this it is rung too (assumption)."""

AT_ONCE = 32
MOST_WAITING = 5_000
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 8.0
REMEMBERED_S = 3_600.0

_RECIPIENT = rescuer_recipient("")


@dataclass(slots=True, kw_only=True)
class _Alert:
    """began_s: reading of the monotonic clock. rung: a channel was told to ring. no_sound: the phone has it and nobody
    hears it. over: nothing more is to be sent; ended: and nothing will be."""

    rescuer_id: str
    began_s: float
    timer: asyncio.TimerHandle | None = None
    rung: bool = False
    no_sound: bool = False
    over: bool = False
    ended: bool = False


class ChannelMetrics:
    def __init__(self, metrics: Metrics, names: Sequence[str]) -> None:
        registry = metrics.registry
        self.messages = Counter(
            "rescue_channel_messages",
            "Messages sent beside the streams, by what became of each attempt.",
            ["channel", "kind", "outcome"],
            registry=registry,
        )
        self.took_s = Histogram(
            "rescue_channel_seconds", "One attempt to send a message.", ["channel"], registry=registry
        )
        self.up = Gauge(
            "rescue_channel_up",
            "0 while a channel, or one of the push services behind it, keeps failing.",
            ["channel"],
            registry=registry,
        )
        for name in names:
            self.up.labels(channel=name).set(1)
            for kind in Kind:
                self.messages.labels(channel=name, kind=kind, outcome=Outcome.DELIVERED)


class Relay:
    """may_ring: whether a person may be told anything at all: known, not erased, consent not withdrawn. on_taken hears
    of each alert that a channel has taken to bring it to its phone."""

    def __init__(
        self,
        channels: Sequence[Channel],
        *,
        is_connected: Callable[[str], bool],
        may_ring: Callable[[str], bool],
        metrics: Metrics,
        acknowledged_within_s: float = ACKNOWLEDGED_WITHIN_S,
        keep_addresses: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._keep_addresses = keep_addresses
        self._channels = list(channels)
        self._is_connected = is_connected
        self._may_ring = may_ring
        self._within_s = acknowledged_within_s
        self._metrics = ChannelMetrics(metrics, [one.name for one in channels])
        self.on_taken: Callable[[str], None] = lambda _alert_id: None
        self._healths = Healths()
        self._alerts: dict[str, _Alert] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots: defaultdict[tuple[str, str], asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))
        metrics.show("rescue_channel_waiting", "Messages being sent or waiting for it.", lambda: len(self._tasks))

    @property
    def has_channels(self) -> bool:
        """Whether there is any way beside the streams."""
        return bool(self._channels)

    def reaches(self, rescuer_id: str) -> bool:
        """Whether some channel has an address of this person; one that failed lately may be all that they have."""
        return any(one.reaches(rescuer_id) for one in self._channels)

    async def names_of(self, rescuer_id: str) -> list[str]:
        """Channels that could reach this person now, as far as is known."""
        if not self._may_ring(rescuer_id):
            return []
        return [
            one.name for one in self._channels if one.reaches(rescuer_id) and self._healths.is_well(one, rescuer_id)
        ]

    async def send_test(self, rescuer_id: str, test_id: str, at: datetime) -> str | None:
        """Try one channel after the other; the name of the first that took it."""
        if not self._may_ring(rescuer_id):
            return None
        message = Message(kind=Kind.TEST, rescuer_id=rescuer_id, ref=test_id, at=at)
        for channel in self._channels:
            if (await self._attempt(channel, message)).outcome is Outcome.DELIVERED:
                return channel.name
        return None

    def offer(self, rows: Sequence[InboxRow]) -> None:
        """Rows that have just become durable. Whatever goes wrong here is nobody else's business."""
        if not self._channels:
            return
        for row in rows:
            if row.alert_id is None or not row.recipient.startswith(_RECIPIENT):
                continue
            try:
                self._take(row, row.alert_id, row.recipient.removeprefix(_RECIPIENT))
            except Exception:
                log.exception("channels_not_told", alert_id=row.alert_id)

    def acknowledged(self, alert_id: str) -> None:
        """The phone itself has the alert, and says nothing else of it."""
        alert = self._alerts.get(alert_id)
        if alert is not None and not alert.no_sound:
            self._settle(alert)

    def seen(self, alert_id: str) -> None:
        """Somebody has it in hand."""
        if alert := self._alerts.get(alert_id):
            self._end(alert)

    def has_no_sound(self, alert_id: str) -> None:
        """The phone has the alert and cannot make a sound: the other ways are used, unless somebody has it in hand."""
        alert = self._alerts.get(alert_id)
        if alert is None or alert.ended:
            return
        alert.no_sound, alert.over = True, False
        if not alert.rung:
            self._ring(alert_id, alert)

    def take_up(self, alert_id: str, rescuer_id: str) -> None:
        """An alert that rang when a former process ended; its messages have the same ids, so a repeated one is none."""
        if self._channels:
            self._begin(alert_id, rescuer_id, self._within_s)

    async def run(self) -> None:
        """Keep the addresses up to date until cancelled; then send nothing more."""
        try:
            await (self._keep_addresses() if self._keep_addresses else asyncio.Event().wait())
        finally:
            await self.close()

    async def close(self) -> None:
        """Send nothing more."""
        for alert in self._alerts.values():
            self._settle(alert)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _take(self, row: InboxRow, alert_id: str, rescuer_id: str) -> None:
        match row.kind:
            case "alert":
                # Never at once: the append that tells us has streams to tell first.
                self._begin(alert_id, rescuer_id, self._within_s if self._is_connected(row.recipient) else 0.0)
            case "alert_ended":
                ended = self._alerts.pop(alert_id, None)
                if ended is not None:
                    self._end(ended)
                if (ended is not None and ended.rung) or not self._is_connected(row.recipient):
                    self._send_by_all(Kind.CALL_OFF, rescuer_id, alert_id, lambda: False)
            case _:
                self.seen(alert_id)

    def _begin(self, alert_id: str, rescuer_id: str, wait_s: float) -> None:
        self._forget_old()
        alert = self._alerts[alert_id] = _Alert(rescuer_id=rescuer_id, began_s=time.monotonic())
        alert.timer = asyncio.get_running_loop().call_later(wait_s, self._ring, alert_id, alert)

    def _ring(self, alert_id: str, alert: _Alert) -> None:
        if alert.over:
            return
        alert.rung = self._send_by_all(Kind.ALARM, alert.rescuer_id, alert_id, lambda: alert.over)

    def _send_by_all(self, kind: Kind, rescuer_id: str, ref: str, is_over: Callable[[], bool]) -> bool:
        """By every channel that could reach this person, a faulty one too; whether there is any."""
        if not self._may_ring(rescuer_id):
            return False
        message = Message(kind=kind, rescuer_id=rescuer_id, ref=ref, at=datetime.now(UTC))
        channels = [one for one in self._channels if one.reaches(rescuer_id)]
        for channel in channels:
            if len(self._tasks) >= MOST_WAITING:
                self._count(channel, kind, "dropped")
                log.error("channel_message_dropped", channel=channel.name, kind=kind, ref=ref)
                continue
            task = asyncio.create_task(self._deliver(channel, message, is_over))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return bool(channels)

    async def _deliver(self, channel: Channel, message: Message, is_over: Callable[[], bool]) -> None:
        """Again and again until it is taken, of no more use, or never will be taken."""
        until_s, pause_s = time.monotonic() + message.good_for_s, FIRST_PAUSE_S
        # A carrier that hangs holds up its own messages only, and one that waits for its next attempt nobody's.
        slot = self._slots[channel.name, channel.carrier_to(message.rescuer_id)]
        while True:
            async with slot:
                if is_over():
                    return
                attempt = await self._attempt(channel, message)
            if attempt.outcome is Outcome.DELIVERED and message.kind is Kind.ALARM:
                self.on_taken(message.ref)
            if attempt.outcome is not Outcome.RETRIED:
                return
            wait_s = min(max(pause_s, attempt.retry_after_s or 0.0), message.good_for_s)
            if time.monotonic() + wait_s >= until_s:
                self._count(channel, message.kind, "expired")
                log.error("channel_message_expired", channel=channel.name, kind=message.kind, ref=message.ref)
                return
            await asyncio.sleep(wait_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _attempt(self, channel: Channel, message: Message) -> Attempt:
        began_s = time.perf_counter()
        try:
            attempt = await channel.send(message)
        except Exception as error:
            log.error("channel_fault", channel=channel.name, kind=message.kind, exc_info=error)
            attempt = Attempt(outcome=Outcome.RETRIED, error=type(error).__name__, fault=Fault.CARRIER)
        self._healths.note(channel, message.rescuer_id, attempt)
        self._metrics.up.labels(channel=channel.name).set(not self._healths.has_faulty_carrier(channel))
        self._metrics.took_s.labels(channel=channel.name).observe(time.perf_counter() - began_s)
        self._count(channel, message.kind, attempt.outcome)
        if attempt.outcome is not Outcome.DELIVERED:
            log.warning(
                f"channel_message_{attempt.outcome}",
                channel=channel.name,
                kind=message.kind,
                ref=message.ref,
                error=attempt.error,
            )
        return attempt

    def _count(self, channel: Channel, kind: Kind, outcome: str) -> None:
        self._metrics.messages.labels(channel=channel.name, kind=kind, outcome=outcome).inc()

    def _end(self, alert: _Alert) -> None:
        alert.ended = True
        self._settle(alert)

    def _settle(self, alert: _Alert) -> None:
        alert.over = True
        if alert.timer is not None:
            alert.timer.cancel()

    def _forget_old(self) -> None:
        """A declined alert ends without a word to its phone."""
        before_s = time.monotonic() - REMEMBERED_S
        while self._alerts:
            oldest = next(iter(self._alerts))
            if self._alerts[oldest].began_s >= before_s:
                return
            self._settle(self._alerts.pop(oldest))
