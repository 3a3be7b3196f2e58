"""Open to anybody: AEDs that can be taken now, and the walk to one. Nothing personal; no call is held up."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from dispatch.api.access import host_of
from dispatch.api.description import may_refuse
from dispatch.contracts.public import PublicAed, PublicAeds, PublicWalk
from dispatch.people.public_walk import BadBox, PublicPlace, walk_to
from dispatch.service import DispatchService
from geo.places.datum import Datum, convert
from registry.eligibility import Verdict, is_usable
from registry.models import Aed

MAX_DEGREES = 0.5
MAX_AEDS = 2000
AT_ONCE = 40
"""Opening hours are read in portions, so that a call that comes meanwhile waits a millisecond."""

Lon = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)]


def build_router(service: DispatchService) -> APIRouter:
    router = APIRouter(prefix="/api/public", tags=["public"])
    # A thread of their own: strangers' walks hold up neither calls nor consoles.
    walks = ThreadPoolExecutor(1, thread_name_prefix="public-walks")

    @router.get("/aeds", response_model=PublicAeds, responses=may_refuse(429, 503))
    async def list_public_aeds(request: Request, west: Lon, south: Lat, east: Lon, north: Lat) -> Response:
        """AEDs in a box of at most half a degree each way, and whether each can be taken now."""
        service.limits.take("aeds", host_of(request))
        if not (0 <= east - west <= MAX_DEGREES and 0 <= north - south <= MAX_DEGREES):
            raise BadBox(f"a box is west < east, south < north, and at most {MAX_DEGREES} degrees each way")
        found = service.directory.aeds_in(west, south, east, north)
        shown, now = [], service.clock.now()
        for start in range(0, min(len(found), MAX_AEDS), AT_ONCE):
            shown += [_view(aed, is_usable(aed, now)) for aed in found[start : min(start + AT_ONCE, MAX_AEDS)]]
            await asyncio.sleep(0)
        answer = PublicAeds.model_construct(at=now, complete=len(found) <= MAX_AEDS, aeds=tuple(shown))
        # Written out at once: FastAPI would first check all of it again, item by item, while calls wait.
        return Response(answer.model_dump_json(), media_type="application/json")

    @router.get("/walk", responses=may_refuse(404, 429, 503))
    async def walk_to_aed(
        request: Request,
        from_lon: Lon,
        from_lat: Lat,
        to_aed: Annotated[str, Query(max_length=64)],
        datum: Datum = Datum.WGS84,
    ) -> PublicWalk:
        """How to walk to an AED from here. `datum` names that of `from_lon` and `from_lat`."""
        service.limits.take("walk", host_of(request))
        aed = service.directory.get_aed(to_aed)
        lon, lat = convert(from_lon, from_lat, source=datum, target=Datum.WGS84)
        scout = service.renderer.alerts.ways.scout
        speed_m_s = scout.walker.speed_m_s
        there = PublicPlace(lon=aed.lon, lat=aed.lat, name=aed.location_text or aed.name, floor=aed.floor)
        work = asyncio.get_running_loop().run_in_executor(
            walks, lambda: walk_to(scout.network, PublicPlace(lon=lon, lat=lat), there, speed_m_s=speed_m_s)
        )
        return await work

    return router


def _view(aed: Aed, verdict: Verdict) -> PublicAed:
    return PublicAed.model_construct(
        aed_id=aed.aed_id,
        lon=aed.lon,
        lat=aed.lat,
        name=aed.name,
        location_text=aed.location_text,
        floor=aed.floor,
        opening_hours=aed.opening_hours,
        usable=verdict.answer.value,
        reasons=(verdict.reason,),
    )
