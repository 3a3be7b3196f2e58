"""What an undo of imports needs is removed when its days are over: much of it says who somebody is."""

from datetime import datetime

from sqlalchemy import Connection, delete, func, or_, select, update

from registry.people_tables import import_people
from registry.tables import import_changes, imports


def prune_imports(
    connection: Connection, *, aeds_before: datetime, people_before: datetime, now: datetime, dry_run: bool = False
) -> int:
    """Of imports before then remove what an undo needs: of how many; at most one at a time, the oldest first, so that
    nobody waits long. A dry run counts all."""
    row = imports.c
    is_over = or_(
        (row.kind == "rescuers") & (row.imported_at <= people_before),
        (row.kind != "rescuers") & (row.imported_at <= aeds_before),
    )
    due = select(row.import_id).where(row.undo_ended_at.is_(None), is_over)
    if dry_run:
        return connection.execute(select(func.count()).select_from(due.subquery())).scalar_one()
    oldest = connection.execute(due.order_by(row.import_id).limit(1)).scalar_one_or_none()
    if oldest is None:
        return 0
    for table in (import_changes, import_people):
        connection.execute(delete(table).where(table.c.import_id == oldest))
    connection.execute(update(imports).where(row.import_id == oldest).values(undo_ended_at=now))
    return 1
