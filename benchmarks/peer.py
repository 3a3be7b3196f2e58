"""What a user would build instead: FastAPI, one PostGIS KNN query, Redis pub/sub to the process that holds the sockets.

It is written as well as its kind can be: asyncpg's pool, one transaction a call, the index that `<->` uses, one
pipeline to Redis, one subscriber for all sockets. It knows no streets, no AEDs, no waves, no answers, no resuming.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import jwt
from fastapi import FastAPI, Request, Response
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from standardwebhooks import Webhook

from benchmarks.bare_server import Sockets, bare_app, serve_bare
from benchmarks.servers import TOKEN_SECRET, WEBHOOK_SECRET

TABLES = """
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE TABLE rescuers (rescuer_id text PRIMARY KEY, position geography(Point) NOT NULL, on_duty boolean NOT NULL);
CREATE INDEX ON rescuers USING gist (position);
CREATE TABLE calls (message_id text PRIMARY KEY, cad_ref text UNIQUE NOT NULL, body bytea NOT NULL);
CREATE TABLE alerts (
    cad_ref text NOT NULL, rescuer_id text NOT NULL, metres real NOT NULL, PRIMARY KEY (cad_ref, rescuer_id)
);
"""
NEAREST = """
SELECT rescuer_id, ST_Distance(position, ST_MakePoint($1, $2)::geography) AS metres FROM rescuers
WHERE on_duty ORDER BY position <-> ST_MakePoint($1, $2)::geography LIMIT $3
"""


def build(pool: asyncpg.Pool, redis: Redis, alerts: int) -> FastAPI:
    sockets: Sockets = {}
    webhook = Webhook(WEBHOOK_SECRET)

    @asynccontextmanager
    async def subscribed(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(_forward(redis.pubsub(), sockets))
        yield
        task.cancel()

    app = bare_app(sockets, name_of=_subject, lifespan=subscribed)

    @app.post("/webhooks/120", status_code=202)
    async def take(request: Request) -> Response:
        body = await request.body()
        data = webhook.verify(body, dict(request.headers))["data"]
        nearest = await _save(pool, request.headers["webhook-id"], data, body, alerts)
        await _publish(redis, data, nearest)
        return Response(status_code=202)

    return app


def _subject(hello: str) -> str:
    token = json.loads(hello)["token"]
    return str(jwt.decode(token, TOKEN_SECRET, algorithms=["HS256"], options={"verify_aud": False})["sub"])


async def _forward(subscriber: PubSub, sockets: Sockets) -> None:
    await subscriber.psubscribe("phone:*")
    async for message in subscriber.listen():
        if message["type"] == "pmessage":
            socket = sockets.get(message["channel"].decode().removeprefix("phone:"))
            if socket is not None:
                await socket.send_text(message["data"].decode())


async def _save(
    pool: asyncpg.Pool, message_id: str, data: dict[str, Any], body: bytes, alerts: int
) -> list[asyncpg.Record]:
    """The call and whom it alerts, in one transaction; those alerted."""
    place = data["location"]
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("INSERT INTO calls VALUES ($1, $2, $3)", message_id, data["cad_ref"], body)
        found: list[asyncpg.Record] = await connection.fetch(NEAREST, place["lon"], place["lat"], alerts)
        await connection.executemany(
            "INSERT INTO alerts VALUES ($1, $2, $3)",
            [(data["cad_ref"], row["rescuer_id"], row["metres"]) for row in found],
        )
    return found


async def _publish(redis: Redis, data: dict[str, Any], nearest: list[asyncpg.Record]) -> None:
    lon, lat = data["location"]["lon"], data["location"]["lat"]
    async with redis.pipeline(transaction=False) as pipeline:
        for row in nearest:
            alert = {"type": "alert", "cad_ref": data["cad_ref"], "lon": lon, "lat": lat, "metres": row["metres"]}
            pipeline.publish(f"phone:{row['rescuer_id']}", json.dumps(alert, separators=(",", ":")))
        await pipeline.execute()


async def main(homes: dict[str, tuple[float, float]]) -> None:
    pool = await asyncpg.create_pool(os.environ["BENCH_DATABASE_URL"], min_size=5, max_size=5)
    await pool.execute(TABLES)
    await pool.executemany(
        "INSERT INTO rescuers VALUES ($1, ST_MakePoint($2, $3)::geography, true)",
        [(name, lon, lat) for name, (lon, lat) in homes.items()],
    )
    await pool.execute("ANALYZE rescuers")
    redis = Redis.from_url(os.environ["BENCH_REDIS_URL"])
    await serve_bare(build(pool, redis, int(os.environ["BENCH_ALERTS"])))
    await pool.close()
    await redis.aclose()


if __name__ == "__main__":
    asyncio.run(main(json.loads(Path(os.environ["BENCH_HOMES"]).read_text(encoding="utf-8"))))
