"""The command line: mounts each room's commands, and runs the service."""

import asyncio
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from dispatch.access.secrets import BadSecret, split_secrets
from dispatch.access.tokens import Access, Identity, TokenSigner, WeakSecret
from dispatch.callbacks.cli import app as callbacks_app
from dispatch.people.cli import app as accounts_app
from dispatch.people.cli import invite
from dispatch.retention.cli import app as retention_app
from dispatch.spool.file import SpoolError
from geo.cli import app as geo_app
from geo.streets.network_file import NetworkFileError
from planner.coverage_command import coverage
from planner.districts import UnusableDistricts
from planner.siting_command import siting
from registry.cli import app as registry_app
from registry.storage.database import BadDatabaseUrl, DatabaseUnreachable
from rescue_circle import __version__
from rescue_circle.channel_commands import app as channels_app
from rescue_circle.demo import demo
from rescue_circle.documents import NoPlaceForTable, docs
from rescue_circle.log_replay import replay_log
from rescue_circle.logs import configure_logs
from rescue_circle.serve import serve
from rescue_circle.settings import BadSettings, get_settings
from rescue_circle.settings_table import print_settings
from rescue_circle.spool_commands import app as spool_app
from simulators.cli import simulate

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Volunteers and AEDs at the patient's side in four minutes.",
)
token_app = typer.Typer(no_args_is_help=True, help="Tokens for streams and the HTTP interface.")
KNOWN_FAILURES = (
    BadDatabaseUrl,
    BadSecret,
    BadSettings,
    DatabaseUnreachable,
    NetworkFileError,
    NoPlaceForTable,
    OSError,
    SpoolError,
    UnusableDistricts,
    WeakSecret,
)
"""What a user can mend; their messages say how."""

app.add_typer(geo_app, name="geo")
app.add_typer(registry_app, name="registry")
app.add_typer(token_app, name="token")
app.add_typer(callbacks_app, name="callbacks")
app.add_typer(channels_app, name="channels")
app.add_typer(retention_app, name="retention")
app.add_typer(accounts_app, name="accounts")
app.add_typer(spool_app, name="spool")
app.command()(invite)
app.command()(simulate)
app.command()(demo)
app.command()(docs)
app.command("settings")(print_settings)
app.command()(replay_log)
app.command()(coverage)
app.command()(siting)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(
    *, version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False
) -> None:
    """Rescue Circle: volunteers and AEDs at the patient's side in four minutes."""


@app.command("serve")
def serve_command() -> None:
    """Run the service; settings come from RESCUE_... environment variables (see the README)."""
    settings = get_settings()
    configure_logs(settings.log_level)
    asyncio.run(serve(settings))


@token_app.command("issue")
def issue_token(
    role: Annotated[Access, typer.Option(help="What the bearer may do.")],
    subject: Annotated[str, typer.Option(help="Whose token: a volunteer's rescuer_id, or any name.")],
    ttl_s: Annotated[float, typer.Option(min=1, max=30 * 86_400, help="Seconds until it expires.")] = 12 * 3600,
    secret: Annotated[str, typer.Option(envvar="RESCUE_TOKEN_SECRET", help="The service's.", show_default=False)] = "",
) -> None:
    """Print a short-lived signed token."""
    token, _ = TokenSigner(*split_secrets(secret)).issue(Identity(subject=subject, access=role), ttl_s=ttl_s)
    typer.echo(token)


@token_app.callback()
def tokens() -> None:
    """Tokens for streams and the HTTP interface."""


def main() -> None:
    """Run a command; a failure that names its cause ends with one line and exit code 2, not with a traceback."""
    try:
        app()
    except KNOWN_FAILURES as error:
        Console(stderr=True, soft_wrap=True).print(f"[red]{escape(str(error))}[/red]", highlight=False)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
