"""The map that pages draw: where it is, and its tiles. Open to everybody, since nothing personal is in it."""

import gzip
import time
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from dispatch.access.rate_limit import Rate, RateLimiter
from dispatch.api.access import host_of
from dispatch.contracts.maps import MapView
from dispatch.contracts.webhook import Refusal
from dispatch.maps.map_tiles import MapSource, TilesBusy, UnknownTile
from dispatch.operations.limits import TooMany, network_of
from geo.tiles.street_tiles import LEAST_ZOOM, MOST_ZOOM
from geo.tiles.tile_grid import TileAddress

MADE = Rate(per_s=20, burst=600)
"""Tiles that one address may have made for it (assumption: a screen shows thirty); those at hand do not count."""

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
FOR_GOOD = "public, max-age=2592000, immutable"
ASK_FIRST = "public, no-cache"
RASTER_ZOOMS = (3, 18)

Number = Annotated[int, Path(ge=0, lt=2**MOST_ZOOM)]


def build_router(source: MapSource) -> APIRouter:
    router = APIRouter(tags=["map"])
    limiter = RateLimiter(MADE)

    @router.get("/api/map")
    async def get_map() -> MapView:
        """Where the city is and which tiles it is drawn with."""
        return _view(source)

    @router.get(
        "/tiles/{z}/{x}/{y}.mvt",
        response_class=Response,
        responses={
            200: {"content": {MEDIA_TYPE: {}}, "description": "A Mapbox Vector Tile of the streets and districts."},
            204: {"description": "There is nothing to draw here."},
            304: {"description": "The tile is the one that `if-none-match` names."},
            404: {"model": Refusal, "description": UnknownTile.__doc__},
            429: {"model": Refusal, "description": "More tiles than a map shows."},
            503: {"model": Refusal, "description": TilesBusy.__doc__},
        },
    )
    async def get_tile(
        request: Request,
        z: Annotated[int, Path(ge=0, le=30)],
        x: Number,
        y: Number,
        v: Annotated[str, Query(max_length=32)] = "",
    ) -> Response:
        """One square of the city's map. With the version `v` of `GET /api/map` it may be kept for good."""

        def count() -> None:
            wait_s = limiter.wait_s(network_of(host_of(request)), time.monotonic())
            if wait_s:
                raise TooMany("too_many_tiles", "more tiles than a map shows: ask again in a moment", wait_s)

        tile = await source.tiles.get(TileAddress(z, x, y), count=count)
        caching = FOR_GOOD if v == source.tiles.version else ASK_FIRST
        headers = {"cache-control": caching, "etag": tile.etag, "vary": "accept-encoding"}
        if tile.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if not tile.gzipped:
            return Response(status_code=204, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
            return Response(tile.gzipped, media_type=MEDIA_TYPE, headers=headers)
        return Response(gzip.decompress(tile.gzipped), media_type=MEDIA_TYPE, headers=headers)

    return router


def _view(source: MapSource) -> MapView:
    network, bounds = source.tiles.network, source.bounds
    is_raster = source.tile_url is not None
    drawn = network is not None or source.tiles.has_districts
    own = f"/tiles/{{z}}/{{x}}/{{y}}.mvt?v={source.tiles.version}" if drawn else None
    least, most = RASTER_ZOOMS if is_raster else (LEAST_ZOOM, MOST_ZOOM)
    return MapView(
        kind="raster" if is_raster else "vector",
        tiles=source.tile_url or own,
        min_zoom=least,
        max_zoom=most,
        datum=source.tile_datum if is_raster else "wgs84",
        bounds=bounds,
        center=((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2) if bounds else None,
        attribution=network.attribution if network else "",
        districts=source.tiles.has_districts and not is_raster,
    )
