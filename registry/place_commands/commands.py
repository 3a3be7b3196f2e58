"""The commands of `registry places`, put together, and what a user of them can mend."""

import typer

from registry.place_commands.editing import add_editing
from registry.place_commands.importing import add_importing
from registry.place_commands.looking import add_looking
from registry.places.districts import UnknownDistrict
from registry.places.fields import BadPlace
from registry.places.store import UnknownPlace
from registry.terminal.parts import Run

USER_ERRORS = (BadPlace, UnknownDistrict, UnknownPlace)


def add_place_commands(registry: typer.Typer, run: Run) -> None:
    """Add `places` to `registry`."""
    app = typer.Typer(no_args_is_help=True, help="Districts, grids, stations: import, list, show, add, move, retire.")
    registry.add_typer(app, name="places")
    add_importing(app, run)
    add_looking(app, run)
    add_editing(app, run)
