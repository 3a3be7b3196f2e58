"""`rescue-circle registry export`: the registry's data as a file, in every format that others take."""

from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from registry.exporters.columns import ExportedAed
from registry.exporters.feed import load_feed, write_feed
from registry.exporters.formats import Format, format_of, write_export, write_whole
from registry.exporters.hourly import name_at, remove_old
from registry.exporters.osm_change import OSM_SOURCE, Changes, find_changes, write_change
from registry.exporters.people import ExportedPerson, load_people, write_people
from registry.exporters.refused import ExportRefused
from registry.exporters.rows import load_exported
from registry.storage.database import Database

Work = Callable[[Database], Coroutine[Any, Any, Any]]
InDatabase = Callable[[str | None, Work], Any]
OrExit = Callable[[Callable[[], Any]], Any]
"""Does the work; what a user can mend ends the command with one line."""

_out = Console()


class ExportKind(StrEnum):
    """What is exported."""

    AEDS = "aeds"
    RESCUERS = "rescuers"


DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="Default: RESCUE_DATABASE_URL or ./rescue-circle.sqlite3"),
]


def add_export(app: typer.Typer, *, in_database: InDatabase, or_exit: OrExit) -> None:
    """Add it to `registry`."""

    @app.command("export")
    def export_command(
        file: Annotated[Path, typer.Argument(help="Where to write it; its ending says the format")],
        *,
        chosen: Annotated[
            Format | None, typer.Option("--format", help="Where the file's ending does not say it")
        ] = None,
        kind: Annotated[
            ExportKind, typer.Option(help="People as XLSX only, for who looks after them: it is all about them")
        ] = ExportKind.AEDS,
        source: Annotated[
            list[str] | None, typer.Option("--source", help="Only AEDs of this list; repeatable; default all")
        ] = None,
        district: Annotated[
            str | None, typer.Option("--district", help="Only AEDs within this one: its name, code or id")
        ] = None,
        public: Annotated[
            bool, typer.Option("--public", help="Only AEDs that stand, and of them what anybody may see")
        ] = False,
        database: DatabaseOption = None,
    ) -> None:
        """Write all AEDs into a file, which `registry import` reads again without losing anything."""

        def work() -> int:
            wanted = chosen or format_of(file)
            if kind is ExportKind.RESCUERS:
                if district is not None:
                    raise ExportRefused("people are exported by their list: leave --district out")
                return _write_people(
                    file, wanted, in_database(database, lambda db: _people(db, source or ())), public=public
                )
            rows: list[ExportedAed] = in_database(
                database, lambda db: _load(db, source or (), public=public, district=district)
            )
            write_export(file, rows, wanted, public=public)
            return len(rows)

        count = or_exit(work)
        what = "AEDs" if kind is ExportKind.AEDS else "people, and all that is known of them,"
        _out.print(f"{count} {what} are in {escape(str(file))}.", soft_wrap=True)


def add_feed(app: typer.Typer, *, in_database: InDatabase, or_exit: OrExit) -> None:
    """Add it to `registry`."""

    @app.command("feed")
    def feed_command(
        folder: Annotated[
            Path, typer.Argument(help="Where the file is written, named by the time", exists=True, file_okay=False)
        ],
        *,
        kept_hours: Annotated[
            float | None, typer.Option("--kept-hours", min=1, help="Delete older files but the newest; default: none")
        ] = None,
        database: DatabaseOption = None,
    ) -> None:
        """Write one file for the city's other systems, as a service with RESCUE_FEED_FOLDER does each hour."""
        now = datetime.now(UTC)
        file = folder / name_at(now)

        def work() -> tuple[int, int]:
            rows, counts = in_database(database, _load_feed)
            write_feed(file, rows, counts)
            return len(rows), remove_old(folder, now - timedelta(hours=kept_hours)) if kept_hours else 0

        count, removed = or_exit(work)
        _out.print(f"{count} AEDs are in {escape(str(file))}.", soft_wrap=True)
        if removed:
            _out.print(f"{removed} older files are deleted.")


def add_osm_export(app: typer.Typer, *, in_database: InDatabase, or_exit: OrExit) -> None:
    """Add it to `registry`."""

    @app.command("export-osm")
    def export_osm_command(
        file: Annotated[Path, typer.Argument(help="Where to write the osmChange, such as changes.osc")],
        *,
        against: Annotated[
            Path, typer.Option(help="A recent extract of OpenStreetMap with these AEDs", exists=True, dir_okay=False)
        ],
        database: DatabaseOption = None,
    ) -> None:
        """Write what people have found out of OpenStreetMap's AEDs as a change, to be looked at and uploaded there."""

        def work() -> Changes:
            rows = in_database(database, lambda db: _load(db, (OSM_SOURCE,), public=False))
            changes = find_changes(rows, against)
            write_whole(file, lambda path: write_change(path, changes), is_private=False)
            return changes

        changes: Changes = or_exit(work)
        for note in changes.notes:
            _out.print(f"  {escape(note)}", soft_wrap=True, highlight=False)
        _out.print(f"{len(changes.changed)} changed AEDs are in {escape(str(file))}.", soft_wrap=True)


def _write_people(file: Path, chosen: Format, people: list[ExportedPerson], *, public: bool) -> int:
    if chosen is not Format.XLSX or public:
        raise ExportRefused("people are exported as XLSX, and never for the public: name the file ....xlsx")
    write_whole(file, lambda path: write_people(path, people), is_private=True)
    return len(people)


async def _load_feed(db: Database) -> tuple[list[ExportedAed], dict[str, Any]]:
    async with db.read() as connection:
        return await load_feed(connection)


async def _people(db: Database, sources: Sequence[str]) -> list[ExportedPerson]:
    async with db.read() as connection:
        return await load_people(connection, db.personal_keys, sources)


async def _load(
    db: Database, sources: Sequence[str], *, public: bool, district: str | None = None
) -> list[ExportedAed]:
    async with db.read() as connection:
        return await load_exported(connection, sources, public=public, district=district)
