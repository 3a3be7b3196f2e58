"""Around the whole application: no body larger than any honest one, and headers that let browsers keep nothing."""

import json
import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from registry.photos.preparing import MAX_FILE_BYTES

MAX_BODY_BYTES = 64 * 1024
LARGER_BODIES = {"/api/tokens": 4 * 1024 * 1024, "/api/aeds/bulk": 1024 * 1024}
"""Ten thousand subjects of 200 characters at once; a hundred changes of AEDs."""

PHOTO = re.compile(r"/api/registry/aeds/[^/]+/photos")
"""A phone's picture may come there."""

OWN_LIMIT = "/webhooks/"
"""Reads its body itself, with a limit of its own."""

HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Hardened:
    """Answers 413 before a larger body is read, or at the byte that is too many where its length was not told."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await _Exchange(scope, receive, send).run(self._app)
        else:
            await self._app(scope, receive, send)


class _Exchange:
    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._left = _limit_bytes(scope["path"])
        self._bounded = not scope["path"].startswith(OWN_LIMIT)
        self._refused = False

    async def run(self, app: ASGIApp) -> None:
        told = dict(self._scope["headers"]).get(b"content-length", b"0")
        if self._bounded and told.isdigit() and int(told) > self._left:
            await self._refuse()
        else:
            await app(self._scope, self.receive, self.send)

    async def receive(self) -> Message:
        message = await self._receive()
        if self._bounded and message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                await self._refuse()
                return {"type": "http.disconnect"}
        return message

    async def send(self, message: Message) -> None:
        # Whatever the application makes of a body that ends too early has been answered already.
        if self._refused:
            return
        if message["type"] == "http.response.start":
            message.setdefault("headers", [])
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)

    async def _refuse(self) -> None:
        body = {"code": "body_too_large", "message": "The body is larger than any request of this interface needs."}
        headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
        await self.send({"type": "http.response.start", "status": 413, "headers": headers})
        await self.send({"type": "http.response.body", "body": json.dumps(body).encode()})
        self._refused = True


def _limit_bytes(path: str) -> int:
    # One byte more, which says that the file is too large in words that help.
    return MAX_FILE_BYTES + 1 if PHOTO.fullmatch(path) else LARGER_BODIES.get(path, MAX_BODY_BYTES)
