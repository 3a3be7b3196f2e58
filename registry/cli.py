"""`rescue-circle registry`: import AEDs and rescuers, look at them, erase a person, bring the database up to date."""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from geo.places.datum import Datum, UnknownDatum, parse_datum
from registry.cabinet_commands import add_commands
from registry.doubles import NotDecided
from registry.eligibility import Answer, UnknownTimeZone, is_usable
from registry.epoch import draw_epoch
from registry.hours_command import hours_command
from registry.importers.files import ImportRefused
from registry.importers.import_log import NotUndone, UnknownImport
from registry.importers.kinds import ImportKind
from registry.importers.known_sources import UNNAMED, SourceQuestion, name_the_first
from registry.importers.people.certificates import parse_valid_years
from registry.importers.people.person_ids import VARIABLE as PEOPLE_VARIABLE
from registry.importers.positions.area import parse_box
from registry.importers.report import ImportReport, Remark
from registry.importers.run import ImportOptions, import_file
from registry.lifecycle import NotCorrected
from registry.records import cabinets_of
from registry.repository import UnknownAed, UnknownRescuer, erase_rescuer, load_aeds, load_rescuers
from registry.storage.database import BadDatabaseUrl, Database, DatabaseUnreachable
from registry.storage.migrating import migrate

app = typer.Typer(no_args_is_help=True, help="AEDs and rescuers: import, look, erase.")

USAGE_ERROR = 2
# What a terminal shows; the report file has them all.
SHOWN_REMARKS = 20
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
    NotUndone,
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


@app.command("import")
def import_command(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV, XLSX, XLS, ODS, GeoJSON, JSON, KML, GPX, shapefile, GeoPackage or OSM data, also zipped"
        ),
    ],
    *,
    kind: Annotated[ImportKind | None, typer.Option(help="Guessed where it is evident")] = None,
    datum: Annotated[str | None, typer.Option(help="Datum of the coordinates: wgs84, gcj02 or bd09")] = None,
    source: Annotated[
        str | None, typer.Option(help="Name of the list, the same every time; a list that is known is recognised")
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="IANA zone of opening hours; default the zone in force where each AED hangs")
    ] = None,
    valid_years: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND=YEARS", help="How long a kind of certificate holds where a row names no end"),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(metavar="HEADER", help="Leave out a column of people that looks like a date")
    ] = None,
    mapped: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="HEADER=MEANING", help="What a column of people means, such as valid_until"),
    ] = None,
    people_secret: Annotated[
        str,
        typer.Option(envvar=PEOPLE_VARIABLE, help="Makes ids where a list of people has none.", show_default=False),
    ] = "",
    encoding: Annotated[str | None, typer.Option(help="Text encoding, such as gb18030; default: found")] = None,
    epsg: Annotated[int | None, typer.Option(help="Reference system of positions in metres, such as 25832")] = None,
    region: Annotated[
        str | None,
        typer.Option(help="Country where AEDs belong, and of phone numbers without a country code (default there: CN)"),
    ] = None,
    area: Annotated[
        str | None, typer.Option(metavar="W,S,E,N", help="Degrees within which AEDs belong; rows outside are refused")
    ] = None,
    network: Annotated[
        Path | None,
        typer.Option(help="Walk network whose streets may tell an unknown datum", exists=True, dir_okay=False),
    ] = None,
    database: DatabaseOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen")] = False,
    retire_absent: Annotated[
        bool, typer.Option("--retire-absent", help="AEDs that are not in the list any more are not fetched any more")
    ] = False,
    report_file: Annotated[Path | None, typer.Option("--report", help="Write the whole report as JSON")] = None,
) -> None:
    """Import AEDs or rescuers; a second import of the same file changes nothing."""

    def work() -> ImportReport:
        bar = _ProgressBar(file.name)

        def ask(question: SourceQuestion) -> str:
            bar.stop()
            return _ask_source(question)

        options = ImportOptions(
            kind=kind,
            datum=_datum(datum),
            source=source,
            time_zone=time_zone,
            encoding=encoding,
            people_secret=people_secret,
            valid_years=parse_valid_years(valid_years or []),
            ignored=tuple(ignore or []),
            mapped={header: meaning for header, _, meaning in (one.rpartition("=") for one in mapped or [])},
            region=None if region is None else region.upper(),
            epsg=epsg,
            area=None if area is None else parse_box(area),
            network=network,
            dry_run=dry_run,
            retire_absent=retire_absent,
            name_source=ask if is_terminal() else name_the_first,
        )
        with bar as advance:
            return _in_database(
                database, lambda db: import_file(db, file, options, now=datetime.now(UTC), progress=advance)
            )

    report = _or_exit(work)
    if report_file is not None:
        _or_exit(lambda: _write_report(report_file, report))
    _show_report(report, report_file)


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


