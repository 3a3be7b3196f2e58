"""The commands of `rescue-circle registry` for officers, put together."""

import typer

from registry.cabinet_commands import Run
from registry.officer_commands.editing import add_editing
from registry.officer_commands.looking import add_history, add_looking
from registry.photos.commands import add_commands as add_photo_commands


def add_officer_commands(app: typer.Typer, run: Run) -> None:
    """Add `aeds` and `history` to `registry`."""
    aeds = typer.Typer(no_args_is_help=True, help="AEDs one by one: list, show, add, move, describe, retire.")
    app.add_typer(aeds, name="aeds")
    add_looking(aeds, run)
    add_editing(aeds, run)
    add_photo_commands(aeds, run)
    add_history(app, run)
