"""A message of a sender that speaks a dialect: proved, translated, taken as any other, and answered in its words."""

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

import structlog
from fastapi import Request, Response

from dispatch.access import hmac_scheme
from dispatch.access.proxies import PEER
from dispatch.access.signature import MAX_ID
from dispatch.contracts.webhook import WebhookAnswer
from dispatch.incidents.intake import storable

if TYPE_CHECKING:
    from dispatch.dialects.dialect import Dialect
    from dispatch.dialects.translation import Translated
    from dispatch.dialects.trees import Tree

log = structlog.get_logger(__name__)

IGNORED = "ignored"


def proof_request(request: Request, body: bytes) -> hmac_scheme.Request:
    """What a proof looks at. A header that comes twice is one that nobody has written: it fits nothing."""
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return hmac_scheme.Request(
        headers=headers, body=body, method=request.method, path=request.url.path, peer=request.scope.get(PEER)
    )


def message_id_of(
    dialect: "Dialect", proven_id: str | None, translated: "Translated", headers: Mapping[str, str], body: bytes
) -> str:
    """By which a repetition is known: the sender's own, or its bytes where it has none that can be kept."""
    told = proven_id or dialect.find_message_id(headers, translated)
    if told and len(told) <= MAX_ID and told == storable(told):
        return told
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def ignored(why: str, message_id: str) -> WebhookAnswer:
    return WebhookAnswer(code=IGNORED, message_id=message_id, changed=False, detail=why)


def answered(dialect: "Dialect", answer: WebhookAnswer, message: "Tree") -> WebhookAnswer | Response:
    """Our answer in the sender's words, or as it is where it has none for it."""
    form = dialect.answer
    if form is None:
        return answer
    try:
        body = form.render(answer.model_dump(mode="json"), message)
    except ValueError as error:
        # The call is durable, and a sender that is told otherwise would send it for ever.
        # Its name only: the library's words quote the message.
        log.warning("answer_not_in_dialect", dialect=dialect.name, error=type(error).__name__)
        return answer
    return Response(body, status_code=form.status, media_type=form.content_type)


def refused(request: Request, code: str, message: str, ours: Response) -> Response:
    """Our refusal in the sender's words, with its status and headers, or as it is."""
    dialect: Dialect | None = getattr(request.state, "dialect", None)
    if dialect is None or dialect.answer is None:
        return ours
    try:
        body = dialect.answer.render_refusal(code, message)
    except ValueError as error:
        log.warning("answer_not_in_dialect", dialect=dialect.name, error=type(error).__name__)
        return ours
    waits = {name: value for name, value in ours.headers.items() if name == "retry-after"}
    return Response(body, status_code=ours.status_code, media_type=dialect.answer.content_type, headers=waits)
