"""The registry's data over HTTP, for registry officers."""

from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from registry.exporters.formats import MEDIA_TYPES, Format, ending_of
from registry.exporters.serving import Exports, chunks_of

SOURCE = Annotated[list[str] | None, Query(max_length=20, description="Only AEDs of this list; repeatable.")]
FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {media_type: {} for media_type in MEDIA_TYPES.values()}, "description": "The file."}
}
"""What OpenAPI says of an answer."""


def build_router(exports: Exports) -> APIRouter:
    """The route under /api; who may call it is for the application that includes it."""
    router = APIRouter(prefix="/api/registry", tags=["registry"])

    @router.get("/export", response_class=StreamingResponse, responses=FILES)
    async def export_registry(
        chosen: Annotated[Format, Query(alias="format")] = Format.GEOJSON,
        source: SOURCE = None,
        district: Annotated[
            str | None, Query(max_length=200, description="Only AEDs within it: its name, code or id.")
        ] = None,
    ) -> StreamingResponse:
        """Every AED of every list as a file, which `registry import` reads again without losing anything."""
        file = await exports.write(chosen, source or (), district)
        # Not for any cache: it holds what the public must not see.
        return answer_of(file, chosen, cache="no-store")

    return router


def answer_of(file: BinaryIO, chosen: Format, *, cache: str) -> StreamingResponse:
    """The file as an answer; `cache`: who may keep it for how long, as HTTP says it."""
    headers = {"content-disposition": f'attachment; filename="aeds{ending_of(chosen)}"', "cache-control": cache}
    return StreamingResponse(chunks_of(file), headers=headers, media_type=MEDIA_TYPES[chosen])
