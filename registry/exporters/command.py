"""`rescue-circle registry export`: the registry's data as a file, in every format that others take."""

from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from registry.exporters.columns import ExportedAed
from registry.exporters.formats import Format, format_of, write_export
from registry.exporters.rows import load_exported
from registry.storage.database import Database

Work = Callable[[Database], Coroutine[Any, Any, Any]]
InDatabase = Callable[[str | None, Work], Any]
OrExit = Callable[[Callable[[], Any]], Any]
"""Does the work; what a user can mend ends the command with one line."""

_out = Console()

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
        source: Annotated[
            list[str] | None, typer.Option("--source", help="Only AEDs of this list; repeatable; default all")
        ] = None,
        public: Annotated[
            bool, typer.Option("--public", help="Only AEDs that stand, and of them what anybody may see")
        ] = False,
        database: DatabaseOption = None,
    ) -> None:
        """Write all AEDs into a file, which `registry import` reads again without losing anything."""

        def work() -> int:
            kind = chosen or format_of(file)
            rows: list[ExportedAed] = in_database(database, lambda db: _load(db, source or (), public=public))
            write_export(file, rows, kind, public=public)
            return len(rows)

        count = or_exit(work)
        _out.print(f"{count} AEDs are in {escape(str(file))}.", soft_wrap=True)


async def _load(db: Database, sources: Sequence[str], *, public: bool) -> list[ExportedAed]:
    async with db.read() as connection:
        return await load_exported(connection, sources, public=public)
