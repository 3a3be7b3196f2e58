"""The command line: mounts each room's commands, which are imported when one is asked for."""

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from geo.commands.on_demand import OnDemand, group_of
from rescue_circle import __version__
from rescue_circle.kernel_cache import choose_kernel_cache

COMMANDS = {
    "serve": OnDemand(
        where="rescue_circle.serve_command:serve_command",
        help="Run the service; settings come from RESCUE_... environment variables (see the README).",
    ),
    "demo": OnDemand(
        where="rescue_circle.demo:demo",
        help="Replay a day's calls against the real service; exit 0 only if no call and no alert was lost or doubled.",
    ),
    "simulate": OnDemand(
        where="simulators.cli:simulate",
        help="Replay calls through the real webhook while phones ring; exit 0 only if no call and no alert was lost.",
    ),
    "replay-log": OnDemand(
        where="rescue_circle.log_replay:replay_log",
        help="Replay a city's call log against the real service; exit 0 only if no call and no alert was lost or "
        "doubled.",
    ),
    "coverage": OnDemand(
        where="planner.coverage_command:coverage",
        help="Say who has a usable AED within so many minutes, where the gaps are, and what opening hours cost.",
    ),
    "siting": OnDemand(
        where="planner.siting_command:siting",
        help="Choose the sites that cover the most demand not yet covered, and prove how good the choice is.",
    ),
    "geo": OnDemand(where="geo.cli:app", help="Where things are and how long the walk is."),
    "registry": OnDemand(where="registry.cli:app", help="AEDs and rescuers: import, look, erase."),
    "invite": OnDemand(
        where="dispatch.people.cli:invite",
        help="Invite a rescuer of the registry to join with their phone: a link that is good once.",
    ),
    "whose": OnDemand(
        where="dispatch.people.cli:whose",
        help="Say which rescuers the log means by these marks; nobody can without the service's secret.",
    ),
    "accounts": OnDemand(
        where="dispatch.people.cli:app", help="Accounts of dispatchers, registry officers and administrators."
    ),
    "integrations": OnDemand(
        where="rescue_circle.integration_commands:app",
        help="120 systems and their dialects: who may call, and what a sample would be understood as.",
    ),
    "token": OnDemand(where="rescue_circle.token_commands:app", help="Tokens for streams and the HTTP interface."),
    "callbacks": OnDemand(
        where="dispatch.callbacks.cli:app", help="What 120 has been told, what not, and telling it again."
    ),
    "channels": OnDemand(where="rescue_circle.channel_commands:app", help="Ways to volunteers whose app is closed."),
    "retention": OnDemand(where="dispatch.retention.cli:app", help="Erase personal data whose time is over."),
    "spool": OnDemand(
        where="rescue_circle.spool_commands:app",
        help="What the journal would not take after an outage: see it, land it, settle it.",
    ),
    "settings": OnDemand(
        where="rescue_circle.settings_table:print_settings",
        help="Every setting of the service: the environment variable, its default, what it means.",
    ),
    "docs": OnDemand(
        where="rescue_circle.documents:docs",
        help="Write the documents that are made from code: OpenAPI, AsyncAPI, JSON schemas, roles, columns, settings.",
    ),
}
"""By use: running, playing, planning, keeping."""

KNOWN_FAILURES = (
    "dispatch.access.secrets:BadSecret",
    "dispatch.access.tokens:WeakSecret",
    "dispatch.dialects.dialect:BadDialect",
    "dispatch.spool.file:SpoolError",
    "geo.streets.network_file:NetworkFileError",
    "planner.districts:UnusableDistricts",
    "registry.hours.table:BadHoursTable",
    "registry.storage.database:BadDatabaseUrl",
    "registry.storage.database:DatabaseUnreachable",
    "registry.storage.personal_keys:BadPersonalKey",
    "registry.storage.personal_keys:MissingPersonalKey",
    "rescue_circle.documents:NoPlaceForTable",
    "rescue_circle.integrations_file:BadIntegrations",
    "rescue_circle.settings_loading:BadSettings",
)
"""What a user can mend, beside an OSError; their messages say how."""

app = typer.Typer(
    cls=group_of(COMMANDS),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Volunteers and AEDs at the patient's side in four minutes.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(
    *, version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False
) -> None:
    """Rescue Circle: volunteers and AEDs at the patient's side in four minutes."""


def main() -> None:
    """Run a command; a failure that names its cause ends with one line and exit code 2, not with a traceback."""
    try:
        choose_kernel_cache()
        app()
    except Exception as error:
        if not _is_known(error):
            raise
        Console(stderr=True, soft_wrap=True).print(f"[red]{escape(str(error))}[/red]", highlight=False)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def _is_known(error: Exception) -> bool:
    """Only what has been imported can have been raised."""
    wheres = (where.partition(":") for where in KNOWN_FAILURES)
    kinds = (getattr(sys.modules[module], name) for module, _, name in wheres if module in sys.modules)
    return isinstance(error, (OSError, *kinds))
