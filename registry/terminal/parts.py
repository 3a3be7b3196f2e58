"""Options of commands, the runner that they are given, who gives a command, and how a line is printed."""

import getpass
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from registry.storage.database import Database

Work = Callable[[Database], Coroutine[Any, Any, Any]]
Run = Callable[[str | None, Work], Any]
"""Does the work on the database with this address; what a user can mend ends the command with one line."""

LONGEST_NAME = 64

DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="Default: RESCUE_DATABASE_URL or ./rescue-circle.sqlite3"),
]

_out = Console()


def who(by: str | None) -> str:
    """Who gives a command: as they say, else the user of the operating system."""
    if by is not None:
        return by[:LONGEST_NAME]
    try:
        return getpass.getuser()[:LONGEST_NAME]
    except (KeyError, OSError):
        # A container's user may have no name.
        return "command line"


def say(line: str) -> None:
    """Print a line as it is, whatever stands in it."""
    _out.print(escape(line), soft_wrap=True, highlight=False)
