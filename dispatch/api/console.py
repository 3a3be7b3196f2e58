"""What a dispatcher's console shows beside incidents: AEDs as they are now, where a pair of numbers lies, the links."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query

from dispatch.access.integrations import CENTRE
from dispatch.contracts.console import (
    CallbackCounts,
    ConsoleAed,
    ConsoleAeds,
    IntegrationLink,
    Links,
    LinksClock,
    PlaceSeen,
)
from dispatch.contracts.webhook import CallLocation
from dispatch.core.consequences import DISPATCHERS
from dispatch.incidents.service_area import get_datum, get_place
from dispatch.service import DispatchService
from geo.places.geodesic import geodesic_m
from geo.streets.named_street import find_named_street
from geo.streets.walk_network import NotOnNetwork, WalkNetwork
from registry.eligibility import Answer, is_usable
from registry.models import Aed
from registry.storage.database import Database
from registry.storage.watched_database import DatabaseAway

MOST_AEDS = 5_000
NEAR_M = 300.0
"""How far a place is looked around: a street farther off tells nobody where it is (assumption)."""
AT_ONCE = 8
"""AEDs looked at between two turns of the loop: to read opening hours anew takes 0.2 ms each, and calls go first."""

Degrees = Annotated[float, Query(ge=-180, le=180)]
Latitude = Annotated[float, Query(ge=-90, le=90)]
Finite = Annotated[float, Query(allow_inf_nan=False)]
"""Of a place that may not be on earth: the answer says so better than a range does."""


def build_router(service: DispatchService, database: Database) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["console"])

    @router.get("/console/aeds")
    async def list_aeds(
        *, west: Degrees = -180, south: Latitude = -90, east: Degrees = 180, north: Latitude = 90
    ) -> ConsoleAeds:
        """AEDs in a box of WGS-84 degrees: whether each can be taken now, and which incident it is promised to."""
        now = service.clock.now()
        found = service.directory.aeds_in(west, south, east, north)
        shown: list[ConsoleAed] = []
        for begin in range(0, min(len(found), MOST_AEDS), AT_ONCE):
            for aed in found[begin : min(begin + AT_ONCE, MOST_AEDS)]:
                verdict = is_usable(aed, now)
                reasons = () if verdict.answer is Answer.YES else (verdict.reason,)
                shown.append(_aed(aed, verdict.answer, reasons, _holder(service, aed)))
            await asyncio.sleep(0)
        return ConsoleAeds(at=now, aeds=tuple(shown), truncated=len(found) > MOST_AEDS)

    @router.get("/console/place")
    async def see_place(*, lon: Finite, lat: Finite, datum: Annotated[str, Query(max_length=32)] = "") -> PlaceSeen:
        """Where these numbers lie: in WGS-84, and by the nearest street. Nothing is kept and nobody is rung.

        422 with the same codes as a call that is taken by hand: `no_datum`, `outside_service_area` and so on.
        """
        return _see(CallLocation(lon=lon, lat=lat, datum=datum), service)

    @router.get("/links")
    async def get_links() -> Links:
        """How the service stands with 120, with phones and consoles, and with its database."""
        await service.links.look_back(database)
        consoles = service.hub.count(DISPATCHERS)
        return Links(
            integrations=tuple(_link(service, one.name) for one in service.integrations.all),
            callbacks=await _callbacks(service),
            phones_connected=service.hub.connected - consoles,
            consoles_connected=consoles,
            database=service.journal.state.value,
            spool_waiting=service.journal.waiting,
            set_aside=service.journal.set_aside_count,
            clock=LinksClock(now=service.clock.now(), speed=service.clock.speed),
        )

    return router


def _see(location: CallLocation, service: DispatchService) -> PlaceSeen:
    """Raises: BadLocation."""
    place, network = get_place(location, service.area), service.maps.tiles.network
    street = find_named_street(network, place.lon, place.lat, limit_m=NEAR_M) if network else None
    return PlaceSeen(
        lon=round(place.lon, 7),
        lat=round(place.lat, 7),
        datum=get_datum(location).value,
        datum_shift_m=round(float(geodesic_m(location.lon, location.lat, place.lon, place.lat)), 1),
        street=street.name if street else None,
        street_distance_m=round(street.distance_m, 1) if street else None,
        network_distance_m=_find_network_m(network, place.lon, place.lat) if network else None,
    )


def _find_network_m(network: WalkNetwork, lon: float, lat: float) -> float | None:
    try:
        return round(network.snap_one(lon, lat, limit_m=NEAR_M).distance_m, 1)
    except NotOnNetwork:
        return None


def _aed(aed: Aed, usable: Answer, reasons: tuple[str, ...], reserved_by: str | None) -> ConsoleAed:
    return ConsoleAed(
        aed_id=aed.aed_id,
        lon=aed.lon,
        lat=aed.lat,
        name=aed.name,
        location_text=aed.location_text,
        floor=aed.floor,
        opening_hours=aed.opening_hours,
        hours_as_written=aed.hours_as_written,
        usable=usable.value,
        reasons=reasons,
        state=aed.state,
        reserved_by=reserved_by,
    )


def _holder(service: DispatchService, aed: Aed) -> str | None:
    return service.engine.find_aeds_holder(aed.aed_id)


def _link(service: DispatchService, name: str) -> IntegrationLink:
    link = service.links.find(name)
    return IntegrationLink(
        name=name,
        last_message_at=link.heard_at,
        last_message_ok=link.understood,
        last_refused_at=link.refused_at,
    )


async def _callbacks(service: DispatchService) -> CallbackCounts | None:
    try:
        counts = await service.outbox.count_waiting()
    except DatabaseAway:
        return None
    # What the operation centre has not taken is nothing that a desk could mend.
    of_120 = [(state, count) for (name, state), count in counts.items() if name != CENTRE]
    by_state = {state: sum(count for held, count in of_120 if held == state) for state in ("pending", "dead")}
    return CallbackCounts(waiting=by_state["pending"], dead=by_state["dead"])
