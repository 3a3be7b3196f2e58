"""`rescue-circle registry inspections`: what somebody found who stood before an AED."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from registry.devices import inspection_store
from registry.devices.command_parts import AedArgument, ByOption, LimitOption, WhyOption, author
from registry.devices.device import day_of
from registry.devices.inspecting import Form, Point, Result, Seen
from registry.devices.inspection_store import Inspection
from registry.storage.database import Database
from registry.terminal.parts import DatabaseOption, Run, say

NOT_LOOKED = Seen.NOT_LOOKED
PointOption = Annotated[Seen, typer.Option(help="What was seen")]


def add_commands(app: typer.Typer, run: Run) -> None:
    """Add them to `registry`."""
    inspections = typer.Typer(no_args_is_help=True, help="Inspections of an AED: write one down, list them.")
    app.add_typer(inspections, name="inspections")
    _add_adding(inspections, run)
    _add_reading(inspections, run)


def _add_adding(app: typer.Typer, run: Run) -> None:
    @app.command("add")
    def add_command(
        aed: AedArgument,
        result: Annotated[Result, typer.Argument(help="What it comes to")],
        *,
        indicator: PointOption = NOT_LOOKED,
        pads: PointOption = NOT_LOOKED,
        battery: PointOption = NOT_LOOKED,
        cabinet: PointOption = NOT_LOOKED,
        sign: PointOption = NOT_LOOKED,
        accessible: PointOption = NOT_LOOKED,
        at: Annotated[datetime | None, typer.Option(help="When, UTC; default now")] = None,
        next_check: Annotated[str, typer.Option(help="When somebody will look again, such as 2027-06-30")] = "",
        note: Annotated[str, typer.Option(help="What else was found; no names")] = "",
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Write an inspection down; the newest one decides whether the AED is fetched."""
        seen = {
            Point.INDICATOR: indicator,
            Point.PADS: pads,
            Point.BATTERY: battery,
            Point.CABINET: cabinet,
            Point.SIGN: sign,
            Point.ACCESSIBLE: accessible,
        }

        async def work(db: Database) -> Any:
            who = author(by, why)
            form = Form(
                result=result,
                at=at.replace(tzinfo=UTC) if at else who.at,
                points=seen,
                note=note,
                next_check_on=day_of(next_check) if next_check else None,
            )
            async with db.write() as connection:
                return await inspection_store.inspect(connection, aed, form, who)

        done = run(database, work)
        state = "; its state is another by it" if done.changed else ""
        say(f"Inspection {done.inspection.inspection_id} of {done.inspection.aed_id} is written down{state}.")


def _add_reading(app: typer.Typer, run: Run) -> None:
    @app.command("list")
    def list_command(
        aed: AedArgument,
        *,
        before: Annotated[int | None, typer.Option(help="Only those written before this number")] = None,
        limit: LimitOption = 20,
        database: DatabaseOption = None,
    ) -> None:
        """What was found at each inspection, the newest first."""

        async def work(db: Database) -> Any:
            async with db.read() as connection:
                return await inspection_store.list_inspections(connection, aed, before_id=before, limit=limit)

        for one in run(database, work):
            say(_line(one))

    @app.command("erase-note")
    def erase_note_command(
        aed: AedArgument,
        number: Annotated[int, typer.Argument(metavar="INSPECTION", help="Its number, from `inspections list`")],
        *,
        why: WhyOption = "",
        by: ByOption = None,
        database: DatabaseOption = None,
    ) -> None:
        """Empty a note that speaks of a person; what was found stays."""

        async def work(db: Database) -> None:
            async with db.write() as connection:
                await inspection_store.erase_note(connection, aed, number, author(by, why))
            await db.checkpoint()

        run(database, work)
        say("Its note is empty.")


def _line(one: Inspection) -> str:
    looked = [f"{point} {seen}" for point in Point if (seen := one.form.seen(point)) is not Seen.NOT_LOOKED]
    told = [one.form.result.value, *looked, *([one.form.note] if one.form.note else [])]
    return f"{one.inspection_id}  {one.form.at:%Y-%m-%d %H:%M} UTC  by {one.by}: {', '.join(told)}"
