"""The door for 120: a signed message in, a durable call out. What is authentic is never thrown away."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog
from fastapi import APIRouter, Request, Response

from dispatch.access.integrations import UnknownIntegration
from dispatch.access.signature import BadSignature
from dispatch.api import said_in_dialect
from dispatch.api.access import host_of
from dispatch.api.errors import TooLarge
from dispatch.clock import steady_s
from dispatch.contracts.webhook import CallMessage, Refusal, WebhookAnswer
from dispatch.core.reporting import NOBODY
from dispatch.incidents.engine import Taken
from dispatch.incidents.intake import Understood, understand, understand_translated
from dispatch.records import CallRecord
from dispatch.service import DispatchService

if TYPE_CHECKING:
    from dispatch.dialects.dialect import Dialect

log = structlog.get_logger(__name__)

MAX_BODY_BYTES = 256 * 1024

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": CallMessage.model_json_schema()}},
    }
}
_REFUSALS: dict[int | str, dict[str, Any]] = {status: {"model": Refusal} for status in (401, 404, 413, 429, 503)}


def build_router(service: DispatchService) -> APIRouter:
    router = APIRouter(tags=["120"])

    @router.post(
        "/webhooks/{integration}",
        status_code=202,
        response_model=WebhookAnswer,
        openapi_extra=_BODY,
        responses=_REFUSALS,
    )
    async def take_message(integration: str, request: Request) -> WebhookAnswer | Response:
        """Take a message of a 120 system, signed as Standard Webhooks say, or in the dialect that the system speaks.

        The answer comes when the call is durable. The same bytes under the same webhook-id are taken once; a `cad_ref`
        is one call for as long as that is open.
        """
        arrived = _Arrived(integration=integration, at=datetime.now(UTC), began_s=steady_s())
        if (dialect := service.dialects.get(integration)) is not None:
            return await _take_in_dialect(service, dialect, request, arrived)
        body = await _read(request)
        with _authenticating(service, integration, request):
            message_id = service.integrations.get_message_id(integration, request.headers, body)
        service.limits.take_message(integration)
        message = understand(body, area=service.area, received_at=service.clock.now())
        return await _take(service, message, arrived, message_id=message_id, body=body)

    return router


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrived:
    """at: real time; began_s: on the steady clock."""

    integration: str
    at: datetime
    began_s: float


async def _take_in_dialect(
    service: DispatchService, dialect: "Dialect", request: Request, arrived: _Arrived
) -> WebhookAnswer | Response:
    request.state.dialect = dialect
    body, integration, now = await _read(request), arrived.integration, service.clock.now()
    told = said_in_dialect.proof_request(request, body)
    with _authenticating(service, integration, request):
        proven_id = service.integrations.prove(integration, told)
    service.limits.take_message(integration)
    translated, tree = dialect.read(body, received_at=now)
    message_id = said_in_dialect.message_id_of(dialect, proven_id, translated, told.headers, body)
    if translated.ignored:
        service.links.heard(integration, arrived.at, understood=True)
        service.metrics.ignored.labels(integration=integration).inc()
        log.info("message_ignored", message_id=message_id, integration=integration)
        answer = said_in_dialect.ignored(translated.ignored, message_id)
    else:
        message = understand_translated(translated, area=service.area, received_at=now)
        answer = await _take(service, message, arrived, message_id=message_id, body=body)
    return said_in_dialect.answered(dialect, answer, tree)


async def _take(
    service: DispatchService, message: Understood, arrived: _Arrived, *, message_id: str, body: bytes
) -> WebhookAnswer:
    """Make it durable, and do what it asks."""
    record = CallRecord(
        message_id=message_id,
        integration=arrived.integration,
        received_at=arrived.at,
        type=str(message.type or ""),
        attention=message.attention,
        detail=message.detail,
        body=body,
    )
    taken = await service.engine.take_call(message, record)
    service.links.heard(arrived.integration, arrived.at, understood=message.attention is None)
    code = "duplicate" if taken.duplicate else "needs_attention" if _is_for_120(taken) else "accepted"
    took_s = steady_s() - arrived.began_s
    service.metrics.calls.labels(code=code).inc()
    service.metrics.call_durable_s.observe(took_s)
    log.info(
        "message_taken",
        incident_id=taken.incident_id,
        message_id=message_id,
        type=record.type,
        code=code,
        attention=taken.attention,
        took_s=round(took_s, 4),
    )
    return WebhookAnswer(
        code=code,
        message_id=message_id,
        incident_id=taken.incident_id,
        attention=taken.attention,
        changed=taken.changed and not taken.duplicate,
        detail=taken.detail,
    )


def _is_for_120(taken: Taken) -> bool:
    """Whether what a dispatcher must look at is how the call was told; who is near enough is nothing that 120 mends."""
    return taken.attention not in {None, NOBODY}


@contextmanager
def _authenticating(service: DispatchService, integration: str, request: Request) -> Iterator[None]:
    """Whose proof does not hold is noted, and turned away for a while where that happens too often."""
    try:
        yield
    except (BadSignature, UnknownIntegration) as error:
        if isinstance(error, BadSignature):
            service.links.refused(integration, datetime.now(UTC))
        service.limits.authentication_failed(host_of(request))
        raise


async def _read(request: Request) -> bytes:
    body = bytearray()
    too_large = f"the body is larger than {MAX_BODY_BYTES} bytes; send one call per message"
    if int(request.headers.get("content-length") or 0) > MAX_BODY_BYTES:
        raise TooLarge(too_large)
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise TooLarge(too_large)
    return bytes(body)
