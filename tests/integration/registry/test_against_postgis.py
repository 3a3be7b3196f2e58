"""What the indexes in memory find is what PostGIS finds, in cities made at random."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import Text, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.places.projection import LocalPlane, geodesic_m
from registry.directory import Directory
from registry.repository import load_aeds
from registry.storage.database import Database
from registry.tables import aeds
from tests.integration.registry.test_follower import aed_row

pytestmark = [pytest.mark.both_databases, pytest.mark.only_postgis]
NOON = datetime(2025, 3, 5, 4, 0, tzinfo=UTC)
HALF_CITY_M = 12_000.0
CITIES = {"Zhengzhou": (113.665, 34.757), "Tromsø": (18.955, 69.65), "Quito": (-78.5, -0.18), "Suva": (178.44, -18.14)}
# The plane is true to 2 in 100,000; PostGIS measures on the ellipsoid.
RELATIVE_ERROR = 2e-5
# `<->` on geography ranks by the distance on a sphere; a flattening of 1/298 makes that wrong by 0.6 % at most.
SPHERE_ERROR = 6e-3


@dataclass(frozen=True, kw_only=True)
class City:
    connection: AsyncConnection
    directory: Directory
    rng: np.random.Generator

    def somewhere(self) -> tuple[float, float]:
        return _somewhere(self.directory.plane, self.rng)


def _somewhere(plane: LocalPlane, rng: np.random.Generator) -> tuple[float, float]:
    """Denser in the middle, as cities are."""
    east, north = np.clip(rng.normal(0.0, HALF_CITY_M / 3, 2), -HALF_CITY_M, HALF_CITY_M)
    return plane.to_lonlat(float(east), float(north))


@pytest.fixture(params=list(CITIES))
async def city(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[City]:
    """With 2,000 AEDs of which a third has moved since the index was built."""
    rng, plane = np.random.default_rng(120), LocalPlane(*CITIES[request.param])
    database = Database(database_url)
    rows = [aed_row(f"aed-{number:04d}", *_somewhere(plane, rng)) for number in range(2000)]
    async with database.write() as connection:
        await connection.execute(insert(aeds), rows)
        directory = Directory(await load_aeds(connection), [], plane=plane)
        for row in rows[::3]:
            mine = aeds.c.aed_id == row["aed_id"]
            await connection.execute(aeds.update().where(mine).values(position=_somewhere(plane, rng)))
        await connection.execute(text("ANALYZE aeds"))
        for aed in await load_aeds(connection):
            directory.take_aed(aed.aed_id, aed)
    async with database.read() as connection:
        yield City(connection=connection, directory=directory, rng=rng)
    await database.close()


def geography(lon: float, lat: float) -> object:
    return func.ST_GeogFromText(f"SRID=4326;POINT({lon!r} {lat!r})")


async def test_a_radius_finds_the_same_aeds_as_st_dwithin(city: City) -> None:
    compared = 0
    for _ in range(60):
        (lon, lat), radius_m = city.somewhere(), float(city.rng.uniform(50, 3000))
        here = geography(lon, lat)
        query = select(aeds.c.aed_id, func.ST_Distance(aeds.c.position, here).label("distance_m")).where(
            func.ST_DWithin(aeds.c.position, here, radius_m * (1 + RELATIVE_ERROR))
        )
        distance_m = {row.aed_id: row.distance_m for row in await city.connection.execute(query)}
        found = set(city.directory.nearby(lon, lat, radius_m=radius_m, at=NOON).aed_id)

        assert found <= distance_m.keys()
        assert {key for key in distance_m.keys() - found if distance_m[key] < radius_m * (1 - RELATIVE_ERROR)} == set()
        compared += len(found)
    assert compared > 1000


async def test_the_nearest_are_the_same_as_by_knn(city: City) -> None:
    for _ in range(40):
        lon, lat = city.somewhere()
        nearest = aeds.c.position.op("<->")(geography(lon, lat))
        rows = (await city.connection.execute(select(aeds.c.aed_id).order_by(nearest).limit(10))).scalars().all()
        found = city.directory.nearby(lon, lat, radius_m=2 * HALF_CITY_M, at=NOON)
        ours_m = np.sort(geodesic_m(lon, lat, found.aed_lon, found.aed_lat))[:10]
        theirs = [city.directory.get_aed(aed_id) for aed_id in rows]
        theirs_m = [geodesic_m(lon, lat, aed.lon, aed.lat) for aed in theirs]

        np.testing.assert_allclose(theirs_m, ours_m, rtol=SPHERE_ERROR)


async def test_the_position_that_is_stored_is_the_position_that_was_given(city: City) -> None:
    lon_lat = select(
        aeds.c.aed_id,
        func.ST_X(text("position::geometry")).label("lon"),
        func.ST_Y(text("position::geometry")).label("lat"),
    )
    for row in await city.connection.execute(lon_lat):
        aed = city.directory.get_aed(row.aed_id)
        assert (row.lon, row.lat) == (aed.lon, aed.lat)


async def test_a_search_by_distance_uses_the_spatial_index(city: City) -> None:
    lon, lat = city.somewhere()
    here = f"ST_GeogFromText('SRID=4326;POINT({lon!r} {lat!r})')"
    for query in (f"WHERE ST_DWithin(position, {here}, 500)", f"ORDER BY position <-> {here} LIMIT 5"):
        explained = text(f"EXPLAIN SELECT 1 FROM aeds {query}").columns(plan=Text)  # noqa: S608 - our own numbers
        plan = (await city.connection.execute(explained)).scalars().all()
        assert any("ix_aeds_position" in line for line in plan), plan
