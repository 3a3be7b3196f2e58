"""The commands of `rescue-circle registry` about devices, their keepers and their checks."""

import typer

from registry.devices import device_commands
from registry.devices.command_parts import BadField, Run
from registry.devices.device_store import CabinetQrTaken, NoCabinetCode

USER_ERRORS = (BadField, CabinetQrTaken, NoCabinetCode)
"""What a user can mend; their messages say how."""


def add_commands(app: typer.Typer, run: Run) -> None:
    """Add them to `registry`."""
    device_commands.add_commands(app, run)
