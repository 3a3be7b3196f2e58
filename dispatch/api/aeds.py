"""Registry officers add AEDs, move them and change many at once. The live picture knows of it before the answer goes
out, so that the next call counts it."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import structlog
from fastapi import APIRouter, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch.api.access import Caller
from dispatch.api.description import STATES
from dispatch.api.errors import ChangesRefused
from dispatch.contracts.aeds import (
    AddOne,
    ChangeAnswer,
    Changes,
    ChangesMade,
    ChangesNotMade,
    DescribeOne,
    MoveOne,
    OneChange,
    ReinstateOne,
    RetireOne,
)
from dispatch.contracts.webhook import CallLocation
from dispatch.incidents.service_area import BadLocation, get_place
from dispatch.service import DispatchService
from registry.editing import describing
from registry.editing.fields import Move, NewAed, Position
from registry.editing.neighbours import near_in
from registry.editing.versions import Stale, require_version, versions_in
from registry.history.log import Author
from registry.lifecycle import reinstate, retire
from registry.repository import UnknownAed
from registry.routes import AedView, IfMatch, etag_of, tagged_view, view_of
from registry.storage.database import Database
from registry.storage.words import storable

log = structlog.get_logger(__name__)

Work = Callable[[AsyncConnection], Awaitable[list[str]]]
"""A change within its transaction: the ids of what has changed by it, the AED's own first."""


def build_router(service: DispatchService, database: Database) -> APIRouter:
    router = APIRouter(prefix="/api/aeds", tags=["registry"])
    desk = _Desk(service, database)

    @router.post("", status_code=201)
    async def add_aed(body: NewAed, caller: Caller, response: Response) -> AedView:
        """Add an AED that no list has; the next call counts it. 422 where it lies outside the service area."""
        aed_id = await desk.make(desk.adding(body, caller.subject))
        log.info("aed_added", aed_id=aed_id, by=caller.subject)
        response.headers["location"] = f"/api/aeds/{aed_id}"
        return tagged_view(service.directory.get_aed(aed_id), service.clock.now(), response)

    @router.post("/{aed_id}/move")
    async def move_aed(
        aed_id: str, body: Move, caller: Caller, response: Response, if_match: IfMatch = None
    ) -> AedView:
        """It hangs elsewhere now; its lists' next imports leave it there."""
        moved = await desk.make(desk.moving(aed_id, body, caller.subject, versions_in(if_match)))
        log.info("aed_moved", aed_id=moved, by=caller.subject)
        return tagged_view(service.directory.get_aed(moved), service.clock.now(), response)

    @router.post(
        "/bulk",
        responses={409: {"model": ChangesNotMade, "description": STATES[409]}},
        openapi_extra={"x-own-refusals": ["409"]},
    )
    async def change_many(body: Changes, caller: Caller) -> ChangesMade:
        """Several changes in one go: all of them, or none where one is refused (409); each has its own answer."""
        ids = await desk.make_all([desk.one_of(one, caller.subject) for one in body.changes])
        log.info("aeds_changed", count=len(ids), by=caller.subject)
        now, directory = service.clock.now(), service.directory
        shown = [directory.get_aed(aed_id) for aed_id in ids]
        answers = [ChangeAnswer(outcome="done", etag=etag_of(one), aed=view_of(one, now)) for one in shown]
        return ChangesMade(answers=tuple(answers))

    return router


@dataclass(frozen=True, slots=True)
class _Desk:
    """Makes changes; each is checked when it is made ready, and raises what it is refused for."""

    service: DispatchService
    database: Database

    async def make(self, work: Work) -> str:
        """The id of the AED that has changed."""
        async with self.database.write() as connection:
            changed = await work(connection)
        await self.service.follower.take(changed, ())
        return changed[0]

    async def make_all(self, works: list[Callable[[], Work]]) -> list[str]:
        """The ids of the AEDs that have changed.

        Raises:
            ChangesRefused
        """
        async with self.database.write() as connection:
            tried = [await self._try(work, connection) for work in works]
            refused = [one for one in tried if isinstance(one, ChangeAnswer)]
            if refused:
                not_done = ChangeAnswer(outcome="not_done")
                raise ChangesRefused(tuple(one if isinstance(one, ChangeAnswer) else not_done for one in tried))
        changed = [one for one in tried if not isinstance(one, ChangeAnswer)]
        await self.service.follower.take({aed_id for ids in changed for aed_id in ids}, ())
        return [ids[0] for ids in changed]

    def one_of(self, change: OneChange, by: str) -> Callable[[], Work]:
        """Made ready when it is its turn, so that each has an answer of its own."""
        if isinstance(change, AddOne):
            return partial(self.adding, change, by)
        expected = versions_in(change.if_match)
        match change:
            case MoveOne():
                return partial(self.moving, change.aed_id, change, by, expected)
            case DescribeOne():
                return partial(self.describing, change, by, expected)
            case RetireOne() | ReinstateOne():
                return partial(self.standing, change, by, expected)

    def adding(self, body: NewAed, by: str) -> Work:
        place, author, near = self._place(body), self._author(by, body.why), near_in(self.service.directory)
        aed_id = f"aed-{uuid.uuid4().hex[:16]}"
        return lambda connection: describing.add(connection, aed_id, body.said(), place, author, near=near)

    def moving(self, aed_id: str, body: Move, by: str, expected: frozenset[str]) -> Work:
        place, author, near = self._place(body), self._author(by, body.why), near_in(self.service.directory)

        async def work(connection: AsyncConnection) -> list[str]:
            await require_version(connection, aed_id, expected)
            return await describing.move(connection, aed_id, place, author, near=near)

        return work

    def describing(self, change: DescribeOne, by: str, expected: frozenset[str]) -> Work:
        author, near = self._author(by, change.why), near_in(self.service.directory)

        async def work(connection: AsyncConnection) -> list[str]:
            await require_version(connection, change.aed_id, expected)
            return await describing.describe(connection, change.aed_id, change.said(), author, near=near)

        return work

    def standing(self, change: RetireOne | ReinstateOne, by: str, expected: frozenset[str]) -> Work:
        author = self._author(by, change.why)
        decide = retire if isinstance(change, RetireOne) else reinstate

        async def work(connection: AsyncConnection) -> list[str]:
            await require_version(connection, change.aed_id, expected)
            ids = await decide(connection, change.aed_id, by=author.by, at=author.at, why=author.why)
            return [change.aed_id, *ids]

        return work

    async def _try(self, ready: Callable[[], Work], connection: AsyncConnection) -> list[str] | ChangeAnswer:
        # All of these are raised before anything is written, so what follows can still be tried.
        try:
            return await ready()(connection)
        except (BadLocation, Stale, UnknownAed) as error:
            return ChangeAnswer(outcome="refused", code=error.code, message=str(error))

    def _place(self, position: Position) -> tuple[float, float]:
        told = CallLocation(lon=position.lon, lat=position.lat, datum=position.datum)
        place = get_place(told, self.service.area)
        return place.lon, place.lat

    def _author(self, by: str, why: str) -> Author:
        return Author(by=by, at=self.service.clock.now(), why=storable(why))
