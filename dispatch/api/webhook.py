"""The door for 120: a signed message in, a durable call out. What is authentic is never thrown away."""

from datetime import UTC, datetime
from typing import Any

import structlog
from fastapi import APIRouter, Request

from dispatch.access.integrations import UnknownIntegration
from dispatch.access.signature import BadSignature
from dispatch.api.access import host_of
from dispatch.api.errors import TooLarge
from dispatch.clock import steady_s
from dispatch.contracts.webhook import CallMessage, Refusal, WebhookAnswer
from dispatch.core.reporting import NOBODY
from dispatch.incidents.engine import Taken
from dispatch.incidents.intake import understand
from dispatch.records import CallRecord
from dispatch.service import DispatchService

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

    @router.post("/webhooks/{integration}", status_code=202, openapi_extra=_BODY, responses=_REFUSALS)
    async def take_message(integration: str, request: Request) -> WebhookAnswer:
        """Take a message of a 120 system, signed as Standard Webhooks say.

        The answer comes when the call is durable. The same bytes under the same webhook-id are taken once; a `cad_ref`
        is one call for as long as that is open.
        """
        received_at, began_s = datetime.now(UTC), steady_s()
        body = await _read(request)
        message_id = _get_message_id(service, integration, request, body)
        message = understand(body, area=service.area, received_at=service.clock.now())
        record = CallRecord(
            message_id=message_id,
            integration=integration,
            received_at=received_at,
            type=str(message.type or ""),
            attention=message.attention,
            detail=message.detail,
            body=body,
        )
        taken = await service.engine.take_call(message, record)
        service.links.heard(integration, received_at, understood=message.attention is None)
        code = "duplicate" if taken.duplicate else "needs_attention" if _is_for_120(taken) else "accepted"
        took_s = steady_s() - began_s
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

    return router


def _is_for_120(taken: Taken) -> bool:
    """Whether what a dispatcher must look at is how the call was told; who is near enough is nothing that 120 mends."""
    return taken.attention not in {None, NOBODY}


def _get_message_id(service: DispatchService, integration: str, request: Request, body: bytes) -> str:
    try:
        message_id = service.integrations.get_message_id(integration, request.headers, body)
    except (BadSignature, UnknownIntegration) as error:
        if isinstance(error, BadSignature):
            service.links.refused(integration, datetime.now(UTC))
        service.limits.authentication_failed(host_of(request))
        raise
    service.limits.take_message(integration)
    return message_id


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
