"""What lies in a district: places, and people by where they live."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.places.districts import District, district_at, get_district
from registry.places.kinds import PlaceKind
from registry.places.place import Place
from registry.places.store import PlaceSearch, list_places
from registry.tables import rescuer_homes

_AT_ONCE = 500


async def list_places_in(
    connection: AsyncConnection, district: str | None, search: PlaceSearch, *, after: str = "", limit: int
) -> list[Place]:
    """As `store.list_places`, of those that belong to a district: by its id, code or name; None is everywhere. Where
    nobody has said to which one a place belongs, where it lies says it.

    Raises:
        UnknownDistrict
    """
    if district is None:
        return await list_places(connection, search, after=after, limit=limit)
    wanted, found = await get_district(connection, district), list[Place]()
    while len(found) < limit:
        some = await list_places(connection, search, after=after, limit=_AT_ONCE)
        found += _of(wanted, some)
        if len(some) < _AT_ONCE:
            break
        after = some[-1].place_id
    return found[:limit]


async def load_people_living_in(connection: AsyncConnection, district: District) -> frozenset[str]:
    """Ids of those whose home is known and lies in it."""
    home = rescuer_homes.c
    homes = (await connection.execute(select(home.rescuer_id, home.position))).all()
    if not homes:
        return frozenset()
    lon, lat = np.array([one.position for one in homes], np.float64).T
    return frozenset(
        one.rescuer_id for one, lives in zip(homes, district.holds(lon, lat).tolist(), strict=True) if lives
    )


def district_of(place: Place, districts: Sequence[District]) -> District | None:
    """The one it belongs to: as somebody said it, else where it lies; a district belongs to none."""
    if place.kind is PlaceKind.DISTRICT:
        return None
    said = next((one for one in districts if one.place_id == place.district_id), None)
    return said or district_at(districts, *place.position)


def _of(district: District, some: list[Place]) -> list[Place]:
    if not some:
        return []
    lon, lat = np.array([one.position for one in some], np.float64).T
    within = district.holds(lon, lat).tolist()
    return [
        one
        for one, lies in zip(some, within, strict=True)
        if (lies if one.district_id is None else one.district_id == district.place_id)
    ]
