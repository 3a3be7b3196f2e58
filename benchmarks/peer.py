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

import asyncpg
import jwt
import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from redis.asyncio import Redis
from standardwebhooks import Webhook

from benchmarks.servers import TOKEN_SECRET, WEBHOOK_SECRET
from dispatch.api.stream_protocol import StreamProtocol

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
    sockets: dict[str, WebSocket] = {}
    subscriber = redis.pubsub()
    webhook = Webhook(WEBHOOK_SECRET)

    async def forward() -> None:
        await subscriber.psubscribe("phone:*")
        async for message in subscriber.listen():
            if message["type"] == "pmessage":
                socket = sockets.get(message["channel"].decode().removeprefix("phone:"))
                if socket is not None:
                    await socket.send_text(message["data"].decode())

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(forward())
        yield
        task.cancel()

    app = FastAPI(lifespan=running)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.websocket("/streams/volunteer")
    async def stream(websocket: WebSocket) -> None:
        await websocket.accept()
        hello = json.loads(await websocket.receive_text())
        name = jwt.decode(hello["token"], TOKEN_SECRET, algorithms=["HS256"], options={"verify_aud": False})["sub"]
        sockets[name] = websocket
        await websocket.send_text('{"type":"welcome"}')
        try:
            while True:
                await websocket.receive_text()
        except WebSocketDisconnect:
            del sockets[name]

    @app.post("/webhooks/120", status_code=202)
    async def take(request: Request) -> Response:
        body = await request.body()
        data = webhook.verify(body, dict(request.headers))["data"]
        lon, lat = data["location"]["lon"], data["location"]["lat"]
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "INSERT INTO calls VALUES ($1, $2, $3)", request.headers["webhook-id"], data["cad_ref"], body
            )
            found = await connection.fetch(NEAREST, lon, lat, alerts)
            await connection.executemany(
                "INSERT INTO alerts VALUES ($1, $2, $3)",
                [(data["cad_ref"], row["rescuer_id"], row["metres"]) for row in found],
            )
        async with redis.pipeline(transaction=False) as pipeline:
            for row in found:
                alert = {"type": "alert", "cad_ref": data["cad_ref"], "lon": lon, "lat": lat, "metres": row["metres"]}
                pipeline.publish(f"phone:{row['rescuer_id']}", json.dumps(alert, separators=(",", ":")))
            await pipeline.execute()
        return Response(status_code=202)

    return app


async def main(homes: dict[str, tuple[float, float]]) -> None:
    pool = await asyncpg.create_pool(os.environ["BENCH_DATABASE_URL"], min_size=5, max_size=5)
    await pool.execute(TABLES)
    await pool.executemany(
        "INSERT INTO rescuers VALUES ($1, ST_MakePoint($2, $3)::geography, true)",
        [(name, lon, lat) for name, (lon, lat) in homes.items()],
    )
    await pool.execute("ANALYZE rescuers")
    redis = Redis.from_url(os.environ["BENCH_REDIS_URL"])
    config = uvicorn.Config(
        build(pool, redis, int(os.environ["BENCH_ALERTS"])),
        host="127.0.0.1",
        port=int(os.environ["BENCH_PORT"]),
        http="h11",
        ws=StreamProtocol,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
    )
    await uvicorn.Server(config).serve()
    await pool.close()
    await redis.aclose()


if __name__ == "__main__":
    asyncio.run(main(json.loads(Path(os.environ["BENCH_HOMES"]).read_text(encoding="utf-8"))))