add_commands(app, lambda url, work: _or_exit(lambda: _in_database(url, work)))


def _datum(text: str | None) -> Datum | None:
    return None if text is None else parse_datum(text)


def _write_report(path: Path, report: ImportReport) -> None:
    try:
        path.write_text(json.dumps(report.as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise ImportRefused(f"imported, but cannot write the report {path}: {error.strerror}") from error


class _ProgressBar:
    """A bar on standard error that an importer advances."""

    def __init__(self, title: str) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=_err,
            transient=True,
        )
        self._task = self._progress.add_task(escape(title), total=None)

    def __enter__(self) -> Callable[[int, int | None], None]:
        self._progress.start()
        return lambda done, total: self._progress.update(self._task, completed=done, total=total)

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Leave the terminal to others; stopping twice is as once."""
        self._progress.stop()


def _show_report(report: ImportReport, report_file: Path | None) -> None:
    would = "would be " if report.dry_run else ""
    table = Table(title=f"{report.kind} of {escape(report.file)}, source {escape(report.source)}", title_justify="left")
    for column in (f"{would}accepted", f"{would}changed", "unchanged", "rejected", "warnings"):
        table.add_column(column, justify="right")
    counts = (report.accepted, report.changed, report.unchanged, len(report.rejected), len(report.warnings))
    table.add_row(*map(str, counts))
    _out.print(table)
    for note in report.notes:
        _out.print(f"  {escape(note)}", soft_wrap=True)
    _show_remarks("rejected", report.rejected, report_file)
    _show_remarks("taken, but look at", report.warnings, report_file)
    if report.accepted + report.changed and not report.dry_run:
        _out.print("A service that is running on this database takes them in within a second.")
    if report.absent:
        then = "they are not fetched any more" if report.retired else "`registry absent` lists them"
        _out.print(f"{len(report.absent)} known from this source before are not in the file; {then}.", soft_wrap=True)
    if report.doubles:
        _out.print(
            f"{report.doubles} pairs may be one AED in two lists: `registry doubles list` shows why.", soft_wrap=True
        )
    if report.source == UNNAMED:
        _out.print(
            "The list has no name yet: import it with --source NAME, and it has that one from then on.", soft_wrap=True
        )
    if report.import_id is not None:
        _out.print(f"This is import {report.import_id}; `registry undo {report.import_id}` takes it back.")


def is_terminal() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()


def _ask_source(question: SourceQuestion) -> str:
    _err.print(escape(question.sentence()), highlight=False, soft_wrap=True)
    return str(typer.prompt("Which list is it", err=True)).strip()


def _show_remarks(title: str, remarks: list[Remark], report_file: Path | None) -> None:
    if not remarks:
        return
    _out.print(f"{title}:")
    for remark in remarks[:SHOWN_REMARKS]:
        _out.print(f"  {escape(remark.where)}: {escape(remark.text)} [dim]({remark.reason})[/]", soft_wrap=True)
    if len(remarks) > SHOWN_REMARKS:
        where = f"in {report_file}" if report_file else "with --report FILE.json"
        _out.print(f"  ... and {len(remarks) - SHOWN_REMARKS} more, {escape(where)}")
