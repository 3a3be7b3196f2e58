"""One HTTP request of a channel: bounded in time, never led elsewhere, and its answer as an attempt."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from dispatch.callbacks.retrying import Outcome, find_retry_after_s, judge
from dispatch.channels.port import TAKEN, Attempt, Fault

TIMEOUT_S = 5.0
MESSAGES_OWN = frozenset({400, 404, 410, 413, 422})
"""Answers that speak of this message or recipient; all other failures are the carrier's."""

READ_BYTES = 1024
"""How much of a refusal is read: its reason stands at the beginning."""
ANSWER_BYTES = 16 * 1024
"""How much of an answer is read where its words count; tokens have some hundreds of characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """status: 0 where there was no answer. reason: the beginning of a refusal's body, and of others where asked for."""

    attempt: Attempt
    status: int = 0
    reason: str = ""


def http_client() -> httpx.AsyncClient:
    """Takes some tens of milliseconds, for the authorities that it trusts; no redirect and no proxy of the environment
    may lead a message anywhere but to its address."""
    return httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)


async def post(
    http: httpx.AsyncClient, url: str, *, body: bytes, headers: Mapping[str, str], is_read: bool = False
) -> Posted:
    """What became of it. Failures are answers, not exceptions. is_read: also the body of a success is told."""
    try:
        async with (
            # The client's own limits are for each step.
            asyncio.timeout(TIMEOUT_S),
            http.stream("POST", url, content=body, headers=dict(headers)) as response,
        ):
            status = response.status_code
            retry_after_s = find_retry_after_s(response.headers.get("retry-after"), datetime.now(UTC))
            most_bytes = ANSWER_BYTES if is_read else 0 if response.is_success else READ_BYTES
            reason = await _beginning(response, most_bytes) if most_bytes else ""
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
        told = f"no answer: {type(error).__name__}"
        return Posted(attempt=Attempt(outcome=Outcome.RETRIED, error=told, fault=Fault.CARRIER))
    outcome = judge(status)
    if outcome is Outcome.DELIVERED:
        return Posted(attempt=TAKEN, status=status, reason=reason)
    attempt = Attempt(
        outcome=outcome,
        error=f"HTTP {status}",
        retry_after_s=retry_after_s,
        fault=Fault.MESSAGE if status in MESSAGES_OWN else Fault.CARRIER,
    )
    return Posted(attempt=attempt, status=status, reason=reason)


async def _beginning(response: httpx.Response, most_bytes: int) -> str:
    read = b""
    async for part in response.aiter_bytes(READ_BYTES):
        read += part
        if len(read) >= most_bytes:
            break
    return read[:most_bytes].decode(errors="replace")
