"""`registry places import`: a list of districts, grids or stations into the registry."""

from pathlib import Path
from typing import Annotated

import typer

from geo.places.datum import parse_datum
from registry.importers.places.columns import parse_place_maps
from registry.importers.places.drafts import PlaceOptions, PlacesReport
from registry.importers.places.saving import import_places
from registry.place_commands.shared import ByOption, WhyOption, author
from registry.places.kinds import PlaceKind
from registry.storage.database import Database
from registry.terminal.parts import DatabaseOption, Run, say

_MOST_NAMED = 20


def add_importing(app: typer.Typer, run: Run) -> None:
    """Add it to `registry places`."""

    @app.command("import")
    def import_command(
        file: Annotated[Path, typer.Argument(help="GeoJSON; CSV, XLSX or another table, outlines in it as WKT")],
        *,
        source: Annotated[str, typer.Option(help="Name of the list, the same every time")],
        kind: Annotated[PlaceKind | None, typer.Option(help="Of every row, where no column says it")] = None,
        datum: Annotated[
            str | None,
            typer.Option(help="wgs84, gcj02 or bd09; GeoJSON is WGS-84 unless you say otherwise, a table must say it"),
        ] = None,
        maps: Annotated[
            list[str] | None, typer.Option("--map", metavar="COLUMN=FIELD", help="What a column means; repeatable")
        ] = None,
        encoding: Annotated[str | None, typer.Option(help="Text encoding, such as gb18030; default: found")] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen")] = False,
        by: ByOption = None,
        why: WhyOption = "",
        database: DatabaseOption = None,
    ) -> None:
        """Import districts, grids or stations; a second import of the same file changes nothing."""

        async def work(db: Database) -> PlacesReport:
            options = PlaceOptions(
                source=source,
                kind=kind,
                datum=None if datum is None else parse_datum(datum),
                encoding=encoding,
                mapped=parse_place_maps(maps or ()),
                dry_run=dry_run,
            )
            async with db.read() if dry_run else db.write() as connection:
                return await import_places(connection, file, options, author(by, why))

        _show(run(database, work), is_dry=dry_run)


def _show(report: PlacesReport, *, is_dry: bool) -> None:
    would = "would be " if is_dry else ""
    say(f"{report.added} {would}added, {report.changed} {would}changed, {report.unchanged} unchanged.")
    for note in report.notes:
        say(f"  {note}")
    if report.absent:
        some = ", ".join(report.absent[:_MOST_NAMED]) + (" ..." if len(report.absent) > _MOST_NAMED else "")
        say(f"  {len(report.absent)} that the list had are not in it any more, and stay: {some}")
    if report.rejected:
        say(f"{len(report.rejected)} rejected:")
    for where, why in report.rejected:
        say(f"  {where}: {why}")
