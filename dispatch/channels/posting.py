"""One HTTP request of a channel: bounded in time, never led elsewhere, and its answer as an attempt."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

import httpx

from dispatch.callbacks.retrying import Outcome, find_retry_after_s, judge
from dispatch.channels.port import TAKEN, Attempt

TIMEOUT_S = 5.0
RECIPIENTS_OWN = frozenset({400, 404, 410, 413, 422})
"""Answers that speak of this message or recipient; all other failures are the channel's."""


def http_client() -> httpx.AsyncClient:
    """Takes some tens of milliseconds, for the authorities that it trusts; no redirect and no proxy of the environment
    may lead a message anywhere but to its address."""
    return httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)


async def post(http: httpx.AsyncClient, url: str, *, body: bytes, headers: Mapping[str, str]) -> tuple[Attempt, int]:
    """What became of it, and the status; 0 where there was no answer."""
    try:
        async with (
            # The client's own limits are for each step.
            asyncio.timeout(TIMEOUT_S),
            http.stream("POST", url, content=body, headers=dict(headers)) as response,
        ):
            status = response.status_code
            retry_after_s = find_retry_after_s(response.headers.get("retry-after"), datetime.now(UTC))
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
        told = f"no answer: {type(error).__name__}"
        return Attempt(outcome=Outcome.RETRIED, error=told, of_channel=True), 0
    outcome = judge(status)
    if outcome is Outcome.DELIVERED:
        return TAKEN, status
    return (
        Attempt(
            outcome=outcome,
            error=f"HTTP {status}",
            retry_after_s=retry_after_s,
            of_channel=status not in RECIPIENTS_OWN,
        ),
        status,
    )
