"""`rescue-circle registry rotate-key`: phones under the newest key, for the first time or after a change of keys."""

from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.console import Console

from registry.personal.rotation import Rotated, rotate
from registry.personal.standing import count_outdated_phones, require_keys
from registry.storage.database import Database

_out = Console(highlight=False, soft_wrap=True)
InDatabase = Callable[..., Any]
UNREADABLE = 1

DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="Default: RESCUE_DATABASE_URL or ./rescue-circle.sqlite3"),
]


def add_commands(app: typer.Typer, in_database: InDatabase) -> None:
    """Add it to `registry`; in_database ends the command with one line where a user can mend what is wrong."""

    @app.command("rotate-key")
    def rotate_key(
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many phones are left")] = False,
        database: DatabaseOption = None,
    ) -> None:
        """Encrypt phones under the newest key of RESCUE_PERSONAL_KEY. It may run beside the service, be interrupted
        and run again."""
        if dry_run:
            left = in_database(database, _count)
            _out.print(f"{left} phones are not under the newest key.")
            return
        done: Rotated = in_database(database, rotate)
        _out.print(
            f"{done.phones} phones, the traces of {done.digests} rows of lists, {done.secrets} secrets of "
            f"authenticator apps, {done.codes} codes of cabinets and what imports found of {done.kept} people are "
            "under the newest key now."
        )
        if done.unreadable:
            _out.print(
                f"{done.unreadable} cannot be read, since somebody changed them: import the list or add the app anew."
            )
            raise typer.Exit(UNREADABLE)


async def _count(database: Database) -> int:
    async with database.read() as connection:
        await require_keys(connection, database.personal_keys)
        return await count_outdated_phones(connection, database.personal_keys)
