"""What is over by itself: invitations and sessions whose time has passed, and words about AEDs that are settled."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select, update

from dispatch.people.sessions import forget_pushes_of
from registry.people_tables import account_identities, aed_problems, invitations, sessions


def clear_expired(connection: Connection, now: datetime, *, notes_before: datetime, dry_run: bool = False) -> int:
    """Delete expired invitations and sessions, and empty the notes of reports that were settled before then, since
    somebody may have written their own number into one; how many rows. `now` is real time."""
    over: tuple[tuple[Table, ColumnElement[bool]], ...] = (
        (invitations, invitations.c.expires_at <= now),
        (sessions, sessions.c.expires_at <= now),
        (account_identities, account_identities.c.expires_at <= now),
    )
    noted = (aed_problems.c.resolved_at <= notes_before) & (
        (aed_problems.c.note != "") | (aed_problems.c.resolution != "")
    )
    if dry_run:
        counts = [
            select(func.count()).select_from(table).where(which) for table, which in (*over, (aed_problems, noted))
        ]
        return sum(connection.execute(count).scalar_one() for count in counts)
    forget_pushes_of(connection, sessions.c.expires_at <= now)
    gone = [connection.execute(delete(table).where(which)).rowcount for table, which in over]
    return sum(gone) + connection.execute(update(aed_problems).where(noted).values(note="", resolution="")).rowcount
