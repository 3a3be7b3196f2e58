"""Takes the caller's address from a proxy that is trusted, and notices one that is not: all who come through it count
as one."""

import ipaddress
import time
from collections.abc import Callable

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

log = structlog.get_logger(__name__)

REPEAT_S = 600.0
MOST_TOLD = 100
HEADER = b"x-forwarded-for"
SOMEBODY = "a public address"
"""A stranger may send the header too, and their address is nobody's business."""


class Forwarded:
    """trusted: addresses and networks of proxies, comma between."""

    def __init__(self, app: ASGIApp, trusted: str, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._taking = ProxyHeadersMiddleware(app, trusted)  # type: ignore[arg-type]  # one protocol under two names
        self._networks = [ipaddress.ip_network(one.strip()) for one in trusted.split(",")]
        self._now_s = now_s
        self._told_at_s: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if any(name == HEADER for name, _ in scope.get("headers", ())):
            self._look_at((scope.get("client") or ("",))[0])
        await self._taking(scope, receive, send)  # type: ignore[arg-type]

    def _look_at(self, peer: str) -> None:
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return
        if any(address in network for network in self._networks):
            return
        whose, now_s = str(address) if address.is_private else SOMEBODY, self._now_s()
        if now_s - self._told_at_s.get(whose, -REPEAT_S) >= REPEAT_S and len(self._told_at_s) < MOST_TOLD:
            self._told_at_s[whose] = now_s
            log.warning("forwarded_by_untrusted", proxy=whose, setting="RESCUE_TRUSTED_PROXIES")
