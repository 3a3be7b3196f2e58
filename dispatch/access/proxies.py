"""Whose connection a request came on, and whether that is a proxy whose headers are believed."""

import ipaddress

from starlette.types import ASGIApp, Receive, Scope, Send

EVERYBODY = "*"
PEER = "rescue.peer"
"""Where a request's scope holds the address of the connection itself, whatever headers say."""


class TrustedProxies:
    """Addresses and networks of RESCUE_TRUSTED_PROXIES. With `*` none is trusted with more than a caller's address."""

    def __init__(self, text: str) -> None:
        named = [part.strip() for part in text.split(",") if part.strip()]
        self.is_everybody = EVERYBODY in named
        self._networks = [network for part in named if (network := _find_network(part)) is not None]

    def __contains__(self, peer: object) -> bool:
        if self.is_everybody or not isinstance(peer, str):
            return False
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in network for network in self._networks)


class PeerNoted:
    """Notes the connection's address before anything within replaces it by what a proxy tells."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        scope[PEER] = client[0] if client else None
        await self._app(scope, receive, send)


def _find_network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        # A name, as uvicorn allows for sockets without addresses: no address is it.
        return None
