"""Open to anybody: AEDs that can be taken now, and the walk to one. Nothing personal; no call is held up."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator

from dispatch.api.access import host_of
from dispatch.api.description import may_refuse
from dispatch.contracts.public import PublicAed, PublicAeds, PublicWalk
from dispatch.people.public_walk import BadBox, PublicPlace, walk_to
from dispatch.service import DispatchService
from geo.places.datum import Datum, convert
from registry.directory import Directory
from registry.eligibility import Answer, Verdict, is_usable
from registry.models import Aed

MAX_DEGREES = 0.5
MAX_AEDS = 2000
AT_ONCE = 40
"""Opening hours are read in portions, so that a call that comes meanwhile waits a millisecond."""

MOST_NEAREST = 100

Lon = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)]


def place_of(text: str) -> tuple[float, float]:
    """Raises: ValueError, which says how a place is written."""
    try:
        lon, lat = map(float, text.split(","))
    except ValueError:
        raise ValueError("a place is LON,LAT in degrees, such as 113.66,34.75") from None
    if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
        raise ValueError("a place is LON,LAT in degrees, longitude first, such as 113.66,34.75")
    return lon, lat


def _checked_place(text: str | None) -> str | None:
    if text is not None:
        place_of(text)
    return text


# A text to the outside, so that the interface's description shows one parameter and not two.
NearText = Annotated[str | None, AfterValidator(_checked_place), Query(max_length=64, examples=["113.66,34.75"])]


def build_router(service: DispatchService) -> APIRouter:
    router = APIRouter(prefix="/api/public", tags=["public"])
    _add_aeds(router, service)
    _add_walk(router, service)
    return router


def _add_aeds(router: APIRouter, service: DispatchService) -> None:
    @router.get("/aeds", response_model=PublicAeds, responses=may_refuse(429, 503))
    async def list_public_aeds(
        request: Request,
        *,
        west: Lon | None = None,
        south: Lat | None = None,
        east: Lon | None = None,
        north: Lat | None = None,
        near: NearText = None,
        k: Annotated[int, Query(ge=1, le=MOST_NEAREST)] = 10,
        usable: bool = False,
        datum: Datum = Datum.WGS84,
    ) -> Response:
        """AEDs in a box of at most half a degree each way, or the `k` nearest to a place within 40 km, and whether each
        can be taken now. With `usable`, of the nearest those only that can. `datum` names that of `near`."""
        service.limits.take("aeds", host_of(request))
        box, now = (west, south, east, north), service.clock.now()
        if near is not None and box == (None,) * 4:
            here = convert(*place_of(near), source=datum, target=Datum.WGS84)
            shown, complete = await _nearest(service.directory, here, k, now, usable=usable)
        elif near is None and west is not None and south is not None and east is not None and north is not None:
            shown, complete = await _in_box(service.directory, (west, south, east, north), now)
        else:
            raise BadBox("give either west, south, east and north, or near=LON,LAT")
        answer = PublicAeds.model_construct(at=now, complete=complete, aeds=tuple(shown))
        # Written out at once: FastAPI would first check all of it again, item by item, while calls wait.
        return Response(answer.model_dump_json(), media_type="application/json")


def _add_walk(router: APIRouter, service: DispatchService) -> None:
    # A thread of their own: strangers' walks hold up neither calls nor consoles.
    walks = ThreadPoolExecutor(1, thread_name_prefix="public-walks")

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


async def _in_box(
    directory: Directory, box: tuple[float, float, float, float], now: datetime
) -> tuple[list[PublicAed], bool]:
    """Raises: BadBox."""
    west, south, east, north = box
    if not (0 <= east - west <= MAX_DEGREES and 0 <= north - south <= MAX_DEGREES):
        raise BadBox(f"a box is west < east, south < north, and at most {MAX_DEGREES} degrees each way")
    found = directory.aeds_in(*box)
    shown: list[PublicAed] = []
    async for aed in _in_portions(found[:MAX_AEDS]):
        shown.append(_view(aed, is_usable(aed, now)))
    return shown, len(found) <= MAX_AEDS


async def _nearest(
    directory: Directory, here: tuple[float, float], count: int, now: datetime, *, usable: bool
) -> tuple[list[PublicAed], bool]:
    """Those of the nearest that are wanted, and whether these are all that are near; ever more are looked at until
    there are enough."""
    shown: list[PublicAed] = []
    seen: set[str] = set()
    look = count
    while True:
        found = directory.nearest_aeds(*here, look)
        far_m = {aed.aed_id: far for aed, far in found}
        async for aed in _in_portions([aed for aed, _ in found if aed.aed_id not in seen]):
            verdict = is_usable(aed, now)
            if not usable or verdict.answer is Answer.YES:
                shown.append(_view(aed, verdict, distance_m=far_m[aed.aed_id]))
        seen |= far_m.keys()
        is_all = len(found) < look
        if len(shown) >= count or is_all or look == MAX_AEDS:
            return shown[:count], is_all and len(shown) <= count
        look = min(4 * look, MAX_AEDS)


async def _in_portions(aeds: Sequence[Aed]) -> AsyncIterator[Aed]:
    for number, aed in enumerate(aeds, 1):
        yield aed
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)


def _view(aed: Aed, verdict: Verdict, *, distance_m: float | None = None) -> PublicAed:
    return PublicAed.model_construct(
        aed_id=aed.aed_id,
        lon=aed.lon,
        lat=aed.lat,
        name=aed.name,
        location_text=aed.location_text,
        floor=aed.floor,
        opening_hours=aed.opening_hours,
        hours_as_written=aed.hours_as_written,
        usable=verdict.answer.value,
        reasons=(verdict.reason,),
        distance_m=None if distance_m is None else round(distance_m, 1),
    )
