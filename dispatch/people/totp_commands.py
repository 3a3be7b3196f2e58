"""`rescue-circle accounts totp` and `totp-reset`: an authenticator app for an account, and its loss."""

import getpass
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from dispatch.people.qr import qr_text
from dispatch.people.refusals import TotpWrong
from dispatch.people.second_factors import SecondFactors
from registry.storage.database import Database

_out = Console(highlight=False, soft_wrap=True)
REFUSED = 2
TRIES = 3
WithDatabase = Callable[[str | None, Callable[[Database], Awaitable[Any]]], Any]

DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="Default: RESCUE_DATABASE_URL or ./rescue-circle.sqlite3"),
]
Name = Annotated[str, typer.Argument(help="What the person signs in with.")]
By = Annotated[str | None, typer.Option(help="Who did it, for the history; default the user of this command.")]


def add_commands(app: typer.Typer, with_database: WithDatabase) -> None:
    """Add them to `accounts`; with_database ends the command with one line where it is refused."""

    @app.command("totp")
    def totp_command(
        name: Name,
        *,
        qr: Annotated[bool, typer.Option("--qr/--no-qr", help="Also as a picture to point the app at.")] = True,
        by: By = None,
        database: DatabaseOption = None,
    ) -> None:
        """Add an authenticator app to an account; its code is asked for, and then at every sign-in."""
        begun = with_database(database, lambda opened: SecondFactors(opened).begin(name))
        # Plain, so that the link is never broken into lines.
        typer.echo(begun.uri)
        if qr:
            typer.echo(qr_text(begun.uri))
        codes = None
        for _ in range(TRIES):
            code: str = typer.prompt("The code that the app shows")
            codes = with_database(database, partial(_confirm, name=name, code=code, by=who(by)))
            if codes is not None:
                break
            typer.echo("That is not its code.", err=True)
        else:
            raise typer.Exit(REFUSED)
        _out.print(
            f"{escape(name)} signs in with a code of the app from now on. Without it each of these is good once:"
        )
        for one in codes:
            typer.echo(one)

    @app.command("totp-reset")
    def totp_reset_command(
        name: Name,
        *,
        by: By = None,
        why: Annotated[str, typer.Option(help="For the history.")] = "",
        database: DatabaseOption = None,
    ) -> None:
        """Take the app off an account that has lost it, and end its sessions."""
        with_database(database, lambda opened: SecondFactors(opened).reset(name, by=who(by), why=why))
        _out.print(f"{escape(name)} has no authenticator app.")


async def _confirm(database: Database, *, name: str, code: str, by: str) -> list[str] | None:
    """None where it is not the code."""
    try:
        return await SecondFactors(database).confirm(name, code, by=by)
    except TotpWrong:
        return None


def who(by: str | None) -> str:
    """The author of a command, for the history."""
    if by is not None:
        return by[:64]
    try:
        return getpass.getuser()[:64]
    except (KeyError, OSError):
        # A container's user may have no name.
        return "command line"
