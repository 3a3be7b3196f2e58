"""The districts of a city as a filter of what lies in them, and as an answer to where something lies."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.places.areas import Bools, Floats, holds, size_of
from registry.places.kinds import PlaceKind
from registry.places.tables import places


class UnknownDistrict(ValueError):
    """No district is called so, or several are; the message lists those there are."""

    code = "unknown_district"


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """code: what its list calls it, such as 410105. area: GeoJSON, WGS-84."""

    place_id: str
    code: str
    name: str
    area: str = field(repr=False)

    def holds(self, lon: Floats, lat: Floats) -> Bools:
        """Which of these points, (n,) degrees of WGS-84 each, lie in it; its holes are outside."""
        return holds(self.area, lon, lat)


async def load_districts(connection: AsyncConnection) -> list[District]:
    """Those that stand, by name."""
    place = places.c
    rows = await connection.execute(
        select(place.place_id, place.source_ref, place.name, place.area)
        .where(place.kind == PlaceKind.DISTRICT.value, place.retired_at.is_(None))
        .order_by(place.name, place.place_id)
    )
    return [
        District(place_id=row.place_id, code=row.source_ref, name=row.name, area=row.area) for row in rows if row.area
    ]


async def get_district(connection: AsyncConnection, said: str) -> District:
    """The one with this id, code or name.

    Raises:
        UnknownDistrict
    """
    return named(await load_districts(connection), said)


def named(districts: Sequence[District], said: str) -> District:
    """Raises: UnknownDistrict."""
    word = _plain(said)
    ways = ((one.place_id for one in districts), (one.code for one in districts), (one.name for one in districts))
    for way in ways:
        found = [one for one, name in zip(districts, way, strict=True) if _plain(name) == word]
        if len(found) == 1:
            return found[0]
        if found:
            raise UnknownDistrict(
                f"{said!r} is what several districts are called: say which by its id, "
                f"{', '.join(one.place_id for one in found)}"
            )
    if not districts:
        raise UnknownDistrict(
            f"there is no district {said!r}: none is registered yet, import them with "
            "`rescue-circle registry places import FILE --kind district`"
        )
    raise UnknownDistrict(f"there is no district {said!r}: there are {', '.join(one.name for one in districts)}")


def district_at(districts: Sequence[District], lon: float, lat: float) -> District | None:
    """In which one a place lies, WGS-84 degrees; of several the smallest: a zone within a district is meant first."""
    where = np.array([lon]), np.array([lat])
    within = [one for one in districts if one.holds(*where)[0]]
    return min(within, key=lambda one: (size_of(one.area), one.place_id), default=None)


def _plain(text: str) -> str:
    """Without what writers disagree on: width, capitals and blanks."""
    return unicodedata.normalize("NFKC", "".join(text.split())).casefold()
