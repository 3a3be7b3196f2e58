"""What a stream's address answers to a plain request, such as a proxy makes of a phone's when it drops the upgrade."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from dispatch.api.roles import STREAMS
from dispatch.contracts.webhook import Refusal
from dispatch.operations.metrics import Metrics

HEADERS = {"upgrade": "websocket", "connection": "Upgrade"}

SENTENCE = (
    "This is a websocket, and the request came without its upgrade, most likely because a proxy on the way does not "
    "pass it on. nginx needs for /streams/: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; "
    'proxy_set_header Connection "upgrade"; Apache: ProxyPass with upgrade=websocket. '
    "这是 WebSocket 地址，但请求缺少 Upgrade，多半是中间的代理没有转发："
    "nginx 请在 /streams/ 下设置 proxy_http_version 1.1、Upgrade 和 Connection 两个请求头；Apache 请给 ProxyPass 加 "
    "upgrade=websocket。"
)
"""For whoever set the proxy up: they read it in its log, or in the browser's list of requests."""


def build_router(metrics: Metrics) -> APIRouter:
    router = APIRouter()

    async def plain_request() -> JSONResponse:
        """A stream is a websocket: ask with `Upgrade: websocket`."""
        metrics.refused.labels(code="upgrade_required").inc()
        body = Refusal(code="upgrade_required", message=SENTENCE).model_dump()
        return JSONResponse(body, status_code=426, headers=HEADERS)

    description = "The request has no `Upgrade: websocket`; see docs/generated/asyncapi.json for the stream itself."
    for path in STREAMS:
        router.add_api_route(
            path,
            plain_request,
            methods=["GET"],
            name=path,
            status_code=426,
            response_model=Refusal,
            response_description=description,
        )
    return router
