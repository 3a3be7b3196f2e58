"""The provider as we speak with it: slow, wrong or silent, it costs the one who signs in and nobody else."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from dispatch.oidc.config import OidcConfig
from dispatch.oidc.flow import Flows
from dispatch.oidc.provider import METADATA_FOR_S, Provider
from dispatch.oidc.refusals import ProviderAway, ProviderWrong
from tests.support.ports import HOST

FLOW = Flows("a secret of this service's own here").begin(datetime(2026, 5, 1, tzinfo=UTC))
Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def answering(answer: Answer) -> AsyncIterator[str]:
    """A server in the very loop that speaks with it: it answers only where nobody blocks that."""

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await answer(writer)
        writer.close()

    server = await asyncio.start_server(meet, HOST, 0)
    try:
        yield f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def provider_at(issuer: str, **options: Any) -> Provider:
    config = OidcConfig(issuer=issuer, client_id="rescue", scopes="openid")
    return Provider(config, redirect_uri="http://127.0.0.1:8120/api/session/provider/callback", **options)


def body(status: str, document: object) -> bytes:
    text = json.dumps(document).encode()
    return b"HTTP/1.1 %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s" % (status.encode(), len(text), text)


async def test_while_a_silent_provider_is_waited_for_everything_else_goes_on() -> None:
    met, enough = asyncio.Event(), asyncio.Event()

    async def silent(_: asyncio.StreamWriter) -> None:
        met.set()
        await enough.wait()

    async with answering(silent) as issuer:
        waiting = asyncio.create_task(provider_at(issuer, patience_s=600).begin(FLOW))
        await met.wait()
        assert not waiting.done()
        with pytest.raises(ProviderAway):
            await provider_at(issuer, patience_s=0.05).begin(FLOW)
        waiting.cancel()
        enough.set()
        await asyncio.gather(waiting, return_exceptions=True)


@pytest.mark.parametrize(
    ("status", "change", "refusal"),
    [
        ("200 OK", {}, None),
        ("200 OK", {"issuer": "https://elsewhere.example"}, ProviderWrong),
        ("200 OK", {"token_endpoint": "http://elsewhere.example/token"}, ProviderWrong),
        ("200 OK", {"jwks_uri": "file:///etc/passwd"}, ProviderWrong),
        ("200 OK", {"authorization_endpoint": 7}, ProviderWrong),
        ("404 Not Found", {}, ProviderWrong),
        ("503 Service Unavailable", {}, ProviderAway),
        ("302 Found", {}, ProviderAway),
    ],
)
async def test_what_a_provider_says_of_itself_is_believed_where_it_holds(
    status: str, change: dict[str, object], refusal: type[Exception] | None
) -> None:
    told: dict[str, object] = {}

    async def tell(writer: asyncio.StreamWriter) -> None:
        writer.write(body(status, told))
        await writer.drain()

    async with answering(tell) as issuer:
        endpoints = dict.fromkeys(("authorization_endpoint", "token_endpoint", "jwks_uri"), f"{issuer}/x")
        told.update({"issuer": issuer, **endpoints, "verify": False, "proxy": "http://127.0.0.1:1"} | change)
        if refusal is None:
            assert (await provider_at(issuer).begin(FLOW)).startswith(f"{issuer}/x?")
        else:
            with pytest.raises(refusal):
                await provider_at(issuer).begin(FLOW)


async def test_what_is_no_json_is_wrong_and_the_addresses_are_read_anew_after_an_hour() -> None:
    asked, now_s, answers = [], 0.0, [b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello"]

    async def tell(writer: asyncio.StreamWriter) -> None:
        asked.append(1)
        writer.write(answers[-1])
        await writer.drain()

    async with answering(tell) as issuer:
        provider = provider_at(issuer, now_s=lambda: now_s)
        with pytest.raises(ProviderWrong):
            await provider.begin(FLOW)
        answers.append(body("200 OK", {"issuer": issuer, "authorization_endpoint": f"{issuer}/x"}))
        for at_s in (0.0, METADATA_FOR_S, METADATA_FOR_S + 1):
            now_s = at_s
            await provider.begin(FLOW)

    assert len(asked) == 3
