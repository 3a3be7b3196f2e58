"""ETag and If-Match of what belongs to an AED: its device, code, keepers and inspections."""

from typing import Annotated

from fastapi import Header, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.editing.cabinet_versions import Part, require_part, version_of_part
from registry.editing.versions import versions_in

IfMatchPart = Annotated[
    str | None,
    Header(alias="If-Match", description="The ETag of what you read at this place: 412 where it is another now."),
]


async def require(connection: AsyncConnection, aed_id: str, part: Part, if_match: str | None) -> None:
    """Raises: UnknownAed, Stale."""
    await require_part(connection, aed_id, part, versions_in(if_match))


async def tag(connection: AsyncConnection, aed_id: str, part: Part, response: Response) -> None:
    """Give the answer the version of the part as its ETag."""
    response.headers["etag"] = f'"{await version_of_part(connection, aed_id, part)}"'
