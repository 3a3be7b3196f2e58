"""`rescue-circle registry expiring`: what must be seen to within so many days."""

from datetime import timedelta
from typing import Annotated, Any

import typer

from registry.devices.command_parts import LimitOption, author, days_of
from registry.devices.expiring import Cursor, Due, What, list_due
from registry.repository import load_aeds
from registry.storage.database import Database
from registry.terminal.parts import DatabaseOption, Run, say


def _cursor(text: str) -> Cursor | None:
    try:
        return Cursor.read(text) if text else None
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def add_command(app: typer.Typer, run: Run) -> None:
    """Add it to `registry`."""

    @app.command("expiring")
    def expiring_command(
        *,
        within: Annotated[str, typer.Option(help="So many days or weeks: 60d, 8w")] = "60d",
        what: Annotated[list[What] | None, typer.Option(help="Only these; may be given several times")] = None,
        after: Annotated[str, typer.Option(help="Read on where the answer before ended")] = "",
        limit: LimitOption = 100,
        database: DatabaseOption = None,
    ) -> None:
        """Pads, batteries, checks and confirmations that are due, the oldest first."""
        today, days, cursor = author(None).at.date(), days_of(within), _cursor(after)

        async def work(db: Database) -> Any:
            until = today + timedelta(days=days)
            async with db.read() as connection:
                found = await list_due(connection, until=until, what=what or tuple(What), after=cursor, limit=limit)
                return found, await load_aeds(connection, sorted({one.aed_id for one in found}))

        found, aeds = run(database, work)
        places = {aed.aed_id: " | ".join(part for part in (aed.name, aed.location_text) if part) for aed in aeds}
        for one in found:
            say(_line(one, places[one.aed_id], overdue=one.due_on < today))
        if len(found) == limit:
            say(f"There may be more: --after {Cursor.of(found[-1])}")


def _line(one: Due, place: str, *, overdue: bool) -> str:
    told = f"{one.due_on}  {one.what}{' (overdue)' if overdue else ''}  {one.aed_id}"
    return f"{told}  {place}" if place else told
