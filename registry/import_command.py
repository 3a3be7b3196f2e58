"""`rescue-circle registry import`: a list of AEDs or of people into the registry, and what came of it."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from geo.places.datum import parse_datum
from registry.importers.files import ImportRefused
from registry.importers.kinds import ImportKind
from registry.importers.known_sources import SourceQuestion, name_the_first
from registry.importers.meanings.profile import parse_maps, read_profile, shipped_profiles
from registry.importers.meanings.understanding import save_profile_of
from registry.importers.people.certificates import parse_valid_years
from registry.importers.people.person_ids import VARIABLE as PEOPLE_VARIABLE
from registry.importers.positions.area import parse_box
from registry.importers.rejects import write_rejects
from registry.importers.report import ImportReport
from registry.importers.report_view import show_report
from registry.importers.run import ImportOptions, import_file

Result = TypeVar("Result")
InDatabase = Callable[..., Any]
OrExit = Callable[[Callable[[], Any]], Any]
"""Does the work; what a user can mend ends the command with one line."""

_out = Console()
_err = Console(stderr=True)

DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="Default: RESCUE_DATABASE_URL or ./rescue-circle.sqlite3"),
]


def add_import(app: typer.Typer, *, in_database: InDatabase, or_exit: OrExit) -> None:
    """Add it to `registry`."""

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
            str | None,
            typer.Option(help="IANA zone of opening hours; default the zone in force where each AED hangs"),
        ] = None,
        valid_years: Annotated[
            list[str] | None,
            typer.Option(metavar="KIND=YEARS", help="How long a kind of certificate holds where a row names no end"),
        ] = None,
        profile: Annotated[
            str | None,
            typer.Option(
                metavar="NAME|FILE", help=f"What columns and words mean: {', '.join(shipped_profiles())} or a file"
            ),
        ] = None,
        maps: Annotated[
            list[str] | None,
            typer.Option(
                "--map", metavar="COLUMN=MEANING", help="What a column of AEDs or of people means; repeatable"
            ),
        ] = None,
        ignore: Annotated[
            list[str] | None, typer.Option("--ignore", metavar="COLUMN", help="A column to leave out; repeatable")
        ] = None,
        save_profile: Annotated[
            Path | None, typer.Option("--save-profile", help="Write what the columns were taken for as TOML")
        ] = None,
        rejects: Annotated[
            Path | None,
            typer.Option("--rejects", help="Write rejected rows as CSV, to be corrected and imported again"),
        ] = None,
        people_secret: Annotated[
            str,
            typer.Option(envvar=PEOPLE_VARIABLE, help="Makes ids where a list of people has none.", show_default=False),
        ] = "",
        encoding: Annotated[str | None, typer.Option(help="Text encoding, such as gb18030; default: found")] = None,
        epsg: Annotated[int | None, typer.Option(help="Reference system of positions in metres, such as 25832")] = None,
        region: Annotated[
            str | None,
            typer.Option(
                help="Country where AEDs belong, and of phone numbers without a country code (default there: CN)"
            ),
        ] = None,
        area: Annotated[
            str | None,
            typer.Option(metavar="W,S,E,N", help="Degrees within which AEDs belong; rows outside are refused"),
        ] = None,
        network: Annotated[
            Path | None,
            typer.Option(help="Walk network whose streets may tell an unknown datum", exists=True, dir_okay=False),
        ] = None,
        database: DatabaseOption = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen")] = False,
        retire_absent: Annotated[
            bool,
            typer.Option("--retire-absent", help="AEDs that are not in the list any more are not fetched any more"),
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
                datum=None if datum is None else parse_datum(datum),
                source=source,
                time_zone=time_zone,
                encoding=encoding,
                people_secret=people_secret,
                valid_years=parse_valid_years(valid_years or []),
                profile=None if profile is None else read_profile(profile),
                mapped=parse_maps(maps or ()),
                ignored=tuple(ignore or ()),
                region=None if region is None else region.upper(),
                epsg=epsg,
                area=None if area is None else parse_box(area),
                network=network,
                dry_run=dry_run,
                retire_absent=retire_absent,
                name_source=ask if is_terminal() else name_the_first,
            )
            with bar as advance:
                report: ImportReport = in_database(
                    database, lambda db: import_file(db, file, options, now=datetime.now(UTC), progress=advance)
                )
            return report

        report = or_exit(work)
        if report_file is not None:
            or_exit(lambda: _write_report(report_file, report))
        if save_profile is not None:
            or_exit(lambda: save_profile_of(report.tables, save_profile))
        show_report(_out, report, report_file)
        if rejects is not None:
            _tell_rejects(or_exit(lambda: write_rejects(rejects, report.rejected, report.tables)), rejects)


def is_terminal() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()


def _ask_source(question: SourceQuestion) -> str:
    _err.print(escape(question.sentence()), highlight=False, soft_wrap=True)
    return str(typer.prompt("Which list is it", err=True)).strip()


def _write_report(path: Path, report: ImportReport) -> None:
    try:
        path.write_text(json.dumps(report.as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise ImportRefused(f"imported, but cannot write the report {path}: {error.strerror}") from error


def _tell_rejects(count: int, path: Path) -> None:
    told = f"{count} rejected rows are in {path}" if count else "no row was rejected: no file of them"
    _out.print(escape(told), soft_wrap=True)


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
