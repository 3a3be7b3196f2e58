"""The dispatch room put together: what its HTTP and websocket doors work with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dispatch.access.integrations import Integrations
from dispatch.access.links import LinkWatch
from dispatch.access.tokens import TokenSigner
from dispatch.callbacks.deliverer import Deliverer
from dispatch.callbacks.outbox import Outbox
from dispatch.centre.feed import CentreFeed
from dispatch.channels.relay import Relay
from dispatch.clock import Clock
from dispatch.incidents.engine import Engine
from dispatch.incidents.service_area import ServiceArea
from dispatch.journal.reader import JournalReader
from dispatch.journal.receipts import ReceiptBook
from dispatch.maps.map_tiles import MapSource
from dispatch.operations.limits import Limits
from dispatch.operations.metrics import Metrics
from dispatch.people.people import People
from dispatch.retention.retention import Retention
from dispatch.side_thread import SideThread
from dispatch.spool.spool import SpooledJournal
from dispatch.streams.frames import Renderer
from dispatch.streams.hub import Hub
from registry.directory import Directory
from registry.exporters.hourly import HourlyFiles
from registry.follower import Follower

if TYPE_CHECKING:
    from dispatch.dialects.dialect import Dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchService:
    """heartbeat_s: real seconds between heartbeats on a stream; a peer silent for three of them is cut.

    dialects: by the names of the integrations that speak one.
    """

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
    centre: CentreFeed | None = None
    feed_files: HourlyFiles | None = None
    heartbeat_s: float = 20.0
    dialects: "Mapping[str, Dialect]" = field(default_factory=dict)
    links: LinkWatch = field(default_factory=LinkWatch)
    side: SideThread = field(default_factory=SideThread)
