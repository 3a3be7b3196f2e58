"""The dispatch room put together: what its HTTP and websocket doors work with."""

from dataclasses import dataclass, field

from dispatch.api.limits import Limits
from dispatch.callbacks.deliverer import Deliverer
from dispatch.callbacks.outbox import Outbox
from dispatch.channels.relay import Relay
from dispatch.clock import Clock
from dispatch.engine import Engine
from dispatch.frames import Renderer
from dispatch.hub import Hub
from dispatch.integrations import Integrations
from dispatch.journal_reader import JournalReader
from dispatch.links import LinkWatch
from dispatch.map_tiles import MapSource
from dispatch.metrics import Metrics
from dispatch.people.people import People
from dispatch.receipts import ReceiptBook
from dispatch.retention import Retention
from dispatch.service_area import ServiceArea
from dispatch.side_thread import SideThread
from dispatch.spool import SpooledJournal
from dispatch.tokens import TokenSigner
from registry.directory import Directory
from registry.follower import Follower


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchService:
    """heartbeat_s: real seconds between heartbeats on a stream; a peer silent for three of them is cut."""

    engine: Engine
    journal: SpooledJournal
    reader: JournalReader
    directory: Directory
    follower: Follower
    renderer: Renderer
    receipts: ReceiptBook
    hub: Hub
    clock: Clock
    tokens: TokenSigner
    integrations: Integrations
    limits: Limits
    area: ServiceArea | None
    metrics: Metrics
    outbox: Outbox
    deliverer: Deliverer
    retention: Retention
    people: People
    maps: MapSource
    relay: Relay
    heartbeat_s: float = 20.0
    links: LinkWatch = field(default_factory=LinkWatch)
    side: SideThread = field(default_factory=SideThread)
