"""Open to anybody: every AED that stands as a file for open data, at most a minute old."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from dispatch.api.access import host_of
from dispatch.api.description import may_refuse
from dispatch.operations.limits import Limits
from registry.exporters.formats import Format
from registry.exporters.routes import FILES, answer_of
from registry.exporters.serving import KEPT_S, Exports


def build_router(limits: Limits, exports: Exports) -> APIRouter:
    router = APIRouter(prefix="/api/public", tags=["public"])

    @router.get("/aeds/export", response_class=StreamingResponse, responses={**FILES, **may_refuse(422, 429, 503)})
    async def export_public_aeds(
        request: Request, chosen: Annotated[Format, Query(alias="format")] = Format.GEOJSON
    ) -> StreamingResponse:
        """The AEDs that stand, each with what anybody may see of it: not from which list it is known, nor what that
        says in words of its own of who may take it."""
        limits.take("export", host_of(request))
        file = await exports.write_public(chosen)
        return answer_of(file, chosen, cache=f"public, max-age={KEPT_S:.0f}")

    return router
