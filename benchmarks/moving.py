"""Points that move while somebody asks which are near: our index, Redis and PostGIS with the same points, moves and
questions in one run, each in turn."""
# ruff: noqa: S608 (the statements are put together from our own words only)

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import numpy as np
import redis as redis_client
from numpy.typing import NDArray

from geo.places.projection import LocalPlane
from geo.places.spatial_index import PointIndex

RADIUS_M = 336.0
"""Four minutes at 1.4 m/s."""
UPDATES_PER_S = 1_000
MOVING_S = 15.0
PAUSE_S = 0.0005
"""An event loop waits for its sockets between two things, and other threads get their turn."""

Degrees = NDArray[np.float64]
Move = Callable[[int, float, float], Any]
Ask = Callable[[float, float], Any]


@dataclass(frozen=True, kw_only=True)
class Mover:
    """One of the compared: how a point is moved, and how one asks."""

    name: str
    move: Move
    ask: Ask


def measured(mover: Mover, places: Degrees, calls: Degrees) -> list[float]:
    """Milliseconds of each question, while `UPDATES_PER_S` points move a second."""
    rng = np.random.default_rng([1, 18])
    waits_ms: list[float] = []
    began, moved, number = time.perf_counter(), 0, 0
    while (now := time.perf_counter() - began) < MOVING_S:
        while moved < now * UPDATES_PER_S:
            key = int(rng.integers(places.shape[1]))
            mover.move(key, float(places[0, key] + rng.normal(0.0, 1e-4)), float(places[1, key]))
            moved += 1
        lon, lat = calls[:, number % calls.shape[1]].tolist()
        asked = time.perf_counter()
        mover.ask(lon, lat)
        waits_ms.append((time.perf_counter() - asked) * 1000.0)
        number += 1
        time.sleep(PAUSE_S)
    return waits_ms


def ours(plane: LocalPlane, places: Degrees) -> Mover:
    """Our index."""
    index = PointIndex(plane)
    index.load(np.arange(places.shape[1]), places[0], places[1])
    return Mover(name="ours", move=index.move, ask=lambda lon, lat: index.near(lon, lat, RADIUS_M))


@contextmanager
def geosearch(url: str, places: Degrees) -> Iterator[Mover]:
    """Redis' GEOADD and GEOSEARCH."""
    client = redis_client.Redis.from_url(url)
    with client.pipeline(transaction=False) as many:
        for key, (lon, lat) in enumerate(places.T.tolist()):
            many.geoadd("points", (lon, lat, str(key)))
        many.execute()

    def move(key: int, lon: float, lat: float) -> object:
        return client.geoadd("points", (lon, lat, str(key)))

    def ask(lon: float, lat: float) -> object:
        return client.geosearch("points", longitude=lon, latitude=lat, radius=RADIUS_M, unit="m")

    yield Mover(name="Redis GEOSEARCH", move=move, ask=ask)
    client.close()


@contextmanager
def postgis(url: str, places: Degrees) -> Iterator[list[Mover]]:
    """PostGIS with a GiST index: ST_DWithin, and the 50 nearest by the KNN operator."""
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql")))
        point = "ST_SetSRID(ST_MakePoint($1, $2), 4326)::geography"
        rows = [(key, lon, lat) for key, (lon, lat) in enumerate(places.T.tolist())]
        for statement in (
            "CREATE TABLE points (key integer PRIMARY KEY, lon float8, lat float8)",
            "ALTER TABLE points ADD COLUMN place geography(Point)",
        ):
            runner.run(connection.execute(statement))
        runner.run(connection.copy_records_to_table("points", records=rows, columns=["key", "lon", "lat"]))
        runner.run(connection.execute("UPDATE points SET place = ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography"))
        runner.run(connection.execute("CREATE INDEX ON points USING gist (place)"))
        runner.run(connection.execute("VACUUM ANALYZE points"))
        put = runner.run(connection.prepare(f"UPDATE points SET place = {point} WHERE key = $3"))
        near = runner.run(
            connection.prepare(f"SELECT key FROM points WHERE ST_DWithin(place, {point}, {RADIUS_M:.0f})")
        )
        nearest = runner.run(connection.prepare(f"SELECT key FROM points ORDER BY place <-> {point} LIMIT 50"))

        def move(key: int, lon: float, lat: float) -> object:
            return runner.run(put.fetch(lon, lat, key))

        yield [
            Mover(name="PostGIS ST_DWithin", move=move, ask=lambda lon, lat: runner.run(near.fetch(lon, lat))),
            Mover(name="PostGIS KNN", move=move, ask=lambda lon, lat: runner.run(nearest.fetch(lon, lat))),
        ]
        runner.run(connection.close())
