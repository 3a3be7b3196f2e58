"""Whose word for a caller's address is taken, and that the log says of whom it is not."""

from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from rescue_circle.forwarded import REPEAT_S, Forwarded

TRUSTED = "127.0.0.1,172.30.120.0/24"
CITIZENS = ("203.0.113.5", "203.0.113.6")


class Door:
    """Notes whom the application behind takes for the caller."""

    def __init__(self) -> None:
        self.callers: list[str] = []
        self.now_s = 0.0
        self._forwarded = Forwarded(self._answer, TRUSTED, now_s=lambda: self.now_s)

    async def _answer(self, scope: Any, _receive: Any, send: Any) -> None:
        self.callers.append(scope["client"][0])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def knock(self, peer: str, **headers: str) -> None:
        transport = httpx.ASGITransport(app=self._forwarded, client=(peer, 40_000))
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            await client.get("/", headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("proxy", ["127.0.0.1", "172.30.120.1"])
async def test_citizens_behind_a_trusted_proxy_are_told_from_each_other(proxy: str) -> None:
    door = Door()

    with capture_logs() as lines:
        for citizen in CITIZENS:
            await door.knock(proxy, x_forwarded_for=citizen)

    assert door.callers == list(CITIZENS)
    assert lines == []


async def test_a_proxy_that_is_not_trusted_is_named_once_in_a_while() -> None:
    door = Door()

    with capture_logs() as lines:
        for citizen in CITIZENS:
            await door.knock("172.18.0.7", x_forwarded_for=citizen)
        door.now_s += REPEAT_S
        await door.knock("172.18.0.7", x_forwarded_for=CITIZENS[0])

    assert door.callers == ["172.18.0.7"] * 3
    assert [(line["event"], line["proxy"]) for line in lines] == [("forwarded_by_untrusted", "172.18.0.7")] * 2


async def test_a_stranger_who_sends_the_header_is_not_believed_and_not_written_down() -> None:
    door = Door()

    with capture_logs() as lines:
        await door.knock("8.8.8.8", x_forwarded_for="127.0.0.1")
        await door.knock("8.8.4.4")

    assert door.callers == ["8.8.8.8", "8.8.4.4"]
    assert [line["proxy"] for line in lines] == ["a public address"]
