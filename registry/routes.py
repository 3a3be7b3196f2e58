"""The registry's part of the HTTP interface: AEDs with their usability, corrections to them, eligibility, erasure."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal, NamedTuple, Protocol

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from registry.directory import Directory
from registry.editing.describing import describe
from registry.editing.fields import Correction
from registry.editing.neighbours import near_in
from registry.editing.versions import require_version, version_of, versions_in
from registry.eligibility import Answer, is_dispatchable, is_usable
from registry.history.log import Author
from registry.listing.changed import load_changed_since
from registry.listing.districts import within
from registry.listing.pages import Wanted, page_of
from registry.models import Aed, AedState
from registry.places.districts import District, get_district
from registry.repository import erase_rescuer, in_batches, load_aeds, load_undecided
from registry.storage.database import Database
from registry.storage.words import storable


class Clock(Protocol):
    """The service's clock."""

    def now(self) -> datetime: ...


class Box(NamedTuple):
    """WGS-84 degrees."""

    west: float
    south: float
    east: float
    north: float


FIRST_YEAR, LAST_YEAR = 1900, 9000
MOST_LISTED = 1_000
_SHOWN_AT_ONCE = 200
"""Before others have their turn: some milliseconds of the event loop."""

WHOLE_EARTH = Box(-180.0, -90.0, 180.0, 90.0)


IfMatch = Annotated[
    str | None, Header(alias="If-Match", description="The ETag of the AED as you read it: 412 where it is another now.")
]


def _box_of(text: str) -> Box:
    try:
        box = Box(*map(float, text.split(",")))
    except (ValueError, TypeError):
        raise ValueError("a box is four numbers: west,south,east,north") from None
    if not (-180 <= box.west <= box.east <= 180 and -90 <= box.south <= box.north <= 90):
        raise ValueError("a box is west,south,east,north in WGS-84 degrees, longitude first")
    return box


def _checked_box(text: str | None) -> str | None:
    if text is not None:
        _box_of(text)
    return text


# A text to the outside, so that the interface's description shows one parameter and not four.
BoxText = Annotated[str | None, AfterValidator(_checked_box), Field(examples=["113.5,34.6,113.9,34.9"])]


def _within_calendar(at: datetime) -> datetime:
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"an instant lies between the years {FIRST_YEAR} and {LAST_YEAR}")
    return at


# Beyond the calendar's ends no time of another zone can be told.
Instant = Annotated[AwareDatetime, AfterValidator(_within_calendar)]


class AedView(BaseModel):
    """An AED and whether it can be taken at the time asked about."""

    aed_id: str
    lon: float
    lat: float
    name: str
    location_text: str
    floor: str
    indoor: bool | None
    access: str
    opening_hours: str
    hours_as_written: str
    time_zone: str
    state: AedState
    source: str
    source_ref: str
    corrected: list[str]
    usable: Answer
    reason: str
    reason_text: str


class AedList(BaseModel):
    """AEDs at a time, by id. next: `cursor` of the request for those that follow, null at the end."""

    at: AwareDatetime
    aeds: list[AedView]
    next: str | None = None


class AedQuery(BaseModel):
    """Which AEDs, and how many of them after which."""

    model_config = ConfigDict(extra="ignore")

    bbox: BoxText = None
    at: Instant | None = None
    state: AedState | None = None
    source: Annotated[str | None, Field(max_length=128, description="The list that it is of.")] = None
    usable: Annotated[Answer | None, Field(description="Whether it can be taken at the time asked about.")] = None
    text: Annotated[str, Field(max_length=200, description="Words that stand in its name, place or ids.")] = ""
    district: Annotated[str | None, Field(max_length=200, description="Name, code or id of the one it lies in.")] = None
    retired: Annotated[Literal["no", "only", "any"], Field(description="Those that nobody fetches any more.")] = "no"
    changed_since: Instant | None = None
    cursor: Annotated[str, Field(max_length=64, description="`next` of the answer before.")] = ""
    limit: Annotated[int, Field(ge=1, le=MOST_LISTED)] = MOST_LISTED


class EligibilityView(BaseModel):
    """Whether a rescuer may be alerted, by reason code; nothing personal."""

    rescuer_id: str
    at: AwareDatetime
    dispatchable: Answer
    reason: str


def build_router(
    directory: Directory, database: Database, clock: Clock, *, caller_of: Callable[[Request], str] = lambda _request: ""
) -> APIRouter:
    """The routes under /api; who may call which is for the application that includes them. caller_of: who asks.

    Every handler runs on the event loop, which owns the directory.
    """
    router = APIRouter(prefix="/api", tags=["registry"])
    _add_aed_routes(router, directory, database, clock, caller_of)
    _add_rescuer_routes(router, directory, database, clock)
    return router


