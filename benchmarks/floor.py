"""The floor: the same server stack doing the least that could be right: one row made durable, twenty ready frames sent.

It shares uvicorn, FastAPI, the websocket protocol and `Database` with the service, and decides nothing.
"""

import asyncio
import os
import random
from itertools import count
from pathlib import Path

from fastapi import FastAPI, Request, Response
from sqlalchemy import Column, LargeBinary, MetaData, String, Table

from benchmarks.bare_server import Sockets, bare_app, serve_bare
from registry.storage.database import Database

METADATA = MetaData()
ROWS = Table("floor", METADATA, Column("message_id", String(256), primary_key=True), Column("body", LargeBinary))


def build(database: Database, frame: str, alerts: int) -> FastAPI:
    sockets: Sockets = {}
    numbers = count()
    rng = random.Random(1)
    app = bare_app(sockets, name_of=lambda _: str(next(numbers)))

    @app.post("/webhooks/120", status_code=202)
    async def take(request: Request) -> Response:
        body = await request.body()
        row = {"message_id": request.headers["webhook-id"], "body": body}
        insert = ROWS.insert().values(**row)
        # In the quickest way that the service has: on PostgreSQL a statement that is a transaction of its own.
        await database.transact(lambda connection: connection.execute(insert) and None, at_once=True)
        for name in rng.sample(list(sockets), alerts):
            await sockets[name].send_text(frame)
        return Response(status_code=202)

    return app


async def main(frame: str) -> None:
    database = Database(os.environ["BENCH_DATABASE_URL"])
    await database.transact(METADATA.create_all)
    await serve_bare(build(database, frame, int(os.environ["BENCH_ALERTS"])))
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(Path(os.environ["BENCH_FRAME"]).read_text(encoding="utf-8")))
