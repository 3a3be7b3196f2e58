"""The commands of `rescue-circle registry` about devices, their keepers and their checks."""

import typer

from registry.devices import device_commands, expiring_command, inspection_commands, keeper_commands
from registry.devices.command_parts import BadField
from registry.devices.device import BadDay
from registry.devices.device_store import CabinetQrTaken, NoCabinetCode
from registry.devices.inspecting import BadInspection
from registry.devices.inspection_store import UnknownInspection
from registry.devices.keeper_store import NoKeeper
from registry.devices.keepers import BadPhone
from registry.terminal.parts import Run

USER_ERRORS = (BadDay, BadField, BadInspection, BadPhone, CabinetQrTaken, NoCabinetCode, NoKeeper, UnknownInspection)
"""What a user can mend; their messages say how."""


def add_commands(app: typer.Typer, run: Run) -> None:
    """Add them to `registry`."""
    device_commands.add_commands(app, run)
    keeper_commands.add_commands(app, run)
    inspection_commands.add_commands(app, run)
    expiring_command.add_command(app, run)
