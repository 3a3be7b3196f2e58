"""`rescue-circle registry`: import AEDs and rescuers, look at them, erase a person, bring the database up to date."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from geo.places.datum import UnknownDatum
from registry.cabinet_commands import Run, add_commands
from registry.devices.commands import USER_ERRORS as DEVICE_ERRORS
from registry.devices.commands import add_commands as add_device_commands
from registry.doubles import NotDecided
from registry.editing.taken_back import NotTakenBack
from registry.eligibility import Answer, UnknownTimeZone, is_usable
from registry.epoch import draw_epoch
from registry.exporters.command import add_export, add_feed, add_osm_export
from registry.exporters.gis_reader import add_gis_reader
from registry.exporters.refused import ExportRefused
from registry.history.log import UnknownChange
from registry.hours_command import hours_command
from registry.import_command import add_import
from registry.importers.files import ImportRefused
from registry.importers.import_log import NotUndone, UnknownImport
from registry.lifecycle import NotCorrected
from registry.officer_commands.commands import add_officer_commands
from registry.officer_commands.editing import BadField
from registry.people_commands.certificates import add_certificate_commands
from registry.people_commands.groups import add_group_commands
from registry.people_commands.rescuers import add_rescuer_commands
from registry.people_commands.shared import USER_ERRORS as PEOPLE_ERRORS
from registry.personal.commands import add_commands as add_personal_commands
from registry.photos.commands import USER_ERRORS as PHOTO_ERRORS
from registry.place_commands.commands import USER_ERRORS as PLACE_ERRORS
from registry.place_commands.commands import add_place_commands
from registry.records import cabinets_of
from registry.repository import UnknownAed, UnknownRescuer, erase_rescuer, load_aeds, load_rescuers
from registry.storage.database import BadDatabaseUrl, Database, DatabaseUnreachable
from registry.storage.migrating import migrate
from registry.storage.personal_keys import BadPersonalKey, BrokenSeal, MissingPersonalKey
from registry.training_commands.courses import USER_ERRORS as COURSE_ERRORS
from registry.training_commands.courses import add_course_commands

app = typer.Typer(no_args_is_help=True, help="AEDs and rescuers: import, look, erase.")

USAGE_ERROR = 2
_USER_ERRORS = (
    ImportRefused,
    UnknownTimeZone,
    UnknownDatum,
    BadDatabaseUrl,
    DatabaseUnreachable,
    UnknownRescuer,
    UnknownAed,
    UnknownImport,
    NotCorrected,
    NotDecided,
    NotTakenBack,
    NotUndone,
    BadField,
    UnknownChange,
    BadPersonalKey,
    BrokenSeal,
    MissingPersonalKey,
    *PEOPLE_ERRORS,
    *DEVICE_ERRORS,
    *PLACE_ERRORS,
    *COURSE_ERRORS,
    *PHOTO_ERRORS,
    ExportRefused,
)

_out = Console()
_err = Console(stderr=True)
Result = TypeVar("Result")

DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="Default: RESCUE_DATABASE_URL or ./rescue-circle.sqlite3"),
]


@app.callback()
def registry() -> None:
    """AEDs and rescuers: import, look, erase."""


app.command("hours")(hours_command)


@app.command("migrate")
def migrate_command(
    restored: Annotated[
        bool, typer.Option("--restored", help="It comes from a backup: give no id again that was given since.")
    ] = False,
    database: DatabaseOption = None,
) -> None:
    """Bring the database's tables up to date, making the database where there is none."""
    _or_exit(lambda: migrate(database))
    _out.print("The database is up to date.")
    if restored:
        epoch = _or_exit(lambda: _in_database(database, lambda db: db.transact(draw_epoch)))
        _out.print(f"Ids hold {epoch} from now on, and none is given again.")


@app.command()
def show(
    at: Annotated[datetime | None, typer.Option(help="UTC instant, such as 2025-03-01T04:00:00; default now")] = None,
    database: DatabaseOption = None,
) -> None:
    """Count what the registry holds and how many AEDs are usable at a time, with the reasons."""
    instant = at.replace(tzinfo=UTC) if at is not None else datetime.now(UTC)

    async def work(db: Database) -> None:
        async with db.read() as connection:
            aeds = cabinets_of(await load_aeds(connection))
            rescuers = await load_rescuers(connection)
        verdicts = [is_usable(aed, instant) for aed in aeds]
        table = Table(title=f"{len(aeds)} AEDs, usable at {instant:%Y-%m-%d %H:%M} UTC")
        for column in ("usable", "reason", "AEDs"):
            table.add_column(column, justify="right" if column == "AEDs" else "left")
        for answer in Answer:
            reasons = [verdict.reason for verdict in verdicts if verdict.answer is answer]
            for reason in sorted(set(reasons)):
                table.add_row(answer, reason, str(reasons.count(reason)))
        _out.print(table)
        standing = [rescuer for rescuer in rescuers if rescuer.erased_at is None]
        on_duty = sum(rescuer.on_duty for rescuer in standing)
        certified = sum(bool(rescuer.certificates) for rescuer in standing)
        _out.print(f"{len(standing)} rescuers, {certified} with a certificate, {on_duty} on duty")

    _or_exit(lambda: _in_database(database, work))


@app.command()
def erase(
    rescuer_id: Annotated[str, typer.Option("--rescuer", help="The rescuer's id")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
    database: DatabaseOption = None,
) -> None:
    """Erase a rescuer's personal data for good. A service that is running forgets it within a second."""
    if not yes:
        typer.confirm(f"Erase everything personal about {rescuer_id}? It cannot be undone", abort=True)

    async def work(db: Database) -> None:
        async with db.write() as connection:
            await erase_rescuer(connection, rescuer_id, at=datetime.now(UTC))

    _or_exit(lambda: _in_database(database, work))
    _out.print(f"Erased. Only the bare id {escape(rescuer_id)} stays, for the records that refer to it.")


def _in_database(url: str | None, work: Callable[[Database], Coroutine[Any, Any, Result]]) -> Result:
    migrate(url)

    async def run() -> Result:
        database = Database(url)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


def _or_exit(work: Callable[[], Result]) -> Result:
    try:
        return work()
    except _USER_ERRORS as error:
        message = error.args[0] if error.args else error
        _err.print(f"[bold red]error[/] {escape(str(message))}", highlight=False, soft_wrap=True)
        raise typer.Exit(USAGE_ERROR) from error


add_import(app, in_database=_in_database, or_exit=_or_exit)
_run: Run = lambda url, work: _or_exit(lambda: _in_database(url, work))  # noqa: E731
for add in (
    *(add_commands, add_officer_commands, add_personal_commands, add_device_commands),
    *(add_rescuer_commands, add_certificate_commands, add_group_commands, add_gis_reader, add_place_commands),
    add_course_commands,
):
    add(app, _run)
add_export(app, in_database=_in_database, or_exit=_or_exit)
add_feed(app, in_database=_in_database, or_exit=_or_exit)
add_osm_export(app, in_database=_in_database, or_exit=_or_exit)
