"""What a provider signs counts only for the sign-in that it was asked for, for us, now, and under its own key."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from dispatch.oidc.config import OidcConfig
from dispatch.oidc.flow import Flows
from dispatch.oidc.provider import Provider
from dispatch.oidc.refusals import ProviderClock, ProviderWrong
from tests.support.ports import HOST

FLOW = Flows("a secret of this service's own here").begin(datetime(2026, 5, 1, tzinfo=UTC))
CLIENT = "rescue"
KEY = ECKey.generate_key("P-256", {"kid": "today's", "use": "sig", "alg": "ES256"})
ANOTHERS = ECKey.generate_key("P-256", {"kid": "today's", "use": "sig", "alg": "ES256"})


class Signing:
    """A provider that signs these claims for any code."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}
        self.key = KEY

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        text = json.dumps(self._document(head.split()[1].decode())).encode()
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        writer.write(head % len(text) + text)
        await writer.drain()
        writer.close()

    def _document(self, path: str) -> dict[str, Any]:
        issuer = self.claims["iss"]
        if path == "/keys":
            return {"keys": [KEY.as_dict(private=False)]}
        if path == "/token":
            header = {"alg": "ES256", "kid": "today's"}
            return {"token_type": "Bearer", "id_token": jwt.encode(header, self.claims, self.key)}
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
            "id_token_signing_alg_values_supported": ["ES256"],
        }


@asynccontextmanager
async def signing() -> AsyncIterator[tuple[Signing, Provider]]:
    signer = Signing()
    server = await asyncio.start_server(signer.meet, HOST, 0)
    issuer = f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    now_s = int(time.time())
    signer.claims = {
        "iss": issuer,
        "aud": CLIENT,
        "sub": "somebody",
        "nonce": FLOW.nonce,
        "iat": now_s,
        "exp": now_s + 600,
    }
    config = OidcConfig(issuer=issuer, client_id=CLIENT, scopes="openid")
    try:
        yield signer, Provider(config, redirect_uri=f"http://{HOST}:8120/api/session/provider/callback")
    finally:
        server.close()


async def test_what_was_signed_for_this_sign_in_says_who_came() -> None:
    async with signing() as (signer, provider):
        said = await provider.finish(FLOW, "a code")

    assert (said.issuer, said.subject) == (signer.claims["iss"], "somebody")


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"nonce": "of another sign-in"}, ProviderWrong),
        ({"nonce": None}, ProviderWrong),
        ({"aud": "another client"}, ProviderWrong),
        ({"iss": "https://elsewhere.example"}, ProviderWrong),
        ({"sub": None}, ProviderWrong),
        ({"exp": 1_000_000_000}, ProviderClock),
        ({"exp": None}, ProviderWrong),
    ],
)
async def test_what_was_signed_for_anything_else_lets_nobody_in(
    changed: dict[str, Any], refusal: type[Exception]
) -> None:
    async with signing() as (signer, provider):
        await provider.begin(FLOW)
        signer.claims = {name: value for name, value in (signer.claims | changed).items() if value is not None}
        signer.claims.setdefault("iss", "")
        with pytest.raises(refusal):
            await provider.finish(FLOW, "a code")


async def test_under_another_key_nothing_counts() -> None:
    async with signing() as (signer, provider):
        signer.key = ANOTHERS
        with pytest.raises(ProviderWrong):
            await provider.finish(FLOW, "a code")
