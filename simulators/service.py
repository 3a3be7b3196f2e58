"""The running service as the simulators reach it: its clock, tokens, incidents, and the signed webhook of 120."""

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import httpx
from pydantic import TypeAdapter
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from dispatch.contracts.api import (
    ClockAdvance,
    ClockSpeed,
    ClockState,
    IncidentView,
    IssuedToken,
    TimelineEntry,
    TokenRequest,
)
from dispatch.contracts.webhook import CallMessage, Refusal, WebhookAnswer

TOKENS_AT_ONCE = 5_000
_TOKENS = TypeAdapter(list[IssuedToken])
_VIEWS = TypeAdapter(list[IncidentView])
_TIMELINE = TypeAdapter(list[TimelineEntry])

NEWEST = 500
"""As many incidents as the service lists in one answer."""


class ServiceUnreachable(RuntimeError):
    """Nothing answers at the address: start it with `rescue-circle serve`, or give its address with --url."""


class ServiceRefused(RuntimeError):
    """The service said no; the message holds its reason, `status` the HTTP status."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.status = status


class ClockBusy(RuntimeError):
    """An incident is open: the clock may not skip now."""


class BadSecret(ValueError):
    """The webhook secret is not usable: it is the text `whsec_...` that the service was started with."""


class Service:
    """HTTP side of the service. `token` has the role simulator; `secret` signs as 120."""

    def __init__(self, url: str, *, token: str, secret: str) -> None:
        self.url = url.rstrip("/")
        try:
            self._webhook = Webhook(secret)
        except (ValueError, RuntimeError, EmptyWebhookSecretError) as error:
            raise BadSecret(BadSecret.__doc__) from error
        self._http = httpx.AsyncClient(base_url=self.url, timeout=30.0, trust_env=False)
        self._authorised = {"authorization": f"Bearer {token}"}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    @property
    def stream_url(self) -> str:
        return "ws" + self.url.removeprefix("http") + "/streams/volunteer"

    async def get_clock(self) -> tuple[ClockState, float]:
        """The clock, and the reading of the real clock (perf_counter) at which it was so."""
        before = time.perf_counter()
        response = await self._ask("GET", "/api/clock")
        return ClockState.model_validate_json(response.content), (before + time.perf_counter()) / 2

    async def advance(self, to: datetime) -> tuple[ClockState, float]:
        """Raises ClockBusy while an incident is open."""
        before = time.perf_counter()
        response = await self._ask("POST", "/api/clock/advance", ClockAdvance(to=to).model_dump_json(), allow=(409,))
        if response.status_code == httpx.codes.CONFLICT:
            raise ClockBusy(_reason(response))
        return ClockState.model_validate_json(response.content), (before + time.perf_counter()) / 2

    async def run_at(self, speed: float) -> tuple[ClockState, float]:
        """Have the clock run so many times faster than real time, whatever is going on."""
        before = time.perf_counter()
        response = await self._ask("POST", "/api/clock/speed", ClockSpeed(speed=speed).model_dump_json())
        return ClockState.model_validate_json(response.content), (before + time.perf_counter()) / 2

    async def issue_tokens(self, rescuer_ids: Sequence[str]) -> dict[str, str]:
        tokens: dict[str, str] = {}
        for first in range(0, len(rescuer_ids), TOKENS_AT_ONCE):
            request = TokenRequest(role="volunteer", subjects=tuple(rescuer_ids[first : first + TOKENS_AT_ONCE]))
            response = await self._ask("POST", "/api/tokens", request.model_dump_json())
            tokens.update((issued.subject, issued.token) for issued in _TOKENS.validate_json(response.content))
        return tokens

    async def find_incident(self, incident_id: str) -> IncidentView | None:
        response = await self._ask("GET", f"/api/incidents/{incident_id}", allow=(404,))
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        return IncidentView.model_validate_json(response.content)

    async def read_references(self) -> frozenset[str]:
        """120's references of the newest incidents that the service knows."""
        response = await self._ask("GET", f"/api/incidents?limit={NEWEST}")
        return frozenset(view.cad_ref for view in _VIEWS.validate_json(response.content) if view.cad_ref)

    async def get_timeline(self, incident_id: str) -> list[TimelineEntry]:
        response = await self._ask("GET", f"/api/incidents/{incident_id}/timeline")
        return _TIMELINE.validate_json(response.content)

    async def post_call(self, message_id: str, message: CallMessage) -> WebhookAnswer:
        """One try to deliver a message of 120, signed now.

        Raises:
            httpx.TransportError: nothing came back, so nobody knows whether it arrived: try again with the same id.
            ServiceRefused: it came back with another status than 202.
        """
        body = message.model_dump_json(exclude_none=True)
        now = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._webhook.sign(message_id, now, body),
        }
        response = await self._http.post("/webhooks/120", content=body.encode(), headers=headers)
        if response.status_code != httpx.codes.ACCEPTED:
            raise ServiceRefused(_reason(response), response.status_code)
        return WebhookAnswer.model_validate_json(response.content)

    async def _ask(
        self, method: str, path: str, body: str | None = None, *, allow: Sequence[int] = ()
    ) -> httpx.Response:
        headers = self._authorised if body is None else {**self._authorised, "content-type": "application/json"}
        try:
            response = await self._http.request(method, path, content=body, headers=headers)
        except httpx.TransportError as error:
            raise ServiceUnreachable(f"{self.url}: {ServiceUnreachable.__doc__}") from error
        if response.is_error and response.status_code not in allow:
            raise ServiceRefused(f"{method} {path}: {_reason(response)}", response.status_code)
        return response


def _reason(response: httpx.Response) -> str:
    try:
        refusal = Refusal.model_validate_json(response.content)
    except ValueError:
        return f"{response.status_code} {response.text[:200]}"
    return f"{response.status_code} {refusal.code}: {refusal.message}"


def backoff_s(attempt: int, rng: random.Random, *, most_s: float = 5.0) -> float:
    """Real seconds before try number `attempt` (from 1): doubling from 50 ms, with full jitter."""
    return rng.uniform(0.5, 1.0) * min(0.05 * 2.0**attempt, most_s)
