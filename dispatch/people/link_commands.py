"""`rescue-circle accounts link`, `unlink`, `password-off` and `enable`: accounts that a provider signs in to."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from dispatch.oidc.config import check_issuer
from dispatch.people.linking import Linking
from dispatch.people.totp_commands import By, DatabaseOption, Name, WithDatabase, who
from registry.storage.database import Database

_out = Console(highlight=False, soft_wrap=True)

Why = Annotated[str, typer.Option(help="For the history.")]


def add_link_commands(app: typer.Typer, with_database: WithDatabase) -> None:
    """Add them to `accounts`; with_database ends the command with one line where it is refused."""

    @app.command("link")
    def link_command(
        name: Name,
        *,
        email: Annotated[str, typer.Option(help="That the provider has verified of them.")] = "",
        subject: Annotated[str, typer.Option(help="Who they are to the provider: its `sub`.")] = "",
        role: Annotated[str | None, typer.Option(help="Make the account, without a password.")] = None,
        issuer: Annotated[str, typer.Option(envvar="RESCUE_OIDC_ISSUER", help="The provider, as it names itself.")],
        hours: Annotated[float, typer.Option(min=1, max=720, help="How long the invitation holds.")] = 168,
        by: By = None,
        database: DatabaseOption = None,
    ) -> None:
        """Invite somebody to sign in to an account at the provider: theirs from the first time on."""
        try:
            issuer = check_issuer(issuer)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--issuer") from error

        async def work(opened: Database) -> str:
            until = await Linking(opened).invite(
                name, issuer=issuer, by=who(by), email=email, subject=subject, role=role, ttl=timedelta(hours=hours)
            )
            return f"{until:%Y-%m-%d %H:%M} UTC"

        until = with_database(database, work)
        _out.print(f"{escape(name)} is theirs once they sign in at {escape(issuer)}, until {until}.")

    @app.command("unlink")
    def unlink_command(name: Name, *, by: By = None, why: Why = "", database: DatabaseOption = None) -> None:
        """Take the account from whoever signs in to it at the provider, and end its sessions."""
        with_database(database, lambda opened: Linking(opened).unlink(name, by=who(by), why=why))
        _out.print(f"{escape(name)} is linked to nobody at the provider.")

    @app.command("password-off")
    def password_off_command(name: Name, *, by: By = None, why: Why = "", database: DatabaseOption = None) -> None:
        """Let nobody in to a linked account by a password; sessions that one began end."""
        with_database(database, lambda opened: Linking(opened).forbid_password(name, by=who(by), why=why))
        _out.print(f"{escape(name)} is signed in to at the provider alone.")

    @app.command("enable")
    def enable_command(name: Name, *, by: By = None, why: Why = "", database: DatabaseOption = None) -> None:
        """Let a disabled account in again, as it was."""
        with_database(database, lambda opened: Linking(opened).enable(name, by=who(by), why=why))
        _out.print(f"{escape(name)} may sign in again.")
