"""What the indexes in memory find is what PostGIS finds, in cities made at random."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import Text, bindparam, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.places.projection import LocalPlane
from registry.directory import Directory
from registry.repository import load_aeds
from registry.storage.database import Database
from registry.tables import aeds
from tests.integration.registry.test_follower import aed_row

pytestmark = [pytest.mark.both_databases, pytest.mark.only_postgis]
NOON = datetime(2025, 3, 5, 4, 0, tzinfo=UTC)
HALF_CITY_M = 12_000.0
CITIES = {"Zhengzhou": (113.665, 34.757), "Tromsø": (18.955, 69.65), "Quito": (-78.5, -0.18), "Suva": (178.44, -18.14)}
# Both measure on the ellipsoid, by two libraries.
SAME_M = 1e-4


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
    """With 2,000 AEDs, of which many have moved and some are gone since the first tree was built, and again since the
    second was."""
    rng, plane = np.random.default_rng(120), LocalPlane(*CITIES[request.param])
    database = Database(database_url)
    rows = [aed_row(f"aed-{number:04d}", *_somewhere(plane, rng)) for number in range(2000)]
    async with database.write() as connection:
        await connection.execute(insert(aeds), rows)
        directory = Directory(await load_aeds(connection), [], plane=plane)
        for first, gone in ((0, slice(0, 100)), (1, slice(100, 200))):
            moved = [{"key": row["aed_id"], "place": _somewhere(plane, rng)} for row in rows[first::3]]
            move = aeds.update().where(aeds.c.aed_id == bindparam("key")).values(position=bindparam("place"))
            await connection.execute(move, moved)
            await connection.execute(aeds.delete().where(aeds.c.aed_id.in_([row["aed_id"] for row in rows[gone]])))
            now = {aed.aed_id: aed for aed in await load_aeds(connection)}
            for row in rows:
                directory.take_aed(row["aed_id"], now.get(row["aed_id"]))
            if first == 0:
                for index in directory.trees:
                    rebuild = index.begin_rebuild()
                    rebuild.build()
                    index.adopt(rebuild)
        await connection.execute(text("ANALYZE aeds"))
    async with database.read() as connection:
        yield City(connection=connection, directory=directory, rng=rng)
    await database.close()


def geography(lon: float, lat: float) -> object:
    return func.ST_GeogFromText(f"SRID=4326;POINT({lon!r} {lat!r})")


async def test_a_radius_finds_the_same_aeds_as_the_distance_on_the_ellipsoid(city: City) -> None:
    compared = 0
    for _ in range(60):
        (lon, lat), radius_m = city.somewhere(), float(city.rng.uniform(50, 3000))
        distance_m = await _all_distances_m(city, lon, lat)
        found = set(city.directory.nearby(lon, lat, radius_m=radius_m, at=NOON).aed_id)

        assert {key for key, far_m in distance_m.items() if far_m <= radius_m - SAME_M} <= found
        assert found <= {key for key, far_m in distance_m.items() if far_m <= radius_m + SAME_M}
        compared += len(found)
    assert compared > 1000


async def test_the_nearest_are_those_of_the_distance_on_the_ellipsoid(city: City) -> None:
    for _ in range(40):
        lon, lat = city.somewhere()
        distance_m = await _all_distances_m(city, lon, lat)
        found = city.directory.nearest_aeds(lon, lat, 10)

        assert [aed.aed_id for aed, _ in found] == sorted(distance_m, key=distance_m.__getitem__)[:10]
        for aed, far_m in found:
            assert far_m == pytest.approx(distance_m[aed.aed_id], abs=SAME_M)


async def test_a_box_holds_the_same_aeds(city: City) -> None:
    compared = 0
    for _ in range(40):
        (west, east), (south, north) = (sorted(axis) for axis in zip(city.somewhere(), city.somewhere(), strict=True))
        box = func.ST_MakeEnvelope(west, south, east, north, 4326)
        query = select(aeds.c.aed_id).where(func.ST_Intersects(text("position::geometry"), box))
        theirs = set((await city.connection.execute(query)).scalars())

        assert {aed.aed_id for aed in city.directory.aeds_in(west, south, east, north)} == theirs
        compared += len(theirs)
    assert compared > 1000


async def _all_distances_m(city: City, lon: float, lat: float) -> dict[str, float]:
    query = select(aeds.c.aed_id, func.ST_Distance(aeds.c.position, geography(lon, lat)).label("far_m"))
    return {row.aed_id: row.far_m for row in await city.connection.execute(query)}


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
