"""`rescue-circle invite`, `whose` and `accounts`: who may come in, and whom the log means. Beside a running service, or
without."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import select

from dispatch.access.marks import Marks
from dispatch.access.secrets import split_secrets
from dispatch.people.accounts import Account, Accounts
from dispatch.people.link_commands import add_link_commands
from dispatch.people.qr import qr_text
from dispatch.people.refusals import (
    BadAccount,
    NotLinked,
    RescuerErased,
    TotpEnrolled,
    TotpNotBegun,
    TotpWrong,
    UnknownAccount,
)
from dispatch.people.second_factors import SecondFactors
from dispatch.people.secrets import SessionKeys
from dispatch.people.sessions import Sessions
from dispatch.people.totp_commands import add_commands
from dispatch.people.volunteers import Invitation, Volunteers, join_url
from registry.repository import UnknownRescuer
from registry.storage.database import Database
from registry.storage.migrating import migrate
from registry.storage.personal_keys import BadPersonalKey, MissingPersonalKey
from registry.tables import rescuers

app = typer.Typer(no_args_is_help=True, help="Accounts of dispatchers, registry officers and administrators.")

REFUSED = 2
_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)
T = TypeVar("T")
_USER_ERRORS = (
    *(BadAccount, RescuerErased, UnknownAccount, UnknownRescuer, TotpEnrolled, TotpNotBegun, TotpWrong),
    *(BadPersonalKey, MissingPersonalKey, NotLinked),
)

DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="Default: RESCUE_DATABASE_URL or ./rescue-circle.sqlite3"),
]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from the first line of input.")]
Name = Annotated[str, typer.Argument(help="What the person signs in with.")]


class AccountRole(StrEnum):
    DISPATCHER = "dispatcher"
    REGISTRY_OFFICER = "registry_officer"
    ADMIN = "admin"


@app.callback()
def accounts() -> None:
    """Accounts of dispatchers, registry officers and administrators."""


@app.command("add")
def add_command(
    name: Name,
    *,
    role: Annotated[AccountRole, typer.Option(help="What the person may do.")],
    password_stdin: FromStdin = False,
    database: DatabaseOption = None,
) -> None:
    """Make an account; the password is asked for."""
    password = _password(from_stdin=password_stdin)
    _with_accounts(database, lambda found: found.add(name, role, password))
    _out.print(f"{escape(name)} can sign in as {role.replace('_', ' ')}.")


@app.command("list")
def list_command(*, database: DatabaseOption = None) -> None:
    """Every account, its role, whether it is disabled, how it is signed in to, and whether it has an app."""
    table = Table(box=None, pad_edge=False)
    for title in ("name", "role", "made (UTC)", "disabled (UTC)", "signs in by", "app"):
        table.add_column(title)
    for one in _with_accounts(database, lambda found: found.list_all()):
        made, app_word = f"{one.created_at:%Y-%m-%d %H:%M}", "yes" if one.has_totp else ""
        disabled = f"{one.disabled_at:%Y-%m-%d %H:%M}" if one.disabled_at else ""
        table.add_row(escape(one.name), one.role, made, disabled, _ways(one), app_word)
    _out.print(table)


def _ways(account: Account) -> str:
    provider = "provider" if account.linked_at else "provider (invited)" if account.invited_at else ""
    return ", ".join(way for way in ("password" if account.has_password else "", provider) if way) or "nothing"


@app.command("disable")
def disable_command(name: Name, *, database: DatabaseOption = None) -> None:
    """End an account's sessions and let it do nothing more; an open console closes at its next heartbeat."""
    _with_accounts(database, lambda found: found.disable(name))
    _out.print(f"{escape(name)} is disabled.")


@app.command("password")
def password_command(name: Name, *, password_stdin: FromStdin = False, database: DatabaseOption = None) -> None:
    """Give an account a new password, and let it in again where it was disabled. Its sessions end."""
    password = _password(from_stdin=password_stdin)
    _with_accounts(database, lambda found: found.set_password(name, password))
    _out.print(f"{escape(name)} has a new password.")


def invite(
    rescuer_id: Annotated[str, typer.Argument(help="As the registry has it.")],
    *,
    hours: Annotated[float, typer.Option(min=0.02, max=720, help="How long the invitation holds.")] = 168,
    url: Annotated[
        str, typer.Option(envvar="RESCUE_PUBLIC_URL", help="Address under which phones open the service.")
    ] = "http://127.0.0.1:8120",
    qr: Annotated[bool, typer.Option("--qr/--no-qr", help="Also as a picture to point a phone at.")] = True,
    database: DatabaseOption = None,
) -> None:
    """Invite a rescuer of the registry to join with their phone: a link that is good once."""

    async def work(opened: Database) -> Invitation:
        # Nobody joins here, so this needs no key of the service's.
        sessions = Sessions(opened, SessionKeys(""), SecondFactors(opened))
        return await Volunteers(opened, sessions).invite(rescuer_id, timedelta(hours=hours))

    invitation = _with_database(database, work)
    link = join_url(url, invitation.code)
    # Plain, so that a link is never broken into lines.
    typer.echo(link)
    if qr:
        typer.echo(qr_text(link))
    _err.print(f"Good once, until {invitation.expires_at:%Y-%m-%d %H:%M} UTC.")


def whose(
    marks: Annotated[list[str], typer.Argument(help="As lines of the log have them: who=...")],
    *,
    secret: Annotated[str, typer.Option(envvar="RESCUE_TOKEN_SECRET", help="The service's.", show_default=False)] = "",
    database: DatabaseOption = None,
) -> None:
    """Say which rescuers the log means by these marks; nobody can without the service's secret."""
    secrets = split_secrets(secret)
    if not secrets:
        _refuse("RESCUE_TOKEN_SECRET: the secret with which the service made its marks is needed")

    async def work(opened: Database) -> list[str]:
        return await opened.consult(
            lambda connection: list(connection.execute(select(rescuers.c.rescuer_id)).scalars())
        )

    wanted, known = set(marks), Marks(*secrets)
    found = [
        (rescuer_id, meant)
        for rescuer_id in _with_database(database, work)
        if (meant := known.all_of(rescuer_id) & wanted)
    ]
    for rescuer_id, meant in sorted(found):
        typer.echo(f"{' '.join(sorted(meant))} {rescuer_id}")
    if unknown := sorted(wanted.difference(*(meant for _, meant in found))):
        _refuse(
            f"no rescuer of this registry has the mark {', '.join(unknown)}: is it the service's database and secret?"
        )


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    answer: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return answer


def _with_accounts(url: str | None, work: Callable[[Accounts], Awaitable[T]]) -> T:
    return _with_database(url, lambda opened: work(Accounts(opened)))


def _with_database(url: str | None, work: Callable[[Database], Awaitable[T]]) -> T:
    async def run() -> T:
        await asyncio.to_thread(migrate, url)
        opened = Database(url)
        try:
            return await work(opened)
        finally:
            await opened.close()

    try:
        return asyncio.run(run())
    except _USER_ERRORS as error:
        _refuse(str(error))


def _refuse(message: str) -> NoReturn:
    _err.print(f"[red]{escape(message)}[/red]")
    raise typer.Exit(REFUSED)


add_commands(app, _with_database)
add_link_commands(app, _with_database)
