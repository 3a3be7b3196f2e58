"""The practice station nearest to where somebody lives, for whoever has to renew a certificate."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.places.areas import Floats
from registry.places.kinds import PlaceKind
from registry.places.tables import places
from registry.tables import rescuer_homes

TOLD_IN_M = 100
"""A distance is told so coarsely that nobody's door is found by it."""

_EARTH_M = 6_371_008.8
"""Mean radius (IUGG); the sphere is off by at most half a per cent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestStation:
    """distance_m: straight line from the person's home, in steps of `TOLD_IN_M`, at least one."""

    place_id: str
    name: str
    address: str
    distance_m: int


async def find_nearest_stations(connection: AsyncConnection, rescuer_ids: Collection[str]) -> dict[str, NearestStation]:
    """By person: of those whose home is known, where there is a practice station at all."""
    home, place = rescuer_homes.c, places.c
    homes = (
        await connection.execute(select(home.rescuer_id, home.position).where(home.rescuer_id.in_(rescuer_ids)))
    ).all()
    if not homes:
        return {}
    standing = (place.kind == PlaceKind.PRACTICE_STATION.value) & place.retired_at.is_(None)
    columns = (place.place_id, place.name, place.address, place.position)
    stations = (await connection.execute(select(*columns).where(standing).order_by(place.place_id))).all()
    if not stations:
        return {}
    away_m = _distances_m(_radians(one.position for one in homes), _radians(one.position for one in stations))
    nearest = away_m.argmin(axis=1)
    return {
        one.rescuer_id: NearestStation(
            place_id=stations[index].place_id,
            name=stations[index].name,
            address=stations[index].address,
            distance_m=max(TOLD_IN_M, round(away / TOLD_IN_M) * TOLD_IN_M),
        )
        for one, index, away in zip(homes, nearest.tolist(), away_m.min(axis=1).tolist(), strict=True)
    }


def _radians(points: Iterable[tuple[float, float]]) -> Floats:
    """(n, 2): longitude, latitude."""
    return np.radians(np.array(list(points), np.float64))


def _distances_m(some: Floats, others: Floats) -> Floats:
    """(n, m), along the sphere."""
    lon, lat = (others[None, :, axis] - some[:, None, axis] for axis in (0, 1))
    half = np.sin(lat / 2) ** 2 + np.cos(some[:, None, 1]) * np.cos(others[None, :, 1]) * np.sin(lon / 2) ** 2
    return np.asarray(2 * _EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0, 1))))
