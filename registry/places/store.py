"""Officers' changes of places, each with its line in the history, and places as they stand."""

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.history.log import Author, record
from registry.models import BY_HAND
from registry.places.districts import get_district
from registry.places.fields import BadPlace, checked
from registry.places.kinds import PlaceKind
from registry.places.place import Place, change_of, place_of
from registry.places.tables import places
from registry.storage.postgres import lock_registry

ANY_VERSION = "*"
_Values = Mapping[str, Any]


class UnknownPlace(LookupError):
    """No place has this id."""

    code = "unknown_place"


class PlaceChanged(RuntimeError):
    """Somebody has changed the place since it was read: read it anew, and send the change with its new ETag."""

    code = "place_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSearch:
    """kinds: none is any. text: words that all stand in the name or the address. retired: None is both."""

    kinds: Collection[PlaceKind] = ()
    text: str = ""
    retired: bool | None = False


EVERY_PLACE = PlaceSearch()


async def get_place(connection: AsyncConnection, place_id: str) -> Place:
    """Raises: UnknownPlace."""
    return await _get(connection, select(places).where(places.c.place_id == place_id), place_id)


async def list_places(
    connection: AsyncConnection, search: PlaceSearch = EVERY_PLACE, *, after: str = "", limit: int
) -> list[Place]:
    """By id, behind `after`."""
    query = select(places).where(places.c.place_id > after).order_by(places.c.place_id).limit(limit)
    if search.kinds:
        query = query.where(places.c.kind.in_([kind.value for kind in search.kinds]))
    if search.retired is not None:
        gone = places.c.retired_at.is_not(None)
        query = query.where(gone if search.retired else ~gone)
    for word in search.text.split():
        name, address = (column.icontains(word, autoescape=True) for column in (places.c.name, places.c.address))
        query = query.where(name | address)
    return [place_of(row) for row in await connection.execute(query)]


async def add_place(
    connection: AsyncConnection, kind: PlaceKind, said: _Values, position: tuple[float, float], author: Author
) -> Place:
    """A place of no list. said: its name, and what else is known. position: (lon, lat), WGS-84.

    Raises:
        BadPlace: also for an area, whose outline comes by import.
        UnknownDistrict
    """
    if kind.is_area:
        raise BadPlace(f"a {kind} is an area: import its outline as GeoJSON (rescue-circle registry places import)")
    await lock_registry(connection)
    blank: dict[str, Any] = {
        "district_id": None,
        "area": None,
        "address": "",
        "entrance": "",
        "levels": [],
        "phone": "",
    }
    values = blank | checked(dict(said), kind, position) | {"kind": kind.value, "position": position}
    place_id = f"place-{uuid.uuid4().hex[:16]}"
    values |= {"place_id": place_id, "source": BY_HAND, "source_ref": place_id, "source_digest": "", "corrected": []}
    values["district_id"] = await _district(connection, values["district_id"])
    await connection.execute(insert(places).values(**values, imported_at=author.at, changed_at=author.at))
    added = await get_place(connection, place_id)
    if change := change_of(None, added, "added"):
        await record(connection, change, author)
    return added


async def describe_place(
    connection: AsyncConnection, place_id: str, said: _Values, author: Author, *, expected: frozenset[str] = frozenset()
) -> Place:
    """Set what a place is called, and what is known of it; only what is given. district_id: "" for none.

    Raises:
        UnknownPlace, PlaceChanged, BadPlace, UnknownDistrict
    """
    place = await _held(connection, place_id, expected)
    values = checked(dict(said), place.kind, place.position)
    if "district_id" in values:
        if values["district_id"] and place.kind is PlaceKind.DISTRICT:
            raise BadPlace("a district belongs to no other: leave district_id out")
        values["district_id"] = await _district(connection, values["district_id"])
    return await _set(connection, place, values, author, "described")


async def move_place(
    connection: AsyncConnection,
    place_id: str,
    position: tuple[float, float],
    author: Author,
    *,
    expected: frozenset[str] = frozenset(),
) -> Place:
    """It stands elsewhere now: (lon, lat), WGS-84.

    Raises:
        UnknownPlace, PlaceChanged
        BadPlace: it is an area.
    """
    place = await _held(connection, place_id, expected)
    if place.kind.is_area:
        raise BadPlace(f"{place_id} is a {place.kind}, an area: import its new outline")
    return await _set(connection, place, {"position": position}, author, "moved")


async def retire_place(
    connection: AsyncConnection, place_id: str, author: Author, *, expected: frozenset[str] = frozenset()
) -> Place:
    """It is there no more, and stays for what names it; its list's next imports leave it so.

    Raises:
        UnknownPlace, PlaceChanged
    """
    return await _stand(connection, place_id, author, expected, lambda place: place.retired_at is None)


async def reinstate_place(
    connection: AsyncConnection, place_id: str, author: Author, *, expected: frozenset[str] = frozenset()
) -> Place:
    """It is there again.

    Raises:
        UnknownPlace, PlaceChanged
    """
    return await _stand(connection, place_id, author, expected, lambda _place: False)


async def _stand(
    connection: AsyncConnection,
    place_id: str,
    author: Author,
    expected: frozenset[str],
    goes: Callable[[Place], bool],
) -> Place:
    place = await _held(connection, place_id, expected)
    if goes(place):
        gone = {"retired_at": author.at, "retired_by": author.by[:64]}
        return await _set(connection, place, gone, author, "retired")
    return await _set(connection, place, {"retired_at": None, "retired_by": None}, author, "reinstated")


async def _set(connection: AsyncConnection, place: Place, values: _Values, author: Author, action: str) -> Place:
    """Nothing is written where all is as it was."""
    told = {**values, **({"levels": tuple(values["levels"])} if "levels" in values else {})}
    new = {name for name, value in told.items() if name != "retired_by" and value != getattr(place, name)}
    if not new:
        return place
    corrected = set(place.corrected)
    if place.source != BY_HAND:
        corrected |= new - {"retired_at"}
    mine = places.c.place_id == place.place_id
    written = {**values, "corrected": sorted(corrected), "changed_at": author.at}
    await connection.execute(update(places).where(mine).values(written))
    after = await get_place(connection, place.place_id)
    if change := change_of(place, after, action):
        await record(connection, change, author)
    return after


async def _held(connection: AsyncConnection, place_id: str, expected: frozenset[str]) -> Place:
    """Nobody else changes it until the transaction ends. expected: versions of which one must be its own."""
    await lock_registry(connection)
    place = await _get(connection, select(places).where(places.c.place_id == place_id).with_for_update(), place_id)
    if expected and ANY_VERSION not in expected and place.version not in expected:
        raise PlaceChanged(f"{place_id}: {PlaceChanged.__doc__}")
    return place


async def _get(connection: AsyncConnection, query: Select[Any], place_id: str) -> Place:
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise UnknownPlace(f"no place {place_id!r}")
    return place_of(row)


async def _district(connection: AsyncConnection, said: str | None) -> str | None:
    """Raises: UnknownDistrict."""
    return (await get_district(connection, said)).place_id if said else None
