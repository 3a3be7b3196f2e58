"""The registry's part of the HTTP interface: AEDs with their usability, corrections to them, eligibility, erasure."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, NamedTuple, Protocol, Self

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator

from registry.directory import Directory
from registry.eligibility import Answer, checked_opening_hours, is_dispatchable, is_usable
from registry.models import Aed, AedState
from registry.repository import erase_rescuer, save_aed_correction
from registry.storage.database import Database


class Clock(Protocol):
    """The service's clock."""

    def now(self) -> datetime: ...


class Box(NamedTuple):
    """WGS-84 degrees."""

    west: float
    south: float
    east: float
    north: float


WHOLE_EARTH = Box(-180.0, -90.0, 180.0, 90.0)


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
BoxText = Annotated[str | None, AfterValidator(_checked_box), Query(examples=["113.5,34.6,113.9,34.9"])]


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
    """AEDs in a box at a time."""

    at: AwareDatetime
    aeds: list[AedView]


class AedCorrection(BaseModel):
    """What a registry officer found on the spot; only the fields that are given change."""

    model_config = ConfigDict(extra="forbid")

    state: AedState | None = None
    opening_hours: Annotated[str, Field(max_length=2000)] | None = None
    location_text: Annotated[str, Field(max_length=2000)] | None = None

    @field_validator("opening_hours")
    @classmethod
    def _readable(cls, text: str | None) -> str | None:
        if text is None or not text.strip():
            return "" if text is not None else None
        return checked_opening_hours(text)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.changes():
            raise ValueError("give at least one of state, opening_hours, location_text")
        return self

    def changes(self) -> dict[str, Any]:
        """The fields to set; a null leaves a field as it is."""
        return self.model_dump(exclude_none=True)


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
    async def list_aeds(bbox: BoxText = None, at: AwareDatetime | None = None) -> AedList:
        """AEDs in a box of WGS-84 degrees and whether each is usable at a time; default everywhere, now."""
        instant = at or clock.now()
        found = directory.aeds_in(*(_box_of(bbox) if bbox else WHOLE_EARTH))
        return AedList(at=instant, aeds=[_view(aed, instant) for aed in found])

    @router.get("/aeds/{aed_id}")
    async def get_aed(aed_id: str, at: AwareDatetime | None = None) -> AedView:
        """One AED and whether it is usable at a time."""
        return _view(directory.get_aed(aed_id), at or clock.now())

    @router.patch("/aeds/{aed_id}")
    async def correct_aed(aed_id: str, correction: AedCorrection, request: Request) -> AedView:
        """Correct an AED. It counts for the next call, and later imports leave the corrected fields alone."""
        aed_id, now = directory.get_aed(aed_id).aed_id, clock.now()
        async with directory.corrections.change(aed_id):
            async with database.write() as connection:
                corrected = await save_aed_correction(
                    connection, aed_id, correction.changes(), at=now, by=caller_of(request)
                )
            directory.take_aed(aed_id, corrected)
        return _view(directory.get_aed(aed_id), now)


def _add_rescuer_routes(router: APIRouter, directory: Directory, database: Database, clock: Clock) -> None:
    @router.get("/rescuers/{rescuer_id}/eligibility")
    async def get_eligibility(rescuer_id: str, at: AwareDatetime | None = None) -> EligibilityView:
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


def _view(aed: Aed, at: datetime) -> AedView:
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
