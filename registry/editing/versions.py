"""Tells whether an AED is still as an officer saw it, so that two at once lose nothing of what the other did."""

import hashlib
import json
from dataclasses import asdict

from sqlalchemy.ext.asyncio import AsyncConnection

from registry.lifecycle import rows_of_cabinet
from registry.models import Aed
from registry.records import cabinet_of
from registry.repository import aed_from_row
from registry.storage.postgres import lock_registry

ANY = "*"


class Stale(RuntimeError):
    """The AED is another than the one that the change was meant for; the message says what to do."""

    code = "stale"


def version_of(aed: Aed) -> str:
    """Another one after every change of what the registry says of an AED."""
    told = asdict(aed) | {"corrected": sorted(aed.corrected)}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:24]


def versions_in(if_match: str | None) -> frozenset[str]:
    """The versions that an If-Match header names, for `require_version`; without one none.

    A proxy that compresses makes a tag a weak one; the version in it is the same.
    """
    tags = (tag.strip().removeprefix("W/").strip('"') for tag in (if_match or "").split(","))
    return frozenset(tag for tag in tags if tag)


async def require_version(connection: AsyncConnection, aed_id: str, expected: frozenset[str]) -> None:
    """Within the transaction of the change, before it. expected: versions of which one must be the AED's, or ANY; none
    asks nothing.

    Raises:
        UnknownAed
        Stale
    """
    if not expected:
        return
    await lock_registry(connection)
    rows = await rows_of_cabinet(connection, aed_id)
    lead, *others = (aed_from_row(row) for row in rows)
    if ANY not in expected and version_of(cabinet_of(lead, others)) not in expected:
        raise Stale(
            f"{lead.aed_id} was changed since you read it: read it and its history (GET /api/aeds/{lead.aed_id}), "
            "look at what is different, and send your change with its new ETag in If-Match"
        )
