"""What the floor and the peer share: phones' sockets by name, and uvicorn set up as the service sets it up."""

import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from benchmarks.servers import HOST
from dispatch.api.stream_protocol import StreamProtocol

Sockets = dict[str, WebSocket]
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def bare_app(sockets: Sockets, *, name_of: Callable[[str], str], lifespan: Lifespan | None = None) -> FastAPI:
    """An app that is up, and keeps the socket of every phone in `sockets`; `name_of` reads its hello."""
    app = FastAPI(lifespan=lifespan)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.websocket("/streams/volunteer")
    async def stream(websocket: WebSocket) -> None:
        await websocket.accept()
        name = name_of(await websocket.receive_text())
        sockets[name] = websocket
        await websocket.send_text('{"type":"welcome"}')
        try:
            while True:
                await websocket.receive_text()
        except WebSocketDisconnect:
            del sockets[name]

    return app


async def serve_bare(app: FastAPI) -> None:
    """Until SIGTERM, on the port that BENCH_PORT names."""
    config = uvicorn.Config(
        app,
        host=HOST,
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
