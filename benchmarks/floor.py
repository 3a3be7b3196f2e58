"""The floor: the same server stack doing the least that could be right: one row made durable, twenty ready frames sent.

It shares uvicorn, FastAPI, the websocket protocol and `Database` with the service, and decides nothing.
"""

import asyncio
import os
import random
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from sqlalchemy import Column, LargeBinary, MetaData, String, Table

from dispatch.api.stream_protocol import StreamProtocol
from registry.database import Database

METADATA = MetaData()
ROWS = Table("floor", METADATA, Column("message_id", String(256), primary_key=True), Column("body", LargeBinary))


def build(database: Database, frame: str, alerts: int) -> FastAPI:
    app = FastAPI()
    sockets: dict[str, WebSocket] = {}
    rng = random.Random(1)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.websocket("/streams/volunteer")
    async def stream(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.receive_text()
        await websocket.send_text('{"type":"welcome"}')
        name = str(id(websocket))
        sockets[name] = websocket
        try:
            while True:
                await websocket.receive_text()
        except WebSocketDisconnect:
            del sockets[name]

    @app.post("/webhooks/120", status_code=202)
    async def take(request: Request) -> Response:
        body = await request.body()
        row = {"message_id": request.headers["webhook-id"], "body": body}
        await database.transact(lambda connection: connection.execute(ROWS.insert().values(**row)) and None)
        for name in rng.sample(list(sockets), alerts):
            await sockets[name].send_text(frame)
        return Response(status_code=202)

    return app


async def main(frame: str) -> None:
    database = Database(os.environ["BENCH_DATABASE_URL"])
    await database.transact(METADATA.create_all)
    config = uvicorn.Config(
        build(database, frame, int(os.environ["BENCH_ALERTS"])),
        host="127.0.0.1",
        port=int(os.environ["BENCH_PORT"]),
        http="h11",
        ws=StreamProtocol,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
    )
    await uvicorn.Server(config).serve()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(Path(os.environ["BENCH_FRAME"]).read_text(encoding="utf-8")))
