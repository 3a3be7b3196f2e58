"""Photos of AEDs, for registry officers. A picture comes as the body of a request, not in a form."""

from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Query, Request, Response

from dispatch.api.access import Caller
from dispatch.api.devices import WhyQuery, author_of
from dispatch.contracts.devices import PhotoView
from dispatch.service import DispatchService
from registry.photos import store
from registry.photos.preparer import Preparer
from registry.photos.store import Photo, UnknownPhoto
from registry.storage.database import Database

log = structlog.get_logger(__name__)

_DIGITS = 9
Size = Annotated[Literal["whole", "thumbnail"], Query(description="A thumbnail has 320 pixels at most.")]
PATH = "/api/registry/aeds/"
_PICTURES: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}, "description": "The picture."}}
_SENT = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("image/jpeg", "image/png", "image/webp", "application/octet-stream")
        },
    }
}


def build_router(service: DispatchService, database: Database) -> APIRouter:
    router = APIRouter(prefix=f"{PATH}{{aed_id}}/photos", tags=["registry"])
    _add_reading(router, database)
    _add_changing(router, service, database)
    return router


def _add_reading(router: APIRouter, database: Database) -> None:
    @router.get("")
    async def list_photos(aed_id: str) -> list[PhotoView]:
        """The photos of an AED, the oldest first; the pictures themselves are asked for one by one."""
        async with database.read() as connection:
            return [_view(one) for one in await store.list_photos(connection, aed_id)]

    @router.get("/{photo_id}", response_class=Response, responses=_PICTURES)
    async def get_photo(
        aed_id: str,
        photo_id: str,
        size: Size = "whole",
    ) -> Response:
        """The picture, as JPEG."""
        number, is_thumbnail = _number_of(photo_id), size == "thumbnail"
        async with database.read() as connection:
            picture = await store.get_picture(connection, aed_id, number, is_thumbnail=is_thumbnail)
        return Response(picture, media_type="image/jpeg")


def _add_changing(router: APIRouter, service: DispatchService, database: Database) -> None:
    preparer = Preparer()

    @router.post("", status_code=201, openapi_extra=_SENT)
    async def add_photo(aed_id: str, request: Request, caller: Caller, why: WhyQuery = "") -> PhotoView:
        """Keep a photo: a JPEG, PNG or WebP as the body. It is turned upright and made smaller, and what a phone
        notes in it (place, date, device) is left out.

        422 `bad_photo` says why a file is not taken. 409 `too_many_photos`: remove one first.
        """
        author = author_of(service, caller, why)
        async with database.read() as connection:
            # Before work is done for nothing.
            await store.list_photos(connection, aed_id)
        made = await preparer.prepare(await request.body())
        async with database.write() as connection:
            one = await store.add_photo(connection, aed_id, made, author)
        log.info("aed_photo_added", aed_id=one.aed_id, photo_id=one.photo_id, by=caller.subject)
        return _view(one)

    @router.delete("/{photo_id}", status_code=204, response_class=Response)
    async def remove_photo(aed_id: str, photo_id: str, caller: Caller, why: WhyQuery = "") -> None:
        """Delete a photo; that there was one stays in the history."""
        number, author = _number_of(photo_id), author_of(service, caller, why)
        async with database.write() as connection:
            await store.remove_photo(connection, aed_id, number, author)
        await database.checkpoint()
        log.info("aed_photo_removed", aed_id=aed_id, photo_id=number, by=caller.subject)


def _number_of(text: str) -> int:
    # Longer ones no database could hold.
    if not (text.isdecimal() and text.isascii() and len(text) <= _DIGITS):
        raise UnknownPhoto(f"there is no photo {text!r}: list them first")
    return int(text)


def _view(one: Photo) -> PhotoView:
    return PhotoView.model_validate(one, from_attributes=True)
