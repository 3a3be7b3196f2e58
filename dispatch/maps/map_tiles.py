"""The city's map tiles: made on a thread of their own when first asked for, and kept as long as there is room.

Nothing personal is in them: they are drawn from the walk network and the outlines of districts alone.
"""

import asyncio
import gzip
import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from prometheus_client import Counter

from dispatch.operations.metrics import Metrics
from geo.streets.walk_network import WalkNetwork
from geo.tiles.district_tiles import DistrictSheet
from geo.tiles.street_tiles import LEAST_ZOOM, MOST_ZOOM, StreetSheet, prepare_streets
from geo.tiles.tile_format import encode_tile
from geo.tiles.tile_grid import TileAddress

KEPT_BYTES = 48 * 1024 * 1024
"""A city of 1.4 million edges has about 20 MB of them."""
MOST_WAITING = 256
"""Tiles being made or waiting for it; a screen asks for about thirty."""
_NICENESS = 10


class UnknownTile(LookupError):
    """There is no such tile: zoom 10 to 16, and a column and row of that zoom."""

    code = "unknown_tile"


class TilesBusy(RuntimeError):
    """More tiles are being asked for than can be made: ask for this one again in a moment."""

    code = "tiles_busy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """gzipped: b"" where there is nothing to draw. etag: of its content."""

    gzipped: bytes = field(repr=False)
    etag: str


EMPTY = Tile(gzipped=b"", etag='"empty"')


class MapTiles:
    """One city's tiles. version: changes with what they are drawn from."""

    def __init__(
        self,
        network: WalkNetwork | None,
        districts: DistrictSheet | None = None,
        *,
        metrics: Metrics,
        kept_bytes: int = KEPT_BYTES,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self.network = network
        self.has_districts = districts is not None
        self.version = _version(network, districts)
        self._districts = districts
        self._sheet: StreetSheet | None = None
        self._most_waiting = most_waiting
        self._kept_bytes = kept_bytes
        self._kept: OrderedDict[TileAddress, Tile] = OrderedDict()
        self._held_bytes = 0
        self._being_made: dict[TileAddress, asyncio.Future[Tile]] = {}
        # One thread, of less importance than any call's: a busy map takes one processor at most, and that last.
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tiles", initializer=_step_back)
        self._asked = Counter(
            "rescue_map_tiles", "Map tiles given, by where they came from.", ["source"], registry=metrics.registry
        )
        for source in ("kept", "made", "empty"):
            self._asked.labels(source=source)
        metrics.show("rescue_map_tiles_kept_bytes", "Memory that map tiles take.", lambda: self._held_bytes)

    async def get(self, tile: TileAddress, *, count: Callable[[], None] = lambda: None) -> Tile:
        """The tile; `count` is called before one has to be made, and may refuse by raising.

        Raises:
            UnknownTile, TilesBusy
        """
        if not (LEAST_ZOOM <= tile.zoom <= MOST_ZOOM and tile.exists):
            raise UnknownTile(UnknownTile.__doc__)
        if not self._is_near(tile):
            self._asked.labels(source="empty").inc()
            return EMPTY
        if kept := self._kept.get(tile):
            self._kept.move_to_end(tile)
            self._asked.labels(source="kept").inc()
            return kept
        making = self._being_made.get(tile)
        if making is None:
            count()
            if len(self._being_made) >= self._most_waiting:
                raise TilesBusy(TilesBusy.__doc__)
            making = self._being_made[tile] = asyncio.get_running_loop().run_in_executor(self._pool, self._make, tile)
            making.add_done_callback(lambda done: self._keep(tile, done))
        # Whoever asks may go away; the others who wait for the same tile do not.
        made = await asyncio.shield(making)
        self._asked.labels(source="made").inc()
        return made

    def close(self) -> None:
        """Make no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _make(self, tile: TileAddress) -> Tile:
        layers = self._districts.layers(tile) if self._districts else []
        if self.network is not None:
            if self._sheet is None:
                self._sheet = prepare_streets(self.network)
            layers.append(self._sheet.layer(tile))
        encoded = encode_tile(layers)
        if not encoded:
            return EMPTY
        digest = hashlib.sha256(encoded).hexdigest()[:24]
        return Tile(gzipped=gzip.compress(encoded, 6, mtime=0), etag=f'"{digest}"')

    def _keep(self, tile: TileAddress, done: "asyncio.Future[Tile]") -> None:
        del self._being_made[tile]
        if done.cancelled() or done.exception() is not None:
            return
        made = done.result()
        self._kept[tile] = made
        self._held_bytes += _weight(made)
        while self._held_bytes > self._kept_bytes and self._kept:
            _, oldest = self._kept.popitem(last=False)
            self._held_bytes -= _weight(oldest)

    def _is_near(self, tile: TileAddress) -> bool:
        if self._districts is not None:
            return True
        if self.network is None:
            return False
        west, south, east, north = tile.bounds(buffered=True)
        min_lon, min_lat, max_lon, max_lat = self.network.bounds
        return west <= max_lon and east >= min_lon and south <= max_lat and north >= min_lat


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSource:
    """What the pages' map is drawn from. tile_url: a raster template from elsewhere, in `tile_datum`; none: our own.

    bounds: west, south, east, north in WGS-84 degrees, where anything is known of the city.
    """

    tiles: MapTiles
    tile_url: str | None
    tile_datum: Literal["wgs84", "gcj02"]
    bounds: tuple[float, float, float, float] | None


def _version(network: WalkNetwork | None, districts: DistrictSheet | None) -> str:
    told = hashlib.sha256()
    if network is not None:
        told.update(repr((network.name, network.source, network.bounds, network.edge_count)).encode())
        told.update(network.edge_length_m[:: max(1, network.edge_count // 4096)].tobytes())
    if districts is not None:
        told.update(repr(districts.name).encode())
        told.update(b"".join(one.wkb for one in districts.outline))
    return told.hexdigest()[:12]


def _weight(tile: Tile) -> int:
    """With what the entry itself takes."""
    return len(tile.gzipped) + 400


def _step_back() -> None:
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