def _add_aed_routes(
    router: APIRouter,
    directory: Directory,
    database: Database,
    clock: Clock,
    caller_of: Callable[[Request], str],
) -> None:
    @router.get("/aeds")
    async def list_aeds(query: Annotated[AedQuery, Query()], request: Request, response: Response) -> AedList:
        """AEDs in a box of WGS-84 degrees and whether each is usable at a time; default everywhere, now."""
        instant, box = query.at or clock.now(), _box_of(query.bbox) if query.bbox else WHOLE_EARTH
        wanted, district = await _wanted(query, database), await _district(query, database)
        found = within(district, _found(directory, box, query.retired))
        page = await page_of(found, wanted, at=instant, after=query.cursor, limit=query.limit)
        if page.next_after is not None:
            following = request.url.include_query_params(cursor=page.next_after)
            response.headers["link"] = f'<{following.path}?{following.query}>; rel="next"'
        return AedList(at=instant, aeds=await _views(page.aeds, instant), next=page.next_after)

    @router.get("/aeds/{aed_id}")
    async def get_aed(aed_id: str, response: Response, at: Instant | None = None) -> AedView:
        """One AED and whether it is usable at a time. Its ETag is for the If-Match of whoever changes it."""
        return tagged_view(directory.get_aed(aed_id), at or clock.now(), response)

    @router.patch("/aeds/{aed_id}")
    async def correct_aed(
        aed_id: str, correction: Correction, request: Request, response: Response, if_match: IfMatch = None
    ) -> AedView:
        """Correct an AED. It counts for the next call, and later imports leave the corrected fields alone."""
        aed_id, now = directory.get_aed(aed_id).aed_id, clock.now()
        author = Author(by=caller_of(request), at=now, why=storable(correction.why))
        async with directory.corrections.change(aed_id):
            async with database.write() as connection:
                await require_version(connection, aed_id, versions_in(if_match))
                changed = await describe(connection, aed_id, correction.said(), author, near=near_in(directory))
                stored = await load_aeds(connection, changed)
                pairs = await load_undecided(connection, changed)
            for one in stored:
                directory.take_aed(one.aed_id, one)
            directory.take_undecided(changed, pairs)
        return tagged_view(directory.get_aed(aed_id), now, response)


def _found(directory: Directory, box: Box, retired: str) -> list[Aed]:
    standing = [] if retired == "only" else directory.aeds_in(*box)
    gone = [] if retired == "no" else directory.retired_aeds()
    within = [one for one in gone if box.west <= one.lon <= box.east and box.south <= one.lat <= box.north]
    return [*standing, *within]


async def _views(aeds: list[Aed], at: datetime) -> list[AedView]:
    shown: list[AedView] = []
    for some in in_batches(aeds, _SHOWN_AT_ONCE):
        shown += [view_of(aed, at) for aed in some]
        await asyncio.sleep(0)
    return shown


async def _wanted(query: AedQuery, database: Database) -> Wanted:
    changed = None
    if query.changed_since is not None:
        async with database.read() as connection:
            changed = await load_changed_since(connection, query.changed_since)
    return Wanted(state=query.state, source=query.source, usable=query.usable, text=query.text, changed=changed)


async def _district(query: AedQuery, database: Database) -> District | None:
    if query.district is None:
        return None
    async with database.read() as connection:
        return await get_district(connection, query.district)


def _add_rescuer_routes(router: APIRouter, directory: Directory, database: Database, clock: Clock) -> None:
    @router.get("/rescuers/{rescuer_id}/eligibility")
    async def get_eligibility(rescuer_id: str, at: Instant | None = None) -> EligibilityView:
        """Whether a rescuer may be alerted at a time, and why not."""
        instant = at or clock.now()
        verdict = is_dispatchable(directory.get_rescuer(rescuer_id), instant, directory.limits)
        return EligibilityView(rescuer_id=rescuer_id, at=instant, dispatchable=verdict.answer, reason=verdict.reason)

    @router.delete(
        "/rescuers/{rescuer_id}/personal-data",
        status_code=204,
        response_class=Response,
    )
    async def erase_personal_data(rescuer_id: str) -> None:
        """Erase name, phone, home, positions and certificates for good; the bare id stays."""
        now = clock.now()
        async with database.write() as connection:
            await erase_rescuer(connection, rescuer_id, at=now)
        # Before anything else is waited for: meanwhile they could be rung.
        directory.forget(rescuer_id, now)
        await database.checkpoint()


def etag_of(aed: Aed) -> str:
    """Its version as the header has it."""
    return f'"{version_of(aed)}"'


def tagged_view(aed: Aed, at: datetime, response: Response) -> AedView:
    """The AED with its version as the answer's ETag."""
    response.headers["etag"] = etag_of(aed)
    return view_of(aed, at)


def view_of(aed: Aed, at: datetime) -> AedView:
    """The AED as the interface shows it."""
    verdict = is_usable(aed, at)
    return AedView(
        aed_id=aed.aed_id,
        lon=aed.lon,
        lat=aed.lat,
        name=aed.name,
        location_text=aed.location_text,
        floor=aed.floor,
        indoor=aed.indoor,
        access=aed.access,
        opening_hours=aed.opening_hours,
        hours_as_written=aed.hours_as_written,
        time_zone=aed.time_zone,
        state=aed.state,
        source=aed.source,
        source_ref=aed.source_ref,
        corrected=sorted(aed.corrected),
        usable=verdict.answer,
        reason=verdict.reason,
        reason_text=verdict.text,
    )
