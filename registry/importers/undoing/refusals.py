"""Why an import cannot be taken back."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registry.tables import imports

SHOWN_IN_THE_WAY = 5


class NotUndone(ValueError):
    """The import cannot be taken back; the message says what stands in the way."""

    code = "not_undone"


def refuse_over(past: Row[Any]) -> None:
    """Raises: NotUndone: it was taken back before, or what that needs is not kept any more."""
    if past.undone_at is not None:
        raise NotUndone(f"import {past.import_id} was taken back already, at {past.undone_at:%Y-%m-%d %H:%M} UTC")
    if past.undo_ended_at is not None:
        whom = "people" if past.kind == "rescuers" else "AEDs"
        raise NotUndone(
            f"import {past.import_id} of {past.imported_at:%Y-%m-%d %H:%M} UTC cannot be taken back any more: how it "
            f"found these {whom} was kept for a while only, until {past.undo_ended_at:%Y-%m-%d %H:%M} UTC. Import the "
            "list of before, or mend what is wrong one by one"
        )


async def later_imports(
    connection: AsyncConnection, past: Row[Any], import_of: Column[int], subject: Column[str], *, whom: str
) -> list[str]:
    """One sentence for each later import that changed the same ones. import_of, subject: columns of what is kept."""
    same = select(subject).where(import_of == past.import_id)
    later = await connection.execute(
        select(imports.c.import_id)
        .join(import_of.table, import_of == imports.c.import_id)
        .where(imports.c.import_id > past.import_id, imports.c.undone_at.is_(None), subject.in_(same))
        .distinct()
    )
    return [f"import {number} changed the same {whom}: take that back first" for number in sorted(later.scalars())]


def refuse(past: Row[Any], reasons: Sequence[str]) -> None:
    """Raises: NotUndone: there are reasons."""
    if reasons:
        more = f"; and {len(reasons) - SHOWN_IN_THE_WAY} more" if len(reasons) > SHOWN_IN_THE_WAY else ""
        shown = "; ".join(reasons[:SHOWN_IN_THE_WAY])
        raise NotUndone(f"import {past.import_id} cannot be taken back: {shown}{more}")
