"""Photos of AEDs in the database: added, listed, looked at and removed; each change is a line of the history."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.devices.cabinet_rows import get_ids
from registry.history.log import Author, Change, record
from registry.photos.preparing import Prepared
from registry.photos.tables import aed_photos
from registry.storage.postgres import lock_registry

KIND = "aed_photo"
MOST = 6
"""Of one AED: the way to it, its cabinet, the device (assumption)."""

_kept = aed_photos.c


class UnknownPhoto(LookupError):
    """This AED has no photo with this number."""

    code = "unknown_photo"


class TooManyPhotos(RuntimeError):
    """The AED has as many photos as it may: remove one first."""

    code = "too_many_photos"


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """by: the account that added it, or the user of a command. width, height: pixels. size_bytes: of the picture."""

    photo_id: int
    aed_id: str
    at: datetime
    by: str
    width: int
    height: int
    size_bytes: int


async def add_photo(connection: AsyncConnection, aed_id: str, made: Prepared, author: Author) -> Photo:
    """Keep a photo of an AED.

    Raises:
        UnknownAed
        TooManyPhotos
    """
    await lock_registry(connection)
    ids = await get_ids(connection, aed_id)
    count = select(func.count()).select_from(aed_photos).where(_kept.aed_id.in_(ids))
    if (await connection.execute(count)).scalar_one() >= MOST:
        raise TooManyPhotos(f"{ids[0]} has {MOST} photos already: remove one first")
    row = {"aed_id": ids[0], "at": author.at, "by": author.by, **asdict(made)}
    written = await connection.execute(insert(aed_photos).values(row).returning(_kept.photo_id))
    photo = Photo(
        photo_id=int(written.scalar_one()),
        aed_id=ids[0],
        at=author.at,
        by=author.by,
        width=made.width,
        height=made.height,
        size_bytes=len(made.picture),
    )
    await record(connection, _change(photo, is_added=True), author)
    return photo


async def list_photos(connection: AsyncConnection, aed_id: str) -> list[Photo]:
    """Of an AED, the oldest first.

    Raises:
        UnknownAed
    """
    ids = await get_ids(connection, aed_id)
    rows = await connection.execute(_described().where(_kept.aed_id.in_(ids)).order_by(_kept.photo_id))
    return [_photo(row) for row in rows]


async def get_picture(connection: AsyncConnection, aed_id: str, photo_id: int, *, is_thumbnail: bool = False) -> bytes:
    """A JPEG.

    Raises:
        UnknownAed
        UnknownPhoto
    """
    ids = await get_ids(connection, aed_id)
    column = _kept.thumbnail if is_thumbnail else _kept.picture
    query = select(column).where(_kept.aed_id.in_(ids), _kept.photo_id == photo_id)
    found = (await connection.execute(query)).scalar_one_or_none()
    if found is None:
        raise _unknown(aed_id, photo_id)
    return bytes(found)


async def remove_photo(connection: AsyncConnection, aed_id: str, photo_id: int, author: Author) -> None:
    """Delete a photo, which may show somebody: nothing of it stays but that there was one.

    Raises:
        UnknownAed
        UnknownPhoto
    """
    await lock_registry(connection)
    ids = await get_ids(connection, aed_id)
    mine = _kept.aed_id.in_(ids) & (_kept.photo_id == photo_id)
    row = (await connection.execute(_described().where(mine))).one_or_none()
    if row is None:
        raise _unknown(aed_id, photo_id)
    await connection.execute(delete(aed_photos).where(mine))
    await record(connection, _change(_photo(row), is_added=False), author)


def _described() -> Any:
    """All but the pictures, which may be large."""
    size = func.length(_kept.picture).label("size_bytes")
    return select(_kept.photo_id, _kept.aed_id, _kept.at, _kept.by, _kept.width, _kept.height, size)


def _photo(row: Row[Any]) -> Photo:
    return Photo(**row._mapping)


def _change(photo: Photo, *, is_added: bool) -> Change:
    told = {"photo_id": photo.photo_id, "width": photo.width, "height": photo.height}
    return Change(
        kind=KIND,
        subject_id=photo.aed_id,
        action="photo_added" if is_added else "photo_removed",
        before=None if is_added else told,
        after=told if is_added else None,
    )


def _unknown(aed_id: str, photo_id: int) -> UnknownPhoto:
    return UnknownPhoto(f"{aed_id} has no photo {photo_id}: list them first")
