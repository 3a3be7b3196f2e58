"""Places for registry officers: listed and shown, stations added, described, moved and retired."""

import json
from collections.abc import Sequence
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch.access.tokens import Identity
from dispatch.api.access import Caller
from dispatch.api.description import may_refuse
from dispatch.contracts.aeds import Reason
from dispatch.contracts.places import NewPlace, PlaceChange, PlaceLine, PlaceList, PlaceQuery, PlaceView
from dispatch.contracts.webhook import CallLocation
from dispatch.incidents import service_area
from dispatch.service import DispatchService
from registry.editing.fields import Move, Position
from registry.editing.versions import versions_in
from registry.history.log import Author
from registry.places import store
from registry.places.districts import District, load_districts
from registry.places.place import Place
from registry.places.within import district_of, list_places_in
from registry.routes import IfMatch
from registry.storage.database import Database
from registry.storage.words import storable

log = structlog.get_logger(__name__)

_RETIRED = {"no": False, "only": True, "any": None}


def build_router(service: DispatchService, database: Database) -> APIRouter:
    router = APIRouter(prefix="/api/registry/places", tags=["registry"])
    desk = _Desk(service, database)
    _add_looking(router, desk)
    _add_describing(router, desk)
    _add_standing(router, desk)
    return router


class _Desk:
    """What every change of a place needs: who makes it, where it is meant to be, and the answer."""

    def __init__(self, service: DispatchService, database: Database) -> None:
        self.service, self.database = service, database

    def author(self, caller: Identity, why: str) -> Author:
        return Author(by=caller.subject, at=self.service.clock.now(), why=storable(why))

    def position(self, told: Position) -> tuple[float, float]:
        """Raises: BadLocation."""
        location = CallLocation(lon=told.lon, lat=told.lat, datum=told.datum)
        place = service_area.get_place(location, self.service.area)
        return place.lon, place.lat

    async def shown(self, connection: AsyncConnection, place: Place, response: Response) -> PlaceView:
        response.headers["etag"] = f'"{place.version}"'
        area = None if place.area is None else json.loads(place.area)
        return PlaceView(**_told(place, await load_districts(connection)), area=area)


def _add_looking(router: APIRouter, desk: _Desk) -> None:
    @router.get("")
    async def list_all_places(query: Annotated[PlaceQuery, Query()]) -> PlaceList:
        """Places by id, without their outlines."""
        search = store.PlaceSearch(kinds=query.kind, text=query.text, retired=_RETIRED[query.retired])
        async with desk.database.read() as connection:
            found = await list_places_in(connection, query.district, search, after=query.cursor, limit=query.limit + 1)
            districts = await load_districts(connection)
        shown = found[: query.limit]
        following = shown[-1].place_id if len(found) > query.limit else None
        return PlaceList(places=tuple(PlaceLine(**_told(one, districts)) for one in shown), next=following)

    @router.get("/{place_id}")
    async def get_one_place(place_id: str, response: Response) -> PlaceView:
        """A place with its outline. Its ETag is for the If-Match of whoever changes it."""
        async with desk.database.read() as connection:
            return await desk.shown(connection, await store.get_place(connection, place_id), response)


def _add_describing(router: APIRouter, desk: _Desk) -> None:
    @router.post("", status_code=201)
    async def add_station(body: NewPlace, caller: Caller, response: Response) -> PlaceView:
        """Add a station that no list has. 422 where it lies outside the service area."""
        position, author = desk.position(body), desk.author(caller, body.why)
        async with desk.database.write() as connection:
            place = await store.add_place(connection, body.kind, body.said(), position, author)
            view = await desk.shown(connection, place, response)
        response.headers["location"] = f"/api/registry/places/{place.place_id}"
        log.info("place_added", place_id=place.place_id, by=caller.subject)
        return view

    @router.patch("/{place_id}", responses=may_refuse(412))
    async def describe_place(
        place_id: str, body: PlaceChange, caller: Caller, response: Response, if_match: IfMatch = None
    ) -> PlaceView:
        """Say what a place is called and what is known of it; its list's next imports leave that alone."""
        author, expected = desk.author(caller, body.why), versions_in(if_match)
        async with desk.database.write() as connection:
            place = await store.describe_place(connection, place_id, body.said(), author, expected=expected)
            view = await desk.shown(connection, place, response)
        log.info("place_described", place_id=place_id, by=caller.subject)
        return view

    @router.post("/{place_id}/move", responses=may_refuse(412))
    async def move_station(
        place_id: str, body: Move, caller: Caller, response: Response, if_match: IfMatch = None
    ) -> PlaceView:
        """It stands elsewhere now; its list's next imports leave it there."""
        position, author, expected = desk.position(body), desk.author(caller, body.why), versions_in(if_match)
        async with desk.database.write() as connection:
            place = await store.move_place(connection, place_id, position, author, expected=expected)
            view = await desk.shown(connection, place, response)
        log.info("place_moved", place_id=place_id, by=caller.subject)
        return view


def _add_standing(router: APIRouter, desk: _Desk) -> None:
    @router.post("/{place_id}/retire", responses=may_refuse(412))
    async def retire_place(
        place_id: str, caller: Caller, response: Response, body: Reason | None = None, if_match: IfMatch = None
    ) -> PlaceView:
        """It is there no more, and stays for what names it."""
        author, expected = desk.author(caller, body.why if body else ""), versions_in(if_match)
        async with desk.database.write() as connection:
            place = await store.retire_place(connection, place_id, author, expected=expected)
            view = await desk.shown(connection, place, response)
        log.info("place_retired", place_id=place_id, by=caller.subject)
        return view

    @router.post("/{place_id}/reinstate", responses=may_refuse(412))
    async def reinstate_place(
        place_id: str, caller: Caller, response: Response, body: Reason | None = None, if_match: IfMatch = None
    ) -> PlaceView:
        """A retired one is there again."""
        author, expected = desk.author(caller, body.why if body else ""), versions_in(if_match)
        async with desk.database.write() as connection:
            place = await store.reinstate_place(connection, place_id, author, expected=expected)
            view = await desk.shown(connection, place, response)
        log.info("place_reinstated", place_id=place_id, by=caller.subject)
        return view


def _told(place: Place, districts: Sequence[District]) -> dict[str, Any]:
    district = district_of(place, districts)
    lon, lat = place.position
    return {
        "place_id": place.place_id,
        "kind": place.kind,
        "name": place.name,
        "lon": lon,
        "lat": lat,
        "district_id": district.place_id if district else None,
        "district": district.name if district else "",
        "address": place.address,
        "entrance": place.entrance,
        "levels": place.levels,
        "phone": place.phone,
        "source": place.source,
        "source_ref": place.source_ref,
        "corrected": tuple(sorted(place.corrected)),
        "retired_at": place.retired_at,
    }
